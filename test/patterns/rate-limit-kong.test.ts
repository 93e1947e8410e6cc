import { describe, expect, it } from 'vitest';
import { rateLimitKong as kind } from '../../src/patterns/policies/rate-limit-kong.js';
import { SECOND } from '../support/fake-calls.js';
import {
  admitted,
  afterRestart,
  expectNothingForgotten,
  limiterOf,
} from '../support/limited-calls.js';

const DAY = 86_400 * SECOND;
const check = (written: object, key: string | null = null) =>
  kind.check!(kind.schema.parse(written), new Map(), key);

describe('rateLimit kong', () => {
  it('lets through what is below the limit of each calendar second', () => {
    const batches = [
      [100, 1],
      [200, 1],
      [300, 1],
      [999, 1],
      [1000, 1],
      [1001, 1],
    ] as const;
    expect(admitted(kind, { second: 2 }, batches)).toEqual([1, 1, 0, 0, 1, 1]);
  });

  it('counts after the decision: all that come at one instant pass, or none', () => {
    expect(
      admitted(kind, { second: 3 }, [
        [0, 50],
        [0.000001, 50],
      ]),
    ).toEqual([50, 0]);
    expect(
      admitted(kind, { second: 3 }, [
        [0, 2],
        [1, 9],
        [2, 1],
      ]),
    ).toEqual([2, 9, 0]);
  });

  it('does not count what it refuses', () => {
    const batches = [
      [0, 1],
      [1, 1],
      [2, 5],
      [3, 5],
      [1000, 1],
    ] as const;
    expect(admitted(kind, { second: 2, minute: 3 }, batches)).toEqual([1, 1, 0, 0, 1]);
  });

  it('asks every limit, and refuses when one is used up', () => {
    const each = Array.from({ length: 8 }, (_, k) => [k * 500, 1] as const);
    expect(admitted(kind, { second: 1, minute: 3 }, each)).toEqual([1, 0, 1, 0, 1, 0, 0, 0]);
    expect(admitted(kind, { second: 1, minute: 3 }, [...each, [60_000, 1]]).at(-1)).toBe(1);
  });

  it('charges a call to the windows in which it was decided', () => {
    // Decided in the last instant of a second, raised at the first look in the next one.
    const batches = [
      [999.999999, 1],
      [1000, 1],
      [1001, 1],
    ] as const;
    expect(admitted(kind, { second: 1, minute: 2 }, batches)).toEqual([1, 1, 0]);
  });

  it.each([
    ['minute', [60 * SECOND, 120 * SECOND]],
    ['hour', [3_600 * SECOND, 7_200 * SECOND]],
    ['day', [DAY, 2 * DAY]],
    ['month', [31 * DAY, 59 * DAY, 90 * DAY]],
  ] as const)('begins a %s on the calendar of time 0', (period, borders) => {
    const limiter = limiterOf(kind, { [period]: 1 });
    expect(limiter.take(5, 0)).toBe(0);
    for (const border of borders) {
      expect(limiter.take(border - 1, 0)).toBe(-1);
      expect(limiter.take(border, 0)).toBe(0);
    }
  });

  it('has one year for the whole run', () => {
    const limiter = limiterOf(kind, { year: 1 });
    expect(limiter.take(0, 0)).toBe(0);
    expect(limiter.take(104 * DAY, 0)).toBe(-1);
  });

  it('has empty counters and the old borders after a restart', () => {
    expect(afterRestart(kind, { second: 1 }, [400, 500, 1000])).toEqual([true, false, true]);
  });

  it('wants at least one limit, and none below that of a shorter period', () => {
    expect(check({})[0].message).toContain('write one of second, minute');
    expect(check({ second: 5, minute: 5, year: 9 })).toEqual([]);
    expect(check({ second: 5, hour: 4, day: 9 })).toMatchObject([{ field: 'hour' }]);
    expect(check({ minute: 7, day: 6, month: 5 }).map(({ field }) => field)).toEqual([
      'day',
      'month',
    ]);
  });

  it('counts each key for itself, and forgets only keys whose windows are over', () => {
    expectNothingForgotten(kind, { second: 2 }, SECOND / 1000);
  });
});

describe('calls that Kong counts together', () => {
  const limitBy = (word: string): object => ({ second: 5, limitBy: word });
  const split = (written: object, key: string | null): string | null =>
    kind.splitBy!(kind.schema.parse(written), key);

  it('is the consumer, and where none is known the address', () => {
    expect(split({ second: 5 }, 'customer')).toBe('customer');
    expect(split({ second: 5 }, null)).toBe('peer address');
    expect(split(limitBy('ip'), null)).toBe('peer address');
    expect(split(limitBy('service'), null)).toBeNull();
    expect(split(limitBy('header'), 'tenant')).toBe('tenant');
  });

  it('requires a key for a header, and rejects one for an address', () => {
    const fields = (word: string, key: string | null): string[] =>
      check(limitBy(word), key).map(({ field }) => field);
    expect(fields('header', null)).toEqual(['limitBy']);
    expect(fields('header', 'tenant')).toEqual([]);
    expect(fields('ip', 'tenant')).toEqual(['limitBy']);
    expect(fields('service', 'tenant')).toEqual(['limitBy']);
    expect(fields('consumer', null)).toEqual([]);
  });
});
