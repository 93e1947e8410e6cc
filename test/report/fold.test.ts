import { JSDOM } from 'jsdom';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import { sampleResult } from '../support/sample-result.js';

const OPTIONS = { command: 'faultline run a.yaml', version: '0' };
const LIMIT = 3_000_000;

/** The sample with this number of variants; each succeeds a little less than the one before. */
function crowded(count: number, change: (variant: VariantResult, i: number) => VariantResult) {
  const result = sampleResult();
  const own = result.variants;
  const variants = Array.from({ length: count }, (_, i) => {
    const like = own[i % own.length]!;
    const value = Math.max(0, 1 - i / 1000);
    const each = like.summary.success.each.map(() => value);
    const success = { ...like.summary.success, value, each };
    const summary = { ...like.summary, success };
    return change({ ...like, name: `setting-${i}`, baseline: i === 0, summary }, i);
  });
  return { ...result, variants, comparisons: [] } satisfies Result;
}

/** The first seventy hold every budget, the others miss the first one. */
function seventyHold(variant: VariantResult, i: number): VariantResult {
  const budgets = variant.budgets.map((budget, b) => ({
    ...budget,
    severity: 'error' as const,
    verdict: i >= 70 && b === 0 ? ('fail' as const) : ('pass' as const),
  }));
  return { ...variant, budgets };
}

const names = (page: Document, selector: string): string[] =>
  [...page.querySelectorAll(selector)].map((one) => one.textContent.trim());

describe('a page of two hundred variants', () => {
  let text = '';
  let page: Document;
  beforeAll(() => {
    text = renderHtml(crowded(200, seventyHold), OPTIONS);
    page = new JSDOM(text).window.document;
  }, 120_000);

  it('stays below 3 MB', () => {
    expect(text.includes('.long')).toBe(true);
    expect(new TextEncoder().encode(text).length).toBeLessThan(LIMIT);
  });

  it('ranks all of them and lists all of them in the tables', () => {
    expect(names(page, '#ranking tbody th').map((name) => /^setting-\d+/.exec(name)![0])).toEqual(
      Array.from({ length: 200 }, (_, i) => expect.stringMatching(new RegExp(`^setting-${i}\\b`))),
    );
    expect(names(page, '#ranking tbody td:first-child').at(-1)).toBe('200');
    expect(page.querySelectorAll('#cmp tbody tr')).toHaveLength(200);
    expect(page.querySelectorAll('#lat tbody tr')).toHaveLength(200);
    expect(page.querySelectorAll('#ranking .sort')).toHaveLength(3);
  });

  it('draws the ones that tell something, each in a look of its own, and says which and how to see another', () => {
    const drawn = names(page, '.pick label');
    expect(drawn).toHaveLength(6);
    // Baseline and best, the last that holds every budget, the first that does not.
    expect(drawn).toEqual(expect.arrayContaining(['setting-0', 'setting-69', 'setting-70']));
    expect(page.querySelectorAll('#services .only')).toHaveLength(6);
    // The advised variant has a block of its own.
    expect(page.querySelectorAll('.patch')).toHaveLength(5);
    const looks = text.match(/\.v\d\{--c:[^}]*\}(\.key\.v\d\{[^}]*\})?/g)!;
    expect(new Set(looks.map((rule) => rule.replace(/v\d/g, ''))).size).toBe(6);
    const note = page.querySelector('#variants .meta.after')!.textContent;
    expect(note).toContain('list all 200 variants; the pictures show 6');
    expect(note).toContain('setting-69 (last that holds every budget)');
    expect(note).toContain('add --variant');
    expect(page.querySelector('#method')!.textContent).toContain('200 variants');
  });

  it('names a few of those that hold every budget, and how many more there are', () => {
    const said = page.querySelector('.say')!.textContent;
    expect(said).toMatch(/70 of 200 hold their budgets/);
  });
});

describe('a page that folds', () => {
  it('is one of more than ten variants', () => {
    const ten = renderHtml(
      crowded(10, (variant) => variant),
      OPTIONS,
    );
    expect(new JSDOM(ten).window.document.querySelectorAll('#services .only')).toHaveLength(10);
    expect([ten.includes('the pictures show'), ten.includes('.long')]).toEqual([false, false]);
    const eleven = renderHtml(
      crowded(11, (variant) => variant),
      OPTIONS,
    );
    expect(new JSDOM(eleven).window.document.querySelectorAll('#services .only')).toHaveLength(6);
  }, 120_000);

  it('draws fewer variants where six make it too large', () => {
    const wide = crowded(60, (variant) => ({
      ...variant,
      cascade: {
        ...variant.cascade,
        events: variant.cascade.events.map((event) => ({ ...event, text: 'x'.repeat(80_000) })),
      },
    }));
    const page = renderHtml(wide, OPTIONS);
    const drawn = new JSDOM(page).window.document.querySelectorAll('#services .only').length;
    expect([1, 2, 4]).toContain(drawn);
    expect(new TextEncoder().encode(page).length).toBeLessThan(LIMIT);
  }, 120_000);

  it('folds away a long list of variants that did not finish', () => {
    const stopped = { reason: 'memory', replication: 0, at: 1, detail: '' } as const;
    const result = crowded(40, (variant, i) =>
      i % 2 === 0
        ? variant
        : { ...variant, unfinished: { variant: variant.name, finished: 1, stopped } },
    );
    const variants = result.variants.flatMap(({ unfinished }) => unfinished ?? []);
    const text = renderHtml(
      { ...result, incomplete: { asked: 3, interrupted: false, variants } },
      OPTIONS,
    );
    const page = new JSDOM(text).window.document;
    expect(page.querySelectorAll('#verdict > ul.warn li')).toHaveLength(10);
    expect(page.querySelector('#verdict details summary')!.textContent).toContain('10 more');
    expect(names(page, '#ranking tbody th').at(-1)).toMatch(/^setting-\d*[13579]\D*$/);
  }, 60_000);
});
