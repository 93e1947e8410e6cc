import { unit } from '../../src/kernel/rng.js';
import { VANISHED } from '../../src/model/data/edges/link.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { HikariSettings } from '../../src/contracts/scenario/pools.js';
import { MS, SECOND } from './fake-calls.js';
import { PlainPool } from './plain-pool.js';
import type { PlainConnection, PlainServer } from './plain-pool.js';
import type { PoolStory } from './pool-worlds.js';

/** HikariCP, as in HikariPool.java: the sequential actions of its threads are written in sequence. */
export class HikariRule extends PlainPool {
  private readonly own: HikariSettings;
  private readonly pingNs: (call: number) => number;
  private isStarted = false;
  /** Of the life of its process: timers of an earlier one do nothing. */
  private life = {};
  /** Checking the server before the start: nothing, waiting for another try, or dialling. */
  private start: 'idle' | 'tries' | 'dials' = 'idle';
  private began = 0;
  private tasks = 0;
  private adder = this.thread();
  private isIdle = true;
  private serial = 0;
  private readonly evicted = new Set<PlainConnection>();

  constructor(
    story: PoolStory,
    server: PlainServer,
    own: HikariSettings,
    pingNs: (call: number) => number,
  ) {
    super(story, server);
    this.own = own;
    this.pingNs = pingNs;
  }

  arrive(call: number): void {
    if (!this.isStarted && this.start === 'idle') this.firstCall();
    if (!this.isStarted) this.waiting.push(call);
    else this.borrow(call, this.own.connectionTimeoutNs);
  }

  override reset(): void {
    super.reset();
    this.isStarted = false;
    this.start = 'idle';
    this.life = {};
    this.tasks = 0;
    this.adder = this.thread();
    this.isIdle = true;
  }

  protected back(connection: PlainConnection): void {
    connection.state = 'idle';
    connection.returnedNs = this.now;
    if (this.evicted.has(connection)) this.close(connection);
    else this.handOver(connection);
  }

  /** Requests as many connections as are missing to minimumIdle, unless the pool is full. */
  protected closed(): void {
    const { minimumIdle, maximumPoolSize } = this.own;
    if (this.standing.length >= maximumPoolSize) return;
    const missing = minimumIdle - this.idle.length;
    for (let k = 0; k < missing; k++) this.submit();
  }

  protected override begin(call: number, connection: PlainConnection): void {
    super.begin(call, connection);
    const { leakDetectionThresholdNs: longest } = this.own;
    if (longest === null) return;
    this.server.clock.at(this.now + longest, () => {
      if (connection.holder === call) this.leaks++;
    });
  }

  private get standing(): PlainConnection[] {
    return this.connections.filter(({ state }) => state !== 'dialled');
  }

  private get idle(): PlainConnection[] {
    return this.connections.filter(({ state }) => state === 'idle');
  }

  private isAlive({ epoch }: PlainConnection): boolean {
    return this.server.isUp && epoch === this.server.epoch;
  }

  /** In this life, after a time. */
  private later(afterNs: number, act: () => void): void {
    const { life } = this;
    this.server.clock.at(this.now + afterNs, () => {
      if (this.life === life) act();
    });
  }

  /** The oldest idle connection for a call, or a place in line for the remaining time. */
  private borrow(call: number, leftNs: number): void {
    const { aliveBypassWindowNs, validationTimeoutNs } = this.own;
    const [connection] = this.idle;
    if (connection === undefined) {
      this.wait(call, leftNs);
      return;
    }
    connection.state = 'used';
    connection.holder = call;
    const idleMs = Math.floor((this.now - connection.returnedNs) / MS);
    const isTested = idleMs > Math.floor(aliveBypassWindowNs / MS);
    const isDead = connection.epoch !== this.server.epoch;
    if (!isTested && !(isDead && this.server.isUp)) {
      this.begin(call, connection);
      return;
    }
    const trip = this.pingNs(call);
    const isHeard = trip !== VANISHED && trip <= validationTimeoutNs;
    const end = (): void => {
      if (connection.holder !== call) return;
      if (isTested && isHeard && this.isAlive(connection)) {
        this.begin(call, connection);
        return;
      }
      this.close(connection);
      const left = this.own.connectionTimeoutNs - (this.now - this.story.calls[call].atNs);
      if (!isTested) this.end(call, OUTCOME.reset);
      else if (left > 0) this.borrow(call, left);
      else this.late(call);
    };
    const duration = isHeard ? trip : validationTimeoutNs;
    if (duration === 0) end();
    else this.server.clock.at(this.now + duration, end);
  }

  private wait(call: number, leftNs: number): void {
    this.waiting.push(call);
    this.ask(this.waiting.length);
    this.limit(call, leftNs);
  }

  private limit(call: number, leftNs: number): void {
    this.server.clock.at(this.now + leftNs, () => {
      if (this.waiting.includes(call)) this.timeOut(call);
    });
  }

  private late(call: number): void {
    this.timeouts++;
    this.end(call, OUTCOME.poolTimeout);
  }

  private handOver(connection: PlainConnection): void {
    if (this.waiting.length > 0) this.begin(this.waiting.shift()!, connection);
  }

  /** One more task for the thread if it has fewer than wait; at most as many as there may be connections. */
  private ask(waiting: number): void {
    if (waiting > this.tasks) this.submit();
  }

  private submit(): void {
    this.tasks = Math.min(this.tasks + 1, this.own.maximumPoolSize);
    if (this.isIdle) this.goOn();
  }

  private goOn(): void {
    this.isIdle = false;
    const { value } = this.adder.next();
    if (value === null || value === undefined) this.isIdle = true;
    else this.later(value, () => this.goOn());
  }

  /** The thread that adds connections: yields how long it sleeps, null = until there is a task. */
  private *thread(): Generator<number | null, undefined> {
    for (;;) {
      while (this.tasks === 0) yield null;
      this.tasks--;
      for (let pause = 10 * MS; this.isWanted; pause = Math.min(2 * pause, 5 * SECOND)) {
        if (!this.server.isUp || !this.server.hasRoom) {
          yield pause;
          continue;
        }
        const connection = this.dialled();
        yield this.story.dialNs(++this.serial);
        this.add(connection);
        yield 30 * MS;
        break;
      }
    }
  }

  private get isWanted(): boolean {
    const { length } = this.idle;
    const isMissed = length < this.own.minimumIdle || this.waiting.length > length;
    return isMissed && this.standing.length < this.own.maximumPoolSize;
  }

  private dialled(): PlainConnection {
    this.connects++;
    return this.newConnection({ state: 'dialled' });
  }

  private add(connection: PlainConnection): void {
    const { maxLifetimeNs, keepaliveTimeNs } = this.own;
    const { serial } = this;
    connection.state = 'idle';
    connection.returnedNs = this.now;
    if (maxLifetimeNs !== null) {
      const spread = maxLifetimeNs > 10 * SECOND ? maxLifetimeNs / 4 : 0;
      this.later(maxLifetimeNs - this.part(spread, serial, 1), () => this.expire(connection));
    }
    if (keepaliveTimeNs !== null) {
      const interval = keepaliveTimeNs - this.part(keepaliveTimeNs / 5, serial, 2);
      this.later(interval, () => this.keepAlive(connection, interval));
    }
    this.handOver(connection);
  }

  /** A part of a time in whole ms, drawn for the nth connection. */
  private part(ofNs: number, serial: number, what: number): number {
    const u = unit(this.story.seed, this.client, serial, what, 0);
    return Math.floor(u * Math.floor(ofNs / MS)) * MS;
  }

  private expire(connection: PlainConnection): void {
    if (!this.connections.includes(connection)) return;
    if (connection.state === 'idle') {
      this.close(connection);
      this.ask(this.waiting.length);
    } else {
      this.evicted.add(connection);
    }
  }

  private keepAlive(connection: PlainConnection, interval: number): void {
    if (!this.connections.includes(connection)) return;
    if (connection.state === 'idle' && !this.isAlive(connection)) {
      this.close(connection);
      this.ask(this.waiting.length);
    } else {
      this.later(interval, () => this.keepAlive(connection, interval));
    }
  }

  /** A first call has arrived, or one may try again: is the server up? */
  private firstCall(): void {
    this.began = this.now;
    this.check();
  }

  private check(): void {
    const { initializationFailTimeoutNs: longest, minimumIdle } = this.own;
    this.start = 'idle';
    if (longest === null) {
      this.started();
    } else if (this.server.isUp && this.server.hasRoom) {
      this.start = 'dials';
      const connection = this.dialled();
      this.later(this.story.dialNs(++this.serial), () => {
        this.isStarted = true;
        if (minimumIdle > 0) this.add(connection);
        else this.drop(connection);
        this.started();
      });
    } else {
      this.start = 'tries';
      this.later(SECOND, () => {
        if (this.now - this.began < longest) {
          this.check();
          return;
        }
        this.start = 'idle';
        if (longest === 0) {
          this.started();
          return;
        }
        const first = this.waiting.shift();
        if (first !== undefined) this.end(first, OUTCOME.refused);
        if (this.waiting.length > 0) this.firstCall();
      });
    }
  }

  private started(): void {
    this.isStarted = true;
    this.later(100 * MS, () => this.keepHouse());
    // Waiting calls reach the pool one after the other.
    const all = [...this.waiting];
    all.forEach((_, k) => this.ask(k + 1));
    for (const call of all) this.limit(call, this.own.connectionTimeoutNs);
  }

  private keepHouse(): void {
    const { idleTimeoutNs, minimumIdle, maximumPoolSize } = this.own;
    if (idleTimeoutNs !== null && minimumIdle < maximumPoolSize) {
      for (const connection of this.idle.reverse()) {
        const isOver = this.now - connection.returnedNs > idleTimeoutNs;
        if (isOver && this.idle.length > minimumIdle) this.close(connection);
      }
    }
    this.closed();
    this.later(30 * SECOND, () => this.keepHouse());
  }
}
