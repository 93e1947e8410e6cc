import { describe, expect, it } from 'vitest';
import { count, duration, list, moment, number, plural, share } from '../../src/text/words.js';

describe('numbers in words', () => {
  it('writes three significant digits, without exponent', () => {
    expect([0, 0.00123456, 1.23456, 12.3456, 123.456, 1234.5, 12_345, 1e9].map(number)).toEqual([
      '0',
      '0.00123',
      '1.23',
      '12.3',
      '123',
      '1,230',
      '12,300',
      '1,000,000,000',
    ]);
    expect(number(-2.5)).toBe('-2.5');
    expect(number(0.000012345)).toBe('0.0000123');
    expect(number(2000)).toBe('2,000');
  });

  it('writes whole counts in full', () => {
    expect(count(48_377)).toBe('48,377');
    expect(plural(1, 'run')).toBe('1 run');
    expect(plural(1200, 'run')).toBe('1,200 runs');
  });

  it('writes durations in the unit that keeps them at least 1', () => {
    expect([0, 2e-9, 0.00025, 0.0296, 1.5, 90, 180, 7200].map(duration)).toEqual([
      '0 s',
      '2 ns',
      '250 us',
      '29.6 ms',
      '1.5 s',
      '90 s',
      '3 min',
      '2 h',
    ]);
    expect(duration(0.9999)).toBe('1 s');
    expect(duration(Infinity)).toBe('never');
    expect(moment(60.24)).toBe('60.2 s');
    expect([0, 0.0032, 0.04, 0.0996, 0.1].map(moment)).toEqual([
      '0 s',
      '3.2 ms',
      '40 ms',
      '99.6 ms',
      '0.1 s',
    ]);
  });

  it('writes 0 % and 100 % only where they are exact', () => {
    expect([0, 0.0001, 0.906, 0.99973, 0.999999, 1].map(share)).toEqual([
      '0 %',
      '<0.1 %',
      '90.6 %',
      '99.97 %',
      '>99.99 %',
      '100 %',
    ]);
  });

  it('writes lists', () => {
    expect(list(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
