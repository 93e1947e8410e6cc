import { IntRing } from '../../kernel/ring.js';

/**
 * Frame and layer of a waiter in one integer. The layer is needed because another edge's chain may hold the same policy
 * at another place.
 */
const LAYER_BITS = 5;
const LAYER_MASK = (1 << LAYER_BITS) - 1;

/** Calls that wait for a permit or a thread, in FIFO order. */
export class Waiters {
  private readonly ring = new IntRing();

  get length(): number {
    return this.ring.length;
  }

  push(frame: number, layer: number): void {
    this.ring.push(waiterOf(frame, layer));
  }

  /** Removes and returns the oldest waiter, for `frameOf` and `layerOf`; -1 if there is none. */
  shift(): number {
    return this.ring.shift();
  }

  /** Returns false if the call does not wait here. */
  remove(frame: number, layer: number): boolean {
    const waiter = waiterOf(frame, layer);
    // With one wait limit for all, the waiter that leaves is nearly always the oldest.
    if (this.ring.peek() !== waiter) return this.ring.remove(waiter);
    this.ring.shift();
    return true;
  }

  clear(): void {
    this.ring.clear();
  }
}

/** A call that waits in a layer of its chain, as one integer. */
export function waiterOf(frame: number, layer: number): number {
  return (frame << LAYER_BITS) | layer;
}

/** The frame of a waiting call. */
export function frameOf(waiter: number): number {
  return waiter >> LAYER_BITS;
}

/** The place of the policy in that call's chain. */
export function layerOf(waiter: number): number {
  return waiter & LAYER_MASK;
}
