import { invariant } from '../kernel/invariant.js';
import type { Lane } from '../kernel/lanes.js';
import { IntRing } from '../kernel/ring.js';
import { unit } from '../kernel/rng.js';
import { NS_PER_MS, NS_PER_SECOND } from '../kernel/time.js';
import type { Ns } from '../kernel/time.js';
import { OUTCOME, PARK, PASS } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import { EDGE_COUNTER } from '../spec/policy.js';
import type { Alarm, PolicyState } from '../spec/policy.js';
import type { HikariSettings } from '../spec/resources.js';
import type { PoolSetup } from './pool-setup.js';
import { isBroken } from './server-connections.js';

interface Setup extends PoolSetup<HikariSettings> {
  /** Timer of connectionTimeout. */
  readonly timeout: Lane;
}

/** Word of a frame that waits; from 0 on it is the connection it uses. */
const WAITING = -1;

/** Constants of HikariPool.java. */
const HOUSEKEEPING_DELAY: Ns = 100 * NS_PER_MS;
const HOUSEKEEPING_PERIOD: Ns = 30 * NS_PER_SECOND;
const ADD_PAUSE: Ns = 30 * NS_PER_MS;
const FIRST_BACKOFF: Ns = 10 * NS_PER_MS;
const LAST_BACKOFF: Ns = 5 * NS_PER_SECOND;
/** Lifetimes above 10 s are shortened by up to a fortieth, in whole ms. */
const VARIED_FROM: Ns = 10 * NS_PER_SECOND;
const VARIANCE = 40;

/** What the thread that adds connections does. */
const ADDER = Object.freeze({ free: 0, first: 1, dials: 2, pauses: 3, backsOff: 4 } as const);

/**
 * HikariCP's pool of one calling instance at one database. It starts with the first call and one
 * connection; one thread adds the others, one after the other with 30 ms in between, while calls wait
 * or fewer than minimumIdle are idle. Who finds none waits in a fair line.
 *
 * Of several idle connections the oldest is taken, as in the shared list of ConcurrentBag.java: there
 * are no threads here that could prefer their own.
 */
export class HikariPool implements PolicyState {
  private readonly setup: Setup;
  /** Connections in the order of their creation, by slot. */
  private readonly entries: number[] = [];
  private readonly used: Uint8Array;
  private readonly evicted: Uint8Array;
  private readonly accessedNs: Float64Array;
  /** To which process of the server it was opened. */
  private readonly epochs: Int32Array;
  private dialled = 0;
  private readonly ends: Alarm[] = [];
  private readonly free: number[] = [];
  private readonly line = new IntRing();
  private readonly since: number[] = [];
  private readonly layerOf: number[] = [];
  private readonly adderAlarm: Alarm;
  private readonly housekeeper: Alarm;
  private adder: number = ADDER.free;
  /** Tasks in the queue of the thread that adds connections. */
  private tasks = 0;
  private backoff: Ns = FIRST_BACKOFF;
  private isStarted = false;
  private inUse = 0;
  /** Connections that nobody will give back. */
  private readonly leaked: number[] = [];
  private serial = 0;

  constructor(setup: Setup) {
    this.setup = setup;
    const { maximumPoolSize } = setup.pool;
    this.used = new Uint8Array(maximumPoolSize);
    this.evicted = new Uint8Array(maximumPoolSize);
    this.accessedNs = new Float64Array(maximumPoolSize);
    this.epochs = new Int32Array(maximumPoolSize);
    for (let slot = maximumPoolSize - 1; slot >= 0; slot--) this.free.push(slot);
    this.adderAlarm = setup.alarm(() => this.goOn());
    this.housekeeper = setup.alarm(() => this.keepHouse());
  }

  enter(frame: number, layer: number): number {
    const { ctx, timeout, levels, gauges, server } = this.setup;
    if (!this.isStarted && this.adder === ADDER.free) {
      // The pool fails fast: without its first connection it does not start.
      if (!server.isUp() || !server.hasRoom()) return OUTCOME.refused;
      this.adder = ADDER.first;
      this.dial();
    }
    const slot = this.firstIdle();
    if (slot >= 0) {
      this.use(frame, layer, slot);
      this.setup.waits()?.add(0);
      return PASS;
    }
    this.since[frame] = ctx.now;
    this.layerOf[frame] = layer;
    ctx.setWord(frame, layer, WAITING);
    this.line.push(frame);
    levels.add(gauges.waiting, 1);
    ctx.arm(timeout, frame, layer);
    if (this.isStarted) this.askForOne(this.line.length);
    return PARK;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const slot = this.setup.ctx.word(frame, layer);
    if (this.setup.leaks(frame)) {
      this.leaked.push(slot);
      return outcome;
    }
    this.release(slot);
    if (isBroken(outcome) || this.evicted[slot] !== 0) this.close(slot);
    else this.handOver(slot);
    return outcome;
  }

  /** The statement of a caller that gives up still runs, so its connection is closed. */
  cancel(frame: number, layer: number, parked: boolean): void {
    if (parked) {
      this.leaveLine(frame);
      return;
    }
    const slot = this.setup.ctx.word(frame, layer);
    this.release(slot);
    this.close(slot);
  }

  timer(frame: number, layer: number): void {
    const { ctx } = this.setup;
    this.leaveLine(frame);
    ctx.count(frame, EDGE_COUNTER.poolTimeouts);
    ctx.reject(frame, layer, OUTCOME.poolTimeout);
  }

  reset(): void {
    invariant(this.held() === 0, 'pool-reset-while-in-use');
    if (this.adder === ADDER.first || this.adder === ADDER.dials) this.countClosed(this.dialled);
    for (const slot of this.leaked.splice(0)) this.release(slot);
    for (const slot of this.entries.splice(0)) this.forget(slot);
    this.adderAlarm.clear();
    this.housekeeper.clear();
    this.adder = ADDER.free;
    this.tasks = 0;
    this.isStarted = false;
  }

  held(): number {
    return this.inUse - this.leaked.length + this.line.length;
  }

  private get idle(): number {
    return this.entries.length - this.inUse;
  }

  /** The oldest idle connection, or -1; the test on borrowing closes those whose server has died. */
  private firstIdle(): number {
    for (let k = 0; k < this.entries.length; k++) {
      const slot = this.entries[k];
      if (this.used[slot] !== 0) continue;
      if (!this.setup.server.isDead(this.epochs[slot])) return slot;
      this.close(slot);
      k--;
    }
    return -1;
  }

  private use(frame: number, layer: number, slot: number): void {
    const { ctx, levels, gauges } = this.setup;
    ctx.setWord(frame, layer, slot);
    this.used[slot] = 1;
    this.inUse++;
    levels.add(gauges.used, 1);
  }

  private release(slot: number): void {
    const { ctx, levels, gauges } = this.setup;
    this.used[slot] = 0;
    this.accessedNs[slot] = ctx.now;
    this.inUse--;
    levels.add(gauges.used, -1);
  }

  /** A connection that is free goes to who has waited longest, else it is idle. */
  private handOver(slot: number): void {
    if (this.line.length === 0) return;
    const { ctx, waits } = this.setup;
    const frame = this.line.peek();
    const layer = this.layerOf[frame];
    this.leaveLine(frame);
    this.use(frame, layer, slot);
    waits()?.add(ctx.now - this.since[frame]);
    ctx.resume(frame, layer);
  }

  private leaveLine(frame: number): void {
    if (this.line.peek() === frame) this.line.shift();
    else this.line.remove(frame);
    this.setup.levels.add(this.setup.gauges.waiting, -1);
  }

  /** A call waits as the nth one: one more connection, unless the queue holds as many tasks. */
  private askForOne(waiting: number): void {
    if (waiting > this.tasks) this.submit();
  }

  private submit(): void {
    if (this.tasks < this.setup.pool.maximumPoolSize) this.tasks++;
    if (this.adder === ADDER.free) this.nextTask();
  }

  private nextTask(): void {
    this.adder = ADDER.free;
    while (this.adder === ADDER.free && this.tasks > 0) {
      this.tasks--;
      this.backoff = FIRST_BACKOFF;
      this.tryToAdd();
    }
  }

  /** Adds a connection where one is wanted still; a server without room is asked again later. */
  private tryToAdd(): void {
    const { ctx, pool, server } = this.setup;
    const isWanted = this.idle < pool.minimumIdle || this.line.length > this.idle;
    if (this.entries.length >= pool.maximumPoolSize || !isWanted) {
      this.adder = ADDER.free;
      return;
    }
    if (server.isUp() && server.hasRoom()) {
      this.adder = ADDER.dials;
      this.dial();
      return;
    }
    this.adder = ADDER.backsOff;
    this.adderAlarm.set(ctx.now + this.backoff);
    this.backoff = Math.min(2 * this.backoff, LAST_BACKOFF);
  }

  private dial(): void {
    const { ctx, samplers, server, connect, stream, opens, levels, gauges } = this.setup;
    this.dialled = server.take();
    levels.add(gauges.open, 1);
    opens();
    const time = samplers.draw(connect, stream.a, stream.b, ++this.serial, 0, 0);
    this.adderAlarm.set(ctx.now + time);
  }

  /** What the adding thread has waited for is there. */
  private goOn(): void {
    const { ctx } = this.setup;
    switch (this.adder) {
      case ADDER.first:
        this.start();
        break;
      case ADDER.dials:
        this.add();
        this.adder = ADDER.pauses;
        this.adderAlarm.set(ctx.now + ADD_PAUSE);
        break;
      case ADDER.pauses:
        this.nextTask();
        break;
      default:
        this.tryToAdd();
        if (this.adder === ADDER.free) this.nextTask();
    }
  }

  /** The first connection stands; who has come meanwhile asks for more, one after the other. */
  private start(): void {
    this.isStarted = true;
    this.adder = ADDER.free;
    // Without minimumIdle it was only a check, and is closed.
    if (this.setup.pool.minimumIdle > 0) this.add();
    else this.countClosed(this.dialled);
    this.housekeeper.set(this.setup.ctx.now + HOUSEKEEPING_DELAY);
    const { length } = this.line;
    for (let waiting = 1; waiting <= length; waiting++) this.askForOne(waiting);
  }

  private add(): void {
    const { ctx, pool, stream } = this.setup;
    const slot = this.free.pop()!;
    this.entries.push(slot);
    this.evicted[slot] = 0;
    this.epochs[slot] = this.dialled;
    this.accessedNs[slot] = ctx.now;
    const { maxLifetimeNs } = pool;
    if (maxLifetimeNs !== null) {
      const most =
        maxLifetimeNs > VARIED_FROM ? Math.floor(maxLifetimeNs / NS_PER_MS / VARIANCE) : 0;
      const less = Math.floor(unit(stream.a, stream.b, this.serial, 1, 0) * most) * NS_PER_MS;
      this.ends[slot] ??= this.setup.alarm(() => this.expire(slot));
      this.ends[slot].set(ctx.now + maxLifetimeNs - less);
    }
    this.handOver(slot);
  }

  /** End of a lifetime: at once where it is idle, else when it comes back. */
  private expire(slot: number): void {
    this.evicted[slot] = 1;
    if (this.used[slot] !== 0) return;
    this.close(slot);
    this.askForOne(this.line.length);
  }

  private close(slot: number): void {
    this.entries.splice(this.entries.indexOf(slot), 1);
    this.forget(slot);
    this.fill();
  }

  private forget(slot: number): void {
    this.free.push(slot);
    this.ends[slot]?.clear();
    this.countClosed(this.epochs[slot]);
  }

  private fill(): void {
    const { minimumIdle, maximumPoolSize } = this.setup.pool;
    if (this.entries.length >= maximumPoolSize) return;
    for (let missing = minimumIdle - this.idle; missing > 0; missing--) this.submit();
  }

  /** Every 30 s: what has been idle for too long is closed, the youngest first, down to minimumIdle. */
  private keepHouse(): void {
    const { ctx, pool } = this.setup;
    const { idleTimeoutNs, minimumIdle, maximumPoolSize } = pool;
    if (idleTimeoutNs !== null && minimumIdle < maximumPoolSize) {
      let surplus = this.idle - minimumIdle;
      for (let k = this.entries.length - 1; k >= 0 && surplus > 0; k--) {
        const slot = this.entries[k];
        if (this.used[slot] !== 0 || ctx.now - this.accessedNs[slot] <= idleTimeoutNs) continue;
        this.close(slot);
        surplus--;
      }
    }
    this.fill();
    this.housekeeper.set(ctx.now + HOUSEKEEPING_PERIOD);
  }

  private countClosed(epoch: number): void {
    this.setup.server.give(epoch);
    this.setup.levels.add(this.setup.gauges.open, -1);
  }
}
