import { describe, expect, it } from 'vitest';
import { stopDetail } from '../../src/run/stop-detail.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { gaugeTable } from '../support/gauge-table.js';
import { RecordBuilder } from '../support/records.js';
import { CELL, shopPlan } from '../support/study.js';

const plan = shopPlan();

function stopped(
  stop: RunRecord['stop'],
  detail: string,
  build = (builder: RecordBuilder): RecordBuilder => builder,
): string {
  const record = build(new RecordBuilder(plan)).record();
  const totals = { ...record.totals, events: 5000 };
  return stopDetail(plan, { ...record, stop, stopDetail: detail, totals });
}

describe('what a stopped run was doing', () => {
  it('names the busiest edge where the events ran out', () => {
    const build = (builder: RecordBuilder): RecordBuilder =>
      builder
        .calls('users.look->shop.look', CELL.s0, 'ok', 50)
        .calls('shop.buy->store.insert', CELL.s20, 'timeout', 30, 3);
    expect(stopped('budget', '', build)).toBe(
      '5000 events; busiest edge shop.buy->store.insert with 90 attempts of 30 calls',
    );
  });

  it('names the longest queue where the events ran out', () => {
    const record = new RecordBuilder(plan).record();
    const gauges = gaugeTable(
      [3, 9].map((level, instance) => ({
        kind: 'queue' as const,
        instance,
        callee: -1,
        area: [0, 0],
        max: [level, 0],
      })),
    );
    const { component, index } = plan.instances[1]!;
    expect(stopDetail(plan, { ...record, stop: 'budget', gauges })).toContain(
      `longest queue ${plan.components[component]!.name}[${index}] with 9 requests`,
    );
  });

  it('says so where the events ran out before anything was measured', () => {
    expect(stopped('budget', '')).toBe('5000 events, none of them in the measured time');
  });

  it('tells a circle of calls once', () => {
    expect(stopped('depth', 'u.x -> a.x -> b.y -> a.x -> b.y -> a.x')).toBe(
      'u.x -> a.x -> b.y -> a.x -> … (5 calls deep)',
    );
    expect(stopped('depth', 'a.x -> b.y')).toBe('a.x -> b.y');
  });

  it('leaves the words of the other guards as they are', () => {
    expect(stopped('memory', 'shop[0] has 12 requests queued')).toBe(
      'shop[0] has 12 requests queued',
    );
  });
});
