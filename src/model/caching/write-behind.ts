import type { Ns } from '../../kernel/time.js';
import type { Resident } from '../instance.js';

/**
 * Writes of one process that reach their database later, several at once. A value that is written again
 * before that is written once. What has not been written when the process dies is lost.
 */
export class WriteBehind implements Resident {
  /** The strand that gathers them, or -1; and whether it waits for more. */
  gatherer = -1;
  waiting = false;
  readonly delayNs: Ns;
  readonly batchSize: number;
  private readonly versions: Int32Array;
  private readonly visible: Int32Array;
  private readonly lost: (count: number) => void;
  /** Values that are to be written in the order in which they came, and those that are being written. */
  private readonly dirty = new Map<number, number>();
  private readonly batch = new Map<number, number>();

  constructor(
    { delayNs, batchSize }: { readonly delayNs: Ns; readonly batchSize: number },
    versions: Int32Array,
    visible: Int32Array,
    lost: (count: number) => void,
  ) {
    this.delayNs = delayNs;
    this.batchSize = batchSize;
    this.versions = versions;
    this.visible = visible;
    this.lost = lost;
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

  /** The next batch is on its way. */
  take(): void {
    for (const [key, version] of this.dirty) {
      if (this.batch.size >= this.batchSize) break;
      this.batch.set(key, version);
      this.dirty.delete(key);
    }
  }

  /** The batch is written: whoever loads a value of it sees that. */
  written(): void {
    for (const [key, version] of this.batch) {
      if (version > this.visible[key]) this.visible[key] = version;
    }
    this.batch.clear();
  }

  /** The batch could not be written: it is tried again. */
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
