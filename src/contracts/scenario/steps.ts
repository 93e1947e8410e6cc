import type { Layer, LoadBalancing, OutlierDetection } from './policies.js';
import type { OncePerValue } from '../fields/common.js';
import type { ReadRoute } from './replication.js';
import type { CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
import type { PublishStep } from './messaging.js';
import type { Connections } from './connections.js';
import type { AppendStep, LoadStep } from './event-stores.js';
import type { ReadOf } from './projections.js';
import type { SagaStartStep } from './saga-step.js';
import type { Target } from './target.js';

export interface Condition {
  readonly class: string | null;
  readonly workload: string | null;
  readonly headers: ReadonlyMap<string, string>;
  /** Version of the instance that executes this; null = any. */
  readonly version: string | null;
}

/** The step with this verb. */
export type StepOf<V extends Step['verb']> = Extract<Step, { readonly verb: V }>;

/** A step of a program. Steps, bundles and sections contain each other, so they are in one file. */
export type Step = StepModifiers &
  (
    | { readonly verb: 'work' | 'wait'; readonly time: Distribution }
    | {
        readonly verb: 'call';
        readonly to: Target;
        /** `self.endpoint`: runs within the same request, without a call. */
        readonly self: boolean;
        readonly method: string | null;
        readonly path: string | null;
        readonly host: string | null;
        readonly headers: ReadonlyMap<string, string>;
        /** null = the request size of the callee. */
        readonly requestBytes: number | null;
      }
    | ({ readonly verb: 'publish' } & PublishStep)
    | ({ readonly verb: 'saga' } & SagaStartStep)
    | {
        readonly verb: 'query';
        readonly database: string;
        readonly operation: string;
        /** Node that the query goes to; null = as the database defines. */
        readonly route: ReadRoute | null;
        /** Key whose value selects the shard; null = as the operation defines. */
        readonly shardKey: string | null;
        /** Projection whose view the query reads; null = none. */
        readonly of: ReadOf | null;
      }
    | ({ readonly verb: 'load' } & LoadStep)
    | ({ readonly verb: 'append' } & AppendStep)
    | ({ readonly verb: 'transaction' } & TransactionStep)
    | ({ readonly verb: 'lock' } & LockStep)
    | ({ readonly verb: 'cache' } & CacheStep)
    | {
        readonly verb: 'parallel';
        readonly branches: readonly (readonly Step[])[];
        readonly join:
          | { readonly kind: 'all' | 'any' }
          | { readonly kind: 'quorum'; readonly count: number }
          | { readonly kind: 'bestEffort'; readonly withinNs: Ns };
        /** Number of concurrent copies of each branch. */
        readonly each: CountDistribution;
        readonly maxConcurrent: number;
      }
    | {
        readonly verb: 'choose';
        readonly branches: readonly {
          readonly weight: number | null;
          readonly when: Condition | null;
          readonly steps: readonly Step[];
        }[];
      }
    | { readonly verb: 'loop'; readonly count: CountDistribution; readonly steps: readonly Step[] }
    | {
        readonly verb: 'fail';
        readonly outcome: number;
        /** NEVER_AGAIN = asks the caller not to retry; null = no hint. */
        readonly retryAfterNs: Ns | null;
      }
    | {
        readonly verb: 'respond';
        readonly outcome: number;
        /** Bytes of this response; null = the response size of the endpoint. */
        readonly responseBytes: number | null;
        readonly then: readonly Step[];
      }
  );

export interface StepModifiers {
  readonly name: string | null;
  readonly policy: Bundle | null;
  readonly probability: number;
  readonly times: CountDistribution;
  readonly optional: boolean;
  readonly onError: readonly Step[] | null;
  readonly background: boolean;
  readonly when: Condition | null;
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
  /** Its callers eject no instance, whatever the default of the callee is. */
  readonly ejectsNone?: true;
  /** Bundle or cluster that its connections belong to; without it they are its own. */
  readonly poolOf?: string;
  /** Its cluster. */
  readonly cluster?: Cluster;
  /** For a bundle that a configuration change replaces: the id of the original, which names its draws. */
  readonly drawsAs?: string;
  /** The kind of its client, if it is written. */
  readonly client?: string;
  /** Origin of the order of the layers: `written`, or the name of a preset. */
  readonly order: string;
}

/** What several bundles share on the way to a callee. */
export interface Cluster {
  readonly name: string;
  /** Components that one state serves together; null = a state for each callee. */
  readonly callees: readonly string[] | null;
}

/** The bundle of `policy: none`: no policies. */
export const NO_POLICY: Bundle = Object.freeze({
  id: 'none',
  layers: [],
  idempotencyKey: null,
  loadBalancing: null,
  fallback: null,
  connections: null,
  outlierDetection: null,
  order: 'default',
});

/** A `cache` step. */
export interface CacheStep {
  readonly cache: string;
  readonly op: 'get' | 'set' | 'delete' | 'refresh';
  /** Key whose value is accessed; null = the key of the cache. */
  readonly key: string | null;
  /** Steps that load a missing value; null = a miss is a 404. */
  readonly onMiss: readonly Step[] | null;
  /** Steps that write the value to the backing store; only with writeThrough and writeBehind. */
  readonly write: readonly Step[] | null;
  /** Whether a loaded value is stored in the cache. */
  readonly store: boolean;
}

/** A transaction: steps over one connection of a database. */
export interface TransactionStep {
  readonly database: string;
  readonly steps: readonly Step[];
  /** Time of the commit at the server. */
  readonly commit: Distribution;
  /** Key whose value selects the shard of the transaction; null = the database has one node with all rows. */
  readonly shardKey: string | null;
  /** Inside another transaction of the database: it is one of its own, on a second connection. */
  readonly requiresNew: boolean;
}

/** A critical section: its steps run one at a time for each value of a key. */
export interface LockStep {
  readonly key: string;
  readonly steps: readonly Step[];
  readonly acquireTimeoutNs: Ns | null;
  readonly scope: 'instance' | 'service' | 'global';
}
