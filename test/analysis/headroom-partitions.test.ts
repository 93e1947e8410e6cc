import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/analysis/summarise.js';
import { handleWords, useWords } from '../../src/report/words/headroom.js';
import { hotKeyAdvice } from '../../src/report/words/hot-key-advice.js';
import { proofOf } from '../support/proofs.js';
import { run, type Ran } from '../theory/program.js';

interface Topic {
  readonly key?: string;
  readonly replicas?: number;
}

/** A topic of twelve partitions, whose messages take 10 ms each. */
function postsAt(rate: number, { key = 'account', replicas = 4 }: Topic = {}): Ran {
  return run(`faultline: 1
title: Posts by account
run: { duration: 60s, warmup: 5s, seed: 3 }
keys:
  account: { kind: hot, count: 10000, hotShare: 40%, hotKeys: 1 }
  order: { kind: uniform, count: 10000 }
  shop: { kind: zipf, count: 200, exponent: 1.2 }
services:
  ingest: { endpoints: { post: [ { publish: { topic: posts, key: ${key} } } ] } }
  fanout: { replicas: ${replicas}, endpoints: { deliver: [ wait: 10ms ] } }
topics:
  posts:
    kind: kafka
    partitions: 12
    subscribers: [ { group: fanout, call: fanout.deliver, concurrency: 3 } ]
workloads: { authors: { arrivals: constant(${rate}/s), requests: [ { call: ingest.post } ] } }
`);
}

function fanoutAt(rate: number, topic: Topic = {}) {
  const { components } = postsAt(rate, topic).variant().headroom!;
  return components.find(({ component }) => component === 'fanout')!;
}

describe('the headroom of the consumers of a topic whose key selects the partition', () => {
  it('is that of the partition of a hot value', () => {
    // 40 % and about a twelfth of the other 60 %, of the 100/s of one consumer.
    const found = fanoutAt(100);
    expect(found.saturatesAt / (100 / 0.45)).toBeCloseTo(1, 1);
    expect(found.busiest).toEqual({ members: 12, partitions: 1, of: 12, key: 'account' });
    expect(useWords(found)).toBe(
      '45 % of its consumer of the busiest partition of posts by account at 100/s',
    );
    expect(fanoutAt(100, { replicas: 8 }).saturatesAt).toBe(found.saturatesAt);
    expect(handleWords(fanoutAt(300))).toBe(
      'its consumer of the busiest partition of posts by account handles 222/s of 300/s',
    );
  });

  it.each<Topic>([{}, { key: 'order' }, { key: 'shop' }, { key: 'shop', replicas: 2 }])(
    'is the load above which messages are left waiting: %o',
    (topic) => {
      const { saturatesAt } = fanoutAt(100, topic);
      const left = (load: number): number =>
        postsAt(Math.round(load), topic)
          .variant()
          .cascade.events.filter(({ kind }) => kind === 'notRecovered').length;
      expect(left(0.95 * saturatesAt)).toBe(0);
      expect(left(1.4 * saturatesAt)).toBe(1);
    },
  );

  it('is that of all consumers where the values spread evenly', () => {
    const found = fanoutAt(100, { key: 'order' });
    expect(found.busiest).toBeUndefined();
    expect(found.saturatesAt).toBeGreaterThan(1100);
  });

  it('leads to another key, which a run with an even spread proves', async () => {
    const ran = postsAt(300);
    const own = await proofOf(ran);
    const proofs = new Map([['base', own]]);
    const { file, plans, records } = ran;
    const told = summarise(file, plans, records, '0.0.0', null, null, proofs);
    expect(hotKeyAdvice(told.variants[0]!)).toMatch(
      /^Give the messages of posts another key than account: more consumers do not help; spread evenly, of [\d,]+ messages that wait for posts\.fanout on average, \d remain$/u,
    );
    const vain = own.unseen![0]!.interventions.filter(({ kind }) => kind === 'capacity');
    expect(vain.map(({ role }) => role)).toContain('none');
  });
});
