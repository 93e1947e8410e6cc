import { expect, it } from 'vitest';
import { isSetUp } from '../../src/api/proving/subject.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';

function isFor(components: number, ...events: readonly number[]): boolean {
  const plan = { components: new Array<unknown>(components).fill({}) } as unknown as Plan;
  const records = events.map((own) => ({ totals: { events: own } }) as unknown as RunRecord);
  return isSetUp(plan, records);
}

it('runs of 300 components or more are set-up where that is four times their events', () => {
  // 300 x 500 = 150,000 = 4 x 37,500.
  expect(isFor(300, 37_499)).toBe(true);
  expect(isFor(300, 37_500)).toBe(false);
  expect(isFor(299, 1)).toBe(false);
  // The mean of all runs counts.
  expect(isFor(300, 60_000, 14_998)).toBe(true);
  expect(isFor(300, 60_000, 15_000)).toBe(false);
});
