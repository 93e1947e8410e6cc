import { partName } from '../../contracts/plan/names.js';
import { sumOf } from '../../stats/sums.js';
import { shareOf, type Measured } from './estimate.js';
import { finishedOf, mergeSegments, sumOutcomes } from './sums.js';
import type { VariantData } from './variant-data.js';
import type { CellSet } from './window.js';

/** A success is slow above this multiple of the p99 of the baseline before its first fault. */
const SLOW_FACTOR = 2;
/** Fewest successes before the first fault that tell the usual latency; else the entire run counts. */
const FEW = 200;

/** By kind of request: the latency in ns above which a success is late. */
export type SlowAbove = ReadonlyMap<string, number>;

/** The limits for all variants, from the baseline, so that a slower variant has more slow requests. */
export function slowAbove({ plan, records, requests, before, whole }: VariantData): SlowAbove {
  const limits = new Map<string, number>();
  for (const part of requests) {
    const rows = records.map((record) => record.parts[part].successLatency);
    const calm = mergeSegments(rows, before.segments);
    const latency = calm.count < FEW ? mergeSegments(rows, whole.segments) : calm;
    if (latency.count > 0) limits.set(partName(plan, part), SLOW_FACTOR * latency.quantile(0.99));
  }
  return limits;
}

/** Share of the finished requests of users that succeed, but slowly. */
export function slowShare(data: VariantData, limits: SlowAbove): Measured {
  const { plan, records, requests, whole } = data;
  const finished = records.map((record) =>
    finishedOf(
      sumOutcomes(
        requests.map((part) => record.parts[part]),
        whole.cells,
      ),
    ),
  );
  const slow = records.map((record) =>
    sumOf(
      requests.map((part) => {
        const limit = limits.get(partName(plan, part));
        return limit === undefined ? 0 : slower(record.parts[part].successLatency, whole, limit);
      }),
    ),
  );
  return shareOf(slow, finished);
}

function slower(
  row: Parameters<typeof mergeSegments>[0][number],
  { segments }: CellSet,
  limit: number,
): number {
  const latency = mergeSegments([row], segments);
  return latency.count === 0 ? 0 : Math.round(latency.count * (1 - latency.cdfAt(limit)));
}
