import { describe, expect, it } from 'vitest';
import { judgedWords, kindAt } from '../../src/lint/judged.js';

describe('what judges a file', () => {
  const subject = {
    budgetPaths: [
      ['budgets', 0],
      ['expect', 0],
      ['hypothesis', 'expect', 0],
    ],
  };

  it('is called by its name, a goal or an expectation', () => {
    expect(subject.budgetPaths.map((_, at) => kindAt(subject, at))).toEqual([
      'budget',
      'expectation',
      'expectation',
    ]);
    expect(judgedWords(subject)).toBe('1 budget and 2 expectations');
    expect(judgedWords({ budgetPaths: [['expect', 0]] })).toBe('1 expectation');
  });
});
