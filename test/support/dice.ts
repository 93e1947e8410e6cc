/** Draws whole numbers from 0 up to `n`, without it; the same ones for the same seed. */
export function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Mostly short steps, some to the very border of a bucket, few beyond the window. */
export function stepOf(
  roll: (n: number) => number,
  now: number,
  bucket: number,
  window: number,
): number {
  const kind = roll(20);
  if (kind === 0) return window + roll(window);
  if (kind === 1) return window - (now % bucket);
  if (kind < 5) return bucket - (now % bucket);
  return roll(bucket);
}
