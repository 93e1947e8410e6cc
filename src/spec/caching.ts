import type { Distribution } from '../kernel/distribution.js';
import type { Ns } from '../kernel/time.js';
import type { Pool } from './resources.js';
import type { Host } from './scenario.js';
import type { Step } from './steps.js';

/** A cache: levels that are asked one after the other, nearest first. */
export interface Cache {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
  readonly levels: readonly CacheLevel[];
  /** Key whose values the entries are, and how many there are; null and 0 with a fixed ratio. */
  readonly key: string | null;
  readonly population: number;
  /** A fixed ratio of hits in the place of entries. */
  readonly hitRatio: number | null;
  readonly pattern: 'aside' | 'readThrough' | 'writeThrough' | 'writeBehind' | 'refreshAhead';
  /** Who loads when several miss the same value at once. */
  readonly coalesce: 'none' | 'instance' | 'cluster';
  /** How long an expired value is served while one request loads it anew; null = not at all. */
  readonly staleWhileRevalidateNs: Ns | null;
  /** Beta of the early expiry (XFetch), null = none. */
  readonly earlyExpiry: number | null;
  /** How long it is remembered that there is no such thing; null = not at all. */
  readonly negativeTtlNs: Ns | null;
  /** When the shared level does not answer. */
  readonly onError: 'bypass' | 'fail';
  /** Share of the entries that are there at the beginning, most popular first. */
  readonly warm: number;
  /** Only with refreshAhead: a hit beyond this share of the time to live has the value loaded anew. */
  readonly refreshAheadFactor: number | null;
  /** Only with writeBehind: how long writes are gathered, and how many at most. */
  readonly writeBehind: { readonly delayNs: Ns; readonly batchSize: number } | null;
  /** The server of the shared level; absent where there is none. */
  readonly host: Host | null;
  /** Of the clients of the shared level. */
  readonly pool: Pool;
  readonly maxConnections: number;
}

/** One level of a cache. */
export interface CacheLevel {
  readonly name: string;
  /** `local`: in the process of the caller, dies with it. The others are one server that all ask. */
  readonly kind: 'local' | 'redis' | 'memcached' | 'cdn';
  /** Entries. */
  readonly capacity: number;
  readonly ttlNs: Ns | null;
  readonly ttlJitter: number;
  /** The time to live begins anew with every hit. */
  readonly sliding: boolean;
  /** What one command takes: CPU of the process that holds the level. */
  readonly latency: Distribution;
  readonly eviction: 'lru' | 'lfu' | 'fifo' | 'sieve' | 'random';
  /** Only with lfu: whose uses are counted. */
  readonly counts: 'resident' | 'all';
}

/** What a `cache` step does. */
export interface CacheStep {
  readonly cache: string;
  readonly op: 'get' | 'set' | 'delete' | 'refresh';
  /** Key whose value it is about; null = that of the cache. */
  readonly key: string | null;
  /** How a value is loaded; null = a miss is a 404. */
  readonly onMiss: readonly Step[] | null;
  /** How a value that is set gets to where it belongs; only with writeThrough and writeBehind. */
  readonly write: readonly Step[] | null;
  /** Whether a value that was loaded is kept. */
  readonly store: boolean;
}

/** The response cache in a middleware chain. */
export interface ResponseCache {
  readonly cache: string;
  readonly methods: readonly string[];
  readonly key: string | null;
  /** Replaces that of the levels; null = theirs. */
  readonly ttlNs: Ns | null;
}

/** A cache of a plan. */
export interface PlanCache {
  readonly component: number;
  readonly spec: Cache;
  readonly levels: readonly {
    readonly part: number;
    readonly local: boolean;
    readonly spec: CacheLevel;
  }[];
}

/** What an instruction of a `cache` step does, in the order in which they stand in a program. */
export type CacheOp =
  /** Asks a level in the process: success is a hit. */
  | 'lookup'
  /** Says what the call of the shared level behind it is about. */
  | 'ask'
  /** At the server of the shared level: reads the command, and carries it out. */
  | 'receive'
  | 'serve'
  /** The shared level has answered: success is a hit. */
  | 'answered'
  /** What was found further away is put into a level in the process; or only where it is not there. */
  | 'fill'
  | 'share'
  /** Nobody has the value and nobody loads it. */
  | 'absent'
  /** What was found is an answer, or the answer that there is no such thing. */
  | 'verdict'
  /** Success: it loads, for others too. Else somebody loads already, and `follow` waits for that. */
  | 'claim'
  | 'follow'
  /** It loads for itself. */
  | 'begin'
  /** The value is there; it is stored in a level in the process; those who wait have it. */
  | 'loaded'
  | 'store'
  | 'land'
  /** The load has failed; `negative`: with a 404 that is remembered. */
  | 'failing'
  | 'negative'
  | 'failed'
  /** The failure that was kept goes on its way. */
  | 'rethrow'
  /** Success: what was found has to be loaded anew, and this request has it done. */
  | 'due'
  | 'refreshing'
  /** The value is written: what caches hold is of yesterday. */
  | 'write'
  | 'forget'
  /** Writes that are gathered: success has somebody write them; who gathers, takes, and has written. */
  | 'buffer'
  | 'gather'
  | 'take'
  | 'written'
  | 'requeue';

/** An instruction of a cache in a program. */
export interface PlanCacheAct {
  readonly act: 'cache';
  readonly op: CacheOp;
  /** Part id whose program it stands in. */
  readonly from: number;
  /** Index into plan.caches. */
  readonly cache: number;
  /** Index into its levels, or -1. */
  readonly level: number;
  /** Index into plan.keys, or -1 with a fixed ratio. */
  readonly key: number;
  /** Which load of the part it is about. */
  readonly slot: number;
  /** What `ask` asks: 0 get, 1 set, 2 delete. */
  readonly command: number;
  /** -1 = the time to live of the level. */
  readonly ttlNs: Ns;
  /** Outcome of `failing`. */
  readonly outcome: number;
}
