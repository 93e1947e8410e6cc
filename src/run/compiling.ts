import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * Tells V8 how to compile what so many threads of ours run; holds for threads that start from now on. It may
 * put more functions into the ones that call them than by default: an event passes through many small
 * ones. And where every core has a thread of ours, each of them compiles by itself: to compile beside
 * them means to run slow code meanwhile, with half a core.
 */
export function tuneCompiler(threads: number): void {
  setFlagsFromString('--max-inlined-bytecode-size-cumulative=2500');
  const isCrowded = threads >= availableParallelism();
  setFlagsFromString(isCrowded ? '--no-concurrent-recompilation' : '--concurrent-recompilation');
}
