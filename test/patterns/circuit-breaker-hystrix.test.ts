import { describe, expect, it } from 'vitest';
import { bulkheadSemaphore } from '../../src/patterns/policies/bulkhead-semaphore.js';
import { circuitBreakerHystrix } from '../../src/patterns/policies/circuit-breaker-hystrix.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { Callee } from '../support/fake-calls.js';
import { behind, createPolicy, FakeCalls, MS } from '../support/fake-calls.js';

const FAIL = OUTCOME.serverError;
const OK = OUTCOME.ok;
const REFUSED = OUTCOME.rejectedBreaker;

function breaker(written: object, callee: Callee) {
  const run = behind(circuitBreakerHystrix, written, callee);
  return { ...run, call: (atMs: number) => run.call(atMs * MS) };
}

/** Calls at these ms, of which those listed fail at once; transitions of the breaker until it has nothing to do. */
function statesOf(written: object, failing: readonly number[], well: readonly number[] = []) {
  const run = breaker(written, ({ startNs }) => ({
    afterNs: 0,
    outcome: failing.includes(startNs / MS) ? FAIL : OK,
  }));
  for (const at of [...failing, ...well].sort((a, b) => a - b)) run.call(at);
  run.calls.run();
  return run.states();
}

const span = (from: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, k) => from + k * step);

/** Snapshots every 100 ms, opens with two errors of two. */
const QUICK = {
  requestVolumeThreshold: 2,
  sleepWindow: '200ms',
  rollingWindow: '1s',
  snapshotInterval: '100ms',
};

describe('when circuitBreaker hystrix opens', () => {
  it('opens at the next snapshot, by default 500 ms after the first call, and lets all through till then', () => {
    // Twenty failures by 19 ms; those at 20 to 499 still reach the callee, the one at 500 does not.
    const run = breaker({}, () => ({ afterNs: 0, outcome: FAIL }));
    const all = span(0, 501).map((at) => run.call(at));
    run.calls.run();
    expect(run.states()).toEqual([[500, 'open']]);
    expect(all.slice(0, 500).every(({ outcome }) => outcome === FAIL)).toBe(true);
    expect(all[500].outcome).toBe(REFUSED);
    expect(run.calls.counted('breakerRejected')).toBe(1);
  });

  it('opens with 20 results and not with 19', () => {
    expect(statesOf({}, span(0, 19))).toEqual([]);
    expect(statesOf({}, span(0, 20))).toEqual([[500, 'open']]);
  });

  it('has its snapshots on the beat of the first call', () => {
    expect(statesOf(QUICK, [37, 38])).toEqual([[137, 'open']]);
    // Snapshots continue while nothing is counted: 37 + 13 x 100 is the next after 1250.
    expect(statesOf({ ...QUICK, requestVolumeThreshold: 3 }, [37, 1250, 1260, 1270])).toEqual([
      [1337, 'open'],
    ]);
  });

  it('opens at exactly its percentage', () => {
    expect(statesOf(QUICK, [0, 1], [2, 3])).toEqual([[100, 'open']]);
    expect(statesOf(QUICK, [0, 1], [2, 3, 4])).toEqual([]);
  });

  it('cuts the percentage to a whole number, as the arithmetic of the library has it', () => {
    const third = (errorThresholdPercentage: string) =>
      statesOf({ ...QUICK, errorThresholdPercentage }, [0], [1, 2]);
    expect(third('33%')).toEqual([[100, 'open']]);
    expect(third('34%')).toEqual([]);
    // 29 of 50 is 58 %, but (double) 29 / 50 * 100 is 57.99999999999999.
    const most = { ...QUICK, errorThresholdPercentage: '58%' };
    expect(statesOf(most, span(0, 29), span(29, 21))).toEqual([]);
    expect(statesOf(most, span(0, 30), span(30, 20))).toEqual([[100, 'open']]);
  });

  it('counts a result of the instant of a snapshot in it, and a call that comes then after it', () => {
    const run = breaker(QUICK, ({ nth }) => ({ afterNs: nth <= 2 ? 100 * MS : 0, outcome: FAIL }));
    run.call(0);
    run.call(0);
    run.calls.run();
    expect(run.states()).toEqual([[100, 'open']]);
    expect(statesOf(QUICK, [0, 100])).toEqual([[200, 'open']]);
  });

  it('continues its snapshots for calls in flight', () => {
    const run = breaker(QUICK, () => ({ afterNs: 950 * MS, outcome: FAIL }));
    run.call(0);
    run.call(10);
    run.calls.run();
    expect(run.states()).toEqual([[1000, 'open']]);
  });
});

describe('the rolling window of circuitBreaker hystrix', () => {
  const three = { ...QUICK, requestVolumeThreshold: 4, rollingWindow: '300ms' };

  it('covers the last completed buckets', () => {
    expect(statesOf(three, [0, 1, 210, 220])).toEqual([[300, 'open']]);
    expect(statesOf(three, [0, 1, 310, 320])).toEqual([]);
  });

  it('has as many buckets as fit into it', () => {
    const uneven = { ...three, rollingWindow: '399ms' };
    expect(statesOf(uneven, [0, 1, 210, 220])).toEqual([[300, 'open']]);
    expect(statesOf(uneven, [0, 1, 310, 320])).toEqual([]);
  });

  it('opens without a call when successes leave it', () => {
    // At 200 and 300 it is 4 of 9; at 400 the first bucket has left and it is 4 of 4.
    expect(statesOf(three, span(110, 4), span(0, 5))).toEqual([[400, 'open']]);
  });
});

describe('circuitBreaker hystrix while open and half open', () => {
  it('refuses at exactly the end of its sleep window, and tests with the next call', () => {
    const run = breaker(QUICK, () => ({ afterNs: 0, outcome: FAIL }));
    const all = [0, 1, 100, 300, 301, 501, 502].map((at) => run.call(at));
    run.calls.run();
    expect(all.map(({ outcome }) => outcome)).toEqual([
      FAIL,
      FAIL,
      REFUSED,
      REFUSED,
      FAIL,
      REFUSED,
      FAIL,
    ]);
    expect(run.states()).toEqual([
      [100, 'open'],
      [301, 'halfOpen'],
      [301, 'open'],
      [502, 'halfOpen'],
      [502, 'open'],
    ]);
  });

  it('divergence 9: restarts its stream when it closes, with its own interval and the success in it', () => {
    // Closed at 350 by a test request of 49 ms. Three failures make 3 of 4 at 450, not at 400.
    const again = (requestVolumeThreshold: number) => {
      const run = breaker({ ...QUICK, requestVolumeThreshold }, ({ startNs }) =>
        startNs === 301 * MS ? { afterNs: 49 * MS, outcome: OK } : { afterNs: 0, outcome: FAIL },
      );
      for (const at of [...span(0, 5), 301, 360, 370, 380]) run.call(at);
      run.calls.run();
      return run.states().slice(1);
    };
    const closed = [
      [301, 'halfOpen'],
      [350, 'closed'],
    ];
    expect(again(4)).toEqual([...closed, [450, 'open']]);
    expect(again(5)).toEqual(closed);
  });

  it('divergence 5: lets one test request through; a call refused meanwhile opens it again', () => {
    const run = breaker(QUICK, ({ startNs }) =>
      startNs === 301 * MS ? { afterNs: 50 * MS, outcome: OK } : { afterNs: 0, outcome: FAIL },
    );
    const all = [0, 1, 301, 320, 351, 520, 521].map((at) => run.call(at));
    run.calls.run();
    // The success at 351 finds it open; the sleep window counts from 320.
    expect(all.slice(2).map(({ outcome }) => outcome)).toEqual([
      OK,
      REFUSED,
      REFUSED,
      REFUSED,
      FAIL,
    ]);
    expect(run.states()).toEqual([
      [100, 'open'],
      [301, 'halfOpen'],
      [320, 'open'],
      [521, 'halfOpen'],
      [521, 'open'],
    ]);
    expect(run.policy.held()).toBe(0);
  });

  it('divergence 7: a test request that hangs keeps it half open until the next call', () => {
    const run = breaker(QUICK, ({ nth }) => (nth === 3 ? null : { afterNs: 0, outcome: FAIL }));
    for (const at of [0, 1, 301, 5000]) run.call(at);
    run.calls.run();
    expect(run.states().slice(1)).toEqual([
      [301, 'halfOpen'],
      [5000, 'open'],
    ]);
    expect(run.policy.held()).toBe(1);
  });

  it('divergence 13: is half open at the call that finds the time over, not before', () => {
    expect(statesOf(QUICK, [0, 1], [4000]).slice(1)).toEqual([
      [4000, 'halfOpen'],
      [4000, 'closed'],
    ]);
  });

  it('divergence 11: refused calls are in no health', () => {
    // Twenty refusals while open; after the close at 301 one failure is 1 of 3, below 51 %.
    const failing = [0, 1, ...span(150, 20), 310];
    const states = statesOf({ ...QUICK, errorThresholdPercentage: '51%' }, failing, [301, 311]);
    expect(states.slice(1)).toEqual([
      [301, 'halfOpen'],
      [301, 'closed'],
    ]);
  });
});

describe('late results of circuitBreaker hystrix', () => {
  /** A call from 0 with the given end, two failures at 1 and 2 ms, and a test request at 301 that hangs. */
  const late = (endsAt: number, outcome: number, written: object = {}) => {
    const run = breaker({ ...QUICK, ...written }, ({ nth }) => {
      if (nth === 1) return { afterNs: endsAt * MS, outcome };
      return nth <= 3 ? { afterNs: 0, outcome: FAIL } : null;
    });
    for (const at of [0, 1, 2, 301]) run.call(at);
    run.calls.run(10_000 * MS);
    return run.states().slice(2);
  };

  it('G11: the success of a call that began before it opened closes it while half open', () => {
    expect(late(600, OK)).toEqual([[600, 'closed']]);
  });

  it('the failure of such a call opens it again, an ignored outcome too', () => {
    expect(late(600, FAIL)).toEqual([[600, 'open']]);
    expect(late(600, OUTCOME.timeout, { ignore: ['timeout'] })).toEqual([[600, 'open']]);
  });

  it('divergence 4: none moves it while it is open', () => {
    expect(late(250, OK)).toEqual([]);
    expect(late(250, FAIL)).toEqual([]);
  });

  it('counts in the new stream when it ends after the breaker has closed', () => {
    // Closed at 301 by a success; the late failure at 350 makes 1 of 2 at 401.
    const run = breaker(QUICK, ({ nth }) => {
      if (nth === 1) return { afterNs: 350 * MS, outcome: FAIL };
      return { afterNs: 0, outcome: nth === 4 ? OK : FAIL };
    });
    for (const at of [0, 1, 2, 301]) run.call(at);
    run.calls.run();
    expect(run.states().slice(2)).toEqual([
      [301, 'closed'],
      [401, 'open'],
    ]);
  });
});

describe('what circuitBreaker hystrix counts', () => {
  const opensOn = (outcome: number, lists: object = {}): boolean => {
    const run = breaker({ ...QUICK, ...lists }, () => ({ afterNs: 0, outcome }));
    run.call(0);
    run.call(1);
    run.calls.run();
    return run.states().length > 0;
  };

  it('divergence 12: counts refusals of its own bulkhead as errors', () => {
    for (const name of ['serverError', 'timeout', 'refused', 'reset', 'rejectedOverload'] as const)
      expect(opensOn(OUTCOME[name]), name).toBe(true);
    for (const name of ['rejectedBulkhead', 'poolTimeout', 'rejectedRateLimit'] as const)
      expect(opensOn(OUTCOME[name]), name).toBe(true);
    for (const name of ['clientError', 'throttled', 'degraded'] as const)
      expect(opensOn(OUTCOME[name]), name).toBe(false);

    const calls = new FakeCalls();
    calls.callee = () => null;
    const { policy, transitions } = createPolicy(calls, circuitBreakerHystrix, QUICK);
    const inner = createPolicy(calls, bulkheadSemaphore, { maxConcurrent: 1 }).policy;
    for (const at of [0, 1, 2]) calls.call([policy, inner], at * MS);
    calls.run(1000 * MS);
    expect(transitions).toEqual([{ atNs: 100 * MS, state: 'open' }]);
  });

  it('leaves what is ignored out of its health', () => {
    const status = (code: number): number => withStatus(FAIL, code);
    expect(opensOn(status(500), { failOn: ['gateway'] })).toBe(false);
    expect(opensOn(status(503), { failOn: ['gateway'] })).toBe(true);
    // Two failures and two bad requests are 2 of 2, below a volume of 3.
    const run = breaker(
      { ...QUICK, requestVolumeThreshold: 3, ignore: ['timeout'] },
      ({ nth }) => ({ afterNs: 0, outcome: nth <= 2 ? FAIL : OUTCOME.timeout }),
    );
    for (let k = 0; k < 4; k++) run.call(k);
    run.calls.run();
    expect(run.states()).toEqual([]);
  });

  it('leaves a call given up by its caller out too, and opens again when it was the test request', () => {
    const run = breaker(QUICK, ({ nth }) =>
      nth === 2 || nth === 3 ? { afterNs: 0, outcome: FAIL } : null,
    );
    const first = run.call(0);
    run.calls.giveUp(first.frame, 5 * MS);
    for (const at of [10, 20]) run.call(at);
    const test = run.call(301);
    run.calls.giveUp(test.frame, 310 * MS);
    run.calls.run();
    expect(run.states()).toEqual([
      [100, 'open'],
      [301, 'halfOpen'],
      [310, 'open'],
    ]);
    expect(run.policy.held()).toBe(0);
  });
});

describe('the rest of circuitBreaker hystrix', () => {
  it('divergence 51: is closed and without memory after its process has restarted, on a new beat', () => {
    const run = breaker(QUICK, () => ({ afterNs: 0, outcome: FAIL }));
    for (const at of [0, 1, 130, 140]) run.call(at);
    run.calls.at(120 * MS, () => run.policy.reset!());
    run.calls.run();
    expect(run.states()).toEqual([
      [100, 'open'],
      [120, 'closed'],
      [230, 'open'],
    ]);
  });

  it('forgets the results of a closed breaker and its snapshot', () => {
    const run = breaker(QUICK, () => ({ afterNs: 0, outcome: FAIL }));
    for (const at of [0, 1]) run.call(at);
    run.calls.at(50 * MS, () => run.policy.reset!());
    run.calls.run();
    expect(run.states()).toEqual([]);
  });

  it('reports what it cannot compare or divide', () => {
    const fields = (written: object): string[] =>
      circuitBreakerHystrix.check!(circuitBreakerHystrix.schema.parse(written), new Map()).map(
        ({ field }) => field,
      );
    expect(fields({ errorThresholdPercentage: '12.5%' })).toEqual(['errorThresholdPercentage']);
    expect(fields({ errorThresholdPercentage: '58%' })).toEqual([]);
    expect(fields({ snapshotInterval: '11s' })).toEqual(['snapshotInterval']);
    expect(fields({ snapshotInterval: '10s' })).toEqual([]);
    expect(fields({ failOn: ['timeout'], ignore: ['timeout'] })).toEqual(['ignore']);
  });
});
