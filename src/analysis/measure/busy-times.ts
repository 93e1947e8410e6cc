import { expectedArrivals, type Arrivals } from '../../contracts/scenario/arrivals.js';
import type { Plan, PlanLoad } from '../../contracts/plan/plan.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { cellsOf, type CellSet } from './window.js';

/** A shorter peak is no time in which use could be measured. */
const LEAST_NS = 5 * NS_PER_SECOND;
/** From this multiple of the mean on, a peak is one. */
const PEAK = 1.1;
/** What has this share of a peak belongs to it. */
const PLATEAU = 0.95;

/**
 * The times within a window in which most requests are planned: of all workloads together, and of each one, because one
 * that runs at another time may fill a component of its own. Empty where the load is steady.
 */
export function busyTimes(plan: Plan, window: CellSet): readonly CellSet[] {
  const each = plan.loads.length > 1 ? plan.loads.map((load) => [load]) : [];
  const found = new Map<string, CellSet>();
  for (const loads of [plan.loads, ...each]) {
    const time = busiest(plan, window, loads);
    // The cells of a time are adjacent.
    if (time !== null) found.set(`${time.cells[0]} ${time.cells.length}`, time);
  }
  return [...found.values()];
}

/** The time within a window in which most requests of some workloads are planned; null where their load is steady. */
export function busiest(plan: Plan, window: CellSet, loads: readonly PlanLoad[]): CellSet | null {
  const peak = peakIn(plan, window, loads, LEAST_NS);
  return peak === null ? null : cellsOf([peak], plan);
}

/**
 * The highest peak in a time however short it is, and the same time with what follows, the longest first: what a burst
 * leaves is served after it.
 */
export function burstsIn(plan: Plan, window: CellSet): readonly CellSet[] {
  const peak = peakIn(plan, window, plan.loads, 1);
  if (peak === null) return [];
  const { edges } = plan.grid;
  const ends = Array.from(window.cells, (cell) => edges[cell + 1]).reverse();
  const { fromNs } = peak;
  return ends
    .filter((untilNs) => untilNs >= peak.untilNs)
    .map((untilNs) => cellsOf([{ fromNs, untilNs }], plan));
}

/** The time of at least some length in which most requests of some workloads are planned; null without a peak. */
function peakIn(
  plan: Plan,
  { cells }: CellSet,
  loads: readonly PlanLoad[],
  leastNs: Ns,
): Peak | null {
  const { edges } = plan.grid;
  const at = [
    ...Array.from(cells, (cell) => edges[cell]),
    edges[(cells[cells.length - 1] ?? -1) + 1],
  ];
  const each = loads.map((load) => plannedIn(load, plan.warmupNs, at));
  const planned = at.slice(1).map((_, i) => each.reduce((sum, own) => sum + own[i], 0));
  return peakOf(planned, at, PEAK * meanRate(planned, at), leastNs);
}

/** A load that is planned to be higher after a window than in it. */
export interface LaterRise extends Peak {
  readonly load: PlanLoad;
  /** Its highest planned rate within the window, per ns. */
  readonly before: number;
}

/** The workload whose planned rate grows most after a window; null if none adds a tenth of all requests. */
export function laterRise(plan: Plan, { cells }: CellSet): LaterRise | null {
  const { edges } = plan.grid;
  const [first, last] = [cells[0], (cells[cells.length - 1] ?? -1) + 1];
  const all = Array.from(edges);
  const [within, after] = [all.slice(first, last + 1), all.slice(last)];
  let total = 0;
  let most: LaterRise | null = null;
  for (const load of plan.loads) {
    const [now, later] = [within, after].map((at) => plannedIn(load, plan.warmupNs, at));
    const before = peakOf(now, within, 0)?.rate ?? 0;
    total += before;
    const peak = peakOf(later, after, PEAK * before);
    if (peak !== null && peak.rate - before > (most === null ? 0 : most.rate - most.before))
      most = { ...peak, load, before };
  }
  return most !== null && most.rate - most.before >= (PEAK - 1) * total ? most : null;
}

/** The lowest and the highest planned rate of all workloads of a run, per second. */
export interface RateRange {
  readonly least: number;
  readonly most: number;
}

/** Time in which a rate is read. */
const INSTANT_NS = NS_PER_SECOND / 1000;

/** The range of the planned rate in the measured time; null where it is steady, or follows from users or written times. */
export function rateRange({ loads, grid, warmupNs }: Plan): RateRange | null {
  if (loads.some(({ arrivals: { kind } }) => kind === 'closed' || kind === 'at')) return null;
  const edges = Array.from(grid.edges).filter((ns) => ns >= warmupNs);
  const rates = edges.slice(1).flatMap((until, k) => {
    const at = [edges[k], edges[k] + INSTANT_NS, until - INSTANT_NS, until];
    const planned = loads.map((load) => plannedIn(load, warmupNs, at));
    const rateOf = (i: number): number =>
      planned.reduce((sum, own) => sum + own[i], 0) * (NS_PER_SECOND / INSTANT_NS);
    return [rateOf(0), rateOf(2)];
  });
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  return rates.length > 0 && most > PEAK * least ? { least, most } : null;
}

/** Expected arrivals of a load between times. */
function plannedIn(
  { arrivals, startNs, stopNs }: PlanLoad,
  originNs: Ns,
  at: readonly Ns[],
): readonly number[] {
  const until = counterOf(arrivals);
  const counts = at.map((ns) => until(Math.min(stopNs, Math.max(startNs, ns)) - originNs));
  return counts.slice(1).map((count, i) => count - counts[i]);
}

/** Arrivals until a time; times that are written are counted once, in their order. */
function counterOf(arrivals: Arrivals): (ns: Ns) => number {
  if (arrivals.kind !== 'at') return (ns) => expectedArrivals(arrivals, ns);
  const times = [...arrivals.timesNs].sort((a, b) => a - b);
  let count = 0;
  return (ns) => {
    while (count < times.length && times[count] < ns) count++;
    return count;
  };
}

function meanRate(planned: readonly number[], at: readonly Ns[]): number {
  return planned.reduce((sum, own) => sum + own, 0) / (at[planned.length] - at[0]);
}

/** The time of the highest rate, per ns. */
interface Peak {
  readonly fromNs: Ns;
  readonly untilNs: Ns;
  readonly rate: number;
}

/** The time of the highest rate above another one, with all that is as high beside it; null without a peak. */
function peakOf(
  planned: readonly number[],
  at: readonly Ns[],
  above: number,
  leastNs = LEAST_NS,
): Peak | null {
  const last = planned.length;
  let [from, until, rate] = [0, 0, above];
  for (let i = 0, j = 0, sum = 0; i < last; sum -= planned[i++]) {
    while (j < last && at[j] - at[i] < leastNs) sum += planned[j++];
    const lengthNs = at[j] - at[i];
    if (lengthNs < leastNs) break;
    if (sum / lengthNs > rate) [from, until, rate] = [i, j, sum / lengthNs];
  }
  if (until === 0) return null;
  const isHigh = (i: number): boolean => planned[i] >= PLATEAU * rate * (at[i + 1] - at[i]);
  while (from > 0 && isHigh(from - 1)) from--;
  while (until < last && isHigh(until)) until++;
  return plateauOf({ from, until, rate }, planned, at, leastNs);
}

/** A peak without the calm time at its ends, if half of the least time is left: both together have a load that never was. */
function plateauOf(
  { from, until, rate }: Omit<Peak, 'fromNs' | 'untilNs'> & Record<'from' | 'until', number>,
  planned: readonly number[],
  at: readonly Ns[],
  leastNs: Ns,
): Peak {
  const rateIn = (i: number): number => planned[i] / (at[i + 1] - at[i]);
  const rates = planned.slice(from, until).map((_, i) => rateIn(from + i));
  const high = PLATEAU * Math.max(...rates);
  const first = from + rates.findIndex((own) => own >= high);
  const end = from + rates.findLastIndex((own) => own >= high) + 1;
  const lengthNs = at[end] - at[first];
  if (lengthNs < leastNs / 2) return { fromNs: at[from], untilNs: at[until], rate };
  const within = planned.slice(first, end).reduce((sum, own) => sum + own, 0) / lengthNs;
  return { fromNs: at[first], untilNs: at[end], rate: Math.max(rate, within) };
}
