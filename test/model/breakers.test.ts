import { describe, expect, it } from 'vitest';
import { OUTCOME_KINDS } from '../../src/contracts/outcome.js';
import { JOURNAL } from '../../src/contracts/record/record.js';
import { CANCELLATIONS, NETWORKS, endOf, shake } from '../support/machine.js';
import type { Case } from '../support/machine.js';

/**
 * Breakers that let calls wait (k: cockatiel), have timers of their own (o: opossum), or are about one
 * instance (e: linkerd, v: finagle), everywhere in a chain.
 */
const CHAINS = [
  ...['rktb', 'ktrb', 'frhktb', 'fdrkbt', 'rlkt', 'rotb', 'otrb', 'frhotb', 'rlot'],
  ...['retb', 'tre', 'frhetb', 'fdrebt', 'rlet', 'rvtb', 'trv', 'frhvtb', 'rlvt'],
];

const casesOf = (chain: string): Case[] =>
  CANCELLATIONS.map((cancellation, k) => ({
    chain,
    cancellation,
    network: NETWORKS[k % NETWORKS.length]!,
    seed: 3 + k,
  }));

describe('breakers under constant faults', () => {
  it.each(CHAINS)('leak nothing, and act: %s', (chain) => {
    let transitions = 0;
    const again = CHAINS.indexOf(chain) % CANCELLATIONS.length;
    for (const [k, one] of casesOf(chain).entries()) {
      const { record, rest } = shake(one);
      for (const [what, left] of Object.entries(rest)) expect([what, left]).toEqual([what, 0]);
      expect(record.stop).toBe(endOf(one));
      const users = record.parts.at(-1)!;
      expect(users.outcomes[OUTCOME_KINDS - 1]).toBe(0);
      // A second time with one of the cancellations, another one for each chain.
      if (k === again) expect(shake(one).record.digest).toBe(record.digest);
      transitions += record.journal.kind.filter((kind) => kind === JOURNAL.machine).length;
    }
    expect(transitions).toBeGreaterThan(30);
  });
});
