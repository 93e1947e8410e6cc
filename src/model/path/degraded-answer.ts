import { OUTCOME, statusOf, withStatus, type Outcome } from '../../contracts/outcome.js';
import { strands } from '../data/strands/strands.js';
import type { Run } from '../data/run.js';

/**
 * The answer of a program with `result`: `degraded` if it used a fallback. A gateway or client takes on the status of
 * the fallback; a service answers with its own.
 */
export function answerOf({ instances, plan }: Run, strand: number, result: Outcome): Outcome {
  const fallback = strands.degraded[strand];
  if (fallback === 0 || (result & 31) !== OUTCOME.ok) return result;
  const { kind } = plan.components[instances[strands.instance[strand]].component];
  const own = statusOf(result);
  const passes = own === 200 && (kind === 'gateway' || kind === 'workload');
  return withStatus(OUTCOME.degraded, passes ? statusOf(fallback) : own);
}
