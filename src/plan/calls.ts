import { invariant } from '../kernel/invariant.js';
import type { Route } from '../spec/scenario/scenario.js';
import type { Target } from '../spec/scenario/target.js';
import type { Conditions } from './conditions.js';
import type { Incoming } from './incoming.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';
import { partOf, UNMATCHED } from './layout.js';
import type { Problems } from './problem.js';
import type { RequestLine } from '../language/routes.js';
import { routeOf } from '../language/routes.js';

/** A call that says nothing about the request it makes: that of a query or a middleware. */
export const BARE_LINE: RequestLine = Object.freeze({
  method: null,
  path: null,
  host: null,
  headers: new Map(),
});

/** Size of a message that a route passes on. */
export const PASSED_ON = -1;

/** What a call says of its request: where it goes, and how large it is. */
export interface RequestText extends RequestLine {
  /** null = what the callee says of its requests; PASSED_ON = as the one that the caller was sent. */
  readonly requestBytes: number | null;
}

/** Nothing is said of the request. */
export const BARE: RequestText = Object.freeze({ ...BARE_LINE, requestBytes: null });

/** The call of a route: it hands on what its gateway was asked for. */
export const HANDED_ON: RequestText = Object.freeze({ ...BARE_LINE, requestBytes: PASSED_ON });

/** Where a call leads. */
export interface Reached {
  readonly callee: LaidPart;
  readonly detours: readonly Detour[];
}

/** Requests that a call sends elsewhere than the others. */
export interface Detour {
  readonly callee: LaidPart;
  /** 1 for each part that is such a request, else 0; by part id. */
  readonly requests: readonly number[];
}

/** The part a call reaches, and the parts that some requests reach instead; null where that is unclear. */
export function reached(
  layout: Layout,
  conditions: Conditions,
  caller: LaidPart,
  target: Target,
  line: RequestLine,
  where: string,
  problems: Problems,
): Reached | null {
  const behind = layout.byName.get(target.component);
  if (line === HANDED_ON && behind?.source.kind === 'gateway' && caller.source.kind === 'route') {
    const { route, gateway } = caller.source;
    const asked = (layout.incoming.get(gateway.name) ?? []).filter(
      (one) => routeOf(gateway, one.line) === route,
    );
    const service = asked.find(({ request }) => request === null);
    const result = handedOn(layout, behind, asked, where, problems);
    if (result.detours.length > 0 || service === undefined) return result;
    const by = detours(layout, conditions, caller, target, service.line, where);
    return { callee: result.callee, detours: by };
  }
  const callee = calledPart(layout, target, line, where, problems);
  if (callee === null) return null;
  return { callee, detours: detours(layout, conditions, caller, target, line, where) };
}

/** Where a gateway behind a route sends what the route takes: a request of a workload by itself. */
function handedOn(
  layout: Layout,
  behind: LaidComponent,
  asked: readonly Incoming[],
  where: string,
  problems: Problems,
): Reached {
  const host = behind.source.kind === 'gateway' ? behind.source.host : null;
  const ways = asked.map(({ line, request }) => {
    const route = host === null ? null : routeOf(host, line);
    return { request, callee: partOf(behind, route?.name ?? UNMATCHED) };
  });
  const callee = ways[0]?.callee ?? behind.parts[0]!;
  if (ways.every((way) => way.callee === callee)) return { callee, detours: [] };
  const byRequest = new Map(ways.map((way) => [way.request, way.callee]));
  const clear = ways.every(
    (way) => way.request !== null && byRequest.get(way.request) === way.callee,
  );
  if (!clear) {
    const message =
      `it hands on what different routes of \`${behind.name}\` take, and services or one request of a ` +
      'workload ask for both: give each a route of its own';
    problems.add('FL704', where, message);
    return { callee, detours: [] };
  }
  const others = new Set(ways.map((way) => way.callee).filter((other) => other !== callee));
  const wayOf = ({ source }: LaidPart): LaidPart | undefined =>
    source.kind === 'request' ? byRequest.get(source.request) : undefined;
  return {
    callee,
    detours: [...others].map((other) => ({
      callee: other,
      requests: layout.parts.map((part) => (wayOf(part) === other ? 1 : 0)),
    })),
  };
}

/**
 * Targets of requests with workload headers that the routes of the called gateway match. Headers of the call itself
 * take precedence over those that the request came with.
 */
function detours(
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
