import { describe, expect, it } from 'vitest';
import { broken } from '../scenarios/page-numbers.js';
import { problemsOf, runFile, scenarioFiles, textOf } from '../scenarios/run-file.js';

/**
 * Behaviour that users reported, or that a library's source states, as the smallest scenario that shows it. The first
 * line is `# Right: VALUE. Source: …`, and the budgets hold that value; or `# Refused: CODE, …` for a file that
 * must not load.
 */
const FILES = scenarioFiles('test/field');

describe.each(FILES)('%s', (path) => {
  const [first] = textOf(path).split('\n');
  const refused = /^# Refused: (FL\d+), /.exec(first);

  it('names the value and its source first', () => {
    expect(first).toMatch(/^# (Right|Refused): .+ Source: \S+/);
  });

  if (refused !== null) {
    it('is refused for the reason', () => {
      expect(problemsOf(path).map((problem) => /FL\d+/.exec(problem)?.[0])).toContain(refused[1]);
      expect(() => runFile(path)).toThrow(refused[1]);
    });
    return;
  }

  it('gives the value of its source', () => {
    const ran = runFile(path);
    expect(ran.result.variants.every(({ budgets }) => budgets.length > 0)).toBe(true);
    expect(broken(ran)).toEqual([]);
  });
});
