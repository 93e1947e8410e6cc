import { invariant, isAudited } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { widenInt32 } from '../../../kernel/pool.js';
import { IntRing } from '../../../kernel/ring.js';
import { lineageNumber } from '../../../kernel/rng.js';
import { SlotIndex } from '../../../kernel/slot-index.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { PlanSaga } from '../../../contracts/plan/sagas.js';
import type { Run } from '../../data/run.js';
import { Anomalies } from './anomalies.js';
import { Archive } from './archive.js';
import { PHASE_OF } from './phases.js';
import { Settlement, type Seen } from './settlement.js';
import { strands } from '../../data/strands/strands.js';
import { sink } from '../../data/figures/sink.js';

/** Minimum time for which an ended saga is remembered; effects after that are not seen. */
const RETENTION_NS: Ns = 300 * NS_PER_SECOND;

/** An ended saga keeps its slot for this time, since most late effects come soon. */
const LINGER_NS: Ns = NS_PER_SECOND;

/**
 * Records the sagas of one kind by request, with the effects of their steps. It only observes: participants and
 * orchestrators do not depend on it, except for tombstones.
 */
export class Ledger {
  private readonly byRoot = new SlotIndex();
  readonly slots = this.byRoot.slots;
  /** Sagas that ended a while ago, without slots. */
  readonly archive = new Archive();
  /** By slot: the failure that ended a saga; null without an orchestrator. */
  causes: (() => Int32Array) | null = null;
  /** Raised when the slot is freed. */
  private life: Int32Array = new Int32Array(0);
  /** Number among all sagas, in the order of first contact. */
  number: Float64Array = new Float64Array(0);
  readonly steps: number;
  private readonly audited = isAudited();
  rootA: Int32Array = new Int32Array(0);
  rootB: Int32Array = new Int32Array(0);
  /** 1 = accepted. Before that, effects may belong to a saga that never starts. */
  accepted: Uint8Array = new Uint8Array(0);
  phase: Uint8Array = new Uint8Array(0);
  /** 1 = it ended in two different ways. */
  contradicted: Uint8Array = new Uint8Array(0);
  /** Measuring cell of its start, -1 = outside; start and end. */
  cell: Int32Array = new Int32Array(0);
  start: Float64Array = new Float64Array(0);
  end: Float64Array = new Float64Array(0);
  /** By slot and step: effects; effects undone; 1 = a late step is refused. */
  done: Int32Array = new Int32Array(0);
  undone: Int32Array = new Int32Array(0);
  tomb: Uint8Array = new Uint8Array(0);
  private readonly plan: PlanSaga;
  private readonly retentionNs: Ns;
  private met = 0;
  /** Archived rows that have a slot again because of a late effect. */
  private readonly awake = new Map<number, number>();
  /** Ended slots, in the order of their ends; and slots with effects before their start, each with its life. */
  private readonly ended = new IntRing();
  private readonly early = new IntRing();
  /** By step, by strand: whether an execution of its compensation found an effect to undo; see `look`. */
  private readonly looks: Int32Array[];
  private readonly settlement: Settlement;
  /** Null if no two sagas share a value, or if they are isolated. */
  private readonly anomalies: Anomalies | null;

  constructor(world: Run, plan: PlanSaga) {
    this.plan = plan;
    this.steps = plan.spec.steps.length;
    this.retentionNs = Math.max(RETENTION_NS, plan.spec.stuckAfterNs);
    this.looks = plan.spec.steps.map(() => new Int32Array(0));
    this.settlement = new Settlement(world, plan);
    const { key, isolation } = plan.spec;
    const watched = key !== null && isolation.kind === 'none';
    this.anomalies = watched ? new Anomalies(world, plan, this) : null;
    const { steps } = this;
    this.slots.addColumns<Ledger>(this, { done: steps, undone: steps, tomb: steps });
    const { slots, archive, awake } = this;
    world.kept.set(`${plan.spec.name}.sagas`, () => slots.used + archive.length - awake.size);
    world.kept.set(`${plan.spec.name}.slots`, () => slots.used);
    world.audits.push(() => this.close());
  }

  /** The record of the request that a strand belongs to; -1 = none. */
  find(strand: number): number {
    const { rootA, rootB } = strands;
    const slot = this.byRoot.find(lineageNumber(rootA[strand], rootB[strand]));
    if (slot >= 0) return slot;
    const row = this.archive.find(rootA[strand], rootB[strand]);
    return row < 0 ? -1 : this.wake(row);
  }

  /** Slots in use, in the order of first contact. */
  inOrder(): readonly number[] {
    const { slots, number } = this;
    const taken = Array.from({ length: slots.touched }, (_, slot) => slot);
    return taken.filter((slot) => slots.has(slot)).sort((a, b) => number[a] - number[b]);
  }

  /** The record of the request that a strand belongs to; creates one if there is none. */
  meet(strand: number): number {
    const known = this.find(strand);
    if (known >= 0) return known;
    this.sweep();
    const slot = this.open(strand);
    this.early.push(slot);
    this.early.push(this.life[slot]);
    return slot;
  }

  /** Accepts a saga, which counts from now on. */
  accept(strand: number): number {
    this.sweep();
    const known = this.find(strand);
    const slot = known >= 0 ? known : this.open(strand);
    if (this.accepted[slot] !== 0) return slot;
    this.accepted[slot] = 1;
    this.cell[slot] = sink.cell;
    // A choreographed saga may have ended before the service that began it goes on.
    if (this.end[slot] < 0) this.start[slot] = engine.now;
    this.settlement.accepted(sink.cell);
    if (this.phase[slot] === PHASE_OF.running) this.anomalies?.began(slot, strand);
    return slot;
  }

  /** A saga has ended; a different second end contradicts the first. */
  finish(slot: number, phase: number): void {
    invariant(this.slots.has(slot), 'a saga is remembered when it ends');
    const before = this.phase[slot];
    if (before === phase) return;
    if (before !== PHASE_OF.running) {
      this.contradicted[slot] = 1;
      return;
    }
    this.phase[slot] = phase;
    this.end[slot] = engine.now;
    invariant(engine.now >= this.start[slot], 'a saga starts before it ends');
    this.anomalies?.ended(slot, phase);
    // A parked saga waits for a human and keeps its slot.
    if (phase !== PHASE_OF.parked) this.ended.push(slot);
  }

  /** True if a step comes after its compensation and tombstones are on. */
  isRefused(slot: number, step: number): boolean {
    return this.plan.spec.tombstones && this.tomb[slot * this.steps + step] !== 0;
  }

  /** A step has had its effect. */
  effect(slot: number, step: number, repeatable: boolean): void {
    invariant(this.slots.has(slot), 'an effect belongs to a saga that is remembered');
    const at = slot * this.steps + step;
    if (this.done[at] > 0) {
      if (repeatable) return;
      this.settlement.duplicated(step);
    }
    this.done[at]++;
  }

  /** A compensation begins: checks whether there is an effect to undo. */
  look(strand: number, slot: number, step: number): void {
    const at = slot * this.steps + step;
    let found = this.looks[step];
    if (found.length < strands.slots.capacity) {
      found = this.looks[step] = widenInt32(found, strands.slots.capacity);
    }
    const mark = strands.life[strand] + 1;
    found[strand] = this.done[at] > 0 ? mark : -mark;
    this.tomb[at] = 1;
  }

  /** A compensation has undone the effect that it found when it began. */
  undo(strand: number, slot: number, step: number, repeatable: boolean): void {
    const at = slot * this.steps + step;
    if (this.looks[step][strand] !== strands.life[strand] + 1) return;
    invariant(this.done[at] > 0, 'only an effect that happened is undone');
    if (this.undone[at] > 0) {
      if (repeatable) return;
      this.settlement.duplicated(step);
    }
    this.undone[at]++;
    this.settlement.compensated(step);
  }

  private open(strand: number): number {
    const { rootA, rootB } = strands;
    const root = lineageNumber(rootA[strand], rootB[strand]);
    invariant(this.byRoot.find(root) < 0, 'a request has one record of its saga');
    const slot = this.byRoot.take(root);
    this.number[slot] = this.met++;
    this.rootA[slot] = rootA[strand];
    this.rootB[slot] = rootB[strand];
    this.accepted[slot] = 0;
    this.phase[slot] = PHASE_OF.running;
    this.contradicted[slot] = 0;
    this.start[slot] = engine.now;
    this.end[slot] = -1;
    this.cell[slot] = -1;
    const at = slot * this.steps;
    this.done.fill(0, at, at + this.steps);
    this.undone.fill(0, at, at + this.steps);
    this.tomb.fill(0, at, at + this.steps);
    return slot;
  }

  /**
   * Settles and drops sagas that ended long ago, and moves recently ended ones to the archive. It runs when a saga
   * starts, so observing sagas adds no events.
   */
  private sweep(): void {
    const { now } = engine;
    const before = now - this.retentionNs;
    this.sweepEarly(before);
    while (this.ended.length > 0 && this.end[this.ended.peek()] < now - LINGER_NS) {
      this.put(this.ended.shift());
    }
    const { archive } = this;
    while (archive.length > 0 && archive.endOf(archive.first) <= before) {
      const row = archive.first;
      const slot = this.awake.get(row);
      if (slot === undefined) this.settle(row);
      else {
        if (this.accepted[slot] !== 0) this.settlement.settle(this.seen(slot));
        this.awake.delete(row);
        this.free(slot);
      }
      archive.drop();
    }
  }

  /** Drops records of sagas that never started. */
  private sweepEarly(before: Ns): void {
    const { early } = this;
    while (early.length > 0) {
      const slot = early.get(0);
      const isThere = this.life[slot] === early.get(1);
      if (isThere && this.start[slot] > before && this.accepted[slot] === 0) break;
      early.shift();
      early.shift();
      const isOver = this.phase[slot] !== PHASE_OF.running;
      if (isThere && this.accepted[slot] === 0 && !isOver) this.free(slot);
    }
  }

  private free(slot: number): void {
    invariant(
      this.byRoot.find(lineageNumber(this.rootA[slot], this.rootB[slot])) === slot,
      'a record is found by its request until it is dropped',
    );
    this.life[slot]++;
    this.byRoot.give(slot);
  }

  /** Moves an ended saga to the archive. */
  private put(slot: number): void {
    invariant(
      this.phase[slot] !== PHASE_OF.running && this.phase[slot] !== PHASE_OF.parked,
      'only a saga that has ended is put away',
    );
    const at = slot * this.steps;
    const to = at + this.steps;
    this.archive.add(
      this.rootA[slot],
      this.rootB[slot],
      this.start[slot],
      this.end[slot],
      this.number[slot],
      {
        accepted: this.accepted[slot],
        phase: this.phase[slot],
        contradicted: this.contradicted[slot],
        cell: this.cell[slot],
        cause: this.causes === null ? 0 : this.causes()[slot],
        done: this.done.subarray(at, to),
        undone: this.undone.subarray(at, to),
        tomb: this.tomb.subarray(at, to),
      },
    );
    if (this.audited) this.auditPut(slot);
    this.free(slot);
  }

  /** The archive has what the slot had. */
  private auditPut(slot: number): void {
    const { archive, steps } = this;
    const row = archive.first + archive.length - 1;
    const [a, b] = archive.rootOf(row);
    const { accepted, phase, cell, done, undone, tomb } = archive.endingOf(row);
    const at = slot * steps;
    invariant(
      a === this.rootA[slot] && b === this.rootB[slot],
      'a saga is put away under its request',
    );
    invariant(
      archive.startOf(row) === this.start[slot] && archive.endOf(row) === this.end[slot],
      'a saga that is put away keeps its times',
    );
    invariant(
      accepted === this.accepted[slot] && phase === this.phase[slot] && cell === this.cell[slot],
      'a saga that is put away keeps its outcome',
    );
    for (let step = 0; step < steps; step++) {
      invariant(
        done[step] === this.done[at + step] && undone[step] === this.undone[at + step],
        'a saga that is put away keeps its effects',
      );
      invariant(
        tomb[step] === this.tomb[at + step],
        'a saga that is put away keeps its tombstones',
      );
    }
  }

  /** A late effect for an archived saga: gives it a slot again. */
  private wake(row: number): number {
    const { archive } = this;
    invariant(!this.awake.has(row), 'a saga that was put away gets a slot again once');
    const ending = archive.endingOf(row);
    const [rootA, rootB] = archive.rootOf(row);
    const slot = this.byRoot.take(lineageNumber(rootA, rootB));
    const at = slot * this.steps;
    this.rootA[slot] = rootA;
    this.rootB[slot] = rootB;
    this.start[slot] = archive.startOf(row);
    this.end[slot] = archive.endOf(row);
    this.number[slot] = archive.numberOf(row);
    this.accepted[slot] = ending.accepted;
    this.phase[slot] = ending.phase;
    this.contradicted[slot] = ending.contradicted;
    this.cell[slot] = ending.cell;
    if (this.causes !== null) this.causes()[slot] = ending.cause;
    this.done.set(ending.done, at);
    this.undone.set(ending.undone, at);
    this.tomb.set(ending.tomb, at);
    this.awake.set(row, slot);
    return slot;
  }

  /** Settles an archived saga. */
  private settle(row: number): void {
    const { archive } = this;
    const { accepted, phase, contradicted, cell, done, undone } = archive.endingOf(row);
    if (accepted === 0) return;
    const [lineageA, lineageB] = archive.rootOf(row);
    this.settlement.settle({
      lineageA,
      lineageB,
      phase,
      contradicted: contradicted !== 0,
      cell,
      start: archive.startOf(row),
      end: archive.endOf(row),
      done,
      undone,
    });
  }

  private seen(slot: number): Seen {
    const at = slot * this.steps;
    return {
      lineageA: this.rootA[slot],
      lineageB: this.rootB[slot],
      phase: this.phase[slot],
      contradicted: this.contradicted[slot] !== 0,
      cell: this.cell[slot],
      start: this.start[slot],
      end: this.end[slot],
      done: this.done.subarray(at, at + this.steps),
      undone: this.undone.subarray(at, at + this.steps),
    };
  }

  /** Settles every accepted saga at the end of the run. */
  private close(): void {
    const { archive } = this;
    const rows = Array.from({ length: archive.length }, (_, k) => archive.first + k)
      .filter((row) => !this.awake.has(row))
      .sort((a, b) => archive.numberOf(a) - archive.numberOf(b));
    let next = 0;
    const rest = (below: number): void => {
      for (; next < rows.length && archive.numberOf(rows[next]) < below; next++) {
        this.settle(rows[next]);
      }
    };
    for (const slot of this.inOrder()) {
      rest(this.number[slot]);
      if (this.accepted[slot] !== 0) this.settlement.settle(this.seen(slot));
    }
    rest(Infinity);
    invariant(this.settlement.isBalanced(), 'each accepted saga has one outcome');
  }
}
