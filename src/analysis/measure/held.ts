import type { RunRecord } from '../../contracts/record/record.js';
import type { CellSet } from './window.js';

/** How long successful requests are in progress on average, without waits for a worker or a thread, in seconds. */
export function meanHeld(
  record: RunRecord,
  parts: readonly number[],
  { segments }: CellSet,
): number {
  let [count, held] = [0, 0];
  for (const part of parts) {
    const { successLatency, queueWait } = record.parts[part];
    const waits = record.meters.find(
      ({ name, form, part: own }) =>
        name === 'threadPool.wait' && form === 'durations' && own === part,
    );
    for (const at of segments) {
      const { count: n, sum } = successLatency[at];
      const threads = waits?.form === 'durations' ? waits.segments[at] : undefined;
      count += n;
      held += sum - n * (meanOf(queueWait[at]) + meanOf(threads));
    }
  }
  return count > 0 ? Math.max(0, held) / count / 1e9 : 0;
}

function meanOf(histogram: { readonly count: number; readonly sum: number } | undefined): number {
  return histogram === undefined || histogram.count === 0 ? 0 : histogram.sum / histogram.count;
}
