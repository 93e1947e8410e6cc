import { beforeAll, describe, expect, it } from 'vitest';
import { expectAccount } from './accounts.js';
import type { RunFile } from './run-file.js';
import { runFile } from './run-file.js';

/** Two runs of each variant show the pinned figures; the shares differ by less than 1 % between runs. */
const REPLICATIONS = 2;

describe('scenarios/checkout.yaml', () => {
  let ran: RunFile;
  beforeAll(() => {
    ran = runFile('scenarios/checkout.yaml', { replications: REPLICATIONS });
  });

  it('has its account', () => {
    expectAccount('scenarios/checkout.yaml', ran);
  });

  it('loses browsing too where patience is the only guard', () => {
    expect(ran.value('shoppers.browse.success during psp-hang in naive')).toBeLessThan(0.2);
  });

  it('keeps browsing where every call has a timeout', () => {
    expect(ran.value('shoppers.browse.success during psp-hang in timeouts')).toBeGreaterThan(0.99);
    expect(ran.value('shoppers.order.success during psp-hang in timeouts')).toBeLessThan(0.01);
  });

  it('asks payments about nine times per order where two layers retry three times', () => {
    const inner = ran.value('checkout->payments.amplification during psp-hang in retries');
    expect(inner).toBeGreaterThan(2.9);
    expect(inner).toBeLessThanOrEqual(3);
    const attempts = ran.value('checkout->payments.attempts during psp-hang in retries');
    const orders = ran.value('edge->checkout.calls during psp-hang in retries');
    expect(attempts / orders).toBeGreaterThan(8);
    expect(attempts / orders).toBeLessThan(9.5);
  });

  it('never recovers with plain retries, and recovers with a breaker', () => {
    expect(ran.value('shoppers.recovery after psp-hang in retries')).toBe(Infinity);
    expect(ran.value('shoppers.order.success after psp-hang in retries')).toBeLessThan(0.05);
    expect(ran.value('shoppers.recovery after psp-hang in breaker')).toBeLessThan(20);
  });

  it('holds every budget in the full variant, and in no other', () => {
    const held = ran.result.variants
      .filter((variant) => variant.budgets.every(({ verdict }) => verdict === 'pass'))
      .map(({ name }) => name);
    expect(held).toEqual(['full']);
  });

  it('counts the slower inventory among the innocent', () => {
    for (const variant of ran.result.variants) {
      const innocent = variant.cascade.innocent.map(({ fault }) => fault);
      expect(innocent, variant.name).toContain('slow-inventory');
    }
  });
});
