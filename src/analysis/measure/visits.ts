import { sumOf } from '../../stats/sums.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { Asked } from './question.js';
import { callsOfEach } from './calls-of-each.js';
import { consumersOf, handlingParts } from './consumers.js';
import { ownRepeats } from './own-repeats.js';
import { remembered } from './remembered.js';
import { stepsAfter } from './saga-steps.js';
import {
  admittedOf,
  arrivedOf,
  executedOf,
  succeededOf,
  sumCells,
  sumOutcomes,
  sumParts,
} from './sums.js';
import { areaOf, inService, picked, pickOf, type GaugePick } from './gauges.js';
import { instancesOf, partsOf } from './variant-data.js';
import { selectComponent } from './subjects.js';
import { cellsAround } from './window.js';

type Moment = Pick<Asked, 'data' | 'window'>;

/** A smaller share is in flight at the ends of the window. */
const FEW = 0.01;

/** Requests per second of parts in a window, mean of the runs. */
export interface Visits {
  /** Requests that arrive, repeated ones included. */
  arrived(part: number): number;
  /** Executions that begin. Parts without workers record no waits: all requests that arrive, and messages that are not refused. */
  begun(part: number): number;
  /**
   * Requests that would arrive if none was refused on the way: those of the users times the calls that each execution
   * makes, and repeated only where an execution fails by itself. Messages count as they are published, also those that
   * still wait for their consumers; other tasks as they arrive.
   */
  due(part: number): number;
  /** Calls per second of some measured edges, their attempts, and those that are due. */
  calls(stats: readonly number[]): number;
  attempts(stats: readonly number[]): number;
  dueAttempts(stats: readonly number[]): number;
}

/** The requests of all parts in a window. */
export function visitsIn(asked: Moment): Visits {
  const { data, window } = asked;
  const { plan, records } = data;
  const wiring = wiringOf(plan);
  const perSecond = window.lengthNs > 0 ? 1e9 / (window.lengthNs * records.length) : 0;
  const rateOf = (count: (record: (typeof records)[number]) => number): number =>
    sumOf(records.map(count)) * perSecond;
  const arrived = remembered((part) =>
    rateOf(({ parts }) => arrivedOf(sumOutcomes([parts[part]], window.cells))),
  );
  const handlers = handlingParts(plan);
  // A message that its handler refuses comes again.
  const tasks = (part: number): number =>
    handlers.has(part)
      ? rateOf(({ parts }) => admittedOf(sumOutcomes([parts[part]], window.cells)))
      : arrived(part);
  const waited = remembered((part) => waitedIn(asked, part) * perSecond);
  const inTime = remembered((component) => executedShare(asked, component));
  const begun = (part: number): number => {
    const rate = waited(part);
    return rate > 0 ? rate * inTime(plan.parts[part].component) : tasks(part);
  };
  const calls = (stat: number): number =>
    rateOf(({ edges }) => sumCells(edges[stat].calls, window.cells));
  const attempts = (stat: number): number =>
    rateOf(({ edges }) => sumCells(edges[stat].attempts, window.cells));
  const users = new Set(data.requests);
  // A part that calls itself through others counts once.
  const open = new Set<number>();
  const repeats = ownRepeats(asked, { begun, calls, attempts });
  const steps = stepsAfter(plan);
  const succeeded = (stat: number): number =>
    rateOf(({ edges }) => succeededOf(sumOutcomes([edges[stat]], window.cells)));
  const callsOf = callsOfEach(asked, { begun, calls, failing: repeats.failing });
  const dueOn = (stat: number): number => {
    const { from } = plan.statEdges[stat];
    if (begun(from) > 0) return callsOf(stat) * repeats.attempts(stat) * due(from);
    // What drives sagas has no executions, and repeats some calls until they succeed.
    const first = (steps.get(stat) ?? []).map(succeeded);
    return Math.min(calls(stat), ...first) * repeats.attempts(stat);
  };
  const measure = (part: number): number => {
    if (users.has(part) || open.has(part)) return arrived(part);
    const pace = handlers.has(part) ? paceAt(asked, part, repeats.failing(part)) : 1;
    const into = wiring.statsInto[part];
    if (into.length === 0) return tasks(part) * pace;
    open.add(part);
    const called = sumOf(into.map(dueOn));
    open.delete(part);
    return called + Math.max(0, arrived(part) - sumOf(into.map(attempts))) * pace;
  };
  const due = remembered(measure);
  return {
    arrived,
    begun,
    due,
    calls: (stats) => sumOf(stats.map(calls)),
    attempts: (stats) => sumOf(stats.map(attempts)),
    dueAttempts: (stats) => sumOf(stats.map(dueOn)),
  };
}

/**
 * The executions that messages need, as a multiple of those of a part: more where it falls behind, fewer where messages
 * come again that something full has refused. `failing`: share of the executions that fail by themselves, and repeat.
 */
function paceAt(asked: Moment, part: number, failing: number): number {
  const { component } = asked.data.plan.parts[part];
  const selection = selectComponent(component, asked.data);
  const own = consumersOf({ ...asked, selection }, component).find((one) => one.handler === part);
  if (own === undefined || own.rate === 0) return 1;
  const first = Math.max(own.published, own.rate - own.again) / own.rate;
  return first >= 1 || failing >= 1 ? Math.max(1, first) : Math.min(1, first / (1 - failing));
}

/** Requests of a part that arrive in a window and get a worker, then or later; of all runs. */
function waitedIn({ data, window }: Moment, part: number): number {
  const { cells, segments } = window;
  const around = cellsAround(data.plan, window);
  const counts = data.records.map(({ parts }) => {
    const { queueWait } = parts[part];
    const all = sumOf(Array.from(segments, (at) => queueWait[at].count));
    if (around.length === cells.length || all === 0) return all;
    // Histograms are kept for segments: a window within one has its part of the requests.
    const [own, ofAll] = [cells, around].map((set) => admittedOf(sumOutcomes([parts[part]], set)));
    return ofAll > 0 ? (all * own) / ofAll : 0;
  });
  return sumOf(counts);
}

/**
 * Executions of a component that begin in a window, for each request that arrives in it and gets a worker: others
 * waited at its begin, and some of those at its end are executed later.
 */
function executedShare(asked: Moment, component: number): number {
  const { data, window } = asked;
  const { plan, records } = data;
  const parts = partsOf(plan, component);
  const all = sumOf(parts.map((part) => waitedIn(asked, part)));
  const queue = pickOf('queue', instancesOf(plan, component));
  const [before, after] = levelsAtEnds(asked, queue);
  let never = -all;
  for (const record of records) {
    const outcomes = sumParts(record, parts, window.cells);
    never += admittedOf(outcomes);
  }
  const later = Math.max(0, after - Math.max(0, never));
  const share = (all + before - later) / all;
  return Math.abs(share - 1) < FEW ? 1 : Math.max(FEW, share);
}

/** A level that changes by a smaller share from cell to cell does so by chance. */
const TREND = 0.1;

/**
 * Levels at the begin and at the end of a window, summed over all runs: in its last cell, and in the first one or the one
 * before, which a burst that begins with the window has not reached. The mean of a cell is half a cell behind a queue that
 * grows.
 */
export function levelsAtEnds({ data, window }: Moment, pick: GaugePick): readonly [number, number] {
  const { edges } = data.plan.grid;
  const levelIn = (cell: number): number => {
    const areas = data.records.map((record) => areaOf(picked(record, pick), Int32Array.of(cell)));
    return sumOf(areas) / (edges[cell + 1] - edges[cell]);
  };
  const [first, second] = window.cells;
  const before = Math.min(levelIn(first), levelIn(Math.max(0, first - 1)));
  const [last, prior] = [...window.cells.slice(-2)].map(levelIn).reverse();
  const later = last + half(last - (prior ?? last), last);
  const sooner = levelIn(first);
  const grown = second === undefined ? 0 : half(levelIn(second) - sooner, sooner);
  return [Math.min(before, Math.max(0, sooner - grown)), later];
}

/** Half of a growth, where it is none by chance. */
function half(growth: number, level: number): number {
  return growth > TREND * level ? growth / 2 : 0;
}

/** Whether requests of a component pile up in service, or a pile is served, so that use is not that of the arrivals. */
export function isUnsteady(asked: Moment, begun: number, component: number): boolean {
  const { data, window } = asked;
  const all = (begun * data.records.length * window.lengthNs) / 1e9;
  const [before, after] = levelsAtEnds(asked, inService(instancesOf(data.plan, component)));
  return Math.abs(after - before) > FEW * all;
}

/** How many times as many requests are due at a component as it executes, by their worker time. */
export interface Loss {
  /** Of the requests that arrive: some are refused, or leave the queue. */
  readonly local: number;
  /** Of those that are due, see Visits. */
  readonly due: number;
  /** Known without its executions. */
  readonly exact?: number;
}

/** The loss of a component; 1 = it executes all. */
export function lossOf(visits: Visits, asked: Moment, component: number): Loss {
  let [arrived, due, done] = [0, 0, 0];
  const own = partsOf(asked.data.plan, component);
  for (const part of own) {
    const begun = visits.begun(part);
    if (begun === 0) continue;
    const busy = sumOf(
      asked.data.records.map(({ parts }) => sumCells(parts[part].busyNs, asked.window.cells)),
    );
    arrived += (visits.arrived(part) * busy) / begun;
    due += (visits.due(part) * busy) / (begun * wholeShare(asked, part));
    done += busy;
  }
  return done > 0 ? { local: arrived / done, due: due / done } : { local: 1, due: 1 };
}

/**
 * Executions of a part that its worker time amounts to, as a share of those that begin: a caller that leaves cuts its
 * execution short. The share is that of the executions whose result was used in the worker time, at most 1.
 */
function wholeShare({ data, window }: Moment, part: number): number {
  let [busy, wasted, used] = [0, 0, 0];
  for (const { parts } of data.records) {
    busy += sumCells(parts[part].busyNs, window.cells);
    wasted += sumCells(parts[part].wastedNs, window.cells);
    used += executedOf(sumOutcomes([parts[part]], window.cells));
  }
  const begun = waitedIn({ data, window }, part);
  if (begun === 0 || used <= 0 || wasted >= busy) return 1;
  return Math.min(1, used / (1 - wasted / busy) / begun);
}
