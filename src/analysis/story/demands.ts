import { sumOf } from '../../stats/sums.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { areaOf, gaugesByComponent, type Gauge } from '../measure/gauges.js';
import { arrivedOf, outcomeOf, sumCells, sumParts } from '../measure/sums.js';
import { partsOf, type VariantData } from '../measure/variant-data.js';
import type { CellSet } from '../measure/window.js';

/** Arrivals of one run in windows: of users, and at the components that they reach. */
export interface Demands {
  /** Requests per second of the users that reach a component; of all users where none is known to reach it. */
  usersOf(component: number, window: CellSet): number;
  /** Attempts per second that arrive at a component. */
  arrivedAt(component: number, window: CellSet): number;
  /** Attempts per second of the calls to a component, from one caller or from all (null). */
  sentTo(caller: number | null, component: number, window: CellSet): number;
  /**
   * First attempts per second at a component: user requests times the calls that each execution on the way makes. A
   * lower bound, because executions that end early make fewer calls.
   */
  firstAt(component: number, window: CellSet): number;
  /** The same at one of its parts, and of the calls on a measured edge. */
  firstAtPart(part: number, window: CellSet): number;
  firstOn(stat: number, window: CellSet): number;
  /**
   * Workers, or cores, that these first attempts keep in use on average. `measured`: the time that shows how long an
   * execution uses one.
   */
  neededAt(component: number, kind: 'busy' | 'cpu', window: CellSet, measured: CellSet): number;
}

/** The arrivals of one run. */
export function demandsOf(data: VariantData, record: RunRecord): Demands {
  const { plan } = data;
  const reach = new Map<number, readonly number[]>();
  const rateOf = (parts: readonly number[], { cells, lengthNs }: CellSet): number => {
    return lengthNs > 0 ? (arrivedOf(sumParts(record, parts, cells)) / lengthNs) * 1e9 : 0;
  };
  const reaching = (component: number): readonly number[] => {
    let parts = reach.get(component);
    if (parts === undefined) {
      const callers = callersOf(data, component);
      const own = data.requests.filter((part) => callers.has(part));
      reach.set(component, (parts = own.length > 0 ? own : data.requests));
    }
    return parts;
  };
  const requests = new Set(data.requests);
  const searchIn = (window: CellSet): Search => {
    return { plan, record, requests, window, rateOf, known: new Map(), cuts: 0 };
  };
  const firstOf = (parts: readonly number[], window: CellSet): readonly number[] => {
    const search = searchIn(window);
    return parts.map((part) => firstAtPart(search, part, new Set()));
  };
  return {
    usersOf: (component, window) => rateOf(reaching(component), window),
    arrivedAt: (component, window) => rateOf(partsOf(plan, component), window),
    sentTo: (caller, component, window) =>
      attemptsSent(data, record, { from: caller, component }, window),
    firstAt: (component, window) => sumOf(firstOf(partsOf(plan, component), window)),
    firstAtPart: (part, window) => sumOf(firstOf([part], window)),
    firstOn: (stat, window) => firstOn(searchIn(window), stat, new Set()),
    neededAt: (component, kind, window, measured) => {
      const parts = partsOf(plan, component);
      const first = firstOf(parts, window);
      return levelOf(data, record, { component, kind, parts, first, measured });
    },
  };
}

/** Attempts per second of the calls to a component, from one caller or from all (null). */
function attemptsSent(
  { edges }: VariantData,
  record: RunRecord,
  asked: { readonly from: number | null; readonly component: number },
  { cells, lengthNs }: CellSet,
): number {
  let sent = 0;
  for (const { from, to, stats } of edges) {
    if (to !== asked.component || (asked.from !== null && from !== asked.from)) continue;
    for (const stat of stats) {
      const { attemptOutcomes } = record.edges[stat];
      for (const cell of cells) sent += arrivedOf(attemptOutcomes, cell * OUTCOME_KINDS);
    }
  }
  return lengthNs > 0 ? (sent / lengthNs) * 1e9 : 0;
}

/** First attempts per second of each part of a component, and the time that shows the work of an execution. */
interface Asked {
  readonly component: number;
  readonly kind: 'busy' | 'cpu';
  readonly parts: readonly number[];
  readonly first: readonly number[];
  readonly measured: CellSet;
}

/**
 * Mean number of workers or cores that first attempts use. Parts are weighed by their worker time per execution, because
 * a limit or a full queue lets another mix through than arrives. The use of cores by part is unknown: all count alike.
 */
function levelOf(
  data: VariantData,
  record: RunRecord,
  { component, kind, parts, first, measured }: Asked,
): number {
  const gauges = gaugesByComponent(data, record)[component];
  const own = gauges.filter((gauge) => gauge.kind === kind);
  const area = areaOf(own, measured.cells);
  const counts = parts.map((part) => executions(record, part, measured.segments));
  const all = sumOf(counts);
  if (all === 0) return 0;
  const queues = gauges.filter((gauge) => gauge.kind === 'queue');
  const pools = record.meters.flatMap((meter) =>
    meter.name === 'threadPool.queue' && meter.component === component && meter.form === 'gauge'
      ? [meter.area]
      : [],
  );
  const queuedIn = (cell: number): number => levelIn(data, queues, pools, cell);
  // Requests that waited before this time executed in it as well; some of those that wait at its end do so later.
  const [begin, end] = [measured.cells[0], measured.cells[measured.cells.length - 1]];
  const never = admittedIn(record, parts, measured) - all;
  const later = Math.max(0, queuedIn(end) - never);
  const carried = queuedIn(begin) - later;
  const more = Math.max(1, all + carried) / all;
  const busy = parts.map((part) => sumCells(record.parts[part].busyNs, measured.cells));
  const each = sumOf(busy) / all;
  const isWeighed = kind === 'busy' && each > 0;
  const weights = counts.map((n, i) => (isWeighed ? (n > 0 ? busy[i] / n : each) : 1));
  const done = sumOf(counts.map((n, i) => n * weights[i])) * more;
  return (sumOf(first.map((rate, i) => rate * weights[i])) * area) / done / 1e9;
}

/** Requests that wait on average in a cell, in the queues of a component and for the threads of its pools. */
function levelIn(
  { plan }: VariantData,
  queues: readonly Gauge[],
  pools: readonly Float64Array[],
  cell: number,
): number {
  const { edges } = plan.grid;
  const area = pools.reduce((sum, own) => sum + own[cell], areaOf(queues, Int32Array.of(cell)));
  return area / (edges[cell + 1] - edges[cell]);
}

/** Requests that arrive in a time and are not refused. */
function admittedIn(record: RunRecord, parts: readonly number[], { cells }: CellSet): number {
  const outcomes = sumParts(record, parts, cells);
  const refused = REFUSALS.map((name) => outcomeOf(outcomes, name));
  return arrivedOf(outcomes) - sumOf(refused);
}

const REFUSALS = ['rejectedOverload', 'rejectedRateLimit', 'throttled'] as const;

/** Parts from which calls reach a component, over any number of steps. */
function callersOf({ plan }: VariantData, component: number): ReadonlySet<number> {
  const found = new Set(partsOf(plan, component));
  const { statsInto } = wiringOf(plan);
  // The set grows while it is read.
  for (const part of found)
    for (const stat of statsInto[part]) found.add(plan.statEdges[stat].from);
  return found;
}

/** A search for the first attempts at parts in a window. */
interface Search {
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly requests: ReadonlySet<number>;
  readonly window: CellSet;
  readonly rateOf: (parts: readonly number[], window: CellSet) => number;
  /** By part, where no circle of calls leads to it. Layers of components have a great many ways to a deep one. */
  readonly known: Map<number, number>;
  /** Number of times that a way was left because it went round in a circle. */
  cuts: number;
}

/** Calls of one execution of a part of the caller, times its own first attempts, over all callers. */
function firstAtPart(search: Search, part: number, above: ReadonlySet<number>): number {
  const { plan, requests, window, rateOf, known } = search;
  if (requests.has(part)) return rateOf([part], window);
  const found = known.get(part);
  if (found !== undefined) return found;
  const { cuts } = search;
  const path = new Set([...above, part]);
  const sum = sumOf(wiringOf(plan).statsInto[part].map((stat) => firstOn(search, stat, path)));
  if (search.cuts === cuts) known.set(part, sum);
  return sum;
}

/** First calls per second on a measured edge. `path`: the parts below, among which its caller closes a circle. */
function firstOn(search: Search, stat: number, path: ReadonlySet<number>): number {
  const { plan, record, requests, window, rateOf } = search;
  const { from } = plan.statEdges[stat];
  if (path.has(from)) {
    search.cuts++;
    return 0;
  }
  const calls = sumCells(record.edges[stat].calls, window.cells);
  if (calls === 0) return 0;
  const arrived = rateOf([from], window) * (window.lengthNs / 1e9);
  if (arrived === 0) return 0;
  // Requests that the caller refuses make no call.
  const begun = requests.has(from)
    ? arrived
    : Math.min(arrived, Math.max(calls, begunIn(record, from, window)));
  return firstAtPart(search, from, path) * (calls / begun);
}

/** Requests of a part in a window that got a worker: all but those that ended without an execution. */
function begunIn(record: RunRecord, part: number, { cells }: CellSet): number {
  const arrived = arrivedOf(sumParts(record, [part], cells));
  const all = record.parts[part].outcomes;
  let total = 0;
  for (let at = 0; at < all.length; at++) total += all[at];
  return total > 0 ? (arrived * Math.min(total, executions(record, part))) / total : 0;
}

function executions(record: RunRecord, part: number, segments?: Int32Array): number {
  const { queueWait } = record.parts[part];
  const own = segments === undefined ? queueWait : [...segments].map((at) => queueWait[at]);
  return own.reduce((sum, { count }) => sum + count, 0);
}
