import { invariant } from '../../../kernel/invariant.js';
import { IntRing } from '../../../kernel/ring.js';
import type { Ns } from '../../../kernel/time.js';
import type { Queue } from '../../../contracts/scenario/resources.js';

/** The requests that wait for the workers of an instance, in the order of a discipline. */
export interface RequestQueue {
  readonly length: number;
  push(strand: number): void;
  /** Takes the next request to serve, or -1 if the queue is empty. */
  take(): number;
  remove(strand: number): boolean;
  /** Takes the request that a new one displaces from a full queue; -1 if the new one is refused instead. */
  yieldTo(strand: number): number;
}

/** The inputs of the disciplines. */
export interface QueueSetup {
  readonly clock: { readonly now: Ns };
  /** Number of priority levels; the level of a request, 0 the lowest. */
  readonly levels: number;
  levelOf(strand: number): number;
  /** Value of the key of a fair queue for a request. */
  keyOf(strand: number): number;
}

/** Oldest first. */
export class FifoQueue extends IntRing implements RequestQueue {
  take(): number {
    return this.shift();
  }

  yieldTo(_strand: number): number {
    return -1;
  }
}

/** Newest first. */
class LifoQueue extends FifoQueue {
  override take(): number {
    return this.pop();
  }
}

/** Oldest first; newest first while the queue has not been empty for longer than the interval. */
export class AdaptiveLifoQueue extends FifoQueue {
  private lastEmpty: Ns = 0;

  constructor(
    private readonly clock: { readonly now: Ns },
    private readonly intervalNs: Ns,
  ) {
    super();
  }

  /** Returns true if the queue was last empty longer ago than the interval. */
  get isStandingQueue(): boolean {
    return this.length > 0 && this.clock.now - this.lastEmpty > this.intervalNs;
  }

  override push(strand: number): void {
    if (this.length === 0) this.lastEmpty = this.clock.now;
    super.push(strand);
  }

  override take(): number {
    return this.isStandingQueue ? this.pop() : this.shift();
  }
}

/** Highest level first, the oldest first within a level. A full queue drops the newest of its lowest level. */
class PriorityQueue implements RequestQueue {
  length = 0;
  private readonly levelOf: (strand: number) => number;
  private readonly waiting: readonly IntRing[];

  constructor(setup: QueueSetup) {
    this.levelOf = (strand) => setup.levelOf(strand);
    this.waiting = Array.from({ length: setup.levels }, () => new IntRing());
  }

  push(strand: number): void {
    this.waiting[this.levelOf(strand)].push(strand);
    this.length++;
  }

  take(): number {
    for (let level = this.waiting.length - 1; level >= 0; level--) {
      if (this.waiting[level].length === 0) continue;
      this.length--;
      return this.waiting[level].shift();
    }
    return -1;
  }

  remove(strand: number): boolean {
    const found = this.waiting[this.levelOf(strand)].remove(strand);
    if (found) this.length--;
    return found;
  }

  yieldTo(strand: number): number {
    const own = this.levelOf(strand);
    for (let level = 0; level < own; level++) {
      if (this.waiting[level].length === 0) continue;
      this.length--;
      return this.waiting[level].pop();
    }
    return -1;
  }
}

/** Serves one request of each key value in turn, the oldest first within a value. */
class FairQueue implements RequestQueue {
  length = 0;
  private readonly keyOf: (strand: number) => number;
  /** Values with waiting requests, by their place in `waiting`; the first of `turns` is served next. */
  private readonly places = new Map<number, number>();
  private readonly turns = new IntRing();
  private readonly waiting: IntRing[] = [];
  private readonly values: number[] = [];
  private readonly free = new IntRing();

  constructor(setup: QueueSetup) {
    this.keyOf = (strand) => setup.keyOf(strand);
  }

  push(strand: number): void {
    const value = this.keyOf(strand);
    let place = this.places.get(value);
    if (place === undefined) {
      place = this.free.length > 0 ? this.free.shift() : this.waiting.push(new IntRing()) - 1;
      this.places.set(value, place);
      this.values[place] = value;
      this.turns.push(place);
    }
    this.waiting[place].push(strand);
    this.length++;
    invariant(
      this.turns.length === this.places.size,
      'each value with waiting requests has one turn',
    );
  }

  take(): number {
    const place = this.turns.shift();
    if (place < 0) return -1;
    const own = this.waiting[place];
    invariant(own.length > 0, 'a value whose turn it is has a waiting request');
    const strand = own.shift();
    this.length--;
    if (own.length > 0) this.turns.push(place);
    else this.forget(place);
    return strand;
  }

  remove(strand: number): boolean {
    const place = this.places.get(this.keyOf(strand));
    if (place === undefined || !this.waiting[place].remove(strand)) return false;
    this.length--;
    if (this.waiting[place].length === 0) {
      invariant(this.turns.remove(place), 'a value without requests gives up its turn');
      this.forget(place);
    }
    return true;
  }

  yieldTo(_strand: number): number {
    return -1;
  }

  private forget(place: number): void {
    invariant(this.waiting[place].length === 0, 'a value is forgotten with its last request');
    this.places.delete(this.values[place]);
    this.free.push(place);
  }
}

/** The queue of one instance. CoDel drops requests from a queue that is served oldest first. */
export function queueOf(spec: Queue, setup: QueueSetup): RequestQueue {
  switch (spec.discipline) {
    case 'fifo':
    case 'codel':
      return new FifoQueue();
    case 'lifo':
      return new LifoQueue();
    case 'adaptiveLifo':
      return new AdaptiveLifoQueue(setup.clock, spec.intervalNs);
    case 'priority':
      return new PriorityQueue(setup);
    case 'fair':
      return new FairQueue(setup);
  }
}
