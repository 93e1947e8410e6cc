import { invariant } from '../../../kernel/invariant.js';
import { placeOfValue } from '../../../kernel/rng.js';
import type { PlanProjection } from '../../../contracts/plan/stores.js';
import type { Messages } from '../messaging/messages.js';
import type { Age, Counter, Durations } from '../../data/figures/meters.js';
import type { ReplicatedRun } from '../../resources/replication/replicas.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { Copies } from './copies.js';
import { Entries } from './entries.js';
import type { Held } from './high-water.js';
import type { Rebuild } from './rebuild.js';
import { Segments } from './segments.js';
import { Versions } from './versions.js';
import { levels } from '../../data/figures/levels.js';
import { sink } from '../../data/figures/sink.js';

export type ReadModelParts = ReplicatedRun & BackgroundRun;

/**
 * The view that a projection derives from the events of a store or a topic. An event is visible at the end of its
 * batch, or at its commit if the projection is inline.
 */
export class ReadModel {
  readonly entries: Entries;
  readonly spec: PlanProjection;
  readonly versions: Versions;
  /** Null if the view has no replicas. */
  readonly copies: Copies | null;
  /** Null if no process follows the store: for inline and live projections. */
  readonly segments: Segments | null;
  /** Number of events committed so far, which is the number of the next one. */
  next = 0;
  /** Events behind an empty place of the order, in commit order. */
  private readonly held: number[] = [];
  rebuild: Rebuild | null = null;
  private readonly world: ReadModelParts;
  private readonly lag: number;
  private readonly age: Age;
  private readonly consumed: Counter;
  private readonly delays: Durations;
  private readonly backward: Counter | null;

  constructor(world: ReadModelParts, spec: PlanProjection, messages: Messages) {
    this.world = world;
    this.spec = spec;
    this.entries = new Entries(world, spec.merged ? spec.client : -1);
    const nodes = world.replicas.get(spec.replicated);
    this.copies = nodes === undefined ? null : new Copies(nodes);
    const { meters } = world;
    const subject = { component: spec.component, part: -1 };
    this.lag = meters.gauge('lag', subject);
    this.age = meters.age('age', subject);
    this.consumed = meters.counter('consumed', subject);
    this.delays = meters.durations('delay', subject);
    this.backward = this.copies === null ? null : meters.counter('backwardReads', subject);
    this.versions = new Versions(world, spec, this.entries);
    const follows = spec.spec.lifecycle === 'async';
    this.segments = follows ? new Segments(world, this, spec, messages) : null;
    world.audits.push(() => this.audit());
    const { name } = world.plan.components[spec.component];
    world.kept.set(`${name}.events`, () => this.entries.slots.used);
  }

  /** A strand has committed events of an entity; `held` collects events that may have to wait for earlier places. */
  committed(strand: number, entity: number, count: number, held: Held[] | null): void {
    const { entries, segments, world } = this;
    this.versions.written(entity);
    const segment = segments === null ? 0 : placeOfValue(entity, segments.count);
    for (let tag = 0; tag < count; tag++) {
      const number = this.next++;
      if (segments === null) {
        if (this.spec.spec.lifecycle === 'live') continue;
        world.meters.count(this.consumed);
        world.meters.took(this.delays, sink.cell, 0);
        continue;
      }
      const entry = entries.add(strand, entity, number, tag);
      if (held === null) segments.add(entry, segment);
      else held.push({ model: this, entry, entity });
      if (held !== null) this.held.push(entry);
    }
    if (segments === null) return;
    levels.add(this.lag, count);
    this.turnAge();
    if (held === null) segments.wake(segment);
  }

  /** All places before the event are filled or skipped. */
  release(entry: number, entity: number): void {
    const segments = this.segments!;
    invariant(this.held.includes(entry), 'an event is released that waited for earlier places');
    const segment = placeOfValue(entity, segments.count);
    this.held.splice(this.held.indexOf(entry), 1);
    segments.add(entry, segment);
    segments.wake(segment);
  }

  /** An event was committed to a skipped place: the view will never have it. */
  miss(entry: number): void {
    invariant(this.held.includes(entry), 'an event is missed that waited for its place');
    this.held.splice(this.held.indexOf(entry), 1);
    this.expire(entry);
    this.segments!.lose(1);
    this.turnAge();
  }

  /** A message has reached the topic; `repeated`: the topic had it before. */
  published(messages: Messages, message: number, partition: number, repeated: boolean): void {
    const { entries } = this;
    const segments = this.segments!;
    const segment = partition % segments.count;
    segments.add(entries.addMessage(messages, message, this.next++, repeated), segment, partition);
    levels.add(this.lag, 1);
    this.turnAge();
    segments.wake(segment);
  }

  /** A client has read an entity with all events before `version`; `cell` is the cell of the read. */
  clientRead(entity: number, client: number, version: number, cell: number): void {
    if (this.copies!.isBackward(entity, client, version)) {
      this.world.meters.countIn(this.backward!, cell);
    }
  }

  /** An event has had its effect on the view. */
  see(entry: number): void {
    const entity = this.entries.entity[entry];
    this.entries.see(entry);
    if (this.entries.repeated[entry] === 1) this.segments!.repeat();
    this.versions.seen(entity);
  }

  /** The checkpoint has passed an event, which frees it. */
  pass(entry: number): void {
    const { entries, world } = this;
    if (entries.seen[entry] === 0) this.see(entry);
    this.copies?.add(entries.entity[entry], entries.number[entry], entries.committed[entry]);
    world.meters.count(this.consumed);
    world.meters.took(this.delays, entries.cell[entry], entries.age(entry));
    levels.add(this.lag, -1);
    entries.free(entry);
  }

  /** Drops an event that the view has not passed; true if it never had its effect. */
  expire(entry: number): boolean {
    const { entries } = this;
    const isLost = entries.seen[entry] === 0;
    if (isLost) {
      entries.see(entry);
      this.versions.seen(entries.entity[entry]);
    }
    levels.add(this.lag, -1);
    entries.free(entry);
    return isLost;
  }

  /** Updates the age of the oldest event that has not passed. */
  turnAge(): void {
    const { committed } = this.entries;
    const oldest = this.segments?.oldest() ?? -1;
    const since = oldest < 0 ? Infinity : committed[oldest];
    const held = this.held.length === 0 ? Infinity : committed[this.held[0]];
    this.world.meters.turn(this.age, Math.min(since, held));
  }

  /** Checks that every event in use is in a segment or held. */
  private audit(): void {
    const waiting = (this.segments?.length ?? 0) + this.held.length;
    invariant(
      this.entries.slots.used === waiting,
      'an entry of a read model waits in a segment or is held',
    );
  }
}
