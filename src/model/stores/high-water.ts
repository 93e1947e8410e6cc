import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import type { Counter } from '../meters.js';
import type { World } from '../world.js';
import type { ReadModel } from './read-model.js';

/** An event behind the mark, which its read model may not take before the mark has come to it. */
export interface Held {
  readonly model: ReadModel;
  readonly entry: number;
  readonly entity: number;
}

/** What stands at the place of an append: nothing yet, or what it has committed. */
type Place = 'empty' | readonly Held[];

/**
 * The order of all events of a store whose appends take their places before they commit. Read models
 * come as far as the first empty place. Once events stand behind it they wait so long for it, and then go on
 * without it and the empty ones next to it (HighWaterDetector, HighWaterAgent of Marten); who commits there
 * later comes too late. A transaction that fails fills its place with a tombstone.
 */
export class HighWater {
  private next = 0;
  /** All places before it are behind the read models. */
  private mark = 0;
  private readonly places = new Map<number, Place>();
  /** Places that have been given up, and are still empty. */
  private readonly missed = new Set<number>();
  /** Committed places behind the mark. */
  private waiting = 0;
  /** The place that is being waited for. */
  private gap = -1;
  private readonly world: World;
  private readonly staleAfter: Ns;
  private readonly gaps: Counter;
  private readonly staleOp: number;

  constructor(world: World, staleAfter: Ns, gaps: Counter) {
    this.world = world;
    this.staleAfter = staleAfter;
    this.gaps = gaps;
    this.staleOp = engine.define('place-stale', (place) => {
      if (this.mark === place && this.gap === place) this.giveUp();
    });
  }

  /** The next place is taken. */
  take(): number {
    this.places.set(this.next, 'empty');
    return this.next++;
  }

  /** Whether somebody has committed at a place, or filled it, before. */
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

  /** The transaction of a place has failed: nothing will stand there. */
  fill(place: number): void {
    if (this.missed.delete(place) || this.places.get(place) !== 'empty') return;
    this.places.delete(place);
    this.advance();
  }

  /** The mark goes on to the first empty place. */
  private advance(): void {
    for (; this.mark < this.next; this.mark++) {
      const place = this.places.get(this.mark);
      if (place === 'empty') break;
      if (place === undefined) continue;
      this.places.delete(this.mark);
      this.waiting--;
      for (const { model, entry, entity } of place) model.release(entry, entity);
    }
    if (this.waiting === 0 || this.gap === this.mark) return;
    this.gap = this.mark;
    engine.at(engine.now + this.staleAfter, PHASE.TIMER, this.staleOp, this.mark, 0, 0);
  }

  /** Nobody waits any longer for the empty places up to the next event. */
  private giveUp(): void {
    this.world.meters.count(this.gaps);
    for (; this.places.get(this.mark) === 'empty'; this.mark++) {
      this.places.delete(this.mark);
      this.missed.add(this.mark);
    }
    this.advance();
  }
}
