import { describe, expect, it } from 'vitest';
import { growthOf, isNearer, missedIn, penaltyOf } from '../../src/analysis/tune.js';
import type { BudgetResult } from '../../src/contracts/result/budgets.js';
import type { FixPrice, TunedRuns } from '../../src/contracts/result/fix.js';

/** Runs with one budget: success of at least 95 %. */
function runs(value: number, verdict: BudgetResult['verdict']): TunedRuns {
  const budget = { verdict, value, limit: 0.95, margin: (value - 0.95) / 0.95 };
  return { budgets: [budget as BudgetResult] } as unknown as TunedRuns;
}

describe('the distance of goals to their limits', () => {
  const usual = runs(0.86, 'fail');

  it('is the part of the way that is left', () => {
    expect(penaltyOf(runs(0.905, 'fail'), usual)).toBeCloseTo(0.5, 10);
    expect(penaltyOf(runs(0.99, 'pass'), usual)).toBe(0);
  });

  it('is 0 beyond the limit, where only more runs are missing', () => {
    expect(penaltyOf(runs(0.98, 'inconclusive'), usual)).toBe(0);
    expect(penaltyOf(runs(0.94, 'inconclusive'), usual)).toBeGreaterThan(0.1);
  });
});

describe('the goals that are missed', () => {
  it('are not those that no request breaks: only more runs can decide them', () => {
    const share = (value: number, verdict: BudgetResult['verdict']): TunedRuns => {
      const own = runs(value, verdict);
      return { ...own, budgets: own.budgets.map((one) => ({ ...one, unit: 'share' })) };
    };
    const missed = (own: TunedRuns): boolean => missedIn(own).length > 0;
    expect(missed(share(1, 'inconclusive'))).toBe(false);
    expect(missed(share(0.98, 'inconclusive'))).toBe(true);
    expect(missed(share(0.86, 'fail'))).toBe(true);
  });
});

describe('the nearer of two values', () => {
  it('is the one that is less far on the wrong side, or farther beyond the limit', () => {
    const near = (own: number, than: number): boolean => {
      const [a, b] = [own, than].map((value) => runs(value, 'inconclusive').budgets[0]!);
      return isNearer(a!, b!);
    };
    expect([near(0.93, 0.9), near(0.9, 0.93)]).toEqual([true, false]);
    // Both are undecided: 0.97 is beyond the limit, although 0.94 is less far from it.
    expect([near(0.97, 0.94), near(0.94, 0.97)]).toEqual([true, false]);
    expect(near(0.99, 0.96)).toBe(true);
  });

  it('is the smaller of two counts that should be 0', () => {
    const count = (value: number): BudgetResult =>
      ({ value, limit: 0, margin: null }) as unknown as BudgetResult;
    expect(isNearer(count(2), count(10))).toBe(true);
    expect(isNearer(count(10), count(2))).toBe(false);
  });
});

describe('the growth of what is paid for', () => {
  const price = (own: Partial<FixPrice>): FixPrice => ({
    degraded: 0,
    attempts: 1,
    p99: null,
    p99OfAll: null,
    instances: 10,
    cores: 0,
    cost: null,
    deadLetters: 0,
    lost: 0,
    ...own,
  });

  it('is that of money, else of instances or cores, and none where there are fewer', () => {
    const now = price({ cores: 20 });
    expect(growthOf(price({ instances: 30, cores: 20 }), now)).toBe(2);
    expect(growthOf(price({ cores: 25 }), now)).toBe(0.25);
    expect(growthOf(price({ instances: 5, cores: 10 }), now)).toBe(0);
    expect(growthOf(price({ instances: 30, cost: 11 }), price({ cost: 10 }))).toBeCloseTo(0.1, 10);
  });

  it('is more than any instances, where more messages end as dead letters or are lost', () => {
    const instances = growthOf(price({ instances: 300 }), price({}));
    expect(growthOf(price({ deadLetters: 859 }), price({}))).toBeGreaterThan(instances);
    expect(growthOf(price({ lost: 12 }), price({ lost: 3 }))).toBeGreaterThan(instances);
    // A poison message ends there with any settings, and one more by chance.
    expect(growthOf(price({ deadLetters: 10 }), price({ deadLetters: 9.5 }))).toBe(0);
  });
});
