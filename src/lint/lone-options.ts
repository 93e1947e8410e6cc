import { policyNames } from '../patterns/registry.js';
import type { Path } from '../scenario/located.js';
import type { Call } from './calls.js';
import { hostOf, mostOf, sectionOf } from './demand.js';
import type { Key } from './graph.js';
import { layerOf, traitsIn } from './layers.js';
import { isStore } from './stores.js';
import type { Subject } from './subject.js';

/** An option in the file, as it applies to one call. */
export interface Use {
  readonly path: Path;
  /** The situation of the option, and its requirement; null = the option has an effect. */
  readonly lacks: { readonly measured: string; readonly limit: string } | null;
}

/** Finds one option for a call, and whether it has an effect there; null if it is not written. */
export type Option = (call: Call, subject: Subject) => Use | null;

/** Policies that leave attempts, besides a timeout. */
const LEAVERS: readonly string[] = ['deadline', 'hedge'];

/** Options that require several callers, callees or instances, but find only one. */
export const LONE_OPTIONS: readonly Option[] = [
  clientOfNothing,
  fallbackStatus,
  loneAddress,
  loneNodes,
  loneUnejection,
  storeErrors,
  timeoutCancel,
  ...policyNames.flatMap((policy): readonly Option[] => [
    (call, subject) => loneScope(policy, call, subject),
    (call, subject) => lonePer(policy, call, subject),
    (call, subject) => loneNode(policy, call, subject),
  ]),
];

/** A shared scope with a single caller: a workload with its own bundle, or a function in one zone. */
function loneScope(policy: string, call: Call, { scenario, written }: Subject): Use | null {
  const { caller, layers, policyPath } = call;
  const scope = layerOf(layers, policy)?.scope ?? 'instance';
  if (scope === 'instance') return null;
  const path = [...policyPath, policy, 'scope'];
  if (policyPath[0] === 'workloads') {
    return {
      path,
      lacks: {
        measured: `${caller} is a workload, which is one caller, and the bundle is its own`,
        limit: 'a caller with instances, or a bundle in `policies` that several callers name',
      },
    };
  }
  return written(path) ? { path, lacks: sharedByEnvironments(caller, scenario) } : null;
}

/** An ejection that ends with a passed check, at a callee that is not checked. */
function loneUnejection(call: Call, { scenario, written }: Subject): Use | null {
  const field = 'successfulActiveHealthCheckUnejectHost';
  const own = [...call.policyPath, 'outlierDetection', field];
  const path = written(own)
    ? own
    : [sectionOf(scenario, call.callee), call.callee, 'outlierDetection', field];
  const config = (call.outlierDetection ?? hostOf(scenario, call.callee)?.outlierDetection)?.config;
  if (!written(path) || (config as Record<string, unknown> | undefined)?.[field] !== false) {
    return null;
  }
  if ((hostOf(scenario, call.callee)?.healthChecks ?? null) !== null) return { path, lacks: null };
  return {
    path,
    lacks: { measured: `${call.callee} has no healthChecks`, limit: 'healthChecks of the callee' },
  };
}

/** A counter shared by several nodes (a library setting), for a caller that has one state anyway. */
function loneNodes({ caller, layers, policyPath }: Call, { scenario }: Subject): Use | null {
  const { policy = 'local' } = (layerOf(layers, 'rateLimit')?.config ?? {}) as {
    readonly policy?: string;
  };
  if (policy === 'local') return null;
  const path = [...policyPath, 'rateLimit', 'policy'];
  return { path, lacks: sharedByEnvironments(caller, scenario) };
}

/** Kong's `limitBy`, if each instance counts only its own calls, which come from one address. */
function loneAddress({ caller, layers, policyPath }: Call): Use | null {
  const layer = layerOf(layers, 'rateLimit');
  const { limitBy = 'consumer' } = (layer?.config ?? {}) as { readonly limitBy?: string };
  if (layer === undefined || limitBy === 'consumer') return null;
  const isAlone = layer.scope === 'instance' && layer.key === null;
  return {
    path: [...policyPath, 'rateLimit', 'limitBy'],
    lacks: isAlone
      ? {
          measured: `each instance of ${caller} counts its own calls, which come from one address`,
          limit: 'a key, or a limiter that the instances share',
        }
      : null,
  };
}

/** The environments of a function share the state of a policy: there is one state per zone. */
function sharedByEnvironments(caller: string, scenario: Subject['scenario']): Use['lacks'] {
  const service = scenario.services.get(caller);
  if ((service?.environments ?? null) === null || service!.zones.length > 1) return null;
  return {
    measured: `${caller} is a function in one zone: its environments share one state`,
    limit: 'a service with several instances, or a function in several zones',
  };
}

/** The kind of a client none of whose layers leaves anything. */
function clientOfNothing(
  { caller, layers, policyPath }: Call,
  { scenario, written }: Subject,
): Use | null {
  const path = [...policyPath, 'client'];
  if (!written(path)) return null;
  const limit = layerOf(layers, 'timeout');
  const isLimited = traitsIn(layers, 'timeout')?.afterNs !== Infinity && limit !== undefined;
  const leaves =
    (isLimited && !limit.written.includes('onTimeout')) ||
    layers.some(({ policy }) => LEAVERS.includes(policy)) ||
    (hostOf(scenario, caller)?.cancellation ?? 'ignore') !== 'ignore';
  if (leaves) return { path, lacks: null };
  return {
    path,
    lacks: isLimited
      ? { measured: 'onTimeout of its timeout says it', limit: 'a timeout without onTimeout' }
      : {
          measured: 'no layer of the bundle leaves a call before its end',
          limit: 'a timeout, a deadline or a hedge',
        },
  };
}

/** A timeout without cancellation, if it leaves the work, or if the callee ignores cancellation anyway. */
function timeoutCancel(
  { callee, layers, policyPath, connections }: Call,
  subject: Subject,
): Use | null {
  const { cancel } = (layerOf(layers, 'timeout')?.config ?? {}) as { readonly cancel?: boolean };
  if (cancel !== false) return null;
  const path = [...policyPath, 'timeout', 'cancel'];
  if (traitsIn(layers, 'timeout')!.detaches) {
    const measured = 'the work inside goes on when the caller leaves, cancelled or not';
    return { path, lacks: { measured, limit: 'onTimeout: abort' } };
  }
  const cancellation = hostOf(subject.scenario, callee)?.cancellation ?? 'ignore';
  const isHeeded = cancellation !== 'ignore' || connections !== null;
  return {
    path,
    lacks: isHeeded
      ? null
      : {
          measured: `${callee} finishes what it has begun, cancelled or not`,
          limit: 'a service or gateway with cancellation: onDequeue, atSteps or immediate',
        },
  };
}

/** `storeErrors` for operations on data. These fail only by faults, before they are executed. */
function storeErrors(
  { forgetsErrors, callee, policyPath }: Call,
  { scenario }: Subject,
): Use | null {
  const path = [...policyPath, 'idempotencyKey', 'storeErrors'];
  if (!forgetsErrors) return null;
  return {
    path,
    lacks: isStore(scenario, callee)
      ? {
          measured: `an operation of ${callee} that is executed does not fail`,
          limit: 'a call of an endpoint that can fail',
        }
      : null,
  };
}

/** Status of a fallback response. It is visible only if the caller passes the response on unchanged. */
function fallbackStatus({ caller, layers, policyPath }: Call, { scenario }: Subject): Use | null {
  const layer = layerOf(layers, 'fallback');
  const { status = 200 } = (layer?.config ?? {}) as { readonly status?: number };
  if (status === 200) return null;
  const isService = scenario.services.has(caller);
  return {
    path: [...policyPath, 'fallback', 'status'],
    lacks: isService
      ? {
          measured: `${caller} answers with a status of its own`,
          limit: 'a call of a workload or a gateway, or `respond` in the steps of the service',
        }
      : null,
  };
}

const POLICY_PATH: Key = ({ policyPath }) => policyPath.join();

/** State per endpoint or instance, in the bundle of a single step that calls one endpoint or one instance. */
function lonePer(policy: string, call: Call, { graph, scenario }: Subject): Use | null {
  const { callee, layers, policyPath } = call;
  const layer = layerOf(layers, policy);
  const per = layer?.per ?? 'callee';
  const last = policyPath.at(-1);
  const isStep = last === 'policy' && policyPath.length > 4;
  const isOwn = isStep || last === 'compensationPolicy';
  if (!isOwn || (per !== 'endpoint' && per !== 'target')) return null;
  if (layer?.written.includes('per') !== true) return null;
  const others = graph
    .with(POLICY_PATH, POLICY_PATH(call))
    .some((one) => one.callee === callee && one.to !== call.to);
  if (others || (per === 'target' && mostOf(scenario, callee) > 1)) return null;
  return {
    path: [...policyPath, policy, 'per'],
    lacks: {
      measured:
        per === 'target'
          ? `the bundle is that of one step, and ${callee} has one instance`
          : isStep
            ? 'the bundle is that of one step, which calls one endpoint'
            : `the compensations call one endpoint of ${callee}`,
      limit: 'a bundle for several endpoints, or a callee with several instances',
    },
  };
}

/** Attempts on other instances, if the callee is a single node. */
function loneNode(policy: string, call: Call, { scenario }: Subject): Use | null {
  const { callee, layers, policyPath } = call;
  const layer = layerOf(layers, policy);
  const { otherInstance } = (layer?.config ?? {}) as { readonly otherInstance?: boolean };
  if (otherInstance !== true || layer?.written.includes('otherInstance') !== true) return null;
  const isOne = scenario.databases.has(callee) && mostOf(scenario, callee) === 1;
  return {
    path: [...policyPath, policy, 'otherInstance'],
    lacks: isOne ? { measured: `${callee} is one node`, limit: 'a database with replicas' } : null,
  };
}
