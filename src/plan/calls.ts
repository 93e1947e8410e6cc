import { invariant } from '../kernel/invariant.js';
import type { Target } from '../spec/scenario.js';
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

/**
 * The part a call reaches. A bare gateway is routed by what the call says of its request, once and for
 * all: the same call site always takes the same route.
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
