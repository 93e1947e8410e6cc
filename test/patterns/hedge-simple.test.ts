import { describe, expect, it } from 'vitest';
import { hedgeSimple } from '../../src/patterns/policies/hedge-simple.js';
import { timeout } from '../../src/patterns/policies/timeout.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS } from '../support/fake-calls.js';
import { hedged, raced } from '../support/hedging.js';

const { ok, serverError, clientError, reset, cancelled } = OUTCOME;
const after = (written: object = {}) => ({ after: '100ms', ...written });

describe('hedge', () => {
  it('sends a second attempt after its delay; the first answer wins, the other is cancelled', () => {
    const { calls, policy, call } = hedged(hedgeSimple, after(), [250, ok], [80, ok]);
    calls.run();
    expect(calls.starts).toEqual([0, 100 * MS]);
    expect(call).toMatchObject({ outcome: ok, endNs: 180 * MS });
    expect(calls.killed).toEqual([{ atNs: 180 * MS, outcome: cancelled, told: true }]);
    expect(calls.counted('hedges')).toBe(1);
    expect(policy.held()).toBe(0);
  });

  it('cancels the hedge when the original wins', () => {
    const { ended, killed, held } = raced(hedgeSimple, after(), [150, ok], [80, ok]);
    expect({ ended, killed, held }).toEqual({ ended: 150, killed: [150], held: 0 });
  });

  it('sends none where the answer comes in the very instant', () => {
    expect(raced(hedgeSimple, after(), [100, ok]).sent).toEqual([0]);
    expect(raced(hedgeSimple, after(), [100.000001, ok], [1, ok]).sent).toEqual([0, 100]);
  });

  it('waits for the hedge when the original fails, and for the original when the hedge fails', () => {
    expect(raced(hedgeSimple, after(), [120, serverError], [80, ok])).toMatchObject({
      outcome: ok,
      ended: 180,
      killed: [],
    });
    expect(raced(hedgeSimple, after(), [250, ok], [80, serverError])).toMatchObject({
      outcome: ok,
      ended: 250,
      killed: [],
    });
  });

  it('is no retry: a failure before the delay is over is the outcome', () => {
    expect(raced(hedgeSimple, after(), [99, serverError])).toMatchObject({
      outcome: serverError,
      ended: 99,
      sent: [0],
    });
  });

  it('ends as the last attempt when all have failed', () => {
    const { outcome, ended } = raced(hedgeSimple, after(), [120, serverError], [80, reset]);
    expect([outcome, ended]).toEqual([reset, 180]);
  });

  it('ends with an error of the client, which another attempt would not change', () => {
    const { outcome, ended, killed } = raced(hedgeSimple, after(), [500, ok], [20, clientError]);
    expect([outcome, ended, killed]).toEqual([clientError, 120, [120]]);
  });

  it('sends attempt k at k delays until all are sent', () => {
    const { sent, ended, killed } = raced(
      hedgeSimple,
      after({ attempts: 4 }),
      [1000, ok],
      [1000, ok],
      [1000, ok],
      [50, ok],
    );
    expect(sent).toEqual([0, 100, 200, 300]);
    expect(ended).toBe(350);
    expect(killed).toEqual([350, 350, 350]);
  });

  it('sends all at once without a delay, and none with one attempt', () => {
    const parallel = { after: 0, attempts: 3 };
    expect(raced(hedgeSimple, parallel, [30, ok], [20, ok], [10, ok])).toMatchObject({
      sent: [0, 0, 0],
      ended: 10,
      killed: [10, 10],
    });
    expect(raced(hedgeSimple, after({ attempts: 1 }), [500, ok]).sent).toEqual([0]);
  });

  it('gives everything back when its caller leaves', () => {
    const { calls, policy, call } = hedged(hedgeSimple, after(), [500, ok], [500, ok]);
    calls.giveUp(call.frame, 200 * MS);
    calls.run();
    expect(call.outcome).toBeNull();
    expect(calls.killed).toHaveLength(2);
    expect(policy.held()).toBe(0);
  });

  it('gives each attempt its own timeout if the timeout is the inner layer', () => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 500 * MS, outcome: ok });
    const hedge = createPolicy(calls, hedgeSimple, after()).policy;
    const limit = createPolicy(calls, timeout, { after: '150ms' }).policy;
    const call = calls.call([hedge, limit], 0);
    calls.run();
    expect(calls.killed.map(({ atNs }) => atNs / MS)).toEqual([150, 250]);
    expect(call).toMatchObject({ outcome: OUTCOME.timeout, endNs: 250 * MS });
  });
});

describe('the extra load of a hedge', () => {
  const slow = (maxExtraLoad: string, count: number, mostAtOnce = 1) => {
    const calls = new FakeCalls();
    calls.callee = () => ({ afterNs: 150 * MS, outcome: ok });
    const { policy } = createPolicy(calls, hedgeSimple, after({ maxExtraLoad }));
    for (let k = 0; k < count; k++) calls.call([policy], Math.floor(k / mostAtOnce) * 1000 * MS);
    return { calls, policy };
  };

  it('stays at its share: the first hedge is earned by the tenth call of 10 %', () => {
    const { calls } = slow('10%', 25);
    calls.run();
    expect(calls.counted('hedges')).toBe(2);
    expect(calls.counted('budgetDenied')).toBe(23);
    // Calls 10 and 20 are made at 9 s and 19 s.
    const hedges = calls.starts.filter((ns) => ns % (1000 * MS) !== 0).map((ns) => ns / MS);
    expect(hedges).toEqual([9100, 19_100]);
  });

  it('saves up at most ten hedges', () => {
    const calls = new FakeCalls();
    let late = false;
    calls.callee = () => ({ afterNs: (late ? 150 : 1) * MS, outcome: ok });
    const { policy } = createPolicy(calls, hedgeSimple, after({ maxExtraLoad: '100%' }));
    for (let k = 0; k < 50; k++) calls.call([policy], k * MS);
    calls.at(500 * MS, () => (late = true));
    for (let k = 0; k < 30; k++) calls.call([policy], 600 * MS);
    calls.run();
    expect(calls.counted('hedges')).toBe(10);
  });

  it('is reset when the process restarts', () => {
    const { calls, policy } = slow('100%', 1);
    calls.at(50 * MS, () => policy.reset!());
    calls.run();
    expect(calls.counted('hedges')).toBe(0);
  });
});

describe('a hedge at a live percentile', () => {
  /** Calls 1 s apart whose originals take these times; a hedge takes 1 ms. */
  function live(originalsMs: readonly number[], written: object = {}) {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, hedgeSimple, { after: 'p95', ...written });
    calls.callee = ({ startNs }) => {
      const nth = Math.floor(startNs / (1000 * MS));
      const original = startNs === nth * 1000 * MS;
      return { afterNs: (original ? originalsMs[nth]! : 1) * MS, outcome: ok };
    };
    originalsMs.forEach((_, nth) => calls.call([policy], nth * 1000 * MS));
    calls.run();
    const hedges = calls.starts.filter((ns) => ns % (1000 * MS) !== 0);
    return { calls, policy, hedges: hedges.map((ns) => (ns % (1000 * MS)) / MS) };
  }
  const ones = (count: number) => Array.from({ length: count }, () => 1);

  it('sends none before 100 originals are over', () => {
    expect(live([...ones(99), 500]).hedges).toEqual([]);
    expect(live([...ones(100), 500]).hedges).toHaveLength(1);
  });

  it('waits until the bucket of the percentile is past, so that usual answers are in', () => {
    // 2^19 ns < 1 ms < 2^20 ns: buckets of 4096 ns, the one of 1 ms ends at 245 x 4096 - 1.
    expect(live([...ones(100), 500]).hedges).toEqual([(245 * 4096 - 1) / MS]);
    expect(live([...ones(300)]).hedges).toEqual([]);
  });

  it('takes the 95th of 100, and counts an original that lost with the time it lost at', () => {
    const list = [...ones(95), ...Array.from({ length: 5 }, () => 40)];
    expect(live([...list, 500]).hedges[0]).toBeLessThan(1.01);
    const six = [...ones(94), ...Array.from({ length: 6 }, () => 40)];
    const [first, ...rest] = live([...six, 500, 500]).hedges;
    expect(first).toBeGreaterThanOrEqual(40);
    expect(first).toBeLessThan(40.4);
    // 102 originals then: rank 97 of 102 is among the 40 ms.
    expect(rest).toEqual([first]);
  });

  it('forgets all but the latest thousand, and everything at a restart', () => {
    const slow = Array.from({ length: 100 }, () => 40);
    expect(live([...slow, ...ones(950), 500]).hedges[0]).toBeLessThan(1.01);
    expect(live([...slow, ...ones(949), 500]).hedges[0]).toBeGreaterThan(40);
    const { policy, calls } = live(ones(200));
    policy.reset!();
    calls.callee = () => ({ afterNs: 500 * MS, outcome: ok });
    const before = calls.counted('hedges');
    calls.call([policy], 900_000 * MS);
    calls.run();
    expect(calls.counted('hedges')).toBe(before);
  });

  it('does not take fast failures for answers', () => {
    const calls = new FakeCalls();
    const { policy } = createPolicy(calls, hedgeSimple, { after: 'p50' });
    calls.callee = ({ nth }) => ({ afterNs: 500 * MS, outcome: nth <= 200 ? serverError : ok });
    for (let k = 0; k < 250; k++) calls.call([policy], k * 1000 * MS);
    calls.run();
    expect(calls.counted('hedges')).toBe(0);
  });
});

describe('settings of a hedge', () => {
  it('takes percentiles from p1 to p99 and p999', () => {
    for (const good of ['p1', 'p95', 'p99', 'p999', '40ms', 0]) {
      expect(hedgeSimple.schema.safeParse({ after: good }).success).toBe(true);
    }
    for (const bad of ['p0', 'p100', 'p99.9', 'p', 95]) {
      expect(hedgeSimple.schema.safeParse({ after: bad }).success).toBe(false);
    }
  });

  it('says what never acts', () => {
    const check = (written: object, bundle: ReadonlyMap<string, unknown>): string[] =>
      hedgeSimple.check!(hedgeSimple.schema.parse(written), bundle).map(({ field }) => field);
    const deadline = new Map([['deadline', { after: 100 * MS }]]);
    expect(check({ after: '100ms' }, deadline)).toEqual(['after']);
    expect(check({ after: '99ms' }, deadline)).toEqual([]);
    expect(check({ after: 'p95' }, deadline)).toEqual([]);
    expect(check({ after: '1ms', maxExtraLoad: 0 }, new Map())).toEqual(['maxExtraLoad']);
  });
});
