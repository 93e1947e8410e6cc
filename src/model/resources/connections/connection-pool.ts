import { invariant, isAudited } from '../../../kernel/invariant.js';
import type { Lane } from '../../../kernel/lanes.js';
import { IntRing } from '../../../kernel/ring.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import { EDGE_COUNTER, type Alarm, type PolicyState } from '../../../contracts/patterns/policy.js';
import type { PoolSettings } from '../../../contracts/scenario/pools.js';
import { NumberedPool, WAITING } from './pool-base.js';
import type { PoolSetup } from './pool-setup.js';
import type { Sessions } from './sessions.js';
import { CLOSED } from './idle-limits.js';
import { levels } from '../../data/figures/levels.js';

interface Setup extends PoolSetup<PoolSettings> {
  /** Timer of acquireTimeout, or null. */
  readonly timeout: Lane | null;
  /** The pooler in front of the server in session mode, or null. */
  readonly sessions: Sessions | null;
  /** Connections beyond maxOpen, for calls that have waited as long as its timer; null = none. */
  readonly reserve: { readonly size: number; readonly timer: Lane } | null;
  /** A connection beyond a lower size goes to a call that waits for one: only idle ones are closed. */
  readonly keepsOver: boolean;
}

/** Further words of a frame in this layer: dials, or waits for a session. */
const DIALLING = -2;
const CONNECTING = -3;

/**
 * The client-side connection pool of one calling instance to one database, the innermost layer of its calls. The most
 * recently returned idle connection is used first. If none is idle, one is opened while the limits of pool and server
 * allow; otherwise the call waits in line.
 *
 * If a caller gives up while its statement runs, its connection is closed because it cannot be reused. When the server
 * dies, statements in flight fail; idle connections are closed at the next attempt to use them.
 */
export class ConnectionPool extends NumberedPool<Setup> implements PolicyState {
  private readonly idle: { readonly connection: number; readonly sinceNs: Ns }[] = [];
  /** By frame: when dialling ends, or the wait for a session times out. */
  private readonly until: number[] = [];
  private opened = 0;
  /** Frames that wait for a session of the pooler. */
  private readonly connecting = new IntRing();
  private picks = 0;
  private readonly audited = isAudited();
  /** Closes idle sessions, which other clients of the pooler may be waiting for. */
  private readonly cleaner: Alarm | null;

  constructor(setup: Setup) {
    super(setup);
    const cleans = setup.sessions !== null && setup.pool.maxIdleTimeNs !== null;
    this.cleaner = cleans ? setup.alarm(() => this.clean()) : null;
  }

  enter(frame: number, layer: number): number {
    invariant(this.isBalanced(), 'every open connection is idle, in use or being opened');
    const { ctx, pool, timeout, reserve } = this.setup;
    const connection = this.takeIdle();
    if (connection >= 0) {
      this.use(frame, layer, connection, 0);
      return PASS;
    }
    this.since[frame] = ctx.now;
    this.layerOf[frame] = layer;
    if (this.opened < pool.maxOpen) return this.dial(frame, layer);
    if (pool.acquireTimeoutNs === 0) {
      ctx.count(frame, EDGE_COUNTER.poolTimeouts);
      return OUTCOME.poolTimeout;
    }
    this.join(frame, layer);
    if (timeout !== null) ctx.arm(timeout, frame, layer);
    if (reserve !== null) ctx.arm(reserve.timer, frame, layer);
    return PARK;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const connection = this.setup.ctx.word(frame, layer);
    invariant(connection >= 0, 'a call leaves with the connection that it took');
    if (this.leaks(frame, connection)) return outcome;
    if (!this.isSpent(frame, outcome)) {
      this.giveBack(connection);
      return outcome;
    }
    this.release();
    this.close(connection);
    this.serve();
    invariant(this.isBalanced(), 'a returned connection is idle, in use or closed');
    return outcome;
  }

  cancel(frame: number, layer: number, parked: boolean): void {
    const word = this.setup.ctx.word(frame, layer);
    if (!parked) {
      invariant(word >= 0, 'a call that runs holds a connection');
      this.release();
      this.abandon(frame, word);
      this.serve();
    } else if (word === WAITING) {
      this.leaveLine(frame);
    } else if (word === CONNECTING) {
      this.setup.sessions!.forget(frame);
      this.stopConnecting(frame);
      this.serve();
    } else if (word < 0) {
      invariant(word === DIALLING, 'a parked call waits, connects or dials');
      invariant(this.dialling > 0, 'an abandoned dial is counted');
      this.working[frame] = 0;
      this.dialling--;
      this.closeDialled(this.dialled[frame]);
      this.serve();
    }
    // Otherwise the server has refused it, and the refusal has not reached the call yet: it holds nothing.
    invariant(this.isBalanced(), 'an abandoned call leaves no connection uncounted');
  }

  timer(frame: number, layer: number): void {
    const { ctx } = this.setup;
    if (ctx.word(frame, layer) === WAITING) {
      const { acquireTimeoutNs } = this.setup.pool;
      if (acquireTimeoutNs === null || ctx.now < this.since[frame] + acquireTimeoutNs) {
        this.serve();
        return;
      }
      this.leaveLine(frame);
      ctx.count(frame, EDGE_COUNTER.poolTimeouts);
      ctx.reject(frame, layer, OUTCOME.poolTimeout);
      return;
    }
    // The timer belongs to an earlier wait; the frame's current step ends later.
    if (ctx.now < this.until[frame]) return;
    if (ctx.word(frame, layer) === CONNECTING) {
      this.setup.sessions!.forget(frame);
      this.stopConnecting(frame);
      ctx.count(frame, EDGE_COUNTER.poolTimeouts);
      ctx.reject(frame, layer, OUTCOME.poolTimeout);
      this.serve();
      return;
    }
    invariant(ctx.word(frame, layer) === DIALLING, 'a timer ends the step that its call is in');
    if (!this.isServed(frame)) this.connected(frame);
  }

  /** Returns true if the server has to work for the connection of a frame before it is open. */
  private isServed(frame: number): boolean {
    const { ctx, works } = this.setup;
    const number = ++this.works;
    const done = (): void => {
      if (this.working[frame] === number) this.connected(frame);
    };
    if (works?.(ctx.lineageA(frame), ctx.lineageB(frame), done) !== true) return false;
    this.working[frame] = number;
    this.until[frame] = Infinity;
    return true;
  }

  protected override connected(frame: number): void {
    super.connected(frame);
    invariant(this.isBalanced(), 'a connection that opens for a call is in use');
  }

  /**
   * Another size from now on: idle connections beyond it are closed, those in use when they are returned, and calls in
   * line get new ones.
   */
  resize(pool: PoolSettings): void {
    this.setup.pool = pool;
    while (this.idle.length > 0 && (this.isOver() || this.idle.length > pool.maxIdle)) {
      this.close(this.idle.shift()!.connection);
    }
    this.serve();
  }

  /** Whether the pool has more connections than its size, which was larger before. */
  private isOver(): boolean {
    return this.opened > this.setup.pool.maxOpen + (this.setup.reserve?.size ?? 0);
  }

  reset(): void {
    invariant(this.held() === 0, 'a pool is reset when nothing is in use');
    this.cleaner?.clear();
    this.idleLimits?.clear();
    for (const { connection } of this.idle.splice(0)) this.close(connection);
    for (const connection of this.leaked.splice(0)) {
      this.release();
      this.close(connection);
    }
  }

  override held(): number {
    return super.held() + this.connecting.length;
  }

  /** The most recently returned idle connection that is within its limits, or -1. */
  private takeIdle(): number {
    const { ctx, pool } = this.setup;
    for (;;) {
      const entry = this.idle.pop();
      if (entry === undefined) return -1;
      const { maxIdleTimeNs, maxLifetimeNs } = pool;
      const idleTooLong = maxIdleTimeNs !== null && ctx.now - entry.sinceNs >= maxIdleTimeNs;
      const age = ctx.now - this.openedNs[entry.connection];
      const isDead = pool.seesClosed && this.isSeenDead(entry.connection);
      if (!isDead && !idleTooLong && (maxLifetimeNs === null || age < maxLifetimeNs))
        return entry.connection;
      this.close(entry.connection);
    }
  }

  /** Opens a connection for a frame. It is refused if the server or the pooler has no room. */
  private dial(frame: number, layer: number): number {
    const { ctx, sessions } = this.setup;
    if (sessions === null) return this.open(frame, layer);
    if (!sessions.admits()) return this.setup.refuses(frame);
    if (sessions.take()) return this.open(frame, layer);
    invariant(
      this.opened < this.setup.pool.maxOpen,
      'a call that waits for a session counts as a connection',
    );
    sessions.wait(this, frame);
    this.layerOf[frame] = layer;
    this.connecting.push(frame);
    this.opened++;
    levels.add(this.setup.gauges.waiting, 1);
    ctx.setWord(frame, layer, CONNECTING);
    const { timeout } = sessions;
    this.until[frame] = ctx.now + (timeout?.delayNs ?? Infinity);
    if (timeout !== null) ctx.arm(timeout, frame, layer);
    return PARK;
  }

  /** The pooler has a server connection for a frame that waited for one. */
  connects(frame: number): void {
    const { ctx } = this.setup;
    const layer = this.layerOf[frame];
    this.stopConnecting(frame);
    const verdict = this.open(frame, layer);
    if (verdict === PARK) return;
    invariant(verdict === PASS, 'a session is open at its server');
    ctx.resume(frame, layer);
  }

  private stopConnecting(frame: number): void {
    invariant(this.connecting.remove(frame), 'a call waits for a session once');
    this.opened--;
    levels.add(this.setup.gauges.waiting, -1);
  }

  /** Closes connections that were idle for too long. */
  private clean(): void {
    const { ctx, pool } = this.setup;
    const limit = pool.maxIdleTimeNs!;
    while (this.idle.length > 0 && ctx.now - this.idle[0].sinceNs >= limit) {
      this.close(this.idle.shift()!.connection);
    }
    if (this.idle.length > 0) this.cleaner!.set(this.idle[0].sinceNs + limit);
  }

  private open(frame: number, layer: number): number {
    const { ctx, server, samplers, connect, stream } = this.setup;
    if (!server.hasRoom()) return this.setup.refuses(frame);
    const epoch = server.take();
    this.opened++;
    invariant(
      this.opened <= this.setup.pool.maxOpen + (this.setup.reserve?.size ?? 0),
      'a pool opens no more connections than its limit',
    );
    ctx.count(frame, EDGE_COUNTER.connects);
    levels.add(this.setup.gauges.open, 1);
    const a = ctx.lineageA(frame);
    const b = ctx.lineageB(frame);
    const time = samplers.draw(connect, stream.a, stream.b, a, b, ctx.attemptNumber(frame));
    if (time === 0 && !this.isServed(frame)) {
      this.use(frame, layer, this.newConnection(epoch), ctx.now - this.since[frame]);
      return PASS;
    }
    this.dialling++;
    this.dialled[frame] = epoch;
    ctx.setWord(frame, layer, DIALLING);
    if (time === 0) return PARK;
    this.until[frame] = ctx.now + time;
    ctx.after(time, frame, layer);
    return PARK;
  }

  private giveBack(connection: number): void {
    const { ctx, pool, keepsOver } = this.setup;
    this.release();
    this.idleLimits?.rests(connection);
    if (this.audited) this.auditIdle(connection);
    const { maxLifetimeNs } = pool;
    const isExpired =
      maxLifetimeNs !== null && ctx.now - this.openedNs[connection] >= maxLifetimeNs;
    const old = isExpired || (!keepsOver && this.isOver());
    if (!old && this.line.length > 0) {
      this.continueWith(this.nextWaiter(), connection);
      return;
    }
    if (!old && this.connecting.length > 0) {
      // The frame takes the returned connection and stops waiting for a session.
      const frame = this.connecting.get(0);
      this.setup.sessions!.forget(frame);
      this.stopConnecting(frame);
      this.continueWith(frame, connection);
      return;
    }
    if (!old && !this.isOver() && this.idle.length < pool.maxIdle) {
      if (this.idle.length === 0) this.cleaner?.set(ctx.now + pool.maxIdleTimeNs!);
      this.idle.push({ connection, sinceNs: ctx.now });
    } else this.close(connection);
    this.serve();
  }

  /** Opens connections for waiting frames after others were closed. */
  private serve(): void {
    const { ctx, pool } = this.setup;
    while (this.line.length > 0 && this.opened < pool.maxOpen + this.reserved()) {
      const frame = this.nextWaiter();
      const layer = this.layerOf[frame];
      // Its acquire timer no longer matters: acquireTimeout limits only the wait in line.
      const verdict = this.dial(frame, layer);
      if (verdict === PASS) ctx.resume(frame, layer);
      // The closed connection may have belonged to a server process that died; the new process may be full.
      else if (verdict !== PARK) ctx.settle(frame, layer, verdict);
    }
  }

  /** The connections of the reserve that the first call in line may use (PgBouncer objects.c, launch_new_connection). */
  private reserved(): number {
    const { ctx, reserve } = this.setup;
    if (reserve === null) return 0;
    return ctx.now - this.since[this.line.peek()] >= reserve.timer.delayNs ? reserve.size : 0;
  }

  private nextWaiter(): number {
    if (this.setup.pool.waiters === 'random') return this.takeRandomWaiter(this.picks++);
    const frame = this.line.peek();
    this.leaveLine(frame);
    return frame;
  }

  private close(connection: number): void {
    if (this.audited) invariant(!this.free.includes(connection), 'a connection closes once');
    this.free.push(connection);
    this.idleLimits?.ended(connection);
    this.closeDialled(this.epochs[connection]);
  }

  /** The statement on a connection may go on, and with it the session at the server. */
  private abandon(frame: number, connection: number): void {
    const epoch = this.epochs[connection];
    this.free.push(connection);
    this.opened--;
    invariant(this.opened >= 0, 'no more connections are abandoned than are open');
    this.idleLimits?.ended(connection);
    if (epoch === CLOSED) return;
    this.setup.leaves(frame, epoch);
    this.setup.sessions?.give(epoch);
  }

  private isBalanced(): boolean {
    const { opened, inUse, idle, dialling, connecting } = this;
    return opened === inUse + idle.length + dialling + connecting.length;
  }

  private auditIdle(returned: number): void {
    for (let k = 0; k < this.idle.length; k++) {
      const { connection, sinceNs } = this.idle[k];
      invariant(connection !== returned, 'a connection is idle or in use');
      invariant(
        k === 0 || sinceNs >= this.idle[k - 1].sinceNs,
        'idle connections are in the order of their return',
      );
    }
  }

  private closeDialled(epoch: number): void {
    this.opened--;
    invariant(this.opened >= 0, 'no more connections close than are open');
    this.ended(epoch);
  }

  protected override ended(epoch: number): void {
    super.ended(epoch);
    if (epoch !== CLOSED) this.setup.sessions?.give(epoch);
  }
}
