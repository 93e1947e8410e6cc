import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';
import type { Resident } from '../../data/instances/instance.js';

/**
 * Write-behind of one process: writes reach the database later, in batches. Repeated writes of a value are combined.
 * Writes that are pending when the process dies are lost.
 */
export class WriteBehind implements Resident {
  /** The strand that writes the batches, or -1; and whether it waits for more writes. */
  gatherer = -1;
  waiting = false;
  readonly delayNs: Ns;
  readonly batchSize: number;
  /** Values to be written, in order of arrival, and values being written. */
  private readonly dirty = new Map<number, number>();
  private readonly batch = new Map<number, number>();

  constructor(
    { delayNs, batchSize }: { readonly delayNs: Ns; readonly batchSize: number },
    private readonly versions: Int32Array,
    private readonly visible: Int32Array,
    private readonly lost: (count: number) => void,
  ) {
    this.delayNs = delayNs;
    this.batchSize = batchSize;
  }

  get isFull(): boolean {
    return this.dirty.size >= this.batchSize;
  }

  get isEmpty(): boolean {
    return this.dirty.size === 0;
  }

  add(key: number): void {
    this.dirty.set(key, this.versions[key]);
  }

  /** Starts the next batch. */
  take(): void {
    invariant(this.batch.size === 0, 'a batch is written before the next one begins');
    for (const [key, version] of this.dirty) {
      if (this.batch.size >= this.batchSize) break;
      this.batch.set(key, version);
      this.dirty.delete(key);
    }
  }

  /** The batch is written: later loads see its values. */
  written(): void {
    for (const [key, version] of this.batch) {
      if (version > this.visible[key]) this.visible[key] = version;
    }
    this.batch.clear();
  }

  /** The batch could not be written: its values are queued again. */
  requeue(): void {
    for (const [key, version] of this.batch) {
      if (!this.dirty.has(key)) this.dirty.set(key, version);
    }
    this.batch.clear();
  }

  died(): void {
    this.lost(this.dirty.size + this.batch.size);
    this.dirty.clear();
    this.batch.clear();
    this.gatherer = -1;
    this.waiting = false;
  }

  started(): void {}
}
