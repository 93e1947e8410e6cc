import { describe, expect, it } from 'vitest';
import { endingOf, goodputLost } from '../../src/analysis/story/metastability.js';
import { isDraining, isFalling, isRising, lastHalf } from '../../src/analysis/story/trends.js';
import type { Ending, RunVerdict } from '../../src/contracts/result/cascade.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, studyOf } from '../support/study.js';

type Fill = (builder: RecordBuilder) => RecordBuilder;

const WINDOWS = [CELL.s30, CELL.s35, CELL.s40, CELL.s45, CELL.s50, CELL.s55];

/** 100 requests per 5 s, with this number of successes before, during, and in each window after the fault. */
const served =
  (during: number, after: readonly number[], perWindow = 100): Fill =>
  (builder) => {
    builder.answers('users.buy', CELL.s0, 'ok', 200).answers('users.buy', CELL.s10, 'ok', 200);
    builder
      .answers('users.buy', CELL.s20, 'ok', during)
      .answers('users.buy', CELL.s20, 'timeout', 200 - during);
    after.forEach((n, i) => {
      builder.answers('users.buy', WINDOWS[i], 'ok', n);
      builder.answers('users.buy', WINDOWS[i], 'timeout', perWindow - n);
    });
    return builder;
  };
const DOWN = [10, 10, 10, 10, 10, 10];

function run(fill: Fill): { ending: Ending; verdict: RunVerdict; lost: number | null } {
  const study = studyOf({ base: (plan: Plan) => [fill(new RecordBuilder(plan)).record()] });
  const [data] = study.variants;
  const ending = endingOf(data, data.records[0], []);
  return { ending, verdict: ending.verdict, lost: goodputLost(data, data.records[0]) };
}

/** Requests at the shop, 100 per 5 s before and this many times as many after; its 8 workers, busy before and after. */
const shop =
  (times: number, before: number, after: number, perWindow = 100): Fill =>
  (builder) => {
    builder.answers('shop.buy', CELL.s0, 'ok', 200).answers('shop.buy', CELL.s10, 'ok', 200);
    for (const cell of WINDOWS) builder.answers('shop.buy', cell, 'timeout', times * perWindow);
    const level = (cell: number): number => (cell < CELL.s30 ? before : after);
    return builder.gauge('busy', 0, level).gauge('busy', 1, level);
  };

/** 4 times the attempts at a shop that was busy for a quarter: all of its capacity. */
const storm = shop(4, 1, 4);
const both =
  (...fills: readonly Fill[]): Fill =>
  (builder) =>
    fills.reduce((filled, fill) => fill(filled), builder);

describe('the verdict on a run', () => {
  it('is untouched when no window loses goodput', () => {
    expect(run(served(196, [99, 100, 98, 100, 100, 97])).verdict).toBe('untouched');
  });

  it('is recovered within 15 s, and slowly later', () => {
    expect(run(served(0, [50, 50, 50, 100, 100, 100])).verdict).toBe('recovered');
    expect(run(served(0, [50, 50, 50, 50, 100, 100])).verdict).toBe('slowRecovery');
  });

  it('is metastable when more attempts per request keep a resource full', () => {
    const { ending } = run(both(served(0, DOWN), storm));
    expect(ending).toEqual({
      verdict: 'metastable',
      reason: 'amplified',
      subject: 'shop',
      value: 4,
    });
  });

  it('is undecided when the attempts do not fill the resource, or are as many as before', () => {
    expect(run(both(served(0, DOWN), shop(3, 1, 4))).ending.reason).toBe('unexplained');
    expect(run(both(served(0, DOWN), shop(1, 1, 4))).ending.reason).toBe('unexplained');
    expect(run(both(served(0, DOWN), shop(4, 1, 3))).ending.reason).toBe('unexplained');
    expect(run(served(0, DOWN)).verdict).toBe('undecided');
  });

  it('is undecided while the backlog shrinks, and says by how much', () => {
    // In the last four windows 8, 6, 4 and 2 requests wait: the last is 75 % below the first.
    const queue: Fill = (builder) =>
      builder.gauge('queue', 0, (cell) => Math.max(0, 2 * (CELL.s55 - cell + 1)));
    const { ending } = run(both(served(0, DOWN), storm, queue));
    expect(ending).toEqual({
      verdict: 'undecided',
      reason: 'drains',
      subject: 'shop',
      value: 0.75,
    });
  });

  it('is metastable while the backlog stays, or grows', () => {
    const full: Fill = (builder) => builder.gauge('queue', 0, (cell) => (cell < 3 ? 0 : 9));
    const growing: Fill = (builder) => builder.gauge('queue', 0, (cell) => cell);
    expect(run(both(served(0, DOWN), storm, full)).verdict).toBe('metastable');
    expect(run(both(served(0, DOWN), storm, growing)).verdict).toBe('metastable');
  });

  it('is undecided while a breaker waits to try again', () => {
    const open: Fill = (builder) => builder.breaker('shop', 'store', [[21, 1]], 0);
    expect(run(both(served(0, DOWN), storm, open)).ending.reason).toBe('breakerOpen');
  });

  it('is undecided while goodput still rises', () => {
    const { ending } = run(both(served(0, [0, 0, 0, 30, 60, 90]), storm));
    expect(ending.reason).toBe('rises');
  });

  it('is overloaded when the load has grown above the capacity', () => {
    // 6 of 8 workers were busy, and half more arrives: 112.5 % of the capacity.
    const { ending } = run(both(served(0, DOWN, 150), shop(4, 3, 4, 150)));
    expect(ending).toMatchObject({ verdict: 'overloaded', reason: 'load', subject: 'shop' });
    expect(ending.value).toBeCloseTo(1.125, 12);
  });

  it('is overloaded by 9 % more load, undecided close to the capacity, and metastable far from it', () => {
    // 92.5 % x 1.09 = 100.8 %; 90 % x 1.09 = 98.1 %; 50 % x 1.09 = 54.5 %.
    const more = (busy: number): Ending =>
      run(both(served(0, DOWN, 109), shop(4, busy, 4, 109))).ending;
    expect(more(3.7)).toMatchObject({ verdict: 'overloaded', reason: 'load' });
    expect(more(3.6)).toMatchObject({ verdict: 'undecided', reason: 'nearCapacity' });
    expect(more(2)).toMatchObject({ verdict: 'metastable', reason: 'amplified' });
  });

  it('is overloaded when first attempts exceed the capacity from the start', () => {
    // 8 workers are busy for 60 s with 400 executions: 1.2 s each. 20 requests/s need 24 workers, 3 times as many.
    const chronic: Fill = (builder) => {
      for (const cell of [CELL.s0, CELL.s10, ...WINDOWS]) {
        const n = cell < CELL.s30 ? 200 : 100;
        builder
          .answers('users.buy', cell, 'ok', n / 10)
          .answers('users.buy', cell, 'timeout', 0.9 * n)
          .calls('users.buy->shop.buy', cell, 'timeout', n)
          .answers('shop.buy', cell, 'ok', n);
      }
      builder.queueWait('shop.buy', CELL.s0, 1, 400);
      return builder.gauge('busy', 0, () => 4).gauge('busy', 1, () => 4);
    };
    const { ending } = run(chronic);
    expect(ending).toMatchObject({ verdict: 'overloaded', reason: 'load', subject: 'shop' });
    expect(ending.value).toBeCloseTo(3, 12);
  });
});

describe('goodput lost', () => {
  it('is what is missing from the first fault on of what the time before promises', () => {
    // 800 arrive from the fault on, 200 + 0 + ... : 100 during and 400 of 600 after: 500 of 800.
    expect(run(served(100, [0, 0, 100, 100, 100, 100])).lost).toBeCloseTo(1 - 500 / 800, 12);
  });
});

describe('a trend by Mann and Kendall', () => {
  it('is rising when nearly all pairs rise', () => {
    expect(isRising([1, 2, 3, 4])).toBe(true);
    expect(isRising([1, 2, 3])).toBe(false);
    expect(isRising([4, 3, 2, 1])).toBe(false);
    expect(isRising([1, 1, 1, 1, 1])).toBe(false);
    expect(isRising([1, 3, 2, 4, 3, 5, 6, 5])).toBe(true);
  });
});

describe('a backlog that drains', () => {
  it('may fall so slowly that its second half alone could be chance', () => {
    const slow = [1373, 1315, 1307, 1264, 1210, 1190, 1173, 1189, 1208, 1179, 1148, 1097];
    expect(isFalling(lastHalf(slow))).toBe(false);
    expect(isDraining(slow)).toBe(true);
  });

  it('does not stop at a level at which a loop holds it', () => {
    expect(isDraining([600, 480, 400, 350, 320, 301, 299, 300, 301, 299, 300, 298])).toBe(false);
    expect(isDraining([600, 560, 520, 480, 440, 400, 400, 401, 399, 400, 401, 399])).toBe(false);
  });

  it('does not stay at a full queue, nor grow', () => {
    expect(isDraining([218, 222, 224, 220, 221, 223, 223, 222, 223, 222, 224, 217])).toBe(false);
    expect(isDraining([69, 64, 62, 68, 68, 68, 68, 67, 65, 65, 70, 69, 65, 63])).toBe(false);
    expect(isDraining([100, 120, 135, 160, 180, 195, 220, 240, 260, 282])).toBe(false);
  });

  it('is no trend in fewer than eight windows, unless the second half falls', () => {
    expect(isDraining([100, 80, 82, 78, 80, 78])).toBe(false);
    expect(isDraining([100, 100, 100, 80, 60, 40])).toBe(true);
  });
});
