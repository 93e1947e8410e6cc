import { PHASE } from '../../kernel/phase.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { isSuccess, OUTCOME } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanProjection } from '../../spec/stores.js';
import type { Instance } from '../instance.js';
import type { Counter } from '../meters.js';
import { REGISTERS } from '../strands.js';
import type { World } from '../world.js';
import type { ReadModel } from './read-model.js';

/** Waits between tries of a batch that failed: doubled from the first to the longest (StreamingEventProcessor of Axon). */
const FIRST_WAIT = NS_PER_SECOND;
const LONGEST_WAIT = 60 * NS_PER_SECOND;

/** A part of the streams, worked on one batch after the other in the order of the commits. */
interface Segment {
  readonly index: number;
  readonly home: Instance;
  head: number;
  tail: number;
  length: number;
  /** Events of the batch under way, and the one that is next to have its effect. */
  taken: number;
  cursor: number;
  /** Raised when its process dies: what was under way is not its own any more. */
  epoch: number;
  idle: boolean;
  /** Tries of the batch, and the wait before the next one. */
  tries: number;
  waitNs: number;
}

/** The segments of a projection, and the batches that run in the instances where it lives. */
export class Segments {
  /** Events that have not passed. */
  length = 0;
  /** True while the events wait for a rebuild. */
  halted = false;
  private readonly world: World;
  private readonly model: ReadModel;
  private readonly spec: PlanProjection;
  private readonly list: readonly Segment[];
  private readonly owner: number;
  private readonly wakeOp: number;
  private readonly duplicates: Counter;
  private readonly redelivered: Counter;
  private readonly skipped: Counter;

  constructor(world: World, model: ReadModel, spec: PlanProjection) {
    this.world = world;
    this.model = model;
    this.spec = spec;
    this.owner = world.tasks.register(this);
    this.wakeOp = world.engine.define('project', (index, epoch) => {
      const segment = this.list[index];
      if (segment.epoch === epoch) this.begin(segment);
    });
    const subject = { component: spec.component, part: -1 };
    this.duplicates = world.meters.counter('duplicateEffects', subject);
    this.redelivered = world.meters.counter('redeliveries', subject);
    this.skipped = world.meters.counter('lostEffects', subject);
    this.list = this.settle();
  }

  add(entry: number, entity: number): void {
    const { next } = this.model.entries;
    const segment = this.of(entity);
    if (segment.tail < 0) segment.head = entry;
    else next[segment.tail] = entry;
    segment.tail = entry;
    segment.length++;
    this.length++;
  }

  /** There is something to do in the segment of an entity. */
  wake(entity: number): void {
    const segment = this.of(entity);
    if (segment.idle && !this.halted && !segment.home.down) this.soon(segment, 0);
  }

  /** The oldest event that has not passed, -1 = none. */
  oldest(): number {
    const { number } = this.model.entries;
    let oldest = -1;
    for (const { head } of this.list) {
      if (head >= 0 && (oldest < 0 || number[head] < number[oldest])) oldest = head;
    }
    return oldest;
  }

  /** Program: a batch begins; the loop of its events has so many rounds. */
  batch(strand: number): Outcome {
    const { link, registers } = this.world.strands;
    registers[strand * REGISTERS] = this.list[link[strand] % this.list.length].taken;
    return OUTCOME.ok;
  }

  /** Program: an event of the batch has been worked on, and its effect is there at once. */
  event(strand: number): Outcome {
    const { entries } = this.model;
    const record = this.world.strands.link[strand];
    const segment = this.list[record % this.list.length];
    if (Math.floor(record / this.list.length) !== segment.epoch) return OUTCOME.ok;
    const entry = segment.cursor;
    if (entries.seen[entry] === 0) this.model.see(entry);
    else this.world.meters.count(this.duplicates);
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

  /** A rebuild has brought everything: what waits has passed, what is under way has no effect. */
  passAll(): void {
    for (const segment of this.list) {
      this.drop(segment);
      segment.taken = segment.length;
      this.pass(segment);
      segment.idle = true;
    }
  }

  /** Goes on after a halt. */
  resume(): void {
    this.halted = false;
    for (const segment of this.list) if (segment.idle) this.soon(segment, 0);
  }

  private settle(): readonly Segment[] {
    const { plan, instances } = this.world;
    const { firstInstance, instances: size } =
      plan.components[plan.parts[this.spec.part].component];
    const homes = instances.slice(firstInstance, firstInstance + size);
    const list = Array.from({ length: this.spec.spec.concurrency }, (_, index) =>
      newSegment(index, homes[index % size]),
    );
    for (const home of homes) {
      const own = list.filter((segment) => segment.home === home);
      home.residents.push({
        died: () => own.forEach((segment) => this.died(segment)),
        started: () => own.forEach((segment) => this.soon(segment, 0)),
      });
    }
    return list;
  }

  private of(entity: number): Segment {
    return this.list[segmentOf(entity, this.list.length)];
  }

  private soon(segment: Segment, wait: number): void {
    const { engine } = this.world;
    segment.idle = false;
    if (wait === 0) engine.soon(PHASE.ARRIVAL, this.wakeOp, segment.index, segment.epoch, 0);
    else engine.at(engine.now + wait, PHASE.RETRY, this.wakeOp, segment.index, segment.epoch, 0);
  }

  /** The next batch, or nothing to do. */
  private begin(segment: Segment): void {
    const { world, spec, model } = this;
    segment.taken = Math.min(segment.length, spec.spec.batchSize);
    segment.idle = segment.taken === 0 || this.halted || segment.home.down;
    if (segment.idle) {
      segment.taken = 0;
      return;
    }
    segment.cursor = segment.head;
    const record = segment.index + this.list.length * segment.epoch;
    const context = model.entries.context(segment.head, segment.tries);
    world.tasks.start(this.owner, record, segment.home.id, spec.part, context);
  }

  /** The checkpoint goes behind the batch. */
  private pass(segment: Segment): void {
    const { next } = this.model.entries;
    for (let k = 0; k < segment.taken; k++) {
      const entry = segment.head;
      segment.head = next[entry];
      this.model.pass(entry);
    }
    if (segment.head < 0) segment.tail = -1;
    segment.length -= segment.taken;
    this.length -= segment.taken;
    segment.taken = 0;
    segment.tries = 1;
    segment.waitNs = FIRST_WAIT;
    this.model.turnAge();
  }

  private failed(segment: Segment): void {
    switch (this.spec.spec.onError) {
      case 'skip':
        this.world.meters.count(this.skipped, segment.taken);
        this.pass(segment);
        this.begin(segment);
        return;
      case 'pause':
        // Until its process is started anew: somebody has to look at it.
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

  /** The batch under way is nobody's any more; its events are read again. */
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

function newSegment(index: number, home: Instance): Segment {
  return {
    index,
    home,
    head: -1,
    tail: -1,
    length: 0,
    taken: 0,
    cursor: -1,
    epoch: 0,
    idle: true,
    tries: 1,
    waitNs: FIRST_WAIT,
  };
}

/** A stable hash of an entity: the same segment in every run. */
function segmentOf(entity: number, segments: number): number {
  if (segments === 1) return 0;
  let x =
    Math.imul(entity | 0, 0x9e3779b1) ^ Math.imul(Math.floor(entity / 4294967296) | 0, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  x = Math.imul(x ^ (x >>> 13), 0x297a2d39);
  return ((x ^ (x >>> 16)) >>> 0) % segments;
}
