import { describe, expect, it } from 'vitest';
import { hedgeFinagle } from '../../src/patterns/policies/hedge-finagle.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { createPolicy, FakeCalls, MS, SECOND } from '../support/fake-calls.js';

const { ok, serverError, reset } = OUTCOME;

/** Originals by the time at which they are sent, backups by the same rule with `backup` = true. */
type Answer = (startMs: number, backup: boolean) => readonly [afterMs: number, outcome: Outcome];

/** Calls at these times in ms; the time of a backup identifies its call. */
function calling(atMs: readonly number[], answer: Answer, written: object = {}) {
  const calls = new FakeCalls();
  const { policy } = createPolicy(calls, hedgeFinagle, { maxExtraLoad: '10%', ...written });
  const originals = new Set(atMs);
  calls.callee = ({ startNs }) => {
    const startMs = startNs / MS;
    const [afterMs, outcome] = answer(startMs, !originals.has(startMs));
    return { afterNs: afterMs * MS, outcome };
  };
  const results = atMs.map((ms) => calls.call([policy], ms * MS));
  calls.run();
  const backups = calls.starts.map((ns) => ns / MS).filter((ms) => !originals.has(ms));
  return { calls, policy, backups, results };
}

const every = (stepMs: number, fromMs: number, untilMs: number): number[] =>
  Array.from({ length: Math.ceil((untilMs - fromMs) / stepMs) }, (_, k) => fromMs + k * stepMs);

describe('hedge of Finagle', () => {
  it('sends none for 3 s, then after 1 ms until the first 10 s were read at 12 s', () => {
    const at = [0, 2999.5, 3000, 8000, 11_999.5, 12_000, 20_000];
    const { backups } = calling(at, () => [20, ok]);
    // From 12 s on the percentile is 20 ms: an answer in that instant is in time.
    expect(backups).toEqual([3001, 8001, 12_000.5]);
  });

  it('waits for the percentile 1 - maxExtraLoad of the last three windows, in whole ms', () => {
    const warm = every(100, 0, 10_000);
    // Ninety of 12.9 ms and ten of 30 ms: the 90th of 100 is 12. Those below 3 s are never hedged.
    const slow = new Set(warm.slice(0, 10));
    const took = (ms: number): number => (slow.has(ms) ? 30 : 12.9);
    const { backups } = calling([...warm, 15_000], (ms, backup) =>
      ms === 15_000 ? [500, ok] : [backup ? 100 : took(ms), ok],
    );
    expect(backups.filter((ms) => ms > 12_000)).toEqual([15_012]);
  });

  it('forgets what is older than three windows, and sends after the least delay again', () => {
    const warm = every(100, 0, 3000);
    const ask = [12_500, 36_500, 42_500, 85_000];
    const { backups } = calling([...warm, ...ask], (ms) => [ms < 3000 ? 30 : 200, ok], {
      minSendBackupAfter: '5ms',
    });
    // The window of the first 10 s is dropped at 40 s, which is read at 42 s; 200, 170, 200 and 170 ms remain: two
    // responses and two backups that lost. At 80 s nothing remains.
    expect(backups).toEqual([12_530, 36_530, 85_005]);
  });

  it('sends none where the percentile is at 2 s', () => {
    const warm = every(500, 0, 10_000);
    const { backups } = calling([...warm, 20_000], (ms) => [ms < 3000 ? 2500 : 3000, ok]);
    expect(backups.filter((ms) => ms > 15_000)).toEqual([]);
  });

  it('gives back the original where that is over first, whatever it is', () => {
    const { results, backups } = calling([5000], () => [0.5, serverError]);
    expect(results[0]).toMatchObject({ outcome: serverError, endNs: 5000.5 * MS });
    expect(backups).toEqual([]);
  });

  it('takes the first success, and the other one where the first has failed', () => {
    const first = calling([5000], (_ms, backup) => (backup ? [10, reset] : [30, ok]));
    expect(first.results[0]).toMatchObject({ outcome: ok, endNs: 5030 * MS });
    const both = calling([5000], (_ms, backup) => (backup ? [10, reset] : [30, serverError]));
    expect(both.results[0]).toMatchObject({ outcome: serverError, endNs: 5030 * MS });
    expect(both.policy.held()).toBe(0);
  });

  it('believes answers below 500', () => {
    const throttled = withStatus(OUTCOME.throttled, 429);
    const { results } = calling([5000], (_ms, backup) => (backup ? [10, throttled] : [30, ok]));
    expect(results[0]).toMatchObject({ outcome: throttled, endNs: 5011 * MS });
  });

  it('has a budget: ten backups a second in reserve over 10 s beside its share', () => {
    // 1000 calls at 5 s earn 100 backups at 10 %, the reserve is 100.
    const { calls } = calling(
      Array.from({ length: 1000 }, () => 5000),
      () => [20, ok],
    );
    expect(calls.counted('hedges')).toBe(200);
    expect(calls.counted('budgetDenied')).toBe(800);
  });

  it('is reset with the process', () => {
    const { calls, policy } = calling([5000], () => [20, ok]);
    calls.at(14 * SECOND, () => policy.reset!());
    calls.callee = () => ({ afterNs: 20 * MS, outcome: ok });
    for (const ms of [16_999, 17_001]) calls.call([policy], ms * MS);
    const before = calls.starts.length;
    calls.run();
    expect(calls.starts.slice(before).map((ns) => ns / MS)).toEqual([16_999, 17_001, 17_002]);
  });

  it('takes a share above 0 and below 1', () => {
    const check = (maxExtraLoad: number): number =>
      hedgeFinagle.check!(hedgeFinagle.schema.parse({ maxExtraLoad }), new Map()).length;
    expect([0, 0.01, 0.99, 1].map(check)).toEqual([1, 0, 0, 1]);
  });
});
