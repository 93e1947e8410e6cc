import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metered } from '../golden/tracing.js';
import type { Traced } from '../golden/tracing.js';
import type { Watched } from '../support/saga-oracle.js';
import { choreographed, isCalm, isSafe, orchestrated, shapes } from '../support/random-sagas.js';
import { endsOf, expectInOrder, watched } from '../support/saga-oracle.js';
import { verdicts } from '../support/sagas.js';
import type { Ran } from '../theory/program.js';
import { run } from '../theory/program.js';

/** Sagas of each kind; `npm run swarm` tries many more. */
const WORLDS = Number(process.env['FAULTLINE_WORLDS'] ?? 40);
const SEED = Number(process.env['FAULTLINE_SEED'] ?? 0);
const TIMEOUT = Math.max(600_000, 2000 * WORLDS);

const VERDICTS = ['Completed', 'Compensated', 'Stuck', 'Inconsistent', 'Lost', 'Running'];

/** Checks the laws of every saga; returns how many ended in which way. */
function judged({
  plan,
  record,
}: Pick<Watched, 'plan' | 'record'>): Readonly<Record<string, number>> {
  const ran = { plans: [plan], records: [[record]] } as unknown as Ran;
  // Whatever is not conserved ends a run early.
  expect(record.stop).toMatch(/horizon|drained/);
  const found = verdicts({ ran });
  const accepted = metered({ ran } as Traced, 'accepted', 'trip');
  expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(accepted);
  // Each is worth 7, and no amount is anywhere but under the outcome of its saga.
  for (const verdict of VERDICTS) {
    expect(metered({ ran } as Traced, `value${verdict}`, 'trip')).toBe(
      7 * (found[verdict.toLowerCase()] ?? 0),
    );
  }
  return found;
}

const digestOf = (text: string): string => run(text).records[0]![0]!.digest;

describe('random sagas under random faults', () => {
  it(
    'end in one way each, and in none that is wrong where they are safe',
    { timeout: TIMEOUT },
    () => {
      fc.assert(
        fc.property(shapes, (one) => {
          const ran = watched(orchestrated(one));
          const { inconsistent = 0, lost = 0 } = judged(ran);
          expectInOrder(one, ran);
          if (one.persistence !== 'none') expect(lost).toBe(0);
          if (isSafe(one)) expect(inconsistent).toBe(0);
        }),
        { numRuns: WORLDS, seed: SEED + 11 },
      );
    },
  );

  it('end right where nothing is left to chance but the faults', { timeout: TIMEOUT }, () => {
    const safe = { idempotent: true, tombstones: true, persistence: 'before' } as const;
    fc.assert(
      fc.property(shapes, fc.boolean(), fc.boolean(), (shape, asks, parks) => {
        const one = {
          ...shape,
          ...safe,
          // Something of each can be seen.
          pivot: shape.pivot || shape.stages.flat().every(({ kind }) => kind === 'readOnly'),
          ambiguous: asks ? ('retry' as const) : ('compensate' as const),
          faults: shape.faults.filter(({ kind }) => kind !== 'afterWork'),
          onCompensationFailure: parks ? ('park' as const) : ('retry' as const),
        };
        const ran = watched(orchestrated(one));
        const { inconsistent = 0, lost = 0, running = 0, completed = 0, stuck = 0 } = judged(ran);
        expect({ inconsistent, lost, running }).toEqual({ inconsistent: 0, lost: 0, running: 0 });
        expectInOrder(one, ran);
        // Requests that began no saga look like compensated ones.
        expect(endsOf(one, ran)).toMatchObject({ completed, open: stuck });
      }),
      { numRuns: WORLDS, seed: SEED + 13 },
    );
  });

  it('each end in one way without an orchestrator', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(shapes, (one) => {
        const { plans, records } = run(choreographed(one));
        const { lost = 0, inconsistent = 0 } = judged({ plan: plans[0]!, record: records[0]![0]! });
        expect(lost).toBe(0);
        if (isCalm(one)) expect(inconsistent).toBe(0);
      }),
      { numRuns: Math.ceil(WORLDS / 2), seed: SEED + 17 },
    );
  });

  it('are the same twice', { timeout: TIMEOUT }, () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), (one, driven) => {
        const text = driven ? orchestrated(one) : choreographed(one);
        expect(digestOf(text)).toBe(digestOf(text));
      }),
      { numRuns: Math.ceil(WORLDS / 6), seed: SEED + 19 },
    );
  });
});
