import { invariant } from '../kernel/invariant.js';
import type { Target } from '../contracts/scenario/target.js';
import type { Conditions } from './conditions.js';
import type { Incoming } from './incoming.js';
import { partOf, UNMATCHED, type LaidComponent, type LaidPart, type Layout } from './layout.js';
import type { Problems } from './problem.js';
import { routeOf, type RequestLine } from '../language/routes.js';

/** Request line of a call without method, path, host and headers, such as a query or a call of middleware. */
export const BARE_LINE: RequestLine = Object.freeze({
  method: null,
  path: null,
  host: null,
  headers: new Map(),
});

/** Request size of a call that a route forwards: the size of the request that it received. */
export const PASSED_ON = -1;

/** Properties of a request that a call sets: request line and size. */
export interface RequestText extends RequestLine {
  /** null = the request size of the callee; PASSED_ON = the size of the request that the caller received. */
  readonly requestBytes: number | null;
}

/** A request without a request line and size. */
export const BARE: RequestText = Object.freeze({ ...BARE_LINE, requestBytes: null });

/** A call that a route forwards from its gateway unchanged. */
export const HANDED_ON: RequestText = Object.freeze({ ...BARE_LINE, requestBytes: PASSED_ON });

export interface Reached {
  readonly callee: LaidPart;
  readonly detours: readonly Detour[];
}

/** User requests for which a call has another destination. */
interface Detour {
  readonly callee: LaidPart;
  /** By part id: 1 for each user request that takes the detour, else 0. */
  readonly requests: readonly number[];
}

/** The part that a call reaches, and the parts that some user requests reach instead; null if a route is ambiguous. */
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
  const isRouted = target.part === null && line === HANDED_ON;
  if (isRouted && behind?.source.kind === 'gateway' && caller.source.kind === 'route') {
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

/** Destinations of a route that forwards to another gateway. They can differ by user request. */
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

/** Detours of user requests whose headers match other routes of the called gateway. */
function detours(
  layout: Layout,
  conditions: Conditions,
  caller: LaidPart,
  target: Target,
  line: RequestLine,
  where: string,
): readonly Detour[] {
  const gateway = layout.byName.get(target.component)!;
  if (gateway.source.kind !== 'gateway') return [];
  const { host } = gateway.source;
  const router = {
    headers: host.routes.flatMap(({ headers }) => [...headers.keys()]),
    routeOf: (one: RequestLine) => routeOf(host, one),
  };
  const found = redirected(layout, conditions, router, caller, line, where);
  // In the order of the file.
  const sorted = host.routes.flatMap((route) => found.filter((one) => one.route === route));
  return sorted.map(({ route, requests }) => ({
    callee: partOf(gateway, route.name),
    requests,
  }));
}

/** Routes of a gateway or of the mesh. */
interface Router<R> {
  /** Names of the headers that they ask for. */
  readonly headers: readonly string[];
  routeOf(line: RequestLine): R | null;
}

/** User requests for which a router takes another route than for the call itself. */
interface Redirected<R> {
  readonly route: R;
  /** By part id: 1 for each of these user requests, else 0. */
  readonly requests: readonly number[];
}

/**
 * User requests whose headers match other routes of a router. Headers of the call itself take precedence over those of
 * the user request.
 */
export function redirected<R>(
  layout: Layout,
  conditions: Conditions,
  router: Router<R>,
  caller: LaidPart,
  line: RequestLine,
  where: string,
): readonly Redirected<R>[] {
  if (caller.source.kind === 'request') return [];
  const own = new Set([...line.headers.keys()].map((name) => name.toLowerCase()));
  const asked = router.headers.map((name) => name.toLowerCase());
  const names = new Set(asked.filter((name) => !own.has(name)));
  if (names.size === 0) return [];
  const plain = router.routeOf(line);
  const found = new Map<R, number[]>();
  for (const part of layout.parts) {
    const carried = conditions.carried(part, names, where);
    if (carried.size === 0) continue;
    const route = router.routeOf({ ...line, headers: new Map([...carried, ...line.headers]) });
    if (route === null || route === plain) continue;
    const requests = found.get(route) ?? layout.parts.map(() => 0);
    requests[part.id] = 1;
    found.set(route, requests);
  }
  return [...found].map(([route, requests]) => ({ route, requests }));
}

/**
 * The part that a call reaches. A gateway without a route in the target is routed by the request line at compile time,
 * so a call site always takes the same route, except for its detours.
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
