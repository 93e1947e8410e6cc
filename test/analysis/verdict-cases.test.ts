import { describe, expect, it } from 'vitest';
import { caseOf } from '../../bench/metastability/cases.mjs';
import type { Ending } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

/** The verdict on a case of `npm run bench:metastability`, which runs hundreds of them. */
function endingOf(kind: string, seed: number): Ending {
  const [ending] = run(JSON.stringify(caseOf(kind, seed).scenario)).variant().cascade.endings;
  return ending!;
}

describe('the verdict on a generated run', () => {
  it.each([
    ['overloadedFromTheStart', 'overloaded', 'load'],
    ['overloadedByNinePercent', 'overloaded', 'load'],
    ['overloadedByLeaks', 'lost', 'connections'],
    ['overloadedByLostReplicas', 'lost', 'instances'],
    ['slowRecovery', 'undecided', 'drains'],
    ['retryStorm', 'metastable', 'amplified'],
    ['burstStorm', 'metastable', 'amplified'],
    ['cacheStampede', 'metastable', 'amplified'],
    ['rebalanceLoop', 'metastable', 'redeliveries'],
  ])('%s: %s, %s', (kind, verdict, reason) => {
    expect(endingOf(kind, 5)).toMatchObject({ verdict, reason });
  });

  // Their attempts need 93 % of the capacity or more, so chance stops the drain for 20 s at a time.
  it.each([304016, 304023, 315249])('a drain close to the capacity is no loop: seed %i', (seed) => {
    expect(endingOf('slowRecovery', seed)).toMatchObject({
      verdict: 'undecided',
      reason: 'drains',
    });
  });

  // A storm begins by chance at 97 % of the capacity, 40 s before 9 % more load: no time shows that load healthy.
  it('a planned rise close to the capacity is no feasible load because chance hides it', () => {
    expect(endingOf('overloadedByNinePercent', 311093)).toMatchObject({
      verdict: 'undecided',
      reason: 'nearCapacity',
    });
  });
});
