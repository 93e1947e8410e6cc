import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { golden, outcomes } from './tracing.js';

const times = (count: number, word: string): string[] => new Array<string>(count).fill(word);

describe('a key that is a sequence', () => {
  it('has the values 0, 1, 2, 0 ... in the order of arrival, however deep the call is', () => {
    const { at } = golden(
      `
keys: { turn: sequence(count=7) }
services:
  shop: { endpoints: { buy: [ parallel: [ call: store.get, call: store.get ] ] } }
  store:
    replicas: 3
    loadBalancing: { kind: ringHash, key: turn }
    endpoints: { get: { readOnly: true, steps: [ wait: 1ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
`,
      '3s',
    );
    const reads = at('store.get').map(({ instance }) => instance);
    expect(reads.length).toBe(58);
    const pairs = Array.from({ length: 29 }, (_, k) => reads.slice(2 * k, 2 * k + 2));
    pairs.forEach(([one, two], k) => {
      // Both branches of a request, and every seventh request, have the same value.
      expect(two).toBe(one);
      expect(one).toBe(pairs[k % 7][0]);
    });
    expect(new Set(reads).size).toBeGreaterThan(1);
  });
});

/** Outcomes of requests at these times, with a limiter in front of the calls to a bank. */
function limited(policy: string, workloads: string, more = '') {
  return golden(
    `
${more}
policies: { quota: { rateLimit: ${policy} } }
services:
  shop: { replicas: 2, outbound: quota, endpoints: { buy: [ call: bank.pay ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads: ${workloads}
`,
    '9s',
  );
}

const at = (name: string, times: string, more = ''): string =>
  `${name}: { arrivals: { at: [ ${times} ] }, requests: [ { call: shop.buy } ]${more} }`;

describe('the key of a limiter in front of calls', () => {
  const ONE = '{ kind: fixedWindow, limit: 1, window: 10s';

  it('splits the state of each instance, or of all', () => {
    const three = `{ ${at('users', '1s, 2s, 3s, 4s, 5s, 6s, 7s, 8s')} }`;
    const turn = 'keys: { turn: sequence(count=4) }';
    // Round robin: values 0 and 2 reach one instance, 1 and 3 the other.
    const own = limited(`${ONE}, key: turn }`, three, turn);
    expect(outcomes(own.requests)).toEqual([...times(4, 'ok'), ...times(4, 'serverError')]);
    expect(outcomes(limited(`${ONE}, per: key, key: turn }`, three, turn).requests)).toEqual(
      outcomes(own.requests),
    );
    // Without the key one passes at each of the two instances.
    const none = limited(`${ONE} }`, three, turn);
    expect(outcomes(none.requests)).toEqual([...times(2, 'ok'), ...times(6, 'serverError')]);
    const shared = limited(`${ONE}, scope: global, key: turn }`, three, turn);
    expect(outcomes(shared.requests)).toEqual(outcomes(own.requests));
  });

  it('may be the workload, the calling instance or the user request', () => {
    const two = `{ ${at('one', '1s, 3s, 5s, 7s')}, ${at('two', '2s, 4s, 6s, 8s')} }`;
    const passed = (key: string): number[] => {
      const policy = `${ONE}, scope: global, key: ${key} }`;
      const { requests } = limited(policy, two);
      return requests.filter(({ outcome }) => outcome === 'ok').map(({ sent }) => sent / 1000);
    };
    expect(passed('workload')).toEqual([1, 2]);
    // Each workload has its own round robin: the requests of 1 and 2 s reach the first instance.
    expect(passed('caller')).toEqual([1, 3]);
    expect(passed('request')).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('may be one of the clients that a workload says it has', () => {
    const many = Array.from({ length: 60 }, (_, k) => `${1000 + k * 10}ms`).join(', ');
    const passed = (clients: string): number => {
      const policy = `${ONE}, scope: global, key: client }`;
      const { requests } = limited(policy, `{ ${at('users', many, clients)} }`);
      return requests.filter(({ outcome }) => outcome === 'ok').length;
    };
    expect(passed(', clients: 3')).toBe(3);
    expect(passed('')).toBe(60);
  });
});

describe('limitBy of Kong', () => {
  const gateway = (limit: string, workloads: string): string[] =>
    outcomes(
      golden(
        `
keys: { customer: sequence(count=2) }
gateways: { edge: { middleware: [ { rateLimit: ${limit} } ], routes: [ { to: bank.pay } ] } }
services: { bank: { endpoints: { pay: [ wait: 1ms ] } } }
workloads: ${workloads}
`,
        '9s',
      ).requests,
    );
  const users = (name: string, times: string, more = ''): string =>
    `${name}: { arrivals: { at: [ ${times} ] }, requests: [ { call: edge } ]${more} }`;
  const both = `{ ${users('one', '1s, 3s')}, ${users('two', '2s, 4s')} }`;

  it('counts by the key of a consumer, without one by address, or all together', () => {
    const { ok, no } = { ok: 'ok', no: 'throttled' };
    expect(gateway('{ kind: kong, minute: 1 }', both)).toEqual([ok, ok, no, no]);
    expect(gateway('{ kind: kong, minute: 1, limitBy: ip }', both)).toEqual([ok, ok, no, no]);
    expect(gateway('{ kind: kong, minute: 1, limitBy: service }', both)).toEqual([ok, no, no, no]);
    const one = `{ ${users('one', '1s, 2s, 3s, 4s')} }`;
    expect(gateway('{ kind: kong, minute: 1, key: customer }', one)).toEqual([ok, ok, no, no]);
    expect(gateway('{ kind: kong, minute: 1, limitBy: ip }', one)).toEqual([ok, no, no, no]);
  });

  it('sees the address of each client where a workload says how many it has', () => {
    const many = Array.from({ length: 60 }, (_, k) => `${1000 + k * 10}ms`).join(', ');
    const passed = gateway(
      '{ kind: kong, minute: 1, limitBy: ip }',
      `{ ${users('one', many, ', clients: 4')} }`,
    );
    expect(passed.filter((outcome) => outcome === 'ok')).toHaveLength(4);
  });
});

describe('values that a workload gives', () => {
  const tenants = (users: string): string => `
keys: { tenant: uniform(count=1000), order: unique }
services:
  shop: { endpoints: { page: { steps: [ call: bank.pay ] } }, outbound: { bank: { bulkhead: { maxConcurrent: 1, per: key, key: tenant } } } }
  bank: { endpoints: { pay: [ wait: 10ms ] } }
workloads: { users: { arrivals: { at: [ 0ms, 0ms, 0ms ] }, ${users} } }`;
  const fates = (users: string): string[] => outcomes(golden(tenants(users), '1s').requests);

  it('replace a draw, through the entire tree', () => {
    const all = 'requests: [ { call: shop.page } ]';
    expect(fates(all)).toEqual(['ok', 'ok', 'ok']);
    const refused = ['ok', 'serverError', 'serverError'];
    // Of three at once for one tenant a bulkhead of 1 lets one pass.
    expect(fates(`keys: { tenant: 7 }, ${all}`).sort()).toEqual(refused);
    expect(fates(`${all.replace('page', 'page, keys: { tenant: 0 }')}`).sort()).toEqual(refused);
    expect(fates(`keys: { order: 3 }, ${all}`)).toEqual(['ok', 'ok', 'ok']);
  });

  it('of a request override those of its workload, and others keep theirs', () => {
    const body = `
keys: { tenant: sequence(count=2) }
services:
  shop: { admission: { rateLimit: { rate: 1/s, burst: 1, key: tenant } }, endpoints: { page: [ wait: 1ms ] } }
workloads:
  one: { arrivals: { at: [ 0ms, 1ms ] }, keys: { tenant: 1 }, requests: [ { call: shop.page, keys: { tenant: 0 } } ] }
  two: { arrivals: { at: [ 2ms, 3ms ] }, requests: [ { call: shop.page } ] }`;
    // 0 passes, 0 is refused; then the sequence: 0 is refused, 1 passes.
    expect(outcomes(golden(body, '1s').requests)).toEqual(['ok', 'throttled', 'throttled', 'ok']);
  });

  it('are values that the key has', () => {
    const says = (users: string): string =>
      problemsOf(`faultline: 1\ntitle: t\nrun: { duration: 1s }\n${tenants(users)}`);
    const all = 'requests: [ { call: shop.page } ]';
    expect(says(`keys: { tenant: 1000 }, ${all}`)).toContain('1000 values, 0 to 999');
    expect(says(`keys: { tenants: 1 }, ${all}`)).toContain('no key tenants');
    expect(says(`keys: { request: 1 }, ${all}`)).toContain('no key request');
  });
});
