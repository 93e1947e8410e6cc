import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metered } from '../golden/tracing.js';
import type { Traced } from '../golden/tracing.js';
import { choreographed, isSafe, orchestrated, shapes } from '../support/random-sagas.js';
import { endsOf, expectInOrder } from '../support/saga-oracle.js';
import { verdicts } from '../support/sagas.js';
import type { Ran } from '../theory/program.js';
import { run } from '../theory/program.js';

const VERDICTS = ['Completed', 'Compensated', 'Stuck', 'Inconsistent', 'Lost', 'Running'];

const traced = (text: string): Ran => run(text, { traceShare: 1 });

/** Checks what holds of every saga; gives how many ended in which way. */
function judged(ran: Ran): Readonly<Record<string, number>> {
  const record = ran.records[0]![0]!;
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
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(shapes, (one) => {
          const ran = traced(orchestrated(one));
          const { inconsistent = 0, lost = 0 } = judged(ran);
          expectInOrder(one, ran);
          if (one.persistence !== 'none') expect(lost).toBe(0);
          if (isSafe(one)) expect(inconsistent).toBe(0);
        }),
        { numRuns: 120, seed: 11 },
      );
    },
  );

  it('end right where nothing is left to chance but the faults', { timeout: 120_000 }, () => {
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
        const ran = traced(orchestrated(one));
        const { inconsistent = 0, lost = 0, running = 0, completed = 0, stuck = 0 } = judged(ran);
        expect({ inconsistent, lost, running }).toEqual({ inconsistent: 0, lost: 0, running: 0 });
        expectInOrder(one, ran);
        // Requests that began no saga look like compensated ones.
        expect(endsOf(one, ran)).toMatchObject({ completed, open: stuck });
      }),
      { numRuns: 120, seed: 13 },
    );
  });

  it('end in one way each without anybody who drives them', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(shapes, (one) => {
        const { lost = 0 } = judged(run(choreographed(one)));
        expect(lost).toBe(0);
      }),
      { numRuns: 60, seed: 17 },
    );
  });

  it('are the same twice', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), (one, driven) => {
        const text = driven ? orchestrated(one) : choreographed(one);
        expect(digestOf(text)).toBe(digestOf(text));
      }),
      { numRuns: 20, seed: 19 },
    );
  });
});
