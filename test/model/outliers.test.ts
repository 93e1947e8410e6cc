import { describe, expect, it } from 'vitest';
import { ejectionsOf } from '../../src/analysis/measure/ejections.js';
import { OUTCOME_KINDS } from '../../src/contracts/outcome.js';
import { CANCELLATIONS, NETWORKS, endOf, shake } from '../support/machine.js';
import type { Case } from '../support/machine.js';

const CHAINS = ['', 'rtb', 'frhtb', 'rctb', 'retb', 'rvt'];

const casesOf = (chain: string): Case[] =>
  CANCELLATIONS.map((cancellation, k) => ({
    chain,
    cancellation,
    network: NETWORKS[k % NETWORKS.length]!,
    seed: 5 + k,
    outliers: true,
  }));

describe('outlier detection under constant faults', () => {
  it.each(CHAINS)('leaks nothing, and restores every instance: %s', (chain) => {
    let ejections = 0;
    const again = CHAINS.indexOf(chain) % CANCELLATIONS.length;
    for (const [k, one] of casesOf(chain).entries()) {
      const { record, rest, world } = shake(one);
      for (const [what, left] of Object.entries(rest)) expect([what, left]).toEqual([what, 0]);
      expect(record.stop).toBe(endOf(one));
      expect(record.parts.at(-1)!.outcomes[OUTCOME_KINDS - 1]).toBe(0);
      // A second time with one of the cancellations, another one for each chain.
      if (k === again) expect(shake(one).record.digest).toBe(record.digest);
      ejections += ejectionsOf(record, 0, Infinity, () => true);
      const leaf = world.plan.components.findIndex(({ name }) => name === 'leaf');
      for (const edge of world.edges.filter(({ toComponent }) => toComponent === leaf)) {
        const shut = edge.views.map(({ shutCount }) => shutCount);
        // A breaker that has had no call since may be shut still.
        if (!/[ev]/.test(chain)) expect(shut).toEqual(shut.map(() => 0));
      }
    }
    expect(ejections).toBeGreaterThan(10);
  });
});
