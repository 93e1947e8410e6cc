import { describe, expect, it } from 'vitest';
import {
  ConsecutiveBreaker,
  CountBreaker,
  SamplingBreaker,
} from '../../src/patterns/mechanisms/cockatiel-breakers.js';
import { CountWindow, TimeWindow, TotalWindow } from '../../src/patterns/mechanisms/call-window.js';
import { LinkerdWindow } from '../../src/patterns/mechanisms/linkerd-window.js';
import { RecentRequests } from '../../src/patterns/mechanisms/recent-requests.js';
import { RollingCounts } from '../../src/patterns/mechanisms/rolling-counts.js';
import { RotatingBuckets } from '../../src/patterns/mechanisms/rotating-buckets.js';
import { SampledHealth } from '../../src/patterns/mechanisms/sampled-health.js';
import { dice, stepOf } from '../support/dice.js';

// Compares windows that keep their sums in a ring of buckets with the plain rule over the list of all results.

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
