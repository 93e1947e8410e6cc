import { describe, expect, it } from 'vitest';
import { FAILURE } from '../../src/patterns/mechanisms/breaker-classes.js';
import {
  circuitBreakerResilience4j,
  Resilience4jRule,
} from '../../src/patterns/policies/circuit-breaker-resilience4j.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import type { PolicyState } from '../../src/contracts/patterns/policy.js';
import type { CallResult } from '../support/fake-calls.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const OK = OUTCOME.ok;
const FAIL = OUTCOME.serverError;
const REFUSED = OUTCOME.rejectedBreaker;
const IGNORED = OUTCOME.throttled;

/** One call: starts at `at` ms, ends with `outcome` after `takes` ms. */
interface Call {
  readonly at: number;
  readonly takes?: number;
  readonly outcome?: number;
}

interface Run {
  readonly calls: FakeCalls;
  readonly policy: PolicyState;
  readonly results: readonly CallResult[];
  /** `[ms, state]` of each transition. */
  states(): readonly (readonly [number, string])[];
}

/** Makes calls of which each carries its own answer; `null` outcomes never end. */
function play(config: object, script: readonly Call[], prepare?: (run: Run) => void): Run {
  const calls = new FakeCalls();
  const written = { ignore: ['throttled'], ...config };
  const { policy, transitions } = createPolicy(calls, circuitBreakerResilience4j, written);
  const results = script.map(({ at }) => calls.call([policy], at * MS));
  const byFrame = new Map(results.map(({ frame }, k) => [frame, script[k]]));
  calls.callee = ({ frame }) => {
    const { takes = 0, outcome = OK } = byFrame.get(frame)!;
    return { afterNs: takes * MS, outcome };
  };
  const run: Run = {
    calls,
    policy,
    results,
    states: () => transitions.map(({ atNs, state }) => [atNs / MS, state] as const),
  };
  prepare?.(run);
  calls.run();
  expect(policy.held()).toBe(0);
  return run;
}

/** Instant calls from `from` ms on, `step` apart: S succeeds, F fails, I is ignored. */
function series(from: number, step: number, results: string): Call[] {
  const outcomes: Record<string, number> = { S: OK, F: FAIL, I: IGNORED };
  return [...results].map((one, k) => ({ at: from + k * step, outcome: outcomes[one] }));
}

const outcomesOf = (run: Run): (number | null)[] => run.results.map(({ outcome }) => outcome);

const g9 = {
  slidingWindowSize: 10,
  minimumNumberOfCalls: 5,
  waitDurationInOpenState: '10s',
  permittedNumberOfCallsInHalfOpenState: 3,
};

/** Opens on the first failure, stays open 100 ms. */
const quick = {
  slidingWindowSize: 1,
  waitDurationInOpenState: '100ms',
  permittedNumberOfCallsInHalfOpenState: 2,
};

describe('circuitBreaker resilience4j: closed', () => {
  it('counts every exception by default, a full bulkhead inside too; an answer of 429 is none', () => {
    const all = { slidingWindowSize: 2, ignore: undefined };
    const after = (outcome: number): unknown =>
      play(all, [{ at: 0 }, { at: 1, outcome }])
        .states()
        .at(-1)?.[1];
    for (const name of ['rejectedBulkhead', 'rejectedRateLimit', 'rejectedBreaker'] as const) {
      expect(after(OUTCOME[name]), name).toBe('open');
    }
    expect(after(OUTCOME.throttled)).toBeUndefined();
    const probed = play(
      { ...all, waitDurationInOpenState: '50ms', permittedNumberOfCallsInHalfOpenState: 1 },
      [...series(0, 1, 'FF'), { at: 60, outcome: OUTCOME.throttled }],
    );
    expect(probed.states().at(-1)).toEqual([60, 'closed']);
  });

  it('opens at exactly the failure rate, once the window holds the minimum', () => {
    const run = play(g9, series(1000, 1000, 'SSSFFF'));
    expect(run.states()).toEqual([[6000, 'open']]);
  });

  it('says nothing below the minimum, even when all calls fail', () => {
    expect(play(g9, series(0, 1, 'FFFF')).states()).toEqual([]);
    expect(play(g9, series(0, 1, 'FFFFF')).states()).toEqual([[4, 'open']]);
  });

  it('looks at its rates after a success too', () => {
    // 2 of 4 failed when the minimum of 4 is reached, by a success.
    const run = play({ ...g9, minimumNumberOfCalls: 4 }, series(0, 1, 'FSFS'));
    expect(run.states()).toEqual([[3, 'open']]);
  });

  it('forgets the oldest call of a count window', () => {
    // Window 4. FSSS: 25 %, then F leaves for S, and FF make 2 of the last 4.
    const run = play({ slidingWindowSize: 4, minimumNumberOfCalls: 4 }, series(0, 1, 'FSSSSFF'));
    expect(run.states()).toEqual([[6, 'open']]);
  });

  it('takes 100 calls as window and minimum by default', () => {
    expect(play({}, series(0, 1, 'F'.repeat(99))).states()).toEqual([]);
    expect(play({}, series(0, 1, 'F'.repeat(100))).states()).toEqual([[99, 'open']]);
    // A window below 100 lowers the minimum with it.
    expect(play({ slidingWindowSize: 3 }, series(0, 1, 'FFF')).states()).toEqual([[2, 'open']]);
  });

  it('compares rates as floats of percent, so that a third is not 33.4 %', () => {
    const opens = (failureRateThreshold: string): boolean =>
      play({ slidingWindowSize: 3, failureRateThreshold }, series(0, 1, 'SSF')).states().length > 0;
    expect(opens('33.4%')).toBe(false);
    expect(opens('33.33333%')).toBe(true);
    const tenths = play(
      { slidingWindowSize: 1000, failureRateThreshold: '33.3%', minimumNumberOfCalls: 1000 },
      series(0, 1, 'F'.repeat(333) + 'S'.repeat(667)),
    );
    expect(tenths.states()).toEqual([[999, 'open']]);
  });

  it('counts a call as slow above its threshold, not at it, and opens on slow successes', () => {
    const slow = {
      slidingWindowSize: 2,
      slowCallRateThreshold: '50%',
      slowCallDurationThreshold: '20ms',
    };
    const two = (takes: number): Call[] => [
      { at: 0, takes: 1 },
      { at: 10, takes },
    ];
    expect(play(slow, two(20)).states()).toEqual([]);
    expect(play(slow, two(20.000001)).states()).toEqual([[30.000001, 'open']]);
  });

  it('counts slow failures in both rates', () => {
    const run = play(
      {
        slidingWindowSize: 4,
        failureRateThreshold: '75%',
        slowCallRateThreshold: '50%',
        slowCallDurationThreshold: '20ms',
      },
      [{ at: 0, takes: 50, outcome: FAIL }, { at: 0, takes: 51 }, { at: 0, takes: 1 }, { at: 60 }],
    );
    expect(run.states()).toEqual([[60, 'open']]);
  });

  it('keeps ignored results out of the window', () => {
    expect(play({ slidingWindowSize: 2 }, series(0, 1, 'FIIIS')).states()).toEqual([[4, 'open']]);
    const all = play({ slidingWindowSize: 2, ignore: ['serverError'] }, series(0, 1, 'FFFF'));
    expect(all.states()).toEqual([]);
  });

  it('takes what failOn does not name as a success', () => {
    const run = play({ slidingWindowSize: 2, failOn: ['timeout'] }, series(0, 1, 'FFFF'));
    expect(run.states()).toEqual([]);
  });
});

describe('circuitBreaker resilience4j: time windows', () => {
  const time = {
    slidingWindowType: 'time',
    slidingWindowSize: '3s',
    minimumNumberOfCalls: 3,
  };

  it('takes a bare number for seconds, as the library does', () => {
    const calls = series(0, 500, 'FFF');
    const written = play({ ...time, slidingWindowSize: '3s' }, calls);
    const bare = play({ ...time, slidingWindowSize: 3 }, calls);
    expect(bare.states()).toEqual(written.states());
    expect(bare.states().length).toBeGreaterThan(0);
  });

  it('holds the seconds of the clock: the present one and two before it', () => {
    // Failures at 0.9 s, 2.0 s and 2.999999999 s: seconds 0, 2 and 2, all within 0 to 2.
    const inside = play(time, [
      { at: 900, outcome: FAIL },
      { at: 2000, outcome: FAIL },
      { at: 2999.999999, outcome: FAIL },
    ]);
    expect(inside.states()).toEqual([[2999.999999, 'open']]);
    // At 3.0 s second 0 has left, although 0.9 s is only 2.1 s ago.
    const outside = play(time, [
      { at: 900, outcome: FAIL },
      { at: 2000, outcome: FAIL },
      { at: 3000, outcome: FAIL },
    ]);
    expect(outside.states()).toEqual([]);
  });

  it('reaches back almost its whole length where calls come early in a second', () => {
    const run = play(time, [
      { at: 0, outcome: FAIL },
      { at: 1500, outcome: FAIL },
      { at: 2999, outcome: FAIL },
    ]);
    expect(run.states()).toEqual([[2999, 'open']]);
  });

  it('does not cap the minimum, and forgets all after a quiet time', () => {
    const ten = { ...time, minimumNumberOfCalls: 10 };
    expect(play(ten, series(0, 100, 'FFFFFFFFF')).states()).toEqual([]);
    expect(play(ten, series(0, 100, 'FFFFFFFFFF')).states()).toEqual([[900, 'open']]);
    const apart = [...series(0, 100, 'FF'), ...series(60_000, 100, 'FF')];
    expect(play(time, apart).states()).toEqual([]);
  });

  it('books a result in the second in which it ends', () => {
    // The call of 0.5 s ends at 3.5 s and counts with those of 3.6 s and 4 s.
    const run = play(time, [
      { at: 500, takes: 3000, outcome: FAIL },
      { at: 3600, outcome: FAIL },
      { at: 4000, outcome: FAIL },
    ]);
    expect(run.states()).toEqual([[4000, 'open']]);
  });

  it('is 100 s long by default', () => {
    const from = (ms: number): Call[] => [{ at: 0, outcome: FAIL }, ...series(ms, 0, 'FF')];
    const config = { slidingWindowType: 'time', minimumNumberOfCalls: 3 };
    expect(play(config, from(99_999)).states()).toEqual([[99_999, 'open']]);
    expect(play(config, from(100_000)).states()).toEqual([]);
  });
});

describe('circuitBreaker resilience4j: open', () => {
  it('still refuses at exactly the end of its wait', () => {
    const run = play(quick, [{ at: 0, outcome: FAIL }, { at: 100 }, { at: 100.000001 }]);
    expect(outcomesOf(run)).toEqual([FAIL, REFUSED, OK]);
    expect(run.states()).toEqual([
      [0, 'open'],
      [100.000001, 'halfOpen'],
    ]);
    expect(run.calls.counted('breakerRejected')).toBe(1);
  });

  it('goes to half open by a timer, if configured, and admits a call of that instant', () => {
    const run = play({ ...quick, automaticTransitionFromOpenToHalfOpenEnabled: true }, [
      { at: 0, outcome: FAIL },
      { at: 99.999999 },
      { at: 100 },
    ]);
    expect(outcomesOf(run)).toEqual([FAIL, REFUSED, OK]);
    expect(run.states()).toEqual([
      [0, 'open'],
      [100, 'halfOpen'],
    ]);
  });

  it('needs a call to leave open without the timer', () => {
    expect(play(quick, [{ at: 0, outcome: FAIL }]).states()).toEqual([[0, 'open']]);
  });

  it('leaves late results without effect', () => {
    // Two earlier calls fail and one is ignored while it is open: the wait still ends at 110, and half open has its
    // two places and no results.
    const run = play(quick, [
      { at: 0, takes: 50, outcome: FAIL },
      { at: 0, takes: 60, outcome: FAIL },
      { at: 0, takes: 70, outcome: IGNORED },
      { at: 10, outcome: FAIL },
      { at: 110 },
      { at: 111, takes: 5 },
      { at: 112, takes: 5 },
      { at: 113 },
    ]);
    expect(outcomesOf(run).slice(4)).toEqual([REFUSED, OK, OK, REFUSED]);
    expect(run.states()).toEqual([
      [10, 'open'],
      [111, 'halfOpen'],
      [117, 'closed'],
    ]);
  });

  it('waits longer each time it opens out of half open, and starts over once closed', () => {
    const run = play(
      {
        ...quick,
        permittedNumberOfCallsInHalfOpenState: 1,
        enableExponentialBackoff: true,
        exponentialBackoffMultiplier: 1.257,
        exponentialMaxWaitDurationInOpenState: '150ms',
      },
      series(0, 1, `F${'F'.repeat(500)}${'S'.repeat(200)}F${'S'.repeat(300)}`),
    );
    // Waits of 100, 125 (125.7 cut), 150 (157 cut, at most 150) and 150 again, each left by the
    // first call after its end.
    expect(run.states()).toEqual([
      [0, 'open'],
      [101, 'halfOpen'],
      [101, 'open'],
      [227, 'halfOpen'],
      [227, 'open'],
      [378, 'halfOpen'],
      [378, 'open'],
      [529, 'halfOpen'],
      [529, 'closed'],
      [701, 'open'],
      [802, 'halfOpen'],
      [802, 'closed'],
    ]);
  });

  it('grows its wait by half by default', () => {
    const run = play(
      { ...quick, permittedNumberOfCallsInHalfOpenState: 1, enableExponentialBackoff: true },
      series(0, 1, 'F'.repeat(260)),
    );
    expect(run.states().filter(([, state]) => state === 'open')).toEqual([
      [0, 'open'],
      [101, 'open'],
      [252, 'open'],
    ]);
  });
});

describe('circuitBreaker resilience4j: half open', () => {
  it('lets so many calls through in all and decides on the last of them', () => {
    const closes = play(g9, [
      ...series(1000, 1000, 'SSSFFF'),
      ...series(7000, 1000, 'SSSSSSSSSSSFSS'),
    ]);
    expect(closes.states()).toEqual([
      [6000, 'open'],
      [17_000, 'halfOpen'],
      [19_000, 'closed'],
    ]);
    expect(outcomesOf(closes).slice(6, 16)).toEqual(new Array(10).fill(REFUSED));
    const opens = play(g9, [...series(1000, 1000, 'SSSFFF'), ...series(17_000, 1000, 'SFF')]);
    expect(opens.states().at(-1)).toEqual([19_000, 'open']);
  });

  it('gives no place back for a success', () => {
    const run = play(quick, [
      { at: 0, outcome: FAIL },
      { at: 101, takes: 1 },
      { at: 103, takes: 50 },
      { at: 110 },
      { at: 153 },
    ]);
    expect(outcomesOf(run)).toEqual([FAIL, OK, OK, REFUSED, OK]);
    expect(run.states().at(-1)).toEqual([153, 'closed']);
  });

  it('decides on the minimum where that is less than it lets through', () => {
    // Ten are admitted, the fifth result decides.
    const run = play(
      { ...g9, permittedNumberOfCallsInHalfOpenState: 10, waitDurationInOpenState: '100ms' },
      [...series(0, 1, 'FFFFF'), ...series(105, 1, 'FSSSS')],
    );
    expect(run.states().at(-1)).toEqual([109, 'closed']);
  });

  it('does not open before the minimum, even when every probe fails', () => {
    const run = play(quick, [{ at: 0, outcome: FAIL }, ...series(101, 1, 'F')]);
    expect(run.states().at(-1)).toEqual([101, 'halfOpen']);
  });

  it('opens on slow successes', () => {
    const run = play({ ...quick, slowCallDurationThreshold: '5ms' }, [
      { at: 0, outcome: FAIL },
      { at: 101, takes: 6 },
      { at: 101, takes: 7 },
    ]);
    expect(run.states().at(-1)).toEqual([108, 'open']);
  });

  it('starts closed with an empty window', () => {
    const two = { ...quick, slidingWindowSize: 4, minimumNumberOfCalls: 2 };
    // Two failures open it; after it has closed, one failure more is one call of a new window.
    const run = play(two, [...series(0, 1, 'FF'), ...series(102, 1, 'SSFS')]);
    expect(run.states()).toEqual([
      [1, 'open'],
      [102, 'halfOpen'],
      [103, 'closed'],
      [105, 'open'],
    ]);
  });

  it('counts late results of calls that were admitted before, and may be decided by them', () => {
    // Two calls of 0 ms fail at 105 and 106, while the only probe still runs.
    const run = play(quick, [
      { at: 0, takes: 105, outcome: FAIL },
      { at: 0, takes: 106, outcome: FAIL },
      { at: 1, outcome: FAIL },
      { at: 102, takes: 50 },
    ]);
    expect(run.states()).toEqual([
      [1, 'open'],
      [102, 'halfOpen'],
      [106, 'open'],
    ]);
  });

  it('counts results that end after it has closed in the new window', () => {
    const run = play({ ...quick, slidingWindowSize: 2, minimumNumberOfCalls: 1 }, [
      { at: 0, outcome: FAIL },
      { at: 101, takes: 9, outcome: FAIL },
      { at: 102, takes: 1 },
    ]);
    // The minimum of 1 lets the success of 103 close it; the failure of 110 is the first call after.
    expect(run.states()).toEqual([
      [0, 'open'],
      [101, 'halfOpen'],
      [103, 'closed'],
      [110, 'open'],
    ]);
  });

  it('gives the place of an ignored result back', () => {
    const run = play(quick, [
      { at: 0, outcome: FAIL },
      ...series(101, 1, 'IIII'),
      ...series(110, 1, 'SS'),
    ]);
    expect(outcomesOf(run)).toEqual([FAIL, ...new Array(4).fill(IGNORED), OK, OK]);
    expect(run.states().at(-1)).toEqual([111, 'closed']);
  });

  it('adds a place for an ignored result of a call that took none', () => {
    // The call of 0 ms was admitted while closed and is ignored at 105: a third probe gets through.
    const run = play(quick, [
      { at: 0, takes: 105, outcome: IGNORED },
      { at: 1, outcome: FAIL },
      { at: 102, takes: 20 },
      { at: 103, takes: 20 },
      { at: 104 },
      { at: 106, takes: 20 },
      { at: 107 },
    ]);
    expect(outcomesOf(run).slice(2)).toEqual([OK, OK, REFUSED, OK, REFUSED]);
    expect(run.states().at(-1)).toEqual([123, 'closed']);
  });

  it('gives a place back when the caller leaves', () => {
    const calls = new FakeCalls();
    calls.callee = ({ nth }) => (nth === 1 ? { afterNs: 0, outcome: FAIL } : null);
    const { policy } = createPolicy(calls, circuitBreakerResilience4j, quick);
    calls.call([policy], 0);
    const [first] = [101, 102].map((at) => calls.call([policy], at * MS));
    const refused = calls.call([policy], 103 * MS);
    calls.giveUp(first.frame, 104 * MS);
    const next = calls.call([policy], 105 * MS);
    calls.run();
    expect([refused.outcome, next.outcome]).toEqual([REFUSED, null]);
    expect(policy.held()).toBe(2);
  });

  it('stays for ever when a probe hangs, unless it has a longest time', () => {
    const waits = (config: object): readonly (readonly [number, string])[] => {
      const calls = new FakeCalls();
      calls.callee = ({ nth }) => (nth === 1 ? { afterNs: 0, outcome: FAIL } : null);
      const { policy, transitions } = createPolicy(calls, circuitBreakerResilience4j, {
        ...quick,
        ...config,
      });
      for (const at of [0, 101, 102, 500, 10_000]) calls.call([policy], at * MS);
      calls.run();
      return transitions.map(({ atNs, state }) => [atNs / MS, state]);
    };
    expect(waits({})).toEqual([
      [0, 'open'],
      [101, 'halfOpen'],
    ]);
    expect(waits({ maxWaitDurationInHalfOpenState: '50ms' })).toEqual([
      [0, 'open'],
      [101, 'halfOpen'],
      [151, 'open'],
      [500, 'halfOpen'],
      [550, 'open'],
      [10_000, 'halfOpen'],
      [10_050, 'open'],
    ]);
    expect(
      waits({
        maxWaitDurationInHalfOpenState: '50ms',
        transitionToStateAfterWaitDuration: 'closed',
      }),
    ).toEqual([
      [0, 'open'],
      [101, 'halfOpen'],
      [151, 'closed'],
    ]);
  });

  it('takes a result at exactly its longest time, and refuses a call there', () => {
    const limited = { ...quick, maxWaitDurationInHalfOpenState: '50ms' };
    const inTime = play(limited, [
      { at: 0, outcome: FAIL },
      { at: 101, takes: 50 },
      { at: 101, takes: 50 },
    ]);
    expect(inTime.states().at(-1)).toEqual([151, 'closed']);
    const late = play(limited, [{ at: 0, outcome: FAIL }, { at: 101 }, { at: 151 }]);
    expect(outcomesOf(late)).toEqual([FAIL, OK, REFUSED]);
    expect(late.states().at(-1)).toEqual([151, 'open']);
  });

  it('waits longer after its longest time too', () => {
    const run = play(
      {
        ...quick,
        maxWaitDurationInHalfOpenState: '50ms',
        enableExponentialBackoff: true,
        exponentialBackoffMultiplier: 2,
      },
      [{ at: 0, outcome: FAIL }, { at: 101 }, { at: 351 }, { at: 352 }],
    );
    expect(outcomesOf(run)).toEqual([FAIL, OK, REFUSED, OK]);
  });
});

describe('circuitBreaker resilience4j: the rest', () => {
  it('is closed and without memory, timers included, after its process has restarted', () => {
    const config = {
      ...quick,
      slidingWindowSize: 2,
      automaticTransitionFromOpenToHalfOpenEnabled: true,
    };
    const run = play(config, series(0, 10, 'FFSFSSSSSSSS'), ({ calls, policy }) =>
      calls.at(15 * MS, () => policy.reset!()),
    );
    // Open at 10, reset at 15: S and F of the new window open it at 30; the old timer of 110 is dead.
    expect(run.states()).toEqual([
      [10, 'open'],
      [15, 'closed'],
      [30, 'open'],
      [130, 'halfOpen'],
    ]);
    expect(run.results.filter(({ outcome }) => outcome === REFUSED)).toHaveLength(8);
  });

  it('does not hear an old timer after its process has restarted', () => {
    const config = { ...quick, automaticTransitionFromOpenToHalfOpenEnabled: true };
    const run = play(config, series(0, 50, 'FSSSSS'), ({ calls, policy }) =>
      calls.at(15 * MS, () => policy.reset!()),
    );
    expect(run.states()).toEqual([
      [0, 'open'],
      [15, 'closed'],
    ]);
  });

  it('drops the timer of open where a call is there before it, as after a pause of the process', () => {
    const timer = { at: -1, set: (at: number) => (timer.at = at), clear: () => (timer.at = -1) };
    const rule = new Resilience4jRule(
      circuitBreakerResilience4j.schema.parse({
        ...quick,
        automaticTransitionFromOpenToHalfOpenEnabled: true,
      }),
      { set: () => {} },
      timer,
    );
    rule.record(0, rule.admit(0), FAILURE, 0);
    expect(timer.at).toBe(100 * MS);
    expect(rule.admit(150 * MS)).toBe(0);
    expect(timer.at).toBe(-1);
  });

  it('is closed again when its process restarts in half open, with the first wait', () => {
    const config = { ...quick, enableExponentialBackoff: true, exponentialBackoffMultiplier: 3 };
    const script = [
      ...series(0, 1, 'F'),
      ...series(101, 1, 'FF'),
      ...series(403, 1, 'S'),
      ...series(500, 1, 'F'),
      ...series(601, 1, 'S'),
    ];
    const run = play(config, script, ({ calls, policy }) =>
      calls.at(450 * MS, () => policy.reset!()),
    );
    expect(run.states()).toEqual([
      [0, 'open'],
      [101, 'halfOpen'],
      [102, 'open'],
      [403, 'halfOpen'],
      [450, 'closed'],
      [500, 'open'],
      [601, 'halfOpen'],
    ]);
  });

  it('forgets its time window when its process restarts', () => {
    const config = { slidingWindowType: 'time', slidingWindowSize: '10s', minimumNumberOfCalls: 3 };
    const run = play(config, series(1000, 100, 'FFFF'), ({ calls, policy }) =>
      calls.at(1.15 * SECOND, () => policy.reset!()),
    );
    expect(run.states()).toEqual([]);
  });

  it('reports what contradicts itself, and says why', () => {
    const problems = (written: object): string[] => {
      const config = circuitBreakerResilience4j.schema.parse(written);
      return circuitBreakerResilience4j.check!(config, new Map()).map((p) => p.field);
    };
    expect(problems({})).toEqual([]);
    expect(problems({ slidingWindowSize: 5 })).toEqual([]);
    expect(problems({ slidingWindowSize: 5, minimumNumberOfCalls: 5 })).toEqual([]);
    expect(problems({ slidingWindowSize: 5, minimumNumberOfCalls: 6 })).toEqual([
      'minimumNumberOfCalls',
    ]);
    const time = { slidingWindowType: 'time' };
    expect(problems({ ...time, slidingWindowSize: '5s', minimumNumberOfCalls: 600 })).toEqual([]);
    expect(problems({ ...time, slidingWindowSize: '1500ms' })).toEqual(['slidingWindowSize']);
    expect(problems({ ...time, slidingWindowSize: '2000000s' })).toEqual(['slidingWindowSize']);
    expect(problems({ ...time, slidingWindowSize: 10 })).toEqual([]);
    expect(problems({ slidingWindowSize: '10s' })).toEqual(['slidingWindowSize']);
    expect(problems({ waitDurationInOpenState: '1500us' })).toEqual(['waitDurationInOpenState']);
    expect(problems({ maxWaitDurationInHalfOpenState: '500us' })).toEqual([
      'maxWaitDurationInHalfOpenState',
    ]);
    expect(problems({ exponentialBackoffMultiplier: 2 })).toEqual(['exponentialBackoffMultiplier']);
    expect(problems({ exponentialMaxWaitDurationInOpenState: '10s' })).toEqual([
      'exponentialMaxWaitDurationInOpenState',
    ]);
    expect(
      problems({ enableExponentialBackoff: true, exponentialMaxWaitDurationInOpenState: '10s' }),
    ).toEqual(['exponentialMaxWaitDurationInOpenState']);
    expect(problems({ transitionToStateAfterWaitDuration: 'closed' })).toEqual([
      'transitionToStateAfterWaitDuration',
    ]);
    expect(problems({ failureRateThreshold: 0, slowCallRateThreshold: '0%' })).toEqual([
      'failureRateThreshold',
      'slowCallRateThreshold',
    ]);
    expect(problems({ failOn: ['timeout'], ignore: ['timeout'] })).toEqual(['ignore']);
  });
});
