import { Worker } from 'node:worker_threads';

/**
 * Memory for new objects of a thread. The buffers of discarded columns are freed when it is full; V8 would wait for four
 * times as many.
 */
export const YOUNG_MIB = 12;

/** The module of a thread that simulates. In the bundled program this file is in another folder beside `run`. */
export const SIMULATOR = new URL('../run/worker.js', import.meta.url);

/** The thread that was started ahead, until it is taken. */
let ahead: { readonly worker: Worker; readonly heapMiB: number } | null = null;

/** A thread that runs `entry`. `start`: its `workerData`, structured-cloneable. */
export function startThread(entry: URL, heapMiB: number, start: unknown): Worker {
  return new Worker(entry, {
    workerData: start,
    resourceLimits: { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: YOUNG_MIB },
  });
}

/**
 * Starts a thread that simulates before it is known what: it loads and compiles its code while a command reads its
 * scenario. It does not keep the program alive.
 */
export function startAhead(heapMiB: number): void {
  const worker = startThread(SIMULATOR, heapMiB, null);
  worker.unref();
  const drop = (): void => {
    if (ahead?.worker === worker) ahead = null;
  };
  worker.once('error', drop);
  worker.once('exit', drop);
  ahead = { worker, heapMiB };
}

/** Whether `takeAhead` returns a thread. */
export function hasAhead(entry: URL, heapMiB: number): boolean {
  return ahead !== null && entry.href === SIMULATOR.href && ahead.heapMiB >= heapMiB;
}

/** Ends the thread that was started ahead: long runs want code that is compiled for them (see `tuneCompiler`). */
export function endAhead(): void {
  void ahead?.worker.terminate();
  ahead = null;
}

/** The thread that was started ahead, if it runs this module with at least this heap. It waits for its start data. */
export function takeAhead(entry: URL, heapMiB: number): Worker | null {
  if (!hasAhead(entry, heapMiB)) return null;
  const { worker } = ahead!;
  ahead = null;
  worker.removeAllListeners('error');
  worker.removeAllListeners('exit');
  worker.ref();
  return worker;
}
