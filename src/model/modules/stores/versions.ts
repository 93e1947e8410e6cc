import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { Slots } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, PENDING, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { PlanProjection } from '../../../contracts/plan/stores.js';
import type { ReadOf } from '../../../contracts/scenario/projections.js';
import type { Counter, Durations } from '../../data/figures/meters.js';
import type { ActRun } from '../../data/run.js';
import type { Entries } from './entries.js';
import { strands } from '../../data/strands/strands.js';

/** Result of a read whose wait timed out: a stale view, the store, or a failure. */
const THEN = ['stale', 'primary', 'refuse'] as const;
const STALE = 0;
const PRIMARY = 1;
const REFUSE = 2;
/** The version that the client has seen is not in the view yet. */
const TOO_NEW = withStatus(OUTCOME.clientError, 409);

/**
 * Measures how stale reads of a view are, and lets reads wait for a version.
 *
 * A read is stale if its response misses an event of its entity that was committed before the read began. Its staleness
 * counts from the first such event.
 */
export class Versions {
  private readonly world: ActRun;
  private readonly entries: Entries;
  private readonly reads: Counter;
  private readonly stale: Counter;
  private readonly staleness: Durations;
  private readonly slots = new Slots(16);
  /** Waiting reads: the strand with its stamp, the entity, and the first event that it need not include. */
  private strand: Int32Array = new Int32Array(0);
  private stamp: Int32Array = new Int32Array(0);
  private entity: Float64Array = new Float64Array(0);
  private known: Float64Array = new Float64Array(0);
  private life: Int32Array = new Int32Array(0);
  /** Result of the read if its wait times out: index in THEN. */
  private then: Int32Array = new Int32Array(0);
  private readonly waiting = new Map<number, number[]>();
  private readonly timeoutOp: number;
  /** By entity: last commit, kept while reads go to the store because of it. */
  private readonly writtenAt = new Map<number, Ns>();
  private readonly sticksFor: Ns;

  constructor(world: ActRun, spec: PlanProjection, entries: Entries) {
    this.world = world;
    this.entries = entries;
    const subject = { component: spec.component, part: -1 };
    this.reads = world.meters.counter('reads', subject);
    this.stale = world.meters.counter('staleReads', subject);
    this.staleness = world.meters.durations('staleness', subject);
    this.sticksFor = spec.sticksForNs;
    this.timeoutOp = engine.define('stale-anyway', (waiter, life) => {
      if (this.life[waiter] === life) this.resume(waiter, this.then[waiter]);
    });
    this.slots.addColumns(this);
  }

  /** True if the view misses events of an entity below a number. */
  misses(entity: number, known: number): boolean {
    const first = this.entries.missing(entity);
    return first >= 0 && this.entries.number[first] < known;
  }

  /** Waits until the view has all events below `known`, at most `withinNs`. */
  wait(
    strand: number,
    entity: number,
    known: number,
    { withinNs, then }: Extract<ReadOf['consistency'], { readonly kind: 'waitForVersion' }>,
  ): Outcome {
    if (withinNs === 0 || !this.misses(entity, known)) return OUTCOME.ok;
    const waiter = this.slots.take();
    this.strand[waiter] = strand;
    this.stamp[waiter] = strands.stamp[strand];
    this.entity[waiter] = entity;
    this.known[waiter] = known;
    this.then[waiter] = THEN.indexOf(then);
    const line = this.waiting.get(entity);
    if (line === undefined) this.waiting.set(entity, [waiter]);
    else line.push(waiter);
    engine.at(engine.now + withinNs, PHASE.TIMER, this.timeoutOp, waiter, this.life[waiter], 0);
    return PENDING;
  }

  /** A waiting strand has left. */
  left(strand: number, entity: number): void {
    const waiter = this.waiting.get(entity)?.find((one) => this.strand[one] === strand);
    if (waiter !== undefined) this.free(waiter);
  }

  /** The view has another event of an entity. */
  seen(entity: number): void {
    if (this.waiting.size === 0) return;
    const line = this.waiting.get(entity);
    if (line === undefined) return;
    for (const waiter of [...line]) {
      if (!this.misses(entity, this.known[waiter])) this.resume(waiter, STALE);
    }
  }

  /** Measures a read from the first event that it misses and the commit time of that event. */
  judge(missing: number, since: Ns, known: number, asked: Ns, cell: number): void {
    const { meters } = this.world;
    const isStale = missing < known;
    meters.countIn(this.reads, cell);
    if (isStale) meters.countIn(this.stale, cell);
    meters.took(this.staleness, cell, isStale ? asked - since : 0);
  }

  /** An entity was written. */
  written(entity: number): void {
    if (this.sticksFor === 0) return;
    const { now } = engine;
    // The map is ordered by last write, so expired entries come first.
    this.writtenAt.delete(entity);
    for (const [old, at] of this.writtenAt) {
      if (at + this.sticksFor > now) break;
      this.writtenAt.delete(old);
    }
    this.writtenAt.set(entity, now);
  }

  /** True if an entity was written less than `forNs` ago. */
  sticks(entity: number, forNs: Ns): boolean {
    const at = this.writtenAt.get(entity);
    return at !== undefined && engine.now < at + forNs;
  }

  private resume(waiter: number, then: number): void {
    const { callData, interpreter } = this.world;
    const strand = this.strand[waiter];
    const stamp = this.stamp[waiter];
    this.free(waiter);
    if (strands.stamp[strand] !== stamp) return;
    if (then === PRIMARY) {
      // Reads the store instead, with the code after the next instruction: no event can be missing.
      strands.pc[strand]++;
      callData!.known[strand] = 0;
    }
    interpreter.acted(strand, then === REFUSE ? TOO_NEW : OUTCOME.ok);
  }

  private free(waiter: number): void {
    const entity = this.entity[waiter];
    const line = this.waiting.get(entity)!;
    invariant(line.includes(waiter), 'a read that waits is in the line of its entity');
    line.splice(line.indexOf(waiter), 1);
    if (line.length === 0) this.waiting.delete(entity);
    this.life[waiter]++;
    this.slots.give(waiter);
  }
}
