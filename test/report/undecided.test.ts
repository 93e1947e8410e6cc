import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { githubAnnotations } from '../../src/report/formats/github.js';
import { renderJunit } from '../../src/report/formats/junit.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { checkText, compareText } from '../../src/report/text/text-compare.js';
import { summaryText } from '../../src/report/text/text.js';
import type { Paint } from '../../src/report/lines/text-table.js';
import type { Result } from '../../src/contracts/result/result.js';
import { sampleResult } from '../support/sample-result.js';
import { run } from '../theory/program.js';

const same = (text: string): string => text;
const PLAIN: Paint = { bold: same, dim: same, red: same };
const NARROW = { paint: PLAIN, columns: 80 };

const lengths = (text: string): number[] => text.split('\n').map((line) => Array.from(line).length);
const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** All texts that a terminal of 80 columns shows of a result. */
function textsOf(result: Result): readonly string[] {
  return [
    summaryText(result, { ...NARROW, file: 'a.yaml', wall: null, report: null }),
    compareText(result, NARROW),
    compareText(result, { ...NARROW, all: true }),
    checkText([{ file: 'a.yaml', result }], NARROW),
  ];
}

/** Two shops, one of which is a little worse, and a budget between them. */
const closeRuns = (replications: number): Result =>
  run(`
faultline: 1
title: A shop whose second release fails a little more often than the first one, as few runs can show
run: { duration: 20s, warmup: 1s, replications: ${replications} }
services: { shop: { endpoints: { buy: [ wait: exponential(20ms), { fail: 500, probability: 1% } ] } } }
workloads: { users: { arrivals: poisson(100/s), requests: [ call: shop.buy ] } }
variants:
  - { name: today }
  - { name: a-release-with-a-rather-long-name, set: { "services.shop.endpoints.buy.steps[1].probability": 2% } }
budgets: [ users.success >= 98.2% ]
`).result;

const made = new Map<number, Result>();
function close(replications: number): Result {
  const result = made.get(replications) ?? closeRuns(replications);
  made.set(replications, result);
  return result;
}

describe('texts of a terminal of 80 columns', () => {
  let shipped: Result;
  beforeAll(() => {
    const text = readFileSync('scenarios/p99-claim.yaml', 'utf8');
    shipped = run(text.replace(/replications: \d+/u, 'replications: 2')).result;
  });

  it('fold, and cut no name', () => {
    for (const result of [shipped, sampleResult(), close(1), close(2)]) {
      for (const text of textsOf(result)) {
        expect(Math.max(...lengths(text))).toBeLessThanOrEqual(80);
        expect(text).not.toContain('…');
      }
    }
  });

  it('show a comparison on one screen, with two variants and with five', () => {
    const two = { ...shipped, variants: shipped.variants.slice(0, 2) };
    for (const result of [shipped, two, sampleResult(), close(2)]) {
      const text = compareText(result, NARROW);
      expect(lengths(text).length).toBeLessThanOrEqual(41);
      for (const { name, baseline } of result.variants) {
        if (!baseline) expect(text).toContain(`${name} against`);
      }
    }
  });

  it('show harm in both kinds, and latency of successes beside that of all', () => {
    const text = flat(compareText(shipped, NARROW));
    expect(text).toMatch(/breaker against unguarded, per run: 0 requests fail instead of [\d,]+/);
    expect(text).toMatch(/requests fail instead of [\d,]+, and [\d,]+ are slow instead of/);
    const lines = compareText(shipped, { ...NARROW, all: true }).split('\n');
    const at = (words: string): number => lines.findIndex((line) => line.startsWith(`  ${words}`));
    expect(at('p99 of successes')).toBeGreaterThan(0);
    expect(at('p99 of all')).toBeGreaterThan(0);
  });

  it('rank no attempts where calls were never sent', () => {
    // The breaker refuses calls, so it has fewer attempts than calls.
    const breaker = shipped.variants.find(({ name }) => name === 'breaker')!;
    expect(breaker.summary.attemptsPerCall).toMatchObject({ unsent: true });
    const attempts = shipped.comparisons.filter(({ metric }) => metric === 'attemptsPerCall');
    expect(attempts.map(({ of }) => of)).not.toContain('breaker');
  });
});

describe('an undecided figure', () => {
  it('says what would decide, wherever it is shown', () => {
    const result = close(3);
    const open = result.variants
      .flatMap(({ budgets }) => budgets)
      .filter(({ verdict }) => verdict === 'inconclusive');
    expect(open.length).toBeGreaterThan(0);
    const words = /(?:about [\d,]+ replications would decide|more replications do not help)/;
    const files = [{ file: 'a.yaml', result }];
    for (const text of [
      checkText(files, NARROW),
      renderJunit(files),
      githubAnnotations(files),
      renderMarkdown(result, { command: 'x' }),
    ])
      expect(flat(text)).toMatch(words);
    const compared = flat(compareText(close(2), { ...NARROW, all: true }));
    for (const part of compared.split('pt [').slice(1)) {
      if (part.startsWith('−') && part.includes(', +'))
        expect(part).toMatch(/would decide|do not help/);
    }
    expect(compared).not.toMatch(/can't tell|cannot tell/);
  });

  it('is not called equal where all runs agree: they are too few', () => {
    const sample = sampleResult();
    const [base, other] = sample.variants as [Result['variants'][0], Result['variants'][0]];
    const value = (each: readonly number[]) => ({ value: each[0]!, ci95: null, each });
    const set = (variant: typeof base, each: readonly number[]) => ({
      ...variant,
      summary: { ...variant.summary, success: value(each) },
    });
    const result = {
      ...sample,
      replications: 2,
      comparisons: [],
      variants: [set(base, [0.7, 0.72]), set(other, [0.73, 0.81])],
    };
    const text = flat(compareText(result, { ...NARROW, all: true }));
    expect(text).toMatch(/better, but 2 runs are too few to be sure: about \d+ would decide/);
  });
});

describe('one run', () => {
  it('says once what it cannot show', () => {
    const result = close(1);
    const lack = /one run: percentiles and recovery have no interval; use --replications 5/gi;
    for (const text of [
      compareText(result, NARROW),
      checkText([{ file: 'a.yaml', result }], NARROW),
      renderMarkdown(result, { command: 'x' }),
    ])
      expect(flat(text).match(lack)).toHaveLength(1);
  });
});
