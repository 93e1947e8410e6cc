import { widenFloat64 } from '../../kernel/pool.js';
import { streamKey, unit } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import { SlotIndex } from '../../kernel/slot-index.js';
import type { PlanStore } from '../../spec/stores.js';
import type { World } from '../world.js';
import { strands } from '../strands.js';

/** Streams that are kept before the first look for those that are over. */
const SWEEP_MIN = 4096;

/**
 * The streams of one store: how long each is, and how far its snapshot goes. A stream is known from the
 * first time it is asked for; before that it has its initial length, and the snapshot that belongs to it.
 */
export class Streams {
  /** Events in the stream: version of the next one. */
  version: Float64Array = new Float64Array(0);
  /**
   * Events that the snapshot holds, and those that one which is being written will hold; 0 = none. There are
   * no columns before there is a snapshot.
   */
  snapshot: Float64Array = new Float64Array(0);
  planned: Float64Array = new Float64Array(0);
  /** Version of the stream when its snapshots were last gone: none up to there is left. */
  private gone: Float64Array = new Float64Array(0);
  /** Shares of the snapshots that have gone, time for time, and the luck of each stream. */
  private readonly rounds: number[] = [];
  private readonly luck: StreamKey;
  /** Events appended since the start, warm-up included. */
  appended = 0;
  private readonly world: World;
  private readonly spec: PlanStore;
  private readonly byValue = new SlotIndex();
  private sweepAt: number;
  /** There is a snapshot, or there was one. */
  private hasSnapshots = false;

  constructor(world: World, spec: PlanStore) {
    this.world = world;
    this.spec = spec;
    const { plan, replication } = world;
    const { kind } = plan.keys[spec.key].population;
    this.luck = streamKey(
      plan.seed,
      replication,
      `${plan.components[spec.component].name}/snapshots`,
    );
    this.sweepAt = kind === 'unique' && plan.topics.length === 0 ? SWEEP_MIN : Infinity;
    this.byValue.slots.onGrow((capacity) => {
      this.version = widenFloat64(this.version, capacity);
      if (this.hasSnapshots) this.widen(capacity);
    });
    if (this.firstSnapshot > 0) this.addSnapshots();
    world.kept.set(`${plan.components[spec.component].name}.streams`, () => this.known);
  }

  /** Streams that are known. */
  get known(): number {
    return this.byValue.slots.used;
  }

  /** Events in the store, those of streams that nobody has asked for included. */
  get total(): number {
    return this.spec.streams * this.spec.spec.stream.initialLength + this.appended;
  }

  /** The stream that a value of a key names; keys of the same values name the same streams. */
  of(key: number, value: number): number {
    const known = this.byValue.find(value);
    if (known >= 0) return known;
    if (key !== this.spec.key) this.sweepAt = Infinity;
    if (this.known >= this.sweepAt) this.sweep();
    const stream = this.byValue.take(value);
    const { initialLength } = this.spec.spec.stream;
    this.version[stream] = initialLength;
    if (!this.hasSnapshots) return stream;
    const isLeft = this.firstSnapshot > 0 && this.rounds.every((_, k) => !this.isHit(value, k));
    this.snapshot[stream] = isLeft ? this.firstSnapshot : 0;
    this.planned[stream] = 0;
    this.gone[stream] = isLeft ? 0 : initialLength;
    return stream;
  }

  /** Whether enough events stand behind the last snapshot; if so one is on its way from now on. */
  plansSnapshot(stream: number): boolean {
    const every = this.spec.spec.snapshots?.every ?? Infinity;
    const behind = this.hasSnapshots ? Math.max(this.snapshot[stream], this.planned[stream]) : 0;
    if (this.version[stream] - behind < every) return false;
    this.addSnapshots();
    this.planned[stream] = this.version[stream];
    return true;
  }

  /**
   * Events of the last snapshot that is not behind a version; 0 = none. Of those before the last one, where
   * they are kept, each is taken to be a multiple of `every`.
   */
  snapshotAt(stream: number, version: number): number {
    if (!this.hasSnapshots) return 0;
    const last = this.snapshot[stream];
    if (last <= version) return last;
    const { every, keep } = this.spec.spec.snapshots!;
    const kept = keep === 'all' ? Math.floor(version / every) * every : 0;
    return kept > this.gone[stream] ? kept : 0;
  }

  /**
   * A share of the streams loses its snapshots; gives how many last ones are gone. One that is being
   * written at that moment is made of the new form, and stays.
   */
  invalidate(share: number): number {
    const round = this.rounds.push(share) - 1;
    let count = 0;
    this.addSnapshots();
    const { slots, value: values } = this.byValue;
    for (let stream = 0; stream < slots.touched; stream++) {
      if (!slots.has(stream) || !this.isHit(values[stream], round)) continue;
      if (this.snapshot[stream] > 0) count++;
      if (this.planned[stream] <= this.snapshot[stream]) this.planned[stream] = 0;
      this.snapshot[stream] = 0;
      this.gone[stream] = this.version[stream];
    }
    // Those that nobody has asked for yet have the snapshot of time 0, unless an earlier round took it.
    for (let value = 0; this.firstSnapshot > 0 && value < this.spec.streams; value++) {
      if (this.byValue.find(value) >= 0 || !this.isHit(value, round)) continue;
      if (this.rounds.every((_, k) => k === round || !this.isHit(value, k))) count++;
    }
    return count;
  }

  /** Events that the snapshot of a stream holds at time 0. */
  private get firstSnapshot(): number {
    const every = this.spec.spec.snapshots?.every ?? Infinity;
    return every === Infinity ? 0 : Math.floor(this.spec.spec.stream.initialLength / every) * every;
  }

  private isHit(value: number, round: number): boolean {
    const { a, b } = this.luck;
    const high = Math.floor(value / 4294967296);
    return unit(a, b, value | 0, high | 0, round) < this.rounds[round];
  }

  /** A snapshot is there. A second one that was planned meanwhile is not, so the earlier one counts as such. */
  keepSnapshot(stream: number, version: number): void {
    if (version > this.snapshot[stream]) this.snapshot[stream] = version;
  }

  /**
   * Forgets the streams that nobody can ask for again: where every request has a stream of its own, those
   * of requests that are over. Where messages go on with the key of a request, nothing is forgotten.
   */
  private sweep(): void {
    const { keys } = this.world;
    const live = new Set<number>();
    for (let strand = 0; strand < strands.slots.touched; strand++) {
      if (strands.alive(strand)) live.add(keys.value(this.spec.key, strand));
    }
    const { slots, value: values } = this.byValue;
    for (let stream = 0; stream < slots.touched; stream++) {
      if (slots.has(stream) && !live.has(values[stream])) this.byValue.give(stream);
    }
    this.sweepAt = Math.max(SWEEP_MIN, 2 * this.known);
  }

  private addSnapshots(): void {
    if (this.hasSnapshots) return;
    this.hasSnapshots = true;
    this.widen(this.byValue.slots.capacity);
  }

  private widen(capacity: number): void {
    this.snapshot = widenFloat64(this.snapshot, capacity);
    this.planned = widenFloat64(this.planned, capacity);
    this.gone = widenFloat64(this.gone, capacity);
  }
}
