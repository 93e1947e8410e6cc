import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { borrowFrom } from '../kernel/room.js';

/** What the worker threads share of the memory of their process. */
export interface MemoryLimit {
  /** Resident memory of the whole process at which a run ends. Unit: bytes. */
  readonly bytes: number;
}

/** After a garbage collection another thread frees the buffers. We look this many times, this many ms apart. */
const LOOKS = 6;
const PAUSE_MS = 4;

/**
 * Has this thread ask before its columns grow, and now and then in between. All threads are one process, so its resident
 * memory is what they have together, garbage included; that is collected before a run is ended. No result depends on it.
 */
export function watchMemory({ bytes: limit }: MemoryLimit): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const isBelow = (bytes: number): boolean => memoryUsage.rss() + bytes <= limit;
  borrowFrom((bytes) => {
    if (isBelow(bytes)) return true;
    collect();
    for (let look = 0; look < LOOKS; look++) {
      if (isBelow(bytes)) return true;
      Atomics.wait(cell, 0, 0, PAUSE_MS);
    }
    return false;
  });
}
