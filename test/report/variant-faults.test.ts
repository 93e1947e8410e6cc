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

describe('the words above the strips', () => {
  const captionOf = (result: Result): string => {
    const html = renderHtml(result, { version: '0.0.0', command: 'faultline' });
    const { document } = new JSDOM(html).window;
    return document.querySelector('#variants caption')!.textContent.replaceAll('\u202f', ' ');
  };

  it('leave the times of faults that differ to the head of the page', () => {
    expect(captionOf(run(MOVED).result)).toContain('; shaded: the faults of each variant');
  });

  it('name an upright line for a fault that is over at once', () => {
    const { result } = run(scenario('  - { name: now }'));
    const atOnce = <T extends Pick<FaultInfo, 'spans'>>(fault: T): T => ({
      ...fault,
      spans: fault.spans.map(({ from }) => ({ from, until: from })),
    });
    const flushed = {
      ...result,
      faults: result.faults.map(atOnce),
      variants: result.variants.map((one) => ({ ...one, faults: one.faults.map(atOnce) })),
    };
    expect(captionOf(flushed)).toContain('; upright line: pay 4x slower at 10 s');
    expect(captionOf(flushed)).not.toContain('shaded');
  });
});

describe('a fault that the baseline does not have', () => {
  it('is the headline, with the variants that lack it', () => {
    const view = viewOf(run(ADDED).result);
    expect(view.headline?.id).toBe('slow-pay');
    expect(plain(headlineWords(view))).toBe('pay 4x slower from 10 to 20 s (not in never)');
  });
});
