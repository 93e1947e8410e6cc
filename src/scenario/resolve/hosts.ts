import type { Layer } from '../../contracts/scenario/policies.js';
import type { Host, ProcessSettings } from '../../contracts/scenario/host.js';
import type { Cpu, Lifecycle } from '../../contracts/scenario/process.js';
import { OF_TEXT, type Endpoint } from '../../contracts/scenario/services.js';
import { except } from '../../contracts/fields/pick.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import type { ServiceOutput } from '../schema/services.js';
import type { HostOutput, ProcessOutput } from '../schema/host.js';
import { resolveAdmission } from './admission.js';
import { layerOf, resolveBundle, resolveOnce, resolveOutliers } from './bundles.js';
import { resolveLoadBalancing } from './balancing.js';
import { resolveDiscovery } from '../sections/discovery.js';
import { described } from './described.js';
import type { Cursor } from './context.js';
import { checkLevel, resolveProtocol } from '../sections/connections.js';
import { sorted } from './names.js';
import { resolveBudget, resolveRequests } from '../sections/nodes.js';
import { resolveCpu } from '../sections/cpu.js';
import {
  initialReplicas,
  mostReplicas,
  resolveAutoscaling,
} from '../sections/autoscaling-kinds.js';
import { resolvePlacement } from './placement.js';
import { resolveQueue } from '../sections/queues.js';
import { resolveSteps } from './steps.js';
import { split, withPart } from './targets.js';

/** Resolves the endpoints of a service or function. */
export function resolveEndpoints(
  here: Cursor,
  name: string,
  output: ServiceOutput['endpoints'],
): ReadonlyMap<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const [endpoint, own] of sorted(output)) {
    const at = here.in('endpoints', endpoint);
    const keyed = typeof own.idempotent === 'boolean' ? undefined : own.idempotent;
    endpoints.set(endpoint, {
      ...except(own, OF_TEXT),
      name: endpoint,
      steps: resolveSteps(at.in('steps'), own.steps, { name, policy: null }),
      method: own.method?.toUpperCase() ?? null,
      idempotent: own.idempotent !== false || own.readOnly,
      once: resolveOnce(at.in('idempotent'), keyed),
      concurrency: own.concurrency === null ? null : bulkhead(own.concurrency),
    });
  }
  if (endpoints.size === 0)
    here.in('endpoints').report('FL203', 'a service needs at least one endpoint');
  return endpoints;
}

/** Resolves the common fields of services and gateways. */
export function resolveHost(here: Cursor, name: string, output: HostOutput): Host {
  checkLevel(here.in('loadBalancing'), output.loadBalancing, null);
  const settings = resolveProcess(here, output);
  const most = mostReplicas(output);
  const placement = resolvePlacement(here, initialReplicas(output), output.zone, most);
  if (output.replicas === 0 && output.autoscaling === null) {
    const message =
      'nothing ever starts a replica: write at least 1, or scale on lag with autoscaling: { kind: keda, … }';
    here.in('replicas').conflict(message);
  }
  return {
    ...described(name, output),
    ...placement,
    ...settings,
    autoscaling: resolveAutoscaling(here, output, placement.replicas, settings.cpu.cores),
    requests: resolveRequests(output),
    storageBytes: 0,
    disruptionBudget: resolveBudget(here.in('disruptionBudget'), output.disruptionBudget),
    loadBalancing: resolveLoadBalancing(here.in('loadBalancing'), output.loadBalancing),
    protocol: resolveProtocol(here.in('protocol'), output.protocol),
    outlierDetection: resolveOutliers(here.in('outlierDetection'), output.outlierDetection),
    // They need the endpoints, and come later.
    healthChecks: null,
    discovery: resolveDiscovery(here.in('discovery'), output.discovery),
    external: output.external,
    labels: new Map(sorted(output.labels)),
  };
}

/** Resolves the settings of a process. Its probes need the endpoints, and come later. */
export function resolveProcess(here: Cursor, output: ProcessOutput): ProcessSettings {
  const runtime = output.runtime.kind;
  const written = resolveCpu(here.in('cpu'), output.cpu);
  const stated = here.in('cpu', 'cores').written() !== undefined;
  const cpu = runtime === 'eventLoop' && !stated ? { ...written, cores: 1 } : written;
  if (runtime === 'eventLoop') checkEventLoop(here, output, cpu);
  const concurrency = runtime === 'eventLoop' ? cpu.cores : (output.concurrency ?? Infinity);
  const queue = resolveQueue(here.in('queue'), output.queue);
  const place = { queue, cpu, concurrency };
  return {
    runtime,
    concurrency,
    queue,
    cpu,
    cancellation: output.cancellation,
    rejectWork: output.rejectWork,
    ...resolveMemory(here, output),
    lifecycle: resolveLifecycle(here.in('lifecycle'), output.lifecycle),
    probes: null,
    cpuRequest: output.resources?.requests?.cpu ?? null,
    admission: resolveAdmission(here.in('admission'), output.admission, place),
  };
}

/** Resolves memory and garbage collection. */
function resolveMemory(
  here: Cursor,
  { runtime: { gc }, memory }: ProcessOutput,
): Pick<Host, 'gc' | 'memory'> {
  const collector = here.in('runtime', 'gc');
  if (gc !== null && (gc.every === null) === (gc.allocated === null)) {
    const both = gc.every !== null;
    const message = both
      ? 'collections are triggered by time or by allocation: remove one of every and allocated'
      : 'no trigger for collections: write every: DURATION, or allocated: SIZE with ' +
        'memory.perRequest';
    (both ? collector.in('allocated') : collector).report(both ? 'FL208' : 'FL203', message);
  } else if (gc?.allocated === 0) {
    const message = 'with 0B the collector would run without end: write more than 0B';
    collector.in('allocated').conflict(message);
  } else if ((gc?.allocated ?? null) !== null && (memory?.perRequest ?? 0) === 0) {
    const message = 'requests allocate nothing: write memory.perRequest';
    collector.in('allocated').conflict(message);
  }
  const limit = memory?.limit ?? Infinity;
  if (memory !== null && limit <= memory.base) {
    const message =
      'the process would run out of memory at its first request: raise limit above base';
    here.in('memory', 'limit').conflict(message);
  }
  return {
    gc,
    memory: memory === null ? null : { ...memory, limit },
  };
}

/** Resolves how processes start and stop; null = not configured. */
function resolveLifecycle(here: Cursor, output: HostOutput['lifecycle']): Lifecycle | null {
  if (output === null) return null;
  const { warmup } = output;
  if (warmup !== null && warmup.factor < 1) {
    const message = 'a cold process cannot be faster than a warm one: write 1 or more';
    here.in('warmup', 'factor').conflict(message);
  }
  return output;
}

/** The concurrency limit of an endpoint, as a limit of a fixed kind. */
function bulkhead(limit: number): Layer {
  return layerOf('concurrencyLimit', { limit }, undefined);
}

function checkEventLoop(here: Cursor, output: ProcessOutput, cpu: Cpu): void {
  if (output.concurrency !== null) {
    const message = 'an event loop has one worker per core: remove concurrency';
    here.in('concurrency').conflict(message);
  }
  if (!Number.isInteger(cpu.cores)) {
    const message = 'an event loop has one worker per core: cores must be a whole number';
    here.in('cpu', 'cores').conflict(message);
  }
}

/** Resolves the bundles by callee. */
export function resolveOutbound(
  here: Cursor,
  output: HostOutput['outbound'],
): ReadonlyMap<string, Bundle> {
  const outbound = new Map<string, Bundle>();
  for (const [callee, bundle] of sorted(output)) {
    const at = here.in(callee);
    const [name, part] = split(callee);
    const thing = here.names.things.get(name);
    if (callee !== 'default' && thing === undefined && !here.names.broken.has(name)) {
      const allowed = ['default', ...here.names.things.keys()];
      at.reportKey('FL404', `there is no component ${name}`, { found: name, allowed });
    } else if (part !== null && thing !== undefined && thing.kind !== 'gateway') {
      withPart(at, name, part);
    }
    outbound.set(callee, resolveBundle(at, bundle));
  }
  return outbound;
}
