import { NS_PER_MS, NS_PER_SECOND } from '../../kernel/time.js';
import type { Ns } from '../../kernel/time.js';
import type { Alarm } from '../../spec/policy.js';
import type { HikariSettings } from '../../spec/resources.js';
import type { PoolSetup } from './pool-setup.js';
import { levels } from '../levels.js';

/** Constants of HikariPool.java. */
const ADD_PAUSE: Ns = 30 * NS_PER_MS;
const FIRST_BACKOFF: Ns = 10 * NS_PER_MS;
const LAST_BACKOFF: Ns = 5 * NS_PER_SECOND;

/** What the thread does. */
const ADDER = Object.freeze({ free: 0, first: 1, dials: 2, pauses: 3, backsOff: 4 } as const);

/** The pool that connections are added to. */
interface Wanting {
  /** Connections that nobody uses, calls that wait, and connections in all. */
  readonly idle: number;
  readonly waiting: number;
  readonly size: number;
  /** The first connection stands, or one more. */
  start(): void;
  add(): void;
}

/**
 * The thread of HikariCP that adds connections, one after the other with 30 ms in between, while calls
 * wait or fewer than minimumIdle are idle. A server without room is asked again, ever later.
 */
export class HikariAdder {
  /** The process of the server that is dialled or was, and how many connections were begun. */
  epoch = 0;
  serial = 0;
  private readonly setup: PoolSetup<HikariSettings>;
  private readonly wanting: Wanting;
  private readonly alarm: Alarm;
  private doing: number = ADDER.free;
  /** Tasks in its queue. */
  private tasks = 0;
  private backoff: Ns = FIRST_BACKOFF;

  constructor(setup: PoolSetup<HikariSettings>, wanting: Wanting) {
    this.setup = setup;
    this.wanting = wanting;
    this.alarm = setup.alarm(() => this.goOn());
  }

  get isFree(): boolean {
    return this.doing === ADDER.free;
  }

  get isDialling(): boolean {
    return this.doing === ADDER.first || this.doing === ADDER.dials;
  }

  /** The first connection, with which the pool starts. */
  begin(): void {
    this.doing = ADDER.first;
    this.dial();
  }

  reset(): void {
    this.alarm.clear();
    this.doing = ADDER.free;
    this.tasks = 0;
  }

  /** A call waits as the nth one: one more connection, unless the queue holds as many tasks. */
  askForOne(waiting: number): void {
    if (waiting > this.tasks) this.submit();
  }

  /** One more task, unless there are as many as there may be connections. */
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

  /** Adds a connection where one is wanted still; a server without room is asked again later. */
  private tryToAdd(): void {
    const { ctx, pool, server } = this.setup;
    const { idle, waiting, size } = this.wanting;
    const isWanted = idle < pool.minimumIdle || waiting > idle;
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
    const { ctx, samplers, server, connect, stream, opens, gauges } = this.setup;
    this.epoch = server.take();
    levels.add(gauges.open, 1);
    opens();
    const time = samplers.draw(connect, stream.a, stream.b, ++this.serial, 0, 0);
    this.alarm.set(ctx.now + time);
  }

  /** What the adding thread has waited for is there. */
  private goOn(): void {
    const { ctx } = this.setup;
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
