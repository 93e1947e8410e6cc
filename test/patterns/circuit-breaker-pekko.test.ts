import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { circuitBreakerPekko } from '../../src/patterns/policies/circuit-breaker-pekko.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { behind, MS, SECOND } from '../support/fake-calls.js';

const OK = OUTCOME.ok;
const FAIL = OUTCOME.serverError;
const REFUSED = OUTCOME.rejectedBreaker;

const PLAIN = { maxFailures: 2, resetTimeout: '100ms' };
/** 100, 200, 400 ms; 800 ms would be above the limit, so it stays at 400 ms. */
const GROWING = { ...PLAIN, exponentialBackoffFactor: 2, maxResetTimeout: '500ms' };

interface Call {
  readonly at: number;
  readonly outcome: number;
  readonly takes?: number;
}

const at = (ms: number, outcome: number, takes = 0): Call => ({ at: ms, outcome, takes });

/** These calls, in ms, and the states of the breaker. */
function drive(written: object, planned: readonly Call[]) {
  const byFrame = new Map<number, Call>();
  const it = behind(circuitBreakerPekko, written, ({ frame }) => {
    const { outcome, takes = 0 } = byFrame.get(frame)!;
    return { afterNs: takes * MS, outcome };
  });
  const results = planned.map((call) => {
    const result = it.call(call.at * MS);
    byFrame.set(result.frame, call);
    return result;
  });
  it.calls.run(100 * SECOND);
  expect(it.policy.held()).toBe(0);
  return { states: it.states(), outcomes: results.map(({ outcome }) => outcome) };
}

describe('circuitBreaker of kind pekko', () => {
  it('opens on the last of so many consecutive failures, by default the tenth, for 15 s', () => {
    const failures = Array.from({ length: 10 }, (_, k) => at(k, FAIL));
    expect(drive({}, failures.slice(1)).states).toEqual([]);
    expect(drive({}, failures).states).toEqual([
      [9, 'open'],
      [15_009, 'halfOpen'],
    ]);
    const broken = [...failures.slice(0, 9), at(9, OK), at(10, FAIL)];
    expect(drive({}, broken).states).toEqual([]);
  });

  it('becomes half open by a timer, before a call of that instant, and admits one', () => {
    const { states, outcomes } = drive(PLAIN, [
      at(0, FAIL),
      at(1, FAIL),
      at(100, OK),
      at(101, OK, 10),
      at(105, OK),
      at(111, OK),
    ]);
    expect(outcomes).toEqual([FAIL, FAIL, REFUSED, OK, REFUSED, OK]);
    expect(states).toEqual([
      [1, 'open'],
      [101, 'halfOpen'],
      [111, 'closed'],
    ]);
  });

  it('stays open longer after each failed probe, until the next would reach the limit', () => {
    const probes = [101, 301, 701, 1101].map((ms) => at(ms, FAIL));
    const { states } = drive(GROWING, [at(0, FAIL), at(1, FAIL), ...probes]);
    expect(states.map(([ms]) => ms)).toEqual([1, 101, 101, 301, 301, 701, 701, 1101, 1101, 1501]);
  });

  it('begins again with the first length after a successful probe', () => {
    const again = [at(302, FAIL), at(303, FAIL)];
    const { states } = drive(GROWING, [
      at(0, FAIL),
      at(1, FAIL),
      at(101, FAIL),
      at(301, OK),
      ...again,
    ]);
    expect(states.slice(4)).toEqual([
      [301, 'closed'],
      [303, 'open'],
      [403, 'halfOpen'],
    ]);
  });

  it('adds a random share to each growth, never to the first open state', () => {
    const random = { ...PLAIN, randomFactor: '20%' };
    const { states } = drive(random, [at(0, FAIL), at(1, FAIL), at(101, FAIL)]);
    // The second failure opened the breaker and drew for the next open state: row of its call, draw 0.
    const next = Math.round(100 * MS * (1 + unit(11, 13, 2, 7, 0) * 0.2));
    expect(states.map(([ms]) => ms)).toEqual([1, 101, 101, 101 + next / MS]);
    expect(next).toBeGreaterThan(100 * MS);
    expect(next).toBeLessThan(120 * MS);
  });

  it('ignores late results until it is closed again, and then counts them', () => {
    const late = (ms: number, outcome: number): readonly Call[] => [
      at(0, outcome, ms),
      at(0, FAIL),
      at(1, FAIL),
      at(101, OK, 49),
      at(160, FAIL),
    ];
    const closed = [
      [1, 'open'],
      [101, 'halfOpen'],
      [150, 'closed'],
    ];
    for (const outcome of [OK, FAIL]) {
      // While it is open, and while its probe is in flight.
      expect(drive(PLAIN, late(50, outcome)).states).toEqual(closed);
      expect(drive(PLAIN, late(120, outcome)).states).toEqual(closed);
    }
    expect(drive(PLAIN, late(155, FAIL)).states.slice(3)).toEqual([
      [160, 'open'],
      [260, 'halfOpen'],
    ]);
  });

  it('takes an ignored error for a success, as the allow-list of exceptions does', () => {
    const ignores = { ...PLAIN, ignore: ['reset'] };
    const ends = [FAIL, OUTCOME.reset, FAIL, FAIL].map((outcome, k) => at(k, outcome));
    expect(drive(ignores, [...ends, at(103, OUTCOME.reset)]).states).toEqual([
      [3, 'open'],
      [103, 'halfOpen'],
      [103, 'closed'],
    ]);
  });

  it.each([
    [{ exponentialBackoffFactor: 0.5 }, 'exponentialBackoffFactor'],
    [{ maxResetTimeout: '1m' }, 'maxResetTimeout'],
    [{ exponentialBackoffFactor: 2, maxResetTimeout: '15s' }, 'maxResetTimeout'],
    [{ exponentialBackoffFactor: 2, maxResetTimeout: '16s' }, undefined],
    [{ randomFactor: '10%', maxResetTimeout: '16s' }, undefined],
  ])('checks %o', (written, field) => {
    const config = circuitBreakerPekko.schema.parse(written);
    expect(circuitBreakerPekko.check!(config, new Map())[0]?.field).toBe(field);
  });
});
