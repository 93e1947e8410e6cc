import { describe, expect, it } from 'vitest';
import { MatchingError } from '../../src/promql/join.js';
import { asked, only, storeOf } from './support.js';

describe('rate and increase', () => {
  // 10 per second from 0 s on, one sample every 15 s.
  const steady = storeOf({ name: 'n_total', values: [0, 150, 300, 450, 600, 750, 900] });

  it('carry the samples on to the edges of the window, which is open on its left', () => {
    // (30, 90]: samples at 45 to 90 s, 450 in 45 s; 15 s to the left edge are less than 1.1 x 15 s.
    expect(only(steady, 'increase(n_total[1m])', 90)).toBeCloseTo(450 * (60 / 45), 9);
    expect(only(steady, 'rate(n_total[1m])', 90)).toBeCloseTo(10, 9);
  });

  it('carry on by half an interval where no sample is near, and never below zero', () => {
    // (-240, 60] has no sample before 0 s, where the counter is 0: nothing is carried back. 600 in 60 s over 300 s.
    expect(only(steady, 'rate(n_total[5m])', 60)).toBeCloseTo(600 / 300, 9);
    // A counter that appears with 150 at 15 s: back to its zero, 15 s, is more than half an interval.
    const late = storeOf({ name: 'n_total', from: 15, values: [150, 300, 450] });
    expect(only(late, 'increase(n_total[5m])', 45)).toBeCloseTo(300 * ((30 + 7.5) / 30), 9);
    // 40 s after the last sample: half an interval of 15 s.
    expect(only(steady, 'increase(n_total[1m])', 130)).toBeCloseTo(150 * ((15 + 5 + 7.5) / 15), 9);
  });

  it('need two samples, so the first count of a new series is not seen', () => {
    const fresh = storeOf({ name: 'failed_total', from: 30, values: [40, 80] });
    expect(only(fresh, 'rate(failed_total[1m])', 30)).toBeNull();
    expect(only(fresh, 'rate(failed_total[1m])', 45)).toBeGreaterThan(0);
  });

  it('take a fall for a new start at zero', () => {
    const reset = storeOf({ name: 'n_total', values: [100, 200, 50, 150] });
    // 100 + 50 + 100 in 45 s; back to zero it is 45 x 100 / 250 = 18 s, but 15 s to the edge.
    expect(only(reset, 'increase(n_total[60s])', 45)).toBeCloseTo(250 * (60 / 45), 9);
  });

  it('irate takes the last two samples', () => {
    const bent = storeOf({ name: 'n_total', values: [0, 15, 45] });
    expect(only(bent, 'irate(n_total[1m])', 30)).toBe(2);
  });
});

describe('staleness', () => {
  it('is five minutes without a word, and at once where a scrape found the series gone', () => {
    const silent = storeOf({ name: 'up', values: [1] });
    expect(only(silent, 'up', 299)).toBe(1);
    expect(only(silent, 'up', 300)).toBeNull();
    const gone = storeOf({ name: 'up', values: [1, null, 1] });
    expect(only(gone, 'up', 14)).toBe(1);
    expect(only(gone, 'up', 15)).toBeNull();
    expect(only(gone, 'up', 30)).toBe(1);
  });
});

describe('functions of windows and levels', () => {
  const store = storeOf({ name: 'busy', values: [1, 2, 6] });

  it.each([
    ['avg_over_time(busy[1m])', 3],
    ['max_over_time(busy[1m])', 6],
    ['min_over_time(busy[1m])', 1],
    ['sum_over_time(busy[1m])', 9],
    ['count_over_time(busy[1m])', 3],
    ['busy offset 15s', 2],
    ['-busy + 10', 4],
    ['clamp_max(busy, 4)', 4],
    ['clamp_min(busy, 7)', 7],
    ['scalar(busy) * 2', 12],
    ['vector(3) % 2', 1],
    ['2 + 3 * 4 - 1', 13],
    ['busy > bool 7', 0],
    ['absent(none{service="shop"})', 1],
  ])('%s is %d', (text, value) => {
    expect(only(store, text, 30)).toBe(value);
  });

  it('absent has the labels of its equal matchers', () => {
    expect(asked(store, 'absent(none{service="shop",zone!="a"})', 30)).toEqual({
      '{service="shop"}': 1,
    });
  });
});

describe('histogram_quantile', () => {
  const bucket = (le: string, value: number) => ({
    name: 'd_bucket',
    labels: { le },
    values: [value],
  });
  const store = storeOf(
    bucket('0.1', 50),
    bucket('0.5', 90),
    bucket('1.0', 90),
    bucket('+Inf', 100),
  );

  it('is linear within a bucket, and at most the last finite bound', () => {
    // Rank 70 of 100 is half of the 40 between 0.1 and 0.5.
    expect(only(store, 'histogram_quantile(0.7, d_bucket)', 0)).toBeCloseTo(0.3, 12);
    expect(only(store, 'histogram_quantile(0.25, d_bucket)', 0)).toBeCloseTo(0.05, 12);
    expect(only(store, 'histogram_quantile(0.99, d_bucket)', 0)).toBe(1);
  });
});

describe('two sides', () => {
  const store = storeOf(
    { name: 'n', labels: { service: 'a', zone: 'x' }, values: [6] },
    { name: 'n', labels: { service: 'b', zone: 'x' }, values: [8] },
    { name: 'm', labels: { service: 'a', zone: 'x' }, values: [2] },
    { name: 'm', labels: { service: 'c', zone: 'x' }, values: [1] },
    { name: 'all', labels: { zone: 'x' }, values: [2] },
  );

  it.each([
    ['n / m', { '{service="a", zone="x"}': 3 }],
    ['n and m', { '{service="a", zone="x"}': 6 }],
    ['n unless m', { '{service="b", zone="x"}': 8 }],
    [
      'm or n',
      { '{service="a", zone="x"}': 2, '{service="c", zone="x"}': 1, '{service="b", zone="x"}': 8 },
    ],
    ['n > 7', { '{service="b", zone="x"}': 8 }],
    ['7 < n', { '{service="b", zone="x"}': 8 }],
    ['sum by (zone) (n) / on(zone) all', { '{zone="x"}': 7 }],
    ['sum without (service) (n)', { '{zone="x"}': 14 }],
    ['sum(n)', { '': 14 }],
    ['max by (zone) (n)', { '{zone="x"}': 8 }],
    ['count(n)', { '': 2 }],
    ['n{service=~"b|c"}', { '{service="b", zone="x"}': 8 }],
    ['n{service!~"b.*"}', { '{service="a", zone="x"}': 6 }],
    ['n / on(zone) group_left all', { '{service="a", zone="x"}': 3, '{service="b", zone="x"}': 4 }],
    ['(n > 7) or (m > 1)', { '{service="b", zone="x"}': 8, '{service="a", zone="x"}': 2 }],
  ])('%s', (text, wanted) => {
    expect(asked(store, text, 0)).toEqual(wanted);
  });

  it('fails where several elements belong to one', () => {
    expect(() => asked(store, 'n / on(zone) all', 0)).toThrow(MatchingError);
    expect(() => asked(store, 'all / on(zone) n', 0)).toThrow(MatchingError);
  });
});
