import { describe, expect, it } from 'vitest';
import { halfOfSums } from '../../../src/importing/traces/half.js';
import { sortedQuantile } from '../../../src/stats/rank.js';
import { modelOf } from './read.js';
import { call, otlpLines, root } from './spans.js';

/** Uniform numbers, the same in each run. */
function uniforms(): () => number {
  let state = 7;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe('one of two ways', () => {
  const next = uniforms();
  const laws: readonly (readonly [string, () => number])[] = [
    ['exponential', () => -Math.log(next())],
    ['mostly short, rarely long', () => (next() < 0.05 ? 100 : 0.2)],
    ['uniform', () => next()],
    ['constant', () => 3],
  ];

  it.each(laws)('has the quantiles of the law from sums alone: %s', (_, draw) => {
    const single = Float64Array.from({ length: 20_000 }, draw).sort();
    const found = halfOfSums(Array.from({ length: 20_000 }, () => draw() + draw()));
    const sorted = Float64Array.from(found).sort();
    const range = sortedQuantile(single, 0.99);
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
      expect(
        Math.abs(sortedQuantile(sorted, share) - sortedQuantile(single, share)) / range,
      ).toBeLessThan(0.04);
  });
});

describe('the network of a pair', () => {
  /** Calls of `b` wait 5 ms in front of its code, those of all others 0.1 ms on each way. */
  const traces = otlpLines(
    Array.from({ length: 100 }, (_, k) => {
      const trace = `t${k}`;
      const at = 100 * k;
      const calls = ['a', 'b', 'c'].flatMap((to, place) =>
        call(trace, 'r', 'web', to, [at + 10 * place, at + 10 * place + 9]),
      );
      const late = calls.map((span) =>
        span.service === 'b' ? { ...span, from: span.from + 4.8 } : span,
      );
      return [root(trace, at, at + 40), ...late];
    }).flat(),
  );

  it('is its own where it is far from that of the others, which it does not change', async () => {
    const { network, links } = await modelOf([traces]);
    expect(network).toMatchObject({ text: '100us', n: 200 });
    expect(links).toEqual([
      { from: 'web', to: 'b', oneWay: expect.objectContaining({ text: '2.5ms', n: 100 }) },
    ]);
  });
});
