import { describe, expect, it } from 'vitest';
import { remarksOn, scenario } from './lint-text.js';

/** 1000/s are admitted to a search engine with one core per node; each operation is 10 ms of work. */
const limitedTo = (operation: string, database: string): string | undefined =>
  remarksOn(
    scenario([
      'keys: { doc: { kind: uniform, count: 100 } }',
      `databases: { es: { kind: elasticsearch, cpu: 1, ${database}, operations: { find: { work: 10ms }, put: { work: 10ms, write: true, key: doc } } } }`,
      `services: { shop: { endpoints: { buy: [ { query: es.${operation}, policy: hop } ] } } }`,
      'policies: { hop: { timeout: 1s, rateLimit: { rate: 1000/s } } }',
      'workloads: { users: { arrivals: poisson(1/s), requests: [ { call: shop.buy } ] } }',
    ]),
    'rate-limit-above-capacity',
  )[0]?.limit;

describe('the capacity of a search engine', () => {
  it.each([
    // A core does 100/s; copies share searches, and each does every write.
    ['find', 'replicas: 0', '100/s'],
    ['find', 'replicas: 3', '400/s'],
    ['put', 'replicas: 0', '100/s'],
    ['put', 'replicas: 3', '100/s'],
    // Shards share writes.
    ['put', 'replicas: 1, shards: { count: 2, key: doc }', '200/s'],
  ])('%s with %s', (operation, database, rate) => {
    expect(limitedTo(operation, database)).toBe(
      `at most ${rate}, with which es is busy all the time`,
    );
  });
});
