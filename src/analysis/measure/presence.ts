import type { Ns } from '../../kernel/time.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { comesAndGoes } from '../../contracts/plan/versions.js';
import { awayOf, downtimesOf } from './downtimes.js';
import { largestOf, meanOf, type Measured } from './estimate.js';
import { cellSums, denseOf, picked, type GaugePick } from './gauges.js';
import { capacityOver, isChanged, type Capacity } from './in-force.js';
import type { Question } from './question.js';
import type { Steps } from './steps.js';
import { instancesOf, type VariantData } from './variant-data.js';

/** Whether the number of some of these instances changes during the run. */
export function isScaled({ plan }: VariantData, instances: readonly number[]): boolean {
  return instances.some((id) => comesAndGoes(plan.components[plan.instances[id].component]));
}

/** Whether the total capacity of some of these instances is not the same during the entire run. */
export function varies(
  data: VariantData,
  instances: readonly number[],
  capacity: Capacity,
): boolean {
  return isScaled(data, instances) || isChanged(data, instances, capacity);
}

/**
 * Total capacity of the instances that exist, by cell: capacity x ns. An empty slot has no capacity until its new
 * instance is up or, with `wanted`, until that instance is ordered. With `up` only processes that run have capacity.
 */
export function capacityByCell(
  data: VariantData,
  record: RunRecord,
  instances: readonly number[],
  capacity: Capacity,
  { wanted = false, up = false }: { readonly wanted?: boolean; readonly up?: boolean } = {},
): Float64Array {
  const { edges } = data.plan.grid;
  const own = new Map(instances.map((id) => [id, capacityOver(data, record, id, capacity)]));
  const spans = [...own.values()];
  const all = spans.reduce((sum, each) => sum + (each.length > 1 ? 0 : each[0].value), 0);
  const cells = Float64Array.from(
    { length: edges.length - 1 },
    (_, cell) => all * (edges[cell + 1] - edges[cell]),
  );
  /** Adds the capacity of an instance from a time to another one, or takes it away. */
  const add = (instance: number, fromNs: Ns, untilNs: Ns, sign: 1 | -1): void => {
    for (const span of own.get(instance)!) {
      const [begin, end] = [Math.max(fromNs, span.fromNs), Math.min(untilNs, span.untilNs)];
      for (let cell = 0; cell < cells.length; cell++) {
        const ns = within(begin, end, edges[cell], edges[cell + 1]);
        if (ns > 0) cells[cell] += sign * span.value * ns;
      }
    }
  };
  for (const [id, each] of own) if (each.length > 1) add(id, -Infinity, Infinity, 1);
  for (const down of downtimesOf(data, record, new Set(instances))) {
    const { instance, fromNs, absent } = down;
    if (!absent && !up) continue;
    const untilNs = wanted ? Math.min(down.wantedNs, down.untilNs) : down.untilNs;
    add(instance, fromNs, untilNs, -1);
  }
  return cells;
}

/** Number of these instances that exist, by step. */
export function thereBySteps(
  data: VariantData,
  record: RunRecord,
  instances: readonly number[],
  steps: Steps,
): Float64Array {
  const empty = downtimesOf(data, record, new Set(instances)).filter(({ absent }) => absent);
  return awayOf(empty, steps).map((ns, step) => instances.length - ns / steps.lengthNs[step]);
}

/** Instances of a component that exist at a given time. */
export function thereAt(
  data: VariantData,
  record: RunRecord,
  instances: readonly number[],
  at: Ns,
): ReadonlySet<number> {
  const there = new Set(instances);
  if (!isScaled(data, instances)) return there;
  for (const { instance, fromNs, untilNs, absent } of downtimesOf(data, record, there)) {
    if (absent && fromNs <= at && at < untilNs) there.delete(instance);
  }
  return there;
}

function within(fromNs: Ns, untilNs: Ns, beginNs: Ns, endNs: Ns): Ns {
  return Math.max(0, Math.min(untilNs, endNs) - Math.max(fromNs, beginNs));
}

/** A gauge as a share of the capacity of the instances that exist: the mean, or the largest value of a cell. */
export function shareOfThere(
  { data, window, ending, selection }: Pick<Question, 'data' | 'window' | 'ending' | 'selection'>,
  pick: GaugePick,
  capacity: Capacity,
): Measured {
  const { edges } = data.plan.grid;
  const each = data.records.map((record): number | null => {
    const room = capacityByCell(data, record, selection.instances, capacity);
    const gauges = picked(record, pick);
    if (gauges.length === 0 || window.lengthNs === 0) return null;
    const cells = edges.length - 1;
    const maxima = cellSums(gauges, 'max', cells);
    const areas = gauges.map((gauge) => denseOf(gauge, 'area', cells));
    let used = 0;
    let full = 0;
    let most = 0;
    for (const cell of window.cells) {
      const lengthNs = edges[cell + 1] - edges[cell];
      if (room[cell] > 0)
        most = Math.max(most, Math.min(1, (maxima[cell] * lengthNs) / room[cell]));
      for (const area of areas) used += area[cell];
      full += room[cell];
    }
    if (!(full > 0)) return null;
    if (ending === 'max') return most;
    return Number.isFinite(full) ? used / full : null;
  });
  return ending === 'max' ? largestOf(each) : meanOf(each);
}

/** Mean capacity over a window and all runs; with `up` that of processes that run. */
export function meanCapacity(
  data: VariantData,
  window: Question['window'],
  instances: readonly number[],
  capacity: Capacity,
  up = false,
): number {
  let sum = 0;
  for (const record of data.records) {
    const cells = capacityByCell(data, record, instances, capacity, { up });
    for (const cell of window.cells) sum += cells[cell];
  }
  return sum / (window.lengthNs * data.records.length);
}

/** Instances of a component that exist, mean over a window and all runs. */
export function meanInstances(
  { data, window }: Pick<Question, 'data' | 'window'>,
  component: number,
): number {
  const own = instancesOf(data.plan, component);
  return isScaled(data, own) ? meanCapacity(data, window, own, () => 1) : own.length;
}
