import {
  DESIGNED,
  OUTCOME_KINDS,
  OUTCOME_NAMES,
  type OutcomeName,
} from '../../contracts/outcome.js';
import type { GaugeKind, PartRecord, RunRecord } from '../../contracts/record/record.js';
import type { PlanComponent } from '../../contracts/plan/plan.js';
import { awayOf, downtimesOf, type Downtime } from './downtimes.js';
import { gaugesByComponent, type Gauge } from './gauges.js';
import { throttledBy } from './pool-refusals.js';
import { isZero } from '../../stats/record-columns.js';
import { SparseMerge } from './sparse.js';
import { columnOf, constantColumn } from './step-columns.js';
import { bySteps, maxLevels, meanLevels, outcomesBySteps, type Steps } from './steps.js';
import { arrivedOf, finishedOf, rowsAt, succeededOf } from './sums.js';
import { capacityOver, isChanged, meanCapacityOf, type Capacity } from './in-force.js';
import { partName } from '../../contracts/plan/names.js';
import { usualLatency, type UsualLatency } from './usual-latency.js';
import { instancesOf, isPlaced, partsOf, type VariantData } from './variant-data.js';

/** Signals of one component, or of one request of a workload, in each step of one run. */
export interface Lane {
  readonly name: string;
  readonly component: number;
  readonly parts: readonly number[];
  readonly arrivals: Float64Array;
  /** All arrivals, also those whose outcome the end of the run cuts off. */
  readonly arrived: Float64Array;
  readonly finished: Float64Array;
  readonly succeeded: Float64Array;
  /** For workloads the successes within `goodputWithin`; else all successes. */
  readonly good: Float64Array;
  readonly errors: Float64Array;
  readonly shed: Float64Array;
  /** The part of `shed` that exceeded a rate limit or was throttled, but not by a full thread pool. */
  readonly overRate: Float64Array;
  /** Requests that are refused by design: over a limit, wrong, or unknown. */
  readonly refused: Float64Array;
  /** Requests whose callers left before the response. */
  readonly cancelled: Float64Array;
  /** p95 of successes, seconds; NaN if nothing succeeded. */
  readonly latency: Float64Array;
  /** Number of successes on which `latency` is based. */
  readonly answered: Float64Array;
  /** Latency distribution of these successes before a step; null if nothing succeeded. */
  readonly usualUntil: (step: number) => UsualLatency | null;
  /** Sums over instances; empty for workloads. */
  readonly busy: Float64Array;
  readonly queue: Float64Array;
  readonly queueMax: Float64Array;
  readonly busyMax: Float64Array;
  readonly inSystem: Float64Array;
  readonly poolWaiting: Float64Array;
  /** Cores in use; empty for workloads. */
  readonly cpu: Float64Array;
  /** Share of the instances that run; 1 for workloads. */
  readonly up: Float64Array;
  /** Share of the instance slots that are not empty; 1 if the number of instances never changes. */
  readonly there: Float64Array;
  /** Workers over all instances, those that do not run included; Infinity if unlimited, 0 for workloads. */
  readonly workers: number;
  /** The same by step, and the places of its queue, with the changes of the configuration in force. */
  readonly workersAt: Float64Array;
  readonly placesAt: Float64Array;
  /** Cores that its CPU quota allows, over all instances; Infinity if unlimited. */
  readonly cores: number;
}

/** A lane without its latencies, which take as long to find as all the rest. */
export type Counts = Omit<Lane, 'latency' | 'answered' | 'usualUntil'>;

/**
 * Lanes of one run: placed components by id, then the requests of workloads by part id. Their latencies are those of
 * endpoints that have answered before the step `baseline`, if any has: another mix of endpoints is not slower.
 */
export function lanesOf(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  baseline: number,
): readonly Lane[] {
  const { stepOfCell } = data.plan.grid;
  const isKnown = ({ good }: PartRecord): boolean =>
    good.some((n, cell) => n > 0 && stepOfCell[cell] < baseline);
  return countsOf(data, record, steps).map((lane) => {
    const rows = rowsAt(record, lane.parts);
    const known = rows.filter(isKnown);
    const judged = known.length > 0 ? known : rows;
    const usualUntil = (step: number): UsualLatency | null => usualLatency(judged, 0, step);
    return { ...lane, ...latencies(judged, steps), usualUntil };
  });
}

/** The lanes of `lanesOf` without latencies. */
export function countsOf(data: VariantData, record: RunRecord, steps: Steps): readonly Counts[] {
  const { plan } = data;
  const lanes: Counts[] = [];
  const gauges = gaugesByComponent(data, record);
  plan.components.forEach((component, id) => {
    if (isPlaced(component)) {
      lanes.push(laneOf(data, record, steps, component.name, id, partsOf(plan, id), gauges));
    }
  });
  for (const part of data.requests) {
    const { component } = plan.parts[part];
    lanes.push(laneOf(data, record, steps, partName(plan, part), component, [part], gauges));
  }
  return lanes;
}

/**
 * The part of a lane by which its health can be judged. Steps from `known` on count as idle, because the end of the run
 * cut off their requests. Without a fault, cancelled requests do not count at all, because their callers no longer
 * needed the response, and neither do those that are refused by design. With a fault, the time before it shows how many
 * of them are normal, and more are a symptom.
 */
export function judgedLane(lane: Lane, known: number, isFaulted: boolean): Lane {
  const keep = (column: Float64Array): Float64Array =>
    isZero(column.subarray(known)) ? column : column.slice().fill(0, known);
  const { cancelled, refused, overRate } = lane;
  const less = (column: Float64Array, ...others: readonly Float64Array[]): Float64Array =>
    isFaulted || others.every(isZero)
      ? column
      : column.map((n, step) => n - others.reduce((sum, own) => sum + own[step], 0));
  return {
    ...lane,
    arrivals: keep(less(lane.arrivals, cancelled, refused)),
    finished: keep(less(lane.finished, cancelled, refused)),
    succeeded: keep(lane.succeeded),
    good: keep(lane.good),
    errors: keep(less(lane.errors, overRate)),
    shed: keep(less(lane.shed, overRate)),
  };
}

const kindsOf = (names: readonly OutcomeName[]): readonly number[] =>
  names.map((name) => OUTCOME_NAMES.indexOf(name));
const OVER_RATE = kindsOf(['rejectedRateLimit', 'throttled']);
const THROTTLED = kindsOf(['throttled']);
const REFUSED = kindsOf(DESIGNED);
const SHED = [...kindsOf(['rejectedOverload']), ...OVER_RATE];
/** Outcomes that say nothing about the health of the component that answered. */
const NEUTRAL = kindsOf(['ok', 'degraded', 'clientError', 'cancelled', 'unfinished']);

function laneOf(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  name: string,
  component: number,
  parts: readonly number[],
  gauges: readonly (readonly Gauge[])[],
): Counts {
  const rows = rowsAt(record, parts);
  const outcomes = outcomesBySteps(rows, steps);
  const column = (pick: (at: number) => number): Float64Array =>
    columnOf(steps, (values) => {
      for (let step = 0; step < steps.count; step++) values[step] = pick(step * OUTCOME_KINDS);
    });
  const countOf = (kinds: readonly number[], at: number): number => {
    let sum = 0;
    for (const kind of kinds) sum += outcomes[at + kind];
    return sum;
  };
  const pools = throttledBy('searches', data, record, parts);
  const byPools = pools === null ? null : bySteps([pools], steps);
  const forCapacity = (at: number): number =>
    byPools === null ? 0 : Math.min(countOf(THROTTLED, at), byPools[at / OUTCOME_KINDS]);
  const finished = column((at) => finishedOf(outcomes, at));
  const succeeded = column((at) => succeededOf(outcomes, at));
  const arrivals = column((at) => arrivedOf(outcomes, at));
  const plan = data.plan.components[component];
  const isWorkload = plan.kind === 'workload';
  const good = rows.map((row) => row.good);
  return {
    name,
    component,
    parts,
    arrivals,
    arrived: arrivals,
    finished,
    succeeded,
    good: isWorkload ? bySteps(good, steps) : succeeded,
    errors: column((at) => arrivedOf(outcomes, at) - countOf(NEUTRAL, at)),
    shed: column((at) => countOf(SHED, at)),
    overRate: column((at) => countOf(OVER_RATE, at) - forCapacity(at)),
    refused: column((at) => countOf(REFUSED, at) - forCapacity(at)),
    cancelled: column((at) => outcomes[at + CANCELLED]),
    ...(isWorkload ? NO_LEVELS : levelsOf(gauges[component], steps)),
    ...sharesOf(data, record, steps, component),
    workers: isWorkload ? 0 : totalOf(plan, workersOf),
    workersAt: inForce(data, record, steps, component, workersOf),
    placesAt: inForce(data, record, steps, component, placesOf),
    cores: totalOf(plan, coresOf),
  };
}

const workersOf: Capacity = ({ concurrency }) => concurrency;
const placesOf: Capacity = ({ queue }) => queue.capacity;

/** A capacity summed over all places of a component, by step: the mean if a change takes effect within it. */
function inForce(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  component: number,
  capacity: Capacity,
): Float64Array {
  const plan = data.plan.components[component];
  const own = instancesOf(data.plan, component);
  if (plan.kind === 'workload') return constantColumn(steps, 0);
  if (!isChanged(data, own, capacity)) return constantColumn(steps, totalOf(plan, capacity));
  const all = own.map((id) => capacityOver(data, record, id, capacity));
  return columnOf(steps, (column) => {
    for (let step = 0; step < steps.count; step++) {
      const begin = steps.startNs[step];
      const end = begin + steps.lengthNs[step];
      for (const spans of all) column[step] += meanCapacityOf(spans, begin, end);
    }
  });
}

/** Cores that a process may use; Infinity = no limit. */
export const coresOf: Capacity = ({ cpu }) => Math.min(cpu.cores, cpu.quota?.limit ?? Infinity);

/** A capacity summed over all places of a component. */
function totalOf(component: PlanComponent, capacity: Capacity): number {
  const { versions, instances } = component;
  if (versions === null) return capacity(component) * instances;
  return versions.ofPlace.reduce((sum, version) => sum + capacity(versions.processes[version]), 0);
}

function levelsOf(gauges: readonly Gauge[], steps: Steps): Levels {
  const of = (kind: GaugeKind): Gauge[] => gauges.filter((gauge) => gauge.kind === kind);
  return {
    busy: meanLevels(of('busy'), steps),
    queue: meanLevels(of('queue'), steps),
    queueMax: maxLevels(of('queue'), steps),
    busyMax: maxLevels(of('busy'), steps),
    inSystem: meanLevels(of('concurrency'), steps),
    poolWaiting: meanLevels(of('waiting'), steps),
    cpu: meanLevels(of('cpu'), steps),
  };
}

/**
 * Shares of a component's instances that run, and of its slots that are not empty, by step. A dead process has no
 * workers.
 */
function sharesOf(
  data: VariantData,
  record: RunRecord,
  steps: Steps,
  component: number,
): Pick<Lane, 'up' | 'there'> {
  const own = data.plan.components[component];
  const { instances, firstInstance } = own;
  const all = new Set(Array.from({ length: instances }, (_, index) => firstInstance + index));
  const downtimes = downtimesOf(data, record, all);
  const empty = downtimes.filter(({ absent }) => absent);
  const weights = weightsOf(own);
  if (weights !== null) {
    const share = (list: readonly Downtime[]): Float64Array =>
      weightedShare(list, steps, weights, firstInstance);
    return { up: share(downtimes), there: share(empty) };
  }
  // Computed from whole ns, so that the share is exactly 0 when every instance is down.
  const share = (away: Float64Array): Float64Array =>
    columnOf(steps, (shares) =>
      away.forEach((ns, step) => (shares[step] = 1 - ns / (steps.lengthNs[step] * instances))),
    );
  return { up: share(awayOf(downtimes, steps)), there: share(awayOf(empty, steps)) };
}

/**
 * By index of the instance: its cores, or else its workers, so that the share of the instances that run is the share of
 * the capacity; null if all are equal.
 */
function weightsOf({ versions }: PlanComponent): readonly number[] | null {
  if (versions === null) return null;
  const { processes, ofPlace } = versions;
  for (const capacity of [coresOf, ({ concurrency }): number => concurrency] satisfies Capacity[]) {
    const each = processes.map(capacity);
    if (!each.every(Number.isFinite)) continue;
    if (each.some((one) => one !== each[0])) return ofPlace.map((version) => each[version]);
  }
  return null;
}

function weightedShare(
  downtimes: readonly Downtime[],
  steps: Steps,
  weights: readonly number[],
  first: number,
): Float64Array {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const lost = new Float64Array(steps.count);
  weights.forEach((weight, index) => {
    const own = downtimes.filter(({ instance }) => instance === first + index);
    const away = awayOf(own, steps);
    for (let step = 0; step < steps.count; step++) lost[step] += weight * away[step];
  });
  return lost.map((sum, step) => 1 - sum / (all * steps.lengthNs[step]));
}

const CANCELLED = OUTCOME_NAMES.indexOf('cancelled');
type Levels = Pick<
  Lane,
  'busy' | 'queue' | 'queueMax' | 'busyMax' | 'inSystem' | 'poolWaiting' | 'cpu'
>;
const NONE = new Float64Array(0);
const NO_LEVELS: Levels = {
  busy: NONE,
  queue: NONE,
  queueMax: NONE,
  busyMax: NONE,
  inSystem: NONE,
  poolWaiting: NONE,
  cpu: NONE,
};

function latencies(
  rows: readonly RunRecord['parts'][number][],
  steps: Steps,
): Pick<Lane, 'latency' | 'answered'> {
  if (rows.every(({ stepLatency }) => stepLatency.index.length === 0))
    return { latency: constantColumn(steps, NaN), answered: constantColumn(steps, 0) };
  const merge = new SparseMerge();
  const latency = new Float64Array(steps.count);
  const answered = new Float64Array(steps.count);
  for (let step = 0; step < steps.count; step++) {
    merge.clear();
    for (const row of rows) merge.add(row.stepLatency, step);
    latency[step] = merge.quantiles([0.95])[0] ?? NaN;
    answered[step] = merge.count;
  }
  return { latency, answered };
}
