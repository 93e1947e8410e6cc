import { expect, it } from 'vitest';
import { allOrNoneWords } from '../../src/report/words/all-or-none.js';
import { untilWords } from '../../src/report/words/until-words.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { checkText } from '../../src/report/text/text-compare.js';
import type { Result } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

const same = (text: string): string => text;
const IN_FIVE = '100 % in all 5 runs: up to 45.1 % of further runs may differ (95 % confidence).';

/** Runs of a shop in which no request fails, or one of 50. */
const shop = (budget: string, failing = '', more = ''): Result =>
  run(`
faultline: 1
title: A shop
run: { duration: 2s, replications: 5 }
services: { shop: { endpoints: { buy: [ wait: exponential(2ms)${failing} ] } } }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
budgets: [ ${budget} ]
${more}
`).result;

const checked = (result: Result, broken = false): string =>
  checkText([{ file: 'a.yaml', result }], { paint: { bold: same, dim: same, red: same }, broken });

it('a budget that holds because no request fails has the number of runs in place of an interval', () => {
  const result = shop('users.success >= 95%');
  expect(checked(result)).toContain('nearest: base 100 %\n');
  expect(checked(result)).toContain(`\n  ${IN_FIVE}`);
  const markdown = renderMarkdown(result, { command: '' });
  expect(markdown).toContain('✓ 100 % |');
  expect(markdown).toContain(`\n\n${IN_FIVE}\n`);
});

it('budgets and expectations have the number once, and none where only broken budgets are listed', () => {
  const result = shop('users.success >= 95%', '', 'expect: [ users.success > 90% ]');
  expect(checked(result).split(IN_FIVE)).toHaveLength(2);
  expect(checked(result, true)).not.toContain('further runs');
});

it('one that too few requests leave open has the interval', () => {
  const text = checked(shop('users.success >= 99.9%'));
  expect(text).toMatch(/base 100 % \[99\.\d, 100\.0\], undecided: about/);
  expect(text).not.toContain('further runs');
});

it('one of a share that varies has its interval', () => {
  const text = checked(shop('users.success >= 50%', ', { fail: 500, probability: 2% }'));
  expect(text).toMatch(/nearest: base 9\d\.\d % \[\d+\.\d, \d+\.\d\]/);
  expect(text).not.toContain('further runs');
});

it('the words are of shares with an interval, and of the fewest runs', () => {
  const none = { value: 0, unit: 'share', ci95: [0, 0.01], runs: 10 } as const;
  const all = { ...none, value: 1, runs: 5 } as const;
  expect(allOrNoneWords([none])).toMatch(/^0 % in all 10 runs: up to 25\.9 %/);
  expect(allOrNoneWords([none, all])).toMatch(/^0 % or 100 % in all 5 runs: up to 45\.1 %/);
  const others = [
    { ...none, unit: 'number' },
    { ...none, ci95: null },
    { ...none, runs: 1 },
    { ...none, value: 0.5 },
  ] as const;
  expect(allOrNoneWords(others)).toBe('');
});

it('runs until a share is known have no half-width where it is 100 % in all of them', () => {
  const one = {
    text: 'users.success within 1%',
    variant: 'base',
    unit: 'share',
    wanted: 0.01,
  } as const;
  const until = { looks: [5, 10], made: 5, confidence: 0.98, reason: 'reached' } as const;
  const said = (value: number): string =>
    untilWords({ ...until, precisions: [{ ...one, value, halfWidth: 0.0008, isReached: true }] });
  expect(said(1)).toContain(
    '"users.success within 1%" holds: 100 % in all 5 runs of base; in further runs up to 0.08 % may differ, and more where requests fail together. Looks',
  );
  expect(said(0.99)).toContain('holds: 99 % ± 0.08 % in base, with 98 % confidence');
});
