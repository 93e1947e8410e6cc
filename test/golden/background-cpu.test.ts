import { describe, expect, it } from 'vitest';
import { problemsOf, run } from '../theory/program.js';
import { golden } from './tracing.js';

const shop = (cpu: string, at: string, more = ''): string => `
services: { shop: { cpu: ${cpu}, endpoints: { buy: [ work: 10ms ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] } }
${more}
`;
const done = (cpu: string, at: string, more = ''): readonly number[] =>
  golden(shop(cpu, at, more), '1s')
    .at('shop.buy')
    .map(({ ended }) => ended);

describe('background CPU', () => {
  it('leaves a request the rest of the core, or an equal part', () => {
    expect(done('{ cores: 1, background: 0.2 }', '100ms')).toEqual([112.5]);
    // Three threads on one core: the background wants less than a third, the requests share 80 %.
    expect(done('{ cores: 1, background: 0.2 }', '100ms, 100ms')).toEqual([125, 125]);
    // It wants 90 %, and gets a half.
    expect(done('{ cores: 1, background: 0.9 }', '100ms')).toEqual([120]);
  });

  it('takes nothing from requests that find a free core', () => {
    expect(done('{ cores: 2, background: 0.5 }', '100ms')).toEqual([110]);
  });

  it('uses the quota', () => {
    const cpu = '{ cores: 2, background: 0.4, quota: { limit: 0.45, period: 100ms } }';
    // At 180 ms 32 of 45 ms are used; with a request 1.4 per ms are, so 9.2857 of its 10 ms fit into this period.
    expect(done(cpu, '180ms')[0]).toBeCloseTo(200.714286, 5);
    // At 150 ms 25 ms are left, enough for 10 ms.
    expect(done(cpu, '150ms')).toEqual([160]);
  });

  it('competes with the threads of a fault', () => {
    const more =
      'faults: [ { id: stress, kind: cpuStress, target: shop, load: 100%, workers: 1, at: 0s, for: 1s } ]';
    // 20 % are taken, the request and the thread share 80 %.
    expect(done('{ cores: 1, background: 0.2 }', '100ms', more)).toEqual([125]);
  });

  it('counts as use of the cores, except while the process is down', () => {
    const { result } = run(`
faultline: 1
title: Background
run: { duration: 10s }
${shop('{ cores: 2, background: 0.5 }', '9s', 'faults: [ { id: down, kind: crash, target: shop, at: 0s, for: 5s } ]')}
budgets: [ shop.cpu < 100%, 'shop.cpu < 100% during down' ]
`);
    const values = result.variants[0]!.budgets.map(({ value }) => value);
    // 0.5 of 2 cores for 5 of 10 s, and 10 ms of work in 20 s of two cores.
    expect(values[0]).toBeCloseTo(0.1255, 6);
    expect(values[1]).toBe(0);
  });

  it.each([
    ['{ background: 0.5 }', /unlimited cores are never short: write `cores`, or remove background/],
    ['{ cores: 1, background: 1 }', /must be below 1, the cores of the process/],
    ['{ cores: 4, background: 0.6, quota: { limit: 0.5 } }', /must be below 0.5, the cores/],
    ['{ cores: 1, background: -1 }', /background/],
  ])('refuses %s', (cpu, message) => {
    expect(
      problemsOf(`faultline: 1\ntitle: Background\nrun: { duration: 1s }\n${shop(cpu, '0s')}`),
    ).toMatch(message);
  });
});
