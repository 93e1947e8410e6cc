import type { Service } from '../../contracts/scenario/services.js';
import type { ServiceOutput } from '../schema/services.js';
import { checkCoalescing } from './chains.js';
import type { Context } from './context.js';
import { resolveEndpoints, resolveHost, resolveOutbound } from './hosts.js';
import { resolveMiddleware } from './middleware.js';
import { resolveOutbox } from './outbox.js';
import { checksOf, resolveChecks, withoutChecks, resolveProbes } from '../sections/probes.js';
import { withTotal } from './placement.js';
import { placesOf, resolveVersions } from './versions.js';

/** Resolves a service. */
export function resolveService(context: Context, name: string, output: ServiceOutput): Service {
  const path = ['services', name];
  const counted = withTotal(output);
  const middleware = resolveMiddleware(context, output.middleware, name, [...path, 'middleware']);
  checkCoalescing(context, [middleware]);
  const written = Object.keys(output.endpoints);
  const probes = [...path, 'probes'];
  const service = {
    ...resolveHost(context, name, counted, path),
    probes: resolveProbes(context, output.probes, written, probes),
    endpoints: new Map([
      ...resolveEndpoints(context, name, output.endpoints, path),
      ...withoutChecks(checksOf(output)),
      ...resolveChecks(context, name, output.probes, written, probes),
    ]),
    middleware,
    outbound: resolveOutbound(context, output.outbound, [...path, 'outbound']),
    outbox: resolveOutbox(context, output.outbox, [...path, 'outbox']),
    environments: null,
  };
  const versions = resolveVersions(context, output, service, path);
  return { ...service, zones: placesOf(service, versions), versions };
}
