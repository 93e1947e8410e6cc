import { describe, expect, it } from 'vitest';
import { isBroken } from '../../src/cli/commands/check.js';
import { renderCsv } from '../../src/report/formats/csv.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { githubAnnotations } from '../../src/report/formats/github.js';
import { renderHtml } from '../../src/report/page/html.js';
import { renderJunit } from '../../src/report/formats/junit.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { cellText, outcomeColumns } from '../../src/report/view/columns.js';
import { ranked } from '../../src/report/view/ranking.js';
import { storyText } from '../../src/report/story/render.js';
import { checkText } from '../../src/report/text/text-compare.js';
import { summaryText } from '../../src/report/text/text.js';
import { heldBudgets, holdsAll, viewOf } from '../../src/report/view/view.js';
import { answerOf, badgeOf } from '../../src/report/words/answer.js';
import { saidWords } from '../support/said.js';
import type { Result } from '../../src/contracts/result/result.js';
import { loadScenario } from '../../src/scenario/load.js';
import { problemsOf, run } from '../theory/program.js';

/** Every second request fails for 10 of 30 s, and none in `cure`. */
function shop(judged: string): string {
  return `faultline: 1
title: Half of the requests fail
run: { duration: 30s, replications: 3 }
services: { shop: { concurrency: 8, endpoints: { buy: [ work: 1ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: half, kind: error, target: shop, share: 50%, at: 10s, for: 10s } ]
variants: [ { name: was }, { name: cure, set: { 'faults[half].share': 0.1% } } ]
${judged}
`;
}

const OUTAGE = 'users.success < 60% during half in was';
const WRONG = 'users.success < 40% during half in was';
const GOAL = 'users.success >= 99% during half in cure';

const resultOf = (judged: string): Result => run(shop(judged)).result;
const AS_EXPECTED = resultOf(`expect: [ "${OUTAGE}" ]\nbudgets: [ "${GOAL}" ]`);
const UNEXPECTED = resultOf(`expect: [ "${OUTAGE}", "${WRONG}" ]\nbudgets: [ "${GOAL}" ]`);
const NO_GOALS = resultOf(`expect: [ "${OUTAGE}" ]`);

const paint = { bold: String, dim: String, red: String };
const plain = { paint, columns: 160 };
const checked = (result: Result): { file: string; result: Result }[] => [
  { file: 'a.yaml', result },
];
const saidOf = (result: Result): string => plainWords(saidWords(viewOf(result)));
const storyOf = (result: Result): string =>
  String(storyText(result, { source: 'a.yaml', ...plain }));
const summaryOf = (result: Result): string =>
  String(summaryText(result, { ...plain, file: 'a.yaml', wall: null, report: null }));
const checkOf = (result: Result): string => String(checkText(checked(result), { paint }));

describe('expected behaviour', () => {
  it('is judged like a budget, in a list of its own', () => {
    const [was, cure] = UNEXPECTED.variants;
    expect(was!.budgets).toEqual([]);
    expect(was!.expectations!.map(({ text, verdict }) => [text, verdict])).toEqual([
      [OUTAGE, 'pass'],
      [WRONG, 'fail'],
    ]);
    // Half of the requests fail; the standard error of 3,000 draws is 0.9 points.
    expect(was!.expectations![0]!.value).toBeCloseTo(0.5, 1);
    expect(cure!.budgets.map(({ text, verdict }) => [text, verdict])).toEqual([[GOAL, 'pass']]);
    expect(cure!.expectations).toBeUndefined();
    const budget = resultOf(`budgets: [ "${OUTAGE}" ]`).variants[0]!.budgets[0];
    expect(was!.expectations![0]).toEqual(budget);
  });

  it('makes no variant hold or break', () => {
    const views = [AS_EXPECTED, UNEXPECTED].map((result) => viewOf(result));
    for (const { result, winner } of views) {
      const [was, cure] = result.variants;
      expect(heldBudgets(was!)).toEqual({ held: 0, of: 0, broken: 0 });
      expect([holdsAll(was!), holdsAll(cure!)]).toEqual([false, true]);
      expect(winner).toBe('cure');
    }
    const names = views.map((view) => ranked(view).map(({ name }) => name));
    expect(names[0]).toEqual(names[1]);
  });

  it('is no pass: an outage without goals has none, and one beside its cure is left out', () => {
    expect(badgeOf(viewOf(NO_GOALS))).toEqual({ text: 'no budgets', tone: 'open' });
    expect(saidOf(NO_GOALS)).toContain('No budgets. The expected behaviour is seen. ');
    expect(badgeOf(viewOf(AS_EXPECTED))).toEqual({
      text: '1 of 1 with budgets survives',
      // Users of the other one are hurt.
      tone: 'open',
    });
    expect(saidOf(AS_EXPECTED)).toContain('was has no budgets. The expected behaviour is seen. ');
    expect(storyOf(AS_EXPECTED)).toContain('was: no budgets, behaves as expected');
    expect(storyOf(AS_EXPECTED)).toContain('cure: holds its budget');
    expect(storyOf(NO_GOALS)).not.toContain('holds');
    expect(checkOf(NO_GOALS)).toMatch(/ {2}no budgets\n {2}Expected behaviour\n {2}pass {2}users/);
    expect(checkOf(NO_GOALS)).toContain('every variant behaves as expected');
    expect(summaryOf(NO_GOALS)).toContain('expected  1 of 1 as expected, no budgets');
    expect(summaryOf(AS_EXPECTED)).toMatch(/was .* no budgets\n {2}cure .* 1\/1 pass\n/);
  });

  it('is survived only by users who are well at the end: a goal can be held over an outage', () => {
    const [back, down] = ['10s, for: 10s', '10s, for: 20s'].map((time) => {
      const text = shop('budgets: [ users.success >= 99% before half ]');
      return badgeOf(viewOf(run(text.replace('10s, for: 10s', time)).result))!.text;
    });
    // The fault lasts to the end.
    expect([back, down]).toEqual([
      '2 of 2 survive',
      '2 of 2 hold their budgets, 1 not back at the end',
    ]);
    const always = shop('budgets: [ users.success >= 10% ]').replace(
      '10s, for: 10s',
      '0s, for: 30s',
    );
    expect(badgeOf(viewOf(run(always).result))!.text).toBe(
      '2 of 2 hold their budgets, 1 fails throughout',
    );
    const outage = shop('budgets: [ users.success >= 99% before half ]').replace('50%', '100%');
    expect(badgeOf(viewOf(run(outage).result))!.text).toBe(
      '2 of 2 hold their budgets, 1 down for a time',
    );
  });

  it('tells no time where success never fell, and never where a fault outlasts the run', () => {
    const times = ['10s, for: 10s', '10s, for: none'].map((time) => {
      const view = viewOf(run(shop('').replace('10s, for: 10s', time)).result);
      const column = outcomeColumns(view).find(({ key }) => key === 'recovery')!;
      return view.result.variants.map((variant) => cellText(column, variant));
    });
    expect(times).toEqual([
      ['0 s', 'no outage'],
      ['never', '–'],
    ]);
  });

  it('names the search for a change where no run shows one', () => {
    const alone = shop('budgets: [ users.success >= 99% ]').replace(/variants: .*/, '');
    const { act } = answerOf(viewOf(run(alone).result));
    expect(plainWords(act!)).toBe(
      'Not known: faultline fix looks for the smallest change of settings that holds the budgets.',
    );
  });

  it('fails the check in other words than a budget', () => {
    expect([AS_EXPECTED, UNEXPECTED, NO_GOALS].map(isBroken)).toEqual([false, true, false]);
    expect(badgeOf(viewOf(UNEXPECTED))).toEqual({
      text: '1 of 1 with budgets survives, not as expected',
      tone: 'open',
    });
    expect(saidOf(UNEXPECTED)).toContain(`Not as expected: “${WRONG}”. `);
    expect(checkOf(UNEXPECTED)).toContain('no variant breaks a budget\n  Expected behaviour\n');
    expect(checkOf(UNEXPECTED)).toMatch(/ {2}DIFF {2}users\.success < 40% .* was \d\d\.?\d* %/);
    expect(checkOf(UNEXPECTED)).toContain('1 of 2 variants do not behave as expected');
    expect(checkOf(UNEXPECTED)).not.toContain('FAIL');
    expect(summaryOf(UNEXPECTED)).toContain('expected  1 of 2 as expected\n');
    expect(summaryOf(UNEXPECTED)).toContain(`  DIFF  ${WRONG}`);
    expect(storyOf(UNEXPECTED)).toContain('was: no budgets, 1 of 2 expectations not met');
    expect(storyOf(UNEXPECTED)).toContain(`Not as expected\n    - ${WRONG}: `);
  });

  it('has its own suite, annotation, tables and columns', () => {
    const xml = renderJunit(checked(UNEXPECTED));
    expect(xml).toContain('<testsuites name="faultline" tests="3" failures="1" >');
    expect(xml).toContain('name="a.yaml: was, expected behaviour" tests="2" failures="1"');
    expect(xml.match(/classname="faultline\.expect"><(?:failure|system-out)/g)).toHaveLength(2);
    expect(xml).toMatch(/<failure [^>]*type="expectation">/);
    expect(xml.match(/classname="a\.yaml"/g)).toHaveLength(1);
    expect(githubAnnotations(checked(UNEXPECTED))).toMatch(
      /^::error file=a\.yaml,title=Not as expected in was::.*\n$/,
    );
    const markdown = renderMarkdown(UNEXPECTED, { command: '' });
    expect(markdown.indexOf('## Budgets')).toBeLessThan(markdown.indexOf('## Expected behaviour'));
    expect(markdown).toContain('| As expected | 1 of 2 | 0 of 0 |');
    const page = renderHtml(UNEXPECTED, { command: 'x', version: '0' });
    expect(page).toContain('Expected behaviour, pooled over 3 replications');
    expect(page).toMatch(/class="fail"><span class="sr">not as expected: /);
    const [head, was] = renderCsv(UNEXPECTED).split('\r\n');
    const at = head!.split(',').indexOf('expectations_met');
    expect(was!.split(',').slice(at - 2, at + 2)).toEqual(['0', '0', '1', '2']);
  });
});

describe('`expect` in a file', () => {
  it('has the language of budgets, and reports mistakes at their place', () => {
    expect(problemsOf(shop('expect: [ "users.sucess < 60%" ]'))).toMatch(/success/);
    expect(problemsOf(shop('expect: [ "users.success < 60% in wass" ]'))).toMatch(/wass/);
    expect(problemsOf(shop('expect: [ { expect: users.success < 60%, metric: x } ]'))).toMatch(
      /one expression/,
    );
    expect(problemsOf(shop('expects: [ "users.success < 60%" ]'))).toMatch(/expect/);
  });

  it('is concatenated over included files, and the same for all variants', () => {
    const files: Readonly<Record<string, string>> = {
      'a.yaml': `include: [ b.yaml ]\n${shop(`expect: [ "${OUTAGE}" ]`)}`,
      'b.yaml': `expect: [ "${WRONG}" ]\n`,
    };
    const { file } = loadScenario('a.yaml', (path) => ({ text: files[path]! }));
    expect(file!.expect.map(({ text }) => text).sort()).toEqual([WRONG, OUTAGE]);
    const patched = shop('').replace('name: was', 'name: was, set: { expect: [] }');
    expect(problemsOf(patched)).toContain('expect is the same for all variants');
  });

  it('is part of the digest, which a file without it keeps', () => {
    const of = (judged: string): string => run(shop(judged)).file.sha256;
    expect(of('expect: []')).toBe(of(''));
    expect(of(`expect: [ "${OUTAGE}" ]`)).not.toBe(of(''));
  });

  it('is no goal of a search', () => {
    const sweep =
      'sweeps: { edge: { kind: bisect, set: { workloads.users.arrivals.rate: { from: 50/s, to: 500/s } } } }';
    const lacking = /is required with kind: bisect if there are no budgets/;
    expect(problemsOf(shop(`expect: [ "${OUTAGE}" ]\n${sweep}`))).toMatch(lacking);
    expect(problemsOf(shop(`budgets: [ "${OUTAGE}" ]\n${sweep}`))).toBe('');
  });
});
