import { describe, expect, it } from 'vitest';
import { isFailure, isWrong } from '../../src/report/view/budget-words.js';
import { githubAnnotations } from '../../src/report/formats/github.js';
import { renderJunit } from '../../src/report/formats/junit.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { storyText } from '../../src/report/story/render.js';
import { checkText } from '../../src/report/text/text-compare.js';
import { summaryText } from '../../src/report/text/text.js';
import { heldBudgets } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

const PLAIN = { paint: { bold: String, dim: String, red: String } };

/** 20 s of users; FAULTS have the time of the fault `f` on the shop, and others. */
function judged(budget: string, faults: string, more = ''): ReturnType<typeof run>['result'] {
  return run(`faultline: 1
title: Too short
run: { duration: 20s, replications: 2 }
services: { shop: { concurrency: 4, endpoints: { buy: [ work: 1ms ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: f, kind: slow, target: shop, factor: 2, ${faults} ]
budgets: [ ${budget} ]
${more}`).result;
}

describe('a budget on the time after a fault', () => {
  it.each([
    [
      'users.recovery < 5s after f',
      'at: 10s, for: 8s }',
      'not measurable: the run ends 2 s after f ended, and recovery needs 5 s: lengthen run.duration',
    ],
    [
      'users.recovery < 5s after f',
      'at: 2s, for: 8s }, { id: g, kind: slow, target: shop, factor: 2, at: 13s, for: 1s }',
      'not measurable: g begins 3 s after f ended, and recovery needs 5 s: move g',
    ],
    [
      'users.success >= 99% after f',
      'at: 2s, for: 8s }, { id: g, kind: slow, target: shop, factor: 2, at: 10s, for: 1s }',
      'not measurable: g begins 0 s after f ended: move g',
    ],
    [
      'users.success >= 99% always after f',
      'at: 2s, for: 8s }, { id: g, kind: slow, target: shop, factor: 2, at: 10s, for: 1s }',
      'not measurable: g begins 0 s after f ended: move g',
    ],
    [
      '{ expect: users.recovery < 5s after f, strict: true }',
      'at: 10s, for: 8s }',
      'not measurable: the run ends 2 s after f ended, and recovery needs 5 s: lengthen run.duration',
    ],
  ])('%s, %s: is not counted, with the reason, and no break', (text, faults, note) => {
    const { variants, ...result } = judged(text, faults);
    const [budget] = variants[0]!.budgets;
    expect(budget).toMatchObject({ verdict: 'inconclusive', applies: false, value: null, note });
    expect(isFailure(budget!)).toBe(false);
    expect(heldBudgets(variants[0]!)).toEqual({ held: 0, of: 0, broken: 0 });
    const checked = [{ file: 'a.yaml', result: { variants, ...result } }];
    expect(renderJunit(checked)).toContain(`<skipped message="${note}"`);
    expect(renderJunit(checked)).not.toContain('<failure');
    expect(githubAnnotations(checked)).toMatch(/^::notice .*Budget not measured in base/);
    const { paint } = PLAIN;
    expect(String(checkText(checked, PLAIN))).toMatch(
      /-     .*not measurable: [^\n]*\n {2}no variant breaks a budget/,
    );
    const shown = { paint, columns: 200, file: 'a.yaml', wall: null, report: null };
    expect(String(summaryText(checked[0]!.result, shown))).toMatch(/\n {2}- {5}.*not measurable/);
    const story = String(storyText(checked[0]!.result, { source: 'a.yaml', paint, columns: 200 }));
    expect(story).toContain('base: no budget applies');
    expect(story).not.toContain('Not met');
    expect(story).toContain(note);
    expect(renderMarkdown(checked[0]!.result, { command: '' })).toContain('Not measurable: “');
  });

  it.each(['at: 10s, for: 10s }', 'at: 10s, for: none }', 'at: 4s, for: 1s, every: 5s }'])(
    'is refused when read where the fault lasts to the end: %s',
    (faults) => {
      for (const text of ['users.recovery < 5s after f', 'users.success >= 99% after f']) {
        expect(() => judged(text, faults)).toThrow(
          /f lasts to the end of the run, so nothing is measured after it/,
        );
      }
    },
  );

  it('has no value in a variant in which alone the fault lasts to the end', () => {
    const more = 'variants: [ { name: short }, { name: long, set: { "faults[f].for": 10s } } ]';
    const { variants } = judged('users.success >= 99% after f', 'at: 10s, for: 5s }', more);
    expect(variants[0]!.budgets[0]).toMatchObject({ verdict: 'pass', value: 1 });
    expect(variants[1]!.budgets[0]).toMatchObject({
      verdict: 'inconclusive',
      value: null,
      note: 'not measurable: f lasts to the end of the run: lengthen run.duration',
    });
  });

  it('is judged where the time is enough, for the other figures too where it is short', () => {
    const enough = judged('users.recovery < 5s after f', 'at: 7s, for: 8s }');
    expect(enough.variants[0]!.budgets[0]).toMatchObject({ verdict: 'pass', value: 0 });
    const short = judged('users.success >= 50% after f', 'at: 10s, for: 9s }');
    expect(short.variants[0]!.budgets[0]).toMatchObject({ verdict: 'pass' });
  });

  it('passes with allowEmpty, as without any samples', () => {
    const budget = '{ expect: users.recovery < 5s after f, allowEmpty: true }';
    const [one] = judged(budget, 'at: 10s, for: 8s }').variants[0]!.budgets;
    expect(one).toMatchObject({ verdict: 'pass', note: 'no samples' });
  });

  it('leaves a hypothesis open, which is neither a success nor a failure', () => {
    const more = 'hypothesis: { statement: Back, expect: [ users.recovery < 5s after f ] }';
    const { hypothesis } = judged('users.success >= 1%', 'at: 10s, for: 8s }', more);
    expect(hypothesis!.verdict).toBe('inconclusive');
    expect(isWrong(hypothesis!)).toBe(false);
  });
});

describe('a fault that strikes in no run', () => {
  const scenario = (target: string, more = ''): string => `faultline: 1
title: Never
run: { duration: 30s, replications: 2 }
services:
  shop: { concurrency: 4, endpoints: { buy: [ work: 1ms ] } }
  idle: { endpoints: { get: [ work: 1ms ] } }
workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: f, kind: crash, target: ${target}, at: 10s, for: 5s${more} } ]
budgets: [ users.recovery < 5s after f, users.latencyRecovery < 5s after f, users.success >= 1% after f ]
`;

  it.each([
    ['idle', ''],
    ['shop', ', probability: 0.01%'],
  ])('has no recovery: %s%s', (target, more) => {
    const [variant] = run(scenario(target, more)).result.variants;
    const note = 'not measurable: f strikes in no run';
    const unknown = { value: null, verdict: 'inconclusive', applies: false, note };
    expect(variant!.budgets.slice(0, 2)).toMatchObject([unknown, unknown]);
    expect(variant!.budgets[2]).toMatchObject({ verdict: 'pass', value: 1 });
    expect(variant!.faultTimes![0]!.recovery).toMatchObject({ value: null, never: 0 });
  });

  it('recovers where it strikes', () => {
    const [variant] = run(scenario('shop')).result.variants;
    expect(variant!.budgets[0]).toMatchObject({ verdict: 'pass', value: 0 });
  });
});
