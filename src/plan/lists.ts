import { listsOfEndpoint, listsOfRequest, listsOfRoute } from '../language/fallback-steps.js';
import type { Step } from '../contracts/scenario/steps.js';
import type { LaidPart } from './layout.js';

/** The lists of steps of a part: its own, and those of the fallbacks of its calls. */
export function listsOf({ source }: LaidPart): readonly (readonly Step[])[] {
  if (source.kind === 'request') return listsOfRequest(source.workload, source.request);
  if (source.kind === 'endpoint') return listsOfEndpoint(source.service, source.endpoint);
  return source.kind === 'route' ? listsOfRoute(source.gateway, source.route) : [];
}
