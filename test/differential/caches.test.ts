import fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { Content, FOUND } from '../../src/model/modules/caching/content.js';
import type { ContentRules } from '../../src/model/modules/caching/content.js';
import { PlainCache } from '../support/evictions.js';

/**
 * Compares lru-cache 11.5.3 with a level with `eviction: lru`, and plain lists with the other evictions (CA-8, CA-9):
 * the same commands, response by response and eviction by eviction. Times are even and times to live odd, because at
 * the exact end of one lru-cache still has the value, and by CA-1 it has expired.
 */

const RUNS = 2000;
const KEYS = 8;

type Command =
  | { readonly do: 'get'; readonly key: number }
  | { readonly do: 'has'; readonly key: number }
  | { readonly do: 'delete'; readonly key: number }
  | { readonly do: 'set'; readonly key: number; readonly ttl: number | null }
  | { readonly do: 'wait'; readonly by: number }
  | { readonly do: 'clear' };

const key = fc.integer({ min: 0, max: KEYS - 1 });
const ttl = fc.option(
  fc.integer({ min: 0, max: 20 }).map((n) => 2 * n + 1),
  { nil: null, freq: 3 },
);
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('get' as const), key }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('set' as const), key, ttl }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('has' as const, 'delete' as const), key }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      by: fc.integer({ min: 1, max: 6 }).map((n) => 2 * n),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'clear' as const }) },
);

const cases = fc.record({
  capacity: fc.integer({ min: 1, max: KEYS - 1 }),
  levelTtl: ttl,
  sliding: fc.boolean(),
  commands: fc.array(command, { minLength: 1, maxLength: 60 }),
});

/** Operations of a cache in this test. */
interface Cache {
  get(key: number, now: number): number | null;
  set(key: number, version: number, ttl: number | null, now: number): void;
  has(key: number, now: number): boolean;
  delete(key: number): void;
  clear(): void;
  size(): number;
  /** Evictions so far: the keys, or their number. */
  evicted(): readonly number[];
}

/** One of ours. */
function ours(rules: Partial<ContentRules>): Cache {
  let evictions = 0;
  const content = new Content(
    {
      population: KEYS,
      capacity: 1,
      eviction: 'lru',
      counts: 'resident',
      ttlNs: null,
      ttlJitter: 0,
      sliding: false,
      negativeTtlNs: null,
      staleNs: 0,
      beta: 0,
      ...rules,
    },
    () => evictions++,
  );
  return {
    get: (at, now) => (content.get(at, now, 0.5) === FOUND.value ? content.version : null),
    set: (at, version, own, now) => content.set(at, now, version, false, 0, own ?? -1, 0.5, 0.5),
    has: (at, now) => content.has(at, now),
    delete: (at) => content.delete(at),
    clear: () => content.clear(),
    size: () => content.size,
    evicted: () => [evictions],
  };
}

/** Every response of a cache to these commands, and its content after each. */
function accountOf(cache: Cache, commands: readonly Command[]): readonly unknown[] {
  const account: unknown[] = [];
  // For lru-cache, a time to live that starts at 0 never ends.
  let now = 2;
  commands.forEach((one, version) => {
    let answer: unknown = null;
    switch (one.do) {
      case 'get':
        answer = cache.get(one.key, now);
        break;
      case 'has':
        answer = cache.has(one.key, now);
        break;
      case 'set':
        cache.set(one.key, version, one.ttl, now);
        break;
      case 'delete':
        cache.delete(one.key);
        break;
      case 'wait':
        now += one.by;
        break;
      case 'clear':
        cache.clear();
    }
    const held = Array.from({ length: KEYS }, (_, at) => cache.has(at, now));
    account.push([answer, cache.size(), held, cache.evicted().at(-1) ?? 0]);
  });
  return account;
}

function lruCache(capacity: number, levelTtl: number | null, sliding: boolean): Cache {
  let evictions = 0;
  let clock = 0;
  const cache = new LRUCache<number, number>({
    max: capacity,
    ttl: levelTtl ?? 0,
    ttlResolution: 0,
    updateAgeOnGet: sliding,
    perf: { now: () => clock },
    dispose: (_value, _key, reason) => {
      if (reason === 'evict') evictions++;
    },
  });
  const at = <T>(now: number, then: () => T): T => {
    clock = now;
    return then();
  };
  return {
    get: (one, now) => at(now, () => cache.get(one) ?? null),
    set: (one, version, own, now) =>
      at(now, () => void cache.set(one, version, { ttl: own ?? levelTtl ?? 0 })),
    has: (one, now) => at(now, () => cache.has(one)),
    delete: (one) => void cache.delete(one),
    clear: () => cache.clear(),
    size: () => cache.size,
    evicted: () => [evictions],
  };
}

function plain(
  kind: 'lru' | 'lfu' | 'fifo' | 'sieve',
  capacity: number,
  levelTtl: number | null,
): Cache {
  const cache = new PlainCache(kind, capacity);
  return {
    get: (one, now) => cache.get(one, now),
    set: (one, version, own, now) => cache.set(one, version, now + (own ?? levelTtl ?? Infinity)),
    has: (one, now) => cache.has(one, now),
    delete: (one) => cache.delete(one),
    clear: () => cache.clear(),
    size: () => cache.size,
    evicted: () => [cache.evicted.length],
  };
}

describe('caches under the same commands', () => {
  it('lru has, expires and evicts what lru-cache does, sliding or not', () => {
    fc.assert(
      fc.property(cases, ({ capacity, levelTtl, sliding, commands }) => {
        const own = ours({ capacity, ttlNs: levelTtl, sliding });
        expect(accountOf(own, commands)).toEqual(
          accountOf(lruCache(capacity, levelTtl, sliding), commands),
        );
      }),
      { numRuns: RUNS, seed: 11 },
    );
  });

  it.each(['lru', 'lfu', 'fifo', 'sieve'] as const)('%s is that of plain lists', (eviction) => {
    fc.assert(
      fc.property(cases, ({ capacity, levelTtl, commands }) => {
        const own = ours({ capacity, ttlNs: levelTtl, eviction });
        expect(accountOf(own, commands)).toEqual(
          accountOf(plain(eviction, capacity, levelTtl), commands),
        );
      }),
      { numRuns: RUNS, seed: 12 },
    );
  });

  it('tells the evictions apart, and sees a value that lives for one tick too long', () => {
    // Proves that the property can fail: with another eviction or a longer time to live some case differs.
    const differs = (
      make: (capacity: number, levelTtl: number | null) => readonly Cache[],
    ): boolean =>
      fc.sample(cases, { numRuns: 300, seed: 13 }).some(({ capacity, levelTtl, commands }) => {
        const [one, other] = make(capacity, levelTtl).map((cache) => accountOf(cache, commands));
        return JSON.stringify(one) !== JSON.stringify(other);
      });
    const kinds = ['lru', 'lfu', 'fifo', 'sieve'] as const;
    for (const a of kinds) {
      for (const b of kinds) {
        const both = (capacity: number): readonly Cache[] => [
          ours({ capacity, eviction: a }),
          plain(b, capacity, null),
        ];
        expect(differs(both), `${a} beside ${b}`).toBe(a !== b);
      }
    }
    expect(
      differs((capacity, levelTtl) => [
        ours({ capacity, ttlNs: levelTtl === null ? null : levelTtl + 2 }),
        lruCache(capacity, levelTtl, false),
      ]),
    ).toBe(true);
  });
});
