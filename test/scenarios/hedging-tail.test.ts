import { beforeAll, describe, expect, it } from 'vitest';
import { expectAccount } from './accounts.js';
import type { RunFile } from './run-file.js';
import { runFile } from './run-file.js';

describe('scenarios/studies/hedging-tail.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile('scenarios/studies/hedging-tail.yaml');
  });
  const tail = (variant: string): number =>
    ran.value(`users.latency.p99 before brown-out in ${variant}`);

  it('has its account', () => {
    expectAccount('scenarios/studies/hedging-tail.yaml', ran);
  });

  it('has the numbers of docs/studies.md', () => {
    expect(tail('p95')).toBeCloseTo(0.124, 3);
    const sent = ran.value('page->shard.amplification before brown-out in p95');
    expect(sent).toBeCloseTo(1.07, 2);
    expect(ran.value('users.success during brown-out in fixed')).toBeCloseTo(0.481, 3);
  });

  it('halves the tail at the 95th percentile, for less than a tenth more reads', () => {
    // `no-hedge` has no budget of its own for this: the relative ones measure it.
    expect(tail('p95')).toBeLessThan(0.2);
    expect(tail('capped')).toBeLessThan(0.2);
    const extra = ran.value('page->shard.amplification before brown-out in p95') - 1;
    expect(extra).toBeGreaterThan(0.05);
    expect(extra).toBeLessThan(0.1);
  });

  it('does harm in a brown-out unless it is capped', () => {
    const success = (variant: string): number =>
      ran.value(`users.success during brown-out in ${variant}`);
    expect(success('no-hedge')).toBeGreaterThan(0.99);
    expect(success('capped')).toBeGreaterThan(0.99);
    expect(success('p95')).toBeLessThan(0.97);
    expect(success('fixed')).toBeLessThan(0.7);
  });

  it('never sends more than the cap', () => {
    for (const window of ['before', 'during']) {
      const sent = ran.value(`page->shard.amplification ${window} brown-out in capped`);
      // Ten hedges may have been saved up before the window.
      expect(sent).toBeLessThan(1.052);
    }
  });
});
