import type { Merged } from './proxies.js';

/** A quantity that data gave: as the language writes it, and how many observations it rests on. */
export interface Measured {
  /** `12ms`, `lognormal(p50=8ms, p99=40ms)`, `0.3`: the text of the scenario. */
  readonly text: string;
  readonly n: number;
  /** 95 % interval of the mean, in the unit of `text`; null where there are too few observations. */
  readonly interval: string | null;
}

/** A value that the data cannot give, and what would give it. */
export interface Unknown {
  /** Path in the scenario, such as `services.cart.endpoints.add`. */
  readonly path: string;
  readonly reason: string;
  /** The question to those that run the system: `How many cores has cart?` */
  readonly question: string;
}

/** Steps of an endpoint, in order. */
export type TracedStep =
  | { readonly kind: 'work'; readonly time: Measured }
  | { readonly kind: 'wait'; readonly time: Measured }
  | TracedCall
  | { readonly kind: 'parallel'; readonly branches: readonly (readonly TracedStep[])[] }
  | TracedChoice
  | { readonly kind: 'repeat'; readonly times: Measured; readonly steps: readonly TracedStep[] };

/** Variants of an endpoint: each execution takes one. */
export interface TracedChoice {
  readonly kind: 'choose';
  readonly branches: readonly {
    readonly weight: Measured;
    readonly steps: readonly TracedStep[];
  }[];
}

export interface TracedCall {
  readonly kind: 'call' | 'query' | 'publish';
  /** Name of the component as the traces have it. */
  readonly to: string;
  readonly endpoint: string;
  /** Share of the executions that make this call; null if all do. */
  readonly chance: Measured | null;
  /** Repetitions of a failed call, and the pause before them; null if none was seen. */
  readonly retry: { readonly maxRetries: number; readonly backoff: Measured } | null;
  /** Time limit that the caller was seen to keep; null if none was seen. */
  readonly timeout: Measured | null;
  /** Repetitions and time limit below the call: of a proxy, or of a client library; null if none was seen. */
  readonly below: {
    readonly maxRetries: number;
    readonly n: number;
    readonly timeout: Measured | null;
    /** null = repeated at once, or not seen. */
    readonly backoff: Measured | null;
  } | null;
  /** Of the messages of a queue: the most that one execution was seen to handle; absent = one. */
  readonly batch?: Measured;
  /** The caller ends without waiting for it: a step `background`. */
  readonly isBackground?: true;
}

export interface TracedEndpoint {
  readonly name: string;
  readonly steps: readonly TracedStep[];
  /** Share of executions that fail by themselves; null if none was seen. */
  readonly errors: Measured | null;
  readonly executions: number;
}

export interface TracedComponent {
  readonly name: string;
  /** The steps of a queue are calls to the endpoints that handle its messages. */
  readonly kind: 'service' | 'database' | 'queue' | 'external';
  readonly endpoints: readonly TracedEndpoint[];
  /** The broker of a queue, such as `kafka`; null = not said, or no queue. */
  readonly product: string | null;
  /** Of a queue: how long its publishers wait; absent = not seen, or they do not wait. */
  readonly publish?: Measured;
  /** Instances seen; null where spans do not tell them apart. */
  readonly replicas: number | null;
}

/** Time of one way between a caller and a callee. */
export interface TracedLink {
  readonly from: string;
  readonly to: string;
  /** null = it is in the time of the callee, whose own spans are in no file. */
  readonly oneWay: Measured | null;
}

/** Load that came from outside: roots of the traces. */
export interface TracedEntry {
  readonly to: string;
  readonly endpoint: string;
  /** Gateway that passes it on, and writes no span of its own request; null = none. */
  readonly via: string | null;
  /** Per second, of the whole system: sampled traces are scaled where the rate of sampling is known. */
  readonly rate: Measured;
}

export interface TraceModel {
  readonly components: readonly TracedComponent[];
  readonly entries: readonly TracedEntry[];
  readonly unknown: readonly Unknown[];
  /** What was left out, with its reason and how often: spans without parents, ids twice, clocks that run backwards. */
  readonly leftOut: readonly { readonly reason: string; readonly count: number }[];
  /** Predicted beside nothing: latency of each endpoint as measured, in ns, to compare with a run. */
  readonly measured: readonly {
    readonly component: string;
    readonly endpoint: string;
    readonly n: number;
    readonly mean: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
  }[];
  /** One way between a caller's span and that of its callee; null where no span shows it. */
  readonly network: Measured | null;
  /** Pairs of services with another one. */
  readonly links: readonly TracedLink[];
  readonly spans: number;
  readonly traces: number;
  /** Proxies whose spans are a part of those of the services beside them. */
  readonly proxies: readonly Merged[];
  /** Product of the mesh of these proxies; null = none, or not said. */
  readonly mesh: 'istio' | 'linkerd' | null;
}

/** What manifests know and spans do not. Names are those of the traces. */
export interface TraceHints {
  /** Cores of one instance; null if no manifest says so. */
  cores(component: string): number | null;
  replicas(component: string): number | null;
  /** Limit of the CPU of one instance, where it is a quota on these cores. Unit: cores. */
  quota?(component: string): number | null;
  /** CPU of one request, as metrics have it; null where they do not say. Unit: seconds. */
  cpu?(component: string): number | null;
  /** Share of all traces that the files have, if the user says so; spans themselves may say it too. */
  readonly sampled?: number | null;
}

/** One file of traces, as chunks of its text: whole files may be larger than memory. */
export interface TraceSource {
  readonly path: string;
  chunks(): AsyncIterable<string>;
}
