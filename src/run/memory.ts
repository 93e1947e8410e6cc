import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { borrowFrom } from '../kernel/room.js';

/** Memory limit of the process, shared by the worker threads. */
export interface MemoryLimit {
  /** Resident memory of the whole process at which a run ends. Unit: bytes. */
  readonly bytes: number;
}

/** After a garbage collection another thread frees the buffers. We check this many times, this many ms apart. */
const LOOKS = 6;
const PAUSE_MS = 4;

/**
 * Makes this thread check the limit before its columns grow, and periodically in between. All threads share one
 * process, so the limit applies to its resident memory, garbage included. Garbage is collected before a run is ended.
 * No result depends on it.
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
