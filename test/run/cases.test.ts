import { describe, expect, it } from 'vitest';
import { runCases, type Case } from '../../src/run/cases.js';
import { withWorkerThreads } from '../../src/run/worker-threads.js';
import type { Plan } from '../../src/contracts/plan/plan.js';

const SETUP = {
  entry: new URL('./fixtures/greedy-worker.mjs', import.meta.url),
  shared: {},
  heapMiB: 24,
};

function caseOf(...variants: readonly string[]): Case {
  const plans = variants.map((variant) => ({ variant, seed: 1 }) as unknown as Plan);
  return { plans, first: 0, count: 1 };
}

describe('settings of a sweep whose threads run out of memory', () => {
  it.each([1, 2])(
    'end by themselves: all others come to their end, with %i workers',
    async (workers) => {
      const cases = [caseOf('calm', 'greedy'), caseOf('large'), caseOf('calm'), caseOf('mild')];
      const came = new Map<number, readonly number[]>();
      await withWorkerThreads(SETUP, (workerThreads) =>
        runCases(cases, {
          workerThreads,
          workers,
          aloneHeapMiB: 32,
          onCase: (index, records) =>
            void came.set(
              index,
              records.map(({ length }) => length),
            ),
        }),
      );
      expect([...came].sort(([a], [b]) => a - b)).toEqual([
        [0, [1, 0]],
        [1, [0]],
        [2, [1]],
        [3, [1]],
      ]);
    },
    60_000,
  );
});
