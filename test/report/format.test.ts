import { describe, expect, it } from 'vitest';
import {
  axisShare,
  briefSeconds,
  coordinate,
  formatCount,
  formatDifference,
  formatDifferenceWithin,
  formatInstant,
  formatInterval,
  formatNumber,
  formatPlusMinus,
  formatRate,
  formatSeconds,
  formatShare,
  formatValue,
  formatWithInterval,
  listed,
  meanCount,
  tidy,
} from '../../src/report/format.js';
import { spanText } from '../../src/report/view.js';

/** Narrow no-break spaces as ordinary ones, so that expectations can be read. */
const seen = (text: string): string => text.replaceAll('\u202f', ' ');

describe('numbers', () => {
  it('show three significant digits in the unit that reads best', () => {
    expect([0.229, 3.274, 10, 0.0176, 1.5e-6, 4e-10, 750].map(formatSeconds).map(seen)).toEqual([
      '229 ms',
      '3.27 s',
      '10.0 s',
      '17.6 ms',
      '1.50 µs',
      '0.40 ns',
      '12.5 min',
    ]);
  });

  it('change unit where rounding reaches the next one', () => {
    expect(seen(formatSeconds(0.9996))).toBe('1.00 s');
    expect(seen(formatSeconds(0.9994))).toBe('999 ms');
  });

  it('never claim 0 % or 100 % unless it is exact', () => {
    expect([0, 1, 0.0004, 0.9997, 0.99999, 0.906, 0.0012, 2.5].map(formatShare).map(seen)).toEqual([
      '0 %',
      '100 %',
      '<0.1 %',
      '99.97 %',
      '>99.99 %',
      '90.6 %',
      '0.12 %',
      '250 %',
    ]);
  });

  it('separate number and unit by a space that does not break', () => {
    expect(formatSeconds(0.2)).toBe('200\u202fms');
    expect(tidy('waits 64 s of 5 min, 3 things')).toBe('waits 64\u202fs of 5\u202fmin, 3 things');
  });

  it('group thousands and use a real minus', () => {
    expect(formatRate(1866)).toBe('1,870/s');
    expect(formatCount(41099)).toBe('41,099');
    expect(formatNumber(-8.94)).toBe('\u22128.94');
    expect(seen(formatInstant(100))).toBe('100.0 s');
  });

  it('keep every digit of a mean of counts from 100 on', () => {
    expect([0, 4, 8.25, 99.96, 102.5, 12_445.25].map(meanCount)).toEqual([
      '0',
      '4',
      '8.25',
      '100',
      '103',
      '12,445',
    ]);
  });

  it('write an instant below a tenth of a second as a duration, and 0 s only where it is 0', () => {
    expect([0, 0.0032, 0.04, 0.0996, 0.1, 0.14].map((at) => seen(formatInstant(at)))).toEqual([
      '0 s',
      '3.2 ms',
      '40 ms',
      '99.6 ms',
      '0.1 s',
      '0.1 s',
    ]);
  });

  it('write the span of a fault with the digits that tell its ends apart', () => {
    const span = (from: number, until: number): string => seen(spanText({ from, until }));
    expect(span(60, 100)).toBe('60 to 100 s');
    expect(span(0, 40)).toBe('0 to 40 s');
    expect(span(0.04, 0.07)).toBe('40 to 70 ms');
    expect(span(0, 0.0032)).toBe('0 to 3.2 ms');
    expect(span(0.04, 20)).toBe('40 ms to 20 s');
    expect(span(60, 60.04)).toBe('60 to 60.04 s');
  });

  it('give differences their sign, shares in points', () => {
    expect(seen(formatDifference(0.112, 'share'))).toBe('+11.2 pt');
    expect(seen(formatDifference(-0.045, 'seconds'))).toBe('\u221245.0 ms');
    expect(seen(formatDifference(0.0001, 'share'))).toBe('+<0.1 pt');
  });

  it('keep an interval in the unit of its value, not in its own', () => {
    expect(seen(formatPlusMinus(-1.3, [-1.33, -1.27], 'seconds'))).toBe('± 0.03');
    expect(formatPlusMinus(-1.3, [-1.3, -1.3], 'seconds')).toBe('');
    expect(seen(formatInterval(-0.045, [-0.048, -0.042], 'seconds'))).toBe(
      '[\u221248.0, \u221242.0] ms',
    );
    expect(seen(formatWithInterval(0.528, [0.523, 0.533], 'seconds'))).toBe('528 ms [523, 533]');
    expect(seen(formatWithInterval(0, [0, 0.0003], 'share'))).toBe('0 % [0, 0.03]');
  });

  it('tell a difference of 0 in the unit of its interval', () => {
    const around = (size: number, half: number, unit: 'seconds' | 'number'): string => {
      const interval = [size - half, size + half] as const;
      const { difference, half: beside } = formatDifferenceWithin(size, interval, unit);
      return seen(`${difference} ${beside} ${formatInterval(size, interval, unit)}`);
    };
    expect(around(0, 0.0186, 'seconds')).toBe('0 ms ± 18.6 [\u221218.6, +18.6] ms');
    expect(around(0, 0.25, 'number')).toBe('0 ± 0.25 [\u22120.25, +0.25]');
    expect(around(0.000_524, 0.001_274, 'seconds')).toBe('+0.52 ms ± 1.27 [\u22120.75, +1.80] ms');
    expect(around(-0.045, 0.003, 'seconds')).toBe(
      '\u221245.0 ms ± 3.0 [\u221248.0, \u221242.0] ms',
    );
    expect(around(0, 0, 'seconds')).toBe('0 s  [0, 0] s');
  });

  it('drop zeros at the end on axes', () => {
    expect([0.5, 1, 2.5].map(briefSeconds).map(seen)).toEqual(['500 ms', '1 s', '2.5 s']);
    expect([0.0001, 0.1, 1].map(axisShare).map(seen)).toEqual(['0.01 %', '10 %', '100 %']);
  });

  it('print a dash where nothing was measured and coordinates without noise', () => {
    expect(formatValue(null, 'seconds')).toBe('–');
    expect([236.99999999999997, -0.0001, 1.005].map(coordinate)).toEqual(['237', '0', '1']);
  });

  it('join names as a sentence does', () => {
    expect([['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual([
      'a',
      'a and b',
      'a, b and c',
    ]);
  });
});
