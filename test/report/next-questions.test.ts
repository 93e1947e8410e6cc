import { headroomSection } from '../../src/report/sections/headroom.js';
import { viewOf } from '../../src/report/view/view.js';
import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { renderMarkdown } from '../../src/report/formats/markdown.js';
import { PAGE } from '../support/page.js';
import { run } from '../theory/program.js';

const { result } = run(
  `
faultline: 1
title: Shop and bank
run: { duration: 60s, warmup: 5s, drain: 5s, timeline: 1s, seed: 4 }
network: { latency: 0ms }
services:
  shop: { concurrency: 50, endpoints: { buy: [ { call: bank.pay, policy: { timeout: 100ms } } ] } }
  bank: { concurrency: unlimited, endpoints: { pay: [ wait: 10ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] }
faults: [ { id: slow, kind: slow, target: bank, factor: 50, at: 20s, for: 12s } ]
`,
  { traceShare: 1 },
);
const page = new JSDOM(renderHtml(result, PAGE)).window.document;
const textOf = (id: string): string =>
  (page.getElementById(id)?.textContent ?? '').replace(/\s+/g, ' ');

describe('the sections of the next questions', () => {
  it('say which component saturates first, and at which load', () => {
    // 100/s x 10 ms = 1 of 50 workers.
    expect(textOf('headroom')).toContain('shop saturates first, at 50x this load');
    expect(textOf('headroom')).toContain('2 % of its 50 workers at 100/s');
    // A call ends after 100 ms: 10 of 50 workers.
    expect(textOf('headroom')).toContain('less is left: 5.02x while “bank 50x slower”');
    expect(textOf('headroom')).toContain('bank 50x slower, 20 to 32 s');
    expect(textOf('headroom')).toContain('before the first fault, 0 to 20 s');
    expect(textOf('headroom')).toContain('No limit: bank.');
    expect(textOf('headroom').match(/saturates first/gu)).toHaveLength(1);
    expect(textOf('method')).toContain(' --html sensitivity.html');
  });

  it('say where the time of requests goes', () => {
    expect(textOf('contributors')).toContain('100 % of the p99 is bank, own work');
  });

  it('say how long it took, and where requests begin to fail', () => {
    // 12 s of 100 requests a second, without the nine of the last 90 ms, which end within 100 ms of their call.
    const text = textOf('times');
    expect(text).toContain('1,191 requests failed in a run');
    expect(text).toContain('100 % begin at bank');
    expect(text).toContain('bank, too slow');
    expect(text).toContain('11.9 s, in which as many requests arrive as failed');
    expect(text).toContain('11.9 s (100 %)');
  });

  it('are a line in Markdown', () => {
    expect(renderMarkdown(result, PAGE)).toContain(
      '## Headroom\n\n- shop saturates first, at 50x this load',
    );
  });
});

describe('the headroom under a fault', () => {
  it('is none where calls do not return, and no factor', () => {
    const hang = run(`
faultline: 1
title: Hang without a time limit
run: { duration: 60s, seed: 4 }
services:
  shop: { concurrency: 50, endpoints: { buy: [ call: bank.pay ] } }
  bank: { concurrency: unlimited, endpoints: { pay: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: hang, kind: hang, target: bank, at: 20s, for: 12s } ]
`).result;
    // 50 workers are held from 20.5 s on: a request holds one for nearly 12 s.
    const text = renderMarkdown(hang, PAGE);
    expect(text).toContain('; none while “bank hangs”: calls of shop to bank do not return');
    expect(text).not.toMatch(/0\.\d+x/);
    const table = headroomSection(viewOf(hang))!.markup.replaceAll(/<[^>]*>/gu, '|');
    expect(table).toMatch(/bank hangs, 20 to 32 s\|[^]*none: calls of shop to bank do not return/u);
  });
});

describe('a result without these figures', () => {
  it('has none of the sections', () => {
    const [{ headroom, contributors, blame, faultTimes, ...variant }] = result.variants;
    expect([headroom, contributors, blame, faultTimes]).not.toContain(undefined);
    const old = renderHtml({ ...result, variants: [variant] }, PAGE);
    for (const id of ['headroom', 'contributors', 'times']) expect(old).not.toContain(`id="${id}"`);
  });
});
