import type { ReadRoute } from './replication.js';
import type { CountDistribution } from '../../kernel/counts.js';
import type { Distribution } from '../../kernel/distribution.js';
import type { Ns } from '../../kernel/time.js';
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
