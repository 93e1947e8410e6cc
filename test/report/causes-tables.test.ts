import { expect, it } from 'vitest';
import { causesSection } from '../../src/report/sections/causes.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import { sampleResult } from '../support/sample-result.js';

const result = sampleResult();
const [variant] = result.variants;
const averted = (value: number) => ({ value, ci95: null, each: [value] });
const failing = { seconds: 10, toEnd: false };

/** 90 requests fail and 10 are slow; retries trade failures for slow requests and more attempts. */
const own: Counterfactuals = {
  harm: 100,
  failed: 90,
  background: 3,
  backgroundFailed: 1,
  price: { degraded: 0, attempts: 1 },
  slow: {},
  runs: 2,
  replications: 1,
  failing,
  faults: variant!.faults.map(({ id }) => ({
    fault: id,
    role: 'cause',
    without: 7,
    withoutFailed: 2,
    alone: null,
    averted: averted(93),
    share: 1,
  })),
  interventions: [
    {
      kind: 'setting',
      subject: 'policies.pay.retry.attempts',
      words: 'with policies.pay.retry.attempts 3 (now 1)',
      runs: 1,
      harm: 64,
      failed: 4,
      price: { degraded: 0, attempts: 1.6 },
      averted: averted(36),
      role: 'part',
      failing,
      recovers: 10,
    },
  ],
};

it('tables of further runs count requests that fail and that are slow apart, with the price of a change', () => {
  const view = viewOf({ ...result, variants: [{ ...variant!, counterfactuals: own }] });
  const text = causesSection(view, 'faultline run a.yaml')!
    .markup.replaceAll(/<[^>]*>/gu, '|')
    .replaceAll(/[|\s]+/gu, '|');
  const cells = (words: string): string => words.replaceAll(/\s+/gu, '|');
  expect(text).toContain(cells('90 requests fail and 10 are slow with all faults'));
  expect(text).toContain(cells('|Fail without it|Slow without it|'));
  expect(text).toContain('|2|5|93|');
  expect(text).toContain(cells('|4|60|36|1.6 attempts per call instead of 1|'));
});

it('a harm that no request shows has a table of what is left of it in each run', () => {
  const left = (without: number | null) => ({ ...own.faults[0]!, without, alone: 5 });
  const unseen: Counterfactuals['unseen'] = [
    {
      kind: 'lost',
      subject: 'orders',
      harm: 12,
      background: 0,
      faults: [left(3)],
      interventions: [
        {
          kind: 'setting',
          subject: 'topics.orders.acks',
          words: 'with topics.orders.acks all (now 1)',
          harm: 0,
          averted: averted(12),
          role: 'cause',
        },
      ],
    },
  ];
  const quiet = { ...own, faults: [], interventions: [], unseen };
  const view = viewOf({ ...result, variants: [{ ...variant!, counterfactuals: quiet }] });
  const text = causesSection(view, 'faultline run a.yaml')!
    .markup.replaceAll(/<[^>]*>/gu, '|')
    .replaceAll(/[|\s]+/gu, ' ');
  expect(text).toContain('Of 12 lost effects of orders, in the same runs with one change each');
  const { words } = variant!.faults.find(({ id }) => id === own.faults[0]!.fault)!;
  expect(text).toContain(`without “${words}” 3 “${words}” alone 5`);
  expect(text).toContain('with topics.orders.acks all (now 1) 0');
});
