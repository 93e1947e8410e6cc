import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import type { Subscriber } from '../../spec/messaging.js';
import type { World } from '../world.js';
import type { Aftermath } from './aftermath.js';
import type { Offsets } from './offsets.js';
import { placeOf } from './offsets.js';

/** What the group knows of its place in a log. */
const PLACE = Object.freeze({
  known: 0,
  /** It has never read it. */
  fresh: 1,
  /** Its offset was deleted, because nobody was in the group for too long. */
  forgotten: 2,
} as const);

export interface ResetSetup {
  readonly world: World;
  readonly spec: Subscriber;
  readonly offsets: Offsets;
  readonly aftermath: Aftermath;
  /** Logs of the topic; those beyond are the group's own, and nobody sends it back in them. */
  readonly partitions: number;
  /** Whether somebody handles what was read of a log, so that a seek has to wait for its next poll. */
  readonly isBusy: (log: number) => boolean;
  /** There is something to read in a log. */
  readonly wake: (log: number) => void;
  /** What is below may be let go. */
  readonly letGo: (log: number) => void;
  /** The group comes into being. */
  readonly begins: () => void;
}

/**
 * Where a group reads that has no offset (auto.offset.reset), whether it is new or its offset is gone
 * (offsets.retention.minutes), and where it is sent back to (Consumer.seek). What it may be sent back to is
 * held until then, unless the topic's retention deletes it.
 */
export class Resets {
  /** Logs in which a seek waits for the next poll. */
  pending = 0;
  private readonly setup: ResetSetup;
  private readonly places: Uint8Array;
  private readonly seeks: Uint8Array;
  /** By log: the offset that a replay begins at. */
  private readonly marks: Float64Array;
  private readonly forgetOp: number;
  /** Raised when somebody comes into the group. */
  private turn = 0;
  private isEmpty = false;
  private readonly forgets: boolean;

  constructor(setup: ResetSetup) {
    this.setup = setup;
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

  /** A message was appended to a log; true where the group is not there to see it. */
  isUnseen(log: number): boolean {
    const { offsets, partitions, spec } = this.setup;
    if (log >= partitions || this.places[log] !== PLACE.fresh) return false;
    if (spec.reset === 'latest') this.follow(log, offsets.logs[log].partition.end);
    return true;
  }

  /** The topic has deleted what is below; true where that is nothing to the group. */
  isUnread(log: number, base: number): boolean {
    const { offsets, partitions } = this.setup;
    if (log >= partitions) return false;
    if (offsets.hold[log] < base) offsets.hold[log] = base;
    if (this.marks[log] < base) this.marks[log] = base;
    if (this.places[log] !== PLACE.fresh) return false;
    this.follow(log, base);
    return true;
  }

  /** Somebody reads a log from now on. */
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

  /** Somebody polls: seeks come before what is read. */
  polls(assigned: readonly number[]): void {
    for (const log of assigned) if (this.seeks[log] === 1) this.seek(log);
  }

  /** Whether anybody is in the group. */
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
    // One that comes after the end of the run reads nothing: nothing is held for it.
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
    this.seeks[log] = 0;
    this.move(log, this.marks[log]);
    offsets.hold[log] = this.forgets && spec.reset === 'earliest' ? 0 : Infinity;
    letGo(log);
  }

  /** The group goes on elsewhere; what it leaps over will never have its effect. */
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
