import { describe, expect, it } from 'vitest';
import { tightestWords } from '../../src/report/words/headroom.js';
import { run } from '../theory/program.js';

/** A service that reads a cache of tokens, and loads what it does not have in 40 ms. */
const system = (
  rate: number,
  key: string,
  cache: string,
  level: string,
  workers: number,
): string => `
faultline: 1
title: Loads of a cache
run: { duration: 60s, warmup: 60s, replications: 1 }
keys: { user: ${key} }
caches:
  tokens: { ${cache === '' ? 'keys: user, coalesce: cluster' : cache}, levels: [ { name: redis, kind: redis${level} } ] }
services:
  api: { concurrency: 500, endpoints: { get: [ cache: { get: tokens, onMiss: [ call: idp.introspect ] } ] } }
  idp: { concurrency: ${workers}, endpoints: { introspect: [ wait: 40ms ] } }
workloads:
  users: { arrivals: poisson(${rate}/s), requests: [ { call: api.get } ] }
`;
const EXPIRES = ', ttl: 10s, ttlJitter: 50%';
const words = (text: string): string => tightestWords(run(text).variant().headroom!, []) ?? '';

describe('headroom of what loads the values of a cache', () => {
  it('grows with the keys that have expired: n / (10.04 s + n / load) is 125/s of 2,000 users at 335/s', () => {
    const factorAt = (rate: number): number => {
      const first = run(system(rate, 'uniform(count=2000)', '', EXPIRES, 5)).variant().headroom!;
      expect(first.components[0]).toMatchObject({ component: 'idp', resource: 'workers' });
      return first.components[0]!.factor * rate;
    };
    for (const rate of [100, 300]) expect(factorAt(rate) / 335).toBeCloseTo(1, 1);
  });

  it('is not that of the load where each value is loaded once in its time to live', () => {
    // At most 2,000 / 10 s = 200/s, and 10 workers serve 250/s.
    expect(words(system(200, 'uniform(count=2000)', '', EXPIRES, 10))).toContain(
      'more load does not fill idp: a value of tokens is loaded once in its time to live',
    );
  });

  it.each([
    ['a fixed hit ratio', 'uniform(count=9)', 'hitRatio: 50%', ''],
    ['a cache that is too small', 'uniform(count=2000)', '', ', capacity: 1000'],
  ])('grows with the load with %s', (_, key, cache, level) => {
    const first = run(system(100, key, cache, level, 10)).variant().headroom!.components[0]!;
    expect(first.factor).toBeCloseTo(first.limit / first.used, 6);
  });

  it('is not stated where the growth is not known', () => {
    expect(
      words(
        system(200, 'uniform(count=2000)', '', `${EXPIRES}, sliding: true, capacity: 1900`, 10),
      ),
    ).toContain('not counted: idp, whose load depends on what tokens finds');
  });
});
