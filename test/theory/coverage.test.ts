import { describe, expect, it } from 'vitest';
import { CASES } from './case.js';
import { testTexts } from '../support/test-texts.js';

const tests = testTexts(['theory']);

describe('the cases of the theory', () => {
  it.each(CASES.map(({ id, title }) => [id, title]))('are measured: %s, %s', (id) => {
    expect(tests).toContain(`'${id}'`);
  });

  it('are more than sixty', () => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
    expect(CASES.length).toBeGreaterThan(60);
  });
});
