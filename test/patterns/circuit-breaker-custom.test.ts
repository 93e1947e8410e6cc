import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circuitBreakerCustom } from '../../src/patterns/policies/circuit-breaker-custom.js';
import { circuitBreakerGobreaker } from '../../src/patterns/policies/circuit-breaker-gobreaker.js';
import { circuitBreakerResilience4j } from '../../src/patterns/policies/circuit-breaker-resilience4j.js';
import { circuitBreakerSimple } from '../../src/patterns/policies/circuit-breaker-simple.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyKind } from '../../src/contracts/patterns/policy.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const OK = OUTCOME.ok;
const FAIL = OUTCOME.serverError;
const IGNORED = OUTCOME.throttled;
const REFUSED = OUTCOME.rejectedBreaker;

/** One call: its start and duration in ms; null = its caller cancels it then. */
interface Call {
  readonly at: number;
  readonly takes: number;
  readonly outcome: number | null;
}

interface Played {
  readonly outcomes: readonly (number | null)[];
  readonly states: readonly (readonly [number, string])[];
}

function play(kind: PolicyKind, config: object, script: readonly Call[]): Played {
  const calls = new FakeCalls();
  const { policy, transitions } = createPolicy(calls, kind, config);
  const results = script.map(({ at }) => calls.call([policy], at * MS));
  const byFrame = new Map(results.map(({ frame }, k) => [frame, script[k]]));
  calls.callee = ({ frame }) => {
    const { takes, outcome } = byFrame.get(frame)!;
    return outcome === null ? null : { afterNs: takes * MS, outcome };
  };
  script.forEach(({ at, takes, outcome }, k) => {
    if (outcome === null) calls.giveUp(results[k].frame, (at + takes) * MS);
  });
  // Not until nothing is due: timers of open and half open may take turns for ever.
  calls.run(Math.max(0, ...script.map(({ at, takes }) => at + takes)) * MS);
  expect(policy.held()).toBe(0);
  return {
    outcomes: results.map(({ outcome }) => outcome),
    states: transitions.map(({ atNs, state }) => [atNs / MS, state]),
  };
}

/** Instant calls from `from` ms on, `step` apart: S succeeds, F fails, I is ignored. */
function series(from: number, step: number, results: string): Call[] {
  const outcomes: Record<string, number> = { S: OK, F: FAIL, I: IGNORED };
  return [...results].map((one, k) => ({
    at: from + k * step,
    takes: 0,
    outcome: outcomes[one],
  }));
}

/** Calls on a grid of `grain` ms, so that ends, waits and windows meet at the same instants. */
const scripts = (grain: number): fc.Arbitrary<Call[]> =>
  fc
    .array(
      fc.record({
        gap: fc.integer({ min: 0, max: 3 }),
        takes: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 0, max: 2 }) },
          { weight: 1, arbitrary: fc.integer({ min: 3, max: 30 }) },
        ),
        outcome: fc.oneof(
          { weight: 5, arbitrary: fc.constant(FAIL) },
          { weight: 5, arbitrary: fc.constant(OK) },
          { weight: 1, arbitrary: fc.constant(IGNORED) },
          { weight: 1, arbitrary: fc.constant(null) },
        ),
      }),
      { minLength: 20, maxLength: 80 },
    )
    .map((steps) => {
      let at = 0;
      return steps.map(({ gap, takes, outcome }) => {
        at += gap * grain;
        return { at, takes: takes * grain, outcome };
      });
    });

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const percent = fc.integer({ min: 1, max: 100 }).map((share) => `${share}%`);
const RUNS = { numRuns: 300 };

/** The same outcomes and transitions; and enough of those, lest it hold for want of any. */
function agree(
  kind: PolicyKind,
  grain: number,
  settings: fc.Arbitrary<{ readonly own: object; readonly custom: object }>,
): void {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(settings, scripts(grain), ({ own, custom }, script) => {
      const expected = play(kind, own, script);
      expect(play(circuitBreakerCustom, custom, script)).toEqual(expected);
      for (const [, state] of expected.states) seen.set(state, (seen.get(state) ?? 0) + 1);
    }),
    RUNS,
  );
  for (const state of ['open', 'halfOpen', 'closed']) {
    expect(seen.get(state), state).toBeGreaterThan(RUNS.numRuns / 10);
  }
}

describe('circuitBreaker custom is every other kind', () => {
  it('simple: failures in a row, probes at once, an inclusive end, late results lost', () => {
    const settings = fc
      .record({ failures: small(4), open: small(8), permits: small(3), successes: small(3) })
      .map(({ failures, open, permits, successes }) => ({
        own: {
          failureThreshold: failures,
          openDuration: `${open * 10}ms`,
          halfOpenPermits: permits,
          successThreshold: successes,
        },
        custom: {
          threshold: failures,
          open: `${open * 10}ms`,
          halfOpen: { permits, closeAfter: successes },
        },
      }));
    agree(circuitBreakerSimple, 10, settings);
  });

  const gobreaker = (open: number, permits: number): object => ({
    open: `${open * 10}ms`,
    boundary: 'strict',
    resultsEndOpen: true,
    halfOpen: { permits, mode: 'total', closeAfter: permits },
  });

  it('gobreaker: probes in all, a strict end, late results lost that still end open', () => {
    const settings = fc
      .record({ failures: small(4), open: small(8), permits: small(3) })
      .map(({ failures, open, permits }) => ({
        own: {
          ignore: ['throttled', 'cancelled'],
          maxRequests: permits,
          timeout: `${open * 10}ms`,
          tripAfter: { consecutiveFailures: failures },
        },
        custom: { threshold: failures, ...gobreaker(open, permits) },
      }));
    agree(circuitBreakerGobreaker, 10, settings);
  });

  it('gobreaker by ratio: per call let through, looked at after failures', () => {
    const settings = fc
      .record({ ratio: percent, least: small(6), open: small(8), permits: small(3) })
      .map(({ ratio, least, open, permits }) => ({
        own: {
          ignore: ['throttled', 'cancelled'],
          maxRequests: permits,
          timeout: `${open * 10}ms`,
          tripAfter: { failureRatio: ratio, minRequests: least },
        },
        custom: {
          window: 'count',
          threshold: ratio,
          minCalls: least,
          counted: 'admitted',
          evaluateOn: 'failure',
          ...gobreaker(open, permits),
        },
      }));
    agree(circuitBreakerGobreaker, 10, settings);
  });

  const shared = {
    rate: percent,
    slowRate: percent,
    slow: small(4),
    least: small(8),
    open: small(8),
    permits: small(5),
    longest: fc.integer({ min: 0, max: 6 }),
    automatic: fc.boolean(),
    grows: fc.boolean(),
  };
  type Shared = {
    [K in keyof typeof shared]: (typeof shared)[K] extends fc.Arbitrary<infer T> ? T : never;
  };

  const resilience4j = (s: Shared, ms: number): { own: object; custom: object } => ({
    own: {
      ignore: ['throttled'],
      failureRateThreshold: s.rate,
      slowCallRateThreshold: s.slowRate,
      slowCallDurationThreshold: `${s.slow * ms}ms`,
      minimumNumberOfCalls: s.least,
      waitDurationInOpenState: `${s.open * ms}ms`,
      permittedNumberOfCallsInHalfOpenState: s.permits,
      maxWaitDurationInHalfOpenState: `${s.longest * ms}ms`,
      automaticTransitionFromOpenToHalfOpenEnabled: s.automatic,
      ...(s.grows
        ? {
            enableExponentialBackoff: true,
            exponentialBackoffMultiplier: 2,
            exponentialMaxWaitDurationInOpenState: `${20 * ms}ms`,
          }
        : {}),
    },
    custom: {
      threshold: s.rate,
      slow: `${s.slow * ms}ms`,
      slowRate: s.slowRate,
      minCalls: s.least,
      open: `${s.open * ms}ms`,
      boundary: 'strict',
      lazyHalfOpen: !s.automatic,
      lateResults: 'current',
      halfOpen: {
        permits: s.permits,
        mode: 'total',
        decideAfter: Math.min(s.least, s.permits),
        maxWait: `${s.longest * ms}ms`,
      },
      ...(s.grows ? { openBackoff: { factor: 2, max: `${20 * ms}ms` } } : {}),
    },
  });

  it('resilience4j over the last calls: rates, late results in the present state', () => {
    const settings = fc.record({ ...shared, size: small(10) }).map((drawn) => {
      const { own, custom } = resilience4j(
        { ...drawn, least: Math.min(drawn.least, drawn.size) },
        10,
      );
      return {
        own: { ...own, slidingWindowSize: drawn.size },
        custom: { ...custom, window: 'count', windowSize: drawn.size },
      };
    });
    agree(circuitBreakerResilience4j, 10, settings);
  });

  it('resilience4j over the last seconds', () => {
    const settings = fc.record({ ...shared, size: small(5) }).map((drawn) => {
      const { own, custom } = resilience4j(drawn, 250);
      return {
        own: { ...own, slidingWindowType: 'time', slidingWindowSize: `${drawn.size}s` },
        custom: { ...custom, window: 'time', windowSize: `${drawn.size}s`, buckets: drawn.size },
      };
    });
    agree(circuitBreakerResilience4j, 250, settings);
  });
});

describe('circuitBreaker custom: its own choices', () => {
  const states = (config: object, script: readonly Call[]): Played['states'] =>
    play(circuitBreakerCustom, config, script).states;

  it('opens at its threshold, or only above it', () => {
    const rate = { window: 'count', windowSize: 4, minCalls: 4, threshold: '50%' };
    expect(states(rate, series(0, 1, 'FFSS'))).toEqual([[3, 'open']]);
    expect(states({ ...rate, tripOp: '>' }, series(0, 1, 'FFSS'))).toEqual([]);
    expect(states({ ...rate, tripOp: '>' }, series(0, 1, 'FFSSF'))).toEqual([]);
    expect(states({ ...rate, tripOp: '>' }, series(0, 1, 'FFSFF'))).toEqual([[3, 'open']]);
    expect(states({ threshold: 2, tripOp: '>' }, series(0, 1, 'FFF'))).toEqual([[2, 'open']]);
  });

  it('counts refused, unfinished or ignored calls, if configured', () => {
    // As opossum does: the denominator has the refused calls of half open and open, kept over a close.
    const config = {
      window: 'time',
      windowSize: '10s',
      threshold: '50%',
      tripOp: '>',
      minCalls: 2,
      open: '10ms',
      resetWindowOnClose: false,
      evaluateOn: 'failure',
    };
    // FF at 0 and 1: open. 5 and 6 are refused. The probe of 11 succeeds; then F: 3 of 4 ended, but
    // 3 of 6 offered. One more F is 4 of 7 offered.
    const script = [...series(0, 1, 'FF'), ...series(5, 1, 'SS'), ...series(11, 1, 'SFF')];
    expect(states(config, script).slice(-1)).toEqual([[12, 'open']]);
    expect(states({ ...config, counted: 'offered' }, script).slice(-1)).toEqual([[13, 'open']]);
    // Two calls that never end are admitted and stay open.
    const hung = [
      { at: 0, takes: 900, outcome: OK },
      { at: 0, takes: 900, outcome: OK },
      ...series(1, 1, 'FF'),
    ];
    expect(states(config, hung)).toEqual([[2, 'open']]);
    expect(states({ ...config, counted: 'admitted' }, hung)).toEqual([]);
  });

  it('evaluates only after failures, if configured', () => {
    const config = { window: 'count', windowSize: 4, minCalls: 3, threshold: '50%' };
    expect(states(config, series(0, 1, 'FFS'))).toEqual([[2, 'open']]);
    expect(states({ ...config, evaluateOn: 'failure' }, series(0, 1, 'FFSSF'))).toEqual([
      [4, 'open'],
    ]);
  });

  it('evaluates its window at multiples of a time, if configured, while it has results', () => {
    const config = {
      window: 'time',
      windowSize: '1s',
      threshold: '60%',
      minCalls: 2,
      evaluateEvery: '500ms',
      open: '10s',
    };
    // At 500 ms the failures are half of the calls; at 1000 ms the successes of slice 0 have left.
    const script = [
      ...series(10, 10, 'SS'),
      ...series(400, 10, 'FF'),
      { at: 2000, takes: 0, outcome: OK },
    ];
    expect(states(config, script)).toEqual([[1000, 'open']]);
    // A result of exactly that instant is among them.
    const onTime = [
      { at: 490, takes: 10, outcome: FAIL },
      ...series(499, 1, 'F'),
      ...series(600, 1, 'S'),
    ];
    expect(states(config, onTime)).toEqual([[500, 'open']]);
    // Consecutive failures: the state at the end of the period counts.
    const row = { threshold: 2, evaluateEvery: '500ms' };
    expect(
      states(row, [...series(0, 1, 'FFFS'), ...series(990, 1, 'FF'), ...series(1200, 1, 'S')]),
    ).toEqual([[1000, 'open']]);
  });

  it('takes slices of the clock', () => {
    // Slices of 100 ms: at 1000 ms the slice of 0 to 100 leaves as a whole.
    const config = { window: 'time', windowSize: '1s', threshold: '100%', minCalls: 2 };
    expect(states(config, [...series(99, 0, 'F'), ...series(999, 0, 'F')])).toEqual([
      [999, 'open'],
    ]);
    expect(states(config, [...series(99, 0, 'F'), ...series(1000, 0, 'F')])).toEqual([]);
    const coarse = { ...config, buckets: 2 };
    expect(states(coarse, [...series(499, 0, 'F'), ...series(1000, 0, 'F')])).toEqual([]);
    expect(states(coarse, [...series(500, 0, 'F'), ...series(1499, 0, 'F')])).toHaveLength(1);
  });

  it('counts slow calls above their time', () => {
    const config = { window: 'count', windowSize: 2, minCalls: 2, threshold: '100%' };
    const slow = { ...config, slow: '20ms', slowRate: '50%' };
    const two = (takes: number): Call[] => [
      { at: 0, takes, outcome: OK },
      { at: 50, takes: 0, outcome: OK },
    ];
    expect(states(slow, two(20))).toEqual([]);
    expect(states(slow, two(21))).toEqual([[50, 'open']]);
  });

  it('waits longer with each opening, up to a longest', () => {
    const config = { threshold: 1, open: '10ms', openBackoff: { factor: 3, max: '50ms' } };
    const script = series(0, 1, 'F'.repeat(150));
    expect(states(config, script).filter(([, state]) => state === 'open')).toEqual(
      [0, 10, 40, 90, 140].map((at) => [at, 'open']),
    );
  });

  it('begins half open by a timer, or with a late result', () => {
    const late = [
      { at: 0, takes: 30, outcome: OK },
      ...series(1, 1, 'F'),
      { at: 60, takes: 0, outcome: OK },
    ];
    const config = { threshold: 1, open: '10ms' };
    expect(states(config, late)[1]).toEqual([60, 'halfOpen']);
    expect(states({ ...config, resultsEndOpen: true }, late)[1]).toEqual([30, 'halfOpen']);
    expect(states({ ...config, lazyHalfOpen: false }, late)[1]).toEqual([11, 'halfOpen']);
  });

  it('G11: drops a late success, takes it in the present state, or books it', () => {
    // A runs 0 to 70 s, six failures open it at 6 s, P probes from 66 to 77 s, one call arrives at 72 s.
    const script = [
      { at: 0, takes: 70_000, outcome: OK },
      ...series(1000, 1000, 'FFFFFF'),
      { at: 66_000, takes: 11_000, outcome: OK },
      { at: 72_000, takes: 0, outcome: OK },
      { at: 80_000, takes: 0, outcome: OK },
    ];
    const played = (config: object): Played =>
      play(circuitBreakerCustom, { threshold: 6, ...config }, script);
    expect(played({}).states.at(-1)).toEqual([77_000, 'closed']);
    expect(played({}).outcomes[8]).toBe(REFUSED);
    const current = played({ lateResults: 'current' });
    expect(current.states.at(-1)).toEqual([70_000, 'closed']);
    expect(current.outcomes[8]).toBe(OK);
    const old = played({ lateResults: 'oldWindow' });
    expect(old.states.at(-1)).toEqual([77_000, 'closed']);
  });

  it('closes an open breaker at a late success, with successCloses only', () => {
    // Two calls start before the failure of 10 opens it: the failure of 20 changes nothing, the success of 25 closes it.
    const script = [
      { at: 0, takes: 20, outcome: FAIL },
      { at: 0, takes: 25, outcome: OK },
      ...series(10, 0, 'F'),
      { at: 24, takes: 0, outcome: OK },
      { at: 26, takes: 0, outcome: OK },
    ];
    const config = { threshold: 1, open: '1s' };
    const closes = play(circuitBreakerCustom, { ...config, lateResults: 'successCloses' }, script);
    expect(closes.states).toEqual([
      [10, 'open'],
      [25, 'closed'],
    ]);
    expect(closes.outcomes.slice(-2)).toEqual([REFUSED, OK]);
    const current = play(circuitBreakerCustom, { ...config, lateResults: 'current' }, script);
    expect(current.states).toEqual([[10, 'open']]);
  });

  it('books late failures in the window it keeps', () => {
    // Opens at 10. The failure of before ends at 15, the probe of 20 closes; at 21 two of four failed.
    const script = [
      { at: 0, takes: 15, outcome: FAIL },
      ...series(10, 0, 'F'),
      ...series(20, 1, 'SS'),
      ...series(22, 1, 'S'),
    ];
    const config = {
      window: 'count',
      windowSize: 4,
      threshold: '50%',
      open: '10ms',
      evaluateOn: 'result',
      resetWindowOnClose: false,
    };
    expect(states(config, script).slice(3)).toEqual([]);
    expect(states({ ...config, lateResults: 'oldWindow' }, script).slice(3)).toEqual([
      [21, 'open'],
    ]);
  });

  it('late failures open it again where they count in the present state', () => {
    const script = [
      { at: 0, takes: 25, outcome: FAIL },
      ...series(1, 0, 'F'),
      { at: 20, takes: 20, outcome: OK },
    ];
    const config = { threshold: 1, open: '10ms', lateResults: 'current' };
    expect(states(config, script)).toEqual([
      [1, 'open'],
      [20, 'halfOpen'],
      [25, 'open'],
    ]);
  });

  it('gives no place back for a late result where places are counted at once', () => {
    const script = [
      { at: 0, takes: 25, outcome: OK },
      ...series(1, 0, 'F'),
      { at: 20, takes: 20, outcome: OK },
      ...series(30, 0, 'S'),
    ];
    const config = {
      threshold: 1,
      open: '10ms',
      lateResults: 'current',
      halfOpen: { closeAfter: 2 },
    };
    // The late success of 25 is one of two; the place stays taken until 40, when the probe closes it.
    const played = play(circuitBreakerCustom, config, script);
    expect(played.outcomes.at(-1)).toBe(REFUSED);
    expect(played.states.at(-1)).toEqual([40, 'closed']);
  });

  it('leaves half open after its longest time', () => {
    const hung = [...series(0, 0, 'F'), { at: 10, takes: 500, outcome: OK }];
    expect(states({ threshold: 1, open: '10ms', halfOpen: { maxWait: '50ms' } }, hung)).toEqual([
      [0, 'open'],
      [10, 'halfOpen'],
      [60, 'open'],
    ]);
  });

  it('is closed and without memory, timers included, after its process has restarted', () => {
    const calls = new FakeCalls();
    calls.callee = ({ startNs }) => ({ afterNs: 0, outcome: startNs < 30 * MS ? FAIL : OK });
    const { policy, transitions } = createPolicy(calls, circuitBreakerCustom, {
      threshold: 2,
      open: '10ms',
      lazyHalfOpen: false,
    });
    for (const at of [0, 1, 20, 40]) calls.call([policy], at * MS);
    calls.at(5 * MS, () => policy.reset!());
    calls.run();
    expect(transitions.map(({ atNs, state }) => [atNs / MS, state])).toEqual([
      [1, 'open'],
      [5, 'closed'],
    ]);
  });

  it('reports what contradicts itself', () => {
    const problems = (written: object): string[] => {
      const config = circuitBreakerCustom.schema.parse(written);
      return circuitBreakerCustom.check!(config, new Map()).map((p) => p.field);
    };
    const rate = { window: 'count', windowSize: 10, threshold: '50%' };
    const time = { window: 'time', windowSize: '10s', threshold: '50%' };
    expect(problems({ threshold: 5 })).toEqual([]);
    expect(problems(rate)).toEqual([]);
    expect(problems(time)).toEqual([]);
    expect(problems({ threshold: '50%' })).toEqual(['threshold']);
    expect(problems({ ...rate, threshold: 5 })).toEqual(['threshold']);
    expect(problems({ ...rate, threshold: 0 })).toEqual(['threshold']);
    expect(problems({ ...rate, threshold: 0, tripOp: '>' })).toEqual([]);
    expect(
      problems({
        threshold: 5,
        windowSize: 3,
        buckets: 2,
        minCalls: 2,
        counted: 'offered',
        slow: '1s',
        slowRate: '50%',
        halfOpen: { decideAfter: 1 },
      }),
    ).toEqual([
      'windowSize',
      'buckets',
      'minCalls',
      'counted',
      'slow',
      'slowRate',
      'halfOpen.decideAfter',
    ]);
    expect(problems({ ...rate, windowSize: '10s' })).toEqual(['windowSize']);
    expect(problems({ ...time, windowSize: 10 })).toEqual(['windowSize']);
    expect(problems({ ...time, windowSize: '1ms', buckets: 3 })).toEqual(['buckets']);
    expect(problems({ ...rate, buckets: 3 })).toEqual(['buckets']);
    expect(problems({ ...rate, minCalls: 11 })).toEqual(['minCalls']);
    expect(problems({ ...rate, counted: 'admitted' })).toEqual(['counted']);
    expect(problems({ ...rate, slow: '1s' })).toEqual(['slow']);
    expect(problems({ ...rate, slowRate: '50%' })).toEqual(['slowRate']);
    expect(problems({ ...rate, slow: '1s', slowRate: 0 })).toEqual(['slowRate']);
    expect(problems({ threshold: 5, resultsEndOpen: true, lazyHalfOpen: false })).toEqual([
      'resultsEndOpen',
    ]);
    expect(problems({ ...time, evaluateEvery: '1s', evaluateOn: 'failure' })).toEqual([
      'evaluateOn',
    ]);
    expect(problems({ threshold: 5, open: '10s', openBackoff: { max: '5s' } })).toEqual([
      'openBackoff.max',
    ]);
    expect(problems({ ...rate, halfOpen: { decideAfter: 1, closeAfter: 1 } })).toEqual([
      'halfOpen.closeAfter',
    ]);
    const total = { permits: 2, mode: 'total' };
    expect(problems({ threshold: 5, halfOpen: { ...total, closeAfter: 3 } })).toEqual([
      'halfOpen.closeAfter',
    ]);
    expect(problems({ ...rate, halfOpen: { ...total, decideAfter: 3 } })).toEqual([
      'halfOpen.decideAfter',
    ]);
    expect(problems({ threshold: 5, failOn: ['timeout'], ignore: ['timeout'] })).toEqual([
      'ignore',
    ]);
  });
});
