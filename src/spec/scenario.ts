import type { Condition, Step } from './steps.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { BalancingCommon } from './balancer.js';
import type { FunctionSettings } from './functions.js';
import type { ResponseCache } from './caching.js';
import type { Outbox } from './messaging.js';
import type { ScenarioModules } from './modules.js';
import type { Database } from './database.js';
import type { OutcomeName } from './outcome.js';
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
 * The explicit scenario of one variant: short forms expanded, includes, defaults, templates and
 * `extends` written out, defaults filled in, references checked, quantities as numbers (durations in
 * integer ns, rates per second, shares 0..1). `Infinity` stands for `unlimited`; `null` for `none`.
 */
export interface Scenario extends ScenarioModules {
  readonly title: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly run: RunSettings;
  readonly network: Network;
  readonly platform: Platform;
  readonly keys: ReadonlyMap<string, KeyPopulation>;
  /** Named bundles, for `explain`. */
  readonly policies: ReadonlyMap<string, Bundle>;
  readonly gateways: ReadonlyMap<string, Gateway>;
  readonly services: ReadonlyMap<string, Service>;
  readonly databases: ReadonlyMap<string, Database>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly faults: readonly Fault[];
  readonly report: ReportSettings;
}

/** What a file holds beside its variants' scenarios. */
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
  /** Changes of the command line that these variants are built with. */
  readonly whatIf?: WhatIfWords;
}

export interface Variant {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly baseline: boolean;
  /** The patch as written, `extends` resolved, for the report's diff. */
  readonly patch: {
    readonly remove: readonly string[];
    readonly set: readonly (readonly [path: string, value: unknown])[];
    readonly add: readonly (readonly [path: string, values: readonly unknown[]])[];
  };
  readonly scenario: Scenario;
}

export interface BudgetSource {
  readonly text: string;
  readonly name: string | null;
  readonly severity: 'error' | 'warning';
  /** 0.95 by default; null judges the point. */
  readonly confidence: number | null;
  /** An undecided verdict breaks it. */
  readonly strict: boolean;
  /** Share of a measured limit by which it may be passed; 0 by default. */
  readonly by: number;
  readonly allowEmpty: boolean;
  /** Place in the file, for messages. */
  readonly at: string;
}

export interface RunSettings {
  readonly durationNs: Ns;
  readonly warmupNs: Ns;
  readonly seed: number;
  readonly replications: number;
  /** null = none: the run stops at the end of `duration`. */
  readonly drainNs: Ns | null;
  readonly stepNs: Ns;
  readonly maxEvents: number;
}

/** Until a new instance is on a node, and until that has its image. */
export interface Placing {
  readonly schedulingDelay: Distribution;
  readonly imagePull: Distribution;
}

/** What runs the processes of services and gateways. */
export interface Platform {
  /** Who is stopped is replaced by a process that starts beside it. */
  readonly replaces: boolean;
  /** null = it starts again at once what ends by itself, and what a fault ends when that is over. */
  readonly restart: RestartBackoff | null;
  /** What comes before the start-up of a new instance, one after the other. */
  readonly placing: Placing;
  /** From a change of who is ready to the list of each caller; null = at once. */
  readonly endpointPropagation: Distribution | null;
}

export interface Network {
  readonly latency: Distribution;
  readonly loss: number;
  /** Bytes per second between two instances, each way. */
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

/** Executed once for each value of a key; repetitions are answered with the stored result. */
export interface OncePerValue {
  readonly key: string;
  /** How long a result is kept, from the end of the execution. */
  readonly windowNs: Ns;
  /** Whether failures are stored too; else the next request executes again. */
  readonly storeErrors: boolean;
}

/** What is done in place of a call that failed: another call, or steps of its caller. */
export type Instead =
  | { readonly kind: 'call'; readonly to: Target }
  | { readonly kind: 'steps'; readonly steps: readonly Step[] };

/** A resolved bundle of policies, in the order in which a call meets them. */
export interface Bundle {
  /** Identity of shared state: the name of the bundle, or the path of an anonymous one. */
  readonly id: string;
  /** Outermost first. `config` is the output of the kind's schema. `deadline` stands in its place. */
  readonly layers: readonly Layer[];
  /** What makes the callee execute the call once per value, null where nothing does. */
  readonly idempotencyKey: OncePerValue | null;
  /** Overrides the callee's own, null when it does not. */
  readonly loadBalancing: LoadBalancing | null;
  /** What its fallback does, where that is more than an answer; null elsewhere. */
  readonly fallback: Instead | null;
  /** Connections of its calls to services and gateways; null: they are warm and free. */
  readonly connections: Connections | null;
  readonly outlierDetection: OutlierDetection | null;
  /** Where the order of the layers comes from: `written`, or the name of a preset. */
  readonly order: string;
}

export interface Layer {
  /** Key in the bundle, such as `circuitBreaker`. */
  readonly policy: string;
  readonly kind: string;
  readonly config: unknown;
  readonly scope: 'instance' | 'caller' | 'global';
  readonly per: 'callee' | 'endpoint' | 'target';
  /** Name of the key whose values split the state further, or null. */
  readonly key: string | null;
  /** The store that holds a shared state, or null: asking it is free. */
  readonly store: LimiterStore | null;
  /** It decides and records, and lets everything pass. */
  readonly dryRun: boolean;
  /** Fields that the user wrote, by dotted path, sorted; all others have their defaults. */
  readonly written: readonly string[];
  /** The product whose preset wrote them instead of the user. */
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
  /** The panic threshold of loadBalancing where none is written there. */
  readonly panicThreshold: number;
}

/** Looked at in this order: shed, rate limit, concurrency limit. */
export interface Admission {
  readonly shed: Shed | null;
  readonly rateLimit: Layer | null;
  /** What refusals of the rate limit say. */
  readonly retryAfter: RetryAfter;
  readonly concurrencyLimit: Layer | null;
}

/** What services, gateways and databases have in common. */
export interface Host {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  /** At the beginning. */
  readonly replicas: number;
  /** Zone of each replica that there can be; null = outside every zone. */
  readonly zones: readonly (string | null)[];
  readonly runtime: 'threads' | 'async' | 'eventLoop';
  readonly concurrency: number;
  readonly queue: Queue;
  readonly cpu: Cpu;
  readonly cancellation: 'ignore' | 'onDequeue' | 'atSteps' | 'immediate';
  readonly rejectWork: Distribution;
  /** What stands before the queue; null = everybody is let in. */
  readonly admission: Admission | null;
  readonly gc: GcSettings | null;
  readonly memory: MemorySettings | null;
  /** Of a process that comes back; those of the beginning are started and warm. */
  readonly lifecycle: Lifecycle | null;
  /** What the platform asks its processes; null = nothing. */
  readonly probes: Probes | null;
  /** Who changes how many there are; null = nobody. */
  readonly autoscaling: Autoscaling | null;
  /** What each asks its platform for; null = its cores. */
  readonly cpuRequest: number | null;
  readonly loadBalancing: LoadBalancing;
  readonly protocol: Protocol | null;
  /** Of its callers, where their policy has none; null = none. */
  readonly outlierDetection: OutlierDetection | null;
  readonly external: boolean;
  readonly labels: ReadonlyMap<string, string>;
}

export interface Service extends Host {
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Run before every endpoint's steps. */
  readonly middleware: readonly Middleware[];
  /** `default`, `callee` or `callee.endpoint` -> bundle. */
  readonly outbound: ReadonlyMap<string, Bundle>;
  readonly outbox: Outbox | null;
  /** Of a function; null = its instances are processes. */
  readonly environments: FunctionSettings | null;
  /** null = it has one. */
  readonly versions: Versions | null;
}

export interface Gateway extends Host {
  /** The product whose defaults it has. */
  readonly kind: 'simple' | 'kong' | 'envoy' | 'nginx' | 'spring';
  readonly routing: 'firstMatch' | 'kong' | 'gatewayApi' | 'envoy' | 'nginx';
  /** Outcome of a call to a target -> status the gateway answers, where it is not that of a service. */
  readonly answers: ReadonlyMap<OutcomeName, number>;
  readonly routes: readonly Route[];
  readonly middleware: readonly Middleware[];
  readonly outbound: ReadonlyMap<string, Bundle>;
}

export interface Endpoint {
  readonly name: string;
  /** null = none is written. */
  readonly method: string | null;
  readonly steps: readonly Step[];
  readonly idempotent: boolean;
  /** Where a key makes it idempotent. */
  readonly once: OncePerValue | null;
  readonly readOnly: boolean;
  /** Bytes of a request whose call does not say otherwise, and of a successful answer. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Replaces the priority that a request carries; null = it keeps its own. */
  readonly priority: number | null;
  /** Executions at once per instance, inside the workers; null = as many as there are workers. */
  readonly concurrency: Layer | null;
  readonly timeLimitNs: Ns | null;
}

export interface Route {
  readonly name: string;
  /** Empty list = everything matches. Methods upper case; path patterns as written. */
  readonly methods: readonly string[];
  readonly paths: readonly string[];
  readonly hosts: readonly string[];
  /** Name to the values of which one has to be there. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Only for `routing: kong`, among regular expressions: the greater is asked first. */
  readonly regexPriority: number;
  /** Weighted targets; `part` is filled in. */
  readonly to: readonly { readonly target: Target; readonly weight: number }[];
  /** What the gateway runs itself instead of calling a target; `to` is empty then. */
  readonly steps: readonly Step[] | null;
  /** Bytes of an answer of its steps. */
  readonly responseBytes: number;
  /** Key whose value chooses among the targets; null = chance. */
  readonly sticky: string | null;
  /** A copy of a share of the requests, for which nobody waits. */
  readonly mirror: { readonly target: Target; readonly share: number } | null;
  readonly policy: Bundle | null;
  /** Its own. */
  readonly middleware: readonly Middleware[];
  /** All that runs before the call in its order: that of the gateway and its own. */
  readonly chain: readonly Middleware[];
}

export interface Middleware {
  /** `authenticate`, `authorize`, `rateLimit`, `admit`, `coalesce`, `filter`, `transform`, `translate`, `compress`, `log`, `correlate`. */
  readonly name: string;
  readonly kind: string | null;
  /** It only counts whom it would refuse. */
  readonly dryRun: boolean;
  readonly work: Distribution;
  /** CPU for each KiB: of the request, of the answer for `compress`, of both for `translate`. */
  readonly workPerKiB: Distribution;
  /** `filter` by size: the largest request that passes, bytes; null = all do. */
  readonly maxBytes: number | null;
  readonly reject: number;
  readonly status: number;
  /** A remote check. */
  readonly call: Target | null;
  /** When the check gave no answer. */
  readonly onError: 'allow' | 'reject';
  /** How long an instance keeps the answers of the check, and for whom one holds. */
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
  /** Only for `rateLimit`: the policy kind and its config, and what its refusals say. */
  readonly rateLimit: Layer | null;
  readonly retryAfter: RetryAfter;
  /** Path of the entry in the file; a limiter has one state for each. */
  readonly at: readonly (string | number)[];
  /** The store a limiter asks before it decides, or null. */
  readonly store: LimiterStore | null;
  /** Only for `admit`: the concurrency limit. */
  readonly admit: Layer | null;
}

/** A store outside the process: each question to it takes a time, or is a call of its component. */
export interface LimiterStore {
  readonly latency: Distribution;
  /** The endpoint or operation that is called, null where only the latency counts. */
  readonly of: Target | null;
  /** What a failed call means for the request. */
  readonly onError: 'allow' | 'reject';
  /** How long an instance goes by a refusal without asking again, null: it always asks. */
  readonly cacheNs: Ns | null;
}

/** How a refusal says when to come back: in whole seconds, as HTTP does, exactly, or not at all. */
export type RetryAfter = 'seconds' | 'exact' | 'none';

/** A component and its part (endpoint, operation); a gateway has no part here: it is routed. */
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
  /** Carried by every message of the tree; a larger one is more important. */
  readonly priority: number;
  /** Values of keys that its requests have instead of drawing them. */
  readonly keys: ReadonlyMap<string, number>;
  /** A single call, or a journey; the long form is always steps. */
  readonly steps: readonly Step[];
  readonly patience: { readonly afterNs: Ns; readonly cancel: boolean } | null;
  /** A success later than this is no goodput; null = any success is. */
  readonly goodputWithinNs: Ns | null;
}

export interface Fault {
  readonly id: string;
  readonly kind: string;
  /** References as written, checked: component, component.part, component[i], a->b. */
  readonly target: readonly string[];
  /** It may hit nothing. */
  readonly optional: boolean;
  /** Only for partition: the two sides. */
  readonly between: readonly [readonly string[], readonly string[]] | null;
  /** Own fields, the output of the kind's schema. */
  readonly config: unknown;
  readonly instances:
    | { readonly kind: 'all' }
    | { readonly kind: 'count'; readonly count: number }
    | { readonly kind: 'share'; readonly share: number }
    | { readonly kind: 'indices'; readonly indices: readonly number[] };
  readonly zone: string | null;
  /** Only instances of this version of a service. */
  readonly version: string | null;
  /** Of a database with replicas: only nodes with this role when it begins. */
  readonly role: 'primary' | 'replica' | null;
  readonly labels: ReadonlyMap<string, string>;
  /** Share of requests or messages hit while active. */
  readonly share: number;
  /** Spans of activity, [from, until), from the end of the warm-up; until null = end of the run. */
  readonly spans: readonly { readonly fromNs: Ns; readonly untilNs: Ns | null }[];
  /** Each start is late by up to `jitterNs`, and takes place with `probability`: drawn in every run. */
  readonly jitterNs: Ns;
  readonly probability: number;
  /** Faults of one group draw the same; null = it draws for itself. */
  readonly group: string | null;
  /** It starts when something is seen in the run, and has no spans; null = it starts by the clock. */
  readonly when: FaultCondition | null;
  readonly ramp: {
    readonly upNs: Ns;
    readonly downNs: Ns;
    readonly shape: 'linear' | 'step' | 'exponential';
  } | null;
}

/** What is seen in the steps of the timeline before a fault starts. */
export interface FaultCondition {
  readonly text: string;
  readonly component: string;
  readonly part: string | null;
  readonly instance: number | null;
  readonly metric: string;
  /** Of a gauge: its mean or its largest value in a step; '' = the metric has none of both. */
  readonly ending: string;
  readonly op: '<' | '<=' | '>' | '>=' | '==' | '!=';
  readonly limit: number;
  /** So long without a break. */
  readonly forNs: Ns;
  /** How often it starts at most. */
  readonly count: number;
  /** How long it lasts each time; null = to the end of the run. */
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
