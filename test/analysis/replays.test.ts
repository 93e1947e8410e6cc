import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

const reset = (replay: string): ReturnType<typeof cascadeOf> =>
  cascadeOf(`
faultline: 1
title: A consumer group that is reset
run: { duration: 60s, seed: 3 }
topics: { orders: { kind: kafka, subscribers: [ { group: billing, call: worker.bill${replay} } ] } }
services: { worker: { endpoints: { bill: [ work: 10ms ] } } }
workloads: { users: { arrivals: constant(50/s), requests: [ { name: order, steps: [ publish: orders ] } ] } }
`);

function cascadeOf(text: string) {
  return run(text).variant().cascade;
}

describe('a reset of a consumer group', () => {
  it('is an event, and the backlog and the repeated effects come after it', () => {
    const { events, sentence } = reset(', replay: { at: 20s }');
    expect(events.filter(({ kind }) => kind === 'replay')).toMatchObject([
      {
        at: 20,
        subject: 'orders.billing',
        text: 'is reset: it reads again from its oldest message',
      },
    ]);
    expect(sentence).toMatch(
      /^No fault, and no user request fails\. orders\.billing is reset at 20 s: it reads again from its oldest message\. orders\.billing falls behind at 20 s: up to [\d,]+ messages wait, the oldest for [\d.]+ s, after its reset, caught up after 15 s\. orders\.billing repeats effects from 20 s: 999 effects too many, after its reset\.$/u,
    );
  });

  it('says how far it goes back, or that messages are skipped', () => {
    const wordsOf = (from: string): readonly string[] =>
      reset(`, replay: { at: 20s, from: ${from} }`)
        .events.filter(({ kind }) => kind === 'replay')
        .map(({ text }) => text);
    expect(wordsOf('latest')).toEqual(['is reset: it skips all messages until then']);
    expect(wordsOf('5s')).toEqual(['is reset: it reads the messages of the last 5 s again']);
  });

  it('is not reported without one', () => {
    expect(reset('').sentence).toBe('No fault, and nothing degrades.');
  });
});

describe('calls that wait for a connection of a small pool', () => {
  it('are no trouble where no request fails', () => {
    const { sentence } = cascadeOf(`
faultline: 1
title: Four connections for forty calls
run: { duration: 20s, warmup: 5s, seed: 64 }
policies: { http: { connections: { max: 4 } } }
services:
  page: { runtime: async, outbound: http, endpoints: { show: [ parallel: { each: 40, branches: [ call: stock.get ] } ] } }
  stock: { protocol: http1, endpoints: { get: [ wait: 20ms ] } }
workloads: { users: { arrivals: constant(2/s), requests: [ { call: page } ] } }
`);
    expect(sentence).toMatch(
      /^No fault, and no user request fails\. Short of connections: page \(up to \d+ calls wait for a connection\)\.$/u,
    );
  });
});
