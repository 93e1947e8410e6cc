import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { startAheadFor } from '../../src/cli/ahead.js';
import { loadScenario } from '../../src/scenario/load.js';
import { compile } from '../../src/plan/compile.js';
import { SIMULATOR, endAhead, hasAhead, startAhead } from '../../src/run/ahead.js';
import { runHere } from '../../src/run/here.js';
import { runKept } from '../../src/run/kept.js';
import { simulators } from '../../src/run/replicate.js';
import { WorkerThreads } from '../../src/run/worker-threads.js';
import type { Plan } from '../../src/contracts/plan/plan.js';

const HEAP_MIB = 256;
const LIMITS = { workers: 2, heapMiB: HEAP_MIB, aloneHeapMiB: 2 * HEAP_MIB };

afterEach(endAhead);

describe('a thread that is started ahead', () => {
  it('gives the records of a run in this thread, whatever it warmed up with', async () => {
    const plans = [planOf(2)];
    startAhead(HEAP_MIB);
    // Long enough for the whole warm-up, so that the run begins in a thread with a past.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { records } = await runKept(plans, 2, LIMITS);
    expect(hasAhead(SIMULATOR, HEAP_MIB)).toBe(false);
    expect(records).toEqual(runHere(plans, 2));
  });

  it('is taken once, by threads that need no more memory', async () => {
    startAhead(HEAP_MIB);
    const more = new WorkerThreads(simulators(HEAP_MIB + 1, []));
    expect(more.warm).toBe(0);
    const threads = new WorkerThreads(simulators(HEAP_MIB, []));
    expect(threads.warm).toBe(1);
    const taken = threads.take();
    expect([threads.warm, hasAhead(SIMULATOR, 1)]).toEqual([0, false]);
    threads.give(taken);
    expect(threads.warm).toBe(1);
    await threads.end();
  });

  it('is started for commands that may be short, and have the usual threads', () => {
    const isStarted = (words: string): boolean => {
      startAheadFor(words.split(' '));
      const found = hasAhead(SIMULATOR, 1);
      endAhead();
      return found;
    };
    const hasCore = availableParallelism() > 1;
    expect(isStarted('run a.yaml')).toBe(hasCore);
    expect(isStarted('check a.yaml --quiet')).toBe(hasCore);
    for (const words of [
      'fix a.yaml',
      'validate a.yaml',
      'run a.yaml --workers 1',
      'run a.yaml --max-memory=1GiB',
      'run --queue redis://here a.yaml',
      'run --help',
    ])
      expect([words, isStarted(words)]).toEqual([words, false]);
  });

  it('makes a few short runs alone, and ends before long ones', async () => {
    for (const [seconds, used] of [
      [2, 1],
      [4_000, 2],
    ] as const) {
      startAhead(HEAP_MIB);
      const threads = new WorkerThreads(simulators(HEAP_MIB, []));
      const taken: unknown[] = [];
      const counting = Object.assign(Object.create(threads) as WorkerThreads, {
        take: (heapMiB?: number) => {
          const worker = threads.take(heapMiB);
          taken.push(worker);
          return worker;
        },
      });
      const controller = new AbortController();
      const running = runKept([planOf(seconds)], 3, {
        ...LIMITS,
        workerThreads: counting,
        signal: controller.signal,
      });
      if (seconds > 100) controller.abort();
      await running;
      expect(taken).toHaveLength(used);
      await threads.end();
      endAhead();
    }
  });
});

/** 200 requests per second, two calls each. */
function planOf(seconds: number): Plan {
  const text = readFileSync('scenarios/first.yaml', 'utf8')
    .replace('duration: 60s, warmup: 5s', `duration: ${seconds}s, warmup: 0s`)
    .replace('at: 20s, for: 10s', 'at: 0s, for: 1s');
  const { file } = loadScenario('first.yaml', () => ({ text }));
  return compile(file!.variants[0]!, file!);
}
