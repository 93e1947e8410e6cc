import { expect, it } from 'vitest';
import { meterLines } from '../../src/report/charts/meters.js';
import { FAMILIES } from '../../src/report/families/families.js';
import { renderHtml } from '../../src/report/page/html.js';
import { leadWords } from '../../src/report/words/lead.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Result, VariantResult } from '../../src/contracts/result/result.js';
import { run } from '../theory/program.js';

const queue = (faults: string): Result =>
  run(`
faultline: 1
title: Figures of a page
run: { duration: 30s, warmup: 2s, replications: 1 }
services:
  shop: { endpoints: { buy: [ publish: jobs ] } }
  worker: { endpoints: { handle: [ wait: 50ms ] } }
queues:
  jobs: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 4 } ] }
workloads: { users: { arrivals: constant(90/s), requests: [ call: shop.buy ] } }
${faults}
`).result;

function textOf(result: Result, variant: VariantResult): string {
  const own = { ...result, variants: [variant] };
  const html = renderHtml(own, { command: 'faultline', version: '0' });
  return html.replace(/<[^>]*>/gu, ' ').replace(/\s+/gu, ' ');
}

it('names no number of requests that only the heading has', () => {
  const result = queue('');
  expect(textOf(result, result.variants[0]!)).toContain('All requests succeed, 90/s');
});

it('says that no trace shows where requests fail, with their number, where that is so', () => {
  const result = queue('faults: [ { id: down, kind: error, target: shop, at: 10s, for: 5s } ]');
  const [variant] = result.variants;
  expect(variant!.blame!.parts).toEqual([]);
  expect(textOf(result, variant!)).toContain(
    '450 requests failed in a run, and no trace shows where they begin to fail.',
  );
});

it('draws one line where two variants differ by less than the page reads out', () => {
  const result = queue('');
  const [variant] = result.variants;
  const panel = FAMILIES.find(({ id }) => id === 'messages')!.panels.find(
    ({ key }) => key === 'lag',
  )!;
  const linesWith = (factor: number): number => {
    const [name, own] = Object.entries(variant!.metered).find(([, { meters }]) => 'lag' in meters)!;
    const lag = own.meters['lag']!;
    if (lag.form !== 'gauge') throw new Error('no gauge');
    const steps = lag.steps.map((value) => value * factor);
    const other = { ...lag, steps, ...(lag.band && { band: { low: steps, high: steps } }) };
    const metered = {
      ...variant!.metered,
      [name]: { ...own, meters: { ...own.meters, lag: other } },
    };
    const variants = [variant!, { ...variant!, name: 'other', baseline: false, metered }];
    return meterLines(viewOf({ ...result, variants }), name, panel).length;
  };
  expect(linesWith(1 + 1e-9)).toBe(1);
  expect(linesWith(1.5)).toBe(2);
});

it('says from which rate to which one a ramp leads, and one rate of a steady load', () => {
  const loaded = (arrivals: string): Result =>
    run(`
faultline: 1
title: A ramp
run: { duration: 30s, warmup: 0s, replications: 1 }
services: { shop: { endpoints: { buy: [ wait: 5ms ] } } }
workloads: { users: { arrivals: ${arrivals}, requests: [ call: shop.buy ] } }
`).result;
  const ramp = loaded('{ kind: stages, start: 20/s, stages: [ { duration: 30s, target: 80/s } ] }');
  // The mean is 50/s.
  expect(textOf(ramp, ramp.variants[0]!)).toContain('30 s at 20/s to 80/s');
  expect(ramp.run.rates).toEqual({ least: expect.closeTo(20, 2), most: expect.closeTo(80, 2) });
  const steady = loaded('constant(50/s)');
  expect(textOf(steady, steady.variants[0]!)).toContain('30 s at 50/s');
  expect(steady.run.rates).toBeUndefined();
});

it('says until when a latency counts that is that of a part of a degradation', () => {
  const stepped = (seconds: number): Result =>
    run(`
faultline: 1
title: Two steps
run: { duration: 120s, warmup: 5s, replications: 2 }
services:
  shop: { endpoints: { buy: [ call: pay.charge ] } }
  pay: { endpoints: { charge: [ wait: exponential(20ms) ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ call: shop.buy ] } }
faults:
  - { id: slow, kind: slow, target: pay, factor: 4, at: 20s, for: 90s }
  - { id: slower, kind: slow, target: pay, factor: 6, at: 60s, for: ${seconds}s }
`).result;
  // 24 times as slow only in the second step, 4 times from 20 s to 110 s.
  const [short, long] = [30, 50].map((seconds) => stepped(seconds));
  expect(leadWords(short!.variants[0]!)).toMatch(
    /p95 1\.\d+ s instead of \d\d\.\d ms from 60 s to 9\d s; degraded from 20 s to 11\d s/u,
  );
  expect(leadWords(long!.variants[0]!)).toMatch(
    /p95 1\.\d+ s instead of \d\d\.\d ms from 60 s to 11\d s; degraded from 20 s on/u,
  );
});
