import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * Sets V8 options for code that runs on this many threads; they apply to threads that start later. V8 may inline more
 * than by default, because an event passes through many small functions. If our threads use every core, each compiles
 * on its own thread: with background compilation, the thread would meanwhile run slow code on half a core.
 */
export function tuneCompiler(threads: number): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=2500');
  const isCrowded = threads >= availableParallelism();
  setFlagsFromString(isCrowded ? '--no-concurrent-recompilation' : '--concurrent-recompilation');
}
