import { describe, expect, it } from 'vitest';
import { Dagor } from '../../src/model/data/instances/dagor.js';
import type { DagorSettings } from '../../src/model/data/instances/dagor.js';
import { streamKey } from '../../src/kernel/rng.js';
import { golden, outcomes } from '../golden/tracing.js';

const MS = 1_000_000;
const SECOND = 1000 * MS;
const HOUR = 3600 * SECOND;

const SETTINGS: DagorSettings = {
  kind: 'dagor',
  targetNs: 20 * MS,
  windowNs: SECOND,
  requests: 10,
  alpha: 0.05,
  beta: 0.01,
  users: 1,
  key: 'client',
};
const stream = streamKey(1, 0, 'users');

/** Four priorities without levels of users: the place of a request is its rank. */
const four = (settings: Partial<DagorSettings> = {}): Dagor =>
  new Dagor({ ...SETTINGS, ...settings }, 4, stream);

/** A window of these ranks at one time, all of which began after `waitMs`; how many of each rank got in. */
function window(dagor: Dagor, now: number, ranks: readonly number[], waitMs: number): number[] {
  dagor.begun(now, waitMs * MS);
  const got = [0, 0, 0, 0];
  for (const rank of ranks) if (dagor.admits(now, rank, 0)) got[rank]++;
  return got;
}

const TEN = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3];

describe('the level of DAGOR', () => {
  it('goes back by 5 % of what it let in, and on by 1 % of what came', () => {
    const dagor = four();
    expect(window(dagor, 0, TEN, 20.000001)).toEqual([4, 3, 2, 1]);
    // 9 of the 10 are not more than 9.5.
    expect(window(dagor, 0, TEN, 20.000001)).toEqual([4, 3, 2, 0]);
    // Of the 9 admitted 8.55 may stay: without rank 2 they are 7. Exactly 20 ms are no overload.
    expect(window(dagor, 0, TEN, 20)).toEqual([4, 3, 0, 0]);
    // 7.1 are wanted: rank 2 must be admitted, and then rank 3.
    expect(window(dagor, 0, TEN, 0)).toEqual([4, 3, 2, 0]);
    expect(window(dagor, 0, TEN, 0)).toEqual([4, 3, 2, 1]);
  });

  it('looks at the mean wait of those that began in the window', () => {
    const dagor = four();
    dagor.begun(0, 60 * MS);
    window(dagor, 0, TEN, 0);
    expect(window(dagor, 0, TEN, 0)).toEqual([4, 3, 2, 0]);
    const calm = four();
    calm.begun(0, 40 * MS);
    window(calm, 0, TEN, 0);
    expect(window(calm, 0, TEN, 0)).toEqual([4, 3, 2, 1]);
  });

  it('ends a window with the first request after its time, which is of the next one', () => {
    const dagor = four();
    expect(window(dagor, 0, [0, 1, 3], 21)).toEqual([1, 1, 0, 1]);
    expect(dagor.admits(SECOND - 1, 3, 0)).toBe(true);
    expect(dagor.admits(SECOND, 3, 0)).toBe(false);
  });

  it('always lets in the first place, and stays where nothing has begun', () => {
    const dagor = four();
    for (let k = 0; k < 9; k++) window(dagor, 0, TEN, 100);
    expect(window(dagor, 0, TEN, 100)).toEqual([4, 0, 0, 0]);
    const still = four();
    window(still, 0, TEN, 100);
    for (const rank of TEN) still.admits(0, rank, 0);
    expect(window(still, 0, TEN, 0)).toEqual([4, 3, 2, 0]);
  });

  it('refuses the users of the highest levels first, and assigns new levels each hour', () => {
    const dagor = new Dagor({ ...SETTINGS, users: 128, requests: 1000 }, 1, stream);
    const users = Array.from({ length: 1000 }, (_, k) => k);
    const inside = (now: number): boolean[] => users.map((user) => dagor.admits(now, 0, user));
    for (let k = 0; k < 5; k++) {
      dagor.begun(0, SECOND);
      inside(0);
    }
    dagor.begun(0, 0);
    const first = inside(0);
    const share = first.filter((isIn) => isIn).length / 1000;
    // Five cuts of 5 %, each by whole levels of eight users.
    expect(share).toBeGreaterThan(0.73);
    expect(share).toBeLessThan(0.774);
    expect(inside(0)).toEqual(inside(1));
    const later = users.map((user) => dagor.admits(HOUR, 0, user));
    const both = users.filter((user) => first[user] && later[user]).length / 1000;
    // Independent draws agree on the product of the shares, no more.
    expect(both).toBeLessThan(share * share + 0.06);
  });

  it('forgets everything with the process', () => {
    const dagor = four();
    for (let k = 0; k < 3; k++) window(dagor, 0, TEN, 100);
    dagor.reset(5 * SECOND);
    expect(window(dagor, 5 * SECOND, TEN, 0)).toEqual([4, 3, 2, 1]);
  });
});

describe('shed: dagor', () => {
  it('refuses with 503 before the queue, the lowest priority first', () => {
    const at = Array.from({ length: 12 }, (_, k) => `${k}ms`).join(', ');
    const { requests } = golden(
      `
services:
  s:
    concurrency: 1
    queue: { capacity: 100 }
    admission: { shed: { kind: dagor, target: 5ms, requests: 8, userLevels: 1 } }
    endpoints: { serve: [ wait: 10ms ] }
workloads:
  low: { arrivals: { at: [${at}] }, requests: [ { call: s.serve } ] }
  high: { priority: 1, arrivals: { at: [${at}] }, requests: [ { call: s.serve } ] }
`,
      '5s',
    );
    // The eighth request, at 3 ms, ends a window in which one started at once. The sixteenth, at 7 ms, ends one in
    // which none started: the level stays. In the third one started at 10 ms, after 9 ms or 10 ms: the twenty-fourth,
    // at 11 ms, is the last before low is refused.
    expect(outcomes(requests)).toEqual(Array.from({ length: 24 }, () => 'ok'));
  });
});
