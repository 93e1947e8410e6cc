import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/analysis/against/rows.js';
import type { SideFigures } from '../../src/analysis/against/figures.js';
import {
  isSmallGain,
  staysWorse,
  verdictOf,
  verdictOfAll,
} from '../../src/analysis/against/verdict.js';
import { mostUnseen } from '../../src/stats/interval.js';
import type { AgainstRow } from '../../src/contracts/result/against.js';

const NO_BUDGETS = { lost: [], won: [] };

/** The same figure in each of 5 runs. */
const always = (value: number) => ({ value, each: [value, value, value, value, value] });

/** A side whose successes are slow in proportion to their rank: a share q of them ends within q times `slowest`. */
function side(success: number, slowest: number, own: Partial<SideFigures> = {}): SideFigures {
  return {
    success: always(success),
    p50: always(0.5 * slowest),
    p99: always(0.99 * slowest),
    attemptsPerCall: always(1),
    hasUnsent: false,
    wasted: always(0),
    degraded: always(0),
    cost: null,
    within: (share) => share * slowest,
    ...own,
  };
}

/** The verdicts on success, p50 and p99, and on both sides. */
function judged(there: SideFigures, here: SideFigures) {
  const rows = rowsOf(there, here, 0.05);
  const verdict = verdictOf(rows, NO_BUDGETS);
  const of = (figure: string) => rows.find((row) => row.figure === figure)?.verdict;
  return { verdict, rows: [of('success'), of('p50 of successes'), of('p99 of successes')] };
}

describe('percentiles of other requests', () => {
  const slower = (p99: number) =>
    side(0.984, 1, { p99: always(p99), within: (share) => share * (p99 / 0.99) });

  it('are no loss where as many requests as succeeded there are as fast here', () => {
    // 1.06 * 0.93 / 0.984 is 1.002: the 93 % that are fastest here are as fast as those there.
    expect(judged(side(0.93, 1), slower(0.99 * 1.06))).toEqual({
      verdict: 'better',
      rows: ['better', 'same', 'apart'],
    });
  });

  it('are a loss where even these are slower, by however little success has moved', () => {
    // 1.2 * 0.98 / 0.984 = 1.195: the requests that succeeded there are slower, too.
    const { rows } = judged(side(0.98, 1), slower(0.99 * 1.2));
    expect(rows).toEqual(['better', 'same', 'worse']);
  });

  it('are a gain with fewer successes only if those without the slowest there are slower', () => {
    // The fastest 90 of 95 there have a p99 of 0.938.
    const faster = (slowest: number) => judged(side(0.95, 1), side(0.9, slowest)).rows[2];
    expect([faster(0.92), faster(0.85)]).toEqual(['apart', 'better']);
  });

  it('of a stored result are of other requests where success moves by half of the share above', () => {
    const stored = side(0.95, 1, { within: null });
    expect(judged(stored, side(0.9, 0.8)).rows).toEqual(['worse', 'better', 'apart']);
  });
});

describe('a small difference', () => {
  const isSlower = (part: number) =>
    side(0.99, 1, { p99: always(0.99 * part), within: (share) => share * part });

  it('of a latency below 5 % is none, however certain', () => {
    expect(judged(side(0.99, 1), isSlower(1.02)).rows[2]).toBe('same');
    expect(judged(side(0.99, 1), isSlower(1.06)).rows[2]).toBe('worse');
  });

  it('is not decided while it may be more than the margin', () => {
    const each = [1, 1.06, 1.02, 1.07, 1.05].map((part) => 0.99 * part);
    const near = side(0.99, 1, { p99: { value: 0.99 * 1.04, each } });
    const row = rowsOf(side(0.99, 1), near, 0.05).find(({ figure }) => figure.startsWith('p99'))!;
    expect(row.interval![0]).toBeGreaterThan(0);
    expect(row).toMatchObject({ verdict: 'unknown', more: expect.any(Number) });
  });

  it('of success counts with others: more success that is within its margin may outweigh a slower p99', () => {
    // A third of a point is 0.33 failed requests of 100, a p99 that is 6 % slower 0.06.
    const more = side(0.9034, 1, { p99: always(0.99 * 1.06), within: () => 1.06 });
    const rows = rowsOf(side(0.9, 1), more, 0.05);
    expect(rows.map(({ verdict }) => verdict)).toEqual(['same', 'same', 'worse', 'same']);
    expect(verdictOf(rows, NO_BUDGETS)).toBe('trade');
    expect(rows.filter(isSmallGain).map(({ figure }) => figure)).toEqual(['success']);
  });
});

describe('equal pairs', () => {
  it('have no interval, but their number', () => {
    const [success] = rowsOf(side(0.9, 1), side(0.9, 1), 0.05);
    expect(success).toMatchObject({ difference: 0, interval: null, equalPairs: 5 });
    expect(success!.verdict).toBe('same');
  });

  it('bound how many pairs differ', () => {
    // 0.55^5 = 0.05.
    expect(mostUnseen(5)).toBeCloseTo(0.4507, 4);
    expect((1 - mostUnseen(10)) ** 10).toBeCloseTo(0.05, 10);
  });
});

describe('the verdict', () => {
  const rows = (there: SideFigures, here: SideFigures) => rowsOf(there, here, 0.05);
  const attempts = (value: number) => ({ attemptsPerCall: always(value) });

  it('weighs what users gain against what it costs', () => {
    // 3 points of success; 20 % more attempts weigh 2 points, 40 % weigh 4.
    const of = (value: number) => judged(side(0.96, 1), side(0.99, 1, attempts(value))).verdict;
    expect([of(1), of(1.2), of(1.4)]).toEqual(['better', 'trade', 'worse']);
  });

  it('weighs a slower percentile by the requests above it', () => {
    // The slowest percent takes 20 times as long: 19 points. A tenth of a point of success is less.
    const slow = side(0.999, 1, {
      p99: always(20),
      within: (share) => (share < 0.98 ? share : 20),
    });
    expect(judged(side(0.998, 1), slow)).toEqual({
      verdict: 'worse',
      rows: ['better', 'same', 'worse'],
    });
  });

  it('takes a fallback for a gain: its responses failed before', () => {
    const fallback = side(0.99, 1, { degraded: always(0.05) });
    expect(judged(side(0.94, 1), fallback).verdict).toBe('trade');
  });

  it('makes up for a loss of success by nothing', () => {
    expect(judged(side(0.99, 1), side(0.97, 0.2)).verdict).toBe('worse');
    const lost = rows(side(0.99, 1), side(0.97, 0.2));
    expect(verdictOf(lost, { lost: [], won: ['a'] })).toBe('worse');
  });

  it('is worse with a lost budget, and a trade where a won one costs something', () => {
    const dear = rows(side(0.99, 1), side(0.99, 1, attempts(1.4)));
    expect(verdictOf(dear, NO_BUDGETS)).toBe('worse');
    expect(verdictOf(dear, { lost: [], won: ['a'] })).toBe('trade');
    expect(verdictOf(dear, { lost: ['b'], won: ['a'] })).toBe('worse');
  });

  it('is open while an undecided gain may outweigh the loss', () => {
    const of = (verdict: AgainstRow['verdict'], difference: number): AgainstRow[] =>
      rows(side(0.96, 1), side(0.96 + difference, 1, attempts(1.2))).map((row) =>
        row.figure === 'success' ? { ...row, verdict } : row,
      );
    expect(staysWorse(of('unknown', 0.03))).toBe(false);
    expect(staysWorse(of('unknown', 0.015))).toBe(true);
    expect(staysWorse(of('unknown', -0.03))).toBe(true);
    expect(verdictOf(of('unknown', 0.03), NO_BUDGETS)).toBe('worse');
  });

  it('on all variants is a trade if one is, and none is worse or open', () => {
    const of = (...all: AgainstRow['verdict'][]) =>
      verdictOfAll(all.map((verdict) => ({ verdict: verdict === 'apart' ? 'same' : verdict })));
    expect(of('better', 'same')).toBe('better');
    expect(verdictOfAll([{ verdict: 'better' }, { verdict: 'trade' }])).toBe('trade');
    expect(verdictOfAll([{ verdict: 'unknown' }, { verdict: 'trade' }])).toBe('unknown');
  });
});
