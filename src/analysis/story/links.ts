import { groupedBy } from '../../text/order.js';
import { OUTCOME_KINDS, OUTCOME_NAMES, type OutcomeName } from '../../contracts/outcome.js';
import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { EdgeRecord, RunRecord } from '../../contracts/record/record.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { handledStats } from '../measure/handled.js';
import { EDGE_COUNTER } from '../../contracts/patterns/policy.js';
import { betweenOf } from '../measure/gauges.js';
import type { Lane } from '../measure/lanes.js';
import {
  countersBySteps,
  bySteps,
  meanLevels,
  outcomesBySteps,
  type Steps,
} from '../measure/steps.js';
import type { OutcomeTable } from '../measure/step-columns.js';
import type { VariantData } from '../measure/variant-data.js';

/** The calls between two lanes in one run, by step. */
export interface Link {
  readonly caller: Lane;
  readonly callee: Lane;
  readonly stats: readonly number[];
  /** A failure of these calls fails no request of the caller. */
  readonly isHandled: boolean;
  readonly calls: OutcomeTable;
  readonly attempts: OutcomeTable;
  readonly made: Float64Array;
  readonly sent: Float64Array;
  /** Retries that policies granted. */
  readonly retried: Float64Array;
  /** Attempts of hedges among those sent. */
  readonly hedged: Float64Array;
  /** Calls in flight, mean over the step. */
  readonly inFlight: Float64Array;
  /** Calls whose caller has left while their work goes on, mean over the step. */
  readonly leftBehind: Float64Array;
  /** Calls that wait for a connection, mean over the step. */
  readonly waiting: Float64Array;
  /** The policies on these calls, without those in a dry run. */
  readonly layers: readonly Layer[];
}

/** All links of a run: lanes of components, and of the requests of workloads. */
export function linksOf(
  data: VariantData,
  record: RunRecord,
  lanes: readonly Lane[],
  steps: Steps,
): readonly Link[] {
  const { plan } = data;
  const laneOfPart = new Map<number, Lane>();
  for (const lane of lanes) for (const part of lane.parts) laneOfPart.set(part, lane);
  const all = plan.statEdges.flatMap((edge, stat) => {
    const caller = laneOfPart.get(edge.from);
    const callee = laneOfPart.get(edge.to);
    return caller === undefined || callee === undefined || caller === callee
      ? []
      : [{ caller, callee, stat }];
  });
  const grouped = groupedBy(all, ({ caller, callee }) => `${caller.name} ${callee.name}`);
  return [...grouped.values()].map((calls) => linkOf(data, record, calls, steps));
}

interface OfLane {
  readonly from: Link[];
  readonly into: Link[];
  readonly all: Link[];
}

/** Links by lane, computed on first use. */
const byLane = new WeakMap<readonly Link[], ReadonlyMap<Lane, OfLane>>();

/** The links whose caller is a lane, in the order of all links. */
export function linksFrom({ links }: Links, lane: Lane): readonly Link[] {
  return ofLane(links, lane)?.from ?? [];
}

/** The links whose callee is a lane. */
export function linksInto({ links }: Links, lane: Lane): readonly Link[] {
  return ofLane(links, lane)?.into ?? [];
}

/** The links whose caller or callee is a lane. */
export function linksAt({ links }: Links, lane: Lane): readonly Link[] {
  return ofLane(links, lane)?.all ?? [];
}

interface Links {
  readonly links: readonly Link[];
}

function ofLane(links: readonly Link[], lane: Lane): OfLane | undefined {
  let lists = byLane.get(links);
  if (lists === undefined) byLane.set(links, (lists = listedByLane(links)));
  return lists.get(lane);
}

function listedByLane(links: readonly Link[]): ReadonlyMap<Lane, OfLane> {
  const lists = new Map<Lane, OfLane>();
  const listsOf = (lane: Lane): OfLane => {
    const own = lists.get(lane) ?? { from: [], into: [], all: [] };
    lists.set(lane, own);
    return own;
  };
  for (const link of links) {
    // A component may call itself.
    for (const lane of new Set([link.caller, link.callee])) listsOf(lane).all.push(link);
    listsOf(link.caller).from.push(link);
    listsOf(link.callee).into.push(link);
  }
  return lists;
}

/** Counts of outcomes of a table, summed over steps [from, until). */
export function outcomesIn(table: OutcomeTable, from: number, until: number): Float64Array {
  const sums = new Float64Array(OUTCOME_KINDS);
  for (let step = from; step < until; step++) {
    for (let kind = 0; kind < OUTCOME_KINDS; kind++)
      sums[kind] += table[step * OUTCOME_KINDS + kind];
  }
  return sums;
}

/** Count of some outcomes in such a table. */
export function countIn(
  table: OutcomeTable,
  names: readonly OutcomeName[],
  from: number,
  until: number,
): number {
  const counts = outcomesIn(table, from, until);
  return names.reduce((sum, name) => sum + counts[OUTCOME_NAMES.indexOf(name)], 0);
}

/** Outcomes that are no failure of the callee. */
const QUIET: ReadonlySet<OutcomeName> = new Set([
  'ok',
  'clientError',
  'cancelled',
  'degraded',
  'unfinished',
]);

/** Failures in a table of outcomes, summed over steps [from, until). */
export function failuresIn(table: OutcomeTable, from: number, until: number): number {
  return outcomesIn(table, from, until).reduce(
    (sum, n, kind) => sum + (QUIET.has(OUTCOME_NAMES[kind]) ? 0 : n),
    0,
  );
}

/** Requests of a lane that arrive in steps [from, until) and fail. */
export function failedIn(
  { arrivals, good }: Pick<Lane, 'arrivals' | 'good'>,
  from: number,
  until: number,
): number {
  return sumSteps(arrivals, from, until) - sumSteps(good, from, until);
}

/** Sum over steps [from, until). */
export function sumSteps(column: Float64Array, from: number, until: number): number {
  let sum = 0;
  for (let step = from; step < until; step++) sum += column[step];
  return sum;
}

/** Workers of the existing instances, those that do not run included; mean over steps [from, until). */
export function workersThere({ workersAt, there }: Lane, from: number, until = from + 1): number {
  // Shares of a number of instances are inexact.
  return Math.round(meanSteps(workersAt, from, until) * meanSteps(there, from, until) * 1e6) / 1e6;
}

/** Places of the queue of a component that is full in one of steps [from, until); null if it is in none. */
export function fullQueue(
  { queueMax, placesAt }: Lane,
  from: number,
  until: number,
): number | null {
  for (let step = from; step < until; step++)
    if (queueMax[step] > 0 && queueMax[step] >= placesAt[step]) return placesAt[step];
  return null;
}

/** Mean over steps [from, until); 0 if there is none. */
export function meanSteps(column: Float64Array, from: number, until: number): number {
  return until > from && column.length > 0 ? sumSteps(column, from, until) / (until - from) : 0;
}

/** Largest value in steps [from, until), at least 0; unknown ones do not count. */
export function maxSteps(column: Float64Array, from: number, until: number): number {
  let most = 0;
  for (let step = from; step < until; step++) if (column[step] > most) most = column[step];
  return most;
}

/** Share of the requests of a lane that arrive in steps [from, until) and fail or are too late; 0 without any. */
export function badShareIn(
  { arrivals, good }: Pick<Lane, 'arrivals' | 'good'>,
  from: number,
  until: number,
): number {
  const all = sumSteps(arrivals, from, until);
  return all > 0 ? 1 - sumSteps(good, from, until) / all : 0;
}

/** Sum over steps [from, until) per second; 0 without a step. */
export function rateSteps(
  column: Float64Array,
  { lengthNs }: Steps,
  from: number,
  until: number,
): number {
  const ns = sumSteps(lengthNs, from, until);
  return ns > 0 ? (sumSteps(column, from, until) / ns) * 1e9 : 0;
}

function linkOf(
  data: VariantData,
  record: RunRecord,
  calls: readonly { readonly caller: Lane; readonly callee: Lane; readonly stat: number }[],
  steps: Steps,
): Link {
  const [{ caller, callee }] = calls;
  const stats = calls.map(({ stat }) => stat);
  const rows = stats.map((stat) => record.edges[stat]);
  const attempts = rows.map(({ attemptOutcomes }) => ({ outcomes: attemptOutcomes }));
  const sumsOf = (pick: (row: EdgeRecord) => Uint32Array): Float64Array =>
    bySteps(rows.map(pick), steps);
  const levelOf = (kind: 'inFlight' | 'waiting' | 'leftBehind'): Float64Array =>
    meanLevels(betweenOf(data, record, kind, caller.component, callee.component), steps);
  const handled = handledStats(data.plan);
  return {
    caller,
    callee,
    stats,
    isHandled: stats.every((stat) => handled.has(stat)),
    calls: outcomesBySteps(rows, steps),
    attempts: outcomesBySteps(attempts, steps),
    made: sumsOf((row) => row.calls),
    sent: sumsOf((row) => row.attempts),
    retried: countersBySteps(rows, EDGE_COUNTER.retries, steps),
    hedged: countersBySteps(rows, EDGE_COUNTER.hedges, steps),
    inFlight: levelOf('inFlight'),
    waiting: levelOf('waiting'),
    leftBehind: levelOf('leftBehind'),
    layers: layersOf(data, { caller, callee, stats }),
  };
}

type Ways = Pick<Link, 'caller' | 'callee' | 'stats'>;

function layersOf({ plan }: VariantData, { caller, callee, stats }: Ways): readonly Layer[] {
  const used = new Set(edgesOf(plan, { caller, callee, stats }).map(({ bundle }) => bundle));
  return [...used].flatMap((bundle) => plan.bundles[bundle].layers.filter(({ dryRun }) => !dryRun));
}

/** The edges of a link, in the order of the plan. */
function edgesOf(plan: Plan, { caller, callee, stats }: Ways): readonly PlanEdge[] {
  const wiring = wiringOf(plan);
  if (stats.length === 1) return wiring.edgesOf[stats[0]];
  const own = new Set(stats);
  return wiring
    .between(new Set([caller.component]), new Set([callee.component]))
    .filter(({ stat }) => own.has(stat));
}
