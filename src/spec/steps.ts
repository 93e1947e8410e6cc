import type { ReadRoute } from './replication.js';
import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { CacheStep } from './caching.js';
import type { PublishStep } from './messaging.js';
import type { SagaStartStep } from './sagas.js';
import type { AppendStep, LoadStep, ReadOf } from './stores.js';
import type { LockStep, TransactionStep } from './sections.js';
import type { Bundle, Target } from './scenario.js';

export interface Condition {
  readonly class: string | null;
  readonly workload: string | null;
  readonly headers: ReadonlyMap<string, string>;
}

export type Step = StepModifiers &
  (
    | { readonly verb: 'work' | 'wait'; readonly time: Distribution }
    | {
        readonly verb: 'call';
        readonly to: Target;
        /** `self.endpoint`: run in place. */
        readonly self: boolean;
        readonly method: string | null;
        readonly path: string | null;
        readonly host: string | null;
        readonly headers: ReadonlyMap<string, string>;
        /** null = what the callee says of its requests. */
        readonly requestBytes: number | null;
      }
    | ({ readonly verb: 'publish' } & PublishStep)
    | ({ readonly verb: 'saga' } & SagaStartStep)
    | {
        readonly verb: 'query';
        readonly database: string;
        readonly operation: string;
        /** Which node it asks; null = as the database says. */
        readonly route: ReadRoute | null;
        /** Key whose value says which shard it asks; null = as the operation says. */
        readonly shardKey: string | null;
        /** The view of a projection that it reads; null = none. */
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
        /** Each branch so many times at once. */
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
        /** NEVER_AGAIN where it asks not to be asked again, null without a hint. */
        readonly retryAfterNs: Ns | null;
      }
    | {
        readonly verb: 'respond';
        readonly outcome: number;
        /** Bytes of this answer, null = as the endpoint says. */
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
