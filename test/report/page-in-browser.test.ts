import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import type { Result } from '../../src/contracts/result/result.js';
import { formatShare } from '../../src/text/figures.js';
import { CHROMIUM, RealBrowser } from '../support/chromium.js';
import { renamed, sampleResult } from '../support/sample-result.js';

const OPTIONS = { command: 'faultline run checkout.yaml', version: '0' };
const html = renderHtml(sampleResult(), OPTIONS);

/** The sample with further components that nothing calls. */
function renamedComponents(count: number): Result {
  const sample = sampleResult();
  const [service] = sample.topology.nodes.filter(({ kind }) => kind === 'service');
  const more = Array.from({ length: count }, (_, i) => ({ ...service!, name: `part-${i}` }));
  const variants = sample.variants.map((variant) => ({
    ...variant,
    components: {
      ...variant.components,
      ...Object.fromEntries(more.map(({ name }) => [name, variant.components[service!.name]!])),
    },
  }));
  return {
    ...sample,
    variants,
    topology: { ...sample.topology, nodes: [...sample.topology.nodes, ...more] },
  };
}

/** The address as the page itself has it: the browser's driver learns of a change later. */
function hrefOf(page: Page): Promise<string> {
  return page.evaluate(() => location.href);
}

if (CHROMIUM === null)
  console.warn('no Chromium on this machine: the tests of the page in a browser are skipped');

describe.skipIf(CHROMIUM === null)('the page in a browser', () => {
  let browser: RealBrowser;
  beforeAll(async () => {
    browser = await RealBrowser.start();
  });
  afterAll(() => browser.close());

  it('asks for nothing, and has no error', async () => {
    const { requests, errors, page } = await browser.open(html);
    expect(requests).toEqual([await hrefOf(page)]);
    expect(errors).toEqual([]);
  });

  it('has its first chart on the first screen, and cuts no table', async () => {
    const { page } = await browser.open(html);
    const top = await page.locator('.strips .tc').first().boundingBox();
    expect(top!.y).toBeLessThan(700);
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('.scroll')]
        .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.getAttribute('aria-label')),
    );
    expect(cut).toEqual([]);
  });

  it('has one cursor over all charts, which a click keeps and a link restores', async () => {
    const { page } = await browser.open(html);
    const strip = page.locator('.strips .tc').nth(2);
    const box = (await strip.boundingBox())!;
    const at = (share: number): readonly [number, number] => [
      box.x + box.width * share,
      box.y + 20,
    ];
    await page.mouse.move(...at(0.4));
    expect(await page.locator('.ctl output').textContent()).toMatch(/^7[12][.\d]* s$/);
    expect(await strip.locator('.rd').textContent()).toMatch(/^fail [\d.]+ %/);
    const lines = page.locator('.strips .cur:not([hidden])');
    expect(await lines.count()).toBe(5);
    expect(await hrefOf(page)).not.toContain('#');
    await page.mouse.click(...at(0.4));
    expect(await hrefOf(page)).toMatch(/#t=7[12]/);
    await page.mouse.move(5, 5);
    expect(await page.locator('.ctl output').textContent()).toMatch(/^7[12][.\d]* s$/);
    const again = await browser.open(html, '#t=72&v=naive&tab=services&z=50~110');
    expect(await again.page.locator('.ctl output').textContent()).toBe('72 s');
    expect(await again.page.locator('.pick input:checked + span').textContent()).toBe('naive');
    expect(await again.page.locator('#services').isVisible()).toBe(true);
    expect(await again.page.locator('#latency').isVisible()).toBe(false);
    expect(await again.page.locator('.strips .axis .zoomed').first().textContent()).toBe('60');
  });

  it('keeps every label of the map when the cursor moves', async () => {
    const { page } = await browser.open(html, '#t=80');
    const map = page.locator('#why .only.v2 figure.lead .wd svg').first();
    const texts = await map.locator('text').allTextContents();
    expect(texts.join(' ')).toContain('order');
    // The share of the instant, as the timeline has it.
    const share = sampleResult().variants[2]!.timeline.series['shoppers.order']!.success[80]!;
    expect(texts.join(' ')).toContain(`order ${formatShare(share)}`);
    const rates = map.locator('.ew:not([visibility=hidden])');
    expect(await rates.count()).toBeGreaterThan(0);
  });

  it('zooms by a drag, and shows the whole run again', async () => {
    const { page } = await browser.open(html);
    const box = (await page.locator('.strips .tc').first().boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
    await page.mouse.up();
    expect(await hrefOf(page)).toMatch(/#z=4[45][\d.]*~13[45][\d.]*$/);
    await page.getByTitle('Show the whole run').click();
    expect(await hrefOf(page)).not.toContain('z=');
    const view = await page.locator('.strips .tc svg').first().getAttribute('viewBox');
    expect(view).toMatch(/^0 0 1000 /);
  });

  it('goes from event to event by keys, and says which components are not well', async () => {
    const { page } = await browser.open(html);
    await page.keyboard.press(']');
    const first = await page.locator('.ctl output').textContent();
    await page.keyboard.press(']');
    expect(await page.locator('.ctl output').textContent()).not.toBe(first);
    await page.keyboard.press('[');
    expect(await page.locator('.ctl output').textContent()).toBe(first);
    const { page: other } = await browser.open(html, '#t=80');
    expect(await other.locator('#why .only.v2 .readout').textContent()).toMatch(
      /^80 s: .*payments down/,
    );
  });

  it('reads out curves and bars by mouse, touch and keys', async () => {
    const { page } = await browser.open(html, '#tab=latency');
    const curve = page.locator('#latency .wd .xc').first();
    const words = curve.locator('.rd');
    await curve.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await curve.boundingBox())!;
    await page.mouse.move(x + width * 0.5, y + height * 0.5);
    expect(await words.textContent()).toMatch(/^[\d.]+ m?s · naive [\d.]+ % · /);
    await page.mouse.move(5, 5);
    expect(await words.isVisible()).toBe(false);
    await curve.focus();
    await page.keyboard.press('ArrowRight');
    const first = await words.textContent();
    await page.keyboard.press('ArrowRight');
    expect(await words.textContent()).not.toBe(first);
    await page.keyboard.press('Escape');
    expect(await words.isVisible()).toBe(false);
    // A bar says what its row of the table says.
    const { page: other } = await browser.open(html, '#v=retries&tab=waste');
    const bars = other.locator('#waste .only.v2 .wd .xc');
    const told = bars.locator('.rd');
    await bars.focus();
    await other.keyboard.press('ArrowDown');
    expect(await told.textContent()).toMatch(/ · Attempts per call, or share wasted [\d.]+ %$/);
    await other.keyboard.press('Escape');
    const frame = (await bars.boundingBox())!;
    const touch = { pointerType: 'touch', clientX: frame.x + 5, clientY: frame.y + 12 };
    await bars.dispatchEvent('pointerdown', touch);
    expect(await told.textContent()).toContain('share wasted');
  });

  it('has a time axis below each strip on a phone and on paper, and one above all on a screen', async () => {
    const shown = (page: Page): Promise<number> =>
      page.evaluate(
        () =>
          [...document.querySelectorAll('.strips .axis')].filter(
            (one) => one.getBoundingClientRect().height > 0,
          ).length,
      );
    const strips = sampleResult().variants.length;
    const phone = (await browser.open(html, '', 390)).page;
    expect(await shown(phone)).toBe(strips);
    const small = await phone.evaluate(() =>
      [...document.querySelectorAll('.clock button, .pick label span, .tabs button')]
        .map((one) => one.getBoundingClientRect().height)
        .filter((height) => height > 0 && height < 44),
    );
    expect(small).toEqual([]);
    const { page } = await browser.open(html);
    expect(await shown(page)).toBe(1);
    await page.setViewportSize({ width: 703, height: 1000 });
    await page.emulateMedia({ media: 'print' });
    expect(await shown(page)).toBe(strips);
  });

  it('has cards in the place of wide tables on a phone', async () => {
    const { page } = await browser.open(html, '#tab=compare', 390);
    const cell = page.locator('#compare .cmp tbody td').first();
    expect(await cell.getAttribute('data-of')).toMatch(/^Success/);
    // The heads of budgets have a key beside the name of the variant.
    const budget = page.locator('#variants .budget tbody td');
    expect(await budget.first().getAttribute('data-of')).toBe('naive');
    const cut = await page.evaluate(() => {
      for (const fold of document.querySelectorAll('details')) fold.open = true;
      return [...document.querySelectorAll('.scroll:has(table)')]
        .filter((one) => one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.getAttribute('aria-label'));
    });
    expect(cut).toEqual([]);
  });

  it('opens the tab of a link, and turns tabs by keys', async () => {
    const { page } = await browser.open(html, '#waste');
    expect(await page.locator('#waste').isVisible()).toBe(true);
    await page.locator('[role=tab][aria-selected=true]').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#waste').isVisible()).toBe(false);
    expect(await hrefOf(page)).toContain('tab=');
  });

  it('copies a change as YAML, and a table as CSV', async () => {
    const { page } = await browser.open(html);
    await page.locator('#do .copy button').first().click();
    const yaml = await page.evaluate(() => navigator.clipboard.readText());
    expect(yaml).toMatch(/^ {2}- name: fixed/);
    expect(yaml).toContain('extends: naive');
    await page.locator('#latency summary').first().click();
    await page.locator('#latency .copy button', { hasText: 'CSV' }).first().click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^Variant,after /);
  });

  it('saves a picture as PNG', async () => {
    const { page, errors } = await browser.open(html);
    const saved = page.waitForEvent('download');
    await page.locator('#why .only.v2 .copy button', { hasText: 'PNG' }).first().click();
    const bytes = readFileSync((await (await saved).path())!);
    expect([...bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    expect(bytes.length).toBeGreaterThan(5_000);
    expect(errors).toEqual([]);
  });

  it('finds a component among many, and a link to it', async () => {
    const result = renamedComponents(20);
    const { page } = await browser.open(renderHtml(result, OPTIONS), '#tab=services');
    await page.locator('input[type=search]').fill('part-17');
    const rows = page.locator('#services .only.v2 .row:visible');
    expect(await rows.count()).toBeLessThanOrEqual(1);
    expect(await page.locator('#services .only.v2 tbody tr:visible th').allTextContents()).toEqual([
      'part-17',
    ]);
    expect(await hrefOf(page)).toMatch(/q=part-17/);
    const few = await browser.open(html);
    expect(await few.page.locator('input[type=search]').count()).toBe(0);
  });

  it('shows everything on paper', async () => {
    const { page } = await browser.open(html);
    await page.emulateMedia({ media: 'print' });
    for (const id of ['latency', 'services', 'waste', 'traces'])
      expect(await page.locator(`#${id}`).isVisible(), id).toBe(true);
    expect(await page.locator('.ctl').isVisible()).toBe(false);
    // A4 between its margins, where no frame scrolls.
    await page.setViewportSize({ width: 703, height: 1000 });
    const events = page.locator('#why .scroll.tall:visible').first();
    const [whole, shown] = await events.evaluate((frame) => [
      [frame.scrollWidth, frame.scrollHeight],
      [frame.clientWidth, frame.clientHeight],
    ]);
    expect(shown).toEqual(whole);
  });

  it('is complete without its script', async () => {
    const { page } = await browser.open(html.replace(/<script>.*<\/script>/s, ''));
    for (const id of ['variants', 'why', 'do', 'latency', 'services', 'traces'])
      expect(await page.locator(`#${id}`).isVisible(), id).toBe(true);
  });

  it('is reached by the keyboard in fewer than 40 stops', async () => {
    const { page } = await browser.open(html);
    let stops = 0;
    while (stops < 60) {
      await page.keyboard.press('Tab');
      stops++;
      const isLast = await page.evaluate(() => document.activeElement === document.body);
      if (isLast) break;
    }
    expect(stops).toBeLessThan(40);
  });

  it('has its contents at one stop of the keyboard, with arrows between the links', async () => {
    const { page } = await browser.open(html);
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement!.getAttribute('href') ?? '');
    const links = await page.locator('.toc a').count();
    await page.locator('.toc a').first().focus();
    const first = await focused();
    await page.keyboard.press('ArrowDown');
    expect(await focused()).not.toBe(first);
    await page.keyboard.press('ArrowUp');
    expect(await focused()).toBe(first);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement!.closest('.toc'))).toBeNull();
    expect(await page.locator('.toc a[tabindex="-1"]').count()).toBe(links - 1);
  });

  it.each([
    '#t=1e99&z=~&v=%3Cimg src=x onerror=alert(1)%3E&tab=__proto__',
    `#v=${'x'.repeat(100_000)}`,
    '#%E0%A4%A',
    '#"><script>alert(1)</script>',
  ])('takes no harm from a fragment of any origin: %.40s', async (fragment) => {
    const { page, errors } = await browser.open(html, fragment);
    expect(errors).toEqual([]);
    expect(await page.locator('.answer').isVisible()).toBe(true);
  });

  it('holds names of ten thousand letters, and one of a single step', async () => {
    const long = renderHtml(renamed(sampleResult(), 'x'.repeat(10_000)), OPTIONS);
    const { page, errors } = await browser.open(long, '', 390);
    expect(errors).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(391);
  });
});
