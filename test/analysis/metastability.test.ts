import { describe, expect, it } from 'vitest';
import { goodputLost, verdictOf } from '../../src/analysis/story/metastability.js';
import { isRising } from '../../src/analysis/story/trends.js';
import type { RunVerdict } from '../../src/spec/result/cascade.js';
import type { Plan } from '../../src/spec/plan/plan.js';
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

function run(fill: Fill): { verdict: RunVerdict; lost: number | null } {
  const study = studyOf({ base: (plan: Plan) => [fill(new RecordBuilder(plan)).record()] });
  const [data] = study.variants;
  return {
    verdict: verdictOf(data, data.records[0], []),
    lost: goodputLost(data, data.records[0]),
  };
}

/** Calls from shop to store: one try each before the fault, this many tries in its last windows. */
const retrying =
  (attempts: number): Fill =>
  (builder) => {
    builder.calls('shop.buy->store.insert', CELL.s0, 'ok', 100);
    for (const cell of WINDOWS)
      builder.calls('shop.buy->store.insert', cell, 'timeout', 100, attempts);
    return builder;
  };

describe('the verdict on a run', () => {
  it('is untouched when no window loses goodput', () => {
    expect(run(served(196, [99, 100, 98, 100, 100, 97])).verdict).toBe('untouched');
  });

  it('is recovered within 15 s, and slowly later', () => {
    expect(run(served(0, [50, 50, 50, 100, 100, 100])).verdict).toBe('recovered');
    expect(run(served(0, [50, 50, 50, 50, 100, 100])).verdict).toBe('slowRecovery');
  });

  it('is metastable when retries keep it down at the load of before', () => {
    expect(run((builder) => retrying(3)(served(0, DOWN)(builder))).verdict).toBe('metastable');
  });

  it('is metastable when workers do only wasted work', () => {
    const wasting: Fill = (builder) => {
      for (const cell of WINDOWS) builder.busy('shop.buy', cell, 1000, 900);
      return served(0, DOWN)(builder);
    };
    expect(run(wasting).verdict).toBe('metastable');
  });

  it('is metastable when queues stay full', () => {
    const queued: Fill = (builder) => served(0, DOWN)(builder).gauge('queue', 0, () => 9);
    expect(run(queued).verdict).toBe('metastable');
  });

  it('is undecided when nothing is known to sustain it', () => {
    expect(run((builder) => retrying(1)(served(0, DOWN)(builder))).verdict).toBe('undecided');
  });

  it('is undecided while a breaker waits to try again', () => {
    const held: Fill = (builder) =>
      retrying(3)(served(0, DOWN)(builder)).breaker('shop', 'store', [[21, 1]], 0);
    expect(run(held).verdict).toBe('undecided');
  });

  it('is undecided while goodput still rises', () => {
    const rising = served(0, [0, 0, 0, 30, 60, 90]);
    expect(run((builder) => retrying(3)(rising(builder))).verdict).toBe('undecided');
  });

  it('is overloaded when more load arrives than before', () => {
    const more = served(0, DOWN, 150);
    expect(run((builder) => retrying(3)(more(builder))).verdict).toBe('overloaded');
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
