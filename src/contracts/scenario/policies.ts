import type { BalancingCommon } from './balancing.js';
import type { LimiterStore } from './limiter-store.js';

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

/** Retry-After of a refusal: in whole seconds, as in HTTP; exact; or none. */
export type RetryAfter = 'seconds' | 'exact' | 'none';
