import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { swimlaneChart } from '../../src/report/charts/swimlane.js';
import { render } from '../../src/report/base/html-escape.js';
import { textWidth } from '../../src/report/drawing/draw.js';
import { faultMarks, viewOf } from '../../src/report/view/view.js';
import { sampleResult } from '../support/sample-result.js';
import { run } from '../theory/program.js';

const sample = sampleResult();
const view = viewOf(sample);
const retries = sample.variants.find(({ name }) => name === 'retries')!;

/** The texts of the lanes of the whole run, with where they begin. */
function textsAt(
  width: number,
  arrows: boolean,
  variant = retries,
): { readonly text: string; readonly x: number }[] {
  const options = { width, names: true, arrows };
  const { body } = swimlaneChart(view, variant, [0, 180], options);
  const { document } = new JSDOM(`<svg>${render(body)}</svg>`).window;
  return [...document.querySelectorAll('text')].map((one) => ({
    text: one.textContent.replaceAll('\u202f', ' '),
    x: Number(one.getAttribute('x')),
  }));
}

describe('the lanes', () => {
  for (const width of [358, 1320]) {
    it(`name each fault and its time at ${width} px, inside the picture`, () => {
      const texts = textsAt(width, false);
      expect(faultMarks(view).spans.length).toBeGreaterThan(1);
      for (const { words, from, until } of faultMarks(view).spans) {
        const own = texts.find(({ text }) => text === `${words}, ${from} to ${until} s`);
        expect(own, words).toBeDefined();
        expect(own!.x + textWidth(own!.text, 12)).toBeLessThanOrEqual(width + 0.1);
      }
    });
  }

  it('have both ends of each fault on their axis', () => {
    const labels = textsAt(1320, true).map(({ text }) => text);
    for (const { from, until } of faultMarks(view).spans)
      for (const at of [from, until]) expect(labels).toContain(String(at));
  });

  it('have the words of an arrow up at the other side of load that goes back down', () => {
    const back = retries.cascade.influences.find(({ mechanism }) => mechanism === 'retryLoad')!;
    const up = { ...back, from: back.to, to: back.from, mechanism: 'calleeError' };
    const variant = { ...retries, cascade: { ...retries.cascade, influences: [back, up] } };
    const all = textsAt(1320, true, variant);
    const [errors, load] = ['errors', 'retries'].map((word) =>
      all.find(({ text }) => text === word),
    );
    expect(errors!.x + textWidth('errors', 11.5)).toBeLessThan(load!.x);
    expect(load!.x - errors!.x).toBeLessThan(90);
  });

  it('are at the same height in two pictures side by side, which show different faults', () => {
    const axisOf = (
      window: readonly [number, number],
      beside: readonly [number, number],
    ): number => {
      const options = { width: 500, names: false, arrows: false, beside };
      return swimlaneChart(view, retries, window, options).height;
    };
    const whole = [0, 180] as const;
    const before = [0, 5] as const;
    expect(axisOf(before, before)).toBeLessThan(axisOf(whole, whole));
    expect(axisOf(before, whole)).toBe(axisOf(whole, before));
    expect(axisOf(whole, before)).toBe(axisOf(whole, whole));
  });

  it('keep the words of an arrow apart from those of what waits', () => {
    const { result } = run(`faultline: 1
title: Timeouts of consumers
run: { duration: 60s, seed: 4 }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  worker: { outbound: { partner: { timeout: 400ms } }, endpoints: { handle: [ call: partner.convert ] } }
  partner: { concurrency: 4, endpoints: { convert: [ wait: exponential(50ms) ] } }
queues: { jobs: { kind: sqs, visibilityTimeout: 2s, consumers: [ { call: worker.handle, concurrency: 4 } ] } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: slow, kind: slow, target: partner, factor: 10, at: 20s, for: 20s } ]
`);
    const options = { width: 800, names: true, arrows: true };
    const { body } = swimlaneChart(viewOf(result), result.variants[0], [18, 45], options);
    const { document } = new JSDOM(`<svg>${render(body)}</svg>`).window;
    const texts = [...document.querySelectorAll('text')].map((one) => ({
      text: one.textContent,
      x: Number(one.getAttribute('x')),
      y: Number(one.getAttribute('y')),
    }));
    const word = texts.find(({ text }) => text === 'timeouts')!;
    const waiting = texts.find(({ text }) => /messages wait/.test(text))!;
    expect(Math.abs(word.y - waiting.y)).toBeLessThan(10);
    const [left, right] = word.x < waiting.x ? [word, waiting] : [waiting, word];
    expect(left.x + textWidth(left.text, 11)).toBeLessThanOrEqual(right.x);
  });
});
