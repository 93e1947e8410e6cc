import { describe, expect, it } from 'vitest';
import { lessOf } from '../../scripts/accounts/accounts.mjs';
import { parseExpression } from '../../src/language/expression.js';
import { judgedIn } from '../../src/language/expressions-of.js';
import { judgedOf } from '../../src/report/view/judged.js';
import { expectAccount } from './accounts.js';
import { DECISIVE } from './decisive.js';
import { problemsOf, runFile, scenarioFiles, textOf } from './run-file.js';

/** Metric and window of an expression, without the places where they are written. */
function measured(text: string): string {
  const parsed = parseExpression(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const { metric, window } = parsed.expression;
  return JSON.stringify([metric.text, window], (key, value: unknown) =>
    key === 'offset' ? undefined : value,
  );
}

const PATTERNS = scenarioFiles('scenarios/patterns');

describe('every scenario', () => {
  it.each(scenarioFiles())('%s loads without a problem', (path) => {
    expect(problemsOf(path)).toEqual([]);
  });

  it.each(PATTERNS)('%s names the schema, is short and says what it finds', (path) => {
    const lines = textOf(path).trimEnd().split('\n');
    expect(lines[0]).toBe('# yaml-language-server: $schema=../../schema/scenario.schema.json');
    expect(lines.length).toBeLessThanOrEqual(41);
    expect(lines[2]).toMatch(/^title: \S+( \S+){4,}$/);
    expect(lines.some((line) => /^(?:budgets|expect):/.test(line))).toBe(true);
  });
});

describe('every pattern', () => {
  it('has one decisive number', () => {
    expect(DECISIVE.map(({ file }) => file)).toEqual(PATTERNS);
  });

  it.each(DECISIVE)(
    '$file is as it says, $ask is $is, and its account is true',
    ({ file, ask, is, within }) => {
      const ran = runFile(file, lessOf(file));
      const judged = ran.result.variants.flatMap((variant) =>
        judgedOf(variant).map(({ text, verdict, value }) => ({
          said: `${variant.name}: ${verdict} ${text} (${value})`,
          verdict,
        })),
      );
      expect(judged.length).toBeGreaterThan(1);
      // Windows are measured as the expressions name them: no other window of a pattern has a value.
      const asked = measured(ask.replace(/^\S+/, '$& > 0'));
      const texts = judgedIn(ran.file).map(({ source }) => source.text);
      expect(texts.map(measured)).toContain(asked);
      expect(judged.filter(({ verdict }) => verdict !== 'pass').map(({ said }) => said)).toEqual(
        [],
      );
      expect(Math.abs(ran.value(ask) - is), `${ask}: ${ran.value(ask)}`).toBeLessThanOrEqual(
        within,
      );
      expectAccount(file, ran);
    },
  );
});
