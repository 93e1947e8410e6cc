import type { Ns } from '../../kernel/time.js';
import type { Cache, CacheLevel } from '../scenario/caching.js';

export interface PlanCache {
  readonly component: number;
  readonly spec: Cache;
  readonly levels: readonly {
    readonly part: number;
    readonly local: boolean;
    readonly spec: CacheLevel;
  }[];
}

/** Operations that a `cache` step compiles to, in program order. */
export type CacheOp =
  /** Looks the value up in a local level; success is a hit. */
  | 'lookup'
  /** Sets the command of the following call to the shared level. */
  | 'ask'
  /** At the server of the shared level: reads the command, then executes it. */
  | 'receive'
  | 'serve'
  /** The shared level has replied; success is a hit. */
  | 'answered'
  /** `fill` stores a value from a farther level in a local level; `share` does so only if it is missing there. */
  | 'fill'
  | 'share'
  /** No level has the value, and the step does not load it. */
  | 'absent'
  /** The lookup found a value, or a negative entry. */
  | 'verdict'
  /**
   * Success: this request loads the value, for others too. Otherwise another request is loading it, and
   * `follow` waits for that.
   */
  | 'claim'
  | 'follow'
  /** The request loads the value for itself only. */
  | 'begin'
  /** The value is loaded; `store` puts it into a local level; `land` releases the requests that wait for it. */
  | 'loaded'
  | 'store'
  | 'land'
  /** The load has failed; `negative`: with a 404, which is cached. */
  | 'failing'
  | 'negative'
  | 'failed'
  /** Continues with the failure that was kept. */
  | 'rethrow'
  /** Success: the value found is due for a reload, and this request starts it. */
  | 'due'
  | 'refreshing'
  /** The value has been written: cached copies are outdated. */
  | 'write'
  | 'forget'
  /**
   * Write-behind. `buffer` succeeds if this request must start the writer. The writer waits (`gather`), takes
   * a batch (`take`), and completes it (`written`) or queues it again (`requeue`).
   */
  | 'buffer'
  | 'gather'
  | 'take'
  | 'written'
  | 'requeue';

/** An instruction of a cache in a program. */
export interface PlanCacheAct {
  readonly act: 'cache';
  readonly op: CacheOp;
  /** Part id of the program that contains the instruction. */
  readonly from: number;
  /** Index into plan.caches. */
  readonly cache: number;
  /** Index into the levels of the cache; -1 = none. */
  readonly level: number;
  /** Index into plan.keys; -1 with a fixed hit ratio. */
  readonly key: number;
  /** Number of the load within the part. */
  readonly slot: number;
  /** Command of `ask`: 0 get, 1 set, 2 delete. */
  readonly command: number;
  /** -1 = the time to live of the level. */
  readonly ttlNs: Ns;
  /** Outcome of `failing`. */
  readonly outcome: number;
}
