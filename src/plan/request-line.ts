import { possibleRoutes } from '../language/routes.js';
import type { PlanPart } from '../contracts/plan/plan.js';
import type { LaidPart, Layout } from './layout.js';

/** HTTP method and path of a part. A route that matches several has none. */
export function requestLineOf({ source }: LaidPart): Pick<PlanPart, 'method' | 'path'> {
  if (source.kind === 'endpoint') return { method: source.endpoint.method, path: null };
  if (source.kind !== 'route') return { method: null, path: null };
  const { methods, paths } = source.route;
  return {
    method: methods.length === 1 ? methods[0]! : null,
    path: paths.length === 1 ? paths[0]! : null,
  };
}

/** Method that all calls write which reach a route; null if they differ, or one writes none. */
export function askedMethodOf({ incoming }: Layout, { source }: LaidPart): string | null {
  if (source.kind !== 'route') return null;
  const { route, gateway } = source;
  const lines = (incoming.get(gateway.name) ?? []).map(({ line }) => line);
  const own = lines.filter((line) => possibleRoutes(gateway, line).includes(route));
  const methods = new Set(own.map(({ method }) => method?.toUpperCase() ?? null));
  return methods.size === 1 ? [...methods][0]! : null;
}
