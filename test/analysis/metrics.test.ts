import { describe, expect, it } from 'vitest';
import { cellsOf, spansOf } from '../../src/analysis/measure/window.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, measured, shopPlan, studyOf } from '../support/study.js';

const one =
  (build: (builder: RecordBuilder) => RecordBuilder) =>
  (plan: Plan): RunRecord[] => [build(new RecordBuilder(plan)).record()];
const two =
  (build: (builder: RecordBuilder, run: number) => RecordBuilder) =>
  (plan: Plan): RunRecord[] =>
    [0, 1].map((run) => build(new RecordBuilder(plan, run), run).record());

function value(build: (builder: RecordBuilder) => RecordBuilder, text: string): number | null {
  return measured(studyOf({ base: one(build) }), text).value;
}

describe('windows', () => {
  const plan = shopPlan();
  const starts = (text: Parameters<typeof spansOf>[0]): number[] =>
    [...cellsOf(spansOf(text, plan), plan).cells].map(
      (cell) => (plan.grid.edges[cell] - 10e9) / 1e9,
    );

  it('covers the measured time when nothing is asked', () => {
    expect(starts(null)).toEqual([0, 10, 20, 30, 35, 40, 45, 50, 55]);
  });

  it('takes before, during and after a fault from its edges', () => {
    expect(starts({ kind: 'before', fault: 'slow', offset: 0 })).toEqual([0, 10]);
    expect(starts({ kind: 'during', fault: 'slow', offset: 0 })).toEqual([20]);
    expect(starts({ kind: 'after', fault: 'slow', offset: 0 })).toEqual([30, 35, 40, 45, 50, 55]);
  });

  it('counts from the end of the warm-up', () => {
    expect(starts({ kind: 'between', fromNs: 10e9, toNs: 30e9, offset: 0 })).toEqual([10, 20]);
  });

  it('is empty for a fault that the variant does not have', () => {
    expect(starts({ kind: 'during', fault: 'other', offset: 0 })).toEqual([]);
  });
});

describe('shares and rates of outcomes', () => {
  const mixed = (builder: RecordBuilder): RecordBuilder =>
    builder
      .answers('users.buy', CELL.s0, 'ok', 60)
      .answers('users.buy', CELL.s0, 'degraded', 20)
      .answers('users.buy', CELL.s20, 'timeout', 15)
      .answers('users.buy', CELL.s20, 'abandoned', 5)
      .answers('users.buy', CELL.s20, 'unfinished', 10)
      .late('users.buy', CELL.s0, 8);

  it('takes success as ok and degraded over the finished, without the unfinished', () => {
    expect(value(mixed, 'users.success')).toBe(0.8);
    expect(value(mixed, 'users.buy.success during slow')).toBe(0);
    expect(value(mixed, 'users.success before slow')).toBe(1);
  });

  it('takes the share of the unfinished over all that arrived', () => {
    expect(value(mixed, 'users.share.unfinished')).toBeCloseTo(10 / 110, 12);
    expect(value(mixed, 'users.share.timeout')).toBe(0.15);
    expect(value(mixed, 'users.abandoned')).toBe(0.05);
  });

  it('gives throughput of all ends and goodput of successes in time', () => {
    expect(value(mixed, 'users.throughput')).toBeCloseTo(100 / 60, 12);
    expect(value(mixed, 'users.goodput')).toBeCloseTo(72 / 60, 12);
    expect(value(mixed, 'users.throughput during slow')).toBe(2);
  });

  it('counts outcomes and requests of a run', () => {
    expect(value(mixed, 'users.outcomes.timeout')).toBe(15);
    expect(value(mixed, 'run.requests')).toBe(110);
    expect(value(mixed, 'run.unfinished')).toBe(10);
  });

  it('says nothing where nothing finished', () => {
    expect(value(mixed, 'users.success from 40s to 50s')).toBeNull();
    expect(value(mixed, 'users.look.success')).toBeNull();
  });

  it('pools counts over runs and keeps the share of each', () => {
    const study = studyOf({
      base: two((builder, run) =>
        builder
          .answers('users.buy', CELL.s0, 'ok', run === 0 ? 10 : 80)
          .answers('users.buy', CELL.s0, 'timeout', run === 0 ? 10 : 0),
      ),
    });
    const success = measured(study, 'users.success');
    expect(success.value).toBe(0.9);
    expect(success.each).toEqual([0.5, 1]);
  });
});

describe('latencies', () => {
  it('merges histograms of parts and runs before it takes a quantile', () => {
    const study = studyOf({
      base: two((builder, run) =>
        builder
          .answers('users.buy', CELL.s0, 'ok', 50, run === 0 ? 10 : 30)
          .answers('users.look', CELL.s0, 'ok', 50, run === 0 ? 20 : 40),
      ),
    });
    const median = measured(study, 'users.latency.p50');
    expect(median.value).toBeCloseTo(0.02, 4);
    expect(median.each[0]).toBe(0.01);
    expect(measured(study, 'users.latency.max').value).toBe(0.04);
    expect(measured(study, 'users.latency.min').value).toBe(0.01);
    expect(measured(study, 'users.latency.mean').value).toBeCloseTo(0.025, 12);
    expect(measured(study, 'users.look.latency.p99').value).toBeCloseTo(0.04, 4);
  });

  it('leaves failures out of the latency of successes', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .answers('users.buy', CELL.s0, 'ok', 9, 10)
        .answers('users.buy', CELL.s0, 'timeout', 1, 500);
    expect(value(build, 'users.latency.max')).toBe(0.5);
    expect(value(build, 'users.successLatency.max')).toBe(0.01);
  });

  it('takes only the segments of the window', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .answers('users.buy', CELL.s0, 'ok', 10, 10)
        .answers('users.buy', CELL.s20, 'ok', 10, 90);
    expect(value(build, 'users.latency.max before slow')).toBe(0.01);
    expect(value(build, 'users.latency.max during slow')).toBe(0.09);
  });

  it('gives apdex from successes within the target and within four times of it', () => {
    // The target of the scenario is 500 ms: 6 satisfied, 2 tolerating, 1 too slow, 1 failed.
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .answers('users.buy', CELL.s0, 'ok', 6, 100)
        .answers('users.buy', CELL.s0, 'ok', 2, 1500)
        .answers('users.buy', CELL.s0, 'ok', 1, 5000)
        .answers('users.buy', CELL.s0, 'timeout', 1, 100);
    expect(value(build, 'users.apdex')).toBeCloseTo(0.7, 12);
  });

  it('gives the apdex of GS-32, whose burn rates are no figures here: 60 satisfied, 30 tolerating, 10 frustrated make 0.75', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .answers('users.buy', CELL.s0, 'ok', 60, 500)
        .answers('users.buy', CELL.s0, 'ok', 30, 2000)
        .answers('users.buy', CELL.s0, 'ok', 10, 2100);
    expect(value(build, 'users.apdex')).toBeCloseTo(0.75, 12);
  });
});

describe('gauges of placed components', () => {
  const levels = (builder: RecordBuilder): RecordBuilder =>
    builder
      .gauge('busy', 0, (cell) => (cell === CELL.s20 ? 4 : 1))
      .gauge('busy', 1, () => 1)
      .gauge(
        'queue',
        0,
        (cell) => (cell === CELL.s20 ? 6 : 0),
        (cell) => (cell === CELL.s20 ? 9 : 0),
      )
      .gauge(
        'queue',
        1,
        () => 0,
        (cell) => (cell === CELL.s0 ? 7 : 2),
      );

  it('takes utilization as busy workers over workers of all instances', () => {
    // Instance 0 holds 4 workers for 10 of 60 s and else 1: mean 1.5; instance 1 holds 1; 8 workers.
    expect(value(levels, 'shop.utilization')).toBeCloseTo(2.5 / 8, 12);
    expect(value(levels, 'shop.utilization during slow')).toBeCloseTo(5 / 8, 12);
    expect(value(levels, 'shop[0].utilization during slow')).toBe(1);
  });

  it('sums queues over instances, and their largest values within a cell', () => {
    expect(value(levels, 'shop.queue.mean')).toBe(1);
    expect(value(levels, 'shop.queue')).toBe(1);
    expect(value(levels, 'shop.queue.max')).toBe(11);
    expect(value(levels, 'shop[1].queue.max')).toBe(7);
  });

  it('says nothing about cores where they are unlimited', () => {
    expect(value(levels, 'shop.cpu')).toBeNull();
  });

  it('takes wasted work over busy time', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder.busy('shop.buy', CELL.s0, 300, 0).busy('shop.buy', CELL.s20, 100, 100);
    expect(value(build, 'shop.wastedWork')).toBe(0.25);
    expect(value(build, 'shop.buy.wastedWork during slow')).toBe(1);
    expect(value(build, 'shop.look.wastedWork')).toBeNull();
  });

  it('gives the wait in the queue', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder.queueWait('shop.buy', CELL.s20, 40, 5);
    expect(value(build, 'shop.queueWait.max')).toBe(0.04);
    expect(value(build, 'shop.queueWait.p99 before slow')).toBeNull();
  });
});

describe('edges and pools', () => {
  const calls = (builder: RecordBuilder): RecordBuilder =>
    builder
      .calls('users.buy->shop.buy', CELL.s0, 'ok', 10)
      .calls('shop.buy->store.insert', CELL.s0, 'ok', 20)
      .calls('shop.buy->store.insert', CELL.s20, 'timeout', 10, 3)
      .counter('shop.buy->store.insert', CELL.s20, 'budgetDenied', 4)
      .counter('shop.buy->store.insert', CELL.s20, 'poolTimeouts', 3);

  it('takes amplification as attempts per call', () => {
    expect(value(calls, 'shop->store.amplification')).toBeCloseTo(50 / 30, 12);
    expect(value(calls, 'shop->store.amplification during slow')).toBe(3);
    expect(value(calls, 'shop.buy->store.insert.attempts')).toBe(50);
    expect(value(calls, 'shop.look->store.calls')).toBe(0);
  });

  it('sums over all callers and all callees', () => {
    expect(value(calls, 'all->store.calls')).toBe(30);
    expect(value(calls, 'users->all.calls')).toBe(10);
  });

  it('gives success of calls, and the counters of policies', () => {
    expect(value(calls, 'shop->store.success')).toBeCloseTo(2 / 3, 12);
    expect(value(calls, 'shop->store.budgetDenied')).toBe(4);
    expect(value(calls, 'store.pool.timeouts')).toBe(3);
  });

  it('averages the time that breakers are open over all breakers of the edge', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .breaker(
          'shop',
          'store',
          [
            [20, 1],
            [26, 2],
            [26.5, 0],
          ],
          0,
        )
        .breaker(
          'shop',
          'store',
          [
            [-5, 1],
            [2, 0],
          ],
          1,
        );
    expect(value(build, 'shop->store.breaker.openFor')).toBeCloseTo((6 + 2) / 120, 12);
    expect(value(build, 'shop->store.breaker.openFor during slow')).toBeCloseTo(6 / 20, 12);
    expect(value(build, 'shop->store.breaker.transitions')).toBe(4);
    expect(value(build, 'users->shop.breaker.openFor')).toBeNull();
  });

  it('takes the use of a pool over what the pools of all callers may open', () => {
    // 2 replicas with a pool of 5 each: 10 connections.
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .gauge(
          'used',
          0,
          () => 4,
          () => 5,
          1,
        )
        .gauge(
          'used',
          1,
          () => 2,
          () => 3,
          1,
        )
        .gauge(
          'open',
          0,
          () => 5,
          () => 5,
          1,
        );
    expect(value(build, 'store.pool.utilization')).toBeCloseTo(0.6, 12);
    expect(value(build, 'store.pool.utilization.max')).toBeCloseTo(0.8, 12);
    expect(value(build, 'shop->store.connections.mean')).toBeCloseTo(5, 12);
  });

  it('gives the wait for a connection, and the number of waiting calls', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .gauge(
          'waiting',
          0,
          () => 3,
          () => 4,
          1,
        )
        .poolWaits('shop', 'store', CELL.s0, 0, 99)
        .poolWaits('shop', 'store', CELL.s20, 50, 1);
    expect(value(build, 'store.pool.wait.max')).toBe(0.05);
    expect(value(build, 'store.pool.wait.mean')).toBeCloseTo(0.0005, 12);
    expect(value(build, 'shop->store.pool.wait.p99 during slow')).toBe(0.05);
    expect(value(build, 'shop->store.pool.wait.p99 before slow')).toBe(0);
    expect(value(build, 'users->shop.pool.wait.p99')).toBeNull();
    expect(value(build, 'store.pool.waiting')).toBe(3);
    expect(value(build, 'store.pool.waiting.max')).toBe(4);
  });
});

describe('recovery', () => {
  const after =
    (good: readonly number[]) =>
    (builder: RecordBuilder): RecordBuilder => {
      builder.answers('users.buy', CELL.s0, 'ok', 100).answers('store.insert', CELL.s0, 'ok', 100);
      good.forEach((n, i) => {
        builder
          .answers('users.buy', CELL.s30 + i, 'ok', n)
          .answers('users.buy', CELL.s30 + i, 'timeout', 100 - n);
      });
      return builder;
    };

  it('is 0 when the first window is well', () => {
    expect(value(after([95, 100, 99, 100, 100, 100]), 'users.recovery after slow')).toBe(0);
  });

  it('is the start of the first window from which on all are well', () => {
    expect(value(after([99, 20, 94, 95, 100, 100]), 'users.recovery after slow')).toBe(15);
  });

  it('is never when the last window is not well', () => {
    expect(value(after([100, 100, 100, 100, 100, 94]), 'users.recovery after slow')).toBe(Infinity);
  });

  it('is held against the share before the fault', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      after([80, 80, 80, 80, 80, 80])(builder).answers('users.buy', CELL.s10, 'timeout', 20);
    // 100 of 120 before: 0.8333; 95 % of it is 0.7917.
    expect(value(build, 'users.recovery after slow')).toBe(0);
  });

  it('says nothing without requests before the fault', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder.answers('users.buy', CELL.s30, 'ok', 9);
    expect(value(build, 'users.recovery after slow')).toBeNull();
  });
});
