import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import {
  backlogHeight,
  mostWaiting,
  peakWordsHeight,
  peakWordsPlace,
  stripChart,
  stripHeight,
} from '../../src/report/charts/strip.js';
import { timeTicks } from '../../src/report/charts/frame.js';
import { renderHtml } from '../../src/report/page/html.js';
import { render } from '../../src/report/base/html-escape.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Result } from '../../src/contracts/result/result.js';
import { formatCount, formatSeconds } from '../../src/text/figures.js';
import { stripOf } from '../../src/report/view/strips.js';
import { run } from '../theory/program.js';
import { sampleResult } from '../support/sample-result.js';

const sample = sampleResult();
const view = viewOf(sample);
const [variant] = sample.variants;
const pageOf = (result: Result): Document =>
  new JSDOM(renderHtml(result, { command: 'faultline run checkout.yaml', version: '0' })).window
    .document;
const page = pageOf(sample);

/** The path of the red line of a strip. */
function failingLine(fails: readonly (number | null)[]): string | undefined {
  const strip = { of: 'requests', fails, backlog: null, twin: [], waiting: [] } as const;
  const body = render(stripChart(view, variant!, strip, 1).body);
  return /<path d="([^"]*)" fill="none" stroke="var\(--failing\)"/.exec(body)?.[1];
}

describe('a strip', () => {
  it('has no red line where no request fails', () => {
    expect(failingLine([0, 0, 0, 0, 0, 0])).toBe('');
    // The line of one step begins and ends at zero.
    expect(failingLine([0, 0, 0, 0.5, 0, 0])).toMatch(/^M\d+ 40l/);
  });

  it('has zero below the smallest share of its scale', () => {
    expect(stripHeight(0)).toBeGreaterThan(stripHeight(1e-9));
    expect(stripHeight(1e-9)).toBe(stripHeight(1e-4));
  });

  it('has the words of its peak beside the line, within its height', () => {
    for (const share of [1e-4, 1e-3, 0.01, 0.1, 0.42, 1]) {
      const [top, bottom] = [peakWordsHeight(share), peakWordsHeight(share) + 25];
      expect(top >= 0 && bottom <= 100, `${share}`).toBe(true);
      const line = stripHeight(share);
      expect(line < top || line > bottom, `${share}`).toBe(true);
    }
  });

  it('has the words of its peak inside a wide area, and beside one that ends below them', () => {
    const steps = (from: number, until: number, share: number): number[] =>
      Array.from({ length: 100 }, (_, i) => (i >= from && i < until ? share : 0));
    const place = (fails: number[], peak: number) => peakWordsPlace(fails, peak, '100 %');
    // About a fifth of the strip of a phone.
    expect(place(steps(20, 80, 1), 20)).toEqual({ index: 20, isLeft: false });
    expect(place(steps(20, 80, 1), 78)).toEqual({ index: 79, isLeft: true });
    expect(place(steps(40, 45, 1), 41)).toEqual({ index: 46, isLeft: false });
    expect(place(steps(90, 95, 1), 91)).toEqual({ index: 89, isLeft: true });
    // Words of a low peak are above all of its curve.
    expect(place(steps(40, 45, 0.001), 41)).toEqual({ index: 41, isLeft: false });
    expect(place(steps(95, 100, 0.001), 96)).toEqual({ index: 97, isLeft: true });
  });

  it('names its zero, its peak and its scale in each row, and its times below it on a phone', () => {
    const rows = [...page.querySelectorAll('.strips tbody tr')];
    expect(rows).toHaveLength(sample.variants.length);
    for (const row of rows) {
      expect([...row.querySelectorAll('.g')].map((one) => one.textContent)).toEqual([
        '100\u202f%',
        '1\u202f%',
        '0',
      ]);
      const words = row.querySelector('svg')!.getAttribute('aria-label')!;
      const peak = /([\d.]+) % fail at/.exec(words.replaceAll('\u202f', ' '))?.[1];
      const shown = row.querySelector('.i')?.textContent.replaceAll('\u202f', ' ');
      expect(shown).toBe(peak === undefined ? undefined : `${peak} %`);
      const axis = [...row.querySelectorAll('.axis.nw span')].map((one) => one.textContent);
      expect(axis.at(0)).toBe('0');
      expect(axis.at(-1)).toBe('180\u202fs');
    }
  });
});

describe('a time axis', () => {
  const withFault = (from: number, until: number): Result => {
    const at = <T extends { readonly spans: readonly unknown[] }>(fault: T): T => ({
      ...fault,
      spans: [{ from, until }],
    });
    return {
      ...sample,
      faults: sample.faults.slice(0, 1).map(at),
      variants: sample.variants.map((one) => ({ ...one, faults: one.faults.slice(0, 1).map(at) })),
    };
  };

  it('has both ends of a fault as long as their texts do not touch', () => {
    const short = viewOf(withFault(20, 28));
    expect(timeTicks(short, 0, 180, 540)).toEqual(expect.arrayContaining([0, 20, 28, 180]));
    expect(timeTicks(short, 0, 180, 400)).not.toContain(28);
  });

  it('keeps the texts at its ends inside if asked', () => {
    const late = viewOf(withFault(100, 174));
    expect(timeTicks(late, 0, 180, 1000)).toContain(174);
    expect(timeTicks(late, 0, 180, 1000, true)).not.toContain(174);
  });
});

describe('a strip in which no request fails', () => {
  it('is about the share of sagas that break', () => {
    const { result } = run(`
faultline: 1
title: broken sagas
run: { duration: 30s, seed: 3, drain: 5s }
services:
  api: { endpoints: { trip: [ saga: trip ] } }
  other: { endpoints: { get: [ { fail: 500, probability: 10% } ], cancel: [ { fail: 500, probability: 100% } ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: api
    timeout: 2s
    steps: [ { name: fly, call: other.get, compensation: other.cancel }, { name: stay, call: other.get, compensation: other.cancel } ]
workloads: { users: { arrivals: constant(60/s), requests: [ { call: api.trip } ] } }
`);
    const own = viewOf(result);
    const [only] = own.result.variants;
    const strip = stripOf(own, only!);
    expect(only!.summary.success.value).toBe(1);
    expect(strip.of).toBe('sagas');
    const { meters } = only!.metered['trip']!;
    const steps = (name: string): readonly number[] => {
      const meter = meters[name]!;
      return meter.form === 'counter' ? meter.steps : [];
    };
    const broken = steps('accepted').map((begun, step) => {
      const count = steps('stuck')[step]! + steps('inconsistent')[step]! + steps('lost')[step]!;
      return count / begun;
    });
    expect(strip.fails).toEqual(broken);
    expect(Math.min(...broken)).toBeGreaterThan(0.5);
    expect(pageOf(result).querySelector('.strips .i')!.textContent).toMatch(/^100.% of sagas$/u);
  });

  it('is about the backlog that is left, at full height and with its age', () => {
    const { result } = run(`faultline: 1
title: Work that waits
run: { duration: 80s, warmup: 5s, seed: 3 }
services:
  shop: { concurrency: 100, endpoints: { buy: [ publish: orders ] } }
  mail: { replicas: 2, concurrency: 1, endpoints: { send: [ wait: 20ms ] } }
topics: { orders: { kind: kafka, partitions: 2, subscribers: [ { group: mailers, call: mail.send } ] } }
workloads: { users: { arrivals: constant(60/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: stop, kind: crash, target: mail, at: 20s, for: 30s } ]
`);
    const own = viewOf(result);
    const strip = stripOf(own, own.result.variants[0]!);
    expect(strip.backlog).toMatchObject({ subject: 'orders.mailers', noun: 'message' });
    const page = pageOf(result);
    const { most, oldest } = strip.backlog!;
    const words = `${formatCount(most)} wait, oldest ${formatSeconds(oldest)}`;
    const shown = page.querySelector('.strips .i')!.textContent;
    expect(shown.replaceAll('\u202f', ' ')).toBe(words);
    const area = page.querySelector('.strips path[fill="var(--queue)"]')!.getAttribute('d')!;
    const height = backlogHeight(mostWaiting([strip]));
    expect(height(mostWaiting([strip]))).toBeLessThan(10);
    const all = [...area.matchAll(/-[\d.]+/gu)].map(([step]) => Number(step));
    // The area climbs by more than the ribbon below a curve is high.
    expect(all.reduce((sum, step) => sum + step, 0)).toBeLessThan(-20);
    expect([...page.querySelectorAll('.strips .g')].map((one) => one.textContent)).toEqual(['0']);
  });
});
