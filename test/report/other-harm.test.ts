import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { plainWords } from '../../src/report/base/emphasis.js';
import { viewOf } from '../../src/report/view/view.js';
import { answerOf } from '../../src/report/words/answer.js';
import { chainOf } from '../../src/report/words/chain.js';
import { leadWords } from '../../src/report/words/lead.js';
import type { VariantResult } from '../../src/contracts/result/result.js';
import { proofOf } from '../support/proofs.js';
import { run } from '../theory/program.js';

/** The consumer of mails is slow from 15 to 25 s, which no order waits for; orders come too fast from 50 to 60 s. */
it('a fault that only leaves messages waiting is no cause of the requests that fail', async () => {
  const ran = run(`
faultline: 1
title: two harms
run: { duration: 100s, warmup: 5s, seed: 3, timeline: 1s }
services:
  shop: { concurrency: 4, queue: { capacity: 20 }, endpoints: { buy: [ wait: 50ms ], note: [ publish: mails ] } }
  mail: { concurrency: 2, endpoints: { send: [ wait: 10ms ] } }
topics: { mails: { kind: kafka, partitions: 2, subscribers: [ { group: mailers, call: mail.send } ] } }
workloads:
  users:
    arrivals: { kind: stages, start: 20/s, stages: [ { duration: 50s, target: 20/s }, { duration: 1s, target: 150/s }, { duration: 9s, target: 150/s }, { duration: 1s, target: 20/s }, { duration: 39s, target: 20/s } ] }
    requests: [ { call: shop.buy } ]
  robots: { arrivals: constant(60/s), requests: [ { call: shop.note } ] }
faults: [ { id: stop, kind: slow, target: mail, factor: 4, at: 15s, for: 10s } ]
`);
  const proofs = new Map([[ran.plans[0]!.variant, await proofOf(ran)]]);
  const result = summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs);
  const [variant] = result.variants;
  const row = variant!.counterfactuals!.faults.find(({ fault }) => fault === 'stop')!;
  expect(row.role).toBe('none');
  // It is a cause of the backlog.
  expect(variant!.cascade.causes.some(({ fault }) => fault === 'stop')).toBe(true);
  const { what, why, also } = answerOf(viewOf(result));
  expect(plainWords(what)).toMatch(/requests: success .* from 5[0-2](\.\d)? s to/u);
  expect(plainWords(why ?? [])).toContain('grows from 20/s to 150/s at 50 s');
  expect(plainWords(why ?? [])).not.toContain('mail');
  expect(leadWords(variant!)).not.toContain('mail 4x slower');
  expect(also.map(plainWords)).toContain(
    'Not to blame: mail 4x slower (without it the same requests fail).',
  );
});

describe('a rise of the load that hurts users before the first fault', () => {
  const stages = (level: number, lasts: number): string =>
    `{ kind: stages, start: 20/s, stages: [ { duration: 20s, target: 20/s }, { duration: 0s, target: ${level}/s }, { duration: ${lasts}s, target: ${level}/s }, { duration: 0s, target: 20/s } ] }`;
  /** The variant where nothing shows the component that makes requests of users fail. */
  const withoutCause = (variant: VariantResult): VariantResult => {
    const events = variant.cascade.events.map((event) =>
      event.subject === 'users.buy' ? { ...event, cause: null } : event,
    );
    return { ...variant, cascade: { ...variant.cascade, events } };
  };
  const answered = async (level: number, lasts: number) => {
    const ran = run(`
faultline: 1
title: a surge, then a fault
run: { duration: 100s, warmup: 5s, seed: 3, timeline: 1s }
services:
  shop: { concurrency: 4, queue: { capacity: 20 }, endpoints: { buy: [ wait: 50ms ] } }
  mail: { concurrency: 2, endpoints: { send: [ wait: 10ms ] } }
  clock: { endpoints: { note: [ publish: mails ] } }
topics: { mails: { kind: kafka, partitions: 2, subscribers: [ { group: mailers, call: mail.send } ] } }
workloads:
  users: { arrivals: ${stages(level, lasts)}, requests: [ { call: shop.buy } ] }
  robots: { arrivals: constant(60/s), requests: [ { call: clock.note } ] }
faults: [ { id: stop, kind: slow, target: mail, factor: 4, at: 50s, for: 10s } ]
`);
    const proofs = new Map([[ran.plans[0]!.variant, await proofOf(ran)]]);
    const result = summarise(ran.file, ran.plans, ran.records, '0.0.0', null, null, proofs);
    const view = viewOf(result);
    const [variant] = result.variants;
    const { what, why } = answerOf(view);
    const own = variant!.cascade.events.filter(({ subject }) => subject === 'users.buy');
    return {
      what: plainWords(what),
      why: plainWords(why ?? []),
      kinds: own.map(({ kind }) => kind),
      first: chainOf(view, variant!)[0]!,
      steps: (known: boolean) => chainOf(view, known ? variant! : withoutCause(variant!)),
    };
  };

  it('comes first in the answers and in the timeline, and its cause is the load', async () => {
    const { what, why, kinds, first } = await answered(150, 10);
    expect(what).toMatch(/^users\.buy requests: success \d+(\.\d+)? % from 20/u);
    expect(why).toMatch(/^the load of users rises from 20\/s to 150\/s at 20 s.* \(proved\)/u);
    expect(why).not.toContain('mail');
    expect(kinds).toEqual(['degraded', 'recovered']);
    expect(first.when).toMatch(/^20/u);
  });

  it('is in the timeline where no component shows it', async () => {
    const { steps } = await answered(150, 10);
    for (const known of [true, false])
      expect(steps(known).some(({ subject }) => subject.startsWith('users.buy'))).toBe(true);
  });

  it('may still hurt them when the fault begins', async () => {
    const { what, kinds } = await answered(150, 60);
    expect(what).toMatch(/^users\.buy requests: .* from 20(?:\.\d)? s to .*81 s\.$/u);
    expect(kinds.at(-1)).toBe('recovered');
  });

  it('is not found where users are served as before', async () => {
    const { what, kinds, first } = await answered(40, 10);
    expect(what).toContain('messages wait for mails');
    expect(kinds).toEqual([]);
    expect(first.when).toBe('50 s');
  });
});
