import { z } from 'zod';
import { OUTCOME_NAMES, type OutcomeName } from '../outcome.js';
import { latencyResult, type Estimate, type LatencyResult } from './estimate.js';
import { componentKind } from './meters.js';
import type { TopologyNode } from './topology.js';
import { count, list, mapping, shape } from './shapes.js';

const level = shape({ mean: count, max: count });

const poolResult = shape({
  /** Wait of an attempt for a connection; includes waits of 0 and the opening of connections. */
  wait: latencyResult,
  /** Callers that wait for a connection. */
  waiting: level,
  open: level,
  used: level,
  /** Connections that all its pools together can open; null = unlimited. */
  size: count.nullable(),
  opened: count,
  timeouts: count,
  /** By step of the timeline, means over replications. */
  steps: shape({ used: list(count), waiting: list(count) }),
});
export type PoolResult = z.output<typeof poolResult>;

const outcomes: z.ZodType<AnswerResult['outcomes']> = z.partialRecord(z.enum(OUTCOME_NAMES), count);

/** Parts of a component that accounts read. */
export const readComponent = shape({
  kind: componentKind,
  outcomes,
  parts: mapping(shape({ outcomes })),
  pools: mapping(poolResult).nullable(),
});

export interface AnswerResult {
  readonly latency: LatencyResult;
  readonly successLatency: LatencyResult;
  readonly throughput: number;
  readonly goodput: number;
  readonly success: number | null;
  readonly successCi95: readonly [number, number] | null;
  readonly outcomes: Readonly<Partial<Record<OutcomeName, number>>>;
  /** Responses by HTTP status, over all replications; absent if all of them have 200. */
  readonly statuses?: Readonly<Record<string, number>>;
}

export interface ComponentResult extends AnswerResult {
  readonly kind: TopologyNode['kind'];
  readonly parts: Readonly<Record<string, AnswerResult>>;
  /** null for workloads. Means over time and instances; `queue` and `concurrency` are sums over instances. */
  readonly utilization: number | null;
  readonly cpu: number | null;
  readonly queue: { readonly mean: number; readonly max: number } | null;
  readonly concurrency: { readonly mean: number; readonly max: number } | null;
  readonly queueWait: LatencyResult | null;
  /** Wasted share of its busy time. The system's figure is the mean of these, weighed by the time each worked itself. */
  readonly wastedWork: number | null;
  readonly duplicates: number;
  /** Mean over the runs; absent without prices, and for components that cost nothing. */
  readonly cost?: number;
  /** For services and gateways: mean number of instances, and whether an autoscaler changes it. */
  readonly fleet?: { readonly instances: Estimate; readonly isScaled: boolean };
  /** Requests that a middleware answered with the response to another one; absent if 0. */
  readonly coalesced?: number;
  /** Requests that middleware in a dry run would have refused; absent if 0. */
  readonly wouldReject?: number;
  /** By calling component. Databases always have pools; other components only if their callers use connections. */
  readonly pools: Readonly<Record<string, PoolResult>> | null;
}

export interface EdgeResult extends AnswerResult {
  readonly calls: number;
  /**
   * Finished calls that fail no request of the caller, such as those of a step with `optional`, how many of them fail, and
   * whether no request waits for any of them; absent if none fails.
   */
  readonly handled?: {
    readonly finished: number;
    readonly failed: number;
    readonly isBackground?: boolean;
  };
  readonly attempts: number;
  readonly amplification: number | null;
  /** Amplification during each fault, by fault id. */
  readonly amplificationDuring: Readonly<Record<string, number | null>>;
  readonly attemptOutcomes: Readonly<Partial<Record<OutcomeName, number>>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly wastedWork: number | null;
  readonly breaker: {
    /**
     * Of replication 0; times in seconds. `instance`: `a[0]`, or `a[0]->b[1]` for a breaker with one callee
     * instance.
     */
    readonly transitions: readonly {
      readonly at: number;
      readonly instance: string;
      readonly state: string;
    }[];
    /** Share of breaker time spent open, over all replications. */
    readonly openFor: number;
    /** All of them are in a dry run: no call was refused. */
    readonly dryRun: boolean;
  } | null;
}
