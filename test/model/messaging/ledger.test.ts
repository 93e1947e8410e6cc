import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../../src/model/simulate.js';
import type { World } from '../../../src/model/modules/world.js';
import * as registry from '../../../src/patterns/registry.js';
import { compile } from '../../../src/plan/compile.js';
import { reversed } from '../../determinism/flagship.js';
import { handoverWorlds } from '../../support/handover-worlds.js';
import { complaints } from '../../support/message-complaints.js';
import { tellingWorlds } from '../../support/telling-worlds.js';
import { scenarioOf } from '../../support/message-scenario.js';
import {
  messageWorlds,
  mischievousWorlds,
  transactionalWorlds,
} from '../../support/message-worlds.js';
import type { MessageWorld } from '../../support/message-worlds.js';
import { load } from '../../theory/program.js';
import { engine } from '../../../src/kernel/engine.js';

/** Worlds of the first kind; `npm run swarm:messages` tries many more. */
const WORLDS = Number(process.env['FAULTLINE_WORLDS'] ?? 120);
const SEED = Number(process.env['FAULTLINE_SEED'] ?? 20_261_120);
const TIMEOUT = Math.max(240_000, 1000 * WORLDS);

function digestOf(text: string, prepare: (world: World) => void = () => {}): string {
  const file = load(text);
  return simulate(compile(file.variants[0], file), 0, registry, { prepare }).digest;
}

/** Checks the laws in this number of worlds, and that each law has cases. */
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
    { numRuns, seed: SEED },
  );
  for (const [name, all] of Object.entries(least)) {
    const count = all * Math.min(1, WORLDS / 400);
    expect([name, tally.get(name), (tally.get(name) ?? 0) >= count]).toEqual([
      name,
      tally.get(name),
      true,
    ]);
  }
}

describe('messages followed one by one through chains of topics and queues', () => {
  it(
    'are conserved, and handled as often and in the order that is promised (G-7, MQ-1, MQ-2, KF-1, EB-3)',
    () => {
      holds(tellingWorlds, WORLDS, {
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
    },
    TIMEOUT,
  );

  it(
    'are published once by handlers in transactions, whatever is thrown away (MQ-3)',
    () => {
      holds(transactionalWorlds, Math.ceil(WORLDS / 3), {
        transactions: 3000,
        'transactions done': 2000,
        again: 30,
      });
    },
    TIMEOUT,
  );

  it(
    'are read again after a crash, and for no other reason, while partitions change hands (KF-6, KF-7)',
    () => {
      holds(handoverWorlds, Math.ceil((WORLDS * 5) / 12), { 'never twice': 1000, reread: 30 });
    },
    TIMEOUT,
  );

  it(
    'are conserved where they come twice, late, or are taken away',
    () => {
      holds(mischievousWorlds, Math.ceil((WORLDS * 5) / 6), {
        published: 15_000,
        purged: 80,
        duplicated: 200,
        overtaken: 100,
        'in order': 1000,
      });
    },
    TIMEOUT,
  );

  it(
    'come the same way twice, with the sections in another order, and without lanes',
    () => {
      fc.assert(
        fc.property(fc.oneof(messageWorlds, mischievousWorlds), (world) => {
          const text = JSON.stringify(scenarioOf(world));
          const digest = digestOf(text);
          // Each of these is a second run too.
          expect(digestOf(reversed(text), () => (engine.useLanes = false))).toBe(digest);
          expect(digestOf(text, () => (engine.renumberEvery = 500))).toBe(digest);
        }),
        { numRuns: Math.ceil(WORLDS / 7), seed: SEED + 1 },
      );
    },
    TIMEOUT,
  );
});
