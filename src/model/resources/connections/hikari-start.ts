import { invariant } from '../../../kernel/invariant.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Alarm } from '../../../contracts/patterns/policy.js';
import type { HikariSettings } from '../../../contracts/scenario/pools.js';
import type { PoolSetup } from './pool-setup.js';

/** HikariPool.java: pause after a failed attempt to open the first connection. */
const PAUSE: Ns = NS_PER_SECOND;

interface Starting {
  readonly waiting: number;
  /** Opens the first connection, with which the pool starts. */
  dialFirst(): void;
  /** Starts without a connection. */
  startEmpty(): void;
  /** Fails the call that has waited longest: the pool cannot start. */
  refuseFirst(): void;
}

/**
 * The start of HikariCP's pool. The first call checks once a second that the server accepts a connection, until
 * `initializationFailTimeout` has passed; other calls wait for it. If it fails, the next call tries.
 */
export class HikariStart {
  private beganAt: Ns = 0;
  private isTrying = false;
  private readonly alarm: Alarm = this.setup.alarm(() => this.proceed());

  constructor(
    private readonly setup: PoolSetup<HikariSettings>,
    private readonly pool: Starting,
  ) {}

  /** A call arrives before the pool has started. */
  ask(): void {
    if (this.isTrying) return;
    this.beganAt = this.setup.ctx.now;
    this.check();
  }

  reset(): void {
    this.alarm.clear();
    this.isTrying = false;
  }

  private check(): void {
    const { ctx, server, pool } = this.setup;
    this.isTrying = false;
    if (pool.initializationFailTimeoutNs === null) this.pool.startEmpty();
    else if (server.isUp() && server.hasRoom()) this.pool.dialFirst();
    else {
      this.isTrying = true;
      this.alarm.set(ctx.now + PAUSE);
    }
  }

  private proceed(): void {
    invariant(this.isTrying, 'a pool that has started checks no more');
    const { ctx, pool } = this.setup;
    const longest = pool.initializationFailTimeoutNs!;
    if (ctx.now - this.beganAt < longest) {
      this.check();
      return;
    }
    this.isTrying = false;
    if (longest === 0) {
      this.pool.startEmpty();
      return;
    }
    if (this.pool.waiting > 0) this.pool.refuseFirst();
    if (this.pool.waiting > 0) this.ask();
  }
}
