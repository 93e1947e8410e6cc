import { createHash } from 'node:crypto';
import { JSDOM } from 'jsdom';
import { beforeAll, describe, expect, it } from 'vitest';
import { extentOf, tickLabel, within } from '../../src/report/sweep/charts/chart.js';
import { renderSweepSvgs } from '../../src/report/sweep/files.js';
import { sweepLooks } from '../../src/report/sweep/looks.js';
import { renderSweepHtml } from '../../src/report/sweep/page.js';
import { DARK, LIGHT, PRINT } from '../../src/report/drawing/theme.js';
import type { SweepResult } from '../../src/contracts/result/sweep.js';
import {
  bisectSweep,
  gridSweep,
  hostileSweep,
  largeSweep,
  lineSweep,
  longSweep,
  randomSweep,
  threeSweep,
  wordSweep,
} from './sweep-fixtures.js';
import { LATENCY, makeSweep, numeric, wordy } from './sweep-maker.js';

const OPTIONS = { command: 'faultline sweep checkout.yaml retry-storm', version: '0.1.0' };
const render = (result: SweepResult): string => renderSweepHtml(result, OPTIONS);
const parse = (html: string): Document => new JSDOM(html).window.document;

/** A heat map of this size with four variants and six metrics. */
const crowd = (rows: number, columns: number): SweepResult =>
  makeSweep({
    axes: [
      numeric(
        'workloads.users.rate',
        Array.from({ length: rows }, (_, i) => 100 + i),
      ),
      numeric(
        'services.db.concurrency',
        Array.from({ length: columns }, (_, i) => 1 + i),
      ),
    ],
    variants: ['plain', 'retry', 'breaker', 'full'],
    metrics: Array.from({ length: 6 }, (_, i) => ({
      ...LATENCY,
      text: `users.latency.p${90 + i}`,
    })),
    make: ([rate, slots]) => ({ values: Array.from({ length: 6 }, (_, i) => rate! / slots! + i) }),
  });

const ALL: Readonly<Record<string, SweepResult>> = {
  grid: gridSweep(),
  bisect: bisectSweep(),
  line: lineSweep(),
  words: wordSweep(),
  three: threeSweep(),
  table: threeSweep(13),
  random: randomSweep(),
  large: largeSweep(),
  long: longSweep(),
  hostile: hostileSweep(),
  single: makeSweep({
    axes: [numeric('a.size', [4])],
    metrics: [LATENCY],
    make: () => ({ values: [0.2] }),
  }),
  stopped: makeSweep({
    axes: [numeric('a.size', [4, 5])],
    metrics: [LATENCY],
    make: () => ({ stop: 'events' }),
  }),
  empty: makeSweep({ axes: [numeric('a.size', [4, 5])], at: [], make: () => null }),
  flat: makeSweep({
    axes: [numeric('a.size', [4, 5]), wordy('b', ['x', 'y'])],
    metrics: [LATENCY],
    make: () => ({ values: [0] }),
  }),
};
const pages = new Map<string, string>();

beforeAll(() => {
  for (const [name, result] of Object.entries(ALL)) pages.set(name, render(result));
});

describe('every page of a sweep', () => {
  for (const name of Object.keys(ALL)) {
    it(`is sound: ${name}`, () => {
      const page = pages.get(name)!;
      expect(render(ALL[name]!)).toBe(page);
      const words = page.replace(/<script.*?<\/script>/gs, '');
      expect(words).not.toMatch(/NaN|undefined|Infinity(?!:)/);
      const parsed = parse(page);
      const ids = [...parsed.querySelectorAll('[id]')].map((e) => e.id);
      expect(new Set(ids).size).toBe(ids.length);
      const levels = [...parsed.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]));
      levels.forEach((level, i) => expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1));
      for (const link of parsed.querySelectorAll('a[href^="#"]'))
        expect(parsed.getElementById(link.getAttribute('href')!.slice(1))).not.toBeNull();
      for (const svg of parsed.querySelectorAll('svg')) {
        const names = svg.getAttribute('aria-labelledby')!.split(' ');
        for (const id of names) expect(parsed.getElementById(id)!.textContent).not.toBe('');
      }
      for (const table of parsed.querySelectorAll('table')) {
        expect(table.caption!.textContent).not.toBe('');
        expect(table.querySelectorAll('th:not([scope])')).toHaveLength(0);
        expect(table.closest('.scroll[tabindex="0"]')).not.toBeNull();
      }
      const numbers =
        page.match(/(?:\sd|\sx|\sy|\swidth|\sheight|\stransform|-opacity)="[^"]*"/g) ?? [];
      expect(numbers.filter((text) => /\d\.\d{3,}/.test(text))).toEqual([]);
    });
  }

  it('asks for nothing from anywhere and lets only its own script run', () => {
    const parsed = parse(pages.get('hostile')!);
    expect(parsed.querySelectorAll('link, img, iframe, object, embed, script[src]')).toHaveLength(
      0,
    );
    const scripts = [...parsed.querySelectorAll('script')];
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256').update(scripts[0]!.textContent!).digest('base64');
    const policy = parsed.querySelector('meta[http-equiv]')!.getAttribute('content')!;
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    expect(policy).toContain("default-src 'none'");
    expect(parsed.querySelectorAll('b > script, i, [onload], [onerror]')).toHaveLength(0);
    expect(parsed.querySelector('h1')!.textContent).toContain('<script>alert(1)</script>');
  });
});

describe('the order of the page', () => {
  const sections = (name: string): string[] =>
    [...parse(pages.get(name)!).querySelectorAll('.toc a')].map((a) => a.textContent!);

  it('is verdict, map of verdicts, metrics, settings, what was left out, method', () => {
    expect(sections('grid')).toEqual([
      'Verdict',
      'Map of verdicts',
      'users.latency.p99 during outage',
      'users.success',
      'cascade.metastable',
      'users.recovery after outage',
      'All settings',
      'Budgets left out',
      'Method',
    ]);
    expect(sections('bisect').slice(0, 2)).toEqual(['Verdict', 'users.success >= 99%']);
  });

  it('leaves pictures out where nothing was measured or no picture shows it', () => {
    expect(sections('stopped')).toEqual(['Verdict', 'All settings', 'Method']);
    expect(sections('table')).toEqual(['Verdict', 'All settings', 'Method']);
  });

  it('says the verdict in words with its badge first', () => {
    const parsed = parse(pages.get('grid')!);
    expect(parsed.querySelector('.say .badge')!.textContent).toBe('30 of 40 hold');
    expect(parsed.querySelectorAll('.also')).toHaveLength(7);
    const rows = [...parsed.querySelectorAll('.budget tbody tr')].map((row) =>
      row.textContent!.replace(/\s+/g, ' ').trim(),
    );
    expect(rows[1]).toMatch(/^2\. users\.success >= 99% 21 of 39 ?32 of 40/);
    expect(rows[3]).toContain('warning only');
  });
});

describe('maps', () => {
  const wide = (name: string, id: string): Element =>
    parse(pages.get(name)!).querySelector(`#${id} .wd svg`)!;
  const fills = (svg: Element, fill: string): number =>
    svg.querySelectorAll(`rect[fill="${fill}"]`).length;
  /** Boxes of the legend that have the colour of the cells. */
  const LEGEND = 8;

  it('have a cell for every setting of every variant', () => {
    const metric = wide('grid', 'chart-2');
    expect(fills(metric, 'var(--s1)')).toBe(2 * 5 * 8 - 1 + LEGEND);
    const verdicts = wide('grid', 'chart-1');
    expect(fills(verdicts, 'var(--work)')).toBe(17 + 30 + 1);
    expect(fills(verdicts, 'var(--surface)')).toBe(80 - 1 - 47 + 1);
    expect(fills(wide('large', 'chart-2'), 'var(--s1)')).toBe(200 + LEGEND);
  });

  it('mark settings where a budget fails and what was not measured without colour alone', () => {
    const metric = wide('grid', 'chart-2');
    const failed = gridSweep().cases.flatMap(({ variants }) =>
      variants.filter(({ budgets }) => budgets.slice(0, 3).includes('fail')),
    ).length;
    expect(metric.querySelectorAll('path[fill="var(--failing)"]')).toHaveLength(failed + 1);
    expect(metric.textContent).toContain('stopped');
    expect(metric.textContent).toContain('nothing measured');
  });

  it('of three axes are shown next to each other for each value of the third', () => {
    const text = wide('three', 'chart-2').textContent!;
    for (const value of ['policy-1', 'policy-2', 'policy-3'])
      expect(text).toContain(`breaker = ${value}`);
    expect(fills(wide('three', 'chart-2'), 'var(--s1)')).toBe(36 + LEGEND);
  });

  it('stay readable: ink on the strongest of the hue, on light, dark and paper', () => {
    for (const [tokens, most] of [
      [LIGHT, 0.6],
      [DARK, 0.6],
      [PRINT, 0.6],
    ] as const) {
      const mixed = mix(tokens.s1, tokens.bg, most);
      expect(contrast(channels(tokens.ink), mixed)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(channels(tokens.bg), channels(tokens.work))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('keep every text inside a phone', () => {
    for (const name of ['grid', 'large', 'three', 'hostile', 'line', 'words', 'random', 'bisect']) {
      for (const svg of parse(pages.get(name)!).querySelectorAll('.nw svg')) {
        expect(svg.getAttribute('viewBox')).toMatch(/^0 0 358 /);
        for (const rect of svg.querySelectorAll('rect')) {
          const right = Number(rect.getAttribute('x')) + Number(rect.getAttribute('width'));
          expect(right).toBeLessThanOrEqual(359);
        }
      }
    }
  });
});

describe('lines, dots and scatter', () => {
  const figure = (name: string, id: string): Element =>
    parse(pages.get(name)!).querySelector(`#${id} .wd svg`)!;

  it('name variants at the ends of their lines and cross what fails', () => {
    const svg = figure('line', 'chart-2');
    for (const name of ['retries', 'budget', 'full']) expect(svg.textContent).toContain(name);
    expect(svg.textContent).toContain('services.payments.timeout, log');
    expect(svg.querySelectorAll('path[stroke-width="2"]')).toHaveLength(4 + 3 + 3);
  });

  it('show where a figure is missing, with its word', () => {
    expect(figure('line', 'chart-3').textContent).toContain('never');
  });

  it('draw the limit of a bisection and shade the end', () => {
    const svg = figure('bisect', 'chart-1');
    expect(svg.textContent).toContain('users.success >= 99%');
    expect(svg.querySelectorAll('rect[fill-opacity="0.18"]')).toHaveLength(1);
    expect(svg.innerHTML).toContain('var(--failing)');
  });

  it('draw the share that fails of a success, on the log scale of the strips of a run', () => {
    const ticks = [...figure('bisect', 'chart-1').querySelectorAll('text')].map(({ textContent }) =>
      textContent.replace('\u202f', ' '),
    );
    for (const share of ['100 %', '1 %', '0.01 %']) expect(ticks).toContain(share);
    expect(ticks).not.toContain('50 %');
    const page = parse(pages.get('bisect')!);
    expect(page.querySelector('#chart-1 .cap')!.textContent).toContain('that fail, log scale');
    expect(page.querySelector('#chart-1 h2')!.textContent).toMatch(/^A limit in this range/);
  });

  it('have bands for many values and a dot for each setting of a sample', () => {
    expect(figure('long', 'chart-1').innerHTML).toContain('fill-opacity="0.1"');
    const marks = figure('random', 'chart-1').querySelectorAll('path');
    expect(marks.length).toBeGreaterThanOrEqual(3 * 120);
  });

  it('have a row for each word', () => {
    const text = figure('words', 'chart-1').textContent!;
    for (const word of ['roundRobin', 'leastRequests', 'p2c', 'random'])
      expect(text).toContain(word);
  });
});

describe('the table of settings', () => {
  it('has a row for each variant at each setting, folded away where they are many', () => {
    const grid = parse(pages.get('grid')!);
    expect(grid.querySelectorAll('#all-settings tbody tr')).toHaveLength(80);
    expect(grid.querySelector('#all-settings')!.closest('details')).not.toBeNull();
    const words = parse(pages.get('words')!);
    expect(words.querySelector('#all-settings')!.closest('details')).toBeNull();
  });

  it('says never, no samples and stopped in words and marks what breaks its budget', () => {
    const rows = [...parse(pages.get('grid')!).querySelectorAll('#all-settings tbody tr')];
    const text = rows.map((row) => row.textContent!.replace(/\s+/g, ' '));
    expect(text.some((row) => /never ?in 4 of 10/.test(row))).toBe(true);
    expect(text.some((row) => row.includes('stopped: events'))).toBe(true);
    expect(rows[13]!.querySelectorAll('.fail').length).toBeGreaterThan(0);
    const none = parse(
      render(makeSweep({ axes: [numeric('a', [1])], metrics: [LATENCY], make: () => ({}) })),
    );
    expect(none.querySelector('#all-settings')!.textContent).toContain('no samples');
  });

  it('sorts by the pressed column', () => {
    const { window } = new JSDOM(pages.get('words')!, {
      runScripts: 'dangerously',
      url: 'file:///page.html',
    });
    const table = window.document.querySelector('#all-settings')!;
    const button = [...table.querySelectorAll<HTMLButtonElement>('.sort')].at(-1)!;
    button.click();
    button.click();
    expect(table.querySelector('tbody th')!.textContent).toBe('random');
  });
});

describe('files', () => {
  it('are stand-alone pictures with safe names and no variables of the page', () => {
    for (const result of Object.values(ALL)) {
      const files = renderSweepSvgs(result);
      expect(renderSweepSvgs(result)).toEqual(files);
      expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
      for (const { name, text } of files) {
        expect(name).toMatch(/^[a-z0-9-]+\.svg$/);
        const parsed = new JSDOM(text, { contentType: 'image/svg+xml' }).window.document;
        expect(parsed.documentElement.tagName).toBe('svg');
        expect(text).not.toMatch(/="var\(|NaN|undefined/);
        expect(parsed.querySelectorAll('script, img, i, b')).toHaveLength(0);
      }
    }
    expect(renderSweepSvgs(gridSweep()).map(({ name }) => name)[0]).toBe('verdicts.svg');
  });
});

describe('scales', () => {
  it('begin at 0 where values reach down that far, and are logarithmic where they span much', () => {
    expect(extentOf([1, 9], 'seconds')).toMatchObject({ type: 'linear', domain: [0, 10] });
    expect(extentOf([0.01, 9], 'seconds')).toMatchObject({ type: 'log', domain: [0.01, 10] });
    expect(extentOf([0.97, 1], 'share').domain[1]).toBe(1);
    expect(extentOf([0, 0], 'share').domain[0]).toBe(0);
    expect(extentOf([5, 5], 'number').domain[0]).toBeLessThan(5);
  });

  it('are not stretched by intervals that reach below 0 or far below the values', () => {
    expect(extentOf([1, 2], 'seconds', [-5, 3]).domain).toEqual([0, 3]);
    expect(extentOf([0.01, 9], 'seconds', [-1, 12])).toMatchObject({
      type: 'log',
      domain: [0.005, 20],
    });
    expect(extentOf([0.9, 1], 'share', [0.7, 1.2]).domain[1]).toBe(1);
    expect(within([-5, 30], extentOf([1, 2], 'seconds', [-5, 3]))).toEqual([0, 3]);
  });

  it('label round values', () => {
    expect(tickLabel(0.5, 'seconds')).toBe('500 ms');
    expect(tickLabel(65_536, 'bytes')).toBe('64 KiB');
    expect(tickLabel(0.25, 'share')).toBe('25 %');
    expect(tickLabel(1500, 'number')).toBe('1,500');
  });

  it('give every variant a style of its own', () => {
    const looks = sweepLooks(Array.from({ length: 10 }, (_, i) => `v${i}`));
    expect(new Set(looks.map((look) => `${look.color} ${look.dash}`)).size).toBe(10);
    expect(sweepLooks(['one'])[0]!.color).toBe('var(--best)');
  });
});

type Rgb = readonly [number, number, number];

function channels(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

function mix(over: string, under: string, opacity: number): Rgb {
  const [a, b] = [channels(over), channels(under)];
  return a.map((each, i) => each * opacity + b[i]! * (1 - opacity)) as unknown as Rgb;
}

function contrast(a: Rgb, b: Rgb): number {
  const luminance = (rgb: Rgb): number => {
    const [red, green, blue] = rgb.map((each) => {
      const share = each / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as unknown as Rgb;
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe('a page of a large sweep', () => {
  it('goes through the settings as often for 16 of them as for 72', () => {
    const passes = [crowd(4, 4), crowd(9, 8)].map((result) => {
      let count = 0;
      const { cases } = result;
      render(Object.defineProperty(result, 'cases', { get: () => (count++, cases) }));
      return count;
    });
    expect(passes[0]).toBeGreaterThan(0);
    expect(passes[1]).toBe(passes[0]);
  });

  it.each([
    ['50 settings', 10, 5, null],
    ['200 settings', 20, 10, null],
    ['1,000 settings', 50, 20, /^To stay below 3 MB this page shows [124] of 6 pictures/],
    [
      '2,000 settings',
      100,
      20,
      / and \d+ of 8,?000 rows of the table\. --format svg,csv writes all/,
    ],
  ] as const)(
    'stays below 3 MB and says what it leaves out: %s',
    (_, rows, columns, said) => {
      const text = render(crowd(rows, columns));
      expect(new TextEncoder().encode(text).length).toBeLessThan(3_000_000);
      // A DOM of such a page takes ten times as long as the page itself.
      const note = /<p class="meta" id="folded">([^<]*)<\/p>/.exec(text)?.[1] ?? null;
      if (said === null) expect(text).not.toContain('id="folded"');
      else expect(note).toMatch(said);
      const shown = /shows (\d+) of 6 pictures/.exec(note ?? '')?.[1] ?? '6';
      expect([...text.matchAll(/<section\b[^>]* id="chart-/g)]).toHaveLength(Number(shown));
    },
    120_000,
  );
});
