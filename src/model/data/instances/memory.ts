import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Ns } from '../../../kernel/time.js';
import { levels } from '../figures/levels.js';
import { Leak, type LeakRate } from './leak.js';

/** A leak is checked at steps of this part of the limit, and when it reaches the limit. */
const STEPS = 256;

/** The process that a memory belongs to. */
export interface MemoryOwner {
  readonly id: number;
  readonly epoch: number;
  readonly memory: Memory | null;
  readonly queue: { readonly length: number };
}

/** Actions that the memory of an instance triggers. */
export interface MemoryEffects {
  /** The instance holds more than its limit. */
  overflow(instance: MemoryOwner): void;
  /** The allocation budget since the start of the last collection is used up. */
  full(instance: MemoryOwner): void;
  /** Requests a look() at this memory with this generation at a later time. */
  look(instance: MemoryOwner, at: Ns, generation: number): void;
}

/** Memory sizes of one component, in bytes. */
export interface MemorySizes {
  readonly limit: number;
  readonly base: number;
  readonly perRequest: number;
  /** Most bytes allocated between two collections; Infinity: collections come by time. */
  readonly allocated: number;
}

/**
 * The memory of one process: a base size, and a fixed size for each request in its queue or in execution. Each request
 * that begins also allocates that size, until the collector has to run. It runs at the latest when no memory is left
 * below the limit, so a process whose memory is nearly full collects all the time.
 */
export class Memory {
  private leaks: Leak[] = [];
  private isRunning = true;
  private inWork = 0;
  private allocated = 0;
  /** Time of the next look at a leak, and its generation; older looks are void. */
  private nextLook: Ns = Infinity;
  private generation = 0;
  /** Gauge of the bytes held. */
  readonly gauge: number = levels.register();

  constructor(
    private readonly instance: MemoryOwner,
    private readonly sizes: MemorySizes,
    private readonly effects: MemoryEffects,
  ) {
    levels.set(this.gauge, sizes.base);
  }

  /** A request begins to execute. */
  begun(): void {
    this.inWork++;
    for (const leak of this.leaks) leak.begun();
    this.allocated += this.sizes.perRequest;
    const { allocated, limit } = this.sizes;
    const room = allocated === Infinity ? allocated : Math.min(allocated, limit - this.held);
    if (this.allocated >= room) this.effects.full(this.instance);
    this.note();
  }

  /** A request that had begun has left. */
  ended(): void {
    this.inWork--;
    invariant(this.inWork >= 0, 'a request frees its memory once');
    this.note();
  }

  /** The length of the queue has changed. */
  note(): void {
    const { held } = this;
    levels.set(this.gauge, held);
    if (held > this.sizes.limit) this.effects.overflow(this.instance);
    else if (this.leaks.length > 0) this.lookAgain(held);
  }

  /** Sets the faults that leak memory from now on; memory leaked by other faults is freed. */
  loses(rates: ReadonlyMap<number, LeakRate>): void {
    const before = new Map(this.leaks.map((leak) => [leak.fault, leak]));
    this.leaks = [...rates].map(([fault, rate]) => {
      const leak = before.get(fault) ?? new Leak(fault, rate, this.isRunning);
      leak.turn(rate);
      return leak;
    });
    this.nextLook = Infinity;
    this.note();
  }

  /** The process has ended, or runs again. */
  run(isRunning: boolean): void {
    this.isRunning = isRunning;
    for (const leak of this.leaks) leak.run(isRunning);
    this.nextLook = Infinity;
    this.note();
  }

  /** Checks the leaked memory. */
  look(generation: number): void {
    if (generation !== this.generation) return;
    this.nextLook = Infinity;
    this.note();
  }

  /** Starts a collection cycle with this share already allocated: 0 except for the first one. */
  collected(share: number): void {
    this.allocated = this.sizes.allocated === Infinity ? 0 : share * this.sizes.allocated;
  }

  private get held(): number {
    const { base, perRequest } = this.sizes;
    let held = base + perRequest * (this.inWork + this.instance.queue.length);
    for (const leak of this.leaks) held += leak.bytes;
    return held;
  }

  /** Schedules the next look: when the limit is passed, or one step later. */
  private lookAgain(held: number): void {
    let perNs = 0;
    for (const leak of this.leaks) perNs += leak.perNs;
    if (perNs === 0) return;
    const { limit } = this.sizes;
    const passes = Math.floor((limit - held) / perNs) + 1;
    const at = engine.now + Math.min(passes, Math.ceil(limit / STEPS / perNs));
    if (at >= this.nextLook) return;
    this.nextLook = at;
    this.effects.look(this.instance, at, ++this.generation);
  }
}
