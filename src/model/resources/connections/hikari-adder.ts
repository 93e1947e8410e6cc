import { invariant } from '../../../kernel/invariant.js';
import { NS_PER_MS, NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { Alarm } from '../../../contracts/patterns/policy.js';
import type { HikariSettings } from '../../../contracts/scenario/pools.js';
import type { PoolSetup } from './pool-setup.js';
import { levels } from '../../data/figures/levels.js';

/** Constants of HikariPool.java. */
const ADD_PAUSE: Ns = 30 * NS_PER_MS;
const FIRST_BACKOFF: Ns = 10 * NS_PER_MS;
const LAST_BACKOFF: Ns = 5 * NS_PER_SECOND;

/** States of the thread. */
const ADDER = Object.freeze({ free: 0, first: 1, dials: 2, pauses: 3, backsOff: 4 } as const);

/** The pool that connections are added to. */
interface Wanting {
  /** Idle connections, waiting calls, and all connections. */
  readonly idle: number;
  readonly waiting: number;
  readonly size: number;
  /** Called when the first connection is open, and when another one is. */
  start(): void;
  add(): void;
}

/**
 * The thread of HikariCP that adds connections: one after the other, 30 ms apart, while calls wait or fewer than
 * minimumIdle are idle. If the server has no room, it retries with exponential backoff.
 */
export class HikariAdder {
  /** Epoch of the server process dialled last, and the number of dials started. */
  epoch = 0;
  serial = 0;
  private doing: number = ADDER.free;
  /** Tasks in its queue. */
  private tasks = 0;
  private backoff: Ns = FIRST_BACKOFF;
  /** Number of the process, and whether the server works or has worked for the present dial. */
  private life = 0;
  private isServed = false;
  private readonly alarm: Alarm = this.setup.alarm(() => this.proceed());

  constructor(
    private readonly setup: PoolSetup<HikariSettings>,
    private readonly wanting: Wanting,
  ) {}

  get isFree(): boolean {
    return this.doing === ADDER.free;
  }

  get isDialling(): boolean {
    return this.doing === ADDER.first || this.doing === ADDER.dials;
  }

  /** Opens the first connection, with which the pool starts. */
  begin(): void {
    invariant(this.doing === ADDER.free, 'the thread does one thing at a time');
    this.doing = ADDER.first;
    this.dial();
  }

  reset(): void {
    this.alarm.clear();
    this.doing = ADDER.free;
    this.tasks = 0;
    this.life++;
  }

  /** A call waits as the nth one: adds a task unless the queue already holds that many. */
  askForOne(waiting: number): void {
    if (waiting > this.tasks) this.submit();
  }

  /** Adds a task, up to maximumPoolSize. */
  submit(): void {
    if (this.tasks < this.setup.pool.maximumPoolSize) this.tasks++;
    if (this.doing === ADDER.free) this.nextTask();
  }

  private nextTask(): void {
    this.doing = ADDER.free;
    while (this.doing === ADDER.free && this.tasks > 0) {
      this.tasks--;
      this.backoff = FIRST_BACKOFF;
      this.tryToAdd();
    }
  }

  /** Adds a connection if one is still needed; retries later if the server has no room. */
  private tryToAdd(): void {
    const { ctx, pool, server } = this.setup;
    const { idle, waiting, size } = this.wanting;
    const isWanted = idle < pool.minimumIdle || waiting > idle;
    invariant(!this.isDialling, 'the thread opens one connection at a time');
    if (size >= pool.maximumPoolSize || !isWanted) {
      this.doing = ADDER.free;
      return;
    }
    if (server.isUp() && server.hasRoom()) {
      this.doing = ADDER.dials;
      this.dial();
      return;
    }
    this.doing = ADDER.backsOff;
    this.alarm.set(ctx.now + this.backoff);
    this.backoff = Math.min(2 * this.backoff, LAST_BACKOFF);
  }

  private dial(): void {
    invariant(this.isDialling, 'a dial belongs to the thread');
    const { ctx, samplers, server, connect, stream, opens, gauges } = this.setup;
    this.epoch = server.take();
    levels.add(gauges.open, 1);
    opens();
    const time = samplers.draw(connect, stream.a, stream.b, ++this.serial, 0, 0);
    this.isServed = false;
    this.alarm.set(ctx.now + time);
  }

  /** Returns true if the server has to work for the connection before it is open. */
  private waitsForServer(): boolean {
    if (this.isServed) return false;
    this.isServed = true;
    const { works, stream } = this.setup;
    const { life, serial } = this;
    const done = (): void => {
      if (this.life === life && this.serial === serial) this.proceed();
    };
    return works?.(stream.a, stream.b + serial, done) === true;
  }

  /** The thread's timer fires: a dial, a pause or a backoff is over. */
  private proceed(): void {
    invariant(this.doing !== ADDER.free, 'the timer of the thread runs only while it is busy');
    const { ctx } = this.setup;
    if (this.isDialling && this.waitsForServer()) return;
    switch (this.doing) {
      case ADDER.first:
        this.doing = ADDER.free;
        this.wanting.start();
        break;
      case ADDER.dials:
        this.wanting.add();
        this.doing = ADDER.pauses;
        this.alarm.set(ctx.now + ADD_PAUSE);
        break;
      case ADDER.pauses:
        this.nextTask();
        break;
      default:
        this.tryToAdd();
        if (this.doing === ADDER.free) this.nextTask();
    }
  }
}
