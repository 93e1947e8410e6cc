import { describe, expect, it } from 'vitest';
import type { Tipping } from '../../src/contracts/result/tipping.js';
import { tippingSection } from '../../src/report/sections/tipping.js';
import { viewOf } from '../../src/report/view/view.js';
import { sampleResult } from '../support/sample-result.js';
import { tippingCommands, tippingWords } from '../../src/report/tipping/words.js';

const STORM: Tipping = {
  loop: { through: ['api', 'backend'], mechanism: 'retryLoad' },
  isBack: false,
  after: 95,
  length: { fault: 'slow', now: 5, back: 0.482, stays: 0.503, verdict: 'metastable' },
  load: {
    workloads: ['users', 'jobs'],
    rate: 600,
    back: 0.4,
    stays: 0.42,
    verdict: 'metastable',
  },
  replications: 1,
  resolution: 0.05,
  runs: 14,
};

/** The limit of one run is not that of all: most of several decide with --explain. */
const ONE_RUN =
  ' Each value was run once: with other random numbers the limits may differ (--explain runs three).';

/** The words with some other values. */
function words(more: Partial<Tipping>): string | null {
  return tippingWords({ tipping: { ...STORM, ...more } });
}

describe('the words of a tipping point', () => {
  it('say both ends, and how far today is from them', () => {
    expect(words({})).toBe(
      'The retries of api → backend keep it down. It comes back after 482 ms of slow, and not after 503 ms; ' +
        'now 5 s, 9.94 times that. With the faults as they are it comes back at 0.4 times the load (240/s), and not ' +
        `at 0.42 times (252/s).${ONE_RUN}`,
    );
    const length = { ...STORM.length!, now: 5, back: 13, stays: 14 };
    expect(words({ length, load: null, isBack: true })).toBe(
      'The retries of api → backend add load, and it comes back. It comes back after 13 s of slow, and not after ' +
        `14 s; now 5 s, 35.7 % of that.${ONE_RUN}`,
    );
    expect(words({ length: null, load: { ...STORM.load!, stays: 1 }, replications: 3 })).toMatch(
      /and not at that of now \(600\/s\)\. Most of 3 runs decide\.$/,
    );
  });

  it('say where no end was found, and where the load alone is too high', () => {
    const length = { ...STORM.length!, back: 0 };
    expect(words({ length, load: null })).toContain(
      'Even after 503 ms of slow it does not come back; now 5 s.',
    );
    const load = { ...STORM.load!, back: 1.2, stays: 1.3, verdict: 'overloaded' as const };
    expect(words({ length: null, load })).toContain(
      '(780/s), where it is overloaded without any loop.',
    );
    const endless = { ...STORM.load!, back: 16, stays: null, verdict: null };
    expect(words({ length: null, load: endless })).toContain(
      'at up to 16 times the load (9,600/s), the largest',
    );
  });

  it('name a loop that no chain of calls shows by its place', () => {
    const loop = { through: ['products-db'], mechanism: 'amplified' };
    expect(words({ loop })).toMatch(/^A loop at products-db keeps it down\. /);
    expect(words({ loop: { through: ['jobs'], mechanism: 'redeliveries' } })).toMatch(
      /^The redeliveries of jobs keep it down\. /,
    );
  });

  it('come with the commands that show them', () => {
    expect(
      tippingCommands({ tipping: STORM, name: 'retries' }, 'faultline run shop.yaml --seed 3'),
    ).toEqual([
      "faultline run shop.yaml --seed 3 --variant retries --set 'faults[slow].for=0.503s'",
      'faultline run shop.yaml --seed 3 --variant retries --set workloads.users.arrivals=x0.42 --set workloads.jobs.arrivals=x0.42',
    ]);
  });
});

it('has a table of what was tried where it comes back all the way', () => {
  const result = sampleResult();
  const [variant] = result.variants;
  const far = { ...STORM.length!, back: 80, stays: null, verdict: null };
  const tipping = { ...STORM, isBack: true, length: far, load: null };
  const view = viewOf({ ...result, variants: [{ ...variant!, tipping }] });
  const text = tippingSection(view, 'faultline run a.yaml')!
    .markup.replaceAll(/<[^>]*>/gu, '|')
    .replaceAll(/[|\s]+/gu, ' ');
  expect(text).toContain('Raised Now Comes back at Stays down at length of slow 5 s 80 s –');
});
