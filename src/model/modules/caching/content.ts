import { invariant } from '../../../kernel/invariant.js';
import { log } from '../../../kernel/math.js';
import type { Ns } from '../../../kernel/time.js';
import type { CacheLevel } from '../../../contracts/scenario/caching.js';
import { Entries } from './entries.js';
import { evictionOf } from './evictions.js';
import type { Eviction } from './eviction.js';

/** Results of a lookup. */
export const FOUND = Object.freeze({ nothing: 0, value: 1, negative: 2, stale: 3 } as const);

/** The rules of one level of a cache. */
export interface ContentRules extends Omit<CacheLevel, 'name' | 'kind' | 'latency'> {
  readonly population: number;
  readonly negativeTtlNs: Ns | null;
  /** Time for which an expired value may still be served; 0 = never. */
  readonly staleNs: Ns;
  /** Factor of early expiry; 0 = none. */
  readonly beta: number;
}

/** The entries of one cache level in one place: a process, or a shared server. */
export class Content {
  /** Result of the last `get`: version of the value, its load time, its expiry, and its time to live. */
  version = 0;
  delta: Ns = 0;
  expires: Ns = Infinity;
  ttl: Ns = Infinity;
  private entries = new Entries(this.rules.population);
  /** Null if the capacity covers all values. */
  private eviction: Eviction | null = this.newEviction();

  constructor(
    private readonly rules: ContentRules,
    private readonly evicted: () => void,
  ) {}

  get size(): number {
    return this.entries.used;
  }

  /** Looks a value up; returns FOUND. `u` in (0, 1) decides about early expiry. */
  get(key: number, now: Ns, u: number): number {
    const { entries, rules, eviction } = this;
    eviction?.asked(key);
    const place = entries.find(key);
    if (place < 0) return FOUND.nothing;
    const expires = entries.expires[place];
    const stale = now >= expires;
    const negative = entries.negative[place] === 1;
    if (stale && (negative || now >= expires + rules.staleNs)) {
      this.drop(place);
      return FOUND.nothing;
    }
    const delta = entries.delta[place];
    // XFetch: reloads early, with a probability that rises toward the expiry and with the load time.
    const early = rules.beta > 0 && !stale && now - delta * rules.beta * log(u) >= expires;
    if (early && !negative) return FOUND.nothing;
    this.version = entries.version[place];
    this.delta = delta;
    this.ttl = entries.ttl[place];
    if (rules.sliding && !negative && !stale) entries.expires[place] = now + this.ttl;
    this.expires = entries.expires[place];
    eviction?.hit(place, key);
    return negative ? FOUND.negative : stale ? FOUND.stale : FOUND.value;
  }

  /** True if a valid entry exists; does not count as a use. */
  has(key: number, now: Ns): boolean {
    const place = this.entries.find(key);
    return place >= 0 && now < this.entries.expires[place];
  }

  /**
   * Stores a value. A `ttlNs` other than -1 overrides the level's time to live; `u` decides about jitter, `chance`
   * about random eviction.
   */
  set(
    key: number,
    now: Ns,
    version: number,
    negative: boolean,
    delta: Ns,
    ttlNs: Ns,
    u: number,
    chance: number,
  ): void {
    const { entries, eviction } = this;
    let place = entries.find(key);
    if (place >= 0) {
      eviction?.replaced(place);
    } else {
      if (eviction !== null && entries.used >= this.rules.capacity) {
        const victim = eviction.victim(key, chance);
        if (victim < 0) return;
        this.drop(victim);
        this.evicted();
      }
      place = entries.take(key);
      eviction?.added(place, key);
    }
    invariant(
      entries.used <= this.rules.capacity,
      'a level holds no more entries than its capacity',
    );
    const ttl = this.lifetime(negative, ttlNs, u);
    entries.version[place] = version;
    entries.negative[place] = negative ? 1 : 0;
    entries.delta[place] = delta;
    entries.ttl[place] = ttl;
    entries.expires[place] = now + ttl;
  }

  delete(key: number): void {
    const place = this.entries.find(key);
    if (place >= 0) this.drop(place);
  }

  /** Drops all entries: the process has died, or the cache was flushed. */
  clear(): void {
    this.entries = new Entries(this.rules.population);
    this.eviction = this.newEviction();
  }

  /** Drops each entry with probability `share`; `draw` gives a number in (0, 1) for a key. */
  clearShare(share: number, draw: (key: number) => number): void {
    if (share >= 1) return this.clear();
    const dropped: number[] = [];
    this.entries.each((place) => {
      if (draw(this.entries.key[place]) < share) dropped.push(place);
    });
    for (const place of dropped) this.drop(place);
  }

  private drop(place: number): void {
    this.eviction?.removed(place);
    this.entries.drop(place);
  }

  /** Time to live of an entry, varied by the jitter. */
  private lifetime(negative: boolean, ttlNs: Ns, u: number): Ns {
    const { rules } = this;
    if (negative) return rules.negativeTtlNs ?? 0;
    const ttl = ttlNs >= 0 ? ttlNs : (rules.ttlNs ?? Infinity);
    if (rules.ttlJitter === 0 || ttl === Infinity) return ttl;
    return Math.max(1, Math.round(ttl * (1 + rules.ttlJitter * (2 * u - 1))));
  }

  private newEviction(): Eviction | null {
    const { capacity, population, eviction, counts } = this.rules;
    return capacity < population ? evictionOf(eviction, counts, population) : null;
  }
}
