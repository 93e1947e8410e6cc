import type { Terminal } from './terminal.js';

/** At most ten times a second. */
const GAP_NS = 100_000_000n;
const CELLS = 24;

/** A bar on one line of standard error: how many of `total` runs are done. */
export function progressBar(
  terminal: Terminal,
  what: string,
  total: number,
): (done: number) => void {
  let last = 0n;
  const draw = (done: number): void => {
    const now = process.hrtime.bigint();
    if (done < total && now - last < GAP_NS) return;
    last = now;
    const filled = Math.floor((done / total) * CELLS);
    const bar = '#'.repeat(filled).padEnd(CELLS, '.');
    terminal.progress(done === total ? '' : `${what} [${bar}] ${done}/${total}`);
  };
  draw(0);
  return draw;
}

/** A stopwatch; the reading is seconds with one decimal, for messages only, never for results. */
export function stopwatch(): () => string {
  const start = process.hrtime.bigint();
  return () => (Number(process.hrtime.bigint() - start) / 1e9).toFixed(1);
}
