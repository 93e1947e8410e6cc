import { describe, expect, it } from 'vitest';
import { depthOf } from '../../src/analysis/story/influence.js';
import { loopsOf } from '../../src/analysis/story/loops.js';
import type { Influence } from '../../src/contracts/result/cascade.js';

const influence = (line: string): Influence => {
  const [from, to, mechanism = 'calleeTimeout'] = line.split(' ');
  return { from, to, mechanism, at: 0, share: 1, text: '' };
};
const all = (...lines: string[]): Influence[] => lines.map(influence);

describe('feedback loops', () => {
  it('are cycles of influences, reported in their order', () => {
    const influences = all('db api', 'api web', 'web api retryLoad', 'web users');
    expect(loopsOf(influences)).toEqual([{ through: ['web', 'api'], mechanism: 'retryLoad' }]);
  });

  it('may run through several components', () => {
    const influences = all('c b', 'b a', 'a c retryLoad', 'x y');
    expect(loopsOf(influences)).toEqual([{ through: ['a', 'c', 'b'], mechanism: 'retryLoad' }]);
  });

  it('are one where a caller and its callee both retry', () => {
    const influences = all('c b', 'b a', 'b c retryLoad', 'a b retryLoad');
    expect(loopsOf(influences)).toEqual([{ through: ['a', 'b', 'c'], mechanism: 'retryLoad' }]);
  });

  it('are as many as there are last callees', () => {
    const influences = all('c b', 'd b', 'b a', 'a b retryLoad', 'b c retryLoad', 'b d retryLoad');
    expect(loopsOf(influences).map(({ through }) => through)).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'd'],
    ]);
  });

  it('are reported one by one', () => {
    const influences = all('b a', 'a b retryLoad', 'd c', 'c d retryLoad');
    expect(loopsOf(influences).map(({ through }) => through)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('are none in a chain', () => {
    expect(loopsOf(all('c b', 'b a', 'c a'))).toEqual([]);
  });
});

describe('the depth of a cascade', () => {
  it('is the longest chain of influences, retries left out', () => {
    expect(depthOf(all('d c', 'c b', 'b a', 'd a', 'a b retryLoad'))).toBe(3);
    expect(depthOf([])).toBe(0);
  });

  it('ends on a cycle', () => {
    expect(depthOf(all('b a', 'a b'))).toBe(1);
  });
});
