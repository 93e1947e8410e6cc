import { describe, expect, it } from 'vitest';
import { golden, metered, outcomes } from '../golden/tracing.js';

/** Commands of 20 ms from their load to their commit; `others` append to the same stream without looking. */
const body = (commands: string, others: string, retries = 0): string => `
keys: { account: uniform(count=1) }
eventStores: { ledger: { stream: { key: account }, read: 5ms } }
services:
  accounts:
    endpoints:
      transfer: [ load: ledger, wait: 15ms, append: { store: ledger, maxConflictRetries: ${retries} } ]
      post: [ append: { store: ledger, expectedVersion: any } ]
workloads:
  customers: { arrivals: ${commands}, requests: [ { call: accounts.transfer } ] }
  others: { arrivals: ${others}, requests: [ { call: accounts.post } ] }
`;

const refused = (traced: ReturnType<typeof golden>): number => {
  const own = outcomes(traced.requests.filter(({ part }) => part.startsWith('customers')));
  return own.filter((outcome) => outcome === 'clientError').length / own.length;
};

describe('ES-5: the probability of a conflict', () => {
  it('is 1 - exp(-rate x window) against appends that come by chance', () => {
    const traced = golden(body('constant(2/s)', 'poisson(10/s)'), '1500s');
    // 3000 commands: three standard deviations are 2.1 points.
    expect(Math.abs(refused(traced) - (1 - Math.exp(-10 * 0.02)))).toBeLessThan(0.021);
  });

  it('is rate x window / (1 + rate x window) if only successful requests commit', () => {
    const traced = golden(body('poisson(20/s)', '{ at: [ 0ms ] }'), '200s');
    // Each commit excludes other commits within the next 20 ms, like a counter with a dead time.
    expect(Math.abs(refused(traced) - 0.4 / 1.4)).toBeLessThan(0.025);
  });

  it('admits all that retry often enough', () => {
    const traced = golden(body('poisson(5/s)', '{ at: [ 0ms ] }', 20), '200s');
    expect(refused(traced)).toBe(0);
    expect(metered(traced, 'conflicts', 'ledger')).toBeGreaterThan(50);
  });
});
