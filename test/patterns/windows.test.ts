import { describe, expect, it } from 'vitest';
import {
  ConsecutiveBreaker,
  CountBreaker,
  SamplingBreaker,
} from '../../src/patterns/mechanisms/cockatiel-breakers.js';
import { CountWindow, TimeWindow, TotalWindow } from '../../src/patterns/mechanisms/call-window.js';
import { Keyed } from '../../src/patterns/mechanisms/keyed.js';
import { LinkerdWindow } from '../../src/patterns/mechanisms/linkerd-window.js';
import { LivePercentile } from '../../src/patterns/mechanisms/live-percentile.js';
import { RecentRequests } from '../../src/patterns/mechanisms/recent-requests.js';
import { RatioBudget } from '../../src/patterns/mechanisms/retry-budgets.js';
import { RollingCounts } from '../../src/patterns/mechanisms/rolling-counts.js';
import { RotatingBuckets } from '../../src/patterns/mechanisms/rotating-buckets.js';
import { SampledHealth } from '../../src/patterns/mechanisms/sampled-health.js';
import { WindowedPercentile } from '../../src/patterns/mechanisms/windowed-percentile.js';

// Each window keeps sums up to date in a ring of buckets. Beside it stands the plain rule over the list of all results.

/** Whole numbers below `n`, the same in every run. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Mostly short steps, some to the very border of a bucket, few beyond the window. */
function stepOf(roll: (n: number) => number, now: number, bucket: number, window: number): number {
  const kind = roll(20);
  if (kind === 0) return window + roll(window);
  if (kind === 1) return window - (now % bucket);
  if (kind < 5) return bucket - (now % bucket);
  return roll(bucket);
}

describe('counts of gobreaker', () => {
  const kinds = ['success', 'failure', 'exclusion'] as const;
  type Entry = { age: number; kind: (typeof kinds)[number] | 'request' };
  const countOf = (log: readonly Entry[], kind: Entry['kind']) =>
    log.filter((entry) => entry.kind === kind).length;
  /** Results of the kind since the last of the other one. */
  function run(log: readonly Entry[], kind: 'success' | 'failure'): number {
    const results = log.filter((entry) => entry.kind === 'success' || entry.kind === 'failure');
    const other = results.findLastIndex((entry) => entry.kind !== kind);
    return results.length - 1 - other;
  }

  it.each([1, 2, 5])('are those of the last %d buckets', (length) => {
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const counts = new RollingCounts(length);
      let log: Entry[] = [];
      for (let k = 0; k < 300; k++) {
        const what = roll(12);
        if (what === 0) counts.advance(1 + roll(length + 2));
        else if (what < 5) {
          counts.request();
          log.push({ age: counts.age, kind: 'request' });
        } else {
          const kind = kinds[what < 8 ? 0 : what < 11 ? 1 : 2];
          counts[kind](counts.age);
          log.push({ age: counts.age, kind });
        }
        log = log.filter(({ age }) => age > counts.age - length);
        expect(counts).toMatchObject({
          requests: countOf(log, 'request'),
          successes: countOf(log, 'success'),
          failures: countOf(log, 'failure'),
          exclusions: countOf(log, 'exclusion'),
          consecutiveSuccesses: run(log, 'success'),
          consecutiveFailures: run(log, 'failure'),
        });
      }
      counts.clear();
      expect(counts).toMatchObject({ requests: 0, successes: 0, failures: 0, exclusions: 0 });
      expect([counts.consecutiveSuccesses, counts.consecutiveFailures]).toEqual([0, 0]);
      counts.advance(length - 1);
      expect([counts.requests, counts.failures]).toEqual([0, 0]);
    }
  });

  it('books a result where its call began', () => {
    const counts = new RollingCounts(3);
    counts.request();
    counts.advance(1);
    counts.failure(0);
    counts.success(1);
    counts.exclusion(0);
    expect(counts).toMatchObject({ requests: 1, failures: 1, successes: 1, exclusions: 1 });
    counts.advance(2);
    expect(counts).toMatchObject({ requests: 0, failures: 0, successes: 1, exclusions: 0, age: 3 });
    counts.advance(1);
    expect(counts.successes).toBe(0);
  });
});

describe('buckets of opossum', () => {
  it('count what began in the last ones', () => {
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const buckets = new RotatingBuckets(4, 10);
      let log: { bucket: number; failed: boolean }[] = [];
      let age = 0;
      for (let k = 0; k < 300; k++) {
        if (roll(60) === 0) {
          buckets.clear();
          age = 0;
          log = [];
        }
        age += stepOf(roll, age, 10, 40);
        buckets.rotate(age);
        const bucket = Math.floor(age / 10);
        const failed = roll(2) === 0;
        if (failed) buckets.failure();
        else buckets.fire();
        log.push({ bucket, failed });
        log = log.filter((entry) => entry.bucket > bucket - 4);
        expect([buckets.fires, buckets.failures]).toEqual([
          log.filter((entry) => !entry.failed).length,
          log.filter((entry) => entry.failed).length,
        ]);
      }
    }
  });
});

describe('windows of calls', () => {
  interface Entry {
    readonly at: number;
    readonly failed: boolean;
    readonly slow: boolean;
  }
  const sums = (log: readonly Entry[]) => ({
    calls: log.length,
    failures: log.filter(({ failed }) => failed).length,
    slow: log.filter(({ slow }) => slow).length,
  });

  it('keep the last results, the results of the last slices, or all since they were cleared', () => {
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const size = 1 + roll(6);
      const slices = 1 + roll(4);
      const byCount = new CountWindow(size);
      const byTime = new TimeWindow(slices, 10);
      const total = new TotalWindow();
      let log: Entry[] = [];
      let now = roll(100);
      byTime.clear(now);
      for (let k = 0; k < 300; k++) {
        now += stepOf(roll, now, 10, 10 * slices);
        if (roll(50) === 0) {
          for (const window of [byCount, byTime, total]) window.clear(now);
          log = [];
        }
        byTime.advance(now);
        const slice = Math.floor(now / 10);
        const recent = log.filter(({ at }) => Math.floor(at / 10) > slice - slices);
        expect(byTime).toMatchObject(sums(recent));
        const entry = { at: now, failed: roll(2) === 0, slow: roll(3) === 0 };
        if (roll(2) === 0) byTime.record(now, entry.failed, entry.slow);
        else {
          byTime.call(now);
          byTime.result(now, entry.failed, entry.slow);
        }
        byCount.record(now, entry.failed, entry.slow);
        total.record(now, entry.failed, entry.slow);
        log.push(entry);
        expect(byCount).toMatchObject(sums(log.slice(-size)));
        expect(byTime).toMatchObject(sums([...recent, entry]));
        expect(total).toMatchObject(sums(log));
      }
    }
  });
});

describe('the window of linkerd', () => {
  it('counts ten buckets from where it began', () => {
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const width = 1_000_000;
      const window = new LinkerdWindow(roll(2) === 0 ? 10 * width : 3);
      let start = 0;
      let log: { bucket: number; success: boolean }[] = [];
      let now = 0;
      for (let k = 0; k < 300; k++) {
        now += stepOf(roll, now - start, width, 10 * width);
        if (roll(50) === 0) {
          window.clear(now);
          start = now;
          log = [];
        }
        const success = roll(2) === 0;
        window.add(now, success);
        const bucket = Math.floor((now - start) / width);
        log = [...log, { bucket, success }].filter((entry) => entry.bucket > bucket - 10);
        expect([window.results, window.successes]).toEqual([
          log.length,
          log.filter((entry) => entry.success).length,
        ]);
      }
    }
  });
});

describe('the health of Polly', () => {
  it('drops a sub-window as a whole when its start is the duration old', () => {
    for (const duration of [100, 105, 1003]) {
      const roll = dice(duration);
      const health = new SampledHealth(duration);
      let subs: { start: number; all: number; failed: number }[] = [];
      const width = Math.floor(duration / 10);
      let now = 0;
      for (let k = 0; k < 2000; k++) {
        now += stepOf(roll, now, width, duration);
        if (roll(100) === 0) {
          health.reset();
          subs = [];
        }
        const newest = subs.at(-1);
        expect(health.isOver(now)).toBe(newest === undefined || now - newest.start >= duration);
        if (newest === undefined || now - newest.start >= width)
          subs.push({ start: now, all: 0, failed: 0 });
        const failed = roll(3) === 0;
        subs.at(-1)!.all++;
        if (failed) subs.at(-1)!.failed++;
        subs = subs.filter(({ start }) => now - start < duration);
        health.add(now, failed);
        expect([health.throughput, health.failures]).toEqual([
          subs.reduce((sum, { all }) => sum + all, 0),
          subs.reduce((sum, own) => sum + own.failed, 0),
        ]);
      }
    }
  });
});

describe('the requests that Envoy remembers', () => {
  it('are in entries that begin with a use and are forgotten whole', () => {
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const recent = new RecentRequests(35, 10);
      let entries: { begin: number; requests: number; successes: number }[] = [];
      let now = 0;
      for (let k = 0; k < 300; k++) {
        now += stepOf(roll, now, 10, 35);
        expect(recent.age(now)).toBe(entries.length === 0 ? 0 : now - entries[0].begin);
        const last = entries.at(-1);
        expect(recent.isOver(now)).toBe(last === undefined || now - last.begin >= 35);
        if (roll(60) === 0) {
          recent.reset();
          entries = [];
        }
        entries = entries.filter(({ begin }) => now - begin < 35);
        const newest = entries.at(-1);
        if (newest === undefined || now - newest.begin >= 10)
          entries.push({ begin: now, requests: 0, successes: 0 });
        if (roll(2) === 0) {
          recent.request(now);
          entries.at(-1)!.requests++;
        } else {
          recent.success(now);
          entries.at(-1)!.successes++;
        }
        expect([recent.requests, recent.successes]).toEqual([
          entries.reduce((sum, { requests }) => sum + requests, 0),
          entries.reduce((sum, { successes }) => sum + successes, 0),
        ]);
      }
    }
  });
});

describe('breakers of cockatiel without their states', () => {
  it('open at a share of the last results', () => {
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const [size, least] = [5 + roll(5), 1 + roll(5)];
      const breaker = new CountBreaker(0.5, size, least);
      let log: boolean[] = [];
      for (let k = 0; k < 300; k++) {
        if (roll(40) === 0) {
          breaker.reset();
          log = [];
        }
        if (roll(2) === 0) {
          const probe = roll(10) === 0;
          breaker.success(0, probe);
          log = [...(probe ? [] : log), true].slice(-size);
          continue;
        }
        log = [...log, false].slice(-size);
        const failed = log.filter((good) => !good).length;
        expect(breaker.failure()).toBe(log.length >= least && failed > 0.5 * log.length);
      }
    }
  });

  it.each([
    [5000, 2, 5, 1000],
    [12_000, null, 12, 1000],
    [100, null, 5, 20],
  ] as const)('open at a share over %d ms', (durationMs, rps, windows, windowMs) => {
    const least = windows * windowMs * (rps === null ? 5 / 400 : rps / 1000);
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const breaker = new SamplingBreaker(0.4, durationMs * 1e6, rps);
      let log: { start: number; good: number; bad: number }[] = [];
      let now = 0;
      const present = (): { good: number; bad: number } => {
        const last = log.at(-1);
        if (last === undefined || now - last.start >= windowMs)
          log = [...log, { start: now, good: 0, bad: 0 }].slice(-windows);
        return log.at(-1)!;
      };
      for (let k = 0; k < 600; k++) {
        now += roll(3) === 0 ? stepOf(roll, now, windowMs, durationMs) : 1;
        if (roll(80) === 0) {
          breaker.reset();
          log = [];
        }
        if (roll(2) === 0) {
          const probe = roll(20) === 0;
          breaker.success(now * 1e6, probe);
          if (probe) log = [];
          present().good++;
          continue;
        }
        present().bad++;
        const bad = log.reduce((sum, own) => sum + own.bad, 0);
        const all = log.reduce((sum, own) => sum + own.good, bad);
        expect(breaker.failure(now * 1e6)).toBe(all >= least && bad > 0.4 * all);
      }
    }
  });

  it('open after failures in a row, which only a success ends', () => {
    const breaker = new ConsecutiveBreaker(3);
    expect([breaker.failure(), breaker.failure(), breaker.failure()]).toEqual([false, false, true]);
    expect(breaker.failure()).toBe(true);
    expect(breaker.isIdle()).toBe(false);
    breaker.success();
    expect(breaker.isIdle()).toBe(true);
    expect([breaker.failure(), breaker.failure()]).toEqual([false, false]);
    breaker.reset();
    expect(breaker.failure()).toBe(false);
  });
});

describe('percentiles', () => {
  /** Largest whole ns that shares its bucket: 128 buckets between two powers of 2. */
  function topOf(ns: number): number {
    if (ns === 0) return 1;
    const power = 2 ** Math.floor(Math.log2(ns));
    const sub = Math.floor(((ns - power) * 128) / power);
    return Math.max(1, Math.ceil(power + ((sub + 1) * power) / 128) - 1);
  }

  it.each([0.5, 0.9, 0.99])('are those of the last 1000 latencies: %d', (p) => {
    const roll = dice(Math.round(p * 100));
    const live = new LivePercentile(p);
    let values: number[] = [];
    for (let k = 0; k < 4000; k++) {
      if (k === 3000) {
        live.reset();
        values = [];
      }
      const value = Math.floor(roll(1000) * 10 ** (k < 1500 ? roll(9) : roll(4)));
      live.add(value);
      values = [...values, value].slice(-1000);
      if (values.length < 100) {
        expect(live.ns()).toBe(Infinity);
        continue;
      }
      if (k % 7 !== 0) continue;
      const sorted = [...values].sort((a, b) => a - b);
      expect(live.ns()).toBe(topOf(sorted[Math.ceil(p * values.length) - 1]));
    }
  });

  it.each([1, 1000, 127, 128, 129, 2 ** 31, 2 ** 31 + 1, 2 ** 40 + 12345, 9e15])(
    'name the top of the bucket of %d ns',
    (value) => {
      const live = new LivePercentile(0.5);
      for (let k = 0; k < 100; k++) live.add(value);
      expect(live.ns()).toBe(topOf(value));
    },
  );

  it('of Finagle are read every 3 s from the last three full windows of 10 s', () => {
    const second = 1e9;
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const windowed = new WindowedPercentile(0.9, 50);
      let start = 0;
      let log: { at: number; ms: number }[] = [];
      let now = 0;
      for (let k = 0; k < 400; k++) {
        const gap = roll(30) === 0 ? roll(60) * second : roll(6) * 250e6;
        now += roll(4) === 0 ? 10 * second - ((now - start) % (10 * second)) : gap;
        if (roll(100) === 0) {
          windowed.reset(now);
          start = now;
          log = [];
        }
        const readAt = Math.floor((now - start) / (3 * second)) * 3 * second;
        const full = Math.floor(readAt / (10 * second)) * 10 * second;
        const kept = log
          .filter(({ at }) => at >= full - 30 * second && at < full)
          .map(({ ms }) => ms)
          .sort((a, b) => a - b);
        const rank = Math.max(1, Math.round(0.9 * kept.length));
        const expected = readAt === 0 ? Infinity : (kept[rank - 1] ?? 0);
        expect(windowed.ms(now)).toBe(expected);
        const ms = roll(60);
        windowed.add(now, ms * 1e6 + roll(1e6));
        log.push({ at: now - start, ms: Math.min(50, ms) });
      }
    }
  });
});

describe('states by key', () => {
  class Counter {
    calls = 0;
    busyUntil = 0;
    readonly start: number;

    constructor(start: number) {
      this.start = start;
    }

    isIdle(now: number): boolean {
      return now >= this.busyUntil;
    }
  }

  it('are forgotten only while idle, once there are 1024, and then at twice as many as remain', () => {
    const keyed = new Keyed((start) => new Counter(start));
    const kept = keyed.of(0, 5);
    kept.busyUntil = 1e6;
    for (let key = 1; key < 1024; key++) keyed.of(key, 5).busyUntil = key < 900 ? 1e6 : 10;
    expect(keyed.of(0, 20)).toBe(kept);
    expect(keyed.of(1000, 20).busyUntil).toBe(10);
    // The next new key finds 1024: the idle ones go, 900 stay.
    keyed.of(5000, 20).busyUntil = 1e6;
    expect(keyed.of(0, 20)).toBe(kept);
    expect(keyed.of(1000, 20).busyUntil).toBe(0);
    for (let key = 10_000; key < 10_000 + 898; key++) keyed.of(key, 30);
    // 900 that stayed, two of the time before and 898 new ones: 1800.
    expect(keyed.of(1000, 30).busyUntil).toBe(0);
    keyed.of(1000, 30).busyUntil = -1;
    keyed.of(20_000, 30);
    expect(keyed.of(1000, 30).busyUntil).toBe(0);
    expect(keyed.of(0, 30)).toBe(kept);
  });

  it('belong to a process that began at the first look after its restart', () => {
    const keyed = new Keyed((start) => new Counter(start));
    expect(keyed.of(1, 7).start).toBe(0);
    keyed.reset();
    expect(keyed.of(1, 40).start).toBe(40);
    expect(keyed.of(2, 50).start).toBe(40);
  });

  it('are looked through anew after a restart', () => {
    const keyed = new Keyed((start) => new Counter(start));
    for (let key = 0; key <= 1024; key++) keyed.of(key, 0).busyUntil = 1e6;
    keyed.reset();
    for (let key = 0; key < 1024; key++) keyed.of(key, 1).calls = 1;
    keyed.of(2000, 2);
    expect(keyed.of(3, 2).calls).toBe(0);
  });
});

describe('the budget of Finagle', () => {
  it('is what first tries put in and retries took out in ten slots, and a reserve', () => {
    for (let seed = 0; seed < 8; seed++) {
      const roll = dice(seed);
      const budget = new RatioBudget(0.2, 1, 10e9);
      let log: { slot: number; amount: number }[] = [];
      let now = 0;
      for (let k = 0; k < 400; k++) {
        now += stepOf(roll, now, 1e9, 10e9);
        if (roll(100) === 0) {
          budget.reset();
          log = [];
        }
        const slot = Math.floor(now / 1e9);
        log = log.filter((entry) => entry.slot > slot - 10);
        const empty = [...Array(10).keys()].every(
          (back) => log.reduce((sum, e) => sum + (e.slot === slot - back ? e.amount : 0), 0) === 0,
        );
        expect(budget.isIdle(now)).toBe(empty);
        if (roll(3) > 0) {
          budget.started(now);
          log.push({ slot, amount: 2 });
          continue;
        }
        // In fifths of a retry; the reserve is one a second over 10 s.
        const balance = log.reduce((sum, { amount }) => sum + amount, 0) + 100;
        expect(budget.allow(now)).toBe(balance >= 10);
        if (balance >= 10) log.push({ slot, amount: -10 });
      }
    }
  });
});
