import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { circuitBreakerLinkerd } from '../../src/patterns/policies/circuit-breaker-linkerd.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { behind, createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const OK = OUTCOME.ok;
const FAIL = OUTCOME.serverError;
const LIMITED = OUTCOME.throttled;
const REFUSED = OUTCOME.rejectedBreaker;

const PLAIN = { maxFailures: 2, minPenalty: '1s', maxPenalty: '4s', jitterRatio: 0 };

/** Calls at these ms that end at once with these outcomes, in order of the calls that get through. */
function drive(written: object, planned: readonly (readonly [ms: number, outcome: number])[]) {
  const byFrame = new Map<number, number>();
  const it = behind(circuitBreakerLinkerd, written, ({ frame }) => ({
    afterNs: 0,
    outcome: byFrame.get(frame)!,
  }));
  const results = planned.map(([ms, outcome]) => {
    const result = it.call(ms * MS);
    byFrame.set(result.frame, outcome);
    return result;
  });
  it.calls.run(100 * SECOND);
  expect(it.policy.held()).toBe(0);
  return { states: it.states(), outcomes: results.map(({ outcome }) => outcome) };
}

describe('circuitBreaker of kind linkerd', () => {
  it('shuts an instance on the last of so many failures in a row', () => {
    expect(drive({ jitterRatio: 0 }, many(6, FAIL)).states).toEqual([]);
    const { states, outcomes } = drive({ jitterRatio: 0 }, [...many(7, FAIL), [10, OK]]);
    expect(states.slice(0, 2)).toEqual([
      [6, 'open'],
      [1006, 'halfOpen'],
    ]);
    expect(outcomes[7]).toBe(REFUSED);
    const broken = [...many(6, FAIL), [6, OK], [7, FAIL]] as const;
    expect(drive({ jitterRatio: 0 }, broken).states).toEqual([]);
  });

  it('counts 429 as a success, and what never reached the callee as a failure', () => {
    const rows = [FAIL, LIMITED, FAIL].map((outcome, k) => [k, outcome] as const);
    expect(drive(PLAIN, rows).states).toEqual([]);
    const local = [OUTCOME.poolTimeout, OUTCOME.timeout].map((o, k) => [k, o] as const);
    expect(drive(PLAIN, local).states[0]).toEqual([1, 'open']);
    const ignored = { ...PLAIN, ignore: ['serverError'] };
    expect(drive(ignored, many(5, FAIL)).states).toEqual([]);
  });

  it('doubles the penalty with each failed probe, up to the longest; a success begins anew', () => {
    const { states, outcomes } = drive(PLAIN, [
      ...many(2, FAIL),
      [1000, OK],
      [1001, FAIL],
      [3000, OK],
      [3001, FAIL],
      [7001, FAIL],
      [11_000, OK],
      [11_001, OK],
      [12_000, FAIL],
      [12_001, FAIL],
      [13_000, OK],
      [13_001, OK],
    ]);
    expect(states).toEqual([
      [1, 'open'],
      [1001, 'halfOpen'],
      [1001, 'open'],
      [3001, 'halfOpen'],
      [3001, 'open'],
      [7001, 'halfOpen'],
      [7001, 'open'],
      [11_001, 'halfOpen'],
      [11_001, 'closed'],
      [12_001, 'open'],
      [13_001, 'halfOpen'],
      [13_001, 'closed'],
    ]);
    expect([2, 4, 7, 11].map((k) => outcomes[k])).toEqual([REFUSED, REFUSED, REFUSED, REFUSED]);
  });

  it('adds jitter by the draw of the call that shut it, never beyond the longest penalty', () => {
    const draw = unit(11, 13, 2, 7, 0);
    const more = Math.floor(1e9 * 0.5 * draw) / MS;
    const jittered = { ...PLAIN, jitterRatio: '50%' };
    expect(drive(jittered, many(2, FAIL)).states[1]).toEqual([1001 + more, 'halfOpen']);
    const capped = { ...jittered, maxPenalty: '1s' };
    expect(drive(capped, many(2, FAIL)).states[1]).toEqual([1001, 'halfOpen']);
  });

  it('lets one probe through and shuts the instance again while it is under way', () => {
    const { calls, policy, target, call, states } = behind(
      circuitBreakerLinkerd,
      PLAIN,
      ({ nth }) => ({ afterNs: nth > 2 ? 100 * MS : 0, outcome: nth > 2 ? OK : FAIL }),
    );
    call(0);
    call(MS);
    const probe = call(1001 * MS);
    const beside = call(1050 * MS);
    calls.at(1050 * MS, () => expect([target.isOpen, policy.held()]).toEqual([false, 1]));
    const after = call(1101 * MS);
    calls.run();
    expect([probe.outcome, beside.outcome, after.outcome]).toEqual([OK, REFUSED, OK]);
    expect(states().at(-1)).toEqual([1101, 'closed']);
  });

  it('late results: read and ignored while shut, the first one in probation decides', () => {
    const ends: Record<number, readonly [number, number]> = {
      // A success while it is shut, and one in probation while a probe hangs.
      1: [500, OK],
      2: [1500, OK],
      3: [1, FAIL],
      4: [2, FAIL],
      5: [90_000, FAIL],
    };
    const { calls, call, states } = behind(circuitBreakerLinkerd, PLAIN, ({ nth, startNs }) => ({
      afterNs: ends[nth][0] * MS - startNs,
      outcome: ends[nth][1],
    }));
    [0, 0, 1, 2, 1002].forEach((ms) => call(ms * MS));
    calls.run(10 * SECOND);
    expect(states()).toEqual([
      [2, 'open'],
      [1002, 'halfOpen'],
      [1500, 'closed'],
    ]);
  });

  it('a probe that is given up decides nothing and is not made again', () => {
    const { calls, policy, call, states } = behind(circuitBreakerLinkerd, PLAIN, ({ nth }) =>
      nth === 3 ? null : { afterNs: 0, outcome: FAIL },
    );
    call(0);
    call(MS);
    const probe = call(1001 * MS);
    calls.giveUp(probe.frame, 1100 * MS);
    const after = call(50_000 * MS);
    calls.run();
    expect(states()).toEqual([
      [1, 'open'],
      [1001, 'halfOpen'],
    ]);
    expect([after.outcome, policy.held()]).toEqual([REFUSED, 0]);
  });

  it('forgets everything when its process restarts', () => {
    const { calls, policy, target, call, states } = behind(circuitBreakerLinkerd, PLAIN, () => ({
      afterNs: 0,
      outcome: FAIL,
    }));
    call(0);
    call(MS);
    calls.at(500 * MS, () => policy.reset!());
    calls.at(501 * MS, () => expect(target.isOpen).toBe(true));
    call(600 * MS);
    calls.run();
    expect(states()).toEqual([
      [1, 'open'],
      [500, 'closed'],
    ]);
  });
});

describe('successRate of linkerd', () => {
  const rate = { ...PLAIN, maxFailures: 0, successRate: { threshold: '80%', minRequests: 5 } };

  it('shuts below the threshold, not at it, and not before there are enough results', () => {
    const four = many(4, OK);
    expect(drive(rate, [...four, [4, FAIL]]).states).toEqual([]);
    expect(drive(rate, [...four, [4, FAIL], [5, FAIL]]).states[0]).toEqual([5, 'open']);
    expect(drive(rate, many(4, FAIL)).states).toEqual([]);
    expect(drive(rate, many(5, FAIL)).states[0]).toEqual([4, 'open']);
  });

  it('looks back on ten buckets of a tenth of the window', () => {
    // The bucket of 0 to 1 s is left by the first result at or after 10 s.
    const last = (ms: number) => drive(rate, [...many(4, FAIL), [ms, FAIL]]).states;
    expect(last(9_999)[0]).toEqual([9_999, 'open']);
    expect(last(10_000)).toEqual([]);
  });

  it('counts 429 against the rate and a probe, but not in a row', () => {
    expect(drive(rate, many(5, LIMITED)).states[0]).toEqual([4, 'open']);
    const probed = drive(rate, [...many(5, FAIL), [1004, LIMITED]]).states;
    expect(probed.slice(1)).toEqual([
      [1004, 'halfOpen'],
      [1004, 'open'],
      [3004, 'halfOpen'],
    ]);
    const row = { ...rate, maxFailures: 2 };
    const mixed = [FAIL, LIMITED, FAIL].map((outcome, k) => [k, outcome] as const);
    expect(drive(row, mixed).states).toEqual([]);
    // Without a rate the probe may be a 429.
    expect(drive(PLAIN, [...many(2, FAIL), [1001, LIMITED]]).states.at(-1)![1]).toBe('closed');
  });

  it('begins with an empty window when the instance is open again', () => {
    const { states } = drive(rate, [...many(5, FAIL), [1004, OK], ...many(4, FAIL, 1005)]);
    expect(states.slice(1)).toEqual([
      [1004, 'halfOpen'],
      [1004, 'closed'],
    ]);
  });
});

describe('what contradicts itself in linkerd', () => {
  const problems = (written: object): readonly string[] =>
    circuitBreakerLinkerd.check!(circuitBreakerLinkerd.schema.parse(written), new Map()).map(
      ({ field }) => field,
    );

  it('is said', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ minPenalty: '2m' })).toEqual(['minPenalty']);
    expect(problems({ maxFailures: 0 })).toEqual(['maxFailures']);
    expect(problems({ maxFailures: 0, successRate: {} })).toEqual([]);
    expect(problems({ failOn: [503], ignore: [503] })).toEqual(['ignore']);
  });

  it('a dry run counts what it would have refused, and refuses no call', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 0, outcome: FAIL });
    const { policy, target } = createPolicy(calls, circuitBreakerLinkerd, PLAIN, true);
    const results = [0, 1, 2, 3].map((ms) => calls.call([policy], ms * MS));
    calls.run(10 * MS);
    expect(results.map(({ outcome }) => outcome)).toEqual([FAIL, FAIL, FAIL, FAIL]);
    expect([calls.counted('wouldReject'), target.isOpen]).toEqual([2, true]);
  });
});

/** This number of calls with one outcome, one per ms. */
function many(count: number, outcome: number, from = 0): [number, number][] {
  return Array.from({ length: count }, (_, k) => [from + k, outcome]);
}
