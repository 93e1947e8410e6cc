import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/** V8's own settings: bytes of code that a function executes before it is optimized, and bytes inlined into it. */
const BUDGET = 67_584;
const INLINED = 920;
/** For threads with much to do: an event passes through many small functions. */
const INLINED_MORE = 3200;

/** Fewer calls per thread end before the larger functions have paid for their compilation: one to two seconds. */
const CALLS_LEAST = 1_000_000;

/**
 * Sets V8 options for this many threads that simulate; they apply to code that is compiled later. V8 may inline more
 * than by default if the threads make many calls (`calls`: an estimate for all of them together). If our threads use
 * every core, each compiles on its own thread: with background compilation, the thread would meanwhile run slow code on
 * half a core.
 */
export function tuneCompiler(threads: number, calls = Infinity): void {
  setCompiler(BUDGET, inlinedFor(threads, calls));
  const isCrowded = threads >= availableParallelism();
  setFlagsFromString(isCrowded ? '--no-concurrent-recompilation' : '--concurrent-recompilation');
}

/** Bytes that V8 may inline into a function of threads that make this many calls together. */
export function inlinedFor(threads: number, calls: number): number {
  return isLong(threads, calls) ? INLINED_MORE : INLINED;
}

/** Whether the calls that threads make together are enough for larger functions to pay off. */
export function isLong(threads: number, calls = Infinity): boolean {
  return calls >= CALLS_LEAST * threads;
}

/**
 * Sets V8 options for code that runs once: reading a scenario, and analysis. Half the time of a command with a large
 * topology was the compiler's, for functions that had almost done their work.
 */
export function tuneForCommand(): void {
  setCompiler(4 * BUDGET, INLINED);
}

/** Sets V8 options for a report: most of its functions draw a few pictures, and end before optimized code pays off. */
export function tuneForReport(): void {
  setCompiler(16 * BUDGET, INLINED);
}

function setCompiler(budget: number, inlined: number): void {
  setFlagsFromString(`--interrupt-budget=${budget}`);
  setFlagsFromString(`--max-inlined-bytecode-size-cumulative=${inlined}`);
}
