import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { crowdOf, mapNodes } from '../../src/report/view/crowd.js';
import { wasteRows } from '../../src/report/charts/waste.js';
import { renderHtml } from '../../src/report/page/html.js';
import { viewOf } from '../../src/report/view/view.js';
import { run } from '../theory/program.js';

/**
 * A tree of 60 services, three callees each; those from s50 on are called only by each other. The last one before
 * them hangs, three calls away from the users; a topic holds the messages of s3.
 */
const SERVICES = Array.from({ length: 60 }, (_, i) => {
  const callees =
    i < 50 ? [3 * i + 1, 3 * i + 2, 3 * i + 3].filter((to) => to < 50) : [50 + ((i + 1) % 10)];
  const calls = i < 55 ? callees.map((to) => `, { call: s${to}.get, policy: hop }`) : [];
  const published = i === 3 ? ', publish: orders' : '';
  const threads = i === 3 || i === 9 ? ', concurrency: 4' : ', concurrency: 64';
  return `  s${i}: { endpoints: { get: [ wait: 2ms${calls.join('')}${published} ] }${threads} }`;
});
const { result } = run(`
faultline: 1
title: Sixty services
run: { duration: 20s, timeline: 1s }
policies: { hop: { timeout: 300ms } }
services:
${SERVICES.join('\n')}
topics: { orders: { kind: kafka, subscribers: [ { group: late, call: s59.get } ] } }
workloads: { users: { arrivals: constant(20/s), requests: [ { call: s0.get } ] } }
faults: [ { id: stuck, kind: hang, target: s49, at: 8s, for: 4s } ]
`);
const view = viewOf(result);
const names = (nodes: readonly { readonly name: string }[]): string[] =>
  nodes.map(({ name }) => name);

describe('a figure with more components than can be distinguished', () => {
  it('shows what a fault hits, the way to it, and the busiest, from the users down', () => {
    const { all, shown, words } = crowdOf(view);
    expect(all).toHaveLength(60);
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.length).toBeLessThanOrEqual(30);
    // 49 is a callee of 16, that of 5, that of 1.
    expect(names(shown)).toEqual(expect.arrayContaining(['s0', 's1', 's5', 's16', 's49']));
    // Four workers are busier than 64; components that are not called are idle, except for the one with the handlers.
    expect(names(shown)).toEqual(expect.arrayContaining(['s3', 's9']));
    expect(names(shown).filter((name) => Number(name.slice(1)) >= 50)).toEqual(['s59']);
    expect(shown.map(({ depth }) => depth)).toEqual(
      shown.map(({ depth }) => depth).sort((a, b) => a - b),
    );
    expect(words).toContain(`${shown.length} of 60 components: `);
  });

  it('has in the map what those that are shown send to, and no component that is not', () => {
    const { shown } = crowdOf(view);
    const others = names(mapNodes(view)).filter((name) => !names(shown).includes(name));
    expect(others).toEqual(['orders', 'users']);
  });

  it('says so in the report, whose data has all of them', () => {
    const page = renderHtml(result, { command: 'faultline run', version: '0.0.0' });
    const { document: read } = new JSDOM(page).window;
    for (const id of ['services', 'why']) {
      const section = read.getElementById(id)!;
      expect(section.textContent).toMatch(/\d+ of 60 components: the faulted ones/);
      const folded = [...section.querySelectorAll('details')];
      expect(folded.map((one) => one.textContent).join(' ')).toContain('s58');
    }
  });

  it('draws only those that degrade, and names the number of the others', () => {
    const page = renderHtml(result, { command: 'faultline run', version: '0.0.0' });
    const section = new JSDOM(page).window.document.getElementById('services')!;
    const { series } = result.variants[0]!.timeline;
    const isDegraded = ({ name }: { readonly name: string }): boolean =>
      series[name]!.state.some((state) => state !== 'ok');
    const { shown } = crowdOf(view);
    const degraded = shown.filter(isDegraded).length;
    expect(degraded).toBeGreaterThan(0);
    expect(section.querySelectorAll('.nm')).toHaveLength(degraded);
    expect(section.textContent).toContain(
      `${shown.length - degraded} components without degradation: in the table only.`,
    );
  });

  it('has no bars of those that wasted nothing', () => {
    const rows = wasteRows(view, result.variants[0]!);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ wasted }) => wasted > 0)).toBe(true);
  });
});

it('shows all of a few', () => {
  const small = run(`
faultline: 1
title: One service and a second that nobody calls
run: { duration: 1s }
services: { a: { endpoints: { get: [ wait: 1ms ] } }, b: { endpoints: { get: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: a.get } ] } }
`).result;
  const crowd = crowdOf(viewOf(small));
  expect(crowd.words).toBe('');
  expect(names(crowd.shown).sort()).toEqual(['a', 'b']);
  expect(wasteRows(viewOf(small), small.variants[0]!)).toHaveLength(2);
});
