import { invariant } from '../../../kernel/invariant.js';
import { widenFloat64 } from '../../../kernel/pool.js';
import { fixedUnit, streamKey, type StreamKey } from '../../../kernel/rng.js';
import { SlotIndex } from '../../../kernel/slot-index.js';
import type { PlanStore } from '../../../contracts/plan/stores.js';
import type { Run } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';

/** Number of streams before the first search for streams that are no longer needed. */
const SWEEP_MIN = 4096;

/**
 * The streams of one store: their lengths, and the versions of their snapshots. A stream is tracked from its first use;
 * until then it has its initial length and the matching snapshot.
 */
export class Streams {
  /** Number of events in the stream, which is the version of the next one. */
  version: Float64Array = new Float64Array(0);
  /**
   * Number of events in the snapshot, and in the snapshot being written; 0 = none. The columns are empty until there is
   * a snapshot.
   */
  snapshot: Float64Array = new Float64Array(0);
  planned: Float64Array = new Float64Array(0);
  /** Version of the stream when it last lost its snapshots; no older snapshot is left. */
  private invalidatedAt: Float64Array = new Float64Array(0);
  /** Shares of the invalidations so far, and the random stream that decides which streams they affect. */
  private readonly rounds: number[] = [];
  private readonly drawKey: StreamKey;
  /** Events appended since the start, including the warm-up. */
  appended = 0;
  private readonly byValue = new SlotIndex();
  private sweepAt: number;
  /** There is, or was, a snapshot. */
  private hasSnapshots = false;

  constructor(
    private readonly world: Run,
    private readonly spec: PlanStore,
  ) {
    const { plan, replication } = world;
    const { kind } = plan.keys[spec.key].population;
    this.drawKey = streamKey(
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

  get known(): number {
    return this.byValue.slots.used;
  }

  /** Number of events in the store, including those of untracked streams. */
  get total(): number {
    return this.spec.streams * this.spec.spec.stream.initialLength + this.appended;
  }

  /** The stream for a value of a key; keys with the same values name the same streams. */
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
    this.invalidatedAt[stream] = isLeft ? 0 : initialLength;
    return stream;
  }

  /** True if a snapshot is due, which then counts as being written. */
  plansSnapshot(stream: number): boolean {
    const every = this.spec.spec.snapshots?.every ?? Infinity;
    const behind = this.hasSnapshots ? Math.max(this.snapshot[stream], this.planned[stream]) : 0;
    if (this.version[stream] - behind < every) return false;
    this.addSnapshots();
    this.planned[stream] = this.version[stream];
    return true;
  }

  /**
   * Number of events in the latest snapshot at or below a version; 0 = none. Kept earlier snapshots are assumed to be
   * at multiples of `every`.
   */
  snapshotAt(stream: number, version: number): number {
    if (!this.hasSnapshots) return 0;
    const last = this.snapshot[stream];
    if (last <= version) return last;
    const { every, keep } = this.spec.spec.snapshots!;
    const kept = keep === 'all' ? Math.floor(version / every) * every : 0;
    return kept > this.invalidatedAt[stream] ? kept : 0;
  }

  /**
   * Invalidates the snapshots of a share of the streams; returns how many streams lost their latest one. A snapshot
   * that is being written already has the new format and remains.
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
      this.invalidatedAt[stream] = this.version[stream];
    }
    // Untracked streams have the snapshot of time 0, unless an earlier invalidation took it.
    for (let value = 0; this.firstSnapshot > 0 && value < this.spec.streams; value++) {
      if (this.byValue.find(value) >= 0 || !this.isHit(value, round)) continue;
      if (this.rounds.every((_, k) => k === round || !this.isHit(value, k))) count++;
    }
    return count;
  }

  /** Number of events in the snapshot of a stream at time 0. */
  private get firstSnapshot(): number {
    const every = this.spec.spec.snapshots?.every ?? Infinity;
    return every === Infinity ? 0 : Math.floor(this.spec.spec.stream.initialLength / every) * every;
  }

  private isHit(value: number, round: number): boolean {
    const { a, b } = this.drawKey;
    const high = Math.floor(value / 4294967296);
    return fixedUnit(a, b, value | 0, high | 0, round) < this.rounds[round];
  }

  /** Stores a snapshot. If a second one was planned meanwhile, the earlier one still counts. */
  keepSnapshot(stream: number, version: number): void {
    invariant(version <= this.version[stream], 'a snapshot has only events of its stream');
    if (version > this.snapshot[stream]) this.snapshot[stream] = version;
  }

  /**
   * Drops streams that cannot be used again: if every request has its own stream, those of ended requests. If messages
   * carry the key of a request, nothing is dropped.
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
    this.invalidatedAt = widenFloat64(this.invalidatedAt, capacity);
  }
}
