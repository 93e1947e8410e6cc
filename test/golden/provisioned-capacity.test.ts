import { describe, expect, it } from 'vitest';
import { golden, metered, times } from './tracing.js';

/** Writes of a table, one unit each; `many` takes ten. */
const table = (
  capacity: string,
  at: string,
  operation = 'put',
  count = 1,
): ReturnType<typeof golden> =>
  golden(`
keys: { item: { kind: sequence, count: ${count} } }
services: { shop: { endpoints: { ask: [ query: store.${operation} ] } } }
databases:
  store:
    kind: dynamodb
    capacity: { ${capacity} }
    operations:
      put: { wait: 5ms, write: true, key: item }
      many: { wait: 5ms, write: true, key: item, units: 10 }
      get: { wait: 5ms, key: item }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop } ] }`);

const results = (traced: ReturnType<typeof golden>): string[] =>
  traced.rows.filter(({ part }) => part.startsWith('store.')).map(({ outcome }) => outcome);

describe('units of capacity', () => {
  it('are there again after their time, and not before', () => {
    // Ten at the beginning, one more each 100 ms.
    const traced = table('write: 10/s, burst: 1s', `${times(11, '0ms')}, 99ms, 100ms, 101ms`);
    expect(results(traced)).toEqual([
      ...Array<string>(10).fill('ok'),
      'throttled',
      'throttled',
      'ok',
      'throttled',
    ]);
    expect(metered(traced, 'throttles', 'store')).toBe(3);
    expect(metered(traced, 'partitionThrottles', 'store')).toBe(0);
  });

  it('are kept for the time of a burst, five minutes without a word', () => {
    const taken = (capacity: string): number =>
      results(table(capacity, times(700, '0ms'))).filter((one) => one === 'ok').length;
    expect(taken('write: 2/s')).toBe(600);
    expect(taken('write: 2/s, burst: 50s')).toBe(100);
    // Never less than those of a second.
    expect(taken('write: 2/s, burst: 0s')).toBe(2);
  });

  it('are taken by as many as an operation says, or not at all', () => {
    const traced = table('write: 15/s, burst: 1s', times(2, '0ms'), 'many');
    expect(results(traced)).toEqual(['ok', 'throttled']);
    expect(metered(traced, 'throttles', 'store')).toBe(1);
  });

  it('are others for reads than for writes', () => {
    expect(results(table('write: 1/s, burst: 1s', times(3, '0ms'), 'get'))).toEqual(
      Array<string>(3).fill('ok'),
    );
  });
});

describe('a partition', () => {
  it('gives 1000 write units a second, however many the table has', () => {
    const traced = table('write: 5000/s, partitions: 5', times(1200, '0ms'));
    expect(metered(traced, 'partitionThrottles', 'store')).toBe(200);
    expect(metered(traced, 'throttles', 'store')).toBe(200);
  });

  it('uses what the others leave, or only its part of the table', () => {
    // All of one item; the table gives ten a second, half of them to each partition.
    const taken = (adaptive: boolean): number => {
      const capacity = `write: 10/s, partitions: 2, burst: 1s, adaptive: ${adaptive}`;
      return results(table(capacity, times(20, '0ms'))).filter((one) => one === 'ok').length;
    };
    expect([taken(true), taken(false)]).toEqual([10, 5]);
  });

  it('is that of the value of the key: others are not throttled with it', () => {
    const capacity = 'write: 8/s, partitions: 4, burst: 1s, adaptive: false';
    // Forty items in turn, ten at each partition on average; 2 of each are taken.
    const traced = table(capacity, times(40, '0ms'), 'put', 40);
    expect(results(traced).filter((one) => one === 'ok')).toHaveLength(8);
  });
});
