import { describe, expect, it } from 'vitest';
import { provenConditions } from '../../src/analysis/story/proven-conditions.js';
import type { CauseFact } from '../../src/contracts/result/cause.js';
import type { CounterfactualIntervention } from '../../src/contracts/result/counterfactual.js';

const fact = (own: Partial<CauseFact>): CauseFact => ({
  kind: 'capacity',
  subject: 'store',
  role: 'cause',
  at: 40,
  until: null,
  text: '',
  value: null,
  unit: null,
  mechanism: null,
  evidence: '',
  share: null,
  ...own,
});

const tried = (
  own: Pick<CounterfactualIntervention, 'kind' | 'subject' | 'role'> &
    Partial<CounterfactualIntervention>,
): CounterfactualIntervention => ({
  words: `without the ${own.kind} of ${own.subject}`,
  runs: 1,
  harm: 0,
  averted: { value: 0, ci95: null, each: [] },
  failing: { seconds: 0, toEnd: false },
  recovers: null,
  ...own,
});

const LOAD = fact({ kind: 'load', subject: 'users', unit: 'times' });
const SEEN = { isSeen: true, rest: 1 };
const CORES = fact({ resource: 'cores' });

describe('conditions in the account after further runs', () => {
  it('go if a run without them is alike, unless users do not show all harm', () => {
    const none = [tried({ kind: 'capacity', subject: 'store', resource: 'cores', role: 'none' })];
    expect(provenConditions([LOAD, CORES], none, [], SEEN)).toEqual([LOAD]);
    expect(provenConditions([LOAD, CORES], none, [], { ...SEEN, isSeen: false })).toEqual([
      LOAD,
      CORES,
    ]);
    const others = [
      tried({ kind: 'capacity', subject: 'store', resource: 'connections', role: 'none' }),
    ];
    expect(provenConditions([LOAD, CORES], others, [], SEEN)).toEqual([LOAD, CORES]);
  });

  it('become causes', () => {
    const own = fact({ kind: 'retries', subject: 'front->mid', role: 'amplifier' });
    const cause = [tried({ kind: 'retries', subject: 'front->mid', role: 'cause' })];
    expect(provenConditions([own], cause, [], SEEN)).toEqual([{ ...own, role: 'cause' }]);
  });

  it('are added, but no capacity beside another cause', () => {
    const found = provenConditions(
      [LOAD],
      [
        tried({ kind: 'locks', subject: 'mid', role: 'cause' }),
        tried({ kind: 'capacity', subject: 'mid', resource: 'workers', role: 'cause' }),
      ],
      [],
      SEEN,
    );
    expect(found.map(({ kind, subject, text }) => [kind, subject, text])).toEqual([
      ['load', 'users', ''],
      ['locks', 'mid', 'requests of mid wait for a lock'],
    ]);
  });

  it('belong to the last rise of the load before them', () => {
    const rises = [
      tried({ kind: 'load', subject: 'users', at: 10, role: 'none' }),
      tried({ kind: 'load', subject: 'users', at: 39, role: 'cause' }),
    ];
    expect(provenConditions([LOAD], rises, [], SEEN)).toEqual([LOAD]);
  });
});
