import { availableParallelism } from 'node:os';
import { startAhead } from '../run/ahead.js';
import { budgetOfMachine, heapOf } from './heap.js';

/** The commands that may be short. Searches make many runs, for which threads compile their code in another way. */
const SHORT: ReadonlySet<string> = new Set(['ask', 'check', 'compare', 'run', 'story']);

/** With these there is no thread of this process, or its memory is another one. */
const WITHOUT = /^--(?:queue|workers|max-memory|help)\b|^-h$/;

/** Starts a thread that simulates if this command line will need one, and a core is free for it. */
export function startAheadFor([command = '', ...rest]: readonly string[]): void {
  const cores = availableParallelism();
  if (cores === 1 || !SHORT.has(command) || rest.some((arg) => WITHOUT.test(arg))) return;
  startAhead(heapOf(budgetOfMachine(), cores));
}
