import type { Condition, Step } from './steps.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { BalancingCommon } from '../patterns/balancer.js';
import type { Expression } from './expression.js';
import type { FunctionSettings } from './functions.js';
import type { ResponseCache } from './caching.js';
import type { Outbox } from './messaging.js';
import type { ScenarioModules } from './modules.js';
import type { Database } from './database.js';
import type { OutcomeName } from '../outcome.js';
import type { Autoscaling } from './autoscaling.js';
import type { Probes } from './probes.js';
import type { Versions } from './versions.js';
import type { WhatIfWords } from './what-if.js';
import type {
  Connections,
  Cpu,
  GcSettings,
  Lifecycle,
  MemorySettings,
  Protocol,
  Queue,
  RestartBackoff,
  Shed,
} from './resources.js';
import type { Arrivals } from './arrivals.js';

/**
 * The explicit scenario of one variant: short forms expanded, includes, defaults, templates and `extends`
 * resolved, defaults filled in, references checked, quantities as numbers (durations in integer ns, rates per
 * second, shares 0..1). `Infinity` = `unlimited`; `null` = `none`.
 */
export interface Scenario extends ScenarioModules {
  readonly title: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly run: RunSettings;
  readonly network: Network;
  readonly platform: Platform;
  readonly keys: ReadonlyMap<string, KeyPopulation>;
  /** Named policy bundles, for `explain`. */
  readonly policies: ReadonlyMap<string, Bundle>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly services: ReadonlyMap<string, Service>;
  readonly databases: ReadonlyMap<string, Database>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly faults: readonly Fault[];
  readonly report: ReportSettings;
}

/** Contents of a file, with the scenarios of its variants. */
export interface ScenarioFile {
  readonly title: string;
  readonly description: string | null;
  readonly variants: readonly Variant[];
  readonly budgets: readonly BudgetSource[];
  readonly hypothesis: {
    readonly statement: string;
    readonly expect: readonly BudgetSource[];
  } | null;
  /** SHA-256 (hex) of the canonical JSON of the explicit scenario, all variants included. */
  readonly sha256: string;
  /** Command-line overrides of these variants. */
  readonly whatIf?: WhatIfWords;
}

export interface Variant {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly baseline: boolean;
  /** The patch as written, with `extends` resolved, for the diff in the report. */
  readonly patch: {
    readonly remove: readonly string[];
    readonly set: readonly (readonly [path: string, value: unknown])[];
    readonly add: readonly (readonly [path: string, values: readonly unknown[]])[];
  };
  readonly scenario: Scenario;
}

export interface BudgetSource {
  /** As written. */
  readonly text: string;
  readonly expression: Expression;
  readonly name: string | null;
  readonly severity: 'error' | 'warning';
  /** Confidence level, 0.95 by default; null = the point estimate is judged. */
  readonly confidence: number | null;
  /** An undecided verdict fails the budget. */
  readonly strict: boolean;
  /** Tolerance on a measured limit, as a share of it; 0 by default. */
  readonly by: number;
  readonly allowEmpty: boolean;
  /** Location in the file, for messages. */
  readonly at: string;
}

export interface RunSettings {
  readonly durationNs: Ns;
  readonly warmupNs: Ns;
  readonly seed: number;
  readonly replications: number;
  /** null = no drain: the run stops at the end of `duration`. */
  readonly drainNs: Ns | null;
  readonly stepNs: Ns;
  readonly maxEvents: number;
}

/** Delays before a new instance starts up: until it is scheduled on a node, and until the node has its image. */
export interface Placing {
  readonly schedulingDelay: Distribution;
  readonly imagePull: Distribution;
}

/** Platform that runs the processes of services and gateways. */
export interface Platform {
  /** A replacement starts at once when a process is ordered to stop. */
  readonly replaces: boolean;
  /** Back-off of restarts. null = a process restarts at once, or when the fault that stopped it ends. */
  readonly restart: RestartBackoff | null;
  /** Delays before the start-up of a new instance, in sequence. */
  readonly placing: Placing;
  /** Delay from a readiness change until each caller's endpoint list shows it; null = none. */
  readonly endpointPropagation: Distribution | null;
}

export interface Network {
  readonly latency: Distribution;
  readonly loss: number;
  /** Bytes per second between two instances, in each direction. */
  readonly bandwidth: number;
  readonly rtoNs: Ns;
  readonly zones: ReadonlyMap<
    string,
    { readonly latency: Distribution | null; readonly loss: number | null }
  >;
  readonly links: readonly NetworkLink[];
}

export interface NetworkLink {
  /** Zones, components or workloads. */
  readonly between: readonly [string, string];
  readonly latency: Distribution | null;
  readonly loss: number | null;
  readonly bandwidth: number | null;
  readonly oneWay: boolean;
}

export type KeyPopulation =
  | { readonly kind: 'unique' }
  | { readonly kind: 'uniform'; readonly count: number }
  | { readonly kind: 'zipf'; readonly count: number; readonly exponent: number }
  | {
      readonly kind: 'hot';
      readonly count: number;
      readonly hotShare: number;
      readonly hotKeys: number;
    }
  | { readonly kind: 'sequence'; readonly count: number };

/** Executes a request once per value of a key; repeated requests get the stored result. */
export interface OncePerValue {
  readonly key: string;
  /** How long a result is stored, from the end of the execution. */
  readonly windowNs: Ns;
  /** Whether failures are stored too; otherwise the next request executes again. */
  readonly storeErrors: boolean;
}

/** Replacement for a failed call: another call, or steps of the caller. */
export type Instead =
  | { readonly kind: 'call'; readonly to: Target }
  | { readonly kind: 'steps'; readonly steps: readonly Step[] };

/** A resolved policy bundle, with its layers in the order in which a call passes them. */
export interface Bundle {
  /** Identity of shared state: the name of the bundle, or the path of an anonymous one. */
  readonly id: string;
  /** Outermost first. `config` is the output of the kind's schema. `deadline` is one of the layers. */
  readonly layers: readonly Layer[];
  /** Rule by which the callee executes the call once per key value; null = none. */
  readonly idempotencyKey: OncePerValue | null;
  /** Overrides the load balancing of the callee; null = no override. */
  readonly loadBalancing: LoadBalancing | null;
  /** Call or steps of the fallback; null if it only returns a response, or without a fallback. */
  readonly fallback: Instead | null;
  /** Connections of its calls to services and gateways; null = connections are always open and cost nothing. */
  readonly connections: Connections | null;
  readonly outlierDetection: OutlierDetection | null;
  /** Origin of the order of the layers: `written`, or the name of a preset. */
  readonly order: string;
}

export interface Layer {
  /** Key in the bundle, such as `circuitBreaker`. */
  readonly policy: string;
  readonly kind: string;
  readonly config: unknown;
  readonly scope: 'instance' | 'caller' | 'global';
  readonly per: 'callee' | 'endpoint' | 'target';
  /** Name of the key whose values further split the state, or null. */
  readonly key: string | null;
  /** Store of a shared state; null = shared state is read at no cost. */
  readonly store: LimiterStore | null;
  /** Dry run: it decides and records, but lets every call pass. */
  readonly dryRun: boolean;
  /** Fields that the user wrote, by dotted path, sorted; all others have their defaults. */
  readonly written: readonly string[];
  /** Product whose preset wrote them instead of the user. */
  readonly preset?: string;
}

export interface LoadBalancing {
  readonly kind: string;
  /** Output of the kind's schema. */
  readonly config: unknown;
  readonly common: BalancingCommon;
}

export interface OutlierDetection {
  readonly kind: string;
  /** Output of the kind's schema. */
  readonly config: unknown;
  /** Panic threshold that applies if loadBalancing has none. */
  readonly panicThreshold: number;
}

/** Admission control. Checks in this order: shed, rate limit, concurrency limit. */
export interface Admission {
  readonly shed: Shed | null;
  readonly rateLimit: Layer | null;
  /** Retry-After of refusals by the rate limit. */
  readonly retryAfter: RetryAfter;
  readonly concurrencyLimit: Layer | null;
}

/** Common settings of services, gateways and databases. */
export interface Host {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  /** Number of replicas at the start. */
  readonly replicas: number;
  /** Zone of each possible replica; null = outside every zone. */
  readonly zones: readonly (string | null)[];
  readonly runtime: 'threads' | 'async' | 'eventLoop';
  readonly concurrency: number;
  readonly queue: Queue;
  readonly cpu: Cpu;
  readonly cancellation: 'ignore' | 'onDequeue' | 'atSteps' | 'immediate';
  readonly rejectWork: Distribution;
  /** Admission control in front of the queue; null = all requests are admitted. */
  readonly admission: Admission | null;
  readonly gc: GcSettings | null;
  readonly memory: MemorySettings | null;
  /** Start and stop of a process that restarts. Initial processes are started and warm. */
  readonly lifecycle: Lifecycle | null;
  /** Health checks by the platform; null = none. */
  readonly probes: Probes | null;
  /** Autoscaler; null = fixed number of replicas. */
  readonly autoscaling: Autoscaling | null;
  /** CPU request of each replica, in cores; null = its cores. */
  readonly cpuRequest: number | null;
  readonly loadBalancing: LoadBalancing;
  readonly protocol: Protocol | null;
  /** Outlier detection of callers whose policy has none; null = none. */
  readonly outlierDetection: OutlierDetection | null;
  readonly external: boolean;
  readonly labels: ReadonlyMap<string, string>;
}

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

export interface Gateway extends Host {
  /** Product whose defaults apply. */
  readonly kind: 'simple' | 'kong' | 'envoy' | 'nginx' | 'spring';
  readonly routing: 'firstMatch' | 'kong' | 'gatewayApi' | 'envoy' | 'nginx';
  /** Status that the gateway returns for an outcome of a call to a target, if it differs from that of a service. */
  readonly answers: ReadonlyMap<OutcomeName, number>;
  readonly routes: readonly Route[];
  readonly middleware: readonly Middleware[];
  readonly outbound: ReadonlyMap<string, Bundle>;
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

export interface Route {
  readonly name: string;
  /** An empty list matches everything. Methods are upper case; path patterns are as written. */
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly hosts: readonly string[];
  /** Header name and accepted values, of which one must be present. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Only for `routing: kong`: order of regular expressions, higher first. */
  readonly regexPriority: number;
  /** Weighted targets; an omitted `part` is filled in. */
  readonly to: readonly { readonly target: Target; readonly weight: number }[];
  /** Steps that the gateway runs itself instead of a call to a target; then `to` is empty. */
  readonly steps: readonly Step[] | null;
  /** Bytes of the response of its steps. */
  readonly responseBytes: number;
  /** Key whose value selects the target; null = a random target. */
  readonly sticky: string | null;
  /** Mirrors a share of the requests to another target, without waiting for the response. */
  readonly mirror: { readonly target: Target; readonly share: number } | null;
  readonly policy: Bundle | null;
  /** Middleware of the route itself. */
  readonly middleware: readonly Middleware[];
  /** All middleware that runs before the call, in order: that of the gateway, then that of the route. */
  readonly chain: readonly Middleware[];
}

export interface Middleware {
  /** Name of the middleware: `authenticate`, `rateLimit`, `coalesce`, `cache`, ... */
  readonly name: string;
  readonly kind: string | null;
  /** Dry run: it only counts the requests that it would refuse. */
  readonly dryRun: boolean;
  readonly work: Distribution;
  /** CPU per KiB: of the request; of the response for `compress`; of both for `translate`. */
  readonly workPerKiB: Distribution;
  /** `filter` by size: the largest request that passes, in bytes; null = no limit. */
  readonly maxBytes: number | null;
  readonly reject: number;
  readonly status: number;
  /** Remote check; null = none. */
  readonly call: Target | null;
  /** If the remote check fails. */
  readonly onError: 'allow' | 'reject';
  /** How long an instance caches results of the check, and the cache key. */
  readonly cached: { readonly ttlNs: Ns; readonly key: string; readonly refusals: boolean } | null;
  /** Only for `coalesce`. */
  readonly coalesce: {
    readonly key: string;
    readonly shareErrors: boolean;
    readonly windowNs: Ns | null;
  } | null;
  /** Only for `cache`. */
  readonly response: ResponseCache | null;
  readonly when: Condition | null;
  /** Only for `rateLimit`: the policy kind and its config, and the Retry-After of its refusals. */
  readonly rateLimit: Layer | null;
  readonly retryAfter: RetryAfter;
  /** Path of the entry in the file; a limiter has one state for each path. */
  readonly at: readonly (string | number)[];
  /** Store that a limiter queries before it decides, or null. */
  readonly store: LimiterStore | null;
  /** Only for `admit`: the concurrency limit. */
  readonly admit: Layer | null;
}

/** A store outside the process: each query to it takes a latency, or is a call of its component. */
export interface LimiterStore {
  readonly latency: Distribution;
  /** Endpoint or operation that is called; null = only the latency counts. */
  readonly of: Target | null;
  /** How a request is treated if the query fails. */
  readonly onError: 'allow' | 'reject';
  /** How long an instance reuses a refusal without another query; null = it always queries. */
  readonly cacheNs: Ns | null;
}

/** Retry-After of a refusal: in whole seconds, as in HTTP; exact; or none. */
export type RetryAfter = 'seconds' | 'exact' | 'none';

/** A component and its part (endpoint, operation). For a gateway the part is null, because it routes the request. */
export interface Target {
  readonly component: string;
  readonly part: string | null;
}

export interface Workload {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  readonly arrivals: Arrivals;
  readonly requests: readonly Request[];
  readonly policy: Bundle | null;
  readonly clients: number;
  readonly class: string | null;
  readonly zone: string | null;
  readonly startNs: Ns;
  /** null = until the end. */
  readonly stopNs: Ns | null;
}

export interface Request {
  readonly name: string;
  readonly weight: number;
  readonly class: string | null;
  /** Priority that every message of the request tree carries; higher is more important. */
  readonly priority: number;
  /** Fixed values of keys for its requests, instead of drawn ones. */
  readonly keys: ReadonlyMap<string, number>;
  /** A single call or a journey; always steps in the long form. */
  readonly steps: readonly Step[];
  readonly patience: { readonly afterNs: Ns; readonly cancel: boolean } | null;
  /** A later success does not count as goodput; null = every success counts. */
  readonly goodputWithinNs: Ns | null;
}

export interface Fault {
  readonly id: string;
  readonly kind: string;
  /** References as written, and checked: component, component.part, component[i], a->b. */
  readonly target: readonly string[];
  /** The fault is allowed to match no target. */
  readonly optional: boolean;
  /** Only for partition: the two sides. */
  readonly between: readonly [readonly string[], readonly string[]] | null;
  /** Fields of the kind, the output of its schema. */
  readonly config: unknown;
  readonly instances:
    | { readonly kind: 'all' }
    | { readonly kind: 'count'; readonly count: number }
    | { readonly kind: 'share'; readonly share: number }
    | { readonly kind: 'indices'; readonly indices: readonly number[] };
  readonly zone: string | null;
  /** Only instances of this version of a service; null = all. */
  readonly version: string | null;
  /** For a database with replicas: only nodes with this role when the fault starts; null = all. */
  readonly role: 'primary' | 'replica' | null;
  readonly labels: ReadonlyMap<string, string>;
  /** Share of requests or messages that are affected while it is active. */
  readonly share: number;
  /** Spans of activity, [from, until), from the end of the warm-up; until null = end of the run. */
  readonly spans: readonly { readonly fromNs: Ns; readonly untilNs: Ns | null }[];
  /** Each start is delayed by up to `jitterNs` and happens with `probability`; both are drawn in every run. */
  readonly jitterNs: Ns;
  readonly probability: number;
  /** Faults of a group share their draws; null = draws of its own. */
  readonly group: string | null;
  /** Condition that starts the fault, which then has no spans; null = it starts at fixed times. */
  readonly when: FaultCondition | null;
  readonly ramp: {
    readonly upNs: Ns;
    readonly downNs: Ns;
    readonly shape: 'linear' | 'step' | 'exponential';
  } | null;
}

/** Condition on the steps of the timeline that starts a fault. */
export interface FaultCondition {
  readonly text: string;
  readonly component: string;
  readonly part: string | null;
  readonly instance: number | null;
  readonly metric: string;
  /** For a gauge: its mean or maximum in a step; '' for metrics without this distinction. */
  readonly ending: string;
  readonly op: '<' | '<=' | '>' | '>=' | '==' | '!=';
  readonly limit: number;
  /** How long the condition must hold without interruption. */
  readonly forNs: Ns;
  /** Largest number of starts. */
  readonly count: number;
  /** Duration of each start; null = to the end of the run. */
  readonly lengthNs: Ns | null;
}

export interface ReportSettings {
  readonly focus: readonly string[];
  readonly exemplars: number;
  readonly slo: { readonly success: number | null; readonly latencyNs: Ns | null } | null;
  readonly apdexNs: Ns;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly hide: readonly string[];
}
