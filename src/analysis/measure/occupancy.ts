import { GAUGE_KINDS, type GaugeKind, type RunRecord } from '../../contracts/record/record.js';

const COUNTED = (['concurrency', 'queue'] as const satisfies readonly GaugeKind[]).map((kind) =>
  GAUGE_KINDS.indexOf(kind),
);

/**
 * How full the fullest of some instances was in each cell: its most requests in service plus its longest queue. Both
 * maxima need not be at the same instant.
 */
export function fullestOf(
  { gauges }: Pick<RunRecord, 'gauges'>,
  instances: ReadonlySet<number>,
  cells: number,
): Float64Array {
  const { kind, instance, from, until, cell, max } = gauges;
  const own = new Map<number, Float64Array>();
  for (let row = 0; row < kind.length; row++) {
    const id = instance[row]!;
    if (!instances.has(id) || !COUNTED.includes(kind[row]!)) continue;
    const levels = own.get(id) ?? new Float64Array(cells);
    own.set(id, levels);
    for (let entry = from[row]!; entry < until[row]!; entry++) levels[cell[entry]!] += max[entry]!;
  }
  const fullest = new Float64Array(cells);
  for (const levels of own.values()) {
    levels.forEach((level, k) => {
      if (level > fullest[k]!) fullest[k] = level;
    });
  }
  return fullest;
}
