import { unit } from '../../../kernel/rng.js';
import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Alarm } from '../../../contracts/patterns/policy.js';
import type { HikariSettings } from '../../../contracts/scenario/pools.js';
import type { PoolSetup } from './pool-setup.js';

/**
 * HikariPool.java (createPoolEntry), in whole ms: lifetimes above 10 s are shortened by up to 1/4 (lifeTimeVarianceFactor;
 * 1/40 before November 2024, pull request 2035), keepalive intervals by up to 1/5.
 */
const VARIED_FROM: Ns = 10 * NS_PER_SECOND;
const LIFETIME_VARIANCE = 4;
const KEEPALIVE_VARIANCE = 5;

/** The pool of the connections. */
interface Ageing {
  /** The lifetime of a connection is over. */
  expire(slot: number): void;
  /** Tests a connection if it is idle; returns false if that closed it. */
  isKept(slot: number): boolean;
}

/** The age limits of HikariCP's connections: their maximum lifetime and their keepalive tests. */
export class HikariAges {
  private readonly ends: Alarm[] = [];
  private readonly tests: Alarm[] = [];
  private readonly intervals: Ns[] = [];

  constructor(
    private readonly setup: PoolSetup<HikariSettings>,
    private readonly pool: Ageing,
  ) {}

  /** The connection of a slot has been opened; `serial` is its number. */
  begin(slot: number, serial: number): void {
    const { ctx, pool, alarm } = this.setup;
    const { maxLifetimeNs, keepaliveTimeNs } = pool;
    if (maxLifetimeNs !== null) {
      const share = maxLifetimeNs > VARIED_FROM ? LIFETIME_VARIANCE : Infinity;
      this.ends[slot] ??= alarm(() => this.pool.expire(slot));
      this.ends[slot].set(ctx.now + this.shortened(maxLifetimeNs, share, serial, 1));
    }
    if (keepaliveTimeNs === null) return;
    this.intervals[slot] = this.shortened(keepaliveTimeNs, KEEPALIVE_VARIANCE, serial, 2);
    this.tests[slot] ??= alarm(() => {
      if (this.pool.isKept(slot)) this.wait(slot);
    });
    this.wait(slot);
  }

  end(slot: number): void {
    this.ends[slot]?.clear();
    this.tests[slot]?.clear();
  }

  private wait(slot: number): void {
    this.tests[slot].set(this.setup.ctx.now + this.intervals[slot]);
  }

  private shortened(longestNs: Ns, share: number, serial: number, what: number): Ns {
    const { stream } = this.setup;
    const most = Math.floor(longestNs / NS_PER_MS / share);
    return longestNs - Math.floor(unit(stream.a, stream.b, serial, what, 0) * most) * NS_PER_MS;
  }
}
