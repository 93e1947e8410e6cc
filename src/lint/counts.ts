import { Counts } from '../kernel/counts.js';
import type { StepCount } from '../contracts/quantities/quantities.js';

/** Mean of a count, for a run of a handler with this number of messages. */
export function meanCount(count: StepCount, messages = 1): number {
  if (count.kind === 'messages') return messages;
  const counts = new Counts();
  return counts.mean(counts.add(count));
}
