import { expect, it } from 'vitest';
import { inlinedFor } from '../../src/run/compiling.js';

it('lets V8 inline more where threads have calls enough for larger functions to pay off', () => {
  const [brief, long] = [inlinedFor(1, 1000), inlinedFor(1, Infinity)];
  expect(brief).toBeLessThan(long);
  expect(inlinedFor(2, 3_000_000)).toBe(long);
  // Each of eight threads makes less than a million of them.
  expect(inlinedFor(8, 3_000_000)).toBe(brief);
});
