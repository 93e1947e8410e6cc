import type { z } from 'zod';
import type { Layer, LoadBalancing, OutlierDetection } from './policies.js';
import type { OncePerValue } from '../fields/common.js';
import type { Ns } from '../../kernel/time.js';
import type { PublishStep } from './messaging.js';
import type { Connections } from './connections.js';
import type { AppendStep, LoadStep } from './event-stores.js';
import type { ReadOf } from './projections.js';
import type { SagaStartStep } from './saga-step.js';
import type { Target } from './target.js';
import type { when } from '../fields/common.js';
import type { Explicit } from '../fields/entry.js';
import type {
  cacheStepSchema,
  choiceSchema,
  lockSchema,
  loopSchema,
  modifierFields,
  parallelSchema,
  querySchema,
  timeSchema,
  transactionSchema,
  WrittenCall,
} from './verbs.js';

/** Condition of a step, branch or middleware entry; null = any. */
export interface Condition extends Omit<z.output<typeof when>, 'headers'> {
  readonly headers: ReadonlyMap<string, string>;
}

type Steps = readonly Step[];

/** The step with this verb. */
export type StepOf<V extends Step['verb']> = Extract<Step, { readonly verb: V }>;

/** A step of a program. Steps, bundles and sections contain each other, so they are in one file. */
export type Step = StepModifiers &
  (
    | ({ readonly verb: 'work' | 'wait' } & z.output<typeof timeSchema>)
    | ({ readonly verb: 'call' } & CallStep)
    | ({ readonly verb: 'publish' } & PublishStep)
    | ({ readonly verb: 'saga' } & SagaStartStep)
    | ({ readonly verb: 'query' } & QueryStep)
    | ({ readonly verb: 'load' } & LoadStep)
    | ({ readonly verb: 'append' } & AppendStep)
    | ({ readonly verb: 'transaction' } & TransactionStep)
    | ({ readonly verb: 'lock' } & LockStep)
    | ({ readonly verb: 'cache' } & CacheStep)
    | ({ readonly verb: 'parallel' } & ParallelStep)
    | { readonly verb: 'choose'; readonly branches: readonly Choice[] }
    | ({ readonly verb: 'loop' } & LoopStep)
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

type Modifiers = Explicit<ReturnType<typeof modifierFields<Bundle, Steps>>>;

export interface StepModifiers extends Omit<Modifiers, 'when'> {
  readonly when: Condition | null;
}

/** A `call` step; null = the request size of the callee. */
interface CallStep extends Omit<WrittenCall, 'to' | 'headers'> {
  readonly to: Target;
  /** `self.endpoint`: runs within the same request, without a call. */
  readonly self: boolean;
  readonly headers: ReadonlyMap<string, string>;
}

/** A `query` step. */
interface QueryStep extends Pick<z.output<typeof querySchema>, 'database' | 'route'> {
  readonly operation: string;
  /** Key whose value selects the shard; null = as the operation defines. */
  readonly shardKey: string | null;
  /** Projection whose view the query reads; null = none. */
  readonly of: ReadOf | null;
}

/** Rounds of steps. */
interface LoopStep extends z.output<ReturnType<typeof loopSchema<Steps>>> {}

type Parallel = z.output<ReturnType<typeof parallelSchema<Steps>>>;

/** A `parallel` step. */
interface ParallelStep extends Omit<Parallel, 'branches' | 'join'> {
  readonly branches: readonly Steps[];
  readonly join:
    | Exclude<Parallel['join'], { readonly kind: 'bestEffort' }>
    | { readonly kind: 'bestEffort'; readonly withinNs: Ns };
}

/** A branch of a `choose` step: it has a weight or a condition. */
export interface Choice extends Omit<z.output<ReturnType<typeof choiceSchema<Steps>>>, 'when'> {
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
  /** Its client stays with the first instance (pick_first), but at these components, which say how they are balanced. */
  readonly firstUnless?: readonly string[];
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

type Caching = z.output<ReturnType<typeof cacheStepSchema<Steps>>>;

/** A `cache` step: one of its verbs, for a cache. Without `onMiss` a miss is a 404. */
export interface CacheStep extends Pick<Caching, 'key' | 'onMiss' | 'write' | 'store'> {
  readonly cache: string;
  readonly op: Exclude<keyof Caching, 'key' | 'onMiss' | 'write' | 'store'>;
}

/** A transaction: steps over one connection of a database. */
interface TransactionStep extends Omit<
  z.output<ReturnType<typeof transactionSchema<Steps>>>,
  'key'
> {
  /** Key whose value selects the shard of the transaction; null = the database has one node with all rows. */
  readonly shardKey: string | null;
}

/** A critical section: its steps run one at a time for each value of a key. */
export interface LockStep extends z.output<ReturnType<typeof lockSchema<Steps>>> {}
