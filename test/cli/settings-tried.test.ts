import { afterAll, expect, it } from 'vitest';
import { faultline, Folder } from './harness.js';

const TEXT = `faultline: 1
title: Internal DNS stops resolving
run: { duration: 90s, warmup: 5s, seed: 3, replications: 3 }
policies: { hop: { timeout: 1s, retry: { attempts: 2, on: [connect, timeout] } } }
registries: { names: { kind: dns, ttl: 15s } }
services:
  web: { replicas: 3, concurrency: 64, outbound: hop, endpoints: { home: [ work: 1ms, call: catalog.list ] } }
  catalog:
    replicas: 3
    cpu: 2
    discovery: { registry: names, mode: dns }
    endpoints: { list: { readOnly: true, steps: [ work: exponential(4ms) ] } }
workloads:
  shoppers: { arrivals: poisson(60/s), patience: 5s, requests: [ { call: web.home } ] }
faults:
  - { id: no-dns, kind: dns, target: catalog, at: 30s, for: 30s }
budgets: [ shoppers.success >= 99% ]
`;

const folder = new Folder();
afterAll(() => folder.remove());

it('a short run tries settings beside a fault that is the cause, and one with its advice holds', () => {
  const path = folder.put('dns.yaml', TEXT);
  const run = (...more: string[]): string =>
    faultline(['run', path, '--out', folder.at('out'), ...more]).stdout;
  const text = run();
  expect(text).toMatch(/why {3}catalog no longer resolves \(proved\)\./);
  const [, setting, value] =
    /do {4}Set (\S+) to (\S+) \(now false\): 0 requests fail instead of [\d,]+; “shoppers\.success >= 99%” holds: 100 %\./.exec(
      text,
    )!;
  expect(setting).toBe('registries.names.serveStale');
  const after = run('--set', `${setting}=${value}`);
  expect(after).toMatch(/base +100 %/);
  expect(after).toContain('1/1 pass');
});
