import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type { CascadeResult, RunVerdict } from '../contracts/result/cascade.js';
import type { Tipping } from '../contracts/result/tipping.js';
import type { Variant } from '../contracts/scenario/scenario.js';
import { variantData } from './measure/variant-data.js';
import { wholeRun } from './measure/window.js';
import { storiesOf } from './story/cascade.js';
import { isFeedback } from './story/feedback.js';

/** Verdicts on runs in which users are served as before at the end. */
const BACK: ReadonlySet<RunVerdict> = new Set<RunVerdict>([
  'untouched',
  'recovered',
  'slowRecovery',
]);

/** Whether a verdict says that users are served as before at the end of the run. */
export function isBackIn(verdict: RunVerdict): boolean {
  return BACK.has(verdict);
}

/** The verdict on most of some runs; of several that are as frequent, the one that comes first. */
export function usualVerdict(
  variant: Variant,
  plan: Plan,
  records: readonly RunRecord[],
): RunVerdict {
  const data = variantData(variant, plan, records, wholeRun(plan));
  return mostOf(storiesOf(data).map(({ verdict }) => verdict));
}

function mostOf(verdicts: readonly RunVerdict[]): RunVerdict {
  const back = verdicts.filter(isBackIn);
  // First whether most come back, then how.
  const some = 2 * back.length > verdicts.length ? back : verdicts.filter((one) => !isBackIn(one));
  const count = (verdict: RunVerdict): number => some.filter((one) => one === verdict).length;
  return some.reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** Mechanisms of loops beside those of repeated calls. */
const LOOPS: ReadonlySet<string> = new Set(['restarts', 'cacheMisses']);

/**
 * The loop that keeps a variant down, or adds load in it. Where no chain of influences shows one: what the verdict on its
 * runs says. null without any.
 */
export function loopIn({ loops, endings }: CascadeResult): Tipping['loop'] | null {
  const loop = loops.find(({ mechanism }) => isFeedback(mechanism) || LOOPS.has(mechanism));
  if (loop !== undefined) return { through: loop.through, mechanism: loop.mechanism };
  const stuck = endings.find(({ verdict }) => verdict === 'metastable');
  if (stuck === undefined) return null;
  return { through: stuck.subject === null ? [] : [stuck.subject], mechanism: stuck.reason };
}
