import type { Words } from '../base/emphasis.js';
import { allOf } from '../../text/words.js';
import { GOALS } from '../view/judged.js';
import { holdsAll, requestLabel, type View } from '../view/view.js';
import { hurtUsers } from './lead.js';
import { uncoveredWords } from './uncovered.js';

/**
 * `No budget of naive is about buy; it holds its only budget.` Empty where a budget is about the harm, and where another
 * line says that none covers the failures.
 */
export function unaskedLine(view: View): Words {
  const { worstVariant, requests } = view;
  const [worst] = hurtUsers(worstVariant);
  if (worst === undefined || !holdsAll(worstVariant)) return [];
  const { subject } = worst;
  const [workload] = subject.split('.', 1);
  const others = requests.filter((request) => request !== subject);
  const isAbout = (metric: string): boolean =>
    metric.startsWith(`${workload!}.`) && !others.some((other) => metric.startsWith(`${other}.`));
  const own = GOALS.of(worstVariant).filter(({ severity }) => severity === 'error');
  if (own.some(({ metric }) => isAbout(metric) || metric.startsWith('cascade.'))) return [];
  const label = requestLabel(view, subject);
  if (uncoveredWords(view, 1)?.includes(` of ${label} requests `) === true) return [];
  return [
    'No budget of ',
    { strong: worstVariant.name },
    ' is about ',
    { strong: label },
    `; it holds ${allOf(own.length, 'budget', 'its only')}.`,
  ];
}
