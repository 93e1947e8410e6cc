import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, measured, studyOf } from '../support/study.js';

type Build = (builder: RecordBuilder, run: number) => RecordBuilder;

function study(runs: number, build: Build): ReturnType<typeof studyOf> {
  const records = (plan: Plan): RunRecord[] =>
    Array.from({ length: runs }, (_, run) => build(new RecordBuilder(plan, run), run).record());
  return studyOf({ base: records });
}

/** 110 arrivals: 80 successes of which 8 are late, 20 failures, 10 unfinished. */
const MIXED: Build = (builder) =>
  builder
    .answers('users.buy', CELL.s0, 'ok', 60)
    .answers('users.buy', CELL.s0, 'degraded', 20)
    .late('users.buy', CELL.s0, 8)
    .answers('users.buy', CELL.s20, 'timeout', 15)
    .answers('users.buy', CELL.s20, 'abandoned', 5)
    .answers('users.buy', CELL.s20, 'unfinished', 10)
    .answers('users.look', CELL.s30, 'unfinished', 4);

describe('availability', () => {
  const value = (text: string): number | null => measured(study(1, MIXED), text).value;

  it('is successes in time over arrivals', () => {
    expect(value('users.buy.availability')).toBeCloseTo(72 / 110, 12);
    expect(value('users.availability')).toBeCloseTo(72 / 114, 12);
    expect(value('users.availability before slow')).toBe(0.9);
    expect(value('users.availability during slow')).toBe(0);
  });

  it('is 0 where nothing has finished, and success has no value', () => {
    expect(value('users.look.availability')).toBe(0);
    expect(value('users.look.success')).toBeNull();
  });

  it('has no value where nothing arrived', () => {
    expect(value('users.availability from 50s to 55s')).toBeNull();
  });

  it('counts every success of an edge', () => {
    const calls = study(1, (builder) =>
      builder
        .calls('shop.buy->store.insert', CELL.s0, 'ok', 30)
        .calls('shop.buy->store.insert', CELL.s0, 'serverError', 8)
        .calls('shop.buy->store.insert', CELL.s0, 'unfinished', 2),
    );
    expect(measured(calls, 'shop->store.availability').value).toBe(0.75);
  });

  it('pools successes and arrivals over runs', () => {
    const two = study(2, (builder, run) =>
      builder
        .answers('users.buy', CELL.s0, 'ok', run === 0 ? 10 : 80)
        .answers('users.buy', CELL.s0, 'unfinished', run === 0 ? 10 : 0),
    );
    expect(measured(two, 'users.availability')).toMatchObject({
      value: 0.9,
      each: [0.5, 1],
      hits: [10, 80],
      trials: [20, 80],
    });
  });
});
