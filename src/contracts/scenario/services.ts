import type { Outbox } from './outbox.js';
import type { OncePerValue } from '../fields/common.js';
import type { FunctionSettings } from './functions.js';
import type { Ns } from '../../kernel/time.js';
import type { Step, Bundle } from './steps.js';
import type { Layer } from './policies.js';
import type { Middleware } from './middleware.js';
import type { Host, ProcessSettings } from './host.js';
import type { Rollout } from './rollouts.js';

export interface Service extends Host {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Runs before the steps of every endpoint. */
  readonly middleware: readonly Middleware[];
  /** Policy bundles by `default`, `callee` or `callee.endpoint`. */
  readonly outbound: ReadonlyMap<string, Bundle>;
  readonly outbox: Outbox | null;
  /** Execution environments of a function; null = the service runs in processes. */
  readonly environments: FunctionSettings | null;
  /** null = a single version. */
  readonly versions: Versions | null;
}

export interface Endpoint {
  readonly name: string;
  /** null = not written. */
  readonly method: string | null;
  readonly steps: readonly Step[];
  readonly idempotent: boolean;
  /** Key by which the endpoint is idempotent; null = none. */
  readonly once: OncePerValue | null;
  readonly readOnly: boolean;
  /** Bytes of a request, unless the call sets them, and of a successful response. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Overrides the priority of a request; null = it keeps its own. */
  readonly priority: number | null;
  /** Concurrent executions per instance, within its workers; null = no limit besides the workers. */
  readonly concurrency: Layer | null;
  readonly timeLimitNs: Ns | null;
}

/** Settings of a version that differ from those of its service or gateway. */
export interface HostVersion {
  readonly name: string;
  readonly title: string | null;
  /** Endpoints that differ from those of the service; none of a gateway. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly outbound: ReadonlyMap<string, Bundle>;
  /** null = the settings of the component. */
  readonly process: ProcessSettings | null;
  /** null = the chain of the component. */
  readonly middleware: readonly Middleware[] | null;
  /** Of a gateway with a chain of its own: by route the whole chain. */
  readonly chains: ReadonlyMap<string, readonly Middleware[]>;
}

/** The versions of a service or gateway. */
export interface Versions {
  /** Name of the initial version, which the component itself defines. */
  readonly first: string;
  /** The other versions. */
  readonly others: readonly HostVersion[];
  /** Initial number of replicas of each version, `first` before `others`; null = all run `first`. */
  readonly counts: readonly number[] | null;
  /** Labels of the instances of a version, beside those of the component; missing = none has any. */
  readonly labels?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly rollout: Rollout | null;
}

/** Names of the versions by their numbers, the initial one first; empty = a single version. */
export function versionNames(versions: Versions | null): readonly string[] {
  return versions === null ? [] : [versions.first, ...versions.others.map(({ name }) => name)];
}

/** The service as each of its versions defines it, the initial one first. */
export function shapesOf(service: Service): readonly Service[] {
  const { versions } = service;
  if (versions === null) return [service];
  return [service, ...versions.others.map((version) => shapeOf(service, version))];
}

/** The service as one of its versions defines it. */
export function shapeOf(service: Service, version: HostVersion): Service {
  return {
    ...service,
    ...version.process,
    middleware: version.middleware ?? service.middleware,
    endpoints: new Map([...service.endpoints, ...version.endpoints]),
    outbound: new Map([...service.outbound, ...version.outbound]),
    versions: null,
  };
}
