import { describe, expect, it } from 'vitest';
import {
  AimdRule,
  concurrencyLimitAimd,
} from '../../src/patterns/policies/concurrency-limit-aimd.js';
import { concurrencyLimitFixed } from '../../src/patterns/policies/concurrency-limit-fixed.js';
import {
  concurrencyLimitGradient2,
  Gradient2Rule,
} from '../../src/patterns/policies/concurrency-limit-gradient2.js';
import {
  concurrencyLimitVegas,
  VegasRule,
} from '../../src/patterns/policies/concurrency-limit-vegas.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

describe('concurrencyLimit fixed', () => {
  it('refuses what exceeds it at once, as rejectedBulkhead', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 100 * MS, outcome: OUTCOME.ok });
    const { policy } = createPolicy(calls, concurrencyLimitFixed, { limit: 2 });
    const all = [0, 0, 99, 100].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(all.map(({ outcome }) => outcome)).toEqual([
      OUTCOME.ok,
      OUTCOME.ok,
      OUTCOME.rejectedBulkhead,
      OUTCOME.ok,
    ]);
    expect(calls.counted('bulkheadRejected')).toBe(1);
    expect(policy.held()).toBe(0);
  });
});

function aimd(written: object): AimdRule {
  return new AimdRule(concurrencyLimitAimd.schema.parse(written));
}

describe('concurrencyLimit aimd', () => {
  it('G30: grows by one where half of it was in use, shrinks to nine tenths', () => {
    const rule = aimd({ initial: 10, min: 1 });
    rule.update(MS, 5, false);
    expect(rule.estimate).toBe(11);
    rule.update(MS, 5, false);
    expect(rule.estimate).toBe(11);
    rule.update(MS, 5, true);
    expect(rule.estimate).toBe(9);
  });

  it('takes an answer for a drop only above its timeout', () => {
    const rule = aimd({ initial: 100, timeout: '100ms' });
    rule.update(100 * MS, 100, false);
    expect(rule.estimate).toBe(101);
    rule.update(100 * MS + 1, 100, false);
    expect(rule.estimate).toBe(90);
  });

  it('stays within its bounds: by default 20 to 200', () => {
    const rule = aimd({});
    rule.update(MS, 1, true);
    expect(rule.estimate).toBe(20);
    for (let k = 0; k < 300; k++) rule.update(MS, 200, false);
    expect(rule.estimate).toBe(200);
    rule.reset();
    expect(rule.estimate).toBe(20);
  });

  it.each<[string, Outcome, number]>([
    ['ok', OUTCOME.ok, 3],
    ['timeout', OUTCOME.timeout, 1],
    ['refused', OUTCOME.refused, 1],
    ['reset', OUTCOME.reset, 1],
    ['throttled', OUTCOME.throttled, 1],
    ['rejectedOverload', OUTCOME.rejectedOverload, 1],
    ['a 503', withStatus(OUTCOME.serverError, 503), 1],
    ['a 500', withStatus(OUTCOME.serverError, 500), 2],
    ['clientError', OUTCOME.clientError, 2],
    ['rejectedBreaker', OUTCOME.rejectedBreaker, 2],
    ['poolTimeout', OUTCOME.poolTimeout, 2],
  ])('after %s', (_name, outcome, allowed) => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: MS, outcome });
    const { policy } = createPolicy(calls, concurrencyLimitAimd, { initial: 2, min: 1 });
    calls.call([policy], 0);
    calls.run();
    const all = Array.from({ length: 5 }, () => calls.call([policy], 2 * MS));
    calls.run();
    const sent = all.filter((call) => call.outcome !== OUTCOME.rejectedBulkhead);
    expect(sent).toHaveLength(allowed);
    expect(policy.held()).toBe(0);
  });

  it('learns of a timeout inside of it, and not of one outside', () => {
    const limitAfter = (isOutside: boolean): number => {
      const calls = new FakeCalls();
      calls.callee = () => null;
      const { policy } = createPolicy(calls, concurrencyLimitAimd, { initial: 10, min: 1 });
      const limit = createPolicy(calls, timeout, { after: '10ms' }).policy;
      calls.call(isOutside ? [limit, policy] : [policy, limit], 0);
      calls.run();
      for (let k = 0; k < 20; k++) calls.call([policy], 20 * MS);
      calls.run();
      return policy.held();
    };
    expect(limitAfter(false)).toBe(9);
    expect(limitAfter(true)).toBe(10);
  });

  it('resets when its process restarts', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: MS, outcome: OUTCOME.refused });
    const { policy } = createPolicy(calls, concurrencyLimitAimd, { initial: 2, min: 1 });
    calls.call([policy], 0);
    calls.at(2 * MS, () => policy.reset!());
    const all = [3, 3, 3].map((at) => calls.call([policy], at * MS));
    calls.run();
    expect(all.map(({ outcome }) => outcome === OUTCOME.refused)).toEqual([true, true, false]);
  });

  it('says what contradicts: bounds the wrong way round, a start outside of them', () => {
    const problems = (written: object): string[] =>
      concurrencyLimitAimd.check!(concurrencyLimitAimd.schema.parse(written), new Map()).map(
        ({ field }) => field,
      );
    expect(problems({})).toEqual([]);
    expect(problems({ min: 300 })).toEqual(['min']);
    expect(problems({ initial: 10 })).toEqual(['initial']);
    expect(problems({ backoffRatio: '100%' })).toEqual(['backoffRatio']);
    expect(problems({ backoffRatio: 0.5 })).toEqual([]);
  });
});

/** Starts at a limit, with a known shortest time of 10 ms; there is no probe in between. */
function vegas(written: object): VegasRule {
  const config = concurrencyLimitVegas.schema.parse(written);
  const rule = new VegasRule(config, { a: 11, b: 13 });
  rule.update(10 * MS, 1, false, 1, 7);
  return rule;
}

describe('concurrencyLimit vegas', () => {
  it.each([
    [10, 26],
    [11, 21],
    [12, 20],
    [20, 19],
  ])('G30: from 20 after an answer in %i ms: %i', (rtt, limit) => {
    const rule = vegas({});
    rule.update(rtt * MS, 20, false, 1, 7);
    expect(rule.estimate).toBe(limit);
  });

  it('takes the first answer, and each shorter one, for the shortest time and does nothing else', () => {
    const rule = vegas({});
    expect(rule.estimate).toBe(20);
    rule.update(5 * MS, 20, false, 1, 7);
    expect(rule.estimate).toBe(20);
    // Ten is now twice the shortest: ten of twenty are a queue.
    rule.update(10 * MS, 20, false, 1, 7);
    expect(rule.estimate).toBe(19);
  });

  it('does not move while less than half of it is in use, but for a drop', () => {
    const rule = vegas({});
    rule.update(10 * MS, 9, false, 1, 7);
    expect(rule.estimate).toBe(20);
    rule.update(10 * MS, 10, false, 1, 7);
    expect(rule.estimate).toBe(26);
    rule.update(10 * MS, 1, true, 1, 7);
    expect(rule.estimate).toBe(25);
  });

  it('has boundaries at log, 3 log and 6 log: 2, 6 and 12 for a limit of 100', () => {
    // Queue of ceil(100 x (1 - 10/rtt)).
    const after = (queue: number): number => {
      const rule = vegas({ initial: 100 });
      rule.update(Math.floor((1000 / (100 - queue)) * MS), 100, false, 1, 7);
      return rule.estimate;
    };
    expect(after(2)).toBe(112);
    expect(after(3)).toBe(102);
    expect(after(5)).toBe(102);
    expect(after(6)).toBe(100);
    expect(after(12)).toBe(100);
    expect(after(13)).toBe(98);
  });

  it('measures the shortest time again after 15 to 30 times its limit of calls', () => {
    // Answers of 40 ms that find one call under way move nothing but the count of calls.
    const afterCalls = (count: number): number => {
      const rule = vegas({ initial: 10 });
      for (let k = 1; k < count; k++) rule.update(40 * MS, 1, false, 1, 7);
      rule.update(40 * MS, 10, false, 1, 7);
      return rule.estimate;
    };
    // Against 10 ms eight of ten are a queue, against 40 ms none.
    expect(afterCalls(148)).toBe(9);
    expect(afterCalls(300)).toBe(16);
  });

  it('never exceeds its largest limit and never falls below 1', () => {
    const rule = vegas({ initial: 998 });
    rule.update(10 * MS, 998, false, 1, 7);
    expect(rule.estimate).toBe(1000);
    const small = vegas({ initial: 1 });
    small.update(10 * MS, 1, true, 1, 7);
    expect(small.estimate).toBe(1);
    small.reset();
    expect(small.estimate).toBe(1);
  });

  it('smooths its steps', () => {
    const rule = vegas({ smoothing: '50%' });
    rule.update(10 * MS, 20, false, 1, 7);
    expect(rule.estimate).toBe(23);
  });
});

function gradient2(written: object): Gradient2Rule {
  return new Gradient2Rule(concurrencyLimitGradient2.schema.parse(written));
}

describe('concurrencyLimit gradient2', () => {
  // Nine answers and the tenth have a mean of exactly 10 ms; with so little in use they move nothing.
  it.each([
    [10, Array.from({ length: 9 }, () => 10), 100.8],
    [20, [9, 9, 9, 9, 9, 9, 9, 9, 8], 95.8],
    [30, [8, 8, 8, 8, 8, 8, 8, 7, 7], 90.8],
  ])('G30: from 100 with a long average of 10 ms after one of %i ms', (last, before, limit) => {
    const rule = gradient2({ initial: 100 });
    for (const ms of before) rule.update(ms * MS, 1);
    expect(rule.estimate).toBe(100);
    rule.update(last * MS, 100);
    expect(rule.estimate).toBeCloseTo(limit, 10);
  });

  it('moves only where half of it was in use', () => {
    const rule = gradient2({ initial: 100 });
    rule.update(10 * MS, 49);
    expect(rule.estimate).toBe(100);
    rule.update(10 * MS, 50);
    expect(rule.estimate).toBeCloseTo(100.8, 10);
  });

  it('weighs each answer after the first ten with 2/601', () => {
    const rule = gradient2({ initial: 100, max: 1000 });
    for (let k = 0; k < 10; k++) rule.update(10 * MS, 1);
    // Long average 10 + 20 x 2/601; gradient 1.5 x that / 30.
    rule.update(30 * MS, 100);
    const long = 10 + (20 * 2) / 601;
    expect(rule.estimate).toBeCloseTo(80 + 0.2 * (100 * ((1.5 * long) / 30) + 4), 10);
  });

  it('lowers a long average of more than twice the answer by a twentieth', () => {
    const rule = gradient2({ initial: 100 });
    for (let k = 0; k < 10; k++) rule.update(100 * MS, 1);
    // 100 - 99 x 2/601 = 99.67 is more than twice 1: it becomes 94.69 for the next.
    rule.update(MS, 1);
    const long = (100 - (99 * 2) / 601) * 0.95;
    const next = long * (1 - 2 / 601) + 400 * (2 / 601);
    rule.update(400 * MS, 100);
    expect(rule.estimate).toBeCloseTo(80 + 0.2 * (Math.max(50, (150 * next) / 400) + 4), 10);
  });

  it('takes a drop as an answer, and stays within 20 and 200', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: MS, outcome: OUTCOME.rejectedOverload });
    const { policy } = createPolicy(calls, concurrencyLimitGradient2, { initial: 2, min: 1 });
    calls.call([policy], 0);
    calls.run();
    // Answers as quick as on average: 0.8 x 2 + 0.2 x (2 + 4) = 2.8; then the first of two finds too
    // little in use, and the second makes it 3.6.
    for (const at of [1, 1]) calls.call([policy], at * SECOND);
    calls.run();
    const all = Array.from({ length: 9 }, () => calls.call([policy], 3 * SECOND));
    calls.run();
    expect(all.filter((c) => c.outcome !== OUTCOME.rejectedBulkhead)).toHaveLength(3);
    const rule = gradient2({});
    for (let k = 0; k < 500; k++) rule.update(MS, 200);
    expect(rule.estimate).toBe(200);
    for (let k = 0; k < 30; k++) rule.update(SECOND * (k + 1), 200);
    expect(rule.estimate).toBeLessThan(100);
    rule.reset();
    expect(rule.estimate).toBe(20);
  });
});
