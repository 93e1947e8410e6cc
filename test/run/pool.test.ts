import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkerThreads, withWorkerThreads } from '../../src/run/worker-threads.js';
import { OUT_OF_MEMORY, TaskFailure, runPool } from '../../src/run/pool.js';
import type { PoolOptions } from '../../src/run/pool.js';

const SETUP = {
  entry: new URL('./fixtures/arithmetic-worker.mjs', import.meta.url),
  shared: { offset: 100 },
  heapMiB: 64,
};

describe('the worker pool', () => {
  it('returns results by index for any number of workers', async () => {
    const tasks = Array.from({ length: 12 }, (_, number) => ({ number }));
    for (const workers of [1, 2, 5, 40]) {
      const results = await run(tasks, { workers });
      expect(results).toEqual(tasks.map(({ number }) => Float64Array.of(number * number, 100)));
    }
  });

  it('reports each result once while it goes', async () => {
    const seen: number[] = [];
    const indices: number[] = [];
    await run([{ number: 1 }, { number: 2 }, { number: 3 }], {
      onDone: (done, index) => {
        seen.push(done);
        indices.push(index);
      },
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(indices.sort()).toEqual([0, 1, 2]);
  });

  it('keeps derived results, and ends with the error of the function that derives them', async () => {
    const tasks = [{ number: 2 }, { number: 3 }, { number: 4 }];
    const take = (index: number, value: unknown): unknown =>
      `${index}: ${(value as Float64Array)[0]!}`;
    expect(await run(tasks, { take })).toEqual(['0: 4', '1: 9', '2: 16']);
    const broken = run(tasks, {
      take: (index) => {
        if (index === 1) throw new Error('cannot be kept');
        return index;
      },
    });
    await expect(broken).rejects.toThrow('cannot be kept');
  });

  it('throws the failure with the lowest index, whatever the number of workers', async () => {
    const tasks = [{ number: 0 }, { number: 1 }, ...[2, 3, 4].map((n) => failing(n, 'throws'))];
    for (const workers of [1, 2, 5]) {
      const failure = await caught(run(tasks, { workers }));
      expect([failure.index, failure.error.code]).toEqual([2, 'odd']);
      expect(failure.message).toBe('cannot take 2');
    }
  });

  it('gives the task of a dead worker to a fresh one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'faultline-pool-'));
    try {
      const marker = join(folder, 'has died');
      const tasks = [{ number: 3 }, { number: 4, mode: 'diesOnce', marker }, { number: 5 }];
      const results = await run(tasks, { workers: 2, retries: 1 });
      expect(results.map((values) => (values as Float64Array)[0])).toEqual([9, 16, 25]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('fails a task whose workers die every time', async () => {
    const failure = await caught(run([{ number: 1 }, failing(2, 'dies')], { retries: 1 }));
    expect(failure.index).toBe(1);
    expect(failure.message).toContain('exit code 7');
  });

  it('does not repeat a task that has used up its memory', async () => {
    const tasks = [failing(1, 'fillsMemory')];
    const failure = await caught(run(tasks, { retries: 5 }));
    expect(failure.error.code).toBe(OUT_OF_MEMORY);
  });

  it('starts nothing behind the last needed result', async () => {
    const tasks = [{ number: 1 }, { number: 2 }, failing(3, 'never'), failing(4, 'never')];
    const isLast = (value: unknown): boolean => (value as Float64Array)[0] === 4;
    for (const workers of [1, 2]) {
      const results = await run(tasks, { workers, isLast });
      expect(results.map((values) => (values as Float64Array)[0])).toEqual([1, 4]);
    }
  });

  it('starts tasks in the requested order, which the returned results do not show', async () => {
    const order = [2, 1, 0, 5, 4, 3];
    const tasks = [0, 1, 2, 3, 4, 5].map((number) => ({ number }));
    const started: number[] = [];
    const onDone = (_done: number, index: number): void => void started.push(index);
    const results = await run(tasks, { workers: 1, order, onDone });
    expect(started).toEqual(order);
    expect(results.map((values) => (values as Float64Array)[0])).toEqual([0, 1, 4, 9, 16, 25]);
    const bad = [{ number: 0 }, failing(1, 'throws'), failing(2, 'throws'), ...tasks.slice(3)];
    const isLast = (value: unknown): boolean => (value as Float64Array)[0] === 4;
    for (const workers of [1, 2]) {
      expect((await caught(run(bad, { workers, order }))).index).toBe(1);
      const all = [...tasks.slice(0, 3), failing(3, 'never')];
      const ended = await run(all, { workers, isLast, order: [2, 1, 0, 3] });
      expect(ended.map((values) => (values as Float64Array)[0])).toEqual([0, 1, 4]);
    }
  });

  it('starts the last tasks heaviest first, by what the first ones have shown', async () => {
    const tasks = [2, 5, 3, 2, 5, 3].map((number) => ({ number }));
    const started: number[] = [];
    const weighed = {
      workers: 1,
      last: 3,
      weight: (index: number, results: readonly unknown[]) =>
        (results[index % 3] as Float64Array)[0]!,
      onDone: (_done: number, index: number) => started.push(index),
    };
    const results = await run(tasks, weighed);
    expect(started).toEqual([0, 1, 2, 4, 5, 3]);
    expect(results.map((values) => (values as Float64Array)[0])).toEqual([4, 25, 9, 4, 25, 9]);
  });

  it('runs the tasks before the last needed result, although it was to come later', async () => {
    const tasks = [{ number: 1 }, { number: 2 }, { number: 3 }, failing(4, 'never')];
    const done: number[] = [];
    const results = await run(tasks, {
      workers: 1,
      last: 4,
      weight: (index) => [0, 1, 2, -1][index]!,
      isLast: (value) => (value as Float64Array)[0] === 9,
      onDone: (_done, index) => done.push(index),
    });
    expect(done).toEqual([2, 1, 0]);
    expect(results.map((values) => (values as Float64Array)[0])).toEqual([1, 4, 9]);
  });

  it('ends its threads and rejects when it is aborted', async () => {
    const controller = new AbortController();
    const running = run([{ number: 1 }, failing(2, 'never')], {
      workers: 1,
      signal: controller.signal,
      onDone: () => controller.abort(new Error('stop')),
    });
    await expect(running).rejects.toThrow('stop');
  });

  it('takes the threads of the pool before, and fresh ones for those that died', async () => {
    const workerThreads = new WorkerThreads(SETUP);
    const threads = async (): Promise<readonly unknown[]> => {
      const tasks = [1, 2, 3, 4, 5, 6].map((number) => ({ number, mode: 'thread' }));
      return [...new Set(await runPool(tasks, { workerThreads, workers: 2, retries: 0 }))].sort();
    };
    const first = await threads();
    expect(await threads()).toEqual(first);
    const dying = [1, 2].map((number) => failing(number, 'dies'));
    await caught(runPool(dying, { workerThreads, workers: 2, retries: 0 }));
    const fresh = await threads();
    expect(fresh.some((thread) => first.includes(thread))).toBe(false);
    await workerThreads.end();
    expect((await threads()).some((thread) => fresh.includes(thread))).toBe(false);
    await workerThreads.end();
  });

  it('returns nothing for no tasks', async () => {
    expect(await run([], {})).toEqual([]);
  });
});

function failing(number: number, mode: string): object {
  return { number, mode };
}

function run(
  tasks: readonly unknown[],
  options: Partial<PoolOptions>,
): Promise<readonly unknown[]> {
  return withWorkerThreads(SETUP, (workerThreads) =>
    runPool(tasks, { workerThreads, workers: 2, retries: 0, ...options }),
  );
}

async function caught(running: Promise<unknown>): Promise<TaskFailure> {
  const reason = await running.then(
    () => null,
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(TaskFailure);
  return reason as TaskFailure;
}
