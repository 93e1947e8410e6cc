import type { ComponentHeadroom, Headroom } from '../../contracts/result/headroom.js';
import { byCodeUnit } from '../../text/order.js';
import { hitsNothing, isBackground, triggersIn } from './background.js';
import { adaptsIn } from './limit-uses.js';
import type { Question } from './question.js';
import { resourceUses } from './resource-uses.js';
import { selectComponent } from './subjects.js';
import type { Use } from './use.js';
import { isPlaced, type VariantData } from './variant-data.js';
import { visitsIn } from './visits.js';
import { waitsBelow } from './waits-below.js';
import { cellsOf, clipped } from './window.js';

type Window = Question['window'];

/**
 * Headroom of every component, by the law of utilisation: need grows in proportion to the load. It is exact where the
 * time that a request holds the resource does not depend on the load; time spent in the queues of others is left out.
 */
export function headroomOf(data: VariantData): Headroom {
  const isBefore = data.before.lengthNs > 0;
  const window = isBefore ? data.before : data.whole;
  const { components, unlimited, adaptive } = componentsIn(data, window, !isBefore);
  return {
    ...timesOf(data, window),
    underFault: !isBefore,
    rate: usersIn(data, window),
    components,
    unlimited,
    ...(adaptive.length > 0 && { adaptive }),
    faults: isBefore ? faultsOf(data) : [],
  };
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
    const { components } = componentsIn(data, window, true);
    return components.length === 0
      ? []
      : [{ fault: fault.id, ...timesOf(data, window), rate: usersIn(data, window), components }];
  });
}

function componentsIn(
  data: VariantData,
  window: Window,
  isFaulty: boolean,
): Pick<Headroom, 'components' | 'unlimited'> & Required<Pick<Headroom, 'adaptive'>> {
  const components: ComponentHeadroom[] = [];
  const unlimited: string[] = [];
  const adaptive: string[] = [];
  const asked = { data, window, isFaulty, visits: visitsIn({ data, window }) };
  const waits = waitsBelow(asked);
  data.plan.components.forEach((component, id) => {
    if (!isPlaced(component)) return;
    const selection = selectComponent(id, data);
    const uses = resourceUses({ ...asked, waits, selection }, component, id);
    const tightest = uses.filter(isUsed).map(roomOf).sort(byRoom)[0];
    // A limit that its requests do not use, such as workers held for no time, is one all the same.
    const isLimited = uses.some(({ limit }) => Number.isFinite(limit));
    const isCalled = selection.parts.some((part) => asked.visits.arrived(part) > 0);
    const isAdaptive = isCalled && adaptsIn(data.plan, id);
    if (isAdaptive) adaptive.push(component.name);
    if (tightest !== undefined) components.push(tightest);
    else if (!isLimited && !isAdaptive && isCalled) unlimited.push(component.name);
  });
  components.sort(byRoom);
  return { components, unlimited: databasesFirst(data, unlimited), adaptive };
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

function roomOf({ need, fixed, share: _, used, limit, ...use }: Use): ComponentHeadroom {
  const factor = ((use.usable ?? limit) - fixed) / (need - fixed);
  return { ...use, used: Math.min(used, limit), limit, factor, saturatesAt: use.rate * factor };
}

function byRoom(a: ComponentHeadroom, b: ComponentHeadroom): number {
  return a.factor - b.factor || byCodeUnit(a.component, b.component);
}

function timesOf({ plan }: VariantData, { cells }: Window): Pick<Headroom, 'from' | 'until'> {
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
