import { compileRoute, DEFAULT_PATH, type RequestLine } from '../language/routes.js';
import { PATH, withoutQuery } from '../language/routing/path.js';
import type { Gateway } from '../contracts/scenario/scenario.js';
import type { Route } from '../contracts/scenario/routes.js';

/** A route that takes a single path, and the pattern of everything below it, which was probably meant. */
interface ExactPath {
  readonly route: Route;
  readonly index: number;
  readonly exact: string;
  readonly prefix: string;
}

/**
 * The route whose exact path is the beginning of a request's path. In a VirtualService and an Ingress `prefix: /` takes
 * everything; here a pattern without a star takes one path.
 */
export function exactPathOf({ routing, routes }: Gateway, line: RequestLine): ExactPath | null {
  const path = withoutQuery(line.path ?? DEFAULT_PATH);
  let best: ExactPath | null = null;
  routes.forEach((route, index) => {
    for (const { kind, text } of compileRoute(route, routing).paths) {
      const below = text.endsWith('/') ? text : `${text}/`;
      if (kind !== PATH.exact || !path.startsWith(below) || path === text) continue;
      if (best !== null && best.exact.length >= text.length) continue;
      best = { route, index, exact: text, prefix: `${text}*` };
    }
  });
  return best;
}

/** The patterns of a route's `match`, with the one for everything below an exact path. */
export function prefixYaml({ route, exact, prefix }: ExactPath): string {
  const all = route.paths.map((text) => (text === exact ? prefix : text));
  return `path: ${all.length === 1 ? all[0] : `[ ${all.join(', ')} ]`}`;
}
