import { invariant } from '../../kernel/invariant.js';
import type { Age, Counter, MeterSubject } from '../meters.js';
import type { World } from '../world.js';
import type { Messages } from './messages.js';
import type { Partition } from './partition.js';
import { levels } from '../levels.js';

/** A log that a group reads, and who is told that it has let go of the messages below an offset. */
export interface ReadLog {
  readonly partition: Partition;
  trim(): void;
  /** The group has read more, and lets go of nothing. */
  packRead(): void;
}

/** Who is told which places a group will not come to again. */
interface Passing {
  readonly isPending: boolean;
  passed(place: number): void;
}

/** Offsets of one log. */
const LENGTH = 1_099_511_627_776;

/** A number for an offset of a log, which no other one of the group has. */
export const placeOf = (log: number, offset: number): number => log * LENGTH + offset;

/** Where a group stands in each of its logs, and how far it is behind. */
export class Offsets {
  readonly logs: readonly ReadLog[];
  /** By log: next offset to be read after a restart, the next to be polled, and the one below
   * which nothing is needed. */
  readonly committed: Float64Array;
  readonly position: Float64Array;
  readonly released: Float64Array;
  /** Below it retention has deleted what was not committed. */
  readonly floor: Float64Array;
  /** From here on it is kept, because the group may be sent back to it; Infinity = it will not. */
  readonly hold: Float64Array;
  /** What it would have let go of but for that; and the highest position that it was sent back from. */
  readonly passed: Float64Array;
  readonly reached: Float64Array;
  readonly lag: number;
  /** By log: what waits in it. */
  private readonly lags: Float64Array;
  private readonly world: World;
  private readonly messages: Messages;
  /** By log: the offset below which it has been read before, the most tries that a record had then, and now. */
  private readonly heights: Float64Array;
  private readonly before: Int32Array;
  private readonly most: Int32Array;
  private readonly age: Age;
  private readonly passing: Passing;
  readonly redelivered: Counter;
  /** The log that holds the oldest message, and the one that holds most; -1 = none. */
  private oldest = -1;
  private hottest = -1;
  /** Level of what waits in the hottest one; -1 where there is only one. */
  private readonly partitionLag: number;

  constructor(
    world: World,
    messages: Messages,
    subject: MeterSubject,
    logs: readonly ReadLog[],
    passing: Passing,
  ) {
    this.world = world;
    this.passing = passing;
    this.messages = messages;
    this.logs = logs;
    this.committed = new Float64Array(logs.length);
    this.position = new Float64Array(logs.length);
    this.released = new Float64Array(logs.length);
    this.before = new Int32Array(logs.length);
    this.most = new Int32Array(logs.length).fill(1);
    this.heights = new Float64Array(logs.length);
    this.floor = new Float64Array(logs.length);
    this.hold = new Float64Array(logs.length).fill(Infinity);
    this.passed = new Float64Array(logs.length);
    this.reached = new Float64Array(logs.length);
    this.lags = new Float64Array(logs.length);
    this.lag = world.meters.gauge('lag', subject);
    this.partitionLag = logs.length > 1 ? world.meters.gauge('partitionLag', subject) : -1;
    this.age = world.meters.age('age', subject);
    this.redelivered = world.meters.counter('redeliveries', subject);
  }

  /** A message was appended to a log. */
  appended(log: number): void {
    this.shift(log, 1);
    if (this.oldest < 0) this.survey();
    else if (log === this.hottest || this.lags[log] > this.lags[this.hottest]) this.heat(log);
  }

  /** What is below an offset need not be read again by a member that comes new. */
  commit(log: number, offset: number): void {
    const done = offset - this.committed[log];
    if (done <= 0) return;
    if (this.passing.isPending) this.pass(log, offset);
    this.committed[log] = offset;
    this.shift(log, -done);
    if (log === this.oldest || log === this.hottest) this.survey();
  }

  /** The group needs nothing below this offset any more. */
  release(log: number, offset: number): void {
    const bound = Math.min(offset, this.hold[log]);
    if (bound < offset) {
      this.passed[log] = offset;
      this.logs[log].packRead();
    }
    if (bound <= this.released[log]) return;
    this.released[log] = bound;
    this.logs[log].trim();
  }

  /** A new reader begins where the last commit was. */
  rewind(log: number): void {
    this.readAgain(log, this.position[log] - this.committed[log]);
    this.leave(log);
    this.position[log] = this.committed[log];
  }

  /** The group goes on at this offset, be it behind or ahead of what it has read. */
  seek(log: number, offset: number): void {
    this.readAgain(log, this.position[log] - offset);
    if (this.passing.isPending) this.pass(log, offset);
    this.leave(log);
    this.position[log] = offset;
    this.shift(log, this.committed[log] - offset);
    this.committed[log] = offset;
    this.survey();
  }

  /** The group comes to a log that it has never read; what is there counts from now on. */
  see(log: number, offset: number): void {
    this.position[log] = this.committed[log] = offset;
    this.shift(log, this.logs[log].partition.end - offset);
    this.survey();
  }

  /** The group goes on at a later offset, whatever it has read. */
  skip(log: number, offset: number): void {
    this.floor[log] = offset;
    this.commit(log, offset);
    this.position[log] = Math.max(this.position[log], offset);
  }

  /** Appended = committed + lag, for each log. */
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

  /** Tries that a record may have had before it was read again. */
  triesBefore(log: number, offset: number): number {
    return offset < this.heights[log] ? this.before[log] : 0;
  }

  /** A record of a log is tried for the `tries`th time since it was read. */
  tried(log: number, tries: number): void {
    if (tries > this.most[log]) this.most[log] = tries;
  }

  private readAgain(log: number, count: number): void {
    if (count <= 0) return;
    this.heights[log] = Math.max(this.heights[log], this.position[log]);
    this.before[log] += this.most[log];
    this.most[log] = 1;
    this.world.meters.count(this.redelivered, count);
  }

  private pass(log: number, offset: number): void {
    for (let at = this.committed[log]; at < offset; at++) this.passing.passed(placeOf(log, at));
  }

  /** It goes back from where it is. */
  private leave(log: number): void {
    this.reached[log] = Math.max(this.reached[log], this.position[log]);
    this.passed[log] = 0;
  }

  /** What waits in a log changes. */
  private shift(log: number, by: number): void {
    this.lags[log] += by;
    levels.add(this.lag, by);
  }

  private heat(log: number): void {
    this.hottest = log;
    if (this.partitionLag >= 0) levels.set(this.partitionLag, this.lags[log]);
  }

  /** Looks through all logs for the oldest message and for the log that holds most. */
  private survey(): void {
    let since = Infinity;
    let hottest = 0;
    this.oldest = -1;
    this.logs.forEach(({ partition }, log) => {
      if (this.lags[log] > this.lags[hottest]) hottest = log;
      const next = this.committed[log];
      if (next >= partition.end || next < partition.base) return;
      const message = partition.at(next);
      const at = this.messages.published[message];
      if (at >= since) return;
      since = at;
      this.oldest = log;
    });
    this.heat(hottest);
    this.world.meters.turn(this.age, since);
  }
}
