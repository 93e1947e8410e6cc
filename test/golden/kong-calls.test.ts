import { describe, expect, it } from 'vitest';
import { counted, golden, sent } from './tracing.js';

/** Requests at these times to two replicas of a caller, which they reach in turn, that calls under a limiter. */
function callers(limit: string, at: string, more = '') {
  return golden(
    `
policies: { quota: { rateLimit: { kind: kong, minute: 3, limitBy: service${limit} } } }
services:
  shop: { replicas: 2, runtime: async, outbound: { bank: quota, redis: none }, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
  redis: { endpoints: { incr: [ wait: 2ms ] } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop } ] } }
${more}
`,
    '20s',
  );
}

const ONE_BY_ONE = '1s, 2s, 3s, 4s, 5s, 6s, 7s, 8s';
const paid = (limit: string, at: string, more = ''): readonly number[] =>
  sent(callers(limit, at, more).at('bank.pay'));

describe('the plugin of Kong in front of calls', () => {
  it('counts in each instance with policy local, in one place with the others', () => {
    expect(paid('', ONE_BY_ONE)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
    expect(paid(', policy: cluster', ONE_BY_ONE)).toEqual([1000, 2000, 3000]);
    expect(paid(', policy: redis', ONE_BY_ONE)).toEqual([1000, 2000, 3000]);
  });

  it('counts behind the decision in a cluster, with the question in redis', () => {
    const together = '1s, 1s, 1s, 1s, 1s, 2s';
    expect(paid(', policy: cluster', together)).toHaveLength(5);
    expect(paid(', policy: redis', together)).toHaveLength(3);
  });

  it('asks the store before each decision', () => {
    const asked = callers(', policy: redis, store: { of: redis.incr }', '1s, 2s, 3s, 4s');
    expect(sent(asked.at('redis.incr'))).toEqual([1000, 2000, 3000, 4000]);
    expect(sent(asked.at('bank.pay'))).toEqual([1002, 2002, 3002]);
    expect(counted(asked, 'rateLimited')).toBe(1);
  });

  it('asks it once a window with a sync rate, and passes too many until it tells', () => {
    // Each instance reads a counter (0 and 1), decides by that copy, and synchronizes 5 s after its first call.
    const synced = callers(
      ', policy: redis, syncRate: 5s, store: { of: redis.incr }',
      `${ONE_BY_ONE}, 9s, 10s`,
    );
    expect(sent(synced.at('redis.incr'))).toEqual([1000, 2000, 7000, 8000]);
    // A copy does not show the call that read it: shop[0] passes three by its 0, shop[1] three by its 1.
    expect(sent(synced.at('bank.pay'))).toEqual([1002, 2002, 3000, 4000, 5000, 6000]);
  });

  it('lets calls pass while the store is down, unless it is not fault tolerant', () => {
    const down = 'faults: [ { id: d, kind: crash, target: redis, at: 0s, for: 4500ms } ]';
    const store = ', policy: redis, store: { of: redis.incr }';
    expect(paid(store, ONE_BY_ONE, down)).toHaveLength(7);
    expect(paid(`${store}, faultTolerant: false`, ONE_BY_ONE, down)).toEqual([5002, 6002, 7002]);
  });

  it('loses with an instance the counts that it had not synchronized, and keeps the others', () => {
    const crash =
      'faults: [ { id: c, kind: crash, target: shop, instances: [ 0 ], at: 5500ms, for: 100ms } ]';
    const synced = ', policy: redis, syncRate: 10s';
    const at = `${ONE_BY_ONE}, 9s, 10s`;
    const seven = [1000, 2000, 3000, 4000, 5000, 6000, 7000];
    expect(paid(synced, at)).toEqual(seven);
    // The counts of shop[0] at 3 s and 5 s are lost: it reads the two calls of 1 s and 2 s.
    expect(paid(synced, at, crash)).toEqual([...seven, 9000]);
  });
});
