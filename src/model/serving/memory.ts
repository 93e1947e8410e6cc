import type { Instance } from '../instance.js';
import { levels } from '../levels.js';

/** What the memory of an instance makes happen. */
export interface MemoryEffects {
  /** It holds more than its limit. */
  overflow(instance: Instance): void;
  /** So many bytes have been allocated since the last collection began. */
  full(instance: Instance): void;
}

/** Sizes of one component, in bytes. */
export interface MemorySizes {
  readonly limit: number;
  readonly base: number;
  readonly perRequest: number;
  /** Bytes that are allocated from one collection to the next; Infinity: they come by the clock. */
  readonly allocated: number;
}

/**
 * The memory of one process: what it holds without any request, and as much again for each request in its
 * queue or in execution. Each that begins also allocates that much, until the collector has to run.
 */
export class Memory {
  /** Gauge of the bytes held. */
  readonly gauge: number;
  private readonly instance: Instance;
  private readonly sizes: MemorySizes;
  private readonly effects: MemoryEffects;
  private inWork = 0;
  private allocated = 0;

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
    this.allocated += this.sizes.perRequest;
    if (this.allocated >= this.sizes.allocated) this.effects.full(this.instance);
    this.note();
  }

  /** A request that had begun has left. */
  ended(): void {
    this.inWork--;
    this.note();
  }

  /** The queue has changed. */
  note(): void {
    const { base, perRequest, limit } = this.sizes;
    const held = base + perRequest * (this.inWork + this.instance.queue.length);
    levels.set(this.gauge, held);
    if (held > limit) this.effects.overflow(this.instance);
  }

  /** A collection begins with so much allocated already: with nothing, but for the first one. */
  collected(share: number): void {
    this.allocated = this.sizes.allocated === Infinity ? 0 : share * this.sizes.allocated;
  }
}
