import { GAUGE_KINDS, type GaugeKind, type GaugeTable } from '../../src/contracts/record/record.js';

/** A gauge with its figures by cell. */
export interface DenseGauge {
  readonly kind: GaugeKind;
  readonly instance: number;
  readonly callee: number;
  readonly area: ArrayLike<number>;
  readonly max: ArrayLike<number>;
}

/** The table of gauges that are written cell by cell. */
export function gaugeTable(gauges: readonly DenseGauge[]): GaugeTable {
  const cell: number[] = [];
  const area: number[] = [];
  const max: number[] = [];
  const bounds = gauges.map((gauge) => {
    const from = cell.length;
    for (let k = 0; k < gauge.area.length; k++) {
      if (gauge.area[k] === 0 && gauge.max[k] === 0) continue;
      cell.push(k);
      area.push(gauge.area[k]!);
      max.push(gauge.max[k]!);
    }
    return [from, cell.length] as const;
  });
  return {
    kind: Uint8Array.from(gauges, ({ kind }) => GAUGE_KINDS.indexOf(kind)),
    instance: Int32Array.from(gauges, ({ instance }) => instance),
    callee: Int32Array.from(gauges, ({ callee }) => callee),
    from: Int32Array.from(bounds, ([from]) => from),
    until: Int32Array.from(bounds, ([, until]) => until),
    cell: Int32Array.from(cell),
    area: Float64Array.from(area),
    max: Float64Array.from(max),
  };
}
