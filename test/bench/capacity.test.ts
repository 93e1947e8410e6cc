import { describe, expect, it } from 'vitest';
import { systemOf } from '../../bench/capacity/systems.mjs';
import { run } from '../theory/program.js';

/** Some of the systems of `npm run bench:capacity`, without their sweeps. */
const SYSTEMS = [
  ['pool', 1],
  ['transaction', 2],
  ['scaled', 3],
  ['blind', 4],
  // 15 / 25 ms / (1 + 0.21 + 0.21^2) = 478/s.
  ['repeated', 114],
] as const;

describe('the capacity of generated systems', () => {
  it.each(SYSTEMS)('%s %i: headroom is the value by hand, below and above it', (kind, seed) => {
    const { capacity, resource, text } = systemOf(kind, seed);
    for (const share of [0.6, 1.4]) {
      const short = text(share * capacity).replace('duration: 60s', 'duration: 20s');
      const { rate, components } = run(short).variant().headroom!;
      const [first] = components;
      const of = first.of === null ? '' : ` ${first.of}`;
      expect(`${first.component} ${first.resource}${of}`).toBe(resource);
      expect(Math.abs((rate * first.factor) / capacity - 1)).toBeLessThan(0.05);
    }
  });
});
