import { invariant, isAudited } from '../../../kernel/invariant.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import type { Alarm, PolicyState } from '../../../contracts/patterns/policy.js';
import type { GoSettings } from '../../../contracts/scenario/pools.js';
import { NumberedPool, WAITING } from './pool-base.js';
import type { PoolSetup } from './pool-setup.js';
import { CLOSED } from './idle-limits.js';
import { levels } from '../../data/figures/levels.js';

/** Further word of a frame in this layer: it dials itself. */
const DIALLING = -2;

/** Number of idle connections that are tried before a new one is opened. */
const CACHED_TRIES = 2;
/** Shortest interval between two runs of the cleaner. */
const CLEANER_MIN: Ns = NS_PER_SECOND;

/**
 * The pool of Go's database/sql, sql.go. The most recently returned connection is used first. At maxOpen callers wait
 * without a pool timeout, and a free connection goes to a random one of them. Connections returned beyond maxIdle are
 * closed. One goroutine opens connections for waiting calls, one after another; one cleaner checks idle ones, at most
 * once a second.
 */
export class GoPool extends NumberedPool<PoolSetup<GoSettings>> implements PolicyState {
  /** By number of a connection: its last return. */
  private readonly returnedNs: number[] = [];
  /** In the order of their return. */
  private readonly idle: number[] = [];
  /** Epoch of the server process that the opener dials. */
  private openerDialled = 0;
  private readonly opener: Alarm;
  private readonly cleaner: Alarm;
  /** Connections that exist, are being opened or are promised; and those promised to waiting calls. */
  private open = 0;
  private promised = 0;
  private isOpening = false;
  /** Number of the work of the server for the dial of the opener. */
  private openerWork = 0;
  private isCleaning = false;
  private serial = 0;
  private readonly audited = isAudited();

  constructor(setup: PoolSetup<GoSettings>) {
    super(setup);
    this.opener = setup.alarm(() => this.dialledForWaiter());
    this.cleaner = setup.alarm(() => this.clean());
  }

  enter(frame: number, layer: number): number {
    invariant(this.isBalanced(), 'every open connection is idle, in use, promised or being opened');
    const { ctx, pool } = this.setup;
    const connection = this.takeIdle();
    if (connection >= 0) {
      this.use(frame, layer, connection, 0);
      return PASS;
    }
    this.since[frame] = ctx.now;
    this.layerOf[frame] = layer;
    if (this.open < pool.maxOpen) return this.dial(frame, layer);
    this.join(frame, layer);
    return PARK;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const connection = this.setup.ctx.word(frame, layer);
    invariant(connection >= 0, 'a call leaves with the connection that it took');
    if (this.leaks(frame, connection)) return outcome;
    this.release();
    if (this.isSpent(frame, outcome) || this.isExpired(connection)) this.close(connection);
    else this.put(connection);
    invariant(this.isBalanced(), 'a returned connection is idle, in use or closed');
    return outcome;
  }

  /** A cancelled statement leaves its connection unusable; a cancelled call also abandons its own dial. */
  cancel(frame: number, layer: number, parked: boolean): void {
    const { ctx, server } = this.setup;
    const word = ctx.word(frame, layer);
    invariant(
      parked === word < 0,
      'a call that runs holds a connection, one that is parked does not',
    );
    if (!parked) {
      this.release();
      this.abandon(frame, word);
    } else if (word === WAITING) {
      this.leaveLine(frame);
    } else {
      this.dialling--;
      this.working[frame] = 0;
      invariant(this.dialling >= 0, 'an abandoned dial was counted');
      server.give(this.dialled[frame]);
      this.countOpen(-1);
      this.openForWaiting();
    }
    invariant(this.isBalanced(), 'an abandoned call leaves no connection uncounted');
  }

  /** The dial of a caller is complete. */
  timer(frame: number): void {
    if (!this.isServed(frame)) this.connected(frame);
  }

  /** Returns true if the server has to work for the connection of a frame before it is open. */
  private isServed(frame: number): boolean {
    const number = ++this.works;
    const isServed = this.serves(() => {
      if (this.working[frame] === number) this.connected(frame);
    });
    if (isServed) this.working[frame] = number;
    return isServed;
  }

  private serves(done: () => void): boolean {
    const { works, stream } = this.setup;
    return works?.(stream.a, stream.b + this.serial, done) === true;
  }

  /**
   * Another size from now on: idle connections beyond maxIdle are closed, further ones when they are returned. Calls that
   * wait are not served at once, those that come open connections of their own (sql.go, SetMaxOpenConns).
   */
  resize(pool: GoSettings): void {
    const maxIdle = Math.min(pool.maxIdle, pool.maxOpen);
    this.setup.pool = { ...pool, maxIdle };
    for (const connection of this.idle.splice(maxIdle)) this.close(connection);
  }

  reset(): void {
    invariant(this.held() === 0, 'a pool is reset when nothing is in use');
    if (this.isOpening) {
      this.setup.server.give(this.openerDialled);
      this.countOpen(-1);
    }
    this.countOpen(-this.promised);
    for (const connection of this.idle.splice(0)) this.forget(connection);
    for (const connection of this.leaked.splice(0)) {
      this.release();
      this.forget(connection);
    }
    this.idleLimits?.clear();
    this.promised = 0;
    this.isOpening = false;
    this.works++;
    this.openerWork = 0;
    this.isCleaning = false;
    this.opener.clear();
    this.cleaner.clear();
    invariant(this.open === 0, 'a process that restarts has no connections');
  }

  /** The most recently returned idle connection, or -1. Bad ones are closed; after two of them it gives up. */
  private takeIdle(): number {
    for (let tries = 0; tries < CACHED_TRIES && this.idle.length > 0; tries++) {
      const connection = this.idle.pop()!;
      if (!this.isSeenDead(connection) && !this.isExpired(connection)) return connection;
      this.close(connection);
    }
    return -1;
  }

  private isExpired(connection: number): boolean {
    const { ctx, pool } = this.setup;
    const { maxLifetimeNs } = pool;
    return maxLifetimeNs !== null && ctx.now - this.openedNs[connection] > maxLifetimeNs;
  }

  private dial(frame: number, layer: number): number {
    const { ctx, server } = this.setup;
    if (!server.hasRoom()) return this.setup.refuses(frame);
    const epoch = server.take();
    const time = this.dialTime();
    this.countOpen(1);
    invariant(
      this.open <= this.setup.pool.maxOpen,
      'a pool opens no more connections than its limit',
    );
    if (time === 0 && !this.isServed(frame)) {
      this.use(frame, layer, this.newConnection(epoch), 0);
      return PASS;
    }
    this.dialling++;
    this.dialled[frame] = epoch;
    ctx.setWord(frame, layer, DIALLING);
    if (time > 0) ctx.after(time, frame, layer);
    return PARK;
  }

  private dialTime(): Ns {
    const { samplers, connect, stream, opens } = this.setup;
    opens();
    return samplers.draw(connect, stream.a, stream.b, this.serial++, 0, 0);
  }

  /** Assigns a free connection: to a random waiting call, else to the idle ones; beyond maxIdle it is closed. */
  private put(connection: number): void {
    const { ctx, pool } = this.setup;
    this.idleLimits?.rests(connection);
    if (this.audited) invariant(!this.idle.includes(connection), 'a connection is idle once');
    if (this.open > pool.maxOpen) {
      this.close(connection);
    } else if (this.line.length > 0) {
      this.continueWith(this.takeRandomWaiter(this.serial++), connection);
    } else if (this.idle.length < pool.maxIdle) {
      this.returnedNs[connection] = ctx.now;
      this.idle.push(connection);
      this.startCleaner();
    } else {
      this.close(connection);
    }
  }

  /** Promises a connection to each waiting call, up to maxOpen. */
  private openForWaiting(): void {
    const room = this.setup.pool.maxOpen - this.open;
    const more = Math.min(room, this.line.length);
    if (more <= 0) return;
    this.countOpen(more);
    this.promised += more;
    invariant(
      this.open <= this.setup.pool.maxOpen,
      'connections are promised within the limit of the pool',
    );
    if (!this.isOpening) this.openNext();
  }

  /** The opener starts its next dial; if the server refuses, a random waiting call fails. */
  private openNext(): void {
    const { ctx, server } = this.setup;
    invariant(!this.isOpening, 'one connection at a time is opened for waiting calls');
    while (this.promised > 0) {
      this.promised--;
      if (server.hasRoom()) {
        this.isOpening = true;
        this.openerDialled = server.take();
        this.opener.set(ctx.now + this.dialTime());
        return;
      }
      this.countOpen(-1);
      if (this.line.length === 0) continue;
      const frame = this.takeRandomWaiter(this.serial++);
      ctx.reject(frame, this.layerOf[frame], this.setup.refuses(frame));
    }
  }

  /** The dial of the opener is complete, but for the work of the server. */
  private dialledForWaiter(): void {
    const number = ++this.works;
    const isServed = this.serves(() => {
      if (this.openerWork === number) this.openedForWaiter();
    });
    if (isServed) this.openerWork = number;
    else this.openedForWaiter();
  }

  private openedForWaiter(): void {
    this.openerWork = 0;
    invariant(this.isOpening, 'a connection opens that was being opened');
    this.isOpening = false;
    this.put(this.newConnection(this.openerDialled));
    if (!this.isOpening) this.openNext();
    invariant(
      this.isBalanced(),
      'a connection opened for a waiting call is in use, idle or closed',
    );
  }

  private startCleaner(): void {
    const { maxLifetimeNs, maxIdleTimeNs } = this.setup.pool;
    if (this.isCleaning || (maxLifetimeNs === null && maxIdleTimeNs === null)) return;
    this.isCleaning = true;
    this.cleanAfter(Infinity);
  }

  /** The cleaner runs again after its usual interval, or earlier if a connection expires before. */
  private cleanAfter(due: Ns): void {
    const { ctx, pool } = this.setup;
    const usual = Math.min(pool.maxLifetimeNs ?? Infinity, pool.maxIdleTimeNs ?? Infinity);
    this.cleaner.set(ctx.now + Math.max(CLEANER_MIN, Math.min(usual, due)));
  }

  private clean(): void {
    const { ctx, pool } = this.setup;
    invariant(this.isCleaning, 'the cleaner runs only while it is needed');
    if (this.open === 0) {
      this.isCleaning = false;
      return;
    }
    const { maxIdleTimeNs, maxLifetimeNs } = pool;
    let due = Infinity;
    const stale = this.idle.filter((connection) => {
      const idleFor = ctx.now - this.returnedNs[connection];
      if (maxIdleTimeNs !== null && idleFor > maxIdleTimeNs) return true;
      if (this.isExpired(connection)) return true;
      if (maxIdleTimeNs !== null) due = Math.min(due, maxIdleTimeNs - idleFor);
      const age = ctx.now - this.openedNs[connection];
      if (maxLifetimeNs !== null) due = Math.min(due, maxLifetimeNs - age);
      return false;
    });
    for (const connection of stale) {
      this.idle.splice(this.idle.indexOf(connection), 1);
      this.close(connection);
    }
    this.cleanAfter(due);
  }

  private close(connection: number): void {
    this.forget(connection);
    this.openForWaiting();
  }

  /** The statement on a connection may go on, and with it the session at the server. */
  private abandon(frame: number, connection: number): void {
    this.free.push(connection);
    this.open--;
    invariant(this.open >= 0, 'no more connections are abandoned than are open');
    this.idleLimits?.ended(connection);
    if (this.epochs[connection] !== CLOSED) this.setup.leaves(frame, this.epochs[connection]);
    this.openForWaiting();
  }

  private forget(connection: number): void {
    if (this.audited) invariant(!this.free.includes(connection), 'a connection closes once');
    this.free.push(connection);
    this.idleLimits?.ended(connection);
    this.open--;
    invariant(this.open >= 0, 'no more connections close than are open');
    this.ended(this.epochs[connection]);
  }

  private isBalanced(): boolean {
    const { open, inUse, idle, dialling, promised, isOpening } = this;
    return open === inUse + idle.length + dialling + promised + (isOpening ? 1 : 0);
  }

  private countOpen(delta: number): void {
    this.open += delta;
    invariant(this.open >= 0, 'no more connections close than are open');
    levels.add(this.setup.gauges.open, delta);
  }
}
