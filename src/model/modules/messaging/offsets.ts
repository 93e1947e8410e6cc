import { invariant } from '../../../kernel/invariant.js';
import type { Age, Counter, MeterSubject } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import type { Messages } from './messages.js';
import type { Partition } from './partition.js';
import { levels } from '../../data/figures/levels.js';

/** A log that a group reads, with callbacks for the offsets that it has read and released. */
export interface ReadLog {
  readonly partition: Partition;
  trim(): void;
  /** The group has read more, but releases nothing. */
  packRead(): void;
}

/** Receives the places that a group will not read again. */
interface Passing {
  readonly isPending: boolean;
  passed(place: number): void;
}

/** Range of offsets of one log. */
const LENGTH = 1_099_511_627_776;

/** A number for an offset of a log, unique within the group. */
export const placeOf = (log: number, offset: number): number => log * LENGTH + offset;

/** The offsets of a group in each of its logs, and its lag. */
export class Offsets {
  readonly lag: number;
  private readonly age: Age;
  readonly redelivered: Counter;
  /** The log with the oldest uncommitted message, and the log with the highest lag; -1 = none. */
  private oldest = -1;
  private hottest = -1;
  /** Gauge of the largest lag among the logs; -1 if there is only one log. */
  private readonly partitionLag: number;
  /** By log: the next offset to read after a restart, the next to poll, and the one below which nothing is needed. */
  readonly committed = new Float64Array(this.logs.length);
  readonly position = new Float64Array(this.logs.length);
  readonly released = new Float64Array(this.logs.length);
  private readonly before = new Int32Array(this.logs.length);
  private readonly most: Int32Array = new Int32Array(this.logs.length).fill(1);
  /**
   * By log: the offset below which records were read before, the most tries they may have had then, and most tries now.
   */
  private readonly heights = new Float64Array(this.logs.length);
  /** By log: the group has skipped uncommitted records below this offset, as after retention. */
  readonly floor = new Float64Array(this.logs.length);
  /** By log: offset from which records are kept because the group may seek back; Infinity = it will not. */
  readonly hold: Float64Array = new Float64Array(this.logs.length).fill(Infinity);
  /**
   * By log: the offset that it would have released without that hold; and the highest position it has gone back from.
   */
  readonly passed = new Float64Array(this.logs.length);
  readonly reached = new Float64Array(this.logs.length);
  /** By log: its lag. */
  private readonly lags = new Float64Array(this.logs.length);

  constructor(
    private readonly world: Run,
    private readonly messages: Messages,
    subject: MeterSubject,
    readonly logs: readonly ReadLog[],
    private readonly passing: Passing,
  ) {
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

  /** Commits an offset: a new reader starts there. */
  commit(log: number, offset: number): void {
    invariant(
      offset <= this.logs[log].partition.end,
      'a group commits no record that is not in the log',
    );
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

  /** A new reader starts at the last commit. */
  rewind(log: number): void {
    invariant(this.position[log] >= this.committed[log], 'a group has read what it has committed');
    this.readAgain(log, this.position[log] - this.committed[log]);
    this.leave(log);
    this.position[log] = this.committed[log];
  }

  /** Moves the group to an offset, backward or forward. */
  seek(log: number, offset: number): void {
    invariant(
      offset >= this.logs[log].partition.base && offset <= this.logs[log].partition.end,
      'a group seeks to a record that its log has',
    );
    this.readAgain(log, this.position[log] - offset);
    if (this.passing.isPending) this.pass(log, offset);
    this.leave(log);
    this.position[log] = offset;
    this.shift(log, this.committed[log] - offset);
    this.committed[log] = offset;
    this.survey();
  }

  /** The group starts to read a log that it has never read; its lag counts from now on. */
  see(log: number, offset: number): void {
    this.position[log] = this.committed[log] = offset;
    this.shift(log, this.logs[log].partition.end - offset);
    this.survey();
  }

  /** Moves the group forward to an offset, whatever it has read. */
  skip(log: number, offset: number): void {
    this.floor[log] = offset;
    this.commit(log, offset);
    this.position[log] = Math.max(this.position[log], offset);
  }

  /** Checks committed <= position <= end for each log, and that only released records were dropped. */
  audit(): void {
    this.logs.forEach(({ partition }, log) => {
      const { committed, position, released } = this;
      invariant(
        committed[log] <= position[log] && position[log] <= partition.end,
        'a group commits what it has read, and reads what is written',
      );
      invariant(released[log] >= partition.base, 'a log keeps what a group has not released');
    });
  }

  /** Tries that a record may have had before it was read again. */
  triesBefore(log: number, offset: number): number {
    return offset < this.heights[log] ? this.before[log] : 0;
  }

  /** A record of a log is in its `tries`th try since it was read. */
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
    invariant(offset >= this.committed[log], 'places are passed forward');
    for (let at = this.committed[log]; at < offset; at++) this.passing.passed(placeOf(log, at));
  }

  /** Remembers the position before the group goes back. */
  private leave(log: number): void {
    this.reached[log] = Math.max(this.reached[log], this.position[log]);
    this.passed[log] = 0;
  }

  /** Changes the lag of a log. */
  private shift(log: number, by: number): void {
    this.lags[log] += by;
    invariant(this.lags[log] >= 0, 'a group is never ahead of its log');
    levels.add(this.lag, by);
  }

  private heat(log: number): void {
    this.hottest = log;
    if (this.partitionLag >= 0) levels.set(this.partitionLag, this.lags[log]);
  }

  /** Searches all logs for the oldest uncommitted message and for the highest lag. */
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
