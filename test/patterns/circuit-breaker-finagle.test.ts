import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { circuitBreakerFinagle } from '../../src/patterns/policies/circuit-breaker-finagle.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { behind, createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const OK = OUTCOME.ok;
const FAIL = OUTCOME.serverError;
const REFUSED = OUTCOME.rejectedBreaker;

/** Three in a row, and no rate. */
const ROW = { consecutiveFailures: 3, successRate: 0, minPenalty: '100ms', maxPenalty: '1s' };

type Planned = readonly (readonly [ms: number, outcome: number])[];

/** Calls at these ms that end at once with these outcomes, where their instance is not shut. */
function drive(written: object, planned: Planned) {
  const byFrame = new Map<number, number>();
  const it = behind(circuitBreakerFinagle, written, ({ frame }) => ({
    afterNs: 0,
    outcome: byFrame.get(frame)!,
  }));
  const results = planned.map(([ms, outcome]) => {
    const result = it.call(Math.round(ms * MS));
    byFrame.set(result.frame, outcome);
    return result;
  });
  it.calls.run(1000 * SECOND);
  expect(it.policy.held()).toBe(0);
  return { states: it.states(), outcomes: results.map(({ outcome }) => outcome) };
}

const many = (count: number, outcome: number, from = 0, step = 1): [number, number][] =>
  Array.from({ length: count }, (_, k) => [from + k * step, outcome]);

describe('circuitBreaker of kind finagle', () => {
  it('marks an instance dead for 5 s on the fifth failure in a row', () => {
    expect(drive({}, [...many(4, FAIL), [4, OK], ...many(4, FAIL, 5)]).states).toEqual([]);
    const { states, outcomes } = drive({}, [...many(5, FAIL), [5003, OK], [5004, OK]]);
    expect(states).toEqual([
      [4, 'open'],
      [5004, 'halfOpen'],
      [5004, 'closed'],
    ]);
    expect(outcomes.slice(5)).toEqual([REFUSED, OK]);
  });

  it('counts as its response classifier does: 4xx and 429 are successes, what is thrown is not', () => {
    for (const outcome of [OUTCOME.throttled, OUTCOME.clientError]) {
      expect(drive(ROW, [...many(2, FAIL), [2, outcome], [3, FAIL]]).states).toEqual([]);
    }
    for (const outcome of [OUTCOME.timeout, OUTCOME.refused, OUTCOME.rejectedBulkhead]) {
      expect(drive(ROW, many(3, outcome)).states[0]).toEqual([2, 'open']);
    }
    expect(drive({ ...ROW, failOn: ['timeout'] }, many(5, FAIL)).states).toEqual([]);
    expect(drive({ ...ROW, ignore: ['serverError'] }, many(5, FAIL)).states).toEqual([]);
  });

  it('a call that is given up is a failure, the loser of a hedge is none', () => {
    const given = (hedges: boolean): readonly unknown[] => {
      const calls = new FakeCalls();
      calls.callee = () => null;
      const { layers, transitions } = createPolicy(calls, circuitBreakerFinagle, ROW);
      for (let k = 0; k < 3; k++) {
        const { frame } = calls.call(layers, k * MS);
        // The fork itself happens outside all layers: only the mark on its call matters here.
        if (hedges) calls.at(k * MS, () => calls.fork(frame, 1, 1, false));
        calls.giveUp(frame, (k + 10) * MS);
      }
      calls.run(20 * MS);
      return transitions.map(({ state }) => state);
    };
    expect(given(false)).toEqual(['open']);
    expect(given(true)).toEqual([]);
  });

  it('dead times: the shortest first, then half of the doubled one and as much again by chance', () => {
    // Each probe fails at once; its own draw decides how long the next time is.
    const written = { ...ROW, maxPenalty: '750ms' };
    const deadOf = (half: number, frame: number, draw: number): number =>
      half * MS + Math.floor(half * MS * unit(11, 13, frame + 1, 7, draw));
    // 400 plus up to the same random amount can exceed the maximum, and 800 does: then it stays at the maximum.
    const fourth = Math.min(deadOf(400, 5, 2), 750 * MS);
    const times = [100 * MS, deadOf(100, 3, 0), deadOf(200, 4, 1), fourth, 750 * MS, 750 * MS];
    let at = 2 * MS;
    const probes = times.map((dead): [number, number] => [(at += dead) / MS, FAIL]);
    const { states } = drive(written, [...many(3, FAIL), ...probes]);
    const opened = states.filter(([, state]) => state === 'open').map(([ms]) => ms);
    expect(opened).toEqual([2, ...probes.map(([ms]) => ms)]);
  });

  it('one probe at a time; an ignored one is made again', () => {
    const written = { ...ROW, ignore: ['throttled'] };
    const outcomes = [FAIL, FAIL, FAIL, OUTCOME.throttled, OK];
    const { calls, call, states, target } = behind(circuitBreakerFinagle, written, ({ nth }) => ({
      afterNs: nth > 3 ? 10 * MS : 0,
      outcome: outcomes[nth - 1],
    }));
    [0, 1, 2].forEach((ms) => call(ms * MS));
    const ignored = call(102 * MS);
    const beside = call(105 * MS);
    calls.at(112 * MS, () => expect(target.isOpen).toBe(true));
    const probe = call(112 * MS);
    calls.run();
    expect([ignored, beside, probe].map(({ outcome }) => outcome)).toEqual([
      OUTCOME.throttled,
      REFUSED,
      OK,
    ]);
    expect(states()).toEqual([
      [2, 'open'],
      [102, 'halfOpen'],
      [122, 'closed'],
    ]);
  });

  it('a success while it is dead makes one failed probe not enough', () => {
    const ends: readonly (readonly [number, number])[] = [
      [50, OK],
      [1, FAIL],
      [2, FAIL],
      [3, FAIL],
      [103, FAIL],
      [104, OK],
    ];
    const { calls, call, states } = behind(circuitBreakerFinagle, ROW, ({ nth, startNs }) => ({
      afterNs: ends[nth - 1][0] * MS - startNs,
      outcome: ends[nth - 1][1],
    }));
    [0, 1, 2, 3, 103, 104].forEach((ms) => call(ms * MS));
    calls.run();
    expect(states()).toEqual([
      [3, 'open'],
      [103, 'halfOpen'],
      [104, 'closed'],
    ]);
  });

  it('fails open: what comes while it is dead is let through and changes nothing', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, transitions } = createPolicy(calls, circuitBreakerFinagle, ROW);
    const results = many(50, FAIL).map(([ms]) => calls.call([policy], ms * MS));
    calls.run(100 * MS);
    expect(results.map(({ outcome }) => outcome)).toEqual(new Array(50).fill(FAIL));
    expect(transitions.map(({ state }) => state)).toEqual(['open']);
    expect(calls.counted('breakerRejected')).toBe(0);
  });
});

describe('the success rate of finagle', () => {
  const RATE = { consecutiveFailures: 0, window: '1s', minPenalty: '100ms', maxPenalty: '1s' };

  it('fades by e in a window: after ten good results the third failure is below 80 %', () => {
    // e^-0.1 = 0.905, e^-0.2 = 0.819, e^-0.3 = 0.741.
    const { states } = drive(RATE, [...many(10, OK, 0, 100), ...many(3, FAIL, 1000, 100)]);
    expect(states[0]).toEqual([1200, 'open']);
  });

  it('counts for nothing before there are results of a whole window', () => {
    expect(drive(RATE, many(10, FAIL, 0, 100)).states).toEqual([]);
    expect(drive(RATE, many(11, FAIL, 0, 100)).states[0]).toEqual([1000, 'open']);
    expect(drive(RATE, [...many(10, FAIL, 0, 100), [999, FAIL]]).states).toEqual([]);
  });

  it('needs enough results in the last window, counted in five slices', () => {
    expect(drive(RATE, many(4, FAIL, 997)).states).toEqual([]);
    expect(drive(RATE, many(5, FAIL, 997)).states[0]).toEqual([1001, 'open']);
    // Results from before 1.0 s are dropped by 2.0 s.
    expect(drive(RATE, [...many(4, FAIL, 0, 200), ...many(4, FAIL, 2000)]).states).toEqual([]);
  });

  it('is reset with the revival', () => {
    const dead: Planned = many(11, FAIL, 0, 100);
    const { states } = drive(RATE, [...dead, [1100, OK], ...many(9, FAIL, 1199, 100)]);
    expect(states).toEqual([
      [1000, 'open'],
      [1100, 'halfOpen'],
      [1100, 'closed'],
    ]);
    const later = drive(RATE, [...dead, [1100, OK], ...many(10, FAIL, 1200, 100)]).states;
    expect(later[3]).toEqual([2100, 'open']);
  });

  it('of both rules that fire at once the longer time counts', () => {
    // The rate fires first and draws for itself; the count fires with the next probe.
    const both = { ...RATE, consecutiveFailures: 12 };
    const probe: Planned = [[1100, FAIL]];
    const { states } = drive(both, [...many(11, FAIL, 0, 100), ...probe]);
    const second = 100 + Math.floor(100 * MS * unit(11, 13, 12, 7, 0)) / MS;
    expect(states[3]).toEqual([1100 + second, 'halfOpen']);
  });
});

describe('a restart and contradictions of finagle', () => {
  it('forgets everything; the client is new with its first call', () => {
    const { calls, policy, target, call, states } = behind(circuitBreakerFinagle, ROW, () => ({
      afterNs: 0,
      outcome: FAIL,
    }));
    [0, 1, 2].forEach((ms) => call(ms * MS));
    calls.at(50 * MS, () => policy.reset!());
    calls.at(51 * MS, () => expect(target.isOpen).toBe(true));
    [60, 61].forEach((ms) => call(ms * MS));
    calls.run();
    expect(states()).toEqual([
      [2, 'open'],
      [50, 'closed'],
    ]);
  });

  it('a dry run marks it dead as always, and refuses no call', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, target, transitions } = createPolicy(calls, circuitBreakerFinagle, ROW, true);
    many(5, FAIL).forEach(([ms]) => calls.call([policy], ms * MS));
    calls.run(10 * MS);
    expect(transitions.map(({ state }) => state)).toEqual(['open']);
    expect([calls.counted('wouldReject'), target.isOpen]).toEqual([0, true]);
  });

  it('says what contradicts itself', () => {
    const problems = (written: object): readonly string[] =>
      circuitBreakerFinagle.check!(circuitBreakerFinagle.schema.parse(written), new Map()).map(
        ({ field }) => field,
      );
    expect(problems({})).toEqual([]);
    expect(problems({ minPenalty: '10m' })).toEqual(['minPenalty']);
    expect(problems({ successRate: 0, consecutiveFailures: 0 })).toEqual(['consecutiveFailures']);
  });
});
