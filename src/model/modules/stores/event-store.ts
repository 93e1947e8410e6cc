import { invariant } from '../../../kernel/invariant.js';
import { OUTCOME, withStatus, type Outcome } from '../../../contracts/outcome.js';
import { LOADS, type PlanStore, type PlanStoreAct } from '../../../contracts/plan/stores.js';
import { REGISTERS, strands } from '../../data/strands/strands.js';
import type { Act } from '../../data/acts.js';
import { Draws } from '../../path/draws.js';
import type { Channels } from '../messaging/channels.js';
import type { Counter, Durations } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';
import { PAGE, type CallData } from '../../data/strands/call-data.js';
import { HighWater, type Held } from './high-water.js';
import type { ReadModel } from './read-model.js';
import { Recent } from './recent.js';
import { Streams } from './streams.js';
import { sink } from '../../data/figures/sink.js';

/** WrongExpectedVersion, ConcurrencyException: another append came in between. */
const CONFLICT = withStatus(OUTCOME.clientError, 409);
/** Special expected versions: any version, and no stream. */
const ANY = -1;
const NO_STREAM = 0;
/** Instead of a stream: all streams, in the order of the store. */
const ALL = -1;

type Does<K extends PlanStoreAct['does']> = Extract<PlanStoreAct, { readonly does: K }>;

/**
 * An event store: its streams, and the acts by which services load and append. The time they take comes from calls to
 * the store's parts; this class does the bookkeeping.
 */
export class EventStore {
  /** Read models that follow the store. */
  readonly models: ReadModel[] = [];
  /** Committed appends, so that the same append is not written twice. */
  private readonly recent = new Recent();
  private readonly appends: Counter;
  private readonly conflicts: Counter;
  private readonly replayed: Durations;
  /** By node of the store; empty if events are ordered by commit. */
  private readonly marks: readonly HighWater[];
  private readonly draws = new Draws(this.world);
  private readonly code: Int32Array = this.world.plan.program.code;
  readonly streams = new Streams(this.world, this.spec);

  constructor(
    private readonly world: Run,
    private readonly callData: CallData,
    readonly spec: PlanStore,
    private readonly channels: Channels,
  ) {
    const subject = { component: spec.component, part: -1 };
    if (spec.snapshotPart >= 0) {
      const invalidated = world.meters.counter('snapshotsInvalidated', subject);
      world.faultTargets.flushes.set(spec.snapshotPart, (share) =>
        world.meters.count(invalidated, this.streams.invalidate(share)),
      );
    }
    this.appends = world.meters.counter('appends', subject);
    this.conflicts = world.meters.counter('conflicts', subject);
    this.replayed = world.meters.durations('replayed', subject);
    this.marks = this.marksOf();
  }

  /** The order of all events on each node. */
  private marksOf(): readonly HighWater[] {
    const { world, spec } = this;
    const { numbering, component } = spec;
    if (numbering === null) return [];
    const gaps = world.meters.counter('skippedGaps', { component, part: -1 });
    const nodes = Array.from({ length: world.plan.components[component].instances });
    return nodes.map(() => new HighWater(world, numbering.staleAfterNs, gaps));
  }

  /** The act of a step or an instruction. */
  actOf(spec: PlanStoreAct): Act {
    return { begin: this.beginOf(spec) };
  }

  private beginOf(spec: PlanStoreAct): (strand: number, pc: number) => Outcome {
    switch (spec.does) {
      case 'load':
        return (strand, pc) => this.load(spec, strand, pc);
      case 'restore':
        return (strand) => this.restore(strand);
      case 'page':
        return (strand) => this.page(spec, strand);
      case 'next':
        return (strand) => this.next(spec, strand);
      case 'snapshot':
        return (strand, pc) => this.snapshot(spec, strand, pc);
      case 'snapshotting':
        return (strand) => this.snapshotting(spec, strand);
      case 'append':
        return (strand, pc) => this.append(spec, strand, pc);
      case 'appended':
        return (strand) => this.ended(spec, strand);
      case 'servePage':
        return (strand) => this.servePage(strand);
      case 'serveSnapshot':
        return (strand) => this.serveSnapshot(strand);
      case 'number':
        return (strand) => this.number(strand);
      case 'commit':
        return (strand) => this.commit(strand);
      case 'keepSnapshot':
        return (strand) => this.keepSnapshot(strand);
    }
  }

  /** Starts a load, from the beginning or from a snapshot that the next call returns. */
  private load(spec: Does<'load'>, strand: number, pc: number): Outcome {
    const { callData } = this;
    callData.until[strand] =
      spec.version < 0 ? Infinity : this.draws.count(strand, pc, spec.version);
    callData.stream[strand] = spec.key < 0 ? ALL : this.streamOf(spec.key, strand);
    callData.position[strand] = 0;
    callData.replayed[strand] = 0;
    callData.page[strand] = PAGE.unknown;
    return OUTCOME.ok;
  }

  /** Handles the snapshot response; without one from the store, the load starts at 0. */
  private restore(strand: number): Outcome {
    const { callData } = this;
    if (callData.page[strand] === PAGE.unknown) callData.position[strand] = 0;
    callData.page[strand] = PAGE.unknown;
    return OUTCOME.ok;
  }

  /** Handles a page: applying its events costs CPU time, plus upcasting for events of an old version. */
  private page(spec: Does<'page'>, strand: number): Outcome {
    const { callData } = this;
    const version = this.lengthOf(callData.stream[strand]);
    if (callData.page[strand] === PAGE.unknown) {
      const end = Math.max(callData.position[strand], Math.min(version, callData.until[strand]));
      callData.count[strand] = end - callData.position[strand];
      callData.position[strand] = end;
      callData.page[strand] = PAGE.last;
    }
    const to = callData.position[strand];
    const count = callData.count[strand];
    const { initialLength } = this.spec.spec.stream;
    const before =
      callData.stream[strand] === ALL ? version - this.streams.appended : initialLength;
    const old = Math.max(0, Math.min(to, before) - (to - count));
    const slowness = spec.slowed < 0 ? 1 : this.world.partSlowness[spec.slowed];
    callData.work[strand] = Math.round(count * spec.applyNs * slowness) + old * spec.upcastNs;
    callData.replayed[strand] += count;
    return OUTCOME.ok;
  }

  /** Continues with the next page, or ends the load and keeps its version for an append. */
  private next(spec: Does<'next'>, strand: number): Outcome {
    const { callData, world } = this;
    const { registers, pc } = strands;
    if (callData.page[strand] === PAGE.more) {
      callData.page[strand] = PAGE.unknown;
      if (spec.register >= 0) registers[strand * REGISTERS + spec.register]++;
      pc[strand] = spec.again;
      return OUTCOME.ok;
    }
    if (spec.register >= 0) registers[strand * REGISTERS + spec.register] = 0;
    if (spec.slot >= 0) callData.loaded[strand * LOADS + spec.slot] = callData.position[strand];
    world.meters.took(this.replayed, sink.cell, callData.replayed[strand] * 1e9);
    return OUTCOME.ok;
  }

  /** If no snapshot is due, the program skips the work that makes one. */
  private snapshot(spec: Does<'snapshot'>, strand: number, pc: number): Outcome {
    const isDue = this.streams.plansSnapshot(this.streamOf(spec.key, strand));
    if (!isDue) strands.pc[strand] = this.code[((pc + 1) << 2) + 2];
    return OUTCOME.ok;
  }

  private snapshotting(spec: Does<'snapshotting'>, strand: number): Outcome {
    const stream = this.streamOf(spec.key, strand);
    this.callData.stream[strand] = stream;
    this.callData.position[strand] = this.streams.planned[stream];
    return OUTCOME.ok;
  }

  private append(spec: Does<'append'>, strand: number, pc: number): Outcome {
    const { callData } = this;
    callData.stream[strand] = this.streamOf(spec.key, strand);
    callData.count[strand] = Math.max(1, this.draws.count(strand, pc, spec.events));
    callData.entity[strand] = this.world.keys.value(spec.key, strand);
    callData.outcome[strand] = OUTCOME.ok;
    if (spec.expected === 'exact') {
      callData.position[strand] = callData.loaded[strand * LOADS + spec.slot];
    } else callData.position[strand] = spec.expected === 'any' ? ANY : NO_STREAM;
    return OUTCOME.ok;
  }

  /** Handles the outcome of an append: after a conflict the program runs again from its load, up to `retries` times. */
  private ended(spec: Does<'appended'>, strand: number): Outcome {
    const { callData } = this;
    const { registers, pc } = strands;
    const outcome = callData.outcome[strand];
    const first = strand * REGISTERS;
    if (outcome === CONFLICT && spec.again >= 0) {
      for (let k = spec.register + 1; k < REGISTERS; k++) registers[first + k] = 0;
      if (registers[first + spec.register] < spec.retries) {
        registers[first + spec.register]++;
        pc[strand] = spec.again;
        return OUTCOME.ok;
      }
      registers[first + spec.register] = 0;
    }
    if (outcome === OUTCOME.ok && spec.slot >= 0) {
      callData.loaded[strand * LOADS + spec.slot] += callData.count[strand];
    }
    return outcome;
  }

  /** On the store: reads events that were committed when the read began. */
  private servePage(strand: number): Outcome {
    const { callData } = this;
    const { batch, readPerEventNs } = this.spec.spec;
    const version = this.lengthOf(callData.stream[strand]);
    const behind = Math.min(version, callData.until[strand]) - callData.position[strand];
    const count = Math.min(behind, batch);
    const ends = this.spec.readsUntilShort ? count < batch : count === behind;
    invariant(count >= 0, 'a page of events begins after the last one');
    callData.position[strand] += count;
    callData.count[strand] = count;
    callData.page[strand] = ends ? PAGE.last : PAGE.more;
    callData.work[strand] = count * readPerEventNs;
    return OUTCOME.ok;
  }

  private serveSnapshot(strand: number): Outcome {
    const { stream, position, until } = this.callData;
    position[strand] = this.streams.snapshotAt(stream[strand], until[strand]);
    this.callData.page[strand] = PAGE.last;
    return OUTCOME.ok;
  }

  /** On the store: an append takes its place in the order of all events. */
  private number(strand: number): Outcome {
    this.callData.number[strand] = this.markOf(strand)!.take();
    return OUTCOME.ok;
  }

  /** Commits all events of an append or none, at one instant, even if its caller has left. */
  private commit(strand: number): Outcome {
    const { callData, world, streams } = this;
    const { callA, callB } = strands;
    const stream = callData.stream[strand];
    const count = callData.count[strand];
    const expected = callData.position[strand];
    const mark = this.markOf(strand);
    invariant(count > 0, 'an append has an event');
    if (this.recent.has(callA[strand], callB[strand])) {
      if (this.spec.sameAppend === 'once') return OUTCOME.ok;
      if (this.spec.sameAppend === 'conflict') return this.conflict();
    }
    // A retry with the places of the first try violates their uniqueness.
    if (mark?.isUsed(callData.number[strand]) === true) return this.conflict();
    if (expected !== ANY && streams.version[stream] !== expected) {
      mark?.fill(callData.number[strand]);
      return this.conflict();
    }
    streams.version[stream] += count;
    streams.appended += count;
    this.recent.add(callA[strand], callB[strand]);
    world.meters.count(this.appends);
    const held: Held[] | null = mark === undefined ? null : [];
    for (const model of this.models) model.committed(strand, callData.entity[strand], count, held);
    if (held !== null) mark!.commit(callData.number[strand], held);
    for (const queue of this.spec.pushesTo) this.push(strand, queue, count);
    return OUTCOME.ok;
  }

  /** Pushes events to a persistent subscription, as messages with the stream's value as their key. */
  private push(strand: number, queue: number, count: number): void {
    const { messages } = this.channels;
    for (let tag = 0; tag < count; tag++) {
      const message = messages.ofStrand(strand, Math.imul(tag + 1, 0x9e3779b1), -1);
      messages.key[message] = this.callData.entity[strand];
      this.channels.elsewhere(message, queue, -1);
    }
  }

  /** The event order of the node that a strand runs on; undefined if events are ordered by commit. */
  private markOf(strand: number): HighWater | undefined {
    const { instances } = this.world;
    if (this.marks.length === 0) return undefined;
    return this.marks[instances[strands.instance[strand]].index];
  }

  private conflict(): Outcome {
    this.world.meters.count(this.appends);
    this.world.meters.count(this.conflicts);
    return CONFLICT;
  }

  private keepSnapshot(strand: number): Outcome {
    this.streams.keepSnapshot(this.callData.stream[strand], this.callData.position[strand]);
    return OUTCOME.ok;
  }

  /** Number of events in a stream, or in all of them. */
  private lengthOf(stream: number): number {
    return stream === ALL ? this.streams.total : this.streams.version[stream];
  }

  private streamOf(key: number, strand: number): number {
    return this.streams.of(key, this.world.keys.value(key, strand));
  }
}
