import { describe, expect, it } from 'vitest';
import { hedgePolly } from '../../src/patterns/policies/hedge-polly.js';
import { OUTCOME } from '../../src/contracts/outcome.js';
import { raced } from '../support/hedging.js';

const { ok, serverError, clientError, reset, degraded } = OUTCOME;

describe('hedge of Polly', () => {
  it('waits 2 s and makes one hedged attempt by default', () => {
    const { sent, ended, killed } = raced(hedgePolly, {}, [9000, ok], [500, ok]);
    expect([sent, ended, killed]).toEqual([[0, 2000], 2500, [2500]]);
  });

  it('accepts the first outcome that is not handled, success or not', () => {
    const { outcome, ended, killed } = raced(hedgePolly, {}, [9000, ok], [10, clientError]);
    expect([outcome, ended, killed]).toEqual([clientError, 2010, [2010]]);
    expect(raced(hedgePolly, { on: ['timeout'] }, [10, serverError]).outcome).toBe(serverError);
    expect(raced(hedgePolly, {}, [10, degraded]).ended).toBe(10);
  });

  it('continues at once after a handled one, and restarts the delay', () => {
    const { sent, ended } = raced(
      hedgePolly,
      { after: '100ms', attempts: 3 },
      [40, serverError],
      [900, ok],
      [5, ok],
    );
    expect([sent, ended]).toEqual([[0, 40, 140], 145]);
  });

  it('sends all at once in parallel mode, and waits for the first good one', () => {
    const { sent, outcome, ended, killed } = raced(
      hedgePolly,
      { after: 0, attempts: 3 },
      [5, serverError],
      [50, ok],
      [20, ok],
    );
    expect([sent, outcome, ended, killed]).toEqual([[0, 0, 0], ok, 20, [20]]);
  });

  it('sends one only after a failure in fallback mode', () => {
    const fallback = { after: 'none', attempts: 3 };
    expect(raced(hedgePolly, fallback, [9000, ok])).toMatchObject({ sent: [0], ended: 9000 });
    const failing = raced(hedgePolly, fallback, [700, serverError], [700, reset], [100, ok]);
    expect(failing).toMatchObject({ sent: [0, 700, 1400], outcome: ok, ended: 1500, killed: [] });
  });

  it('ends as its first attempt when all were handled', () => {
    const { outcome, ended } = raced(
      hedgePolly,
      { after: '100ms' },
      [500, serverError],
      [20, reset],
    );
    expect([outcome, ended]).toEqual([serverError, 500]);
    const last = raced(hedgePolly, { after: 'none' }, [20, serverError], [20, reset]);
    expect([last.outcome, last.ended]).toEqual([serverError, 40]);
  });

  it('waits for the rest without a delay once all are sent', () => {
    const { sent, ended } = raced(
      hedgePolly,
      { after: '100ms', attempts: 2 },
      [800, ok],
      [900, ok],
    );
    expect([sent, ended]).toEqual([[0, 100], 800]);
  });

  it('takes up to ten hedged attempts', () => {
    expect(hedgePolly.schema.safeParse({ attempts: 11 }).success).toBe(true);
    expect(hedgePolly.schema.safeParse({ attempts: 12 }).success).toBe(false);
    expect(hedgePolly.schema.safeParse({ attempts: 1 }).success).toBe(false);
  });
});
