import { NS_PER_SECOND } from '../../kernel/time.js';
import { sumOf } from '../../stats/sums.js';
import { cellSums, picked, pickOf } from './gauges.js';
import type { Capacity } from './in-force.js';
import { capacityByCell } from './presence.js';
import type { Asked } from './question.js';
import { FULL } from './waits-below.js';

/** A shorter time is no reason to start with more instances. Seconds. */
const LEAST = 5;

/** The part of a window, in seconds after the warm-up. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * The time in which the instances that an autoscaler has by then use all of their cores, from the first such cell to the
 * last one; null where that takes no time worth a mention.
 */
export function outgrownIn(
  { data, window, selection: { instances } }: Asked,
  cores: Capacity,
): Span | null {
  const { plan, records } = data;
  const { edges } = plan.grid;
  const each = records.map((record) => ({
    used: cellSums(picked(record, pickOf('cpu', instances)), 'area', edges.length - 1),
    there: capacityByCell(data, record, instances, cores, { up: true }),
  }));
  const full = Array.from(window.cells).filter((cell) => {
    const there = sumOf(each.map((own) => own.there[cell]));
    return there > 0 && sumOf(each.map((own) => own.used[cell])) >= FULL * there;
  });
  const lengthNs = sumOf(full.map((cell) => edges[cell + 1] - edges[cell]));
  if (lengthNs < LEAST * NS_PER_SECOND) return null;
  const at = (ns: number): number => (ns - plan.warmupNs) / NS_PER_SECOND;
  return { from: at(edges[full[0]]), until: at(edges[full[full.length - 1] + 1]) };
}
