import { invariant } from '../../kernel/invariant.js';
import type { Age, Counter, MeterSubject } from '../meters.js';
import type { World } from '../world.js';
import type { Messages } from './messages.js';
import type { Partition } from './partition.js';

/** A log that a group reads, and who is told that it has let go of the messages below an offset. */
export interface ReadLog {
  readonly partition: Partition;
  trim(): void;
}

/** Where a group stands in each of its logs, and how far it is behind. */
export class Offsets {
  readonly logs: readonly ReadLog[];
  /** By log: next offset to be read after a restart (KF-7), the next to be polled, and the one below
   * which nothing is needed. */
  readonly committed: Float64Array;
  readonly position: Float64Array;
  readonly released: Float64Array;
  readonly lag: number;
  private readonly world: World;
  private readonly messages: Messages;
  private readonly age: Age;
  readonly redelivered: Counter;
  /** The log that holds the oldest message, and the one that holds most; -1 = none. */
  private oldest = -1;
  private hottest = -1;
  /** Level of what waits in the hottest one; -1 where there is only one. */
  private readonly partitionLag: number;

  constructor(world: World, messages: Messages, subject: MeterSubject, logs: readonly ReadLog[]) {
    this.world = world;
    this.messages = messages;
    this.logs = logs;
    this.committed = new Float64Array(logs.length);
    this.position = new Float64Array(logs.length);
    this.released = new Float64Array(logs.length);
    this.lag = world.meters.gauge('lag', subject);
    this.partitionLag = logs.length > 1 ? world.meters.gauge('partitionLag', subject) : -1;
    this.age = world.meters.age('age', subject);
    this.redelivered = world.meters.counter('redeliveries', subject);
  }

  /** A message was appended to a log. */
  appended(log: number): void {
    this.world.levels.add(this.lag, 1);
    if (this.oldest < 0) this.survey();
    else if (log === this.hottest || this.lagOf(log) > this.lagOf(this.hottest)) this.heat(log);
  }

  /** What is below an offset need not be read again by a member that comes new. */
  commit(log: number, offset: number): void {
    const done = offset - this.committed[log];
    if (done <= 0) return;
    this.committed[log] = offset;
    this.world.levels.add(this.lag, -done);
    if (log === this.oldest || log === this.hottest) this.survey();
  }

  /** The group needs nothing below this offset any more. */
  release(log: number, offset: number): void {
    if (offset <= this.released[log]) return;
    this.released[log] = offset;
    this.logs[log].trim();
  }

  /** A new reader begins where the last commit was. */
  rewind(log: number): void {
    const again = this.position[log] - this.committed[log];
    this.position[log] = this.committed[log];
    if (again > 0) this.world.meters.count(this.redelivered, again);
  }

  /** The group goes on at a later offset, whatever it has read. */
  skip(log: number, offset: number): void {
    this.commit(log, offset);
    this.position[log] = Math.max(this.position[log], offset);
  }

  /** Appended = committed + lag, for each log (G-7). */
  audit(): void {
    this.logs.forEach(({ partition }, log) => {
      const { committed, position, released } = this;
      invariant(
        committed[log] <= position[log] && position[log] <= partition.end,
        'log-not-conserved',
      );
      invariant(released[log] >= partition.base, 'message-gone-before-it-was-read');
    });
  }

  private lagOf(log: number): number {
    return this.logs[log].partition.end - this.committed[log];
  }

  private heat(log: number): void {
    this.hottest = log;
    if (this.partitionLag >= 0) this.world.levels.set(this.partitionLag, this.lagOf(log));
  }

  /** Looks through all logs for the oldest message and for the log that holds most. */
  private survey(): void {
    const { published } = this.messages;
    let since = Infinity;
    let hottest = 0;
    this.oldest = -1;
    this.logs.forEach(({ partition }, log) => {
      if (this.lagOf(log) > this.lagOf(hottest)) hottest = log;
      const next = this.committed[log];
      if (next >= partition.end || next < partition.base) return;
      const at = published[partition.at(next)];
      if (at >= since) return;
      since = at;
      this.oldest = log;
    });
    this.heat(hottest);
    this.world.meters.turn(this.age, since);
  }
}
