import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import type { FaultInfo, Result } from '../../src/contracts/result/result.js';
import { renderHtml } from '../../src/report/page/html.js';
import { summaryText } from '../../src/report/text/text.js';
import { faultMarks, shades, viewOf, viewOfVariant } from '../../src/report/view/view.js';
import { headlineWords } from '../../src/report/words/words.js';
import { run } from '../theory/program.js';

const scenario = (variants: string): string => `
faultline: 1
title: Faults that differ
run: { duration: 60s, seed: 3, replications: 2 }
services:
  shop: { endpoints: { buy: [ call: pay.charge ] } }
  pay: { concurrency: 8, endpoints: { charge: [ wait: 10ms ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: slow-pay, kind: slow, target: pay, factor: 4, at: 10s, for: 10s } ]
variants:
${variants}
`;
const MOVED = scenario(`  - { name: now }
  - { name: never, remove: [ 'faults[slow-pay]' ] }
  - { name: later, set: { 'faults[slow-pay].at': 40s } }`);
const ADDED = scenario(`  - { name: never, remove: [ 'faults[slow-pay]' ] }
  - { name: now }`);

const plain = (text: string | null): string => text ?? '';

describe('faults that a variant moves or takes away', () => {
  const { result } = run(MOVED);
  const view = viewOf(result);
  const own = result.variants.map((variant) => viewOfVariant(view, variant));

  it('are in the result as each variant has them', () => {
    expect(result.faults[0]!.spans).toEqual([{ from: 10, until: 20 }]);
    expect(result.variants.map(({ faults }) => faults.flatMap(({ spans }) => spans))).toEqual([
      [{ from: 10, until: 20 }],
      [],
      [{ from: 40, until: 50 }],
    ]);
  });

  it('are listed under the table, with their times if there is room', () => {
    const paint = { bold: String, dim: String, red: String };
    const noteAt = (columns: number): string => {
      const options = { columns, paint, file: 'a.yaml', wall: null, report: null };
      const lines = summaryText(result, options).split('\n');
      return lines.find((line) => line.startsWith('  *'))!;
    };
    const whole = '* while pay 4x slower from 10 to 20 s (not in never, 40 to 50 s in later).';
    expect(noteAt(120)).toContain(whole);
    expect(noteAt(60)).toContain('* while pay 4x slower.');
  });

  it('are shaded where they were in the charts of each', () => {
    expect(own.map((one) => shades(one))).toEqual([
      [{ from: 10, until: 20 }],
      [],
      [{ from: 40, until: 50 }],
    ]);
    expect(own.map((one) => faultMarks(one).spans.map(({ from }) => from))).toEqual([
      [10],
      [],
      [40],
    ]);
    expect(plain(faultMarks(own[2]!).words)).toBe('Shaded: pay 4x slower (40 to 50 s). ');
  });

  it('are listed with their times and their variants', () => {
    expect(plain(headlineWords(view))).toBe(
      'pay 4x slower from 10 to 20 s (not in never, 40 to 50 s in later)',
    );
    expect(plain(faultMarks(view).words)).toBe(
      'Shaded: pay 4x slower (10 to 20 s in now) and pay 4x slower (40 to 50 s in later). ',
    );
    const html = renderHtml(result, { version: '0.0.0', command: 'faultline' });
    const strips = [...new JSDOM(html).window.document.querySelectorAll('#variants tbody tr svg')];
    expect(strips.map((one) => one.innerHTML.includes('var(--fault)'))).toEqual([
      true,
      false,
      true,
    ]);
    const inside = [...new JSDOM(html).window.document.querySelectorAll('#services .only')];
    expect(inside.map((one) => one.innerHTML.includes('var(--fault)'))).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('the rows above the strips', () => {
  const documentOf = (result: Result): Document =>
    new JSDOM(renderHtml(result, { version: '0.0.0', command: 'faultline' })).window.document;
  const rowsOf = (page: Document): HTMLElement[] => [
    ...page.querySelectorAll<HTMLElement>('#variants .fl > div'),
  ];
  const textsOf = (page: Document): string[] =>
    rowsOf(page).map((row) => row.textContent.replaceAll('\u202f', ' '));

  it('name each fault, its time and the variants that have it', () => {
    const page = documentOf(run(MOVED).result);
    expect(textsOf(page)).toEqual([
      'pay 4x slower, 10 to 20 s in now',
      'pay 4x slower, 40 to 50 s in later',
    ]);
    // Of 60 s.
    const starts = rowsOf(page).map((row) => row.style.getPropertyValue('--l'));
    expect(starts).toEqual(['16.7%', '66.7%']);
    expect(page.querySelector('#variants caption')!.textContent).toContain('; grey bands: ');
  });

  it('name the instant of a fault that is over at once', () => {
    const { result } = run(scenario('  - { name: now }'));
    const atOnce = <T extends Pick<FaultInfo, 'spans'>>(fault: T): T => ({
      ...fault,
      spans: fault.spans.map(({ from }) => ({ from, until: from })),
    });
    const page = documentOf({
      ...result,
      faults: result.faults.map(atOnce),
      variants: result.variants.map((one) => ({ ...one, faults: one.faults.map(atOnce) })),
    });
    expect(textsOf(page)).toEqual(['pay 4x slower, 10 s']);
  });

  it('are six at most, with the number of the others', () => {
    const { result } = run(scenario('  - { name: now }'));
    const many = <T extends Pick<FaultInfo, 'spans'>>(fault: T): T => ({
      ...fault,
      spans: Array.from({ length: 9 }, (_, i) => ({ from: i, until: i + 0.5 })),
    });
    const page = documentOf({
      ...result,
      faults: result.faults.map(many),
      variants: result.variants.map((one) => ({ ...one, faults: one.faults.map(many) })),
    });
    expect(rowsOf(page)).toHaveLength(6);
    expect(page.querySelector('#variants .fl p')!.textContent).toBe('and 3 more faults');
  });
});

describe('a fault that the baseline does not have', () => {
  it('is the headline, with the variants that lack it', () => {
    const view = viewOf(run(ADDED).result);
    expect(view.headline?.id).toBe('slow-pay');
    expect(plain(headlineWords(view))).toBe('pay 4x slower from 10 to 20 s (not in never)');
  });
});
