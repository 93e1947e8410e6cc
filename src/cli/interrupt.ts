/** The runs that an interrupt ends, so that finished ones are reported; null = none is active. */
let running: AbortController | null = null;

/** Runs `body` so that the first interrupt aborts its signal instead of ending the program. */
export async function interruptible<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  running = own;
  try {
    return await body(own.signal);
  } finally {
    if (running === own) running = null;
  }
}

/** Aborts the active runs; false if there are none, or where they were aborted before. */
export function interruptRuns(): boolean {
  if (running === null || running.signal.aborted) return false;
  running.abort();
  return true;
}
