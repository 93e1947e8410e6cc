import { invariant, isAudited } from '../../../kernel/invariant.js';
import type { Lane } from '../../../kernel/lanes.js';
import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { OUTCOME, PARK, PASS, type Outcome } from '../../../contracts/outcome.js';
import { EDGE_COUNTER, type Alarm, type PolicyState } from '../../../contracts/patterns/policy.js';
import type { HikariSettings } from '../../../contracts/scenario/pools.js';
import { VANISHED } from '../../data/edges/link.js';
import { HikariAdder } from './hikari-adder.js';
import { HikariAges } from './hikari-ages.js';
import { HikariStart } from './hikari-start.js';
import { FATE } from './fates.js';
import { CLOSED } from './idle-limits.js';
import { PoolBase, WAITING } from './pool-base.js';
import type { PoolSetup } from './pool-setup.js';

interface Setup extends PoolSetup<HikariSettings> {
  /** Timer of connectionTimeout. */
  readonly timeout: Lane;
  /** Timer of leakDetectionThreshold, or null. */
  readonly leak: Lane | null;
}

/** Constants of HikariPool.java. */
const HOUSEKEEPING_DELAY: Ns = 100 * NS_PER_MS;
const HOUSEKEEPING_PERIOD: Ns = 30 * NS_PER_SECOND;

/** Result when no connection is idle. */
const NONE = -1;

/** Liveness check of a borrowed connection. */
const CHECK = Object.freeze({
  no: 0,
  /** Waits for the result of its liveness test. */
  test: 1,
  /** Skipped the test, is dead, and fails with its statement. */
  breaks: 2,
} as const);

/**
 * HikariCP's pool of one calling instance to one database. It starts at the first call, by default with one connection
 * as a check. One thread adds the others, 30 ms apart, while calls wait or fewer than minimumIdle are idle. A call that
 * finds none waits in a fair queue.
 *
 * The oldest idle connection is used first, as in the shared list of ConcurrentBag.java. The simulator has no
 * thread-local lists, which HikariCP searches first.
 */
export class HikariPool extends PoolBase<Setup> implements PolicyState {
  /** Connections in the order of their creation, by slot. */
  private readonly entries: number[] = [];
  private readonly used: Uint8Array;
  private readonly evicted: Uint8Array;
  private readonly accessedNs: Float64Array;
  /** See CHECK; and whether the test gets its response in time. */
  private readonly checking: Uint8Array;
  private readonly answers: Uint8Array;
  /** Epoch of the server process that it was opened to. */
  protected readonly epochs: Int32Array;
  private readonly free: number[] = [];
  private readonly housekeeper: Alarm;
  private readonly adder: HikariAdder;
  private readonly starter: HikariStart;
  private readonly ages: HikariAges;
  private isStarted = false;
  private readonly audited = isAudited();

  constructor(setup: Setup) {
    super(setup);
    const most = setup.sized?.most ?? setup.pool.maximumPoolSize;
    this.used = new Uint8Array(most);
    this.evicted = new Uint8Array(most);
    this.accessedNs = new Float64Array(most);
    this.checking = new Uint8Array(most);
    this.answers = new Uint8Array(most);
    this.epochs = new Int32Array(most);
    for (let slot = most - 1; slot >= 0; slot--) this.free.push(slot);
    this.housekeeper = setup.alarm(() => this.keepHouse());
    this.adder = new HikariAdder(setup, this);
    this.starter = new HikariStart(setup, this);
    this.ages = new HikariAges(setup, this);
  }

  enter(frame: number, layer: number): number {
    const { ctx, timeout } = this.setup;
    this.since[frame] = ctx.now;
    if (!this.isStarted) {
      if (this.adder.isFree) this.starter.ask();
      // connectionTimeout applies only once the pool has started.
      if (!this.isStarted) {
        this.join(frame, layer);
        return PARK;
      }
    }
    const verdict = this.borrow(frame, layer);
    if (verdict === PASS) {
      this.setup.waits()?.add(0);
      this.watch(frame, layer);
    }
    if (verdict !== NONE) return verdict;
    this.join(frame, layer);
    ctx.arm(timeout, frame, layer);
    return PARK;
  }

  leave(frame: number, layer: number, outcome: Outcome): number {
    const slot = this.setup.ctx.word(frame, layer);
    invariant(
      slot >= 0 && this.used[slot] === 1,
      'a call leaves with the connection that it was lent',
    );
    if (this.leaks(frame, slot)) return outcome;
    this.giveBack(slot);
    if (this.isSpent(frame, outcome) || this.evicted[slot] !== 0) this.close(slot);
    else this.handOver(slot);
    return outcome;
  }

  /** The statement of a cancelled call still runs, so its connection is closed. */
  cancel(frame: number, layer: number, parked: boolean): void {
    const slot = this.setup.ctx.word(frame, layer);
    if (parked && slot === WAITING) {
      this.leaveLine(frame);
      return;
    }
    this.giveBack(slot);
    this.remove(slot);
    if (this.epochs[slot] !== CLOSED) this.setup.leaves(frame, this.epochs[slot]);
    this.fill();
  }

  timer(frame: number, layer: number): void {
    const { ctx } = this.setup;
    const slot = ctx.word(frame, layer);
    invariant(
      slot === WAITING || this.used[slot] === 1,
      'a timer finds its call in line or with a connection',
    );
    if (slot === WAITING) {
      this.leaveLine(frame);
      this.giveUp(frame, layer);
    } else if (this.checking[slot] === CHECK.no) {
      ctx.count(frame, EDGE_COUNTER.leaks);
    } else {
      this.checked(frame, layer, slot);
    }
  }

  /**
   * Another size from now on. Connections are added when the next call waits; connections beyond a lower size stay until
   * their idleTimeout or maxLifetime (HikariConfigMXBean, setMaximumPoolSize).
   */
  resize(pool: HikariSettings): void {
    this.setup.pool = pool;
  }

  reset(): void {
    invariant(this.held() === 0, 'a pool is reset when nothing is in use');
    if (this.adder.isDialling) this.countClosed(this.adder.epoch);
    for (const slot of this.leaked.splice(0)) this.giveBack(slot);
    for (const slot of this.entries.splice(0)) {
      this.vacate(slot);
      this.countClosed(this.epochs[slot]);
    }
    this.adder.reset();
    this.starter.reset();
    this.housekeeper.clear();
    this.idleLimits?.clear();
    this.isStarted = false;
  }

  /** Idle connections, waiting calls, and all connections. */
  get idle(): number {
    return this.entries.length - this.inUse;
  }

  get waiting(): number {
    return this.line.length;
  }

  get size(): number {
    return this.entries.length;
  }

  /** The oldest idle connection, or NONE. */
  private firstIdle(): number {
    for (const slot of this.entries) if (this.used[slot] === 0) return slot;
    return NONE;
  }

  /**
   * Borrows an idle connection. Returns PASS with the connection, PARK while it is tested, an outcome if the call
   * fails, or NONE if none is idle. Tests that take no simulated time are decided here.
   */
  private borrow(frame: number, layer: number): number {
    const { ctx, pool, server, ping } = this.setup;
    for (;;) {
      const slot = this.firstIdle();
      if (slot === NONE) return NONE;
      const idleMs = Math.floor((ctx.now - this.accessedNs[slot]) / NS_PER_MS);
      const isTested = idleMs > Math.floor(pool.aliveBypassWindowNs / NS_PER_MS);
      const isSilent = this.idleLimits !== null && this.idleLimits.fate(slot) === FATE.silent;
      const isDead = this.isSeenDead(slot);
      this.hold(frame, layer, slot);
      // If the server is down, the statement itself fails.
      if (!isTested && (!isDead || !server.isUp())) return PASS;
      const trip = isSilent ? VANISHED : ping(frame);
      const answers = trip !== VANISHED && trip <= pool.validationTimeoutNs;
      const waitNs = answers ? trip : pool.validationTimeoutNs;
      if (waitNs > 0) {
        this.checking[slot] = isTested ? CHECK.test : CHECK.breaks;
        this.answers[slot] = answers ? 1 : 0;
        ctx.after(waitNs, frame, layer);
        return PARK;
      }
      if (!isDead && server.isUp()) return PASS;
      this.giveBack(slot);
      this.close(slot);
      if (!isTested) return OUTCOME.reset;
    }
  }

  /** The test of a connection has a result or has timed out. */
  private checked(frame: number, layer: number, slot: number): void {
    const { server } = this.setup;
    invariant(this.checking[slot] !== CHECK.no, 'a test ends that was begun');
    const isTested = this.checking[slot] === CHECK.test;
    const isAlive = server.isUp() && !server.isDead(this.epochs[slot]);
    const answers = this.answers[slot] === 1 && isAlive && !this.isFaded(frame);
    this.checking[slot] = CHECK.no;
    let verdict: number = PASS;
    if (!isTested || !answers) {
      this.giveBack(slot);
      this.close(slot);
      verdict = isTested ? NONE : OUTCOME.reset;
    }
    if (verdict === NONE && this.leftNs(frame) > 0) verdict = this.borrow(frame, layer);
    this.continues(frame, layer, verdict);
  }

  /** Rest of the connectionTimeout of a call. */
  private leftNs(frame: number): Ns {
    const { ctx, pool } = this.setup;
    return pool.connectionTimeoutNs - (ctx.now - this.since[frame]);
  }

  /** A call that has waited has this result of `borrow`. */
  private continues(frame: number, layer: number, verdict: number): void {
    const { ctx, waits } = this.setup;
    if (verdict === PARK) return;
    const leftNs = this.leftNs(frame);
    if (verdict === PASS) {
      waits()?.add(ctx.now - this.since[frame]);
      ctx.resume(frame, layer);
      this.watch(frame, layer);
    } else if (verdict !== NONE) {
      ctx.reject(frame, layer, verdict);
    } else if (leftNs > 0) {
      this.join(frame, layer);
      ctx.after(leftNs, frame, layer);
    } else {
      this.giveUp(frame, layer);
    }
  }

  /** A call that has waited since then for a connection of another pool waits for one of this. */
  come(frame: number, layer: number, since: Ns): void {
    invariant(since <= this.setup.ctx.now, 'a call that comes from another pool has waited there');
    this.since[frame] = since;
    if (!this.isStarted && this.adder.isFree) this.starter.ask();
    this.continues(frame, layer, this.isStarted ? this.borrow(frame, layer) : NONE);
  }

  private giveUp(frame: number, layer: number): void {
    const { ctx } = this.setup;
    ctx.count(frame, EDGE_COUNTER.poolTimeouts);
    ctx.reject(frame, layer, OUTCOME.poolTimeout);
  }

  protected override join(frame: number, layer: number): void {
    this.layerOf[frame] = layer;
    super.join(frame, layer);
    if (this.isStarted) this.adder.askForOne(this.line.length);
  }

  private watch(frame: number, layer: number): void {
    if (this.setup.leak !== null) this.setup.ctx.arm(this.setup.leak, frame, layer);
  }

  protected override hold(frame: number, layer: number, slot: number): void {
    invariant(this.used[slot] === 0, 'a connection is lent to one call at a time');
    super.hold(frame, layer, slot);
    this.used[slot] = 1;
  }

  private giveBack(slot: number): void {
    invariant(this.used[slot] === 1, 'a connection is given back once');
    this.release();
    this.used[slot] = 0;
    this.checking[slot] = CHECK.no;
    this.accessedNs[slot] = this.setup.ctx.now;
    this.idleLimits?.rests(slot);
  }

  /** Hands a free connection to the call that has waited longest; otherwise it stays idle. */
  private handOver(slot: number): void {
    if (this.line.length === 0) return;
    const frame = this.line.peek();
    const layer = this.layerOf[frame];
    this.leaveLine(frame);
    this.continueWith(frame, slot);
    this.watch(frame, layer);
  }

  /** The first connection is open; the calls that came meanwhile ask for more. */
  start(): void {
    invariant(!this.isStarted, 'a pool starts once');
    this.isStarted = true;
    // Without minimumIdle it was only a check, and is closed.
    if (this.setup.pool.minimumIdle > 0) this.add();
    else this.countClosed(this.adder.epoch);
    this.startEmpty();
  }

  dialFirst(): void {
    this.adder.begin();
  }

  startEmpty(): void {
    const { ctx, timeout } = this.setup;
    this.isStarted = true;
    this.housekeeper.set(ctx.now + HOUSEKEEPING_DELAY);
    const { length } = this.line;
    for (let waiting = 1; waiting <= length; waiting++) this.adder.askForOne(waiting);
    for (let k = 0; k < length; k++) {
      const frame = this.line.get(k);
      ctx.arm(timeout, frame, this.layerOf[frame]);
    }
  }

  refuseFirst(): void {
    const frame = this.line.peek();
    this.leaveLine(frame);
    this.setup.ctx.reject(frame, this.layerOf[frame], OUTCOME.refused);
  }

  /** The adding thread has opened a connection. */
  add(): void {
    invariant(this.free.length > 0, 'a pool opens no more connections than its size');
    const slot = this.free.pop()!;
    this.entries.push(slot);
    invariant(this.used[slot] === 0, 'a new connection is lent to no call');
    this.evicted[slot] = 0;
    this.epochs[slot] = this.adder.epoch;
    this.accessedNs[slot] = this.setup.ctx.now;
    this.idleLimits?.rests(slot);
    this.ages.begin(slot, this.adder.serial);
    this.handOver(slot);
  }

  /** Tests an idle connection. If the test fails, the connection is closed and another is requested. */
  isKept(slot: number): boolean {
    const { server } = this.setup;
    if (this.used[slot] !== 0) return true;
    const isSilent = this.idleLimits !== null && this.idleLimits.fate(slot) === FATE.silent;
    if (server.isUp() && !isSilent && !this.isSeenDead(slot)) {
      this.idleLimits?.rests(slot);
      return true;
    }
    this.close(slot);
    this.adder.askForOne(this.line.length);
    return false;
  }

  /** A connection has reached its lifetime: an idle one is closed now, a used one when it is returned. */
  expire(slot: number): void {
    this.evicted[slot] = 1;
    if (this.used[slot] !== 0) return;
    this.close(slot);
    this.adder.askForOne(this.line.length);
  }

  private close(slot: number): void {
    this.remove(slot);
    this.countClosed(this.epochs[slot]);
    this.fill();
  }

  private remove(slot: number): void {
    const at = this.entries.indexOf(slot);
    invariant(at >= 0, 'a connection closes once');
    invariant(this.used[slot] === 0, 'a connection that is lent stays open');
    this.entries.splice(at, 1);
    this.idleLimits?.ended(slot);
    this.vacate(slot);
  }

  private vacate(slot: number): void {
    this.free.push(slot);
    invariant(
      this.free.length + this.entries.length <= this.used.length,
      'each connection has a place of its own in the pool',
    );
    this.ages.end(slot);
  }

  private fill(): void {
    invariant(this.idle >= 0, 'no more connections are lent than exist');
    if (this.audited) this.auditUsed();
    const { minimumIdle, maximumPoolSize } = this.setup.pool;
    if (this.entries.length >= maximumPoolSize) return;
    for (let missing = minimumIdle - this.idle; missing > 0; missing--) this.adder.submit();
  }

  /** Every 30 s closes connections that were idle for too long, the youngest first, down to minimumIdle. */
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

  private auditUsed(): void {
    const lent = this.entries.filter((slot) => this.used[slot] === 1).length;
    invariant(lent === this.inUse, 'a pool counts the connections that it has lent');
    invariant(new Set(this.free).size === this.free.length, 'a place in the pool is free once');
  }

  private countClosed(epoch: number): void {
    this.ended(epoch);
  }
}
