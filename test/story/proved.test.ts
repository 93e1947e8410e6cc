import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { causeSentence } from '../../src/report/words/causes.js';
import { poisonAdvice } from '../../src/report/words/poison-advice.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

interface Proved {
  /** The account without further runs. */
  readonly inferred: VariantResult;
  readonly told: VariantResult;
  readonly own: Counterfactuals;
  readonly says: string;
}

async function proved(name: string, isFull = false): Promise<Proved> {
  const text = readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8');
  const ran = run(text);
  const options = isFull ? {} : { candidates: [] };
  const own = await proofOf(ran, { ...options, share: null });
  const proofs = new Map([[ran.plans[0]!.variant, own]]);
  const [told] = summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs).variants;
  const says = causeSentence({ variant: told!, own });
  return { inferred: ran.variant(), told: told!, own, says };
}

const causesOf = ({ cascade }: VariantResult): readonly string[] =>
  cascade.causes.map(({ kind, subject }) => `${kind} ${subject}`);

describe('a saga whose state is in memory', () => {
  it('is lost by the crash of its orchestrator, while the longer fault only has sagas undone', async () => {
    const { inferred, told, own, says } = await proved('saga-in-memory');
    for (const account of [inferred, told]) {
      expect(causesOf(account)).toEqual(['fault payments-stop', 'fault orders-crash']);
      expect(account.cascade.sentence).toContain('390 of 397 sagas are undone, 1.01 % before');
      expect(account.cascade.sentence).toContain(
        'place-order does not end well from 60 s: of 3,201 sagas 1 lost',
      );
    }
    const [unsettled] = own.unseen!;
    expect(unsettled).toMatchObject({ kind: 'unsettled', subject: 'place-order', background: 0 });
    expect(unsettled!.faults.map(({ fault, role, without }) => [fault, role, without])).toEqual([
      ['orders-crash', 'cause', 0],
      ['payments-stop', 'none', unsettled!.harm],
    ]);
    expect(says).toContain('0 remain without “one instance of orders crashes”.');
    expect(says).not.toContain('The faults are not the cause');
  });
});

describe('two faults at one database', () => {
  it('are told apart: only without the leak do all profiles succeed', async () => {
    const { told, own } = await proved('pool-two-faults');
    expect(causesOf(told)).toEqual(['fault slow-tax', 'fault leak']);
    const [leak, tax] = own.faults;
    expect([leak!.fault, leak!.role, tax!.fault, tax!.role]).toEqual([
      'leak',
      'cause',
      'slow-tax',
      'part',
    ]);
    // Each does its own part of the harm, whether the other one strikes or not.
    for (const { averted, alone } of own.faults) {
      expect(Math.abs(averted.value! - (alone! - own.background))).toBeLessThan(0.1 * own.harm);
    }
    const { sentence, verdicts } = told.cascade;
    expect(verdicts).toEqual(['lost']);
    expect(sentence).toContain('connections from profiles to main-db were never returned');
    for (const words of ['metastable', 'load is feasible', 'not to blame', 'is back'])
      expect(sentence).not.toContain(words);
  });
});

describe('a flushed cache in front of a small database', () => {
  it('is metastable: loads that do not end at their timeout fill it again, a pause of the load does not', async () => {
    const { told, own, says } = await proved('stampede');
    expect(own.metastability).toMatchObject({
      usual: 'metastable',
      proof: 'confirmed',
      withoutTrigger: { words: 'without the fault', users: 'healthy' },
      loopCut: { words: 'with the timeout of web to products-db cut at 20 s', users: 'recovers' },
      loadPaused: { users: 'stays' },
    });
    expect(causesOf(told)).toEqual(['fault flush']);
    expect(told.cascade.sentence).toContain('(metastable)');
    expect(says).toContain('Metastable, confirmed');
    for (const words of ['recovers', 'ends before it is over', 'undecided'])
      expect(told.cascade.sentence).not.toContain(words);
  });

  it('is metastable without a fault too, where its entries expire at once', async () => {
    const { own } = await proved('ttl-stampede');
    expect(own.metastability).toMatchObject({
      usual: 'metastable',
      proof: 'confirmed',
      withoutTrigger: { words: 'with entries of products that never expire', users: 'healthy' },
      loopCut: { users: 'recovers' },
    });
  });
});

describe('a restart loop', () => {
  it('is cut by the absence of the probes that sustain it', async () => {
    const { own } = await proved('restarts-by-probes');
    expect(own.metastability).toMatchObject({
      proof: 'confirmed',
      withoutTrigger: { words: 'without the fault', users: 'healthy' },
      loopCut: { words: 'without the probes of shop', users: 'recovers' },
    });
  });
});

describe('a fault that waits for a condition', () => {
  it('ends when it does in the runs, so that they prove what is left after it', async () => {
    const { own } = await proved('storm-on-condition');
    expect(own.metastability).toMatchObject({
      usual: 'metastable',
      proof: 'confirmed',
      loopCut: { users: 'recovers' },
    });
  });
});

describe('a fault whose absence makes it worse', () => {
  it('protects, and is no cause', async () => {
    const { inferred, told, own, says } = await proved('watchdog-helps');
    expect(causesOf(inferred)).toContain('fault watchdog');
    expect(own.faults.map(({ fault, role }) => [fault, role])).toEqual([
      ['surge', 'cause'],
      ['watchdog', 'protection'],
    ]);
    expect(causesOf(told)).toEqual(['fault surge']);
    expect(told.cascade.innocent).toEqual([
      { fault: 'watchdog', reason: 'without it more requests fail' },
    ]);
    expect(says).toContain('More harm without “mid crashes');
  });
});

describe('messages that wait', () => {
  it('do so because of a message that no consumer can process', async () => {
    const { own, says, told } = await proved('poison-message', true);
    expect(poisonAdvice(told)).toMatch(
      /^Let the consumers of parcels\.packer give up a message that they cannot handle, with onPoison: deadLetter and a deadLetter queue: of \d+ messages that wait for parcels\.packer on average, 0 remain$/,
    );
    const [backlog] = own.unseen!;
    expect(backlog).toMatchObject({ kind: 'backlog', subject: 'parcels.packer' });
    expect(backlog!.faults).toMatchObject([{ fault: 'bad', role: 'cause' }]);
    const poison = backlog!.interventions.find(({ kind }) => kind === 'poison');
    expect(poison).toMatchObject({ subject: 'parcels', role: 'remedy' });
    expect(says).toMatch(
      /^The faults make parcels\.packer fall behind, and cost no request of users\. Of \d+ messages that wait for parcels\.packer on average, 0 remain without “the messages of parcels cannot be handled” and 0 with messages of parcels passed over at their first failure\.$/,
    );
  });

  it('do so because of them where others wait without a fault too', async () => {
    const { own, told } = await proved('poison-busy', true);
    const [{ harm, background }] = own.unseen!;
    // Most of those that wait do so in any case.
    expect(background).toBeGreaterThan(harm / 2);
    expect(poisonAdvice(told)).toMatch(
      /^Let the consumers of jobs give up a message .*, \d+ remain$/,
    );
  });

  it('do so after the fault because members leave their group during long polls', async () => {
    const { told, own } = await proved('slow-polls', true);
    expect(told.cascade.endings[0]!.reason).toBe('redeliveries');
    for (const harm of own.unseen!) {
      expect(harm.faults).toMatchObject([{ fault: 'slow', role: 'cause' }]);
      const loop = harm.interventions.find(({ kind }) => kind === 'rebalances');
      expect(loop).toMatchObject({ subject: 'parcels', role: 'sustainer' });
      const poison = harm.interventions.find(({ kind }) => kind === 'poison');
      expect(poison).toMatchObject({ role: 'none' });
    }
    expect(own.unseen!.map(({ kind }) => kind)).toEqual(['backlog', 'repeated']);
  });
});
