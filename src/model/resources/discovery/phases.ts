import { streamKey, unit } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { Run } from '../../data/run.js';

/** The phase of a timer that has run for a long time: 0 up to its interval, drawn from a stream of its own. */
export function phaseOf(
  { plan, replication }: Pick<Run, 'plan' | 'replication'>,
  name: string,
  index: number,
  intervalNs: Ns,
): Ns {
  const { a, b } = streamKey(plan.seed, replication, name);
  return Math.floor(unit(a, b, index, 0, 0) * intervalNs);
}
