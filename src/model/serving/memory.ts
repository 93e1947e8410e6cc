import { engine } from '../../kernel/engine.js';
import type { Ns } from '../../kernel/time.js';
import type { Instance } from '../instance.js';
import { levels } from '../levels.js';
import { Leak } from './leak.js';
import type { LeakRate } from './leak.js';

/** A leak is looked at in steps of this part of the limit, and when it reaches the limit. */
const STEPS = 256;

/** What the memory of an instance makes happen. */
export interface MemoryEffects {
  /** It holds more than its limit. */
  overflow(instance: Instance): void;
  /** So many bytes have been allocated since the last collection began. */
  full(instance: Instance): void;
  /** Asks for a look() at this memory with this generation, at a time to come. */
  look(instance: Instance, at: Ns, generation: number): void;
}

/** Sizes of one component, in bytes. */
export interface MemorySizes {
  readonly limit: number;
  readonly base: number;
  readonly perRequest: number;
  /** Bytes that are allocated from one collection to the next at most; Infinity: they come by the clock. */
  readonly allocated: number;
}

/**
 * The memory of one process: what it holds without any request, and as much again for each request in its
 * queue or in execution. Each that begins also allocates that much, until the collector has to run: at the
 * latest when nothing is left below the limit, so one whose memory is nearly full collects all the time.
 */
export class Memory {
  /** Gauge of the bytes held. */
  readonly gauge: number;
  private readonly instance: Instance;
  private readonly sizes: MemorySizes;
  private readonly effects: MemoryEffects;
  private leaks: Leak[] = [];
  private isRunning = true;
  private inWork = 0;
  private allocated = 0;
  /** Time of the next look at a leak, and which of those that are out still counts. */
  private nextLook: Ns = Infinity;
  private generation = 0;

  constructor(instance: Instance, sizes: MemorySizes, effects: MemoryEffects) {
    this.instance = instance;
    this.sizes = sizes;
    this.effects = effects;
    this.gauge = levels.register();
    levels.set(this.gauge, sizes.base);
  }

  /** A request begins to be executed. */
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
    this.note();
  }

  /** The queue has changed. */
  note(): void {
    const { held } = this;
    levels.set(this.gauge, held);
    if (held > this.sizes.limit) this.effects.overflow(this.instance);
    else if (this.leaks.length > 0) this.lookAgain(held);
  }

  /** From now on these faults lose memory; what others have lost is free again. */
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

  /** It is time to see what has leaked. */
  look(generation: number): void {
    if (generation !== this.generation) return;
    this.nextLook = Infinity;
    this.note();
  }

  /** A collection begins with so much allocated already: with nothing, but for the first one. */
  collected(share: number): void {
    this.allocated = this.sizes.allocated === Infinity ? 0 : share * this.sizes.allocated;
  }

  private get held(): number {
    const { base, perRequest } = this.sizes;
    let held = base + perRequest * (this.inWork + this.instance.queue.length);
    for (const leak of this.leaks) held += leak.bytes;
    return held;
  }

  /** The next look is when the limit is passed, or a step further. */
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
