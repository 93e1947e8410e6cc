/** The runs that an interrupt ends, so that what they left is reported; null = none are under way. */
let running: AbortController | null = null;

/** Runs `body` so that the first interrupt aborts the signal it is given instead of ending the program. */
export async function interruptible<T>(body: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  running = own;
  try {
    return await body(own.signal);
  } finally {
    if (running === own) running = null;
  }
}

/** Aborts the runs under way; false where there are none, or where they were aborted before. */
export function interruptRuns(): boolean {
  if (running === null || running.signal.aborted) return false;
  running.abort();
  return true;
}
