import type { Layer } from '../../contracts/scenario/policies.js';
import type { Host, ProcessSettings } from '../../contracts/scenario/host.js';
import type { Cpu, Lifecycle } from '../../contracts/scenario/process.js';
import type { Endpoint } from '../../contracts/scenario/services.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import type { ServiceOutput } from '../schema/services.js';
import type { HostOutput, ProcessOutput } from '../schema/host.js';
import { resolveAdmission } from './admission.js';
import { layerOf, resolveBundle, resolveOnce, resolveOutliers } from './bundles.js';
import { resolveLoadBalancing } from './balancing.js';
import { resolveDiscovery } from './discovery.js';
import { described } from './described.js';
import { conflict, report, reportKey, writtenAt, type Context, type Path } from './context.js';
import { checkLevel, resolveProtocol } from '../sections/connections.js';
import { sorted } from './names.js';
import { resolveBudget, resolveRequests } from './nodes.js';
import { resolveCpu } from '../sections/cpu.js';
import { initialReplicas, mostReplicas, resolveAutoscaling } from './autoscaling-kinds.js';
import { resolvePlacement } from './placement.js';
import { resolveQueue } from './queues.js';
import { resolveSteps } from './steps.js';
import { split, withPart } from './targets.js';

/** Resolves the endpoints of a service or function. */
export function resolveEndpoints(
  context: Context,
  name: string,
  output: ServiceOutput['endpoints'],
  path: Path,
): ReadonlyMap<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>();
  for (const [endpoint, own] of sorted(output)) {
    const at = [...path, 'endpoints', endpoint];
    const keyed = typeof own.idempotent === 'boolean' ? undefined : own.idempotent;
    endpoints.set(endpoint, {
      name: endpoint,
      steps: resolveSteps(context, own.steps, { name, policy: null }, [...at, 'steps']),
      method: own.method?.toUpperCase() ?? null,
      idempotent: own.idempotent !== false || own.readOnly,
      once: resolveOnce(context, keyed, [...at, 'idempotent']),
      readOnly: own.readOnly,
      requestBytes: own.requestSize,
      responseBytes: own.responseSize,
      priority: own.priority ?? null,
      concurrency: own.concurrency === undefined ? null : bulkhead(own.concurrency),
      timeLimitNs: own.timeLimit,
    });
  }
  if (endpoints.size === 0)
    report(context, 'FL203', [...path, 'endpoints'], 'a service needs at least one endpoint');
  return endpoints;
}

/** Resolves the common fields of services and gateways. */
export function resolveHost(context: Context, name: string, output: HostOutput, path: Path): Host {
  checkLevel(context, output.loadBalancing, null, [...path, 'loadBalancing']);
  const settings = resolveProcess(context, output, path);
  const most = mostReplicas(output);
  const placement = resolvePlacement(context, initialReplicas(output), output.zone, path, most);
  if (output.replicas === 0 && output.autoscaling === undefined) {
    const message =
      'nothing ever starts a replica: write at least 1, or scale on lag with autoscaling: { kind: keda, … }';
    conflict(context, [...path, 'replicas'], message);
  }
  return {
    ...described(name, output),
    ...placement,
    ...settings,
    autoscaling: resolveAutoscaling(context, output, placement.replicas, settings.cpu.cores, path),
    requests: resolveRequests(output),
    storageBytes: 0,
    disruptionBudget: resolveBudget(context, output.disruptionBudget, [
      ...path,
      'disruptionBudget',
    ]),
    loadBalancing: resolveLoadBalancing(context, output.loadBalancing, [...path, 'loadBalancing']),
    protocol: resolveProtocol(context, output.protocol, [...path, 'protocol']),
    outlierDetection: resolveOutliers(context, output.outlierDetection, [
      ...path,
      'outlierDetection',
    ]),
    discovery: resolveDiscovery(context, output.discovery, [...path, 'discovery']),
    external: output.external,
    labels: new Map(sorted(output.labels)),
  };
}

/** Resolves the settings of a process. Its probes need the endpoints, and come later. */
export function resolveProcess(
  context: Context,
  output: ProcessOutput,
  path: Path,
): ProcessSettings {
  const runtime = output.runtime.kind;
  const written = resolveCpu(context, output.cpu, [...path, 'cpu']);
  const stated = writtenAt(context, [...path, 'cpu', 'cores']) !== undefined;
  const cpu = runtime === 'eventLoop' && !stated ? { ...written, cores: 1 } : written;
  if (runtime === 'eventLoop') checkEventLoop(context, output, cpu, path);
  const concurrency = runtime === 'eventLoop' ? cpu.cores : (output.concurrency ?? Infinity);
  const queue = resolveQueue(context, output.queue, [...path, 'queue']);
  const place = { queue, cpu, concurrency };
  return {
    runtime,
    concurrency,
    queue,
    cpu,
    cancellation: output.cancellation,
    rejectWork: output.rejectWork,
    ...resolveMemory(context, output, path),
    lifecycle: resolveLifecycle(context, output.lifecycle, [...path, 'lifecycle']),
    probes: null,
    cpuRequest: output.resources?.requests?.cpu ?? null,
    admission: resolveAdmission(context, output.admission, place, [...path, 'admission']),
  };
}

/** Resolves memory and garbage collection. */
function resolveMemory(
  context: Context,
  { runtime: { gc }, memory }: ProcessOutput,
  path: Path,
): Pick<Host, 'gc' | 'memory'> {
  const collector = [...path, 'runtime', 'gc'];
  if (gc !== undefined && (gc.every === null) === (gc.allocated === null)) {
    const both = gc.every !== null;
    const message = both
      ? 'collections are triggered by time or by allocation: remove one of every and allocated'
      : 'no trigger for collections: write every: DURATION, or allocated: SIZE with ' +
        'memory.perRequest';
    report(
      context,
      both ? 'FL208' : 'FL203',
      both ? [...collector, 'allocated'] : collector,
      message,
    );
  } else if (gc?.allocated === 0) {
    const message = 'with 0B the collector would run without end: write more than 0B';
    conflict(context, [...collector, 'allocated'], message);
  } else if ((gc?.allocated ?? null) !== null && (memory?.perRequest ?? 0) === 0) {
    const message = 'requests allocate nothing: write memory.perRequest';
    conflict(context, [...collector, 'allocated'], message);
  }
  const limit = memory?.limit ?? Infinity;
  if (memory !== undefined && limit <= memory.base) {
    const message =
      'the process would run out of memory at its first request: raise limit above base';
    conflict(context, [...path, 'memory', 'limit'], message);
  }
  return {
    gc: gc ?? null,
    memory: memory === undefined ? null : { ...memory, limit },
  };
}

/** Resolves how processes start and stop; null = not configured. */
export function resolveLifecycle(
  context: Context,
  output: HostOutput['lifecycle'],
  path: Path,
): Lifecycle | null {
  if (output === undefined) return null;
  const { warmup } = output;
  if (warmup !== null && warmup.factor < 1) {
    const message = 'a cold process cannot be faster than a warm one: write 1 or more';
    conflict(context, [...path, 'warmup', 'factor'], message);
  }
  return output;
}

/** The concurrency limit of an endpoint, as a limit of a fixed kind. */
function bulkhead(limit: number): Layer {
  return layerOf('concurrencyLimit', { limit }, undefined);
}

function checkEventLoop(context: Context, output: ProcessOutput, cpu: Cpu, path: Path): void {
  if (output.concurrency !== undefined) {
    const message = 'an event loop has one worker per core: remove concurrency';
    conflict(context, [...path, 'concurrency'], message);
  }
  if (!Number.isInteger(cpu.cores)) {
    const message = 'an event loop has one worker per core: cores must be a whole number';
    conflict(context, [...path, 'cpu', 'cores'], message);
  }
}

/** Resolves the bundles by callee. */
export function resolveOutbound(
  context: Context,
  output: HostOutput['outbound'],
  path: Path,
): ReadonlyMap<string, Bundle> {
  const outbound = new Map<string, Bundle>();
  for (const [callee, bundle] of sorted(output)) {
    const at = [...path, callee];
    const [name, part] = split(callee);
    const thing = context.names.things.get(name);
    if (callee !== 'default' && thing === undefined && !context.names.broken.has(name)) {
      const allowed = ['default', ...context.names.things.keys()];
      reportKey(context, 'FL404', at, `there is no component ${name}`, { found: name, allowed });
    } else if (part !== null && thing !== undefined && thing.kind !== 'gateway') {
      withPart(context, name, part, at);
    }
    outbound.set(callee, resolveBundle(context, bundle, at));
  }
  return outbound;
}
