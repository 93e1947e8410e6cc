import type { Service } from '../../contracts/scenario/services.js';
import type { ServiceOutput } from '../schema/services.js';
import { checkCoalescing } from './chains.js';
import { cursorAt, type Context } from './context.js';
import { resolveEndpoints, resolveHost, resolveOutbound } from './hosts.js';
import { resolveMiddleware } from './middleware.js';
import { resolveOutbox } from '../sections/outbox.js';
import { resolveHealthChecks } from '../sections/health-checks.js';
import { checksOf, resolveChecks, withoutChecks, resolveProbes } from '../sections/probes.js';
import { withTotal } from './placement.js';
import { placesOf, resolveVersions } from './versions.js';

/** Resolves a service. */
export function resolveService(context: Context, name: string, output: ServiceOutput): Service {
  const here = cursorAt(context, 'services', name);
  const counted = withTotal(output);
  const middleware = resolveMiddleware(here.in('middleware'), output.middleware, name);
  checkCoalescing(context, [middleware]);
  const written = Object.keys(output.endpoints);
  const probes = here.in('probes');
  const service = {
    ...resolveHost(here, name, counted),
    probes: resolveProbes(probes, output.probes, written),
    healthChecks: resolveHealthChecks(here.in('healthChecks'), output.healthChecks, written),
    endpoints: new Map([
      ...resolveEndpoints(here, name, output.endpoints),
      ...withoutChecks(checksOf(output)),
      ...resolveChecks(probes, name, output.probes, written),
    ]),
    middleware,
    outbound: resolveOutbound(here.in('outbound'), output.outbound),
    outbox: resolveOutbox(here.in('outbox'), output.outbox),
    environments: null,
  };
  const versions = resolveVersions(here, output, service);
  return { ...service, zones: placesOf(service, versions), versions };
}
