import { describe, expect, it } from 'vitest';
import { rfc3339 } from '../../src/telemetry/instants.js';

describe('rfc3339', () => {
  it('is the calendar of the platform, for every day of 130 years and more', () => {
    // One check for all days: a check for each takes seconds.
    const wrong: string[] = [];
    for (let day = 0; day < 48_000; day++) {
      const ms = day * 86_400_000 + ((day * 7_919_000) % 86_400_000);
      const expected = new Date(ms).toISOString().replace(/(\.\d{3})Z/, '$1000000Z');
      if (rfc3339(BigInt(ms) * 1_000_000n) !== expected) wrong.push(expected);
    }
    expect(wrong).toEqual([]);
  });
});
