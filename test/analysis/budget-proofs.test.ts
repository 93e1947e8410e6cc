import { describe, expect, it } from 'vitest';
import { budgetAnswer, budgetCauses } from '../../src/report/words/budget-cause.js';
import type { BudgetProof } from '../../src/contracts/result/counterfactual.js';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** Workers with 2 places of 100 ms each take 20/s of the jobs; the mailer takes 5/s of 4/s. */
const file = (more: string): string => `faultline: 1
title: Broken budgets
run: { duration: 60s, seed: 4 }
services:
  shop: { concurrency: 4, queue: { capacity: 4 }, endpoints: { buy: [ { call: bank.pay }, publish: jobs ], mail: [ publish: mails ] } }
  bank: { concurrency: 8, endpoints: { pay: [ wait: 20ms ] } }
  worker: { endpoints: { handle: { idempotent: true, steps: [ wait: 100ms ] } } }
queues:
  jobs: { kind: sqs, visibilityTimeout: 1s, maxReceiveCount: 1, deadLetter: dead, consumers: [ { call: worker.handle, concurrency: 2 } ] }
  mails: { kind: sqs, consumers: [ { call: worker.handle, concurrency: 1 } ] }
  dead: { kind: sqs }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
  robots: { arrivals: constant(12/s), requests: [ { call: shop.mail } ] }
${more}`;

async function proofs(more: string): Promise<{
  readonly budgets: readonly BudgetProof[];
  readonly words: (text: string) => string;
  readonly answer: string | null;
}> {
  const ran = run(file(more));
  const counterfactuals = await proofOf(ran, { share: null });
  const variant = { ...ran.variant(), counterfactuals };
  return {
    budgets: counterfactuals.budgets ?? [],
    words: (text) => budgetCauses([variant], text),
    answer: budgetAnswer(variant),
  };
}

const FAILS = '{ id: bank-fails, kind: error, target: bank, share: 100%, at: 20s, for: 10s }';
const POISON = '{ id: worker-fails, kind: error, target: worker, share: 20%, at: 30s, for: 10s }';

describe('a broken budget in further runs', () => {
  it('has its value without each fault, so that each budget has a cause of its own', async () => {
    const { budgets, words } = await proofs(`
faults: [ ${FAILS}, ${POISON} ]
budgets: [ users.success >= 99%, dead.ready.max <= 0, mails.age.max < 1s, users.latency.p99 < 1s ]
`);
    // One that holds is not asked again.
    expect(budgets.map(({ text }) => text)).toEqual([
      'users.success >= 99%',
      'dead.ready.max <= 0',
      'mails.age.max < 1s',
    ]);
    const [success, dead, mails] = budgets as [BudgetProof, BudgetProof, BudgetProof];
    // 100 requests of 600.
    expect(success.value).toBeLessThan(0.95);
    expect(success.calm).toEqual({ value: 1, holds: true });
    expect(success.faults.map(({ fault, holds }) => [fault, holds])).toEqual([
      ['bank-fails', true],
      ['worker-fails', false],
    ]);
    expect(words(success.text)).toBe('holds without “bank fails with 500”: 100 %');

    expect(dead.value).toBeGreaterThan(0);
    expect(dead.faults.map(({ fault, holds }) => [fault, holds])).toEqual([
      ['bank-fails', false],
      ['worker-fails', true],
    ]);
    expect(words(dead.text)).toBe('holds without “worker fails 20 % of its requests with 500”: 0');

    // 12/s for 10/s: without faults the oldest waits for 10 s in the end.
    expect(mails.calm!.holds).toBe(false);
    expect(mails.calm!.value).toBeGreaterThan(9);
    expect(words(mails.text)).toMatch(/^holds with |^breaks without faults, too: /);
  });

  it('may need two faults together, and has another cause where there is none', async () => {
    const { words, answer } = await proofs(`
faults: [ ${FAILS}, ${FAILS.replace('bank-fails', 'again').replace('20s', '40s')} ]
budgets: [ users.success >= 99% ]
`);
    expect(words('users.success >= 99%')).toBe('holds without any fault: 100 %');
    expect(answer).toMatch(
      /^without the faults users\.success is 100 % instead of 6\d(\.\d)? % \(proved\)$/,
    );
    const { budgets, words: calm } = await proofs('budgets: [ mails.age.max < 6s ]\n');
    expect(budgets[0]!.calm).toBeNull();
    expect(calm('mails.age.max < 6s')).toMatch(
      /^holds with 2x the concurrency of the consumers of mails: /,
    );
  });

  it('names the one of two faults that breaks it alone, where only the other one was left out', async () => {
    const ran = run(file(`faults: [ ${FAILS}, ${POISON} ]\nbudgets: [ users.success >= 99% ]\n`));
    const full = await proofOf(ran, { share: null });
    const [proof] = full.budgets!;
    const asked = {
      ...proof!,
      faults: proof!.faults.filter(({ fault }) => fault !== 'bank-fails'),
    };
    const variant: VariantResult = {
      ...ran.variant(),
      counterfactuals: { ...full, budgets: [asked] },
    };
    expect(budgetAnswer(variant)).toMatch(
      /^bank fails with 500 \(proved\): it alone takes users\.success from 100 % to 8\d(\.\d)? %$/,
    );
  });

  it('is asked in the windows of the faults, also where they do not strike', async () => {
    const { budgets, words } = await proofs(`
faults: [ ${FAILS} ]
budgets: [ users.success >= 90% during bank-fails ]
`);
    expect(budgets.length).toBeGreaterThan(0);
    expect(words('users.success >= 90% during bank-fails')).toMatch(
      /^holds without “bank fails.*”: 100 %$/,
    );
  });

  it('is none of a variant that breaks none', async () => {
    const { budgets, words } = await proofs(
      `faults: [ ${FAILS} ]\nbudgets: [ users.success >= 50% ]\n`,
    );
    expect(budgets).toEqual([]);
    expect(words('users.success >= 50%')).toBe('');
  });
});
