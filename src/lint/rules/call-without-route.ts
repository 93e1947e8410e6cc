import {
  compileRoute,
  DEFAULT_METHOD,
  DEFAULT_PATH,
  type RequestLine,
} from '../../language/routes.js';
import { withoutQuery } from '../../language/routing/path.js';
import { nearest } from '../../scenario/suggest.js';
import type { Gateway } from '../../contracts/scenario/scenario.js';
import type { Route } from '../../contracts/scenario/routes.js';
import type { Unrouted } from '../calls.js';
import { exactPathOf, prefixYaml } from '../exact-paths.js';
import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A call of a gateway that none of its routes takes. */
export const callWithoutRoute: Rule = {
  name: 'call-without-route',
  severity: 'error',
  reason:
    'The gateway answers every such call with 404 at once, and nothing behind it sees the load.',
  remedy:
    'Correct the path, the method or the host of the call, or add a route. Ignore the rule if the scenario is about such traffic.',
  check: ({ unrouted }) =>
    unrouted.map((call): Finding => {
      const { from, gateway, path } = call;
      const meant = exactPathOf(gateway, call.line);
      const near = meant?.route ?? nearestRoute(call);
      const why =
        meant === null
          ? ''
          : `: ${gateway.name}.${meant.route.name} takes ${meant.exact} alone, and ${meant.prefix} takes everything below it`;
      return {
        path,
        entities: [from, gateway.name],
        message: `no route of ${gateway.name} takes ${lineText(call)}, so it answers 404${why}`,
        measured: lineText(call),
        limit:
          near === null
            ? `a route of ${gateway.name}`
            : `${gateway.name}.${near.name} takes ${matchText(near)}`,
        fix:
          meant === null
            ? fixOf(call, near)
            : yamlAt(['gateways', gateway.name, 'routes', meant.index, 'match'], prefixYaml(meant)),
      };
    }),
};

function lineText({ line }: Unrouted): string {
  const host = line.host === null ? '' : ` of ${line.host}`;
  return `${line.method ?? DEFAULT_METHOD} ${line.path ?? DEFAULT_PATH}${host}`;
}

function matchText({ methods, hosts, paths }: Route): string {
  const host = hosts.length === 0 ? '' : ` of ${hosts.join(' or ')}`;
  return `${methods.join(' or ') || 'any method'} ${paths.join(' or ') || 'of any path'}${host}`;
}

/** The route that was probably meant: one that takes the path, else one with a similar path. */
function nearestRoute({ gateway, line }: Unrouted): Route | null {
  const path = withoutQuery(line.path ?? DEFAULT_PATH);
  const takes = gateway.routes.find((route) => takesPath(route, gateway, line));
  if (takes !== undefined) return takes;
  const byPath = new Map(
    gateway.routes.flatMap((route) => route.paths.map((text) => [bare(text), route] as const)),
  );
  for (const text of [path, bare(path), firstElement(path)]) {
    const found = byPath.get(nearest(text, byPath.keys()) ?? '');
    if (found !== undefined) return found;
  }
  return null;
}

function takesPath(route: Route, { routing }: Gateway, line: RequestLine): boolean {
  const path = withoutQuery(line.path ?? DEFAULT_PATH);
  const { paths } = compileRoute(route, routing);
  return paths.length === 0 || paths.some((pattern) => pattern.takes(path));
}

/** A path pattern without its wildcards and the slash before them. */
function bare(pattern: string): string {
  return pattern.replace(/\/?[*{].*$/, '');
}

function firstElement(path: string): string {
  return `/${path.split('/')[1] ?? ''}`;
}

function fixOf({ path, gateway, line }: Unrouted, near: Route | null): string {
  const pattern = bare(near?.paths[0] ?? '');
  const method = near?.methods[0];
  if (near !== null && (pattern !== '' || method !== undefined)) {
    const asIs = takesPath(near, gateway, line);
    const fields = [
      ...(method === undefined ? [] : [`method: ${method}`]),
      ...(asIs || pattern === '' ? [] : [`path: ${pattern}`]),
    ];
    return yamlAt([...path, 'call'], fields.join('\n'));
  }
  const match = `{ method: ${line.method ?? DEFAULT_METHOD}, path: ${line.path ?? DEFAULT_PATH} }`;
  return yamlAt(['gateways', gateway.name, 'routes'], `- match: ${match}`);
}
