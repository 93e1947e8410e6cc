import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import { run } from '../theory/program.js';
import { PAGE } from '../support/page.js';

/** Seven searches of 10 ms at once for two threads and three places, and a write; a generic database for comparison. */
const SEARCH = `
faultline: 1
title: A search engine
run: { duration: 10s }
databases:
  es:
    kind: elasticsearch
    cpu: 1
    replicas: 0
    threadPools: { search: { queueSize: 3 } }
    operations: { find: { wait: 10ms }, put: { wait: 10ms, write: true } }
  ledger: { operations: { read: { wait: 1ms } } }
services:
  shop: { endpoints: { find: [ query: es.find ], put: [ query: es.put, query: ledger.read ] } }
workloads:
  users: { arrivals: { at: [ 0s, 0s, 0s, 0s, 0s, 0s, 0s ] }, requests: [ { call: shop.find } ] }
  writers: { arrivals: { at: [ 1s ] }, requests: [ { call: shop.put } ] }
budgets:
  - es.find.threadPool.queue.max <= 3
  - es.find.threadPool.wait.max <= 20ms
  - users.success >= 70%
`;

describe('a search engine in the report', () => {
  const { result } = run(SEARCH);
  const [variant] = result.variants;

  it('has queues and waits of each operation, and refreshes of the whole', () => {
    expect(variant!.budgets.map(({ value }) => value)).toEqual([3, 0.02, 5 / 7]);
    const { reads, refreshLag } = variant!.metered['es']!.meters;
    expect(reads?.form === 'counter' && reads.total).toBe(5);
    expect(refreshLag?.form === 'durations' && refreshLag.count).toBe(1);
  });

  it('has sections of its own, without other databases', () => {
    const page = renderHtml(result, PAGE);
    expect(page).toContain('id="thread-pools"');
    expect(page).toContain('Up to 3 operations wait for a thread for es.find');
    expect(page).toContain('id="refreshes"');
    expect(page).toContain('No search misses a write');
    expect(page).not.toContain('wait for a thread for ledger');
  });
});
