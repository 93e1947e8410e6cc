import { availableParallelism } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { plannedMemory, type Planned } from '../run/planned.js';
import type { Plan } from '../contracts/plan/plan.js';
import { usageError } from './exit.js';
import { LEAST, MIB, PROGRAM, budgetOfMachine, heapOf } from './heap.js';
import type { QueueFlags } from './queue/runners.js';

const UNITS: Readonly<Record<string, number>> = {
  KiB: 1024,
  MiB: MIB,
  GiB: 1024 * MIB,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** Memory of a thread before its first event. Unit: bytes. */
const THREAD = 40 * MIB;

const NOTHING: Planned = { bytes: 0, words: '', remedy: '' };

/** `2GiB`, `512MiB`, `1.5GB`, as an option parser. Unit: bytes. */
export function memorySize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(KiB|MiB|GiB|kB|MB|GB)$/.exec(text);
  const bytes = match === null ? NaN : Number(match[1]) * UNITS[match[2]!]!;
  if (Number.isNaN(bytes)) {
    throw new InvalidArgumentError('a size with its unit is expected, such as 2GiB or 512MiB.');
  }
  if (bytes < LEAST) {
    throw new InvalidArgumentError(`at least ${LEAST / MIB}MiB are needed to run anything.`);
  }
  return bytes;
}

/** How many threads may simulate, and with how much memory. */
export interface MemoryFlags extends QueueFlags {
  readonly workers?: number;
  /** Limit of the memory of the whole process. Unit: bytes. */
  readonly maxMemory?: number;
}

/** The split of the process memory among threads. */
export interface MemoryShare {
  readonly workers: number;
  /** Limits of the JavaScript heap: of each thread, and of a single thread on its own. Unit: MiB. */
  readonly heapMiB: number;
  readonly aloneHeapMiB: number;
  readonly memory: { readonly bytes: number };
  /** Note for the user if fewer threads run than possible. */
  readonly note: string | null;
}

/** Most runs that are at a queue at once. */
const QUEUED = 64;

/** Shares the memory that a command may use among its threads, of which at most one for each run. */
export function memoryOf(
  { workers, maxMemory, queue }: MemoryFlags,
  plans: readonly Plan[],
  path: string,
  runs = Infinity,
): MemoryShare {
  if (queue !== undefined) {
    // The memory is that of the workers of the queue.
    const own = shareMemory(maxMemory ?? budgetOfMachine(), 1, [], path);
    return { ...own, workers: Math.min(workers ?? QUEUED, runs) };
  }
  const wanted = Math.min(workers ?? availableParallelism(), runs);
  return shareMemory(maxMemory ?? budgetOfMachine(), wanted, plans, path);
}

/**
 * Shares a budget among threads, with fewer of them where the plans alone would fill it. Exit code 2 if not even one
 * can hold the largest plan.
 */
export function shareMemory(
  budget: number,
  workers: number,
  plans: readonly Plan[],
  path: string,
): MemoryShare {
  const planned = plans.map(plannedMemory);
  const largest = planned.reduce((a, b) => (b.bytes > a.bytes ? b : a), NOTHING);
  const thread = THREAD + largest.bytes;
  const room = budget - PROGRAM;
  const fitting = Math.floor(room / thread);
  if (fitting < 1 && largest.bytes > room) {
    const needed = Math.ceil((PROGRAM + thread) / MIB);
    throw usageError(
      `${path}: ${largest.words} about ${needed} MiB before the first event, and --max-memory is ` +
        `${Math.floor(budget / MIB)} MiB: ${largest.remedy}, or raise --max-memory`,
    );
  }
  const used = Math.max(1, Math.min(workers, fitting));
  const note =
    used < workers
      ? `${used} of ${workers} workers run at once: --max-memory is ${Math.floor(budget / MIB)} MiB`
      : null;
  return {
    workers: used,
    heapMiB: heapOf(budget, used),
    aloneHeapMiB: heapOf(budget, 1),
    memory: { bytes: budget },
    note,
  };
}
