import { describe, expect, it } from 'vitest';
import {
  nearest,
  proportionalStep,
  rollingStep,
  shareStep,
} from '../../src/model/platform/rollouts/counts.js';
import type { Pair, Slack, State } from '../../src/model/platform/rollouts/counts.js';

const all = (pair: Pair): State => ({ wanted: pair, available: pair });

describe('replicas for a share of the requests (approximateWeightedCanaryStableReplicaCounts)', () => {
  // Replicas, share, surge -> of the new version, of the old one.
  it.each([
    [10, 0.1, 1, 1, 9],
    [10, 0.33, 3, 3, 7],
    [10, 0.15, 0, 2, 8],
    [10, 0.05, 1, 1, 10],
    [3, 0.5, 0, 2, 1],
    [3, 0.5, 1, 2, 2],
    [1, 0.05, 1, 1, 1],
    [1, 0.05, 0, 0, 1],
    [4, 0, 1, 0, 4],
    [4, 1, 1, 4, 0],
  ])('%d replicas at %d with %d more', (desired, share, surge, next, old) => {
    expect(nearest(desired, share, surge)).toEqual({ next, old });
  });

  it('is gone to as far as surplus and readiness allow', () => {
    const slack = (surge: number, unavailable: number): Slack => ({
      desired: 10,
      surge,
      unavailable,
    });
    const ten = all({ old: 10, next: 0 });
    expect(shareStep(ten, 0.1, slack(1, 1))).toEqual({ old: 9, next: 1 });
    expect(shareStep(ten, 0.3, slack(3, 0))).toEqual({ old: 10, next: 3 });
    expect(shareStep(ten, 0.3, slack(0, 5))).toEqual({ old: 7, next: 0 });
    // Those that are not ready yet keep the old ones where they are.
    const starting = { wanted: { old: 10, next: 3 }, available: { old: 10, next: 0 } };
    expect(shareStep(starting, 0.3, slack(3, 0))).toEqual({ old: 10, next: 3 });
    expect(shareStep(all({ old: 10, next: 3 }), 0.3, slack(3, 0))).toEqual({ old: 7, next: 3 });
    // And back: the new version is reduced first.
    expect(shareStep(all({ old: 7, next: 3 }), 0, slack(3, 2))).toEqual({ old: 10, next: 1 });
  });
});

describe('the next step of a rolling update (rolling.go)', () => {
  const slack = { desired: 10, surge: 3, unavailable: 2 };

  it('brings new ones first, and then takes as many old ones as are not needed', () => {
    expect(rollingStep(all({ old: 10, next: 0 }), slack)).toEqual({ old: 10, next: 3 });
    const starting = { wanted: { old: 10, next: 3 }, available: { old: 10, next: 0 } };
    expect(rollingStep(starting, slack)).toEqual({ old: 8, next: 3 });
  });

  it('takes those first that are not ready', () => {
    const sick = { wanted: { old: 10, next: 3 }, available: { old: 7, next: 0 } };
    // Two of the three may go: eight have to be there or on their way.
    expect(rollingStep(sick, slack)).toEqual({ old: 8, next: 3 });
    const worse = { wanted: { old: 8, next: 5 }, available: { old: 5, next: 0 } };
    expect(rollingStep(worse, slack)).toEqual(worse.wanted);
  });

  it('stops when nothing is left', () => {
    const done = all({ old: 0, next: 10 });
    expect(rollingStep(done, slack)).toEqual(done.wanted);
  });
});

describe('scaling during a rolling update', () => {
  const slack = (desired: number, surge: number) => ({ desired, surge, unavailable: 2 });
  const state = (old: number, next: number) => ({
    wanted: { old, next },
    available: { old, next: 0 },
  });

  it('divides the difference in proportion, as in the example of the Kubernetes documentation', () => {
    expect(proportionalStep(state(8, 5), slack(10, 3), slack(15, 3))).toEqual({ old: 11, next: 7 });
  });

  it('gives the rest to the larger version, and shrinks both', () => {
    // 12 allowed instead of 8: 4 x 12 / 8 = 6 each, none is left.
    expect(proportionalStep(state(4, 4), slack(6, 2), slack(10, 2))).toEqual({ old: 6, next: 6 });
    // 5 instead of 10: 7 x 0.5 = 3.5, 4; 3 x 0.5 = 1.5, 2; the sixth goes from the larger one.
    expect(proportionalStep(state(7, 3), slack(8, 2), slack(4, 1))).toEqual({ old: 3, next: 2 });
  });

  it('scales the only version with replicas', () => {
    expect(proportionalStep(state(4, 0), slack(4, 1), slack(6, 2))).toEqual({ old: 6, next: 0 });
    expect(proportionalStep(state(0, 4), slack(4, 1), slack(2, 1))).toEqual({ old: 0, next: 2 });
  });
});
