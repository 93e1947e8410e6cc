import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CascadeResult } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

const textOf = (name: string): string =>
  readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8');
const accountOf = (name: string): CascadeResult => run(textOf(name)).variant().cascade;

/** Causes as `kind subject`, in order of time; those that only make it worse begin with `+`. */
const named = ({ causes }: CascadeResult): readonly string[] =>
  causes.map(({ kind, subject, role }) => `${role === 'amplifier' ? '+' : ''}${kind} ${subject}`);

/** Each case: its causes, the words that its sentence must have, and false words that it must not have. */
const CASES: readonly {
  readonly file: string;
  readonly causes: readonly string[];
  readonly says: readonly string[];
  readonly never: readonly string[];
}[] = [
  {
    file: 'limit-behind-retries',
    causes: ['limit back'],
    says: ['back refuses requests above its rate limit (52.4 % of its requests are throttled): '],
    never: ['can serve', 'front refuses', 'workers of front are in use'],
  },
  {
    file: 'quota',
    causes: ['limit back'],
    says: ['back refuses requests above its rate limit (50.8 % of its requests are throttled).'],
    never: ['by itself', 'is the first in trouble'],
  },
  {
    file: 'two-causes-slow-then-load',
    causes: ['fault slow-bank', '+fault surge'],
    says: [
      'bank 8x slower at 35 s (likely) -> ',
      '1.5x the load of users at 40 s makes it worse: ',
    ],
    never: ['and 1.5x the load'],
  },
  {
    file: 'good-release-beside-slow-bank',
    causes: ['fault slow-bank'],
    says: [
      'bank 8x slower at 35 s (likely) -> ',
      '“shop goes from v1 to v2 as a canary” is not to blame, but is rolled back at 40 s',
    ],
    never: ['at 20 s ->', 'at 20 s and'],
  },
  {
    file: 'overloaded-from-the-start',
    causes: ['load callers', 'fault c'],
    says: [
      'From the start 602/s meet 500/s that edge can serve: 19.8 % of the requests fail',
      'edge[0] crashes at 30 s',
    ],
    never: [],
  },
  {
    file: 'overloaded-then-called-metastable',
    causes: ['load clients1'],
    says: ['From the start 165/s meet 133/s that backend can serve: 98.8 %', 'It stays overloaded'],
    never: ['metastable', 'feasible'],
  },
  {
    file: 'background-errors-and-brownout',
    causes: ['fault brownout'],
    says: ['psp 20x slower at 20 s (likely) -> shop: 64 of 64 workers wait for psp'],
    never: ['503', 'no request before the fault gives a baseline'],
  },
  {
    file: 'culprit-looks-healthy',
    causes: ['fault main'],
    says: ['offers hangs at 36.5 s (likely) -> offers: 3 of 3 workers held'],
    never: ['billing', 'mail', '1.8x slower'],
  },
  {
    file: 'ramp-ceiling',
    causes: ['load clients1', 'capacity store'],
    says: ['2 of 2 cores of store are in use at 47.5 s (likely): 64.4 % of the user requests fail'],
    never: ['No fault, yet'],
  },
  {
    file: 'gc',
    causes: ['collections mid'],
    says: [
      'The garbage collections of mid stop it at 20 s (each pause takes 1.5 s; likely): 7.07 %',
    ],
    never: [],
  },
  {
    file: 'autoscaler-lag',
    causes: ['load clients1', 'scaling mid'],
    says: ['he autoscaler of mid is too slow for', 'he load of clients1 rises from '],
    never: [],
  },
  {
    file: 'lock',
    causes: ['load clients1', 'locks mid'],
    says: ['requests of mid wait for a lock at 40 s (p95 of the wait 933 ms; likely)'],
    never: [],
  },
  {
    file: 'burst-storm',
    causes: ['load clients1', 'capacity mid', '+retries front->mid'],
    says: ['The load of clients1 rises from 120/s to 600/s'],
    never: [],
  },
  {
    file: 'ttl-stampede',
    causes: ['cacheFill products'],
    says: [
      'The misses of products overload what fills it at 30 s (it finds 10.6 % of the values, 100 % before; likely)',
    ],
    never: [],
  },
  {
    file: 'badrelease',
    causes: ['rollout mid'],
    says: ['mid goes from v1 to v2 in a rolling update at 40 s (likely) -> front: errors from mid'],
    never: [],
  },
];

describe('the account', () => {
  it.each(CASES)('of $file names its causes, and nothing else', ({ file, causes, says, never }) => {
    const cascade = accountOf(file);
    expect([...named(cascade)].sort()).toEqual([...causes].sort());
    for (const words of says) expect(cascade.sentence).toContain(words);
    for (const words of never) expect(cascade.sentence).not.toContain(words);
  });

  it('has shares that add up to 1, and names innocent faults with their reasons', () => {
    const { causes, innocent } = accountOf('culprit-looks-healthy');
    const shares = causes.map(({ share }) => share ?? 0);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 1);
    expect(innocent.map(({ fault }) => fault).sort()).toEqual(['decoy0', 'decoy1', 'decoy2']);
  });
});

describe('a flushed cache', () => {
  it('degrades its reader through the misses that load what fills it', () => {
    const { influences, causes } = accountOf('flush');
    expect(causes.map(({ fault }) => fault)).toEqual(['cold']);
    expect(influences[0]).toMatchObject({
      from: 'store',
      to: 'shop',
      mechanism: 'cacheMisses',
      text: 'misses of shelf, it finds 12.5 % of the values, 100 % before: calls to store, none before',
    });
  });
});
