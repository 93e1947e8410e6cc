import { describe, expect, it } from 'vitest';
import { remarksOn, scenario } from './lint-text.js';

/** Purchases of two messages each, and a view of them of 12 ms each. */
function viewed(projection: string, topic: string): string {
  return scenario([
    `topics: { bought: { kind: kafka, ${topic} } }`,
    'keys: { order: uniform(count=9) }',
    'services: { shop: { endpoints: { buy: [ publish: { topic: bought, key: order, count: 2 } ] } }, worker: { cpu: 8, endpoints: { ping: [ work: 1ms ] } } }',
    `projections: { list: { from: bought, work: 12ms, ${projection} } }`,
    'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
  ]);
}

const remarks = (rule: string, projection: string, topic: string): unknown[] =>
  remarksOn(viewed(projection, topic), rule).map(({ path, measured, limit }) => [
    path,
    measured,
    limit,
  ]);

describe('the view of a topic', () => {
  const service = 'concurrency: 4, service: worker';

  it('falls behind where its partitions do, whatever its segments: 2 / 12 ms', () => {
    const rule = 'projection-falls-behind';
    expect(remarks(rule, service, 'partitions: 2')).toEqual([
      ['projections.list', '200/s events of 12 ms each', '167/s: concurrency 2 on cores 8'],
    ]);
    expect(remarks(rule, service, 'partitions: 4')).toEqual([]);
  });

  it('waits for its write, too: one segment handles 1 / (2 ms + 4 ms) of 200 events/s', () => {
    const writing = scenario([
      'keys: { order: uniform(count=9) }',
      'services: { shop: { endpoints: { buy: [ append: { store: log, events: 2 } ] } } }',
      'eventStores: { log: { stream: { key: order } } }',
      'databases: { views: { operations: { upsert: { work: 4ms, write: true } } } }',
      'projections: { list: { from: log, work: 2ms, writes: views.upsert } }',
      'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
    ]);
    const [found] = remarksOn(writing, 'projection-falls-behind');
    expect(found).toMatchObject({
      measured: '200/s events of 6 ms each',
      limit: '167/s: concurrency 1 on cores 1',
      fixExample: expect.stringContaining('concurrency: 2') as string,
    });
  });

  it('gets larger batches where its partitions allow no more segments: 4 ms / (4.5 ms - 2 ms)', () => {
    const withBatch = (own: string): string =>
      scenario([
        'topics: { bought: { kind: kafka, partitions: 1 } }',
        'keys: { order: uniform(count=9) }',
        'services: { shop: { endpoints: { buy: [ publish: { topic: bought, key: order, count: 2 } ] } } }',
        'databases: { views: { operations: { upsert: { work: 4ms, write: true } } } }',
        `projections: { list: { from: bought, work: 2ms, writes: views.upsert${own} } }`,
        'workloads: { users: { arrivals: poisson(100/s), requests: [ { call: shop.buy } ] } }',
      ]);
    const [found] = remarksOn(withBatch(''), 'projection-falls-behind');
    expect(found!.fixExample).toContain('batchSize: 2');
    expect(remarksOn(withBatch(', batchSize: 2'), 'projection-falls-behind')).toEqual([]);
  });

  it('has no use for more segments than partitions', () => {
    const rule = 'more-consumers-than-partitions';
    expect(remarks(rule, service, 'partitions: 3')).toEqual([
      ['projections.list.concurrency', '4 segments', '3 partitions'],
    ]);
    expect(remarks(rule, service, 'partitions: 4')).toEqual([]);
  });
});
