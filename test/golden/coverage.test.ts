import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { testTexts } from '../support/test-texts.js';
import { LEFT_OUT_RULES, RULES } from './rule-ids.js';
import { SYNC_LEFT_OUT, SYNC_ROWS } from './sync-tables.js';

/** Cases worked out by hand, by their number in the list of cases. */
const GOLDEN = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 27, 28, 30, 31, 32,
  34, 35,
];

/** Places where simulators go wrong, numbered without a gap. */
const DIVERGENCES = 52;

/** Cases without a test, because the language cannot express them yet. */
const LEFT_OUT: ReadonlyMap<number, { readonly needs: string; readonly asks: string }> = new Map();

const HEAD = `
faultline: 1
title: More than this version runs
run: { duration: 10s }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: s } ] } }
`;
const SERVICES = 'services: { s: { endpoints: { serve: [ wait: 1ms ] } } }\n';

/** The error of a scenario to which this is added. */
const refusalOf = (asks: string): string =>
  problemsOf(`${HEAD}${asks.startsWith('services') ? '' : SERVICES}${asks}\n`);

const texts = testTexts(['golden', 'model', 'patterns', 'plan']);
const allTexts = testTexts([
  'analysis',
  'cli',
  'determinism',
  'differential',
  'docs',
  'golden',
  'lint',
  'model',
  'model/messaging',
  'patterns',
  'plan',
  'scenario',
  'theory',
]);

describe('the cases worked out by hand', () => {
  it.each(GOLDEN)('have a test: G%d', (number) => {
    expect(texts).toMatch(new RegExp(`\\bG${number}\\b`));
  });
});

describe('the places where simulators go wrong', () => {
  const all = Array.from({ length: DIVERGENCES }, (_, index) => index + 1);

  it.each(all.filter((number) => !LEFT_OUT.has(number)))('have a test: divergence %d', (number) => {
    expect(texts).toMatch(new RegExp(`'divergence ${number}: `));
  });

  it.each([...LEFT_OUT].map(([number, { needs, asks }]) => [number, needs, asks]))(
    'leave out divergence %d, because %s is refused as known but not in this version',
    (_number, _needs, asks) => {
      expect(refusalOf(asks)).toMatch(/not (supported )?in this version/);
    },
  );
});

describe('the rules of what is asynchronous', () => {
  it.each(RULES.filter((id) => !LEFT_OUT_RULES.has(id)))('are cited by a test: %s', (id) => {
    expect(new RegExp(`\\b${id}\\b`).test(allTexts), id).toBe(true);
  });

  it('are left out by their names', () => {
    expect([...LEFT_OUT_RULES.keys()].filter((id) => !RULES.includes(id))).toEqual([]);
  });

  it.each(
    [...LEFT_OUT_RULES].flatMap(([id, { why, asks, says }]) =>
      asks === null ? [] : [[id, why, asks, says] as const],
    ),
  )('leave out %s: %s', (_id, _why, asks, says) => {
    expect(refusalOf(asks)).toMatch(says);
  });
});

describe('the tables about calls', () => {
  it.each(SYNC_ROWS)('have a test that pins the row: %s', (_row, test) => {
    expect(allTexts.includes(test), test).toBe(true);
  });

  it('have no row twice, nor one that is left out', () => {
    const rows = SYNC_ROWS.map(([row]) => row);
    expect(new Set(rows).size).toBe(rows.length);
    expect(rows.filter((row) => SYNC_LEFT_OUT.has(row))).toEqual([]);
  });
});
