import type { Subject } from './subject.js';
import { plural } from '../text/words.js';

type Judged = Pick<Subject, 'budgetPaths'>;

/** Whether an entry of the budgets of a subject is a goal or describes expected behaviour. */
export function kindAt({ budgetPaths }: Judged, at: number): 'budget' | 'expectation' {
  return budgetPaths[at]!.includes('expect') ? 'expectation' : 'budget';
}

/** `2 budgets and 1 expectation`. */
export function judgedWords(subject: Judged): string {
  const kinds = subject.budgetPaths.map((_, at) => kindAt(subject, at));
  const words = (['budget', 'expectation'] as const).flatMap((kind) => {
    const count = kinds.filter((one) => one === kind).length;
    return count === 0 ? [] : [plural(count, kind)];
  });
  return words.join(' and ');
}
