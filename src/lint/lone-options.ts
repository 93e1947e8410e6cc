import { policyNames } from '../patterns/registry.js';
import type { Call } from './calls.js';
import { mostOf } from './demand.js';
import { layerOf } from './layers.js';
import type { Path } from './rule.js';
import type { Subject } from './subject.js';

/** An option that is written somewhere, seen from one call that it is for. */
export interface Use {
  readonly path: Path;
  /** What the option finds here and what it needs; null where it acts. */
  readonly lacks: { readonly measured: string; readonly limit: string } | null;
}

/** One option: where it is written for a call, and whether it acts there; null where it is not written. */
export type Option = (call: Call, subject: Subject) => Use | null;

/** Options that need several callers, several callees or several instances, where there is one. */
export const LONE_OPTIONS: readonly Option[] = [
  fallbackStatus,
  ...policyNames.flatMap((policy): readonly Option[] => [
    (call) => loneScope(policy, call),
    (call, subject) => lonePer(policy, call, subject),
    (call, subject) => loneNode(policy, call, subject),
  ]),
];

/** What instances share or do not, in a bundle that only one workload has: it is one caller, which never restarts. */
function loneScope(policy: string, { caller, layers, policyPath }: Call): Use | null {
  const scope = layerOf(layers, policy)?.scope ?? 'instance';
  if (scope === 'instance' || policyPath[0] !== 'workloads') return null;
  return {
    path: [...policyPath, policy, 'scope'],
    lacks: {
      measured: `${caller} is a workload, which is one caller, and the bundle is its own`,
      limit: 'a caller with instances, or a bundle in `policies` that several callers name',
    },
  };
}

/** The status of an answer in place of a call, which is seen where the answer goes on as it is. */
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

/** What is kept for each endpoint or instance, in the bundle of the one step that makes one call to one instance. */
function lonePer(policy: string, call: Call, { calls, scenario, written }: Subject): Use | null {
  const { callee, layers, policyPath } = call;
  const per = layerOf(layers, policy)?.per ?? 'callee';
  const isOwn = policyPath[policyPath.length - 1] === 'policy' && policyPath.length > 4;
  if (!isOwn || (per !== 'endpoint' && per !== 'target')) return null;
  if (!written([...policyPath, policy, 'per'])) return null;
  const others = calls.some((one) => one !== call && one.policyPath.join() === policyPath.join());
  if (others || (per === 'target' && mostOf(scenario, callee) > 1)) return null;
  return {
    path: [...policyPath, policy, 'per'],
    lacks: {
      measured:
        per === 'target'
          ? `the bundle is that of one step, and ${callee} has one instance`
          : 'the bundle is that of one step, which calls one endpoint',
      limit: 'a bundle for several endpoints, or a callee with several instances',
    },
  };
}

/** Further attempts elsewhere, where the callee is one node. */
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
