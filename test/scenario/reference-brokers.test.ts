import { describe, expect, it } from 'vitest';
import { BROKER_KINDS } from '../../src/scenario/brokers/index.js';
import { run } from '../theory/program.js';

describe('the examples of brokers', () => {
  it.each(BROKER_KINDS)('$kind runs', ({ reference: { example } }) => {
    const { records } = run(example);
    const consumed = records[0]![0]!.meters.find(({ name }) => name === 'consumed')!;
    if (consumed.form !== 'counter') throw new Error('consumed is a counter');
    expect(consumed.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(500);
  });
});
