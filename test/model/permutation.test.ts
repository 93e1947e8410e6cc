import { describe, expect, it } from 'vitest';
import { OUTCOME_KINDS } from '../../src/contracts/outcome.js';
import { CANCELLATIONS, CHAINS, endOf, NETWORKS, shake } from '../support/machine.js';
import type { Case, Rest } from '../support/machine.js';
import { engine } from '../../src/kernel/engine.js';

const NOTHING: Rest = {
  frames: 0,
  strands: 0,
  held: 0,
  busy: 0,
  queued: 0,
  runnable: 0,
  outstanding: 0,
  pools: 0,
  connections: 0,
};

/**
 * Every chain with every cancellation, and so with every network; the seeds go round. Every third case has checks, shared
 * answers and sizes in the middleware chains.
 */
const cases: Case[] = [
  // A frame is killed as a fork of the inner layer and is one of the outer layer in the same instant.
  { chain: 'hhtb', cancellation: 'immediate', network: NETWORKS[2]!, seed: 5 },
  ...CHAINS.flatMap((chain, c) =>
    CANCELLATIONS.map((cancellation, k) => ({
      chain,
      cancellation,
      network: NETWORKS[(c + k) % NETWORKS.length]!,
      seed: 1 + ((c * 7 + k * 3) % 12),
      ...((4 * c + k) % 3 === 2 ? { middleware: true as const } : {}),
    })),
  ),
];

/** Digests of the cases that the first tests ran, by case. */
const digests = new Map<Case, string>();

const title = ({ chain, cancellation, seed, middleware }: Case): string =>
  `${chain === '' ? 'bare' : [...chain].join(' > ')}, ${cancellation}, seed ${seed}` +
  (middleware === true ? ', with middleware' : '');

describe('call machinery under constant faults', () => {
  it.each(CHAINS.map((chain) => [chain === '' ? 'bare' : [...chain].join(' > '), chain]))(
    'leaks nothing and answers every request once: %s',
    (_name, chain) => {
      for (const one of cases.filter((it) => it.chain === chain)) {
        const { record, rest, world } = shake(one);
        digests.set(one, record.digest);
        expect({ case: title(one), ...rest }).toEqual({ case: title(one), ...NOTHING });
        // HikariCP keeps house for ever.
        expect(record.stop).toBe(endOf(one));
        const users = record.parts[world.plan.parts.length - 1]!;
        const outcomes = [...users.outcomes].reduce((a, b) => a + b, 0);
        expect(outcomes).toBe(record.totals.requests);
        expect(users.outcomes[OUTCOME_KINDS - 1]).toBe(0);
      }
    },
  );

  it('does the same again, without lanes or with renumbered sequences', () => {
    for (const [k, one] of cases.entries()) {
      if (k % 5 !== 0) continue;
      // The first of the runs is one of the tests above, if they ran. The other differs too if it leaves anything behind.
      const digest = digests.get(one) ?? shake(one).record.digest;
      const again = shake(one, () => {
        if (k % 3 === 0) engine.useLanes = false;
        else engine.renumberEvery = 2000;
      });
      expect(again.record.digest, title(one)).toBe(digest);
    }
  });
});
