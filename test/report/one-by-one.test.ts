import { describe, expect, it } from 'vitest';
import { chainOf } from '../../src/report/words/chain.js';
import { lossFinding } from '../../src/report/words/findings.js';
import { viewOf } from '../../src/report/view/view.js';
import { saidWords } from '../support/said.js';
import { run } from '../theory/program.js';

function told(body: string) {
  const { result } = run(`
faultline: 1
title: What comes back bit by bit
${body}`);
  const view = viewOf(result);
  return {
    verdict: saidWords(view)
      .map((word) => (typeof word === 'string' ? word : word.strong))
      .join(''),
    finding: lossFinding(view),
    steps: chainOf(view, result.variants[0]!).map(({ subject }) => subject),
  };
}

/** Two tries at half of 40 replicas, which do not respond and then recover over this time. */
const zone = (recovery: string): string => `
run: { duration: 100s, seed: 46, replications: 2 }
network: { zones: { a: {}, b: {} } }
services:
  stock: { replicas: 40, zone: [a, b], loadBalancing: { kind: random }, endpoints: { get: [ wait: 5ms ] } }
workloads:
  users:
    zone: b
    arrivals: poisson(200/s)
    requests: [ { call: stock.get } ]
    policy: { timeout: 100ms, retry: { attempts: 3, on: [timeout] } }
faults: [ { id: out, kind: zoneOutage, target: a, recovery: ${recovery}, at: 10s, for: 20s } ]
`;

describe('the verdict where success is back before the system is healthy', () => {
  it('says when each of the two is', () => {
    const { verdict } = told(zone('uniform(0s 40s)'));
    expect(verdict).toMatch(/get requests: success [\d.]+ % from 10 s to [\d.]+ s/u);
  });
});

describe('a process that dies a nanosecond behind the beginning of a step', () => {
  it('dies before its users fail', () => {
    const { steps } = told(`
run: { duration: 60s, replications: 1 }
services:
  shop: { memory: { limit: 100MiB, base: 20MiB }, lifecycle: { startup: 10s }, endpoints: { buy: [ wait: 5ms ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: leak, kind: memoryLeak, target: shop, rate: 4MiB/s, at: 10s, for: 25s } ]
`);
    const dies = steps.indexOf('shop dies');
    expect(dies).toBeGreaterThan(0);
    expect(steps.indexOf('users.buy fails')).toBeGreaterThan(dies);
  });
});

describe('the title of the loss picture', () => {
  const crashes = (replicas: number): string => `
run: { duration: 200s, replications: 1 }
services: { shop: { replicas: ${replicas}, endpoints: { buy: [ wait: 20ms ] } } }
workloads: { users: { arrivals: constant(200/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: down, kind: crash, target: shop, instances: [0], at: 50s, for: 50s } ]
`;

  it('does not say that every request succeeds where one is lost', () => {
    // Four are under way at any time, one of them at the replica that dies: 1 of 40,000.
    expect(told(crashes(4)).finding).toMatch(/^Nearly every request succeeds, 99 % within 20/u);
    const calm = told(crashes(4).replace(/faults: .*/u, '')).finding;
    expect(calm).toMatch(/^Every request succeeds, 99 % within 20/u);
  });
});
