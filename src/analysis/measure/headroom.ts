import type {
  ComponentHeadroom,
  Headroom,
  KeyedLimit,
  MissHeadroom,
} from '../../contracts/result/headroom.js';
import { byCodeUnit } from '../../text/order.js';
import { burstsIn, busyTimes, laterRise } from './busy-times.js';
import { hitsNothing, isBackground, triggersIn } from './background.js';
import { keyedIn } from './keyed-limits.js';
import { adaptsIn } from './limit-uses.js';
import { loadAt, missGrowth, MOST, type MissGrowth } from './miss-growth.js';
import { edgesFrom } from './component-edges.js';
import { meanOf } from './estimate.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { GaugePick } from './gauges.js';
import { levels } from './levels.js';
import { arrivedOf, succeededOf, sumOutcomes, sumTable } from './sums.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import { sumOf } from '../../stats/sums.js';
import type { Question } from './question.js';
import { resourceUses } from './resource-uses.js';
import { selectComponent } from './subjects.js';
import type { Use } from './use.js';
import { instancesOf, isPlaced, type VariantData } from './variant-data.js';
import { visitsIn } from './visits.js';
import { FULL, waitsBelow } from './waits-below.js';
import { cellsOf, clipped } from './window.js';

type Window = Question['window'];

/**
 * Headroom of every component, by the law of utilisation: need grows in proportion to the load. It is exact where the
 * time that a request holds the resource does not depend on the load; time spent in the queues of others is left out.
 */
export function headroomOf(data: VariantData): Headroom {
  const isBefore = data.before.lengthNs > 0;
  const window = isBefore ? data.before : data.whole;
  const steady = componentsIn(data, window, !isBefore);
  const { unlimited, adaptive, keyed, misses } = steady;
  const usual = failedIn(data, window);
  const busy = busyTimes(data.plan, window).flatMap((time) => {
    const own = within(data, time, !isBefore);
    if (failedIn(data, time) < usual + HARM) return own;
    // A burst that fills a component for a moment leaves room in the time around it.
    for (const burst of burstsIn(data.plan, time)) {
      const all = within(data, burst, !isBefore);
      if (all.length > 0 && isFull(all[0])) return all;
    }
    return own;
  });
  const components = tightestOf([...busy, ...steady.components]);
  return {
    ...timesOf(data.plan, window),
    underFault: !isBefore,
    rate: usersIn(data, window),
    components,
    unlimited,
    ...(adaptive.length > 0 && { adaptive }),
    ...(keyed.length > 0 && { keyed }),
    ...(misses.length > 0 && { misses }),
    faults: isBefore ? faultsOf(data) : [],
    ...(isBefore && laterIn(data, window)),
  };
}

/** Each component in a part of the time. */
function within(data: VariantData, time: Window, isFaulty: boolean): readonly ComponentHeadroom[] {
  const when = { ...timesOf(data.plan, time), rate: usersIn(data, time) };
  return componentsIn(data, time, isFaulty).components.map((one) => ({ ...one, when }));
}

function isFull({ factor, used, limit }: ComponentHeadroom): boolean {
  return factor <= 1 && used >= FULL * limit;
}

/** From this share of requests on, a time has more failures than usual. */
const HARM = 0.01;

/** Share of the requests of all users that do not succeed. */
function failedIn(data: VariantData, { cells }: Window): number {
  const each = data.records.flatMap(({ parts }) =>
    data.requests.map((part) => sumOutcomes([parts[part]], cells)),
  );
  const all = sumOf(each.map((own) => arrivedOf(own)));
  return all > 0 ? 1 - sumOf(each.map((own) => succeededOf(own))) / all : 0;
}

/** The load that is higher after the measured time. */
function laterIn({ plan }: VariantData, window: Window): Pick<Headroom, 'later'> {
  const rise = laterRise(plan, window);
  if (rise === null) return {};
  const seconds = (ns: number): number => (ns - plan.warmupNs) / 1e9;
  const { load, fromNs, untilNs, rate, before } = rise;
  return {
    later: {
      workload: plan.components[load.component].name,
      from: seconds(fromNs),
      until: seconds(untilNs),
      rate: rate * 1e9,
      before: before * 1e9,
    },
  };
}

/** Each component at the time at which it is tightest: all loads grow together. */
function tightestOf(all: readonly ComponentHeadroom[]): readonly ComponentHeadroom[] {
  const found = new Map<string, ComponentHeadroom>();
  for (const own of all) {
    const known = found.get(own.component);
    if (known === undefined || own.factor < known.factor) found.set(own.component, own);
  }
  return [...found.values()].sort(byRoom);
}

/** Headroom while each fault is active, from its planned times. */
function faultsOf(data: VariantData): Headroom['faults'] {
  const { plan } = data;
  return triggersIn(plan).flatMap((fault) => {
    if (fault.rollout !== null || isBackground(fault, plan) || hitsNothing(fault, plan)) return [];
    const spans = clipped(fault.spans, plan);
    if (spans.length === 0) return [];
    const window = cellsOf(spans, plan);
    if (window.lengthNs === 0) return [];
    const { components: mean } = componentsIn(data, window, true);
    if (mean.length === 0) return [];
    const stuckOn = stuckOf(data, window, mean);
    // A load that ends within the fault leaves room after it.
    const busy = busyTimes(plan, window).flatMap((time) => within(data, time, true));
    const components = tightestOf([...busy, ...mean]);
    const when = { ...timesOf(data.plan, window), rate: usersIn(data, window) };
    return [{ fault: fault.id, ...when, components, ...(stuckOn !== null && { stuckOn }) }];
  });
}

/** Resources that a request holds while it waits for another component. */
const HELD: ReadonlySet<ComponentHeadroom['resource']> = new Set([
  ...(['workers', 'connections', 'consumers', 'concurrency', 'permits'] as const),
]);
/** Those of them whose `of` is a callee. */
const OF_CALLEE: ReadonlySet<ComponentHeadroom['resource']> = new Set([
  'connections',
  'permits',
] as const);
/** Below this share of the calls that succeed, a component returns no answers. */
const ANSWERS = 0.05;

/**
 * The component for whose answers the first component waits most of the time, where hardly any come and it is not full
 * itself; the first component where its own requests do not end; null if there is none.
 */
function stuckOf(
  data: VariantData,
  window: Window,
  [first, ...others]: readonly ComponentHeadroom[],
): string | null {
  const { plan, componentIds } = data;
  const { resource, of, saturatesAt, limit, factor, used } = first;
  if (factor >= 1 || !HELD.has(resource)) return null;
  const id = componentIds.get(first.component)!;
  // Connections and permits for the calls to one callee are held by no others.
  const edges = edgesFrom(data, id).filter(
    ({ to }) => of === null || plan.components[to].name === of || !OF_CALLEE.has(resource),
  );
  const calls = edges.map(({ to, stats }) => {
    const passes: GaugePick['passes'] = (_, callee) => callee === to;
    const pick: GaugePick = { kind: 'inFlight', instances: instancesOf(plan, id), passes };
    const outcomes = data.records.flatMap(({ edges }) =>
      stats.map((at) => sumTable([edges[at].attemptOutcomes], window.cells, OUTCOME_KINDS)),
    );
    const all = sumOf(outcomes.map((counts) => arrivedOf(counts)));
    const answered = sumOf(outcomes.map((counts) => succeededOf(counts)));
    const level = meanOf(levels(data, window, pick).means).value ?? 0;
    return { name: plan.components[to].name, level, isSilent: answered < ANSWERS * all };
  });
  const most = calls.reduce((one, own) => (own.level > one.level ? own : one), calls[0]);
  const isFull = others.some(({ component, factor }) => component === most?.name && factor < 1);
  const isHeld = most !== undefined && most.level > used / 2;
  // Each place serves fewer than two requests in this time: answers come when the fault has ended.
  const isLong = saturatesAt * (window.lengthNs / 1e9) < 2 * limit;
  if (isHeld) return (most.isSilent || isLong) && !isFull ? most.name : null;
  return isLong ? first.component : null;
}

function componentsIn(
  data: VariantData,
  window: Window,
  isFaulty: boolean,
): Pick<Headroom, 'components' | 'unlimited'> &
  Required<Pick<Headroom, 'adaptive' | 'keyed' | 'misses'>> {
  const components: ComponentHeadroom[] = [];
  const unlimited: string[] = [];
  const adaptive: string[] = [];
  const keyed: KeyedLimit[] = [];
  const missed: { readonly nearest: number; readonly own: MissHeadroom }[] = [];
  const asked = { data, window, isFaulty, visits: visitsIn({ data, window }) };
  const waits = waitsBelow(asked);
  const growthOf = missGrowth(asked);
  data.plan.components.forEach((component, id) => {
    if (!isPlaced(component)) return;
    const selection = selectComponent(id, data);
    const uses = resourceUses({ ...asked, waits, selection }, component, id);
    const rooms = uses.filter(isUsed).map((use) => roomOf(use, growthOf(use, id)));
    const [nearest] = [...rooms].sort((a, b) => a.nearest - b.nearest);
    const tightest = rooms.flatMap((room) => room.found ?? []).sort(byRoom)[0];
    if (nearest?.missed !== undefined)
      missed.push({ ...nearest, own: { component: component.name, ...nearest.missed } });
    // A limit that its requests do not use, such as workers held for no time, is one all the same.
    const isLimited = uses.some(({ limit }) => Number.isFinite(limit));
    const isCalled = selection.parts.some((part) => asked.visits.arrived(part) > 0);
    const isAdaptive = isCalled && adaptsIn(data.plan, id);
    if (isAdaptive) adaptive.push(component.name);
    if (isCalled) keyed.push(...keyedIn({ ...asked, waits, selection }, id));
    if (tightest !== undefined) components.push(tightest);
    else if (!isLimited && !isAdaptive && isCalled) unlimited.push(component.name);
  });
  components.sort(byRoom);
  // Only the component that would be the first if its use grew with the load is worth a mention.
  const [first] = missed.sort((a, b) => a.nearest - b.nearest);
  const misses =
    first !== undefined && first.nearest < (components[0]?.factor ?? MOST) ? [first.own] : [];
  return { components, unlimited: databasesFirst(data, unlimited), adaptive, keyed, misses };
}

/** A real database has cores, so that the file lacks a limit rather than that there is none. */
function databasesFirst({ plan, componentIds }: VariantData, names: readonly string[]): string[] {
  const isDatabase = (name: string): boolean =>
    plan.components[componentIds.get(name)!].kind === 'database';
  return [...names.filter(isDatabase), ...names.filter((name) => !isDatabase(name))];
}

function isUsed({ need, fixed, limit, rate }: Use): boolean {
  return Number.isFinite(limit) && limit > fixed && need > fixed && rate > 0;
}

/** The room of a use, or why there is none: it is of the misses of caches. `nearest`: as if it grew with the load. */
interface Room {
  readonly found?: ComponentHeadroom;
  readonly missed?: Omit<MissHeadroom, 'component'>;
  readonly nearest: number;
}

function roomOf(
  { need, fixed, share: _, used, limit, ...use }: Use,
  grown: MissGrowth | null,
): Room {
  const times = ((use.usable ?? limit) - fixed) / (need - fixed);
  const factor = grown === null ? times : loadAt(grown.growth, times);
  if (factor === Infinity || factor !== factor)
    return { nearest: times, missed: { caches: grown!.caches, isBounded: factor === Infinity } };
  const found = {
    ...use,
    used: Math.min(used, limit),
    limit,
    factor,
    saturatesAt: use.rate * times,
  };
  return { nearest: times, found };
}

function byRoom(a: ComponentHeadroom, b: ComponentHeadroom): number {
  return a.factor - b.factor || byCodeUnit(a.component, b.component);
}

/** Seconds since the end of the warm-up. */
export function timesOf(plan: Plan, { cells }: Window): Pick<Headroom, 'from' | 'until'> {
  const { edges } = plan.grid;
  const at = (ns: number): number => (ns - plan.warmupNs) / 1e9;
  const [first = 0] = cells;
  return { from: at(edges[first]), until: at(edges[(cells[cells.length - 1] ?? 0) + 1]) };
}

/** Requests of all users per second. */
function usersIn(data: VariantData, window: Window): number {
  const { arrived } = visitsIn({ data, window });
  return data.requests.reduce((sum, part) => sum + arrived(part), 0);
}
