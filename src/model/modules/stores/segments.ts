import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { isSuccess, OUTCOME, type Outcome } from '../../../contracts/outcome.js';
import type { PlanProjection } from '../../../contracts/plan/stores.js';
import type { Messages, Poison } from '../messaging/messages.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Counter } from '../../data/figures/meters.js';
import { REGISTERS, strands } from '../../data/strands/strands.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { Claims } from './claims.js';
import type { Entries } from './entries.js';
import { append, FIRST_WAIT, newSegment, putBack, takeOut } from './segment.js';
import type { EventList, Segment } from './segment.js';

/** Longest wait between two tries of a failed batch (StreamingEventProcessor of Axon). */
const LONGEST_WAIT = 60 * NS_PER_SECOND;

/** The view that a projection fills. */
interface View {
  readonly entries: Entries;
  see(entry: number): void;
  pass(entry: number): void;
  expire(entry: number): boolean;
  turnAge(): void;
}

/** The segments of a projection, and the batches that run on their instances. */
export class Segments {
  /** Events that have not passed. */
  length = 0;
  /** True while the events wait for a rebuild. */
  halted = false;
  private readonly list: readonly Segment[];
  /** By partition without a leader: its unread events. */
  private readonly held = new Map<number, EventList>();
  private readonly duplicates: Counter;
  private readonly redelivered: Counter;
  private readonly skipped: Counter;
  private readonly takeovers: Counter;
  private readonly owner: number = this.world.tasks.register(this);
  private readonly wakeOp: number = engine.define('project', (index, epoch) => {
    const segment = this.list[index];
    if (segment.epoch === epoch) this.begin(segment);
  });

  constructor(
    private readonly world: BackgroundRun,
    private readonly model: View,
    private readonly spec: PlanProjection,
    private readonly messages: Messages,
  ) {
    const subject = { component: spec.component, part: -1 };
    this.duplicates = world.meters.counter('duplicateEffects', subject);
    this.redelivered = world.meters.counter('redeliveries', subject);
    this.skipped = world.meters.counter('lostEffects', subject);
    this.takeovers = world.meters.counter('takeovers', subject);
    this.list = this.settle();
  }

  get count(): number {
    return this.list.length;
  }

  /** Adds an event to a segment; for a topic, to the segment that reads the partition. */
  add(entry: number, index: number, partition = 0): void {
    const { entries } = this.model;
    entries.partition[entry] = partition;
    append(entries, this.held.get(partition) ?? this.list[index], entry);
    this.length++;
  }

  /** A segment may have events to process. */
  wake(index: number): void {
    const segment = this.list[index];
    if (segment.idle && !this.halted && !segment.home.shut) this.soon(segment, 0);
  }

  /** A partition has lost its leader: its unread events wait. */
  hold(partition: number): void {
    const { entries } = this.model;
    const segment = this.list[partition % this.count];
    const isOfIt = (entry: number): boolean => entries.partition[entry] === partition;
    this.held.set(partition, takeOut(entries, segment, segment.taken, isOfIt));
  }

  /** A partition has a leader again. */
  release(partition: number): void {
    const held = this.held.get(partition);
    if (held === undefined) return;
    const segment = this.list[partition % this.count];
    this.held.delete(partition);
    putBack(this.model.entries, segment, segment.taken, held);
    this.wake(segment.index);
  }

  /** Drops events up to a time that are not in a batch; returns how many never had their effect. */
  expire(until: Ns): number {
    const { entries } = this.model;
    const isOld = (entry: number): boolean => entries.committed[entry] <= until;
    let lost = 0;
    const drop = (list: EventList, taken: number): void => {
      if (list.head < 0 || !isOld(list.head)) return;
      const { head, length } = takeOut(entries, list, taken, isOld);
      this.length -= length;
      for (let entry = head, k = 0; k < length; k++) {
        const following = entries.next[entry];
        if (this.model.expire(entry)) lost++;
        entry = following;
      }
    };
    for (const segment of this.list) drop(segment, segment.taken);
    for (const list of this.held.values()) drop(list, 0);
    this.lose(lost);
    this.model.turnAge();
    return lost;
  }

  /** Counts lost effects. */
  lose(count: number): void {
    if (count > 0) this.world.meters.count(this.skipped, count);
  }

  /** Counts a duplicate effect. */
  repeat(): void {
    this.world.meters.count(this.duplicates);
  }

  /** The oldest event that is in no batch; -1 = none. */
  oldestWaiting(): number {
    const { number, next } = this.model.entries;
    let oldest = -1;
    const look = (head: number, taken: number): void => {
      let entry = head;
      for (let k = 0; k < taken; k++) entry = next[entry];
      if (entry >= 0 && (oldest < 0 || number[entry] < number[oldest])) oldest = entry;
    };
    for (const segment of this.list) look(segment.head, segment.taken);
    for (const list of this.held.values()) look(list.head, 0);
    return oldest;
  }

  /** The oldest event that has not passed; -1 = none. */
  oldest(): number {
    const { number } = this.model.entries;
    let oldest = -1;
    const look = ({ head }: EventList): void => {
      if (head >= 0 && (oldest < 0 || number[head] < number[oldest])) oldest = head;
    };
    for (const segment of this.list) look(segment);
    if (this.held.size > 0) for (const list of this.held.values()) look(list);
    return oldest;
  }

  /** Program: a batch begins; sets the number of rounds of its loop over events. */
  batch(strand: number): Outcome {
    const { link, registers } = strands;
    registers[strand * REGISTERS] = this.list[link[strand] % this.list.length].taken;
    return OUTCOME.ok;
  }

  /** Program: an event of the batch was processed, and its effect is immediate. */
  event(strand: number): Outcome {
    const { entries } = this.model;
    const record = strands.link[strand];
    const segment = this.list[record % this.list.length];
    if (Math.floor(record / this.list.length) !== segment.epoch) return OUTCOME.ok;
    const entry = segment.cursor;
    invariant(entry >= 0, 'a batch has as many effects as events');
    if (entries.seen[entry] === 0) this.model.see(entry);
    else this.repeat();
    segment.cursor = entries.next[entry];
    return OUTCOME.ok;
  }

  taskEnded(record: number, outcome: Outcome): void {
    const segment = this.list[record % this.list.length];
    if (Math.floor(record / this.list.length) !== segment.epoch) return;
    if (isSuccess(outcome)) {
      this.pass(segment);
      this.begin(segment);
    } else this.failed(segment);
  }

  /** A rebuild is complete: waiting events have passed, and batches in flight have no effect. */
  passAll(): void {
    for (const segment of this.list) {
      this.drop(segment);
      segment.taken = segment.length;
      this.pass(segment);
      segment.idle = true;
    }
  }

  /** Continues after a halt. */
  resume(): void {
    this.halted = false;
    for (const segment of this.list) if (segment.idle) this.soon(segment, 0);
  }

  private settle(): readonly Segment[] {
    const { plan, instances } = this.world;
    const { firstInstance, instances: size } =
      plan.components[plan.parts[this.spec.part].component];
    const homes = instances.slice(firstInstance, firstInstance + size);
    const there = homes.filter(({ absent }) => !absent);
    const list = Array.from({ length: this.spec.spec.concurrency }, (_, index) =>
      newSegment(index, there[this.spec.spec.hotCold ? 0 : index % there.length]),
    );
    const { claims: rules } = this.spec.spec;
    const claims =
      rules === null || size === 1
        ? null
        : new Claims(homes, rules, (from, takers) => this.deal(from, takers));
    for (const [index, home] of homes.entries()) {
      const own = (): Segment[] => list.filter((segment) => segment.home === home);
      home.residents.push({
        died: () => {
          own().forEach((segment) => this.died(segment));
          if (home.drained) claims?.released(index);
          else claims?.left(index);
        },
        started: () => {
          own().forEach((segment) => this.soon(segment, 0));
          claims?.back(index);
        },
        paused: () => claims?.left(index),
        resumed: () => claims?.back(index),
      });
    }
    return list;
  }

  /** The claims of an instance have expired: others take over its segments, those with the fewest segments first. */
  private deal(from: Instance, free: readonly Instance[]): void {
    const { list } = this;
    const takers = this.spec.spec.hotCold ? free.slice(0, 1) : free;
    const load = takers.map((taker) => list.filter(({ home }) => home === taker).length);
    for (const segment of list) {
      if (segment.home !== from) continue;
      const least = load.indexOf(Math.min(...load));
      load[least]++;
      this.drop(segment);
      segment.home = takers[least];
      segment.tries = 1;
      segment.waitNs = FIRST_WAIT;
      this.world.meters.count(this.takeovers);
      this.soon(segment, 0);
    }
  }

  private soon(segment: Segment, wait: number): void {
    segment.idle = false;
    if (wait === 0) engine.soon(PHASE.ARRIVAL, this.wakeOp, segment.index, segment.epoch, 0);
    else engine.at(engine.now + wait, PHASE.RETRY, this.wakeOp, segment.index, segment.epoch, 0);
  }

  /** Starts the next batch, or becomes idle. */
  private begin(segment: Segment): void {
    const { world, spec, model } = this;
    invariant(segment.taken === 0, 'a batch begins after the last one has ended');
    segment.taken = Math.min(segment.length, spec.spec.batchSize);
    segment.idle = segment.taken === 0 || this.halted || segment.home.shut;
    if (segment.idle) {
      segment.taken = 0;
      return;
    }
    segment.cursor = segment.head;
    const { poisons } = this.messages;
    if (poisons.length > 0 && this.poisoned(segment)) return;
    const record = segment.index + this.list.length * segment.epoch;
    const context = model.entries.context(segment.head, segment.tries);
    world.tasks.start(this.owner, record, segment.home.id, spec.part, context);
  }

  /** Handles poison in a batch; true if the batch does not run. */
  private poisoned(segment: Segment): boolean {
    const at = this.firstPoison(segment);
    if (at < 0) return false;
    const { effect, restartNs } = this.poisonOf(segment);
    if (effect === 'crash') this.world.outages.die(segment.home, restartNs);
    // The batch hangs: the segment is blocked until its process ends.
    if (effect !== 'error') return true;
    if (this.spec.spec.onError !== 'skip') {
      this.failed(segment);
      return true;
    }
    // Only the poison message is skipped; the events before it run first.
    segment.taken = Math.max(1, at);
    if (at > 0) return false;
    this.lose(1);
    this.pass(segment);
    this.soon(segment, 0);
    return true;
  }

  /** Index of the first poison message in the batch; -1 = none. */
  private firstPoison({ head, taken }: Segment): number {
    const { poison, next } = this.model.entries;
    let entry = head;
    for (let k = 0; k < taken; k++) {
      if (poison[entry] > 0) return k;
      entry = next[entry];
    }
    return -1;
  }

  private poisonOf({ head, taken }: Segment): Poison {
    const { poison, next } = this.model.entries;
    let poisonOf = 0;
    let entry = head;
    for (let k = 0; k < taken; k++) {
      poisonOf = Math.max(poisonOf, poison[entry]);
      entry = next[entry];
    }
    return this.messages.poisons[poisonOf - 1];
  }

  /** Moves the checkpoint past the batch. */
  private pass(segment: Segment): void {
    const { next } = this.model.entries;
    invariant(segment.taken <= segment.length, 'a batch is a part of its segment');
    for (let k = 0; k < segment.taken; k++) {
      const entry = segment.head;
      segment.head = next[entry];
      this.model.pass(entry);
    }
    if (segment.head < 0) segment.tail = -1;
    segment.length -= segment.taken;
    this.length -= segment.taken;
    invariant(this.length >= 0, 'an event passes once');
    segment.taken = 0;
    segment.tries = 1;
    segment.waitNs = FIRST_WAIT;
    this.model.turnAge();
  }

  private failed(segment: Segment): void {
    switch (this.spec.spec.onError) {
      case 'skip':
        this.lose(segment.taken);
        this.pass(segment);
        this.begin(segment);
        return;
      case 'pause':
        // The segment is paused until its process restarts, which needs an operator.
        this.drop(segment);
        return;
      case 'retry': {
        const { waitNs } = segment;
        this.drop(segment);
        segment.tries++;
        segment.waitNs = Math.min(2 * waitNs, LONGEST_WAIT);
        this.soon(segment, waitNs);
      }
    }
  }

  /** Detaches the batch in flight; its events are read again. */
  private drop(segment: Segment): void {
    if (segment.taken > 0) this.world.meters.count(this.redelivered, segment.taken);
    segment.taken = 0;
    segment.epoch++;
    segment.idle = false;
  }

  private died(segment: Segment): void {
    this.drop(segment);
    segment.tries = 1;
    segment.waitNs = FIRST_WAIT;
  }
}
