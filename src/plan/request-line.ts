import type { PlanPart } from '../spec/plan/plan.js';
import type { LaidPart } from './layout.js';

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
