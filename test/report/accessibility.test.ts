import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { renamed, sampleResult } from '../support/sample-result.js';

const OPTIONS = { command: 'faultline run checkout.yaml', version: '0' };

/** Rules that need a layout, which jsdom has not. The contrasts of all colours are in `theme.test.ts`. */
const NEED_LAYOUT = ['color-contrast', 'target-size', 'scrollable-region-focusable'];

/** The rules that a page breaks, each with the first elements that do. */
async function violationsOf(page: string): Promise<readonly string[]> {
  const { window } = new JSDOM(page, { runScripts: 'outside-only' });
  window.eval(axe.source);
  const { axe: own } = window as unknown as { readonly axe: typeof axe };
  const rules = Object.fromEntries(NEED_LAYOUT.map((id) => [id, { enabled: false }]));
  const { violations } = await own.run(window.document, { rules, resultTypes: ['violations'] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((one) => one.html)}`);
}

it('axe finds nothing on a page with markup in its names', async () => {
  const sample = renamed(sampleResult(), '"><svg/onload=alert(1)>');
  // Two variants: one more has the same elements again.
  const result = { ...sample, variants: [sample.variants[0]!, sample.variants[2]!] };
  expect(await violationsOf(renderHtml(result, OPTIONS))).toEqual([]);
}, 180_000);

it('axe finds a picture without words', async () => {
  const page = '<!doctype html><html lang="en"><title>t</title><main><svg role="img"></svg></main>';
  expect((await violationsOf(page)).join()).toContain('svg-img-alt');
});
