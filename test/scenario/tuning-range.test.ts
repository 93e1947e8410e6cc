import { describe, expect, it } from 'vitest';
import { plain, scalar } from '../../src/scenario/located.js';
import { rangeOf, sizeOf } from '../../src/scenario/tuning/range.js';

const AT = { file: 'x', start: 0, end: 0 };
const change = (from: string | number, to: string | number) => ({
  path: 'a.b',
  before: scalar(from, AT),
  value: scalar(to, AT),
});

describe('the values between two settings', () => {
  it('are whole where both are, and end at neighbours', () => {
    const range = rangeOf(change(16, 32))!;
    expect([range.between(16, 32), range.between(19, 18), range.between(2, 4)]).toEqual([
      23,
      null,
      3,
    ]);
    expect(plain(range.node(19))).toBe(19);
  });

  it('are rates where both are', () => {
    const range = rangeOf(change('300/s', '1200/s'))!;
    expect([range.between(300, 1200), plain(range.node(600))]).toEqual([600, '600/s']);
  });

  it('have few digits and the unit that fits', () => {
    const range = rangeOf(change('1m', '7.5s'))!;
    // The root of 60 x 7.5 is 21.2.
    expect(range.between(60, 7.5)).toBe(20);
    expect(plain(range.node(20))).toBe('20s');
    expect(plain(range.node(0.25))).toBe('250ms');
    expect(plain(rangeOf(change('20%', '80%'))!.node(40))).toBe('40%');
  });

  it('end where two values differ by 3 %', () => {
    const range = rangeOf(change('1s', '2s'))!;
    let [low, high] = [1, 2];
    let steps = 0;
    for (let next = range.between(low, high); next !== null; next = range.between(low, high)) {
      steps++;
      if (next > 1.37) high = next;
      else low = next;
    }
    expect([steps < 10, low <= 1.37, high > 1.37, high / low <= 1.03]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  it('exist for numbers of the same unit only', () => {
    const none = [
      rangeOf(change('1s', '20%')),
      rangeOf(change(4, 4)),
      rangeOf(change('fast', 'slow')),
      rangeOf({ path: 'a', value: scalar(3, AT) }),
    ];
    expect(none).toEqual([null, null, null, null]);
    expect([sizeOf(change(2, 8)), sizeOf(change(8, 2))]).toEqual([4, 4]);
    expect(sizeOf({ path: 'a', value: null, before: scalar(1, AT) })).toBe(16);
  });
});
