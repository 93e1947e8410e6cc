import { describe, expect, it } from 'vitest';
import {
  exactNumber,
  exactShare,
  formatBytes,
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
  formatSpan,
  formatValue,
  formatWithInterval,
} from '../../src/text/figures.js';
import { allOf, plural } from '../../src/text/words.js';

describe('figures', () => {
  it('are numbers with three significant digits and all digits before the point', () => {
    const values = [0, 0.000_012_3, 0.001_234_56, 1.234_56, 1.5, 12.3456, 99.96, 123.456];
    expect(values.map(formatNumber)).toEqual([
      '0',
      '0.000012',
      '0.00123',
      '1.23',
      '1.5',
      '12.3',
      '100',
      '123',
    ]);
    expect([1234, 1234.5, 12_345.25, 1e9, 1e-7, -8.94, Infinity].map(formatNumber)).toEqual([
      '1,234',
      '1,235',
      '12,345',
      '1,000,000,000',
      '<0.000001',
      '\u22128.94',
      '∞',
    ]);
  });

  it('are whole counts and rates', () => {
    expect([0, 41_099, 8.25].map(formatCount)).toEqual(['0', '41,099', '8']);
    expect([0.0004, 6, 1866].map(formatRate)).toEqual(['0.0004/s', '6/s', '1,866/s']);
    expect([plural(1, 'run'), plural(1200, 'run')]).toEqual(['1 run', '1,200 runs']);
    const budgets = [1, 2, 3].map((count) => allOf(count, 'budget'));
    expect(budgets).toEqual(['the budget', 'both budgets', 'all 3 budgets']);
    expect(allOf(1, 'budget', 'its')).toBe('its budget');
  });

  it('are durations in the unit that reads best', () => {
    const values = [0, 4e-10, 1.5e-6, 50e-6, 0.0176, 0.229, 3.274, 10, 150, 450, 750, 36_000];
    expect(values.map(formatSeconds)).toEqual([
      '0 s',
      '0.4 ns',
      '1.5 µs',
      '50 µs',
      '17.6 ms',
      '229 ms',
      '3.27 s',
      '10 s',
      '150 s',
      '450 s',
      '12.5 min',
      '10 h',
    ]);
    expect(formatSeconds(Infinity)).toBe('never');
  });

  it('change unit where rounding reaches the next one', () => {
    expect([0.9996, 0.9994].map(formatSeconds)).toEqual(['1 s', '999 ms']);
  });

  it('are shares that are 0 % or 100 % only where they are exact', () => {
    const values = [0, 1, 0.000_04, 0.0004, 0.0012, 0.5, 0.906, 0.9997, 0.999_99, 2.5];
    expect(values.map(formatShare)).toEqual([
      '0 %',
      '100 %',
      '<0.01 %',
      '0.04 %',
      '0.12 %',
      '50 %',
      '90.6 %',
      '99.97 %',
      '>99.99 %',
      '250 %',
    ]);
  });

  it('are instants: below a tenth of a second durations, and 0 s only where it is 0', () => {
    const values = [0, 0.0032, 0.04, 0.0996, 0.1, 0.14, 60.24, 100, 1234.5];
    expect(values.map((at) => formatInstant(at))).toEqual([
      '0 s',
      '3.2 ms',
      '40 ms',
      '99.6 ms',
      '0.1 s',
      '0.1 s',
      '60.2 s',
      '100 s',
      '1,235 s',
    ]);
  });

  it('are spans with the digits that distinguish their ends', () => {
    expect(formatSpan(60, 100)).toBe('60 to 100 s');
    expect(formatSpan(0, 40)).toBe('0 to 40 s');
    expect(formatSpan(0.04, 0.07)).toBe('40 to 70 ms');
    expect(formatSpan(0, 0.0032)).toBe('0 to 3.2 ms');
    expect(formatSpan(0.04, 20)).toBe('40 ms to 20 s');
    expect(formatSpan(60, 60.04)).toBe('60 to 60.04 s');
    expect(formatSpan(700.2, 700.4)).toBe('700.2 to 700.4 s');
  });

  it('are sizes in binary units', () => {
    expect([0, 512, 1023.5, 65_536, 1.5 * 1024 ** 2, 5 * 1024 ** 4].map(formatBytes)).toEqual([
      '0 B',
      '512 B',
      '1 KiB',
      '64 KiB',
      '1.5 MiB',
      '5 TiB',
    ]);
  });

  it('are differences with their sign, shares in points', () => {
    expect(formatDifference(0.112, 'share')).toBe('+11.2 pt');
    expect(formatDifference(-0.045, 'seconds')).toBe('\u221245 ms');
    expect(formatDifference(0.000_01, 'share')).toBe('+<0.01 pt');
    expect(formatDifference(0.0004, 'share')).toBe('+0.04 pt');
  });

  it('have intervals in the unit of the value', () => {
    expect(formatPlusMinus(-1.3, [-1.33, -1.27], 'seconds')).toBe('± 0.03');
    expect(formatPlusMinus(-1.3, [-1.3, -1.3], 'seconds')).toBe('');
    expect(formatInterval(-0.045, [-0.048, -0.042], 'seconds')).toBe('[\u221248, \u221242] ms');
    expect(formatWithInterval(0.528, [0.523, 0.533], 'seconds')).toBe('528 ms [523, 533]');
    expect(formatWithInterval(0.528, [0.5277, 0.5284], 'seconds')).toBe('528 ms [527.7, 528.4]');
    expect(formatWithInterval(0.0001, [0, 0.0003], 'share')).toBe('0.01 % [0, 0.03]');
  });

  it('have none for a share of 0 or 100 %, unless it leaves a verdict open', () => {
    expect(formatWithInterval(0, [0, 0.0003], 'share')).toBe('0 %');
    expect(formatWithInterval(1, [0.9997, 1], 'share')).toBe('100 %');
    expect(formatWithInterval(1, [0.997, 1], 'share', true)).toBe('100 % [99.7, 100.0]');
    expect(formatWithInterval(0.999, [0.998, 1], 'share')).toBe('99.9 % [99.8, 100.0]');
  });

  it('have the unit of the interval where a difference is 0', () => {
    const around = (size: number, half: number, unit: 'seconds' | 'number'): string => {
      const interval = [size - half, size + half] as const;
      const { difference, half: beside } = formatDifferenceWithin(size, interval, unit);
      return `${difference} ${beside} ${formatInterval(size, interval, unit)}`;
    };
    expect(around(0, 0.0186, 'seconds')).toBe('0 ms ± 18.6 [\u221218.6, +18.6] ms');
    expect(around(0, 0.25, 'number')).toBe('0 ± 0.25 [\u22120.25, +0.25]');
    expect(around(0.000_524, 0.001_274, 'seconds')).toBe('+0.52 ms ± 1.27 [\u22120.75, +1.80] ms');
    expect(around(-0.045, 0.003, 'seconds')).toBe('\u221245 ms ± 3 [\u221248, \u221242] ms');
    expect(around(0, 0, 'seconds')).toBe('0 s  [0, 0] s');
  });

  it('keep six digits where they were chosen and not measured', () => {
    expect([0.001, 0.25, 612.5, 20_000, 0.1 + 0.2].map(exactNumber)).toEqual([
      '0.001',
      '0.25',
      '612.5',
      '20,000',
      '0.3',
    ]);
    expect([0.000_01, 0.1, 0.999_95, 1].map(exactShare)).toEqual([
      '0.001 %',
      '10 %',
      '99.995 %',
      '100 %',
    ]);
  });

  it('are a dash where nothing was measured', () => {
    expect([null, NaN].map((value) => formatValue(value, 'seconds'))).toEqual(['–', '–']);
  });
});
