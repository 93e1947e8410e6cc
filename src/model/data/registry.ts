import type { StreamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import type { BackoffConfig } from '../../contracts/scenario/backoff.js';
import type { BalancerKind } from '../../contracts/patterns/balancer.js';
import type { OutlierKind } from '../../contracts/patterns/outlier.js';
import type { PolicyKind } from '../../contracts/patterns/policy.js';

/** Delays before retries, drawn by the lineage of the retried operation. */
export interface Delays {
  /** `retry` 1 is the first. */
  delayNs(retry: number, lineageA: number, lineageB: number): Ns;
}

/** The patterns that a plan refers to. They are passed in, because the model itself knows none. */
export interface Registry {
  policyKind(policy: string, kind: string | undefined): PolicyKind | undefined;
  balancerKind(kind: string): BalancerKind | undefined;
  outlierKind(name: string): OutlierKind | undefined;
  delaysOf(config: BackoffConfig, key: StreamKey): Delays;
}
