import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Subscriber } from '../../../contracts/scenario/messaging.js';
import type { Run } from '../../data/run.js';
import type { Aftermath } from './aftermath.js';
import { placeOf, type Offsets } from './offsets.js';

/** State of the group's offset in a log. */
const PLACE = Object.freeze({
  known: 0,
  /** The group has never read the log. */
  fresh: 1,
  /** The offset was deleted, because the group had no members for too long. */
  forgotten: 2,
} as const);

export interface ResetSetup {
  readonly world: Run;
  readonly spec: Subscriber;
  readonly offsets: Offsets;
  readonly aftermath: Aftermath;
  /** Logs of the topic; the group never seeks in its own retry logs after them. */
  readonly partitions: number;
  /** True if a member still handles records of the log, so that a seek waits for its next poll. */
  readonly isBusy: (log: number) => boolean;
  /** A log has records to read. */
  readonly wake: (log: number) => void;
  /** Records below the committed offset may be released. */
  readonly letGo: (log: number) => void;
  /** The group starts. */
  readonly begins: () => void;
}

/**
 * Start offsets of a group without a committed offset, and seeks.
 *
 * A group has no offset if it is new (auto.offset.reset) or its offset has expired (offsets.retention.minutes). A
 * replay moves it to another offset (Consumer.seek); records that it may go back to are kept until then, unless the
 * topic's retention deletes them.
 */
export class Resets {
  /** Number of logs in which a seek waits for the next poll. */
  pending = 0;
  private readonly places: Uint8Array;
  private readonly seeks: Uint8Array;
  /** By log: the offset at which a replay starts. */
  private readonly marks: Float64Array;
  private readonly forgetOp: number;
  /** Raised when the group gets its first member or loses its last one. */
  private turn = 0;
  private isEmpty = false;
  private readonly forgets: boolean;

  constructor(private readonly setup: ResetSetup) {
    const { world, spec, partitions, offsets, begins } = setup;
    this.places = new Uint8Array(partitions).fill(spec.startNs > 0 ? PLACE.fresh : PLACE.known);
    this.seeks = new Uint8Array(partitions);
    this.marks = new Float64Array(partitions);
    this.forgets =
      spec.offsetsRetentionNs !== null && spec.offsetsRetentionNs < world.plan.horizonNs;
    this.forgetOp = engine.define('offsets-expired', (turn) => {
      if (turn === this.turn && this.isEmpty) this.places.fill(PLACE.forgotten);
    });
    if (this.forgets && spec.reset === 'earliest') offsets.hold.fill(0, 0, partitions);
    const begin = engine.define('group-begins', begins);
    if (spec.startNs > 0) engine.at(this.at(spec.startNs), PHASE.TIMER, begin, 0, 0, 0);
    this.planReplay();
  }

  /** A message was appended to a log; true if the group has never read the log and ignores it. */
  isUnseen(log: number): boolean {
    const { offsets, partitions, spec } = this.setup;
    if (log >= partitions || this.places[log] !== PLACE.fresh) return false;
    if (spec.reset === 'latest') this.follow(log, offsets.logs[log].partition.end);
    return true;
  }

  /** The topic has deleted everything below `base`; true if this does not affect the group. */
  isUnread(log: number, base: number): boolean {
    const { offsets, partitions } = this.setup;
    if (log >= partitions) return false;
    if (offsets.hold[log] < base) offsets.hold[log] = base;
    if (this.marks[log] < base) this.marks[log] = base;
    if (this.places[log] !== PLACE.fresh) return false;
    this.follow(log, base);
    return true;
  }

  /** A log has a new reader. */
  assigned(log: number): void {
    const { offsets, partitions, spec } = this.setup;
    if (log >= partitions) return;
    const place = this.places[log];
    this.places[log] = PLACE.known;
    const { base, end } = offsets.logs[log].partition;
    if (place === PLACE.fresh && spec.reset === 'earliest') offsets.see(log, base);
    if (place === PLACE.forgotten) this.move(log, spec.reset === 'earliest' ? base : end);
    if (this.seeks[log] !== 0) this.seek(log);
  }

  /** A member polls: pending seeks run before it fetches records. */
  polls(assigned: readonly number[]): void {
    for (const log of assigned) if (this.seeks[log] === 1) this.seek(log);
  }

  /** The group has members, or has none. */
  isMember(any: boolean): void {
    if (!this.forgets || any !== this.isEmpty) return;
    this.isEmpty = !any;
    this.turn++;
    if (any) return;
    const due = engine.now + this.setup.spec.offsetsRetentionNs!;
    engine.at(due, PHASE.TIMER, this.forgetOp, this.turn, 0, 0);
  }

  private planReplay(): void {
    const { world, spec, partitions, offsets } = this.setup;
    const { replay } = spec;
    // A replay after the end of the run needs no records kept.
    if (replay === null || this.at(replay.atNs) > world.plan.horizonNs) return;
    const replayOp = engine.define('replay', () => this.replay());
    engine.at(this.at(replay.atNs), PHASE.TIMER, replayOp, 0, 0, 0);
    if (replay.from === 'latest') return;
    const since = replay.from === 'earliest' ? 0 : this.at(replay.atNs) - replay.from;
    if (since <= 0) {
      offsets.hold.fill(0, 0, partitions);
      return;
    }
    const markOp = engine.define('replay-mark', () => {
      for (let log = 0; log < partitions; log++) {
        const { end } = offsets.logs[log].partition;
        this.marks[log] = end;
        offsets.hold[log] = Math.min(offsets.hold[log], end);
      }
    });
    engine.at(since, PHASE.TIMER, markOp, 0, 0, 0);
  }

  private replay(): void {
    const { offsets, partitions, isBusy, spec } = this.setup;
    for (let log = 0; log < partitions; log++) {
      if (spec.replay!.from === 'latest') this.marks[log] = offsets.logs[log].partition.end;
      if (isBusy(log)) {
        this.seeks[log] = 1;
        this.pending++;
      } else {
        this.seek(log);
        this.setup.wake(log);
      }
    }
  }

  private seek(log: number): void {
    const { offsets, letGo, spec } = this.setup;
    if (this.seeks[log] !== 0) this.pending--;
    invariant(this.pending >= 0, 'a seek that waits for a poll happens once');
    this.seeks[log] = 0;
    this.move(log, this.marks[log]);
    offsets.hold[log] = this.forgets && spec.reset === 'earliest' ? 0 : Infinity;
    letGo(log);
  }

  /** Moves the group to an offset; records that it skips will not have their effect. */
  private move(log: number, to: number): void {
    const { offsets, aftermath } = this.setup;
    const { partition } = offsets.logs[log];
    for (let at = offsets.position[log]; at < to; at++) {
      aftermath.leap(partition.at(at), placeOf(log, at));
    }
    offsets.seek(log, to);
  }

  private follow(log: number, offset: number): void {
    const { offsets } = this.setup;
    offsets.committed[log] = offsets.position[log] = offset;
    offsets.release(log, offset);
  }

  /** Times of a scenario count from the end of the warm-up. */
  private at(time: Ns): Ns {
    return this.setup.world.plan.warmupNs + time;
  }
}
