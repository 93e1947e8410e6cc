import { createHash } from 'node:crypto';
import { JSDOM } from 'jsdom';
import { beforeAll, describe, expect, it } from 'vitest';
import { renderSvgs } from '../../src/report/formats/files.js';
import { safeName } from '../../src/text/file-name.js';
import { renderHtml } from '../../src/report/page/html.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import {
  renamed,
  sampleResult,
  withoutBudgets,
  withoutFaults,
  onlyVariant,
} from '../support/sample-result.js';

const OPTIONS = { command: 'faultline run checkout.yaml', version: '0.1.0' };
const HOSTILE = [
  '</script><img src=x onerror=alert(1)>',
  '"><svg/onload=alert(1)>',
  'javascript:alert(1)',
  ']]>',
  '&#x3c;b>',
  'a\u2028b',
  '\u202etxt.exe',
  'zero\u200bwidth',
  'x'.repeat(10_000),
  '${7*7}',
  '__proto__',
  'var(--ink)',
  '10',
];

let page = '';
/** The page as a browser has it before any script. No test changes it. */
let parsed: Document;

beforeAll(() => {
  page = renderHtml(sampleResult(), OPTIONS);
  parsed = new JSDOM(page).window.document;
});

describe('the page', () => {
  it('is the same bytes when rendered again', () => {
    expect(renderHtml(sampleResult(), OPTIONS)).toBe(page);
  });

  it('stays below 1.5 MB', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(1_500_000);
  });

  it('asks for nothing from anywhere', () => {
    expect(
      parsed.querySelectorAll('link, img, iframe, object, embed, base, script[src]').length,
    ).toBe(0);
    expect(
      [...parsed.querySelectorAll('[href]')]
        .map((a) => a.getAttribute('href')!)
        .filter((h) => !h.startsWith('#')),
    ).toEqual([]);
    expect(page).not.toMatch(/url\(\s*['"]?(?!#)/);
    expect(page).not.toContain('@import');
  });

  it('lets exactly its own script run', () => {
    const scripts = [...parsed.querySelectorAll('script:not([type])')];
    expect(scripts.length).toBe(1);
    const hash = createHash('sha256').update(scripts[0]!.textContent!).digest('base64');
    const policy = parsed
      .querySelector('meta[http-equiv="Content-Security-Policy"]')!
      .getAttribute('content')!;
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    expect(policy).toContain("default-src 'none'");
  });

  it('sorts a table by the pressed column, up and then down', () => {
    const { window } = new JSDOM(page, { runScripts: 'dangerously', url: 'file:///page.html' });
    const table = window.document.querySelector('#cmp')!;
    const names = (): string[] =>
      [...table.querySelectorAll('tbody th')].map((th) =>
        th
          .textContent!.trim()
          .split(/\s/)[0]!
          .replace(/(metastable|recovers|spreads|untouched|\d).*/, ''),
      );
    const button = table.querySelector<HTMLButtonElement>('.sort')!;
    button.click();
    expect(names()).toEqual(['retries', 'naive', 'breaker', 'timeouts', 'full']);
    expect(button.closest('th')!.getAttribute('aria-sort')).toBe('ascending');
    button.click();
    expect(names()[0]).toBe('full');
  });

  it('has headings in order, unique ids, named pictures and headed tables', () => {
    const levels = [...parsed.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]));
    expect(levels[0]).toBe(1);
    levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1));
    const ids = [...parsed.querySelectorAll('[id]')].map((e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const svg of parsed.querySelectorAll('svg[role=img]')) {
      if (svg.hasAttribute('aria-label')) {
        expect(svg.getAttribute('aria-label')).toMatch(/^\S.*\. \S/);
        continue;
      }
      const [title, description] = svg
        .getAttribute('aria-labelledby')!
        .split(' ')
        .map((id) => parsed.getElementById(id));
      expect(title!.textContent).not.toBe('');
      expect(description!.textContent).not.toBe('');
    }
    const bare = [...parsed.querySelectorAll('svg:not([role=img])')].filter(
      (svg) => svg.getAttribute('aria-hidden') !== 'true',
    );
    expect(bare).toEqual([]);
    for (const table of parsed.querySelectorAll('table')) {
      expect(table.caption!.textContent).not.toBe('');
      expect(table.querySelectorAll('th:not([scope])').length).toBe(0);
    }
    for (const link of parsed.querySelectorAll('a[href^="#"]')) {
      expect(parsed.getElementById(link.getAttribute('href')!.slice(1))).not.toBeNull();
    }
  });

  it('tells the verdict in words before anything else', () => {
    const say = parsed.querySelector('.say')!.textContent!.trim();
    expect(say).toMatch(/^1 of 5 survives/);
    const lines = [...parsed.querySelectorAll('.answer > div')].map((line) => line.textContent);
    expect(lines.map((line) => /^(What|Why|Do)/.exec(line!)![0])).toEqual(['What', 'Why', 'Do']);
    expect(lines[0]).toMatch(/retries: order requests: .* to the end of the run/);
    expect(lines[2]).toContain('Use full: it holds all 6 budgets');
    expect(parsed.querySelector('input[name=pv]:checked')!.nextElementSibling!.textContent).toBe(
      'retries',
    );
  });

  it('keeps the latency of successful requests apart from that of all', () => {
    const groups = [...parsed.querySelectorAll('#lat .groups th')].map((th) => th.textContent);
    expect(groups).toEqual(['Successes', 'All finished requests, failures included']);
  });

  it('keeps every coordinate to two decimals', () => {
    const numbers = page.match(/(?:\sd|\sx|\sy|\sx1|\sx2|\swidth|\sheight|\stransform)="[^"]*"/g)!;
    expect(numbers.filter((text) => /\d\.\d{3,}/.test(text))).toEqual([]);
    expect(page.replace(/<script.*?<\/script>/gs, '')).not.toMatch(/NaN|undefined|Infinity(?!:)/);
  });
});

describe('hostile names', () => {
  // Two variants have every kind of element and render fast.
  const small = (): Result => {
    const result = sampleResult();
    return {
      ...result,
      variants: result.variants.filter(({ name }) => ['naive', 'retries'].includes(name)),
    };
  };
  const rendered = (name: string): string => renderHtml(renamed(small(), name), OPTIONS);
  let plain: Record<string, number> = {};
  beforeAll(() => {
    plain = elements(rendered('harmless'));
  });

  for (const name of HOSTILE) {
    it(`change no element of the page: ${JSON.stringify(name.slice(0, 30))}`, () => {
      const odd = rendered(name);
      expect(elements(odd)).toEqual(plain);
      expect(odd).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u2028]/);
    });
  }

  it('reach no file name', () => {
    for (const name of HOSTILE.slice(0, 4)) {
      expect(safeName(name)).toMatch(/^[a-z0-9-]{1,49}$/);
      for (const file of renderSvgs(renamed(small(), name)))
        expect(file.name).toMatch(/^[a-z0-9-]+\.svg$/);
    }
    expect(safeName('a/b')).not.toBe(safeName('a-b'));
  });
});

describe('results with less in them', () => {
  const text = (result: Result): string => {
    const { document: parsed } = new JSDOM(renderHtml(result, OPTIONS)).window;
    for (const each of parsed.querySelectorAll('style, script')) each.remove();
    return parsed.body.textContent!.replace(/\s+/g, ' ');
  };

  it('read well with one variant: no comparison, no switch', () => {
    const words = text(onlyVariant(sampleResult(), 'retries'));
    expect(words).not.toContain('Variants compared');
    expect(words).not.toContain('Look inside');
    expect(words).toContain('5 of 6 budgets are not held: “');
  });

  it('say where every request succeeds without a fault, and which responses are degraded', () => {
    const words = text(withoutFaults(onlyVariant(sampleResult(), 'full')));
    expect(words).toContain('Every request succeeds.');
    expect(words).toContain('9 % of browse responses are degraded');
    expect(words).not.toContain('Nothing broke');
    expect(words).not.toMatch(/during fault|Recovery after/);
  });

  it('have no badge without budgets', () => {
    const html = renderHtml(withoutBudgets(sampleResult()), OPTIONS);
    expect(new JSDOM(html).window.document.querySelector('.badge')).toBeNull();
  });

  it('put the verdict on the hypothesis at the head', () => {
    const result: Result = {
      ...sampleResult(),
      hypothesis: { statement: 'Retries save the day', verdict: 'refuted', expectations: [] },
    };
    const html = renderHtml(result, OPTIONS);
    const parsed = new JSDOM(html).window.document;
    expect(parsed.querySelector('#verdict .kick')!.textContent).toBe(
      'Refuted: Retries save the day',
    );
  });

  it('leave the story out where nothing happens', () => {
    const result = sampleResult();
    const quiet = (variant: VariantResult): VariantResult => ({
      ...variant,
      exemplars: [],
      cascade: {
        ...variant.cascade,
        events: [],
        states: {},
        influences: [],
        loops: [],
        sentence: '',
      },
    });
    const calm = { ...result, variants: result.variants.map(quiet) };
    const page = new JSDOM(renderHtml(calm, OPTIONS)).window.document;
    expect(page.querySelectorAll('#why figure .tc, #traces')).toHaveLength(0);
    expect(page.querySelectorAll('#services')).toHaveLength(1);
    const one = { ...result, variants: [result.variants[0]!, ...calm.variants.slice(1)] };
    expect(text(one)).toContain('No component and no request degrades');
  });
});

function elements(html: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const element of new JSDOM(html).window.document.querySelectorAll('*')) {
    const name = element.tagName.toLowerCase();
    // The room that names need decides how many maps are side by side; only their kinds of elements are fixed.
    const isMap = element.closest('.scrub') !== null;
    counts[name] = isMap ? (counts[name] ?? 1) : (counts[name] ?? 0) + 1;
  }
  // The number of bends and break opportunities depends on the length of a name, not on its content.
  delete counts['wbr'];
  return counts;
}
