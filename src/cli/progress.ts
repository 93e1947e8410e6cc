import { formatInstant } from '../text/figures.js';
import type { Terminal } from './terminal.js';

/** Updates at most ten times a second. */
const GAP_NS = 100_000_000n;
const CELLS = 24;

/** A bar on one line of standard error: how many of `total` runs are done, and roughly how long the others take. */
export function progressBar(
  terminal: Terminal,
  what: string,
  total: number,
  now: () => bigint = () => process.hrtime.bigint(),
): (done: number) => void {
  const start = now();
  let last = 0n;
  const draw = (done: number): void => {
    const at = now();
    if (done < total && at - last < GAP_NS) return;
    last = at;
    const filled = Math.floor((done / total) * CELLS);
    const bar = '#'.repeat(filled).padEnd(CELLS, '.');
    const left = timeLeft(Number(at - start) / 1e9, done, total);
    terminal.progress(done === total ? '' : `${what} [${bar}] ${done}/${total}${left}`);
  };
  draw(0);
  return draw;
}

/** Shorter runs show no estimate: the first ones say little, and the wait is short. Unit: s. */
const SAID_FROM = 3;

/**
 * `, about 40 s left`, assuming that the remaining runs take as long as the finished ones; '' if that would be a guess.
 */
function timeLeft(elapsed: number, done: number, total: number): string {
  const isKnown = done >= 2 || done / total >= 0.1;
  if (done === 0 || !isKnown || elapsed < SAID_FROM) return '';
  const seconds = (elapsed / done) * (total - done);
  if (seconds < 1) return '';
  if (seconds < 95)
    return `, about ${seconds < 10 ? Math.ceil(seconds) : rounded(seconds, 5)} s left`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return `, about ${minutes} min left`;
  return `, about ${rounded(minutes / 60, 0.5)} h left`;
}

function rounded(value: number, step: number): number {
  return Math.max(step, Math.round(value / step) * step);
}

/** A stopwatch. It returns the time as text, for messages only, never for results. */
export function stopwatch(): () => string {
  const start = process.hrtime.bigint();
  return () => formatInstant(Number(process.hrtime.bigint() - start) / 1e9);
}
