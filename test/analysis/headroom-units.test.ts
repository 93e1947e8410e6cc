import { describe, expect, it } from 'vitest';
import { partitionShares } from '../../src/analysis/measure/key-shares.js';
import { useWords } from '../../src/report/words/headroom.js';
import { run } from '../theory/program.js';

interface Table {
  readonly key?: string;
  readonly capacity?: string;
}

const KEYS = `
  item: { kind: hot, count: 1000, hotShare: 75%, hotKeys: 1 }
  order: { kind: uniform, count: 1000 }
  shop: { kind: zipf, count: 50, exponent: 1.2 }`;

function variantAt(rate: number, { key, capacity = 'write: 5000/s, partitions: 5' }: Table) {
  return run(`faultline: 1
title: Units of a table
run: { duration: 20s, warmup: 5s, seed: 9 }
keys: ${KEYS}
services: { polls: { endpoints: { vote: [ query: votes.put ] } } }
databases:
  votes:
    kind: dynamodb
    capacity: { ${capacity}, burst: 0s }
    operations: { put: { wait: 5ms, write: true${key === undefined ? '' : `, key: ${key}`} } }
workloads: { voters: { arrivals: constant(${rate}/s), requests: [ { call: polls.vote } ] } }
`).variant();
}

describe('the headroom of a table in units per second', () => {
  const unitsAt = (rate: number, table: Table) =>
    variantAt(rate, table).headroom!.components.find(({ component }) => component === 'votes')!;

  it.each<Table>([
    { key: 'item' },
    { key: 'shop' },
    { key: 'order' },
    { key: 'item', capacity: 'write: 2000/s, partitions: 5, adaptive: false' },
    { capacity: 'write: 5000/s, partitions: 5, indexes: { by-item: { key: item } }' },
    { capacity: 'write: 900/s, partitions: 5' },
  ])('is the load at which throttling begins: %o', (table) => {
    const { saturatesAt } = unitsAt(300, table);
    const failing = (load: number): number => 1 - variantAt(load, table).summary.success.value!;
    expect(failing(Math.round(0.93 * saturatesAt))).toBeLessThan(0.001);
    expect(failing(Math.round(1.1 * saturatesAt))).toBeGreaterThan(0.01);
  });

  it('is that of the partition of a hot value, at any capacity of the table', () => {
    // 75 % and a fifth of the other 25 %, of 1000/s.
    const [small, large] = ['write: 5000/s', 'write: 50000/s'].map((write) =>
      unitsAt(500, { key: 'item', capacity: `${write}, partitions: 5` }),
    );
    expect(small!.saturatesAt).toBeCloseTo(1000 / 0.8, -2);
    expect(large!.saturatesAt).toBe(small!.saturatesAt);
    expect(useWords(small!)).toMatch(
      /% of the 1,000 write units per second of its busiest partition by item at 500\/s$/u,
    );
  });

  it('is that of the table where its partitions have more room', () => {
    const own = unitsAt(300, { key: 'order', capacity: 'write: 900/s, partitions: 5' });
    expect(own).toMatchObject({ of: null, limit: 900, factor: 3 });
  });
});

describe('the shares of partitions', () => {
  it('are all requests, and equal where no key selects one', () => {
    expect(partitionShares(null, 4)).toEqual([0.25, 0.25, 0.25, 0.25]);
    for (const exponent of [0.5, 1, 1.4]) {
      const population = { kind: 'zipf', count: 1e6, exponent } as const;
      const shares = partitionShares({ name: 'item', population, pins: null }, 7);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });

  it('are those of the weights of all values', () => {
    const population = { kind: 'zipf', count: 100_000, exponent: 0.8 } as const;
    const shares = partitionShares({ name: 'item', population, pins: null }, 2);
    let all = 0;
    for (let rank = 1; rank <= 100_000; rank++) all += rank ** -0.8;
    // The most frequent value lies in the busier of the two, and the others are spread.
    expect(Math.max(...shares)).toBeGreaterThan(0.5 + 1 / all / 4);
    expect(Math.max(...shares)).toBeLessThan(0.6);
  });
});
