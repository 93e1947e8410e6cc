import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../src/model/simulate.js';
import type { World } from '../../../src/model/world.js';
import * as registry from '../../../src/patterns/registry.js';
import { compile } from '../../../src/plan/compile.js';
import { reversed } from '../../determinism/flagship.js';
import { complaints } from '../../support/message-complaints.js';
import {
  messageWorlds,
  mischievousWorlds,
  scenarioOf,
  transactionalWorlds,
} from '../../support/message-worlds.js';
import type { MessageWorld } from '../../support/message-worlds.js';
import { load } from '../../theory/program.js';

function digestOf(text: string, prepare: (world: World) => void = () => {}): string {
  const file = load(text);
  return simulate(compile(file.variants[0], file), 0, registry, { prepare }).digest;
}

/** Holds the laws in so many worlds, and that none of them holds for want of cases. */
function holds(
  worlds: fc.Arbitrary<MessageWorld>,
  numRuns: number,
  least: Readonly<Record<string, number>>,
): void {
  const tally = new Map<string, number>();
  fc.assert(
    fc.property(worlds, (world) => {
      expect(complaints(world, tally)).toEqual([]);
    }),
    { numRuns, seed: 20_261_120 },
  );
  for (const [name, count] of Object.entries(least)) {
    expect([name, tally.get(name), (tally.get(name) ?? 0) >= count]).toEqual([
      name,
      tally.get(name),
      true,
    ]);
  }
}

describe('messages followed one by one through chains of topics and queues', () => {
  it('are conserved, and handled as often and in the order that is promised (G-7, MQ-1, MQ-2, KF-1, EB-3)', () => {
    holds(messageWorlds, 400, {
      published: 30_000,
      effects: 30_000,
      again: 50,
      lost: 500,
      dead: 300,
      inbox: 10_000,
      'never lost': 10_000,
      'never twice': 20_000,
      'in order': 5000,
    });
  }, 240_000);

  it('are published once by handlers in transactions, whatever is thrown away (MQ-3)', () => {
    holds(transactionalWorlds, 120, {
      transactions: 3000,
      'transactions done': 2000,
      again: 30,
    });
  }, 240_000);

  it('are conserved where they come twice, late, or are taken away', () => {
    holds(mischievousWorlds, 200, {
      published: 15_000,
      purged: 100,
      duplicated: 200,
      overtaken: 100,
      'in order': 1000,
    });
  }, 240_000);

  it('come the same way twice, with the sections in another order, and without lanes', () => {
    fc.assert(
      fc.property(fc.oneof(messageWorlds, mischievousWorlds), (world) => {
        const text = JSON.stringify(scenarioOf(world));
        const digest = digestOf(text);
        expect(digestOf(text)).toBe(digest);
        expect(digestOf(reversed(text))).toBe(digest);
        expect(digestOf(text, ({ engine }) => (engine.useLanes = false))).toBe(digest);
        expect(digestOf(text, ({ engine }) => (engine.renumberEvery = 500))).toBe(digest);
      }),
      { numRuns: 60, seed: 20_261_121 },
    );
  }, 240_000);
});
