import { describe, expect, it } from 'vitest';
import { golden, instants, latencies, metered, outcomes, times } from './tracing.js';

/** Hits, misses, loads and evictions. */
const figures = (traced: ReturnType<typeof golden>, subject: string): readonly number[] => {
  const [hits, reads, ...others] = ['hits', 'reads', 'loads', 'evictions'].map((name) =>
    metered(traced, name, subject),
  );
  return [hits!, reads! - hits!, ...others];
};

describe('GS-19: one key, read every 100 ms, lives for a second', () => {
  const reads = (level: string): string => `
keys: { item: { kind: uniform, count: 1 } }
caches:
  items: { keys: item, levels: [ ${level} ] }
databases:
  store: { operations: { read: 0ms } }
services:
  shop: { endpoints: { show: [ cache: { get: items, onMiss: [ query: store.read ] } ] } }
workloads:
  users: { arrivals: { at: [ ${instants(0, 9900, 100, 'ms')} ] }, requests: [ { call: shop } ] }
`;

  it('is missed at 0, 1000, ... 9000 ms: at the end of its time it has expired (CA-1)', () => {
    const traced = golden(reads('{ name: near, kind: local, ttl: 1s }'));
    expect(figures(traced, 'items')).toEqual([90, 10, 10, 0]);
    expect(traced.at('store.read').map(({ sent }) => sent)).toEqual(
      Array.from({ length: 10 }, (_, k) => k * 1000),
    );
  });

  it('is the same behind the network, where nothing takes time', () => {
    const traced = golden(reads('{ name: far, kind: redis, ttl: 1s }'));
    expect(figures(traced, 'items')).toEqual([90, 10, 10, 0]);
    // A GET for every read, a SET for every load.
    expect(traced.at('items.far')).toHaveLength(110);
  });

  it('never expires while it is read, if each hit restarts its time', () => {
    const traced = golden(reads('{ name: near, kind: local, ttl: 1s, sliding: true }'));
    expect(figures(traced, 'items')).toEqual([99, 1, 1, 0]);
  });
});

const world = (cache: string, show: string, more: string, replicas = 1): string => `
keys: { item: { kind: sequence, count: 1 } }
caches:
  items: { keys: item, ${cache} }
databases:
  store: { operations: { read: { wait: 50ms }, write: { wait: 20ms, write: true } } }
services:
  shop:
    replicas: ${replicas}
    runtime: async
    endpoints:
      show: [ ${show} ]
      update: [ query: store.write, cache: { delete: items } ]
${more}`;
const SHOW = 'cache: { get: items, onMiss: [ query: store.read ] }';
const NEAR = 'levels: [ { name: near, kind: local, ttl: 1s } ]';
const FAR = 'levels: [ { name: far, kind: redis, ttl: 1s } ]';
const readers = (at: string, more = ''): string => `
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.show${more} } ] }
`;

describe('CA-3, CA-4: several requests miss the same value', () => {
  it('load it each for itself', () => {
    const traced = golden(world(NEAR, SHOW, readers('0ms, 10ms, 40ms, 60ms')));
    expect(latencies(traced.requests)).toEqual([50, 50, 50, 0]);
    expect(figures(traced, 'items')).toEqual([1, 3, 3, 0]);
  });

  it('wait for the first of their instance, and have its value when it has it', () => {
    const cache = `${NEAR}, coalesce: instance`;
    const one = golden(world(cache, SHOW, readers('0ms, 10ms, 40ms, 60ms')));
    expect(latencies(one.requests)).toEqual([50, 40, 10, 0]);
    expect(figures(one, 'items')).toEqual([1, 3, 1, 0]);
    // Two instances take turns: one load in each.
    const two = golden(world(cache, SHOW, readers('0ms, 10ms, 20ms, 30ms'), 2));
    expect(latencies(two.requests)).toEqual([50, 50, 30, 30]);
    expect(metered(two, 'loads', 'items')).toBe(2);
  });

  it('wait for the first of all with a lease', () => {
    const cache = `${NEAR}, coalesce: cluster`;
    const traced = golden(world(cache, SHOW, readers('0ms, 10ms, 20ms, 30ms, 60ms, 70ms'), 2));
    expect(latencies(traced.requests)).toEqual([50, 40, 30, 20, 0, 0]);
    expect(metered(traced, 'loads', 'items')).toBe(1);
  });

  it('share its error', () => {
    const failing = 'cache: { get: items, onMiss: [ query: store.read, fail: 500 ] }';
    const cache = `${NEAR}, coalesce: instance`;
    const traced = golden(world(cache, failing, readers('0ms, 10ms, 60ms')));
    expect(latencies(traced.requests)).toEqual([50, 40, 50]);
    expect(outcomes(traced.requests)).toEqual(['serverError', 'serverError', 'serverError']);
    expect(metered(traced, 'loads', 'items')).toBe(2);
  });

  it('keep their own time limits', () => {
    const cache = `${NEAR}, coalesce: instance`;
    const traced = golden(
      world(
        cache,
        SHOW,
        `
workloads:
  first: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop.show } ] }
  second:
    arrivals: { at: [ 10ms ] }
    policy: { timeout: 30ms }
    requests: [ { call: shop.show } ]
`,
      ),
    );
    expect(latencies(traced.requests)).toEqual([50, 30]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'timeout']);
  });

  it('continue by themselves when the first ends without a response', () => {
    const cache = `${NEAR}, coalesce: cluster`;
    const traced = golden(
      world(
        cache,
        SHOW,
        `${readers('0ms, 10ms, 20ms')}
faults: [ { id: dies, kind: crash, target: 'shop[0]', at: 15ms, for: 1s } ]
`,
        2,
      ),
    );
    // The first dies with shop[0] at 15 ms; the second, in shop[1], loads from then on, for the third too.
    expect(outcomes(traced.requests)).toEqual(['reset', 'ok', 'ok']);
    expect(latencies(traced.requests)).toEqual([15, 55, 45]);
    expect(metered(traced, 'loads', 'items')).toBe(2);
  });
});

describe('an expired value', () => {
  const stale = `${NEAR}, staleWhileRevalidate: 500ms`;

  it('is served while one request reloads it in the background', () => {
    const traced = golden(world(stale, SHOW, readers('0ms, 1100ms, 1120ms, 1200ms')));
    // Loaded at 50, expired at 1050: both of 1100 and 1120 are served, and the load is over at 1150.
    expect(latencies(traced.requests)).toEqual([50, 0, 0, 0]);
    expect(figures(traced, 'items')).toEqual([3, 1, 2, 0]);
  });

  it('is expired when that time is over too', () => {
    const traced = golden(world(stale, SHOW, readers('0ms, 1549ms, 1550ms')));
    // Until 1050 + 500: at 1550 the load of 1549 is under way, and has not landed.
    expect(latencies(traced.requests)).toEqual([50, 0, 50]);
  });

  it('is loaded ahead of its end, where a hit comes late enough', () => {
    const ahead = `${NEAR}, pattern: refreshAhead, refreshAheadFactor: 80%`;
    const traced = golden(world(ahead, SHOW, readers('0ms, 849ms, 850ms, 1100ms, 1900ms')));
    // Valid from 50 to 1050; from 850 on a hit has it loaded: valid from 900 to 1900.
    expect(latencies(traced.requests)).toEqual([50, 0, 0, 0, 50]);
    expect(metered(traced, 'loads', 'items')).toBe(3);
  });
});

describe('CA-5: what is not there', () => {
  const missing = 'cache: { get: items, onMiss: [ query: store.read, fail: 404 ] }';

  it('is looked for again and again', () => {
    const traced = golden(world(NEAR, missing, readers('0ms, 100ms, 200ms')));
    expect(latencies(traced.requests)).toEqual([50, 50, 50]);
    expect(outcomes(traced.requests)).toEqual(['clientError', 'clientError', 'clientError']);
  });

  it('is known for as long as its own time to live', () => {
    for (const levels of [NEAR, FAR]) {
      const cache = `${levels}, negativeTtl: 100ms`;
      const traced = golden(world(cache, missing, readers('0ms, 100ms, 149ms, 150ms')));
      expect(latencies(traced.requests)).toEqual([50, 0, 0, 50]);
      expect(traced.requests.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    }
  });
});

describe('CA-11: the shared level is down', () => {
  const down = (cache: string): string =>
    world(
      `${FAR}, ${cache}`,
      SHOW,
      `${readers('0ms, 100ms, 300ms, 400ms, 500ms')}
faults: [ { id: dies, kind: crash, target: items.far, at: 200ms, for: 300ms } ]
`,
    );

  it('and every read goes to the database', () => {
    const traced = golden(down('onError: bypass'));
    // Back at 500 ms with nothing in it.
    expect(latencies(traced.requests)).toEqual([50, 0, 50, 50, 50]);
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
  });

  it('and reads fail, with fail and where the cache is what loads', () => {
    for (const rule of ['onError: fail', 'pattern: readThrough']) {
      const traced = golden(down(rule));
      expect(latencies(traced.requests)).toEqual([50, 0, 0, 0, 50]);
      expect(traced.requests.map(({ status }) => status)).toEqual([200, 200, 503, 503, 200]);
    }
  });
});

describe('CA-10: a level in the process in front of a shared one', () => {
  const levels =
    'levels: [ { name: near, kind: local, ttl: 1s }, { name: far, kind: redis, ttl: 10s, latency: 2ms } ]';

  it('is filled from it, and both from the database', () => {
    const traced = golden(world(levels, SHOW, readers('0ms, 100ms, 200ms, 1200ms'), 2));
    // Missed everywhere: 2 + 50 + 2 ms. The other instance finds it in the shared level: 2 ms. Then locally, until
    // 1054 ms.
    expect(latencies(traced.requests)).toEqual([54, 2, 0, 2]);
    expect(figures(traced, 'items.near')).toEqual([1, 3, 3, 0]);
    expect(figures(traced, 'items.far')).toEqual([2, 1, 1, 0]);
    expect(figures(traced, 'items')).toEqual([3, 1, 1, 0]);
  });

  it('goes on being old in other processes when the value is written, for its time to live at most', () => {
    const traced = golden(
      world(
        levels,
        SHOW,
        `
workloads:
  users:
    arrivals: { at: [ 0ms, 100ms, 400ms, 500ms, 600ms, 700ms, 1000ms, 1102ms ] }
    requests: [ { call: shop.show } ]
  editors: { arrivals: { at: [ 300ms ] }, requests: [ { call: shop.update } ] }
`,
        2,
      ),
    );
    // Written from shop[0]: near is empty there, the one of shop[1] holds the old value until 1102 ms.
    expect(metered(traced, 'staleReads', 'items')).toBe(2);
    expect(metered(traced, 'staleReads', 'items.near')).toBe(2);
  });

  it('dies with its process', () => {
    const traced = golden(
      world(
        levels,
        SHOW,
        `${readers('0ms, 100ms, 300ms, 310ms')}
faults: [ { id: dies, kind: crash, target: shop, at: 200ms, for: 50ms } ]
`,
      ),
    );
    expect(latencies(traced.requests)).toEqual([54, 0, 2, 0]);
  });
});

describe('CA: the stale window of cache-aside', () => {
  it('sets the old value behind the delete, and serves it until it expires', () => {
    const traced = golden(
      world(
        NEAR,
        SHOW,
        `
workloads:
  users: { arrivals: { at: [ 0ms, 100ms, 200ms, 1050ms, 1200ms ] }, requests: [ { call: shop.show } ] }
  editors: { arrivals: { at: [ 10ms ] }, requests: [ { call: shop.update } ] }
`,
      ),
    );
    // Read from 0 to 50, written and deleted at 30: stored at 50, old until 1050.
    expect(latencies(traced.requests.filter(({ part }) => part === 'users.show'))).toEqual([
      50, 0, 0, 50, 0,
    ]);
    expect(metered(traced, 'staleReads', 'items')).toBe(2);
  });
});

describe('writes', () => {
  /** When the database started writes, in steps of 5 ms: no request waits for them, so no trace has them. */
  const written = ({ ran }: ReturnType<typeof golden>): readonly number[] => {
    const { parts, grid } = ran.plans[0]!;
    const { good } = ran.records[0]![0]!.parts[parts.findIndex(({ name }) => name === 'write')]!;
    return Array.from(grid.edges)
      .filter((_, cell) => good[cell]! > 0)
      .map((edge) => edge / 1e6);
  };

  const updates = (pattern: string, at: string, more = ''): string => `
keys: { item: { kind: sequence, count: 3 } }
caches:
  items:
    keys: item
    ${pattern
      .split(', ')
      .map((one, k) => (k === 0 ? `pattern: ${one}` : one))
      .join('\n    ')}
    levels: [ { name: far, kind: redis, latency: 5ms } ]
databases:
  store: { operations: { write: { wait: 20ms, write: true } } }
services:
  shop:
    runtime: async
    endpoints: { update: [ cache: { set: items, write: [ query: store.write ] } ] }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.update } ] }
${more}`;

  it('go through: the cache, then the database', () => {
    const traced = golden(updates('writeThrough', '0ms, 100ms'));
    expect(latencies(traced.requests)).toEqual([25, 25]);
  });

  it('are gathered and written once for a batch', () => {
    const behind = updates('writeBehind, writeDelay: 100ms, batchSize: 2', '0ms, 10ms, 20ms, 30ms');
    const traced = golden(behind, '1s');
    expect(latencies(traced.requests)).toEqual([5, 5, 5, 5]);
    // Two values at 15 ms are a batch. The third and the first again, of 25 and 35 ms, follow when it is
    // written, at 35 ms.
    expect(written(traced)).toEqual([15, 35]);
  });

  it('wait for no more than their delay', () => {
    const traced = golden(updates('writeBehind, writeDelay: 100ms', '0ms, 10ms, 200ms'), '1s');
    expect(written(traced)).toEqual([105, 305]);
  });

  it('are lost where a crash takes what was gathered', () => {
    const traced = golden(
      updates(
        'writeBehind, writeDelay: 100ms',
        '0ms, 10ms, 200ms',
        'faults: [ { id: dies, kind: crash, target: shop, at: 50ms, for: 50ms } ]',
      ),
      '1s',
    );
    expect(metered(traced, 'lostWrites', 'items')).toBe(2);
    expect(written(traced)).toEqual([305]);
  });
});

describe('a flush', () => {
  it('empties a level at one moment', () => {
    const traced = golden(
      world(
        NEAR,
        SHOW,
        `${readers('0ms, 100ms, 200ms, 300ms')}
faults: [ { id: flush, kind: flush, target: items.near, at: 150ms } ]
`,
      ),
    );
    expect(latencies(traced.requests)).toEqual([50, 0, 50, 0]);
  });
});

describe('refresh', () => {
  it('loads the value whether it is there or not', () => {
    const steps = 'cache: { refresh: items, onMiss: [ query: store.read ] }';
    const traced = golden(world(NEAR, steps, readers('0ms, 100ms')));
    expect(latencies(traced.requests)).toEqual([50, 50]);
  });
});

describe('divergence 42: a cache has no fixed ratio of hits', () => {
  // Read once, then by ten at once 10 ms after its second is over.
  const crowd = (cache: string): ReturnType<typeof golden> =>
    golden(world(cache, SHOW, readers(`0ms, ${times(10, '1060ms')}, 1200ms`)));
  const loads = (cache: string): number => metered(crowd(cache), 'loads', 'items');

  it('is missed by all requests of the same instant when it expires', () => {
    expect(loads(NEAR)).toBe(11);
    expect(latencies(crowd(NEAR).requests)).toEqual([50, ...Array<number>(10).fill(50), 0]);
  });

  it('sharing the load, or serving what is stale, changes what comes to the database', () => {
    expect(loads(`${NEAR}, coalesce: instance`)).toBe(2);
    expect(loads(`${NEAR}, staleWhileRevalidate: 1s`)).toBe(2);
    const served = latencies(crowd(`${NEAR}, staleWhileRevalidate: 1s`).requests);
    expect(served).toEqual([50, ...Array<number>(11).fill(0)]);
  });
});

describe('a cache of answers in a chain', () => {
  const answers = (cache: string, more = ''): string => `
keys: { item: { kind: sequence, count: 1 } }
caches:
  answers: { keys: item, levels: [ { name: near, kind: local, ttl: 1s } ]${cache} }
gateways:
  edge:
    runtime: async
    middleware: [ { cache: { cache: answers${more} } } ]
    routes:
      - { name: show, match: { method: GET, path: /item }, to: shop.show }
      - { name: change, match: { method: POST, path: /item }, to: shop.show }
services:
  shop: { endpoints: { show: [ wait: 50ms ], gone: [ wait: 50ms, fail: 404 ] } }
workloads:
  readers:
    arrivals: { at: [ 0ms, 10ms, 100ms, 1049ms, 1050ms ] }
    requests: [ { call: edge, method: GET, path: /item } ]
  writers: { arrivals: { at: [ 200ms ] }, requests: [ { call: edge, method: POST, path: /item } ] }
`;
  const reads = (traced: ReturnType<typeof golden>): number[] =>
    latencies(traced.requests.filter(({ part }) => part.startsWith('readers')));

  it('answers with 200 by itself while it lives, and only what is read', () => {
    const traced = golden(answers(''));
    // Both of the beginning miss; the last of them stores until 1060.
    expect(reads(traced)).toEqual([50, 50, 0, 0, 0]);
    expect(traced.at('shop.show')).toHaveLength(3);
    expect(figures(traced, 'answers')).toEqual([3, 2, 2, 0]);
  });

  it('shares the answer of the first, as a cache lock does', () => {
    const traced = golden(answers(', coalesce: instance'));
    expect(reads(traced)).toEqual([50, 40, 0, 0, 50]);
    expect(traced.at('shop.show')).toHaveLength(3);
  });

  it('has a time to live of its own', () => {
    const traced = golden(answers(', coalesce: instance', ', ttl: 50ms'));
    expect(reads(traced)).toEqual([50, 40, 50, 50, 49]);
  });

  it('shares the failure of the first, and stores none', () => {
    const failing = answers(', coalesce: instance').replaceAll('to: shop.show', 'to: shop.gone');
    const traced = golden(failing);
    expect(reads(traced)).toEqual([50, 40, 50, 50, 49]);
    expect(metered(traced, 'hits', 'answers')).toBe(0);
  });

  /** Kong sorts by priority: authentication 1450, rate limiting 910, its cache 100. */
  it('pays for authentication and takes from the quota with every hit behind Kong', () => {
    const chain =
      '{ cache: { cache: answers } }, { rateLimit: { rate: 3/h, burst: 3 } }, { authenticate: { kind: jwt, work: 4ms } }';
    const kong = answers('')
      .replace('runtime: async', 'runtime: async\n    kind: kong')
      .replace('{ cache: { cache: answers } }', chain)
      .replace('100ms, 1049ms, 1050ms', '100ms, 200ms')
      .replace(/\n {2}writers:.*\n/, '\n');
    const { requests, at } = golden(kong);
    expect(latencies(requests)).toEqual([54, 54, 4, 4]);
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'ok', 'throttled']);
    expect(at('shop.show')).toHaveLength(2);
  });
});
