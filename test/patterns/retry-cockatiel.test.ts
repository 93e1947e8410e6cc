import {
  decorrelatedJitterGenerator,
  ExponentialBackoff,
  fullJitterGenerator,
  halfJitterGenerator,
  handleAll,
  noJitterGenerator,
  retry,
} from 'cockatiel';
import type { GeneratorFn } from 'cockatiel';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { policyKind } from '../../src/patterns/registry.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

/** The same draws for both: draw n of the first call of a test. */
const draw = (n: number): number => unit(11, 13, 1, 7, n);

function ours(written: object): number[] {
  const calls = new FakeCalls();
  calls.callee = () => ({ afterNs: 0, outcome: OUTCOME.refused });
  const { policy } = createPolicy(calls, policyKind('retry', 'cockatiel')!, written);
  calls.call([policy], 0);
  calls.run();
  return calls.starts.slice(1).map((at, k) => (at - calls.starts[k]) / MS);
}

async function theirs(retries: number, generator?: GeneratorFn<unknown>): Promise<number[]> {
  let n = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => draw(++n));
  const policy = retry(handleAll, {
    maxAttempts: retries,
    backoff: new ExponentialBackoff(generator === undefined ? {} : { generator }),
  });
  const waited: number[] = [];
  policy.onRetry(({ delay }) => waited.push(delay));
  const ended = expect(policy.execute(() => Promise.reject(new Error('down')))).rejects.toThrow();
  await vi.runAllTimersAsync();
  await ended;
  return waited;
}

describe('the retry of cockatiel beside cockatiel itself', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const generators = {
    decorrelatedV2: [decorrelatedJitterGenerator, {}],
    none: [noJitterGenerator, { kind: 'exponential' }],
    full: [fullJitterGenerator, { kind: 'exponential', jitter: 'full' }],
    equal: [halfJitterGenerator, { kind: 'exponential', jitter: 'equal' }],
  } as const;

  it.each(Object.entries(generators))('waits as long: %s', async (_name, [generator, backoff]) => {
    const delays = await theirs(14, generator as GeneratorFn<unknown>);
    const mine = ours({ attempts: 15, backoff });
    expect(mine).toHaveLength(delays.length);
    // cockatiel cuts the delays of its full and half generators to whole milliseconds.
    mine.forEach((delay, k) => expect(delay - delays[k]).toBeGreaterThan(-1e-3));
    mine.forEach((delay, k) => expect(delay - delays[k]).toBeLessThan(1));
    if (generator !== fullJitterGenerator && generator !== halfJitterGenerator) {
      mine.forEach((delay, k) => expect(delay).toBeCloseTo(delays[k], 3));
    }
  });

  it('waits by default as the decorrelated generator says', async () => {
    const delays = await theirs(6);
    ours({ attempts: 7, backoff: {} }).forEach((delay, k) =>
      expect(delay).toBeCloseTo(delays[k], 3),
    );
  });
});
