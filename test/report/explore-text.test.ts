import { describe, expect, it } from 'vitest';
import type {
  ExploredVariant,
  ExploreResult,
  FoundSet,
} from '../../src/contracts/result/explore.js';
import { exploreText } from '../../src/report/explore/text.js';

const same = (text: string): string => text;
const broken = {
  text: 'users.checkout-with-a-voucher.success >= 99.5% during provider in today, breaker, both',
  name: null,
  note: null,
  value: 0.61,
  limit: 0.995,
  unit: 'share',
  healthy: 1,
} as const;
const set = (...faults: readonly string[]): FoundSet => ({
  faults: faults.map((words) => ({ place: words.split(' ')[0]!, words, yaml: '' })),
  broken: [broken],
  lost: 0.33,
  sentence:
    'payment-provider crashes at 20 s (likely) -> standby: refused by the full queue of tokens, success 66.5 % at 20.5 s -> users.checkout-with-a-voucher: success 67 %.',
});

const WIDE: ExploredVariant = {
  name: 'a variant whose name has many words, such as the changes that it makes to the system',
  span: { from: 20, until: 40 },
  menu: ['down', 'instance', 'slow=10', 'errors=50%', 'latency=250ms', 'loss=10%'],
  withFaults: false,
  budgets: [broken.text],
  leftOut: [{ text: `${broken.text} of saved`, why: 'it compares with a saved baseline' }],
  broken: [],
  places: ['shop', 'payment-provider', 'standby', 'tokens'],
  latent: ['standby', 'tokens', 'a-third-payment-provider-of-last-resort'],
  unused: ['catalog', 'search', 'recommendations', 'notifications'],
  impossible: ['slow=10 of the-message-broker-of-all-teams', 'loss=10% of shop->catalog'],
  sets: [
    set('shop is down'),
    set('payment-provider is down', 'one of two instances of tokens is down', 'standby is slow'),
    set('payment-provider takes 10 times as long', 'tokens is down', 'standby is down'),
  ],
  tried: [
    { size: 1, tried: 29, broken: 1, superset: 0, redundant: 3 },
    { size: 3, tried: 1290, broken: 2, superset: 12, redundant: 31 },
  ],
  undecided: 3,
  untried: 812,
  runs: 1320,
};

const RESULT: ExploreResult = {
  faultline: 1,
  scenario: {
    title: 'Faults that do no harm alone break the payments together, in pairs and triples',
    sha256: '',
  },
  seed: 38,
  replications: 5,
  engine: { version: '0' },
  explored: [WIDE, { ...WIDE, sets: [], broken: [broken, broken] }, { ...WIDE, sets: [] }],
};

describe('the text of explore', () => {
  it.each([60, 80, 100])('fits %d columns', (columns) => {
    const text = exploreText(RESULT, {
      file: 'scenarios/shop.yaml',
      most: 1,
      columns,
      paint: { bold: same, dim: same, red: same },
    });
    const wide = text.split('\n').filter((line) => Array.from(line).length > columns);
    expect(wide).toEqual([]);
    expect(text.replace(/\s+/g, ' ')).toContain(`${WIDE.name}: 1 single fault and 2 sets of 3`);
  });
});

it('says in words that all requests are lost', () => {
  const [first] = WIDE.sets;
  const lost = (share: number): string =>
    exploreText(
      { ...RESULT, explored: [{ ...WIDE, sets: [{ ...first!, lost: share }] }] },
      { file: 'shop.yaml', most: 1, columns: 80, paint: { bold: same, dim: same, red: same } },
    );
  expect(lost(1)).toContain('     No request succeeds while it lasts.');
  expect(lost(0.33)).toContain('     33 % of the requests do not succeed while it lasts.');
});
