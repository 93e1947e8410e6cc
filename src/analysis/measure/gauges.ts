import {
  GAUGE_KINDS,
  type GaugeKind,
  type GaugeTable,
  type RunRecord,
} from '../../contracts/record/record.js';
import type { VariantData } from './variant-data.js';

/** One gauge of a run: its row in the gauge table, and the range of its entries. */
export interface Gauge {
  readonly row: number;
  readonly kind: GaugeKind;
  readonly instance: number;
  readonly callee: number;
  readonly from: number;
  readonly until: number;
  readonly table: GaugeTable;
}

/** Selects gauges: those of a kind that pass, and of another kind that adds to it. */
export interface GaugePick {
  readonly kind: GaugeKind;
  readonly also?: GaugeKind;
  /** Gauges that count the same things at one place: the maxima have no larger sum. */
  readonly within?: GaugePick | undefined;
  /** The instances to whose gauges it is limited, each once; null = all. */
  readonly instances: readonly number[] | null;
  passes(instance: number, callee: number): boolean;
}

/** Picks the gauges of a kind of some instances. */
export function pickOf(kind: GaugeKind, instances: readonly number[]): GaugePick {
  return { kind, instances, passes: () => true };
}

/** Requests in service at some instances: those of calls, and executions that no call has brought. */
export function inService(instances: readonly number[]): GaugePick {
  return { ...pickOf('concurrency', instances), also: 'handling' };
}

/** Gauges of a kind: those with figures, and the rows of those that stayed at 0. */
interface Split {
  readonly gauges: Gauge[];
  readonly quiet: number[];
}

interface OfKind extends Split {
  /** By instance. */
  readonly own: Map<number, Split>;
}

/** Gauges by kind, computed on first use. */
const known = new WeakMap<GaugeTable, ReadonlyMap<GaugeKind, OfKind>>();

/** The gauges of a kind with figures, in the order of the record. */
export function gaugesOf(record: RunRecord, kind: GaugeKind): readonly Gauge[] {
  return ofKind(record.gauges, kind).gauges;
}

/** The selected gauges that have figures, in the order of the record. If none has, one that stayed at 0, if any. */
export function picked(record: RunRecord, pick: GaugePick): readonly Gauge[] {
  const { gauges: table } = record;
  if (pick.also !== undefined) {
    const { kind, also, ...own } = pick;
    return [...picked(record, { ...own, kind }), ...picked(record, { ...own, kind: also })];
  }
  const { gauges, quiet } = eligible(ofKind(table, pick.kind), pick.instances);
  const found = gauges.filter(({ instance, callee }) => pick.passes(instance, callee));
  if (found.length > 0) return found;
  const row = quiet.find((at) => pick.passes(table.instance[at], table.callee[at]));
  return row === undefined ? [] : [gaugeAt(table, row)];
}

/** The gauges of some instances, in the order of the record. */
function eligible(all: OfKind, instances: GaugePick['instances']): Split {
  if (instances === null) return all;
  const lists = instances.flatMap((id) => all.own.get(id) ?? []);
  if (lists.length === 1) return lists[0];
  return {
    gauges: lists.flatMap(({ gauges }) => gauges).sort((a, b) => a.row - b.row),
    quiet: lists.flatMap(({ quiet }) => quiet).sort((a, b) => a - b),
  };
}

function ofKind(table: GaugeTable, kind: GaugeKind): OfKind {
  let byKind = known.get(table);
  if (byKind === undefined) known.set(table, (byKind = rowsByKind(table)));
  return byKind.get(kind)!;
}

/** Gauges by the component of their instance, computed on first use. */
const placed = new WeakMap<GaugeTable, readonly (readonly Gauge[])[]>();

/** Gauges of a run with figures by the component of their instance. */
export function gaugesByComponent(
  { plan }: VariantData,
  record: RunRecord,
): readonly (readonly Gauge[])[] {
  let lists = placed.get(record.gauges);
  if (lists === undefined) {
    const rows: Gauge[][] = plan.components.map(() => []);
    for (const kind of GAUGE_KINDS) {
      for (const gauge of gaugesOf(record, kind)) {
        if (gauge.instance >= 0) rows[plan.instances[gauge.instance].component].push(gauge);
      }
    }
    placed.set(record.gauges, (lists = rows));
  }
  return lists;
}

/** Gauges with figures of the calls of one component to another. */
export function betweenOf(
  data: VariantData,
  record: RunRecord,
  kind: GaugeKind,
  caller: number,
  callee: number,
): readonly Gauge[] {
  const own = gaugesByComponent(data, record)[caller];
  return own.filter((gauge) => gauge.kind === kind && gauge.callee === callee);
}

function rowsByKind(table: GaugeTable): ReadonlyMap<GaugeKind, OfKind> {
  const kinds = GAUGE_KINDS.map((): OfKind => ({ gauges: [], quiet: [], own: new Map() }));
  for (let row = 0; row < table.kind.length; row++) {
    const all = kinds[table.kind[row]];
    const instance = table.instance[row];
    let own = all.own.get(instance);
    if (own === undefined) all.own.set(instance, (own = { gauges: [], quiet: [] }));
    if (table.from[row] === table.until[row]) {
      all.quiet.push(row);
      own.quiet.push(row);
    } else {
      const gauge = gaugeAt(table, row);
      all.gauges.push(gauge);
      own.gauges.push(gauge);
    }
  }
  return new Map(GAUGE_KINDS.map((kind, k) => [kind, kinds[k]]));
}

function gaugeAt(table: GaugeTable, row: number): Gauge {
  return {
    row,
    kind: GAUGE_KINDS[table.kind[row]],
    instance: table.instance[row],
    callee: table.callee[row],
    from: table.from[row],
    until: table.until[row],
    table,
  };
}

/** Whether a gauge was 0 in every cell. */
export function isQuiet({ from, until }: Gauge): boolean {
  return from === until;
}

/** Sum over gauges by cell. */
export function cellSums(
  gauges: readonly Gauge[],
  column: 'area' | 'max',
  cells: number,
): Float64Array {
  const sums = new Float64Array(cells);
  for (const { table, from, until } of gauges) {
    for (let at = from; at < until; at++) sums[table.cell[at]] += table[column][at];
  }
  return sums;
}

/** A gauge by cell, zeros included. */
export function denseOf(gauge: Gauge, column: 'area' | 'max', cells: number): Float64Array {
  return cellSums([gauge], column, cells);
}

/** Sum over gauges of their areas over some cells, level x ns. */
export function areaOf(gauges: readonly Gauge[], cells: Int32Array): number {
  const isOf = new Uint8Array(cells.reduce((most, cell) => Math.max(most, cell + 1), 0));
  for (const cell of cells) isOf[cell] = 1;
  let area = 0;
  for (const { table, from, until } of gauges) {
    let own = 0;
    for (let at = from; at < until; at++) if (isOf[table.cell[at]] === 1) own += table.area[at];
    area += own;
  }
  return area;
}

/** Largest, over some cells, of the sum of the maxima of the gauges in a cell. */
export function maxOf(gauges: readonly Gauge[], cells: Int32Array): number {
  if (gauges.every(isQuiet)) return 0;
  const size = cells.reduce((most, cell) => Math.max(most, cell + 1), 0);
  const sums = cellSums(gauges, 'max', size);
  return cells.reduce((largest, cell) => Math.max(largest, sums[cell]), 0);
}
