import type { Target } from './target.js';
import type { BalancingCommon } from './balancing.js';
import type { Ns } from '../../kernel/time.js';
import type { Distribution } from '../../kernel/distribution.js';

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
  /** Bundle that its state belongs to, if the bundle of the call is composed of several. */
  readonly bundle?: string;
  /** True if one state serves all callees. */
  readonly spans?: true;
  /** Name of its draws, if it is not that bundle. */
  readonly draws?: string;
  /** True if a proxy of the mesh applies it, inside the layers of the application. */
  readonly isProxy?: boolean;
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
