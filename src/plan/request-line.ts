import type { PlanPart } from '../spec/plan/plan.js';
import type { LaidPart } from './layout.js';

/** Method and path of what is called by HTTP. A route that takes several has none of its own. */
export function requestLineOf({ source }: LaidPart): Pick<PlanPart, 'method' | 'path'> {
  if (source.kind === 'endpoint') return { method: source.endpoint.method, path: null };
  if (source.kind !== 'route') return { method: null, path: null };
  const { methods, paths } = source.route;
  return {
    method: methods.length === 1 ? methods[0]! : null,
    path: paths.length === 1 ? paths[0]! : null,
  };
}
