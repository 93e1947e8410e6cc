import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Counter } from '../../data/figures/meters.js';
import type { Run } from '../../data/run.js';

/** A read model that follows the order of a store. */
interface Ordered {
  release(entry: number, entity: number): void;
  miss(entry: number): void;
}

/** A committed event that its read model may not read before the mark reaches its place. */
export interface Held {
  readonly model: Ordered;
  readonly entry: number;
  readonly entity: number;
}

/** The state of a place: empty, or the events committed there. */
type Place = 'empty' | readonly Held[];

/**
 * The global event order of a store in which appends take their places before they commit.
 *
 * Read models advance to the first empty place. Once a later place is committed, they wait `staleAfter` for the empty
 * one, then skip it and the empty places next to it (HighWaterDetector, HighWaterAgent of Marten). A commit to a
 * skipped place comes too late. A failed transaction fills its place with a tombstone.
 */
export class HighWater {
  private next = 0;
  /** Read models have all places below it. */
  private mark = 0;
  private readonly places = new Map<number, Place>();
  /** Skipped places that are still empty. */
  private readonly missed = new Set<number>();
  /** Number of committed places beyond the mark. */
  private waiting = 0;
  /** The empty place that events wait for. */
  private gap = -1;
  private readonly staleOp: number = engine.define('place-stale', (place) => {
    if (this.mark === place && this.gap === place) this.giveUp();
  });

  constructor(
    private readonly world: Run,
    private readonly staleAfter: Ns,
    private readonly gaps: Counter,
  ) {}

  /** Takes the next place. */
  take(): number {
    this.places.set(this.next, 'empty');
    return this.next++;
  }

  /** True if the place was committed or filled before. */
  isUsed(place: number): boolean {
    return !this.missed.has(place) && this.places.get(place) !== 'empty';
  }

  /** An append commits at its place. */
  commit(place: number, events: readonly Held[]): void {
    if (this.missed.delete(place)) {
      for (const { model, entry } of events) model.miss(entry);
      return;
    }
    this.places.set(place, events);
    this.waiting++;
    this.advance();
  }

  /** The transaction of a place has failed: the place remains without events. */
  fill(place: number): void {
    if (this.missed.delete(place) || this.places.get(place) !== 'empty') return;
    this.places.delete(place);
    this.advance();
  }

  /** Moves the mark to the first empty place. */
  private advance(): void {
    for (; this.mark < this.next; this.mark++) {
      const place = this.places.get(this.mark);
      if (place === 'empty') break;
      if (place === undefined) continue;
      this.places.delete(this.mark);
      this.waiting--;
      invariant(this.waiting >= 0, 'the events of a place are released once');
      for (const { model, entry, entity } of place) model.release(entry, entity);
    }
    if (this.waiting === 0 || this.gap === this.mark) return;
    this.gap = this.mark;
    engine.at(engine.now + this.staleAfter, PHASE.TIMER, this.staleOp, this.mark, 0, 0);
  }

  /** Skips the empty places up to the next event. */
  private giveUp(): void {
    this.world.meters.count(this.gaps);
    for (; this.places.get(this.mark) === 'empty'; this.mark++) {
      this.places.delete(this.mark);
      this.missed.add(this.mark);
    }
    this.advance();
  }
}
