import { describe, expect, it } from 'vitest';
import { Keyed } from '../../src/patterns/mechanisms/keyed.js';
import { LivePercentile } from '../../src/patterns/mechanisms/live-percentile.js';
import { RatioBudget } from '../../src/patterns/mechanisms/retry-budgets.js';
import { WindowedPercentile } from '../../src/patterns/mechanisms/windowed-percentile.js';
import { dice, stepOf } from '../support/dice.js';

// Compares figures that are updated incrementally with the plain rule over all values.

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

  it('are recomputed after a restart', () => {
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
