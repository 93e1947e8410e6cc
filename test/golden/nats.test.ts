import { describe, expect, it } from 'vitest';
import { answered, begun, golden, metered, outcomes, times } from './tracing.js';
import type { Traced } from './tracing.js';

interface Options {
  readonly queue?: string;
  readonly publish?: string;
  readonly handle?: string;
  readonly replicas?: number;
  readonly consumer?: string;
  readonly at: string;
  readonly faults?: string;
  readonly length?: string;
}

/** Messages through a JetStream work queue, on a cluster of three servers where `queue` says so. */
const run = (o: Options): Traced =>
  golden(
    `
brokers: { nats: { kind: nats, nodes: 3 } }
queues:
  jobs: { kind: nats, ${o.queue ?? ''} consumers: [ { call: worker.handle, ${o.consumer ?? ''} } ] }
  failed: { kind: simple }
services:
  worker: { replicas: ${o.replicas ?? 1}, endpoints: { handle: [ wait: ${o.handle ?? '1ms'} ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, ${o.publish ?? ''} } ] } }
workloads:
  users: { arrivals: { at: [ ${o.at} ] }, requests: [ { call: api.submit } ] }
faults: [ ${o.faults ?? ''} ]
`,
    o.length ?? '2m',
  );

const handled = (traced: Traced): readonly number[] => begun(traced.at('worker.handle'));
const meter = (traced: Traced, name: string): number => metered(traced, name, 'jobs');

describe('a message in flight', () => {
  const crash = '{ id: dies, kind: crash, target: worker, at: 500ms, for: 1s }';

  it('of a client that died is delivered again when ackWait is over, not before', () => {
    // Three messages are in the buffer of the client; the first one is in work.
    const traced = run({ at: times(3, '0s'), handle: '1s', queue: 'ackWait: 5s,', faults: crash });
    expect(handled(traced)).toEqual([0, 5000, 6000, 7000]);
    expect(meter(traced, 'redeliveries')).toBe(3);
  });

  it('comes before new messages when it is delivered again', () => {
    // Two messages are in work when the client dies; their deadlines are 10 s and 11 s. Two new ones take both handlers
    // at 8.5 s, and a third waits from 12 s on.
    const traced = run({
      at: '0s, 1s, 8500ms, 8600ms, 12s',
      handle: '6s',
      queue: 'ackWait: 10s, maxMessages: 2,',
      faults: '{ id: dies, kind: crash, target: worker, at: 5s, for: 3s }',
      consumer: 'concurrency: 2',
    });
    expect(handled(traced)).toEqual([0, 1000, 8500, 8600, 14_500, 14_600, 20_500]);
    const requests = traced.at('api.submit').map(({ root }) => root);
    const of = traced.at('worker.handle').map(({ root }) => requests.indexOf(root));
    expect(of).toEqual([0, 1, 2, 3, 0, 1, 4]);
  });

  it('waits in the buffer of its client while ackWait runs, so a slow client gets it twice', () => {
    const traced = run({ at: times(4, '0s'), handle: '3s', queue: 'ackWait: 10s,' });
    // The fourth one begins at 9 s and is delivered again at 10 s; its acknowledgement at 12 s settles it.
    expect(handled(traced)).toEqual([0, 3000, 6000, 9000, 12_000]);
    expect([meter(traced, 'redeliveries'), meter(traced, 'duplicateEffects')]).toEqual([1, 1]);
  });

  it('is settled by a late acknowledgement while nobody has it', () => {
    // maxAckPending 1: a second client has no room, so the message waits for its only client.
    const traced = run({ at: '0s', handle: '3s', queue: 'ackWait: 2s, maxMessages: 1,' });
    expect(handled(traced)).toEqual([0]);
    expect([meter(traced, 'consumed'), meter(traced, 'redeliveries')]).toEqual([1, 0]);
  });

  it('holds all clients at maxAckPending', () => {
    const traced = run({
      at: times(4, '0s'),
      replicas: 4,
      handle: '1s',
      queue: 'maxAckPending: 2,',
    });
    expect(handled(traced)).toEqual([0, 0, 1000, 1000]);
  });
});

describe('a handler that fails', () => {
  const bad = '{ id: bad, kind: error, target: worker.handle, afterWork: true, at: 0s, for: 1m }';

  it('says nothing: the message is delivered again after ackWait, maxDeliver times in all', () => {
    const traced = run({
      at: '0s',
      queue: 'ackWait: 4s, maxDeliver: 3, deadLetter: failed,',
      faults: bad,
    });
    expect(handled(traced)).toEqual([0, 4000, 8000]);
    expect([meter(traced, 'deadLettered'), meter(traced, 'lostEffects')]).toEqual([1, 0]);
  });

  it('leaves the message in the stream after maxDeliver without a place for it', () => {
    const kept = run({ at: '0s', queue: 'ackWait: 4s, maxDeliver: 2,', faults: bad });
    expect(handled(kept)).toEqual([0, 4000]);
    expect([meter(kept, 'dropped'), meter(kept, 'lostEffects')]).toEqual([0, 0]);
    const aged = run({ at: '0s', queue: 'ackWait: 4s, maxDeliver: 2, maxAge: 10s,', faults: bad });
    expect([meter(aged, 'expired'), meter(aged, 'lostEffects')]).toEqual([1, 1]);
  });

  it('refuses with a Nak where it retries by requeue, and with a delay', () => {
    const nak = run({
      at: '0s',
      faults: bad,
      consumer: 'retry: { attempts: 3, mode: requeue }, onPoison: skip',
    });
    expect(handled(nak)).toEqual([0, 1, 2]);
    const delayed = run({
      at: '0s',
      faults: bad,
      consumer:
        'retry: { attempts: 3, mode: delayed, backoff: { kind: constant, base: 250ms, jitter: none } }, onPoison: skip',
    });
    expect(handled(delayed)).toEqual([0, 251, 502]);
  });
});

describe('a stream', () => {
  it('ignores a message that is published again within its duplicate window', () => {
    const handlings = (queue: string): number =>
      golden(
        `
queues: { jobs: { kind: nats, ${queue} consumers: [ { call: worker.handle } ] } }
services:
  worker: { endpoints: { handle: [ wait: 1ms ] } }
  api: { endpoints: { submit: [ publish: jobs, fail: 503 ] } }
workloads:
  users:
    arrivals: { at: [ 0s ] }
    requests: [ { call: api.submit, policy: { retry: { attempts: 3, backoff: { kind: constant, base: 40s } } } } ]
`,
        '5m',
      ).at('worker.handle').length;
    const windows = ['', 'duplicateWindow: 30s,', 'duplicateWindow: 2m,'];
    expect(windows.map(handlings)).toEqual([3, 3, 1]);
  });

  it('that is full deletes its oldest message or refuses the new one, and dead-letters neither', () => {
    const full = (discard: string): readonly number[] => {
      const traced = run({
        at: times(5, '0s'),
        handle: '1s',
        publish: 'confirm: true',
        queue: `capacity: 2, discard: ${discard}, maxMessages: 1, maxDeliver: 9, deadLetter: failed,`,
      });
      const refused = outcomes(traced.at('api.submit')).filter((one) => one !== 'ok').length;
      const dead = metered(traced, 'deadLettered', 'jobs');
      return [meter(traced, 'consumed'), meter(traced, 'dropped'), refused, dead];
    };
    // The one in flight counts, and is the oldest; its handler goes on.
    expect(full('old')).toEqual([3, 3, 0, 0]);
    expect(full('new')).toEqual([2, 0, 3, 0]);
  });

  it('deletes messages after maxAge, counted from their publishing', () => {
    const traced = run({ at: times(3, '0s'), handle: '4s', queue: 'maxAge: 5s, maxMessages: 1,' });
    expect(handled(traced)).toEqual([0, 4000]);
    expect(meter(traced, 'expired')).toBe(1);
  });
});

describe('a stream on servers', () => {
  const dies = (node: number): string =>
    `{ id: f${node}, kind: crash, target: "nats[${node}]", at: 10s, for: 20s }`;
  const streams = (replicas: number, o: Options): Traced =>
    run({ ...o, queue: `broker: nats, replicas: ${replicas}, ${o.queue ?? ''}` });

  it('refuses messages from the loss of its leader until another one is elected', () => {
    const traced = streams(3, {
      at: '9s, 10s, 15690ms, 15710ms',
      publish: 'confirm: true',
      faults: dies(0),
    });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok', 'serverError', 'serverError', 'ok']);
    expect(answered(traced.at('api.submit'))).toEqual([9000, 10_000, 15_690, 15_710]);
    expect(handled(traced)).toEqual([9000, 15_710]);
  });

  it('loses messages that are published meanwhile without confirmation', () => {
    const traced = streams(3, { at: '9s, 12s', publish: 'confirm: false', faults: dies(0) });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok', 'ok']);
    expect(meter(traced, 'lostEffects')).toBe(1);
  });

  it('with one replica is down until its server is back', () => {
    const traced = streams(1, {
      at: '9s, 20s, 31s',
      publish: 'confirm: true',
      faults: dies(0),
    });
    expect(outcomes(traced.at('api.submit'))).toEqual(['ok', 'serverError', 'ok']);
  });

  it('leaves messages with their clients, but loses acknowledgements while it has no leader', () => {
    // Delivered at 9 s, handled until 11 s: no leader takes the acknowledgement, and ackWait ends at 14 s + election.
    const traced = streams(3, { at: '9s', handle: '2s', queue: 'ackWait: 5s,', faults: dies(0) });
    expect(handled(traced)).toEqual([9000, 15_700]);
    expect(meter(traced, 'duplicateEffects')).toBe(1);
    // A handler that takes longer than the election is not disturbed.
    const slow = streams(3, { at: '9s', handle: '8s', faults: dies(0) });
    expect(handled(slow)).toEqual([9000]);
    expect(meter(slow, 'redeliveries')).toBe(0);
  });
});
