import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packed, readOut, subjectOut, unpacked } from '../../src/browser/readings.js';

const VALUE = fc.oneof(
  fc.constant(null),
  fc.constant(0),
  fc.double({ min: 1e-4, max: 9e4, noNaN: true }),
  fc.integer({ min: 0, max: 5000 }),
);

describe('the readings of a page', () => {
  it('come back with three significant digits, and gaps as gaps', () => {
    fc.assert(
      fc.property(fc.array(VALUE, { maxLength: 300 }), (values) => {
        expect(unpacked(packed(values))).toEqual(
          values.map((value) => (value === null ? null : Number(value.toPrecision(3)))),
        );
      }),
    );
  });

  it('take two characters each, and repeated ones six together', () => {
    expect(packed([1, 2, 3]).length - packed([1]).length).toBe(4);
    expect(packed(Array(1000).fill(7)).length).toBe(packed([1, 2, 3]).length);
    expect(unpacked(packed(Array(9000).fill(7)))).toHaveLength(9000);
  });

  it('need no escape in a page', () => {
    const all = packed(Array.from({ length: 8000 }, (_, i) => i * 1.37));
    expect(all).not.toMatch(/["\\<&]/);
    expect(JSON.stringify(all)).toBe(`"${all}"`);
  });

  it('round a value that is far below the largest one to 0', () => {
    expect(unpacked(packed([1e6, 1e-5]))).toEqual([1e6, 0]);
  });

  it('are read out with their unit, and a missing one as a dash', () => {
    expect(readOut({ label: 'in', unit: 'perSecond', values: '' }, 2035)).toBe('in 2,035/s');
    expect(readOut({ label: 'p99', unit: 'seconds', values: '' }, null)).toBe('p99 –');
    expect(readOut({ label: '', unit: 'state', values: '' }, 3)).toBe('down');
  });

  it('tell of a component only where it is not well', () => {
    const subject = { name: 'bank', state: 0, arrivals: 1, good: 2, busy: 3, queue: 4, slots: 64 };
    const at = (values: readonly (number | null)[]) => (index: number) => values[index] ?? null;
    expect(subjectOut(subject, at([3, 2035, 0, 64, 1200]))).toBe(
      'bank down, 64/64 busy, queue 1,200, 2,035/s in, 0/s ok',
    );
    expect(subjectOut(subject, at([0, 2035, 0, 64, 1200]))).toBeNull();
    expect(subjectOut({ ...subject, slots: null }, at([1, 5, 4, null, 0]))).toBe(
      'bank degraded, 5/s in, 4/s ok',
    );
  });
});
