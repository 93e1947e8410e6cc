import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { cellSums, type Gauge } from '../measure/gauges.js';
import type { Lane } from '../measure/lanes.js';
import { stepAt, type Steps } from '../measure/steps.js';

/** The first time that a component was saturated: all its workers, or all its CPU, in use. */
export interface Saturation {
  /** Absolute. */
  readonly atNs: Ns;
  /** Steps [from, until) in which it is saturated; `atNs` may lie in the step before. */
  readonly from: number;
  readonly until: number;
  readonly resource: 'workers' | 'cores';
}

/** Share of the capacity that counts as all of it. */
export const SATURATED = 0.95;
const SATURATED_STEPS = 2;
/** Part of the first step within which a saturation begins with the run. */
const START = 0.1;

/** Since when saturations count, and what may cause one. */
export interface Since {
  /** The first step that counts, and the time within it. */
  readonly step: number;
  readonly fromNs: Ns;
  /** Times at which the load rises, absolute. */
  readonly risesNs: readonly Ns[];
}

/**
 * The first time since a step that all workers, or else all cores, are in use for two steps. Workers of a process whose cores
 * are all in use at that time wait for these.
 */
export function saturationOf(
  lane: Lane,
  gauges: readonly Gauge[],
  steps: Steps,
  plan: Plan,
  since: Since,
): Saturation | null {
  const find = (resource: Saturation['resource']): Saturation | null => {
    const { level, leftAt } = usageOf(lane, resource);
    const run = firstRun(level, leftAt, since.step);
    if (run === null) return null;
    const left = leftAt(run.from);
    const kind = resource === 'workers' ? 'busy' : 'cpu';
    const own = gauges.filter((gauge) => gauge.kind === kind);
    return { ...run, resource, atNs: reachedAt(own, left, run.from, steps, plan, since) };
  };
  const [workers, cores] = [find('workers'), find('cores')];
  if (workers === null || cores === null) return workers ?? cores;
  return cores.from <= workers.from + 1 && cores.until > workers.from ? cores : workers;
}

/** Steps in which all workers, or all cores, are in use, and also in the step before or after. */
export function fullSteps(lane: Lane, resource: Saturation['resource']): readonly number[] {
  const { level, leftAt } = usageOf(lane, resource);
  const steps = Array.from(level, (_, step) => step);
  const full = new Set(steps.filter((step) => isAt(level[step], leftAt(step))));
  return [...full].filter((step) => full.has(step - 1) || full.has(step + 1));
}

/** How much of a resource is in use, and how much of it the instances that run have in a step. */
interface Usage {
  readonly level: Float64Array;
  leftAt(step: number): number;
}

function usageOf({ busy, cpu, workersAt, cores, up }: Lane, of: Saturation['resource']): Usage {
  return of === 'workers'
    ? { level: busy, leftAt: (step) => workersAt[step] * up[step] }
    : { level: cpu, leftAt: (step) => cores * up[step] };
}

/** Share of steps [from, until) in which a component is saturated or rejects requests. */
export function saturatedShare(lane: Lane, from: number, until: number): number {
  let full = 0;
  for (let step = from; step < until; step++) {
    const isFull =
      hasNoWorkerLeft(lane, step) ||
      isAt(lane.cpu[step], lane.cores * lane.up[step]) ||
      lane.shed[step] > 0.01 * lane.arrivals[step];
    if (isFull) full++;
  }
  return until > from ? full / (until - from) : 0;
}

/** True if all workers of the instances that run are in use. */
export function hasNoWorkerLeft({ busy, workersAt, up }: Lane, step: number): boolean {
  return isAt(busy[step], workersAt[step] * up[step]);
}

function isAt(level: number, capacity: number): boolean {
  return capacity > 0 && Number.isFinite(capacity) && level >= SATURATED * capacity;
}

function firstRun(
  level: Float64Array,
  leftAt: Usage['leftAt'],
  since: number,
): { from: number; until: number } | null {
  let from = -1;
  for (let step = 0; step <= level.length; step++) {
    const isFull = step < level.length && isAt(level[step], leftAt(step));
    if (isFull && from < 0) from = step;
    if (isFull || from < 0) continue;
    // Fewer full steps before are chance: the saturation then counts from `since`.
    const start = from > since - SATURATED_STEPS ? Math.max(from, since) : from;
    if (start >= since && step - start >= SATURATED_STEPS) return { from: start, until: step };
    from = -1;
  }
  return null;
}

/**
 * The time at which the capacity was reached. The level is assumed to rise linearly, from its mean in the cell before
 * to the capacity, and to stay there. Then the mean of the cell in which that happens gives the time. It may be the
 * last cell of the step before the first full one. If the load rises before that step is full, the saturation is no
 * earlier than the rise.
 */
function reachedAt(
  gauges: readonly Gauge[],
  capacity: number,
  first: number,
  steps: Steps,
  { grid }: Plan,
  since: Since,
): Ns {
  const { edges } = grid;
  const cells = edges.length - 1;
  const sums = { area: cellSums(gauges, 'area', cells), max: cellSums(gauges, 'max', cells) };
  const sumAt = (column: 'area' | 'max', cell: number): number => sums[column][cell];
  const meanAt = (cell: number): number => sumAt('area', cell) / (edges[cell + 1] - edges[cell]);
  const evenlyAt = (at: number): Ns => {
    const before = at > 0 ? meanAt(at - 1) : 0;
    const full = Math.min(capacity, sumAt('max', at));
    if (!(full > before)) return edges[at];
    const part = (2 * (full - meanAt(at))) / (full - before);
    return edges[at] + Math.round(Math.min(1, Math.max(0, part)) * (edges[at + 1] - edges[at]));
  };
  let cell = grid.stepOfCell.indexOf(first);
  const hasReachedBefore = cell > 0 && sumAt('max', cell - 1) >= SATURATED * capacity;
  // The latest time from which a full step can have been full.
  const fullNs = edges[cell] + (1 - SATURATED) * steps.lengthNs[first];
  if (hasReachedBefore && stepAt(steps, edges[cell - 1]) >= since.step) cell--;
  const rises = since.risesNs.filter((at) => at > edges[cell] && at <= fullNs);
  const atNs = Math.max(evenlyAt(cell), since.fromNs, ...rises);
  // A component that is full in nearly all of the first step is so from the start: the rise within it is only assumed.
  const isFromStart = atNs - steps.startNs[0] < START * steps.lengthNs[0] && rises.length === 0;
  return isFromStart && since.fromNs <= steps.startNs[0] ? steps.startNs[0] : atNs;
}
