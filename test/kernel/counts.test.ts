import { describe, expect, it } from 'vitest';
import { Counts } from '../../src/kernel/counts.js';
import type { CountDistribution } from '../../src/kernel/counts.js';

const N = 200_000;

function frequencies(d: CountDistribution): { mean: number; share: (n: number) => number } {
  const counts = new Counts();
  const id = counts.add(d);
  const seen = new Map<number, number>();
  let sum = 0;
  for (let i = 0; i < N; i++) {
    const n = counts.drawCount(id, 11, 12, 0, i, 0);
    seen.set(n, (seen.get(n) ?? 0) + 1);
    sum += n;
  }
  expect([...seen.keys()].every((n) => Number.isInteger(n) && n >= 0)).toBe(true);
  expect(counts.mean(id)).toBeCloseTo(sum / N, 1);
  return { mean: sum / N, share: (n) => (seen.get(n) ?? 0) / N };
}

describe('random counts', () => {
  it('are constant if configured so', () => {
    const counts = new Counts();
    const id = counts.add({ kind: 'constant', value: 3 });
    expect(counts.drawCount(id, 1, 2, 3, 4, 5)).toBe(3);
  });

  it('are uniform with both ends included', () => {
    const { share } = frequencies({ kind: 'uniform', min: 1, max: 5 });
    for (let n = 1; n <= 5; n++) expect(share(n)).toBeCloseTo(0.2, 2);
    expect(share(0) + share(6)).toBe(0);
  });

  it('are geometric from 1 on', () => {
    // Mean 3: P(1) = 1/3, P(2) = 2/9, P(3) = 4/27.
    const { share, mean } = frequencies({ kind: 'geometric', mean: 3 });
    expect(mean).toBeCloseTo(3, 1);
    expect(share(0)).toBe(0);
    expect(share(1)).toBeCloseTo(1 / 3, 2);
    expect(share(2)).toBeCloseTo(2 / 9, 2);
    expect(share(3)).toBeCloseTo(4 / 27, 2);
    expect(frequencies({ kind: 'geometric', mean: 1 }).share(1)).toBe(1);
  });

  it('are chosen by weight', () => {
    const { share } = frequencies({
      kind: 'choice',
      branches: [
        { weight: 80, value: 1 },
        { weight: 20, value: 4 },
      ],
    });
    expect(share(1)).toBeCloseTo(0.8, 2);
    expect(share(4)).toBeCloseTo(0.2, 2);
  });

  it('are rounded and not negative when normal', () => {
    const { share } = frequencies({ kind: 'normal', mean: 5, sd: 1 });
    // P(4.5 < X < 5.5) = 0.38292.
    expect(share(5)).toBeCloseTo(0.383, 2);
    // P(X < 0.5) = 0.5 + 0.19146 for mean 0, sd 1.
    expect(frequencies({ kind: 'normal', mean: 0, sd: 1 }).share(0)).toBeCloseTo(0.6915, 2);
  });

  it('must have whole values and a mean of at least 1 where that is the least', () => {
    for (const d of [
      { kind: 'constant', value: 1.5 },
      { kind: 'uniform', min: 3, max: 2 },
      { kind: 'geometric', mean: 0.5 },
      { kind: 'choice', branches: [] },
    ] as CountDistribution[]) {
      expect(() => new Counts().add(d)).toThrow(/invariant broken: .*count/);
    }
  });
});
