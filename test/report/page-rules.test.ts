import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { denseThirtyByFive } from '../../bench/reports-dense.mjs';
import { legibleWidth, MAP_WIDTHS, mapsOf } from '../../src/report/charts/topology.js';
import { pathOf } from '../../src/report/topology/topology-routes.js';
import { stripOf } from '../../src/report/view/strips.js';
import { swimlaneChart } from '../../src/report/charts/swimlane.js';
import { isDifferent } from '../../src/report/words/findings.js';
import { outcomeColumns } from '../../src/report/view/columns.js';
import { cutOffSteps } from '../../src/report/view/cut-off.js';
import { wasteFinding } from '../../src/report/words/findings.js';
import { compareFinding } from '../../src/report/words/findings-compare.js';
import { propagationFinding } from '../../src/report/words/findings-cascade.js';
import { renderHtml } from '../../src/report/page/html.js';
import { render } from '../../src/report/base/html-escape.js';
import { looksOf } from '../../src/report/drawing/theme.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Result, Series, VariantResult } from '../../src/contracts/result/result.js';
import { dotsOf, passes } from '../support/drawn-lines.js';
import { sampleResult } from '../support/sample-result.js';
import { run } from '../theory/program.js';

const OPTIONS = { command: 'faultline run checkout.yaml', version: '0' };
const sample = sampleResult();
const page = renderHtml(sample, OPTIONS);
const parsed = new JSDOM(page).window.document;
const retries = sample.variants.find(({ name }) => name === 'retries')!;

/** A variant of ten steps of 1 s with 100 arrivals each, of which the last steps finish only partly. */
function ending(finished: readonly number[], success: number, longest: number): VariantResult {
  const series: Series = {
    ...retries.timeline.series['shoppers.order']!,
    rate: Array.from({ length: 10 }, () => 100),
    goodRate: finished.map((n) => n * success),
    success: finished.map((n) => (n === 0 ? null : success)),
  };
  return {
    ...retries,
    perReplication: [{ ...retries.perReplication[0]!, unfinished: 5 }],
    timeline: { ...retries.timeline, step: 1, steps: 10, series: { 'shoppers.order': series } },
    summary: {
      ...retries.summary,
      latency: { ...retries.summary.latency, p999: { value: longest, ci95: null, each: [] } },
    },
  };
}

const seriesOf = (variant: VariantResult): Series => variant.timeline.series['shoppers.order']!;

describe('steps that the end of the run cuts off', () => {
  const last = [100, 100, 100, 100, 100, 100, 100, 100, 60, 10];

  it('are those whose requests are mostly unfinished', () => {
    const variant = ending(last, 0.5, 0.8);
    expect(cutOffSteps(variant, seriesOf(variant))).toBe(2);
    const whole = ending(
      last.map(() => 100),
      0.5,
      0.8,
    );
    expect(cutOffSteps(whole, seriesOf(whole))).toBe(0);
  });

  it('are none where all requests finish, or where requests hang for longer than any that ends', () => {
    const variant = ending(last, 0.5, 0.8);
    const drained = {
      ...variant,
      perReplication: variant.perReplication.map((one) => ({ ...one, unfinished: 0 })),
    };
    expect(cutOffSteps(drained, seriesOf(drained))).toBe(0);
    // Requests hang from the third second on; those of the last two seconds alone could still end.
    const hanging = ending([100, 100, 50, 50, 50, 50, 50, 50, 50, 50], 1, 0.8);
    expect(cutOffSteps(hanging, seriesOf(hanging))).toBe(2);
  });

  it('are not drawn, so that no line jumps at its end', () => {
    const variant = ending(last, 1, 0.8);
    const view = viewOf({ ...sample, variants: [variant] });
    const { fails } = stripOf({ ...view, requests: ['shoppers.order'] }, variant);
    expect(fails).toEqual([...Array(8).fill(0), null, null]);
  });
});

it('has one strip for every variant', () => {
  const rows = [...parsed.querySelectorAll('#variants .strips tbody tr')];
  expect(rows.map((row) => row.querySelector('th')!.textContent!.trim())).toEqual(
    sample.variants.map(({ name }) => name),
  );
  for (const row of rows) expect(row.querySelector('.tc svg')).not.toBeNull();
});

it('draws the arrows of propagation from and to their time', () => {
  const view = viewOf(sample);
  const chart = swimlaneChart(view, retries, [0, 180], { width: 984, names: false, arrows: true });
  const heads = [...render(chart.body).matchAll(/M[\d.]+ [\d.]+L([\d.]+) [\d.]+L/g)].map(([, x]) =>
    Number(x),
  );
  // Without names the axis is from 6 to 14 before the end. Load that goes back down is 9 beside its time.
  const expected = retries.cascade.influences.flatMap(({ at }) => {
    const own = 6 + (at / 180) * (970 - 6);
    return [own, own + 9];
  });
  expect(heads.length).toBeGreaterThan(2);
  for (const x of heads)
    expect(Math.min(...expected.map((at) => Math.abs(at - x)))).toBeLessThan(0.1);
});

describe('the topology', () => {
  /** A graph of queues between services, wider than a page. */
  const many: Result = {
    ...sample,
    topology: {
      nodes: Array.from({ length: 24 }, (_, i) => ({
        ...sample.topology.nodes.find(({ kind }) => kind === 'service')!,
        name: `a-long-name-of-service-${i}`,
        depth: i,
      })),
      edges: Array.from({ length: 23 }, (_, i) => ({
        from: `a-long-name-of-service-${i}`,
        to: `a-long-name-of-service-${i + 1}`,
        parts: [],
      })),
    },
  };

  it('has no text below 11 px: a map that has no room is in a frame that scrolls', () => {
    for (const result of [sample, many]) {
      const { wide, narrow } = mapsOf(viewOf(result));
      const room = MAP_WIDTHS.whole;
      const html = new JSDOM(renderHtml(result, OPTIONS)).window.document;
      for (const svg of html.querySelectorAll('.scrub figure svg')) {
        const { minWidth, maxWidth } = svg.parentElement!.style;
        const given = narrow === null || svg.closest('.nw') !== null ? MAP_WIDTHS.phone : room;
        const shown = Math.max(
          Number.parseFloat(minWidth),
          Math.min(given, Number.parseFloat(maxWidth)),
        );
        const viewBox = Number(svg.getAttribute('viewBox')!.split(' ')[2]);
        expect((12 * shown) / viewBox).toBeGreaterThanOrEqual(11);
        for (const text of svg.querySelectorAll('text'))
          expect(Number(text.getAttribute('font-size') ?? 12)).toBeGreaterThanOrEqual(12);
      }
      expect(legibleWidth(wide)).toBeCloseTo((wide.width * 11) / 12, 9);
    }
  });

  it('has no edge through a name', () => {
    const { wide, narrow } = mapsOf(viewOf(sample));
    for (const map of [wide, narrow!]) {
      for (const edge of map.edges) {
        for (const [name, spot] of map.nodes) {
          if (name === edge.from || name === edge.to) continue;
          const inside = passes(dotsOf(pathOf(edge.points, map.direction)), spot);
          expect(inside, `${edge.from} to ${edge.to} through ${name}`).toBe(false);
        }
      }
    }
  });

  it('shows any instant with the slider of the script, and the same picture again at its own', () => {
    const { window } = new JSDOM(page, { runScripts: 'dangerously', url: 'file:///page.html' });
    const part = window.document.querySelector('.only.v2 .scrub')!;
    const slider = window.document.querySelector<HTMLInputElement>('.clock input[type=range]')!;
    const lead = part.querySelector('figure.lead')!;
    const title = lead.querySelector('h3')!.textContent;
    const order = sample.topology.nodes.map(({ name }) => name);
    const move = (to: string): void => {
      slider.value = to;
      slider.dispatchEvent(new window.Event('input'));
    };
    move('70');
    expect(lead.querySelector('h3')!.textContent).toBe('At 70 s');
    const states = [...lead.querySelectorAll<HTMLElement>('.wd .tn')].map((g) => g.dataset['s']);
    const letters = { ok: 'o', degraded: 'd', failing: 'f', down: 'x' };
    expect(states).toEqual(
      order.map((name) => letters[retries.timeline.series[name]?.state[70] ?? 'ok']),
    );
    window.document.dispatchEvent(new window.KeyboardEvent('keydown', { key: 'Escape' }));
    expect(lead.querySelector('h3')!.textContent).toBe(title);
    expect(lead.classList.contains('moved')).toBe(false);
  });

  it('has no slider without the script', () => {
    expect(parsed.querySelectorAll('input[type=range]')).toHaveLength(0);
  });
});

describe('the order and the length of the page', () => {
  const ids = [...parsed.querySelectorAll('section')].map(({ id }) => id);

  it('has the answer first, then the variants, then why, and what to do', () => {
    expect(ids.slice(0, 3)).toEqual(['verdict', 'variants', 'why']);
    expect(ids.indexOf('do')).toBeLessThan(ids.indexOf('latency'));
    expect(parsed.querySelector('#do h2')!.textContent).toContain('Use full');
    expect(parsed.querySelector('#do .diff')!.textContent).toMatch(/^[+-] /);
  });

  it('has no heading over evidence that is folded', () => {
    for (const heading of parsed.querySelectorAll('section h2')) {
      const panel = heading.closest('.only') ?? heading.closest('section')!;
      const shown = [...panel.querySelectorAll('svg, table, pre, dl')].filter(
        (one) => one.closest('details:not([open])') === null,
      );
      expect(shown.length, heading.textContent!).toBeGreaterThan(0);
    }
  });

  it('has no section without evidence, and hides one that its variant lacks', () => {
    for (const section of parsed.querySelectorAll('section:not(#verdict)'))
      expect(section.querySelectorAll('svg, table, pre, ol').length, section.id).toBeGreaterThan(0);
    const quiet = sample.variants.map((variant) => ({
      ...variant,
      edges: Object.fromEntries(
        Object.entries(variant.edges).map(([name, edge]) => [name, { ...edge, breaker: null }]),
      ),
    }));
    const calm = renderHtml({ ...sample, variants: quiet }, OPTIONS);
    expect(calm).not.toContain('id="breakers"');
    expect(parsed.getElementById('breakers')!.className).toContain('no-v0');
    expect(page).toContain('body:has(#pv-v0:checked) .no-v0');
  });

  it('names the command that makes it', () => {
    expect(parsed.querySelector('#method pre')!.textContent).toBe(OPTIONS.command);
  });
});

it('gives ten variants looks of their own, by colour and dash, and by colour and shape', () => {
  const variants = Array.from({ length: 10 }, (_, i) => ({
    ...retries,
    name: `v${i}`,
    baseline: i === 0,
  }));
  const looks = looksOf(variants, 'v9');
  expect(new Set(looks.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(10);
  expect(new Set(looks.map(({ color, mark }) => `${color} ${mark}`)).size).toBe(10);
});

describe('a page of 30 services in 5 variants with policies, databases, caches, queues and six faults', () => {
  // Traces of a share of the requests, as in the program.
  const { result } = run(denseThirtyByFive({ replications: 1, rate: 12 }), { traceShare: 0.3 });
  const large = renderHtml(result, OPTIONS);
  const { document: dense } = new JSDOM(large).window;

  it('is below 1.5 MB', () => {
    expect(new TextEncoder().encode(large).length).toBeLessThan(1_500_000);
  });

  it('has every section, and figures of all components', () => {
    for (const id of ['caches', 'pools', 'messages', 'breakers', 'why', 'traces', 'headroom'])
      expect(dense.getElementById(id), id).not.toBeNull();
    const servers = result.topology.nodes.filter(({ kind }) => kind !== 'workload').length;
    for (const table of dense.querySelectorAll('#services table'))
      expect(table.querySelectorAll('tbody tr').length).toBeGreaterThanOrEqual(30);
    expect(servers).toBeGreaterThan(30);
  });
});

describe('titles and their tables', () => {
  const share = (value: number, each: readonly number[]) => ({ value, ci95: null, each });
  const withSuccess = (values: readonly (readonly number[])[]): Result => ({
    ...sample,
    comparisons: [],
    variants: values.map((each, i) => ({
      ...retries,
      name: `v${i}`,
      baseline: i === 0,
      summary: {
        ...retries.summary,
        success: share(each.reduce((a, b) => a + b, 0) / each.length, each),
      },
    })),
  });

  it('name no better variant where the data do not tell them apart', () => {
    // Differences of -0.4 and +0.6 points: the interval contains 0.
    const view = viewOf(
      withSuccess([
        [0.99, 0.95],
        [0.986, 0.956],
      ]),
    );
    const [column] = outcomeColumns(view);
    const [one, two] = view.result.variants;
    expect(isDifferent(view, column!, one!, two!)).toBe(false);
    expect(compareFinding(view)).not.toMatch(/succeeds? with/);
  });

  it('name it where they do', () => {
    const view = viewOf(
      withSuccess([
        [0.5, 0.51],
        [0.9, 0.91],
      ]),
    );
    expect(compareFinding(view)).toBe('v1 succeeds with 90.5 % of requests, v0 with 50.5 %');
  });

  it('do not say that no work is in vain where the table has some', () => {
    const idle: VariantResult = {
      ...retries,
      edges: {},
      components: Object.fromEntries(
        Object.entries(retries.components).map(([name, one]) => [name, { ...one, wastedWork: 0 }]),
      ),
      summary: { ...retries.summary, wasted: share(0.0696, [0.0696]) },
    };
    expect(wasteFinding(viewOf({ ...sample, variants: [idle] }), idle)).toContain('6.96 %');
  });

  it('name the component that a fault takes down where it does not spread', () => {
    const alone: VariantResult = {
      ...retries,
      cascade: {
        ...retries.cascade,
        influences: [],
        loops: [],
        states: { psp: [{ from: 60, until: 100, state: 'down' }] },
      },
    };
    const view = viewOf({ ...sample, variants: [alone] });
    expect(propagationFinding(view, alone)).toBe('Only psp goes down; it does not spread');
  });
});

it('shows the events beside the map, each with its instant for the cursor', () => {
  const rows = [...parsed.querySelectorAll('#why .only.v2 table.events tbody tr')];
  expect(rows.map((row) => Number((row as HTMLElement).dataset['at']))).toEqual(
    retries.cascade.events.map(({ at }) => Number(at.toFixed(6))),
  );
});

it('does not compare held budgets where variants have budgets of their own', () => {
  const full = sample.variants.find(({ name }) => name === viewOf(sample).winner)!;
  const naive = sample.variants.find(({ baseline }) => baseline)!;
  const held = full.budgets.filter(({ verdict }) => verdict === 'pass');
  const own = (variant: VariantResult, budgets: VariantResult['budgets']): VariantResult => ({
    ...variant,
    budgets,
  });
  const result = {
    ...sample,
    variants: [own(naive, held.slice(0, 1)), own(full, held.slice(0, 2))],
  };
  const titleOf = (of: Result): string =>
    new JSDOM(renderHtml(of, OPTIONS)).window.document.querySelector('#do h2')!.textContent;
  expect(titleOf(result)).toMatch(/^Use full: it holds both budgets$/);
  const [first, second] = result.variants;
  const both = own(
    first!,
    held.slice(0, 2).map((one) => ({ ...one, verdict: 'fail' })),
  );
  expect(titleOf({ ...result, variants: [both, second!] })).toMatch(/ both budgets, naive none$/);
});

describe('the figures beside the strips', () => {
  it('have the cost where the file has prices', () => {
    const { result } = run(`
faultline: 1
title: Priced
run: { duration: 20s, warmup: 2s, replications: 1 }
services: { shop: { cpu: 1, endpoints: { buy: [ work: 5ms ] } } }
workloads: { users: { arrivals: constant(20/s), requests: [ call: shop.buy ] } }
report: { prices: { cpuHour: 0.04 } }
`);
    const strips = new JSDOM(renderHtml(result, OPTIONS)).window.document.querySelector(
      '#variants',
    )!;
    const cost = strips.querySelector('td[data-of="Cost"]');
    expect(Number(cost?.textContent)).toBeGreaterThan(0);
  });
});
