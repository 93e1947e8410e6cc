import { invariant } from '../kernel/invariant.js';
import type { Route, Target } from '../spec/scenario.js';
import type { Conditions } from './conditions.js';
import type { LaidPart, Layout } from './layout.js';
import { partOf, UNMATCHED } from './layout.js';
import type { Problems } from './problem.js';
import type { RequestLine } from '../scenario/routes.js';
import { routeOf } from '../scenario/routes.js';

/** A call that says nothing about the request it makes: that of a route or a middleware. */
export const BARE_LINE: RequestLine = Object.freeze({
  method: null,
  path: null,
  host: null,
  headers: new Map(),
});

/** Requests that a call sends elsewhere than the others, by the headers they carry. */
export interface Detour {
  readonly callee: LaidPart;
  /** 1 for each part that is such a request, else 0; by part id. */
  readonly requests: readonly number[];
}

/**
 * Where the requests go that carry headers from their workload which the routes of the called gateway
 * ask for. What the call says of itself comes before what it was sent with.
 */
export function detours(
  layout: Layout,
  conditions: Conditions,
  caller: LaidPart,
  target: Target,
  line: RequestLine,
  where: string,
): readonly Detour[] {
  const gateway = layout.byName.get(target.component)!;
  if (gateway.source.kind !== 'gateway' || caller.source.kind === 'request') return [];
  const { host } = gateway.source;
  const own = new Set([...line.headers.keys()].map((name) => name.toLowerCase()));
  const asked = host.routes.flatMap(({ headers }) => [...headers.keys()]);
  const names = new Set(asked.map((name) => name.toLowerCase()).filter((name) => !own.has(name)));
  if (names.size === 0) return [];
  const plain = routeOf(host, line);
  const found = new Map<Route, number[]>();
  for (const part of layout.parts) {
    const carried = conditions.carried(part, names, where);
    if (carried.size === 0) continue;
    const route = routeOf(host, { ...line, headers: new Map([...carried, ...line.headers]) });
    if (route === null || route === plain) continue;
    const requests = found.get(route) ?? layout.parts.map(() => 0);
    requests[part.id] = 1;
    found.set(route, requests);
  }
  return host.routes.flatMap((route) => {
    const requests = found.get(route);
    return requests === undefined ? [] : [{ callee: partOf(gateway, route.name), requests }];
  });
}

/**
 * The part a call reaches. A bare gateway is routed by what the call says of its request, once and for
 * all: the same call site always takes the same route, but for its detours.
 */
export function calledPart(
  layout: Layout,
  target: Target,
  line: RequestLine,
  where: string,
  problems: Problems,
): LaidPart | null {
  const component = layout.byName.get(target.component);
  invariant(component !== undefined, 'callee-unknown');
  if (target.part !== null) return partOf(component!, target.part);
  if (component!.source.kind !== 'gateway') {
    invariant(component!.parts.length === 1, 'callee-part-missing');
    return component!.parts[0]!;
  }
  const route = routeOf(component!.source.host, line);
  if (route !== null) return partOf(component!, route.name);
  const unmatched = component!.parts.find((part) => part.source.kind === 'unmatched');
  if (unmatched === undefined) {
    const name = target.component;
    problems.add(
      'FL704',
      where,
      `say which route of \`${name}\` is meant, such as \`${name}.ROUTE\``,
    );
    return null;
  }
  invariant(unmatched.name === UNMATCHED, 'unmatched-name');
  return unmatched;
}
