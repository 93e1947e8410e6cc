import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/contracts/plan/plan.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, measured, studyOf } from '../support/study.js';

/** 50 successes in each step of 10 s: before the fault 10 ms, and then these latencies from 20 s on. */
function recovery(...laterMs: readonly number[]): number | null {
  const cells = [CELL.s20, CELL.s30, CELL.s40, CELL.s50];
  const study = studyOf({
    base: (plan: Plan) => {
      const builder = new RecordBuilder(plan);
      builder
        .answers('store.insert', CELL.s0, 'ok', 50, 10)
        .answers('users.buy', CELL.s0, 'ok', 50, 10)
        .answers('users.buy', CELL.s10, 'ok', 50, 10);
      laterMs.forEach((ms, i) => {
        if (ms > 0) builder.answers('users.buy', cells[i], 'ok', 50, ms);
        else builder.answers('users.buy', cells[i], 'timeout', 50);
      });
      return [builder.record()];
    },
  });
  return measured(study, 'users.latencyRecovery after slow').value;
}

describe('recovery of the latency', () => {
  // The fault ends at 30 s. The limit is 1.5 x 10 ms + 5 ms = 20 ms.
  it('is the time from the end of the fault to the first step that stays within the limit', () => {
    expect(recovery(500, 30, 19, 19)).toBe(10);
    expect(recovery(500, 19, 19, 19)).toBe(0);
    expect(recovery(500, 19, 30, 19)).toBe(20);
  });

  it('does not count a step that the usual latencies make slow by chance', () => {
    const slow = (counts: readonly number[]): number | null => {
      const cells = [CELL.s0, CELL.s10, CELL.s20, CELL.s30, CELL.s40, CELL.s50];
      const study = studyOf({
        base: (plan: Plan) => {
          const builder = new RecordBuilder(plan);
          cells.forEach((cell, i) => {
            builder.answers('store.insert', cell, 'ok', 50, 10);
            builder.answers('users.buy', cell, 'ok', 50, 10);
            builder.answers('users.buy', cell, 'ok', counts[i], 40);
          });
          return [builder.record()];
        },
      });
      return measured(study, 'users.latencyRecovery after slow').value;
    };
    // 40 ms are usual for 2 of 52 requests. The p95 of a step is 40 ms with 3 of them.
    expect(slow([2, 2, 2, 2, 3, 2])).toBe(0);
    expect(slow([2, 2, 2, 2, 25, 2])).toBe(20);
  });

  it('is 0 where it never left the limit', () => {
    expect(recovery(15, 15, 15, 15)).toBe(0);
  });

  it('is never where it does not come back, or nothing succeeds', () => {
    expect(recovery(500, 30, 30, 30)).toBe(Infinity);
    expect(recovery(500, 0, 0, 0)).toBe(Infinity);
  });

  it('is not measured where success does not come back: what still succeeds is fast', () => {
    const cells = [CELL.s20, CELL.s30, CELL.s40, CELL.s50];
    const study = studyOf({
      base: (plan: Plan) => {
        const builder = new RecordBuilder(plan);
        for (const cell of [CELL.s0, CELL.s10]) builder.answers('users.buy', cell, 'ok', 100, 10);
        for (const cell of cells)
          builder
            .answers('users.buy', cell, 'ok', 25, 10)
            .answers('users.buy', cell, 'timeout', 75);
        return [builder.record()];
      },
    });
    expect(measured(study, 'users.latencyRecovery after slow').value).toBeNull();
  });
});
