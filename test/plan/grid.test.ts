import { describe, expect, it } from 'vitest';
import { planGrid, askedBySteps, windowEdgesOf, type GridSource } from '../../src/plan/grid.js';
import type { PlanFault } from '../../src/contracts/plan/plan.js';
import { fileOf, scenario, seconds } from '../support/scenario.js';

const span = (from: number, until: number): PlanFault => ({
  id: `at-${from}`,
  kind: 'slow',
  config: {},
  knobs: ['speed'],
  share: 1,
  role: null,
  instances: [],
  select: { kind: 'all' },
  parts: [],
  links: [],
  loads: [],
  holders: [],
  nodes: [],
  spans: [{ fromNs: seconds(from), untilNs: seconds(until) }],
  chance: null,
  stream: 'slow',
  when: null,
  rollout: null,
  ramp: null,
});

/** 20 s of warm-up, then 60 s in steps of 20 s. */
const grid = (own: Partial<GridSource> = {}) =>
  planGrid({
    warmupNs: seconds(20),
    endNs: seconds(80),
    stepNs: seconds(20),
    faults: [],
    windowEdges: [],
    responses: [],
    areResponsesAsked: false,
    hasStepSegments: false,
    ...own,
  });
/** Half seconds after `from` and before `to`. */
const halves = (from: number, to: number): number[] =>
  Array.from({ length: Math.ceil((to - from) * 2) - 1 }, (_, k) => from + (k + 1) / 2);
const edges = (own: Partial<GridSource>) => [...grid(own).edges].map((edge) => edge / 1e9);

describe('the measuring grid', () => {
  it('begins behind the warm-up and has one cell a step where nothing cuts it', () => {
    const plain = grid();
    expect([...plain.edges]).toEqual([20, 40, 60, 80].map(seconds));
    expect([...plain.stepOfCell]).toEqual([0, 1, 2]);
    expect([...plain.segmentOfCell]).toEqual([0, 0, 0]);
    expect([plain.steps, plain.segments]).toEqual([3, 1]);
  });

  it('has a shorter last step where the duration is no multiple', () => {
    const uneven = grid({ stepNs: seconds(25) });
    expect([...uneven.edges]).toEqual([20, 45, 70, 80].map(seconds));
    expect(uneven.steps).toBe(3);
  });

  it('is cut at the edges of faults and windows, which bound segments', () => {
    const cut = grid({ faults: [span(30, 79)], windowEdges: [seconds(50), seconds(80)] });
    expect([...cut.edges]).toEqual([20, 30, 40, 50, 60, 79, 79.5, 80].map(seconds));
    expect([...cut.stepOfCell]).toEqual([0, 0, 1, 1, 2, 2, 2]);
    expect([...cut.segmentOfCell]).toEqual([0, 1, 1, 2, 2, 3, 3]);
    expect(cut.segments).toBe(4);
  });

  it('is cut every half second behind a fault until the next one starts', () => {
    const coarse = { stepNs: seconds(60) };
    expect(edges({ ...coarse, faults: [span(22, 30), span(43, 72)] })).toEqual([
      ...[20, 22, 30, ...halves(30, 43), 43, 72, ...halves(72, 80), 80],
    ]);
    expect(edges({ ...coarse, faults: [span(22, 30), span(30, 72)] })).toEqual([
      ...[20, 22, 30, 72, ...halves(72, 80), 80],
    ]);
  });

  it('ignores what lies in the warm-up or behind the end', () => {
    expect(edges({ faults: [span(0, 10), span(60, 90)], stepNs: seconds(60) })).toEqual([
      ...[20, ...halves(20, 60), 60, 80],
    ]);
  });

  it('is cut every 5 s where half seconds would be too many, and at 2,000 places at most', () => {
    const long = grid({ faults: [span(20, 21)], endNs: seconds(100_000), stepNs: seconds(99_980) });
    // Start, end of the fault, 2,000 recovery edges, end of the run.
    expect(long.edges.length).toBe(2003);
  });

  it('is cut into segments at every step where that is asked for', () => {
    const cut = grid({ faults: [span(30, 79)], hasStepSegments: true });
    const same = grid({ faults: [span(30, 79)] });
    expect([...cut.edges]).toEqual([...same.edges]);
    expect([...cut.stepOfCell]).toEqual([...same.stepOfCell]);
    // 20-30, 30-40, 40-60, 60-79, 79-80.
    expect([...cut.segmentOfCell]).toEqual([0, 1, 2, 3, 4, 4]);
    expect(cut.segments).toBe(5);
    expect([...cut.groupOfSegment]).toEqual([0, 1, 1, 1, 4]);
    expect([...same.groupOfSegment]).toEqual([0, 1, 2]);
  });

  it('needs that for steps of what is taken from distributions', () => {
    const asked = (...budgets: string[]): string[] => [
      ...askedBySteps(fileOf(scenario({}), budgets).file),
    ];
    expect(asked('users.latency.p99 < 1s always')).toEqual(['users']);
    expect(asked('users.success > 1%', 'shop.queueWait.max < 1s for 50% of steps')).toEqual([
      'shop',
    ]);
    expect(asked('users.apdex > 90% always')).toEqual(['users']);
    expect(asked('a->db.pool.wait.p99 < 1s always')).toEqual(['a', 'db']);
    expect(asked('users.latency.p99 < 200% of shop.latency.p99 always')).toEqual(['users', 'shop']);
    expect(asked('users.latency.p99 < 1s', 'users.success > 90% always')).toEqual([]);
    expect(asked('shop.queue.max < 10 always', 'users.goodput > 5/s always')).toEqual([]);
  });

  it('takes the windows of budgets from their expressions', () => {
    const { file } = fileOf(scenario({}), [
      'users.latency.p99 < 1s from 10s to 30s',
      'users.success >= 99% during some-fault',
      'users.success >= 99%',
    ]);
    expect(windowEdgesOf(file)).toEqual([seconds(10), seconds(30)]);
  });
});
