import fc from 'fast-check';
import CircuitBreaker from 'opossum';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { circuitBreakerOpossum } from '../../src/patterns/policies/circuit-breaker-opossum.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { CalleeError, fakeClock, throughLibrary, throughPolicy } from './drive.js';
import type { Account, Call, End, Library } from './drive.js';

/**
 * Compares opossum 9.0.0 with `circuitBreaker` of kind `opossum`, under a fake clock. Differences by design, which
 * this test avoids, are listed in docs/differences.md.
 */

const RUNS = 2000;

interface Config {
  /** The library's own timeout; here it is a policy inside the breaker. */
  readonly timeout: number | null;
  readonly resetTimeout: number;
  readonly percent: number;
  readonly buckets: number;
  readonly rollingCountTimeout: number;
  readonly volumeThreshold: number;
  readonly allowWarmUp: boolean;
  readonly capacity: number | undefined;
}

function opossum(config: Config, note: (state: string) => void): Library {
  const breaker = new CircuitBreaker((run) => run(), {
    timeout: config.timeout ?? false,
    resetTimeout: config.resetTimeout,
    errorThresholdPercentage: config.percent,
    rollingCountTimeout: config.rollingCountTimeout,
    rollingCountBuckets: config.buckets,
    volumeThreshold: config.volumeThreshold,
    allowWarmUp: config.allowWarmUp,
    ...(config.capacity === undefined ? {} : { capacity: config.capacity }),
    errorFilter: (error) => error instanceof CalleeError && error.end === 'other',
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  breaker.on('open', () => note('open'));
  breaker.on('halfOpen', () => note('halfOpen'));
  breaker.on('close', () => note('closed'));
  return {
    fire: (run) => breaker.fire(run),
    refusal: (error) => {
      const { code } = error as { readonly code?: string };
      if (code === 'EOPENBREAKER') return 'open';
      return code === 'ESEMLOCKED' ? 'locked' : null;
    },
    state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'halfOpen' : 'closed'),
    stop: () => breaker.shutdown(),
  };
}

async function both(
  config: Config,
  calls: readonly Call[],
): Promise<{ readonly real: Account; readonly ours: Account }> {
  const written = {
    resetTimeout: `${config.resetTimeout}ms`,
    errorThresholdPercentage: `${config.percent}%`,
    rollingCountTimeout: `${config.rollingCountTimeout}ms`,
    rollingCountBuckets: config.buckets,
    volumeThreshold: config.volumeThreshold,
    allowWarmUp: config.allowWarmUp,
    capacity: config.capacity ?? 'unlimited',
    ignore: ['reset'],
  };
  const tailMs = config.resetTimeout + (config.timeout ?? 0) + 1;
  const real = await throughLibrary((note) => opossum(config, note), calls, tailMs);
  const ours = throughPolicy(circuitBreakerOpossum, written, calls, OUTCOME.reset, config.timeout);
  return { real, ours };
}

// Calls start at multiples of 4 ms and end 1 ms after one. With timeouts, which end 2 ms after one, a reset timeout
// is a multiple + 2 ms, else a multiple + 2 or 3 ms. So no response arrives in the same ms as a reset timer or a
// timeout, while many calls do.
const GRID = 4;
const onGrid = (ms: number): number => Math.ceil(ms / GRID) * GRID;

const configs: fc.Arbitrary<Config> = fc
  .record({
    timeout: fc.option(fc.nat({ max: 100 }), { freq: 2 }),
    reset: fc.integer({ min: 5, max: 90 }),
    offGrid: fc.constantFrom(2, 3, 3, 3),
    percent: fc.oneof(fc.constantFrom(0, 25, 33, 50, 50, 50, 60, 75, 100), fc.nat({ max: 100 })),
    buckets: fc.integer({ min: 1, max: 10 }),
    bucketMs: fc.integer({ min: 1, max: 70 }),
    rest: fc.nat({ max: 9 }),
    volumeThreshold: fc.oneof(fc.constant(0), fc.nat({ max: 8 })),
    allowWarmUp: fc.boolean(),
    capacity: fc.constantFrom(undefined, undefined, 1, 2, 4),
  })
  .map(({ timeout, reset, offGrid, buckets, bucketMs, rest, ...config }) => ({
    ...config,
    buckets,
    timeout: timeout === null ? null : timeout * GRID + 2,
    resetTimeout: reset * GRID + (timeout === null ? offGrid : 2),
    // A window that the buckets do not divide: the library rounds their length down.
    rollingCountTimeout: buckets * bucketMs + (rest % buckets),
  }));

/** Delay before a call: a number of grid steps, or until about the end of something. */
type Pause = readonly [until: 'soon' | 'reset' | 'border' | 'window', steps: number];
const pauses: fc.Arbitrary<Pause> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('soon' as const), fc.nat({ max: 6 })) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant('reset' as const), fc.constantFrom(-2, -1, 0, 0, 0, 0, 1, 2)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constant('border' as const), fc.integer({ min: -1, max: 1 })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constant('window' as const), fc.integer({ min: -2, max: 2 })),
  },
);
const steps: fc.Arbitrary<{
  readonly pause: Pause;
  readonly lasts: number | null;
  readonly ends: End;
}> = fc.record({
  pause: pauses,
  lasts: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 4, arbitrary: fc.nat({ max: 12 }) },
    { weight: 3, arbitrary: fc.nat({ max: 200 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  ends: fc.constantFrom<End[]>('ok', 'ok', 'ok', 'fail', 'fail', 'fail', 'fail', 'other'),
});

function sequence(
  config: Config,
  written: readonly { readonly pause: Pause; readonly lasts: number | null; readonly ends: End }[],
): Call[] {
  const bucketMs = Math.floor(config.rollingCountTimeout / config.buckets);
  let atMs = 0;
  return written.map(({ pause: [until, count], lasts, ends }) => {
    const from = atMs;
    if (until === 'reset') atMs += config.resetTimeout + (config.timeout ?? 1);
    else if (until === 'border') atMs = (Math.floor(atMs / bucketMs) + 1) * bucketMs;
    else if (until === 'window') atMs += config.rollingCountTimeout;
    atMs = Math.max(from, onGrid(atMs) + count * GRID);
    return { atMs, forMs: lasts === null ? null : lasts * GRID + 1, ends };
  });
}

beforeAll(fakeClock);
afterAll(() => {
  vi.useRealTimers();
});

describe('opossum 9.0.0 and the kind opossum', () => {
  it(`agree on ${RUNS} sequences of calls, event for event`, async () => {
    const seen = {
      open: 0,
      closed: 0,
      locked: 0,
      atReset: 0,
      timedOut: 0,
      lateWhileHalfOpen: 0,
      atBorder: 0,
    };
    await fc.assert(
      fc.asyncProperty(
        configs,
        fc.array(steps, { minLength: 10, maxLength: 50 }),
        async (config, written) => {
          const calls = sequence(config, written);
          const { real, ours } = await both(config, calls);
          expect(ours).toEqual(real);
          look(seen, config, calls, real);
        },
      ),
      { seed: 90_001, numRuns: RUNS },
    );
    // None of it holds only because nothing happened.
    expect(seen.open).toBeGreaterThan(RUNS);
    expect(seen.closed).toBeGreaterThan(RUNS / 2);
    expect(seen.locked).toBeGreaterThan(RUNS);
    expect(seen.atReset).toBeGreaterThan(RUNS / 10);
    expect(seen.timedOut).toBeGreaterThan(RUNS);
    expect(seen.atBorder).toBeGreaterThan(RUNS);
    expect(seen.lateWhileHalfOpen).toBeGreaterThan(RUNS / 10);
  });

  it('agree on every whole error percentage of up to 50 calls, just at the threshold', async () => {
    // In floating point 7 / 50 * 100 is a little above 14, so that 14% of 50 calls do open.
    const opened: string[] = [];
    let sequences = 0;
    for (let fires = 1; fires <= 50; fires++) {
      for (let failures = 1; failures <= fires; failures++) {
        const percent = (failures * 100) / fires;
        if (!Number.isInteger(percent)) continue;
        const config: Config = {
          timeout: null,
          resetTimeout: 1003,
          percent,
          buckets: 1,
          rollingCountTimeout: 10_000,
          volumeThreshold: fires,
          allowWarmUp: false,
          capacity: undefined,
        };
        const calls = Array.from({ length: fires }, (_, k): Call => {
          return { atMs: k * GRID, forMs: 1, ends: k < fires - failures ? 'ok' : 'fail' };
        });
        const { real, ours } = await both(config, calls);
        sequences++;
        expect(ours).toEqual(real);
        if (real.transitions.length > 0) opened.push(`${failures}/${fires}`);
      }
    }
    expect(opened).toContain('7/50');
    expect(sequences).toBe(235);
  });
});

/** Counts the situations that the sequences reached. */
function look(
  seen: Record<string, number>,
  config: Config,
  calls: readonly Call[],
  { refused, transitions, through }: Account,
): void {
  const bucketMs = Math.floor(config.rollingCountTimeout / config.buckets);
  const resets = new Set(transitions.filter(([, to]) => to === 'halfOpen').map(([ms]) => ms));
  seen.locked += refused.filter(([, , why]) => why === 'locked').length;
  seen.atReset += calls.filter(({ atMs }) => resets.has(atMs)).length;
  seen.atBorder += calls.filter(({ atMs }) => atMs % bucketMs === 0).length;
  const timeoutMs = config.timeout ?? Infinity;
  seen.timedOut += through.filter(([, call]) => (calls[call].forMs ?? 1e9) > timeoutMs).length;
  transitions.forEach(([ms, to], k) => {
    if (to === 'halfOpen') return;
    seen[to]++;
    const [before, from] = transitions[k - 1] ?? [0, 'closed'];
    // Decided by a call that came before the half-open time began.
    const decidedBy = through.filter(
      ([at, call]) => at + Math.min(timeoutMs, calls[call].forMs ?? Infinity) === ms,
    );
    if (from === 'halfOpen' && decidedBy.every(([at]) => at < before)) seen.lateWhileHalfOpen++;
  });
}
