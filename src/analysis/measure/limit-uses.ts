import type { OutcomeName } from '../../contracts/outcome.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { PlanProcess } from '../../contracts/plan/process.js';
import { OP } from '../../contracts/plan/program.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { policyTraits } from '../../patterns/registry.js';
import { offeredTo, type Places } from '../../stats/loss.js';
import { sumOf } from '../../stats/sums.js';
import type { Measuring } from './due.js';
import { meanOf } from './estimate.js';
import { EVEN, evenHold, isEven, spreadOf } from './evenness.js';
import { meanHeld } from './held.js';
import { instructionsOf, ownInstructionsOf } from './instructions.js';
import { meanInstances } from './presence.js';
import type { Asked } from './question.js';
import { arrivedOf, outcomeOf, sumParts } from './sums.js';
import type { Use } from './use.js';
import { partsOf } from './variant-data.js';
import { FULL } from './waits-below.js';

/** The most of a policy: permits of calls in progress, or calls per second. */
export type Most =
  | { readonly resource: 'permits'; readonly calls: number; readonly placesAt: PlacesAt }
  | {
      readonly resource: 'rate';
      readonly calls: number;
      readonly steady: number;
      /** Of a bucket: calls that pass at once with another one; null of a window. */
      readonly places: number | null;
    };

/** Calls that may wait for a permit, where a call holds it for some seconds. */
type PlacesAt = (held: number) => number;

/** What limits the calls of a layer; null if it has no fixed limit, or one for each value of a key. */
export function mostOf(layer: Layer): Most | null {
  return layer.key === null ? limitOf(layer) : null;
}

/** The same of each value of a key. */
export function limitOf(layer: Layer): Most | null {
  if (layer.dryRun) return null;
  const own = MOSTS[layer.policy]?.(layer) ?? null;
  return own !== null && Number.isFinite(own.calls) ? own : null;
}

const MOSTS: Readonly<Record<string, (layer: Layer) => Most | null>> = {
  bulkhead: (layer) => {
    const { permits, places, longestWaitNs } = policyTraits('bulkhead', layer);
    const { calls } = permits;
    // A call leaves after its longest wait, as one does that finds no place.
    const placesAt: PlacesAt = (held) =>
      held > 0 ? Math.min(places, Math.floor((calls * longestWaitNs) / NS_PER_SECOND / held)) : 0;
    return { resource: 'permits', calls, placesAt };
  },
  concurrencyLimit: (layer) => {
    const { highest, adapts } = policyTraits('concurrencyLimit', layer);
    return adapts ? null : { resource: 'permits', calls: highest, placesAt: () => 0 };
  },
  rateLimit: (layer) => {
    const { perSecond, steadyPerSecond, atOnce } = policyTraits('rateLimit', layer);
    if (perSecond === null || steadyPerSecond === null) return null;
    const places = atOnce === undefined ? null : atOnce - 1;
    return { resource: 'rate', calls: perSecond, steady: steadyPerSecond, places };
  },
};

/** Whether a component limits its requests or its calls in progress by what it measures. */
export function adaptsIn(plan: Plan, id: number): boolean {
  return limitsIn(plan, id).some((layer) => ADAPTS.get(layer.policy)?.(layer) ?? false);
}

/** The policies on the requests of a component, and on its calls, that decide. */
function limitsIn(plan: Plan, id: number): readonly Layer[] {
  const own = [...plan.limiters, ...plan.gates].filter(({ component }) => component === id);
  const calls = wiringOf(plan).from[id].flatMap(({ bundle }) => plan.bundles[bundle].layers);
  return [...own.map(({ layer }) => layer), ...calls].filter(({ dryRun }) => !dryRun);
}

const ADAPTS: ReadonlyMap<string, (layer: Layer) => boolean> = new Map([
  ['concurrencyLimit', (layer: Layer) => policyTraits('concurrencyLimit', layer).adapts],
]);

/** Names of the policies, in words. */
export const WORDS: Readonly<Record<string, NonNullable<Use['by']>>> = {
  bulkhead: 'bulkhead',
  concurrencyLimit: 'concurrency limit',
  rateLimit: 'rate limit',
};

/** Calls per second that pass a limit, those that are due, and the mean number in progress. */
export interface Passing {
  readonly passed: number;
  readonly due: number;
  readonly held: number;
  /** Share of the calls that ask for it and are refused. */
  readonly refused: number;
}

/** The part of a limit that calls can use until it refuses 1 % of them. */
export function usableOf(
  most: Most,
  { data: { plan } }: Asked,
  held: number,
  spread = isEven(plan) ? EVEN : 1,
): number {
  if (most.resource === 'rate') return isEven(plan) ? most.calls : most.steady;
  return offeredTo(most.calls, most.placesAt(held), spread);
}

/**
 * The part of the connections of a server that calls can use, which refuses others at once. Pools that keep what is idle
 * take it from each other, so that each has its part; calls that are divided among many of them come more evenly.
 */
export function usableConnections(
  asked: Asked & { readonly isFaulty: boolean },
  { used, limit }: Pick<Use, 'used' | 'limit'>,
  { refused, keeping }: { readonly refused: number; readonly keeping: number },
): number {
  const pools = Math.max(1, Math.min(keeping, limit));
  const own = spreadOf(asked, used, pools);
  const spread = isEven(asked.data.plan) ? own : EVEN + (own - EVEN) / pools;
  const usable = pools * offeredTo(limit / pools, 0, spread);
  return asked.isFaulty ? usable : seenIn({ used, refused }, usable, limit);
}

/** A larger share of requests in service that wait for a callee says that its limit refuses them. */
const WAITING = 0.1;

/**
 * The part of the workers of a component that its requests can use until its queue refuses 1 % of them: M/M/c/K, where it
 * refuses some; else null.
 */
export function usableWorkers(
  asked: Measuring,
  id: number,
  { used, limit }: Pick<Use, 'used' | 'limit'>,
  { concurrency, queue }: PlanProcess,
): number | null {
  const { data, selection, window, visits, waits, isFaulty } = asked;
  const { parts } = selection;
  const { plan, records } = data;
  const counts = records.map((record) => sumParts(record, parts, window.cells));
  const all = sumOf(counts.map((own) => arrivedOf(own)));
  const refused = sumOf(counts.map((own) => outcomeOf(own, 'rejectedOverload'))) / all;
  const isOwn = plan.components[id].admission === null && waits.share(id) <= WAITING;
  // Full workers refuse because of the load, and not because requests come together by chance.
  const isFull = used >= FULL * limit;
  if (isFaulty || isFull || !isOwn || !(refused > HARDLY) || limit === Infinity) return null;
  const passed = (1 - refused) * sumOf(parts.map(visits.arrived));
  const places = { servers: concurrency, places: queue.capacity, seconds: used / passed };
  const even = evenRate(asked, { passed, refused }, places, limit / concurrency);
  if (even !== null) return even * places.seconds;
  const share = offeredTo(concurrency, queue.capacity, isEven(plan) ? EVEN : 1) / concurrency;
  return refused < REFUSED ? Math.max(share * limit, used) : Math.min(share * limit, used);
}

/** From these shares on, calls are refused, and down to there they are not; between, chance decides. */
const MANY = 0.02;
const HARDLY = 0.001;
/** The share that a limit may refuse. */
const REFUSED = 0.01;
/** Use above the usable part that shows that calls come more evenly. */
const ABOVE = 1.1;

/** The usable part of a limit as the calls show it: they come in bursts, or more evenly than independent ones. */
function seenIn(
  { used, refused }: { readonly used: number; readonly refused: number },
  usable: number,
  limit: number,
): number {
  if (refused >= MANY) return Math.min(usable, used);
  if (refused <= HARDLY && used > ABOVE * usable) return limit;
  // A limit is not used up while it refuses less.
  return refused < REFUSED ? Math.max(usable, used) : usable;
}

/** Calls per second that a limit of evenly spaced ones holds, where it refuses many, and as many as of such calls; else null. */
function evenRate(
  asked: Measuring,
  { passed, refused }: Pick<Passing, 'passed' | 'refused'>,
  limit: Places | null,
  states: number,
): number | null {
  if (limit === null || refused < MANY) return null;
  return evenHold(asked, { passed, refused }, limit, states);
}

/** Permits that each call holds for some seconds, or a bucket that gets a token in the time of a call. */
function placesOf(most: Most, seconds: number): Places | null {
  if (most.resource === 'permits')
    return { servers: most.calls, places: most.placesAt(seconds), seconds };
  return most.places === null ? null : { servers: 1, places: most.places, seconds: 1 / most.calls };
}

/** The use of a limit: of `states` of them, each of which has `most`. */
export function useOf(
  asked: Measuring,
  most: Most,
  states: number,
  { passed, due, held, refused }: Passing,
  { policy }: Layer,
  names: Pick<Use, 'component' | 'of'>,
): Use {
  const { resource, calls } = most;
  const used = resource === 'rate' ? passed : held;
  const seconds = passed > 0 ? held / passed : 0;
  const spread = spreadOf(asked, held, states);
  const each = usableOf(most, asked, seconds, spread);
  const limit = calls * states;
  const places = asked.isFaulty ? null : placesOf(most, seconds);
  const rate = evenRate(asked, { passed, refused }, places, states);
  const even = rate === null || resource === 'rate' ? rate : rate * seconds;
  return {
    ...names,
    resource,
    by: WORDS[policy]!,
    used,
    limit,
    usable: asked.isFaulty
      ? each * states
      : (even ?? seenIn({ used, refused }, each * states, limit)),
    need: passed > 0 ? (used * due) / passed : 0,
    fixed: 0,
    share: used / limit,
    rate: due,
  };
}

/** The limits of a component on its requests: of all of them, or of some endpoints or routes. */
export function requestUses(asked: Measuring, component: string, id: number): readonly Use[] {
  return limitsOnRequests(asked, id).flatMap(({ layer, key, parts, refusal }): readonly Use[] => {
    const most = key < 0 ? mostOf(layer) : null;
    if (most === null || parts.length === 0) return [];
    const states = layer.scope === 'instance' ? meanInstances(asked, id) : 1;
    const passing = arriving(asked, id, parts, refusal);
    return [useOf(asked, most, states, passing, layer, { component, of: null })];
  });
}

/** A limit on the requests of a component, and the parts of it whose requests all pass it. */
interface RequestLimit {
  readonly layer: Layer;
  /** Index into `keys`; -1 = one limit for all requests. */
  readonly key: number;
  readonly parts: readonly number[];
  readonly refusal: OutcomeName;
}

/** The limits on the requests of a component, in the configuration of the file; while a fault is active, in any. */
export function limitsOnRequests(asked: Measuring, id: number): readonly RequestLimit[] {
  const { plan } = asked.data;
  const { admission = null } = plan.components[id];
  const found = (
    list: Plan['limiters'] | Plan['gates'],
    op: number,
    refusal: OutcomeName,
    ofAll: number | undefined,
  ): readonly RequestLimit[] =>
    list.flatMap(({ component, layer, key }, limit) => {
      if (component !== id) return [];
      const parts = partsOf(plan, id).filter(
        (part) => limit === ofAll || isLimited(asked, part, op, limit),
      );
      return [{ layer, key, parts, refusal }];
    });
  return [
    ...found(plan.limiters, OP.LIMIT, 'throttled', admission?.limiter),
    ...found(plan.gates, OP.GATE, 'rejectedOverload', admission?.gate),
  ];
}

/** Whether every request of a part passes a limit, in the configuration of the file or, `isFaulty`, in some. */
function isLimited(
  { data: { plan }, isFaulty }: Measuring,
  part: number,
  op: number,
  limit: number,
): boolean {
  const every = instructionsOf(plan, plan.parts[part]);
  // The program of the file comes last.
  const all = isFaulty ? every : ownInstructionsOf(plan, plan.parts[part]);
  // Without an outcome for its refusals it only counts them.
  const own = all.findIndex((one) => one.op === op && one.a === limit && one.b !== 0);
  if (own < 0) return false;
  const first = plan.parts[part].program + every.length - all.length;
  const isPast = ({ op: jump, b }: (typeof all)[number], at: number): boolean =>
    at < own && (jump === OP.WHEN || jump === OP.VERSION) && b > first + own;
  return !all.some(isPast);
}

/** Requests of some parts. Those that a refusal makes callers repeat pass the limit, too, but are not due. */
export function arriving(
  { data, window, visits, waits }: Measuring,
  id: number,
  parts: readonly number[],
  refusal: OutcomeName,
): Passing {
  const each = parts.map(visits.arrived);
  const held =
    meanOf(
      data.records.map((record) =>
        sumOf(parts.map((part, i) => each[i] * meanHeld(record, [part], window))),
      ),
    ).value ?? 0;
  const rate = sumOf(each);
  const due = sumOf(parts.map((part, i) => Math.min(each[i], visits.due(part))));
  const share = rate / sumOf(partsOf(data.plan, id).map(visits.arrived));
  const counts = data.records.map((record) => sumParts(record, parts, window.cells));
  const arrived = sumOf(counts.map((own) => arrivedOf(own)));
  const refused = sumOf(counts.map((own) => outcomeOf(own, refusal)));
  const lost = arrived > 0 ? refused / arrived : 0;
  const level = rate > 0 ? Math.max(0, held - share * waits.of(id)) : 0;
  return { passed: (1 - lost) * rate, due, held: (1 - lost) * level, refused: lost };
}
