import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { Content, FOUND } from '../../src/model/modules/caching/content.js';
import type { ContentRules } from '../../src/model/modules/caching/content.js';
import { Zipf } from '../../src/model/data/strands/zipf.js';
import { PlainCache } from '../support/evictions.js';

const RULES: ContentRules = {
  population: 5,
  capacity: 3,
  eviction: 'lru',
  counts: 'resident',
  ttlNs: null,
  ttlJitter: 0,
  sliding: false,
  negativeTtlNs: null,
  staleNs: 0,
  beta: 0,
};

/** A cache that is filled at once with every value it misses. */
class Filled {
  hits = 0;
  evictions = 0;
  readonly content: Content;
  private readonly population: number;
  private asked = 0;

  constructor(rules: Partial<ContentRules>) {
    this.population = rules.population ?? RULES.population;
    this.content = new Content({ ...RULES, ...rules }, () => this.evictions++);
  }

  read(key: number): boolean {
    const u = unit(1, 2, this.asked++, 0, 0);
    const hit = this.content.get(key, this.asked, u) !== FOUND.nothing;
    if (hit) this.hits++;
    else this.content.set(key, this.asked, 0, false, 0, -1, u, u);
    return hit;
  }

  holds(): number[] {
    return Array.from({ length: this.population }, (_, key) => key).filter((key) =>
      this.content.has(key, this.asked),
    );
  }
}

const [A, B, C, D, E] = [0, 1, 2, 3, 4];
const GS_22 = [E, A, B, B, A, E, D, D, B, A, E, D];

/** Key evicted at each access of a list; -1 = none. */
function evicted(filled: Filled, accesses: readonly number[]): number[] {
  return accesses.flatMap((key) => {
    const before = filled.holds();
    filled.read(key);
    const now = filled.holds();
    return before.filter((old) => !now.includes(old));
  });
}

describe('GS-22: E A B B A E D D B A E D in a cache for three', () => {
  it('LRU hits four times and evicts B, A, E, D, B', () => {
    const filled = new Filled({ eviction: 'lru' });
    expect(evicted(filled, GS_22)).toEqual([B, A, E, D, B]);
    expect(filled.hits).toBe(4);
    expect(filled.holds()).toEqual([A, D, E]);
    // From the front D, E, A: the last is evicted first.
    expect(evicted(filled, [B, C])).toEqual([A, E]);
  });

  it('SIEVE hits seven times and evicts E, A', () => {
    const filled = new Filled({ eviction: 'sieve' });
    expect(evicted(filled, GS_22)).toEqual([E, A]);
    expect(filled.hits).toBe(7);
    expect(filled.holds()).toEqual([B, D, E]);
    // From the head E, D, B: the hand is at B, without a bit; then at D, which loses its own, and at E.
    expect(evicted(filled, [A, C])).toEqual([B, E]);
  });

  it('FIFO evicts in the order of coming', () => {
    const filled = new Filled({ eviction: 'fifo' });
    // E is evicted when D is added, and A when E returns.
    expect(evicted(filled, GS_22)).toEqual([E, A]);
    expect(filled.hits).toBe(7);
  });
});

describe('CA-8, CA-9: every eviction', () => {
  const zipf = new Zipf(200, 0.9);
  const keys = Array.from({ length: 20_000 }, (_, k) => zipf.at(unit(7, 9, k, 0, 0)));

  for (const kind of ['lru', 'lfu', 'fifo', 'sieve'] as const) {
    it(`${kind} is that of plain lists, access by access`, () => {
      const filled = new Filled({ population: 200, capacity: 20, eviction: kind });
      const plain = new PlainCache(kind, 20);
      const read = (key: number): boolean => {
        const hit = plain.get(key) !== null;
        if (!hit) plain.set(key);
        return hit;
      };
      const wrong = keys.findIndex((key) => filled.read(key) !== read(key));
      expect(wrong).toBe(-1);
      expect(filled.content.size).toBe(20);
    });
  }

  it('random takes each with the same probability', () => {
    const filled = new Filled({ population: 100, capacity: 10, eviction: 'random' });
    const went = new Float64Array(100);
    for (let key = 0; key < 10; key++) filled.read(key);
    for (let round = 0; round < 20_000; round++) {
      const before = filled.holds();
      let key = (round * 37) % 100;
      while (before.includes(key)) key = (key + 1) % 100;
      filled.read(key);
      const now = new Set(filled.holds());
      before.forEach((old, at) => {
        if (!now.has(old)) went[at]!++;
      });
    }
    for (let at = 0; at < 10; at++) expect(went[at]! / 20_000).toBeCloseTo(0.1, 1);
  });
});

/** CA-7: the ratio of hits of LRU by Che, and of perfect LFU. */
function ratios(count: number, exponent: number, capacity: number): { che: number; top: number } {
  const weights = Array.from({ length: count }, (_, k) => (k + 1) ** -exponent);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const p = weights.map((weight) => weight / sum);
  const filled = (t: number): number => p.reduce((all, own) => all + 1 - Math.exp(-own * t), 0);
  let [low, high] = [0, 1e9];
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (filled(middle) < capacity) low = middle;
    else high = middle;
  }
  const che = p.reduce((all, own) => all + own * (1 - Math.exp(-own * low)), 0);
  return { che, top: p.slice(0, capacity).reduce((all, own) => all + own, 0) };
}

/** Hits of independent requests, once as many to warm up. */
function simulated(rules: Partial<ContentRules>, exponent: number, requests: number): number {
  const filled = new Filled(rules);
  const zipf = new Zipf(rules.population!, exponent);
  for (let k = 0; k < requests; k++) filled.read(zipf.at(unit(3, 4, k, 0, 0)));
  filled.hits = 0;
  for (let k = 0; k < requests; k++) filled.read(zipf.at(unit(3, 4, k, 1, 0)));
  return filled.hits / requests;
}

describe('CA-7: ratios of hits under Zipf', () => {
  it.each([
    [1000, 0.8, 50],
    [1000, 1.2, 50],
    [5000, 0.9, 500],
    [10_000, 0.6, 1000],
  ])('LRU of %s values with exponent %s in %s places is within 0.005 of Che', (n, s, capacity) => {
    const rules = { population: n, capacity, eviction: 'lru' } as const;
    expect(Math.abs(simulated(rules, s, 400_000) - ratios(n, s, capacity).che)).toBeLessThan(0.005);
  });

  it('lru-che-zipf09: 0.4554 of 10000 values in 500 places', () => {
    const rules = { population: 10_000, capacity: 500, eviction: 'lru' } as const;
    expect(Math.abs(simulated(rules, 0.9, 500_000) - 0.455381752)).toBeLessThan(0.005);
  });

  it('GS-21: the weights of four values are 0.48, 0.24, 0.16, 0.12', () => {
    const zipf = new Zipf(4, 1);
    const share = (key: number): number => {
      const n = 100_000;
      let found = 0;
      for (let k = 0; k < n; k++) if (zipf.at((k + 0.5) / n) === key) found++;
      return found / n;
    };
    expect([0, 1, 2, 3].map(share)).toEqual([0.48, 0.24, 0.16, 0.12]);
  });

  it('GS-21: perfect LFU with two places comes to 0.72', () => {
    const rules = { population: 4, capacity: 2, eviction: 'lfu', counts: 'all' } as const;
    expect(Math.abs(simulated(rules, 1, 400_000) - 0.72)).toBeLessThan(0.002);
  });

  it('lfu-static-top: perfect LFU comes to the 500 most popular of 10000, 0.5857', () => {
    const rules = { population: 10_000, capacity: 500, eviction: 'lfu', counts: 'all' } as const;
    expect(ratios(10_000, 0.9, 500).top).toBeCloseTo(0.585650801, 8);
    // Neighbours around the border change places for long, which costs next to nothing.
    expect(Math.abs(simulated(rules, 0.9, 1_000_000) - 0.585650801)).toBeLessThan(0.002);
  });
});

describe('times to live', () => {
  it('CA-1: an entry is valid up to its end, and not at it', () => {
    const content = new Content({ ...RULES, ttlNs: 100 }, () => {});
    content.set(1, 50, 7, false, 0, -1, 0.5, 0.5);
    expect(content.get(1, 149, 0.5)).toBe(FOUND.value);
    expect(content.version).toBe(7);
    expect(content.get(1, 150, 0.5)).toBe(FOUND.nothing);
  });

  it('CA-2: the jitter makes it up to that share shorter or longer', () => {
    const content = new Content({ ...RULES, ttlNs: 1000, ttlJitter: 0.1 }, () => {});
    content.set(0, 0, 0, false, 0, -1, 0, 0.5);
    content.set(1, 0, 0, false, 0, -1, 0.5, 0.5);
    content.set(2, 0, 0, false, 0, -1, 1, 0.5);
    expect([0, 1, 2].map((key) => content.has(key, 899))).toEqual([true, true, true]);
    expect([0, 1, 2].map((key) => content.has(key, 900))).toEqual([false, true, true]);
    expect([0, 1, 2].map((key) => content.has(key, 1000))).toEqual([false, false, true]);
    expect(content.has(2, 1099)).toBe(true);
    expect(content.has(2, 1100)).toBe(false);
  });

  it('CA-3: XFetch reloads when now - delta x beta x ln(u) reaches the end', () => {
    const content = new Content({ ...RULES, ttlNs: 1000, beta: 1 }, () => {});
    content.set(0, 0, 0, false, 100, -1, 0.5, 0.5);
    // ln(1/e) = -1: 100 ns early.
    const u = 1 / Math.E;
    expect(content.get(0, 899, u)).toBe(FOUND.value);
    expect(content.get(0, 901, u)).toBe(FOUND.nothing);
    expect(content.get(0, 901, 0.5)).toBe(FOUND.value);
  });
});
