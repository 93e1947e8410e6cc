import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { swimlaneChart } from '../../src/report/charts/swimlane.js';
import { render } from '../../src/report/base/html-escape.js';
import { textWidth } from '../../src/report/drawing/draw.js';
import { faultMarks, viewOf } from '../../src/report/view/view.js';
import { sampleResult } from '../support/sample-result.js';

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
});
