import { describe, expect, it } from 'vitest';
import { gaugesOf } from '../../src/analysis/measure/gauges.js';
import type { Lane } from '../../src/analysis/measure/lanes.js';
import { fullSteps, saturatedShare, saturationOf } from '../../src/analysis/story/saturation.js';
import { stepsOf } from '../../src/analysis/measure/steps.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { gaugeTable } from '../support/gauge-table.js';

const STEPS = 8;
const SECOND = 1e9;
/** Eight steps of 1 s, each one cell. */
const plan = {
  grid: {
    edges: Float64Array.from({ length: STEPS + 1 }, (_, k) => k * SECOND),
    stepOfCell: Int32Array.from({ length: STEPS }, (_, k) => k),
    steps: STEPS,
    segmentOfCell: new Int32Array(STEPS),
    segments: 1,
  },
} as Plan;

/** Ten workers whose use has these means and maxima by step. */
function saturation(
  means: readonly number[],
  maxima: readonly number[],
  step = 2,
  risesNs: readonly number[] = [],
) {
  const area = means.map((mean) => mean * SECOND);
  const table = gaugeTable([{ kind: 'busy', instance: 0, callee: -1, area, max: maxima }]);
  const gauges = gaugesOf({ gauges: table } as RunRecord, 'busy');
  return saturationOf(laneOf(means), gauges, stepsOf(plan), plan, {
    step,
    fromNs: step * SECOND,
    risesNs,
  });
}

function laneOf(means: readonly number[], up = means.map(() => 1)): Lane {
  const none = new Float64Array(STEPS);
  const busy = Float64Array.from(means);
  const lane = { busy, cpu: none, shed: none, arrivals: none, cores: Infinity };
  const workersAt = none.map(() => 10);
  return { ...lane, workersAt, up: Float64Array.from(up) } as unknown as Lane;
}

describe('steps without anything left', () => {
  it('are those that are not alone', () => {
    const lane = laneOf([10, 10, 4, 10, 4, 9.6, 9.5, 9.4]);
    expect(fullSteps(lane, 'workers')).toEqual([0, 1, 5, 6]);
    // Cores without a limit are never all in use.
    expect(fullSteps(lane, 'cores')).toEqual([]);
  });
});

describe('a component whose workers and cores are all in use', () => {
  /** Four cores whose use has these means, beside the ten workers. */
  const resourceOf = (cpu: readonly number[]): string | undefined => {
    const busy = [4, 4, 4, 8, 10, 10, 10, 4];
    const rows = [
      { kind: 'busy', instance: 0, callee: -1, area: busy.map((n) => n * SECOND), max: busy },
      { kind: 'cpu', instance: 0, callee: -1, area: cpu.map((n) => n * SECOND), max: cpu },
    ] as const;
    const table = { gauges: gaugeTable(rows) } as RunRecord;
    const gauges = [...gaugesOf(table, 'busy'), ...gaugesOf(table, 'cpu')];
    const lane = { ...laneOf(busy), cpu: Float64Array.from(cpu), cores: 4 };
    const since = { step: 2, fromNs: 2 * SECOND, risesNs: [] };
    return saturationOf(lane, gauges, stepsOf(plan), plan, since)?.resource;
  };

  it('has too few cores: its workers wait for them', () => {
    expect(resourceOf([1, 1, 1, 4, 4, 4, 4, 1])).toBe('cores');
    expect(resourceOf([1, 1, 1, 3, 4, 4, 4, 1])).toBe('cores');
  });

  it('has too few workers where the cores are in use later or earlier', () => {
    expect(resourceOf([1, 1, 1, 1, 2, 2, 2, 1])).toBe('workers');
    expect(resourceOf([1, 1, 1, 1, 1, 1, 4, 4])).toBe('workers');
  });
});

describe('the moment at which all workers are in use', () => {
  it('lies where an even rise to the capacity explains the mean of the step', () => {
    // From 4 to 10 in the first 0.4 s, then 10: the mean is 0.4 x 7 + 0.6 x 10 = 8.8.
    const found = saturation([4, 4, 4, 8.8, 10, 10, 4, 4], [6, 6, 6, 10, 10, 10, 10, 6])!;
    expect(found.atNs).toBeCloseTo(3.4 * SECOND, -3);
    expect(found).toMatchObject({ from: 4, until: 6, resource: 'workers' });
  });

  it('lies in the first full step where the step before never reaches the capacity', () => {
    // From 4 to 10 in 0.1 s: 0.1 x 7 + 0.9 x 10 = 9.7.
    const found = saturation([4, 4, 4, 4, 9.7, 10, 4, 4], [6, 6, 6, 6, 10, 10, 10, 6])!;
    expect(found.atNs).toBeCloseTo(4.1 * SECOND, -3);
  });

  it('needs two full steps', () => {
    expect(saturation([4, 4, 4, 10, 4, 4, 4, 4], [6, 6, 6, 10, 10, 6, 6, 6])).toBeNull();
  });

  it('is not reported if it began before anything happened', () => {
    const full = new Array<number>(STEPS).fill(10);
    expect(saturation(full, full)).toBeNull();
    // A single full step before is none yet: full for two steps from then on is.
    const found = saturation([4, 10, 10, 10, 10, 10, 10, 10], full)!;
    expect(found).toMatchObject({ from: 2, until: STEPS });
    expect(found.atNs).toBe(2 * SECOND);
    expect(saturation([4, 10, 10, 4, 4, 4, 4, 4], full)).toBeNull();
    const again = saturation([10, 10, 4, 4, 10, 10, 4, 4], [10, 10, 10, 6, 10, 10, 10, 6]);
    expect(again).toMatchObject({ from: 4, until: 6 });
  });

  it('is no earlier than the rise of the load that brings it', () => {
    const found = (risesNs: readonly number[]): number =>
      saturation([4, 4, 4, 8.8, 10, 10, 4, 4], [6, 6, 6, 10, 10, 10, 10, 6], 2, risesNs)!.atNs;
    expect(found([3.5 * SECOND])).toBe(3.5 * SECOND);
    expect(found([4.02 * SECOND])).toBe(4.02 * SECOND);
    // The step is full without it.
    expect(found([4.5 * SECOND])).toBeCloseTo(3.4 * SECOND, -3);
    expect(found([1.5 * SECOND])).toBeCloseTo(3.4 * SECOND, -3);
  });
});

describe('how long a component is full', () => {
  it('is the share of its steps with all workers in use', () => {
    expect(saturatedShare(laneOf([4, 10, 9.5, 9.4, 4, 4, 4, 4]), 0, 8)).toBe(0.25);
  });

  it('counts the workers of the instances that run', () => {
    const up = [1, 0.5, 0.5, 0.5, 0, 0, 1, 1];
    // 5 workers are left, then none, which is another trouble.
    expect(saturatedShare(laneOf([4, 5, 5, 4, 0, 0, 4, 4], up), 0, 8)).toBe(0.25);
  });
});
