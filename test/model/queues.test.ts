import { describe, expect, it } from 'vitest';
import type { Row } from '../theory/program.js';
import type { Traced } from '../golden/tracing.js';
import { answered, begun, golden, latencies, metered, outcomes } from '../golden/tracing.js';

/** A queue `jobs` with the consumer `worker.handle`, and `api.submit` that publishes one message to it. */
const queue = (fields: string, consumer: string, steps: string, at: string, more = ''): string => `
queues:
  jobs: { ${fields}, consumers: [ { call: worker.handle${consumer === '' ? '' : `, ${consumer}`} } ] }
  dead: { kind: simple, consumers: [ { call: grave.keep } ] }
services:
  worker: { endpoints: { handle: [ ${steps} ] } }
  grave: { endpoints: { keep: [ wait: 0ms ] } }
  api: { endpoints: { submit: [ publish: jobs ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.submit } ] }
${more}`;

const handled = (traced: Traced): readonly Row[] => traced.at('worker.handle');
const buried = (traced: Traced): readonly number[] => begun(traced.at('grave.keep'));

describe('rabbitmq', () => {
  it('RB-1: hands messages to consumers with room in turn', () => {
    // 4 messages, 2 consumers of prefetch 1, 10 ms each: two rounds.
    const traced = golden(
      queue('kind: rabbitmq, prefetch: 1', 'concurrency: 2', 'work: 10ms', '0ms, 0ms, 0ms, 0ms'),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0, 0, 10, 10]);
  });

  it('RB-5: without a limit a slow consumer holds what it was pushed', () => {
    // 2 consumers without prefetch: messages 1 and 3 go to one, 2 and 4 to the other, whatever they take.
    const traced = golden(
      queue('kind: rabbitmq, prefetch: 0', 'concurrency: 2', 'work: 10ms', '0ms, 1ms, 2ms, 3ms'),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0, 1, 10, 11]);
  });

  it('pushes 2000 messages at once from a quorum queue where no prefetch is written', () => {
    const most = (fields: string): number => {
      const traced = golden(
        queue(`kind: rabbitmq, backlog: 3000, ${fields}`, '', 'work: 10ms', '1h'),
        '1s',
      );
      const meter = traced.ran.variant().metered['jobs']!.meters['inFlight'];
      return meter?.form === 'gauge' ? meter.max : -1;
    };
    expect(most('quorum: true')).toBe(2000);
    expect(most('quorum: true, prefetch: 2500')).toBe(2500);
    expect(most('quorum: false')).toBe(3000);
  });

  it('puts a message back where it was, and delivers it again at once', () => {
    // The first attempt of each fails with a broken connection at 5 ms; returned messages are first again.
    const traced = golden(
      queue(
        'kind: rabbitmq, prefetch: 1',
        '',
        'work: 10ms',
        '0ms, 1ms',
        'faults: [ { id: dies, kind: crash, target: worker, at: 5ms, for: 5ms } ]',
      ),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0, 10, 20]);
    expect(metered(traced, 'redeliveries', 'jobs')).toBe(1);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(0);
  });

  it('MQ-1: loses what automatic acknowledgement has settled when the consumer dies', () => {
    const traced = golden(
      queue(
        'kind: rabbitmq',
        'commit: before',
        'work: 10ms',
        '0ms, 0ms, 0ms',
        'faults: [ { id: dies, kind: crash, target: worker, at: 15ms, for: 5ms } ]',
      ),
      '1m',
    );
    expect(metered(traced, 'consumed', 'jobs')).toBe(1);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(2);
    expect(metered(traced, 'redeliveries', 'jobs')).toBe(0);
  });

  it('dead-letters a message of a quorum queue with the return beyond the limit', () => {
    // deliveryLimit 2 allows two returns: three deliveries, the third return buries.
    const traced = golden(
      queue(
        'kind: rabbitmq, quorum: true, deliveryLimit: 2, deadLetter: dead',
        '',
        'work: 10ms, fail: 500',
        '0ms',
      ),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0, 10, 20]);
    expect(buried(traced)).toEqual([30]);
  });

  it('puts what is rejected by its consumer in front of a quorum queue, without a limit behind all others', () => {
    // The first message fails each time, for 1 ms.
    const ends = (limit: string): readonly number[] => {
      const traced = golden(
        queue(
          `kind: rabbitmq, quorum: true, prefetch: 1, deliveryLimit: ${limit}`,
          '',
          'work: 10ms',
          '0ms, 1ms, 2ms',
          'faults: [ { id: bad, kind: poison, target: jobs, share: 100%, effect: error, at: 0ms, for: 500us } ]',
        ),
        '60ms',
      );
      return answered(handled(traced).filter(({ outcome }) => outcome === 'ok'));
    };
    expect(ends('20')).toEqual([31, 41]);
    expect(ends('unlimited')).toEqual([12, 23]);
  });

  it('puts messages of a lost channel in front, with a limit or without', () => {
    for (const limit of ['20', 'unlimited']) {
      const traced = golden(
        queue(
          `kind: rabbitmq, quorum: true, prefetch: 1, deliveryLimit: ${limit}`,
          '',
          'work: 10ms',
          '0ms, 1ms',
          'faults: [ { id: dies, kind: crash, target: worker, at: 5ms, for: 5ms } ]',
        ),
        '1m',
      );
      const requests = handled(traced).map(({ root }) => root);
      expect(requests).toEqual([requests[0], requests[0], requests[2]]);
    }
  });

  it('closes the channel of a delivery that is not acknowledged in time', () => {
    // 100 ms of work, 60 ms allowed: each delivery is returned before its handler is done, for ever.
    const traced = golden(
      queue('kind: rabbitmq, consumerTimeout: 60ms', '', 'wait: 100ms', '0ms'),
      '350ms',
    );
    expect(begun(handled(traced))).toEqual([0, 100, 200]);
    expect(metered(traced, 'duplicateEffects', 'jobs')).toBe(2);
  });

  it('expires what has waited for its time to live, and not what is in flight', () => {
    // One consumer, 100 ms each; 1 is in flight, 2 and 3 wait: both are dead letters 50 ms after they came.
    const traced = golden(
      queue(
        'kind: rabbitmq, prefetch: 1, messageTtl: 50ms, deadLetter: dead',
        '',
        'work: 100ms',
        '0ms, 10ms, 20ms',
      ),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0]);
    expect(buried(traced)).toEqual([60, 70]);
    expect(metered(traced, 'expired', 'jobs')).toBe(2);
  });

  it('with a time to live of 0 hands out what it can in the instant of coming, and expires the rest', () => {
    // 1 finds the consumer idle, 2 finds it busy, 3 is handled when it is free again, and 4 with 3.
    const traced = golden(
      queue(
        'kind: rabbitmq, prefetch: 1, messageTtl: 0ms, deadLetter: dead',
        '',
        'work: 10ms',
        '0ms, 5ms, 10ms, 10ms',
      ),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0, 10]);
    expect(buried(traced)).toEqual([5, 10]);
    // A returned message has used up its time.
    const failing = golden(
      queue(
        'kind: rabbitmq, prefetch: 1, messageTtl: 0ms, deadLetter: dead',
        '',
        'work: 10ms, fail: 500',
        '0ms',
      ),
      '1m',
    );
    expect([begun(handled(failing)), buried(failing)]).toEqual([[0], [10]]);
  });

  it('dead-letters what was put back after its time', () => {
    const traced = golden(
      queue(
        'kind: rabbitmq, prefetch: 1, messageTtl: 50ms, deadLetter: dead',
        '',
        'work: 80ms, fail: 500',
        '0ms',
      ),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0]);
    expect(buried(traced)).toEqual([80]);
  });

  it('loses refused messages if no publisher waits for a confirmation, unless dead letters keep them', () => {
    const full = (overflow: string): readonly unknown[] => {
      const traced = golden(
        queue(
          `kind: rabbitmq, prefetch: 1, capacity: 1, overflow: ${overflow}, deadLetter: dead`,
          '',
          'work: 100ms',
          '0ms, 10ms, 20ms',
        ).replace('publish: jobs', 'publish: { topic: jobs, confirm: false }'),
        '1m',
      );
      const counts = ['publishRejected', 'dropped', 'lostEffects'].map((name) =>
        metered(traced, name, 'jobs'),
      );
      return [outcomes(traced.requests), counts, buried(traced)];
    };
    expect(full('rejectPublish')).toEqual([['ok', 'ok', 'ok'], [1, 1, 1], []]);
    expect(full('rejectPublishDlx')).toEqual([['ok', 'ok', 'ok'], [1, 0, 0], [20]]);
  });

  it('bounds only what is ready', () => {
    // Capacity 1: one in flight, one ready; the third pushes the second out.
    const traced = golden(
      queue(
        'kind: rabbitmq, prefetch: 1, capacity: 1, deadLetter: dead',
        '',
        'work: 100ms',
        '0ms, 10ms, 20ms',
      ),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0, 100]);
    expect(buried(traced)).toEqual([20]);
  });
});

describe('retries of consumers', () => {
  const failing = (retry: string, poison: string): Traced =>
    golden(
      queue(
        'kind: rabbitmq, deadLetter: dead',
        `retry: { ${retry} }, onPoison: ${poison}`,
        'work: 10ms, fail: 500',
        '0ms',
      ),
      '1m',
    );

  it('PO-2: in the process, holding the consumer', () => {
    const traced = failing('attempts: 3, backoff: { kind: constant, base: 100ms }', 'deadLetter');
    expect(begun(handled(traced))).toEqual([0, 110, 220]);
    expect(buried(traced)).toEqual([230]);
    expect(metered(traced, 'redeliveries', 'jobs')).toBe(0);
  });

  it('PO-2: put back at once, counted by failed deliveries (PO-3)', () => {
    const traced = failing('attempts: 3, mode: requeue', 'deadLetter');
    expect(begun(handled(traced))).toEqual([0, 10, 20]);
    expect(buried(traced)).toEqual([30]);
    expect(metered(traced, 'redeliveries', 'jobs')).toBe(2);
  });

  it('PO-2: put aside for the back-off, which doubles', () => {
    const traced = failing(
      'attempts: 3, mode: delayed, backoff: { kind: exponential, base: 100ms }',
      'skip',
    );
    expect(begun(handled(traced))).toEqual([0, 110, 320]);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(1);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(0);
  });
});

describe('sqs', () => {
  it('hides a new message for its delay', () => {
    const traced = golden(
      queue('kind: sqs, waitTime: 20s, delay: 5s', '', 'work: 10ms', '1s'),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([6000]);
  });

  it('asks again a while after a short poll that found nothing', () => {
    // Receives at 0, 400, 800 and 1200 ms; the message of 900 ms is found by the last.
    const traced = golden(queue('kind: sqs, pollInterval: 400ms', '', 'work: 10ms', '900ms'), '1m');
    expect(begun(handled(traced))).toEqual([1200]);
  });

  it('counts receives without a message', () => {
    // 60 s of long polls of 20 s: those from 0 and 20 s have ended by 59 s.
    const traced = golden(queue('kind: sqs, waitTime: 20s', '', 'work: 10ms', '59s'), '1m');
    expect(metered(traced, 'emptyReceives', 'jobs')).toBe(2);
  });

  it('receives up to ten at once and deletes them after each or after all', () => {
    const crashed = (commit: string): Traced =>
      golden(
        queue(
          'kind: sqs, waitTime: 20s, backlog: 10',
          `maxNumberOfMessages: 10, commit: ${commit}`,
          'work: 10ms',
          '1h',
          'faults: [ { id: dies, kind: crash, target: worker, at: 35ms, for: 65ms } ]',
        ),
        '2m',
      );
    // Three are handled before the crash; the others are seen again 30 s after the receive.
    const each = crashed('afterEach');
    expect(metered(each, 'consumed', 'jobs')).toBe(10);
    expect(metered(each, 'duplicateEffects', 'jobs')).toBe(0);
    const batch = crashed('afterBatch');
    expect(metered(batch, 'duplicateEffects', 'jobs')).toBe(3);
    const before = crashed('before');
    expect(metered(before, 'consumed', 'jobs')).toBe(3);
    expect(metered(before, 'lostEffects', 'jobs')).toBe(7);
  });

  it('deletes what is older than its retention, counted from its publishing', () => {
    const traced = golden(
      queue(
        'kind: sqs, waitTime: 20s, retention: 60s, visibilityTimeout: 40s',
        '',
        'fail: 500',
        '0ms',
      ),
      '3m',
    );
    // Received at 0 and 40 s; at 80 s it is over its minute.
    expect(begun(handled(traced))).toEqual([0, 40_000]);
    expect(metered(traced, 'expired', 'jobs')).toBe(1);
  });

  it('has at most 120000 messages in flight, with `fifo` too', () => {
    const traced = golden(
      `
queues:
  jobs: { kind: sqs, fifo: true, fifoThroughputLimit: perMessageGroupId, backlog: 125000, visibilityTimeout: 1h, consumers: [ { call: worker.handle, concurrency: 1000, maxNumberOfMessages: 10 } ] }
services: { worker: { runtime: async, replicas: 13, endpoints: { handle: [ wait: 1h ] } } }
workloads: { users: { arrivals: { at: [ 1h ] }, requests: [ { call: worker.handle } ] } }
`,
      '1s',
    );
    const meter = traced.ran.variant().metered['jobs']!.meters['inFlight'];
    expect(meter?.form === 'gauge' ? meter.max : -1).toBe(120_000);
  });

  const fifo = (steps: string, at: string, call = 'submit'): string => `
keys: { customer: { kind: sequence, count: 2 } }
queues:
  jobs: { kind: sqs, fifo: true, waitTime: 20s, visibilityTimeout: 1s, consumers: [ { call: worker.handle, concurrency: 4 } ] }
services:
  worker: { endpoints: { handle: [ ${steps} ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, key: customer } ], twice: [ publish: jobs, fail: 503 ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.${call}, policy: { retry: { attempts: 3, backoff: { kind: constant, base: 1s } } } } ] }
`;

  it('keeps one message of a group under way, groups side by side', () => {
    const traced = golden(fifo('work: 100ms', '0ms, 0ms, 0ms, 0ms'), '1m');
    expect(begun(handled(traced))).toEqual([0, 0, 100, 100]);
  });

  it('blocks a group behind a message until it is seen again', () => {
    const traced = golden(fifo('fail: 500', '0ms, 0ms, 0ms'), '1500ms');
    // Two groups: the first of each is tried at 0 and 1 s, the third message waits.
    expect(begun(handled(traced))).toEqual([0, 0, 1000, 1000]);
  });

  it('takes a message that a retry publishes again once within five minutes', () => {
    const traced = golden(fifo('work: 10ms', '0ms', 'twice'), '1m');
    expect(traced.at('api.twice')).toHaveLength(3);
    expect(handled(traced)).toHaveLength(1);
  });
});

describe('bus', () => {
  const bus = (fields: string, steps: string, at: string, more = ''): string => `
keys: { customer: { kind: sequence, count: 2 } }
topics:
  news: { kind: bus, ${fields} }
services:
  worker: { endpoints: { handle: [ ${steps} ] } }
  other: { endpoints: { handle: [ work: 1ms ] } }
  api: { endpoints: { submit: [ publish: { topic: news, key: customer } ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.submit } ] }
${more}`;
  const crash = 'faults: [ { id: dies, kind: crash, target: worker, at: 5ms, for: 95ms } ]';
  const one = 'subscribers: [ { group: mail, call: worker.handle } ]';

  it('EB-1: gives every subscription every message, each with a queue of its own', () => {
    const traced = golden(
      bus(
        'subscribers: [ { group: mail, call: worker.handle }, { group: log, call: other.handle } ]',
        'work: 100ms',
        '0ms, 0ms',
      ),
      '1m',
    );
    expect(begun(handled(traced))).toEqual([0, 100]);
    expect(begun(traced.at('other.handle'))).toEqual([0, 1]);
    // A publish is over when the bus has the message.
    expect(latencies(traced.requests)).toEqual([0, 0]);
  });

  it('EB-2: keeps what it stores for a subscriber that is down', () => {
    const traced = golden(bus(one, 'work: 10ms', '0ms, 50ms', crash), '1m');
    expect(begun(handled(traced))).toEqual([0, 100, 110]);
    expect(metered(traced, 'lostEffects', 'news.mail')).toBe(0);
  });

  it('EB-2: loses what is in memory with the subscriber', () => {
    const traced = golden(bus(`stored: false, ${one}`, 'work: 10ms', '0ms, 50ms', crash), '1m');
    expect(begun(handled(traced))).toEqual([0]);
    expect(metered(traced, 'lostEffects', 'news.mail')).toBe(2);
  });

  it('EB-3: holds the messages behind one that fails, those of its key only', () => {
    const ordered = (ordering: string): readonly number[] => {
      const retry =
        'retry: { attempts: 2, mode: delayed, backoff: { kind: constant, base: 50ms } }';
      const subscriber = `{ group: mail, call: worker.handle, onPoison: skip, ${retry} }`;
      const traced = golden(
        bus(
          `ordering: ${ordering}, subscribers: [ ${subscriber} ]`,
          'work: 10ms, fail: 500',
          '0ms, 0ms, 0ms',
        ),
        '1m',
      );
      return begun(handled(traced));
    };
    // Keys a, b, a. By key the third waits for the second try of the first, which ends at 70 ms, and fails at 80.
    expect(ordered('key')).toEqual([0, 10, 60, 70, 80, 130]);
    expect(ordered('none')).toEqual([0, 10, 20, 60, 70, 80]);
  });

  const full = (overflow: string, more = ''): Traced =>
    golden(
      bus(
        `capacity: 1, overflow: ${overflow}, ${more}${one}`,
        'work: 100ms',
        '0ms, 10ms, 20ms, 30ms',
      ),
      '1m',
    );

  it('BP-1: block lets publishers wait in their order', () => {
    // 1 is handled, 2 waits in the queue; 3 and 4 are taken when 2 and 3 have begun, at 100 and 200 ms.
    const traced = full('block');
    expect(latencies(traced.requests)).toEqual([0, 0, 80, 170]);
    expect(begun(handled(traced))).toEqual([0, 100, 200, 300]);
  });

  it('BP-1: block ends with the publish timeout', () => {
    const traced = full('block', 'publishTimeout: 90ms, ');
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'serverError']);
    expect(answered(traced.requests)).toEqual([0, 10, 100, 120]);
    expect(metered(traced, 'publishTimeouts', 'news')).toBe(1);
  });

  it('BP-1: reject fails publishers at once', () => {
    const traced = full('reject');
    expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'serverError', 'serverError']);
    expect(metered(traced, 'publishRejected', 'news')).toBe(2);
  });

  it('BP-1: dropHead and dropTail lose the oldest and the newest without a word', () => {
    for (const overflow of ['dropHead', 'dropTail']) {
      const traced = full(overflow);
      expect(outcomes(traced.requests)).toEqual(['ok', 'ok', 'ok', 'ok']);
      expect(begun(handled(traced))).toEqual([0, 100]);
      expect(metered(traced, 'dropped', 'news.mail')).toBe(2);
      expect(metered(traced, 'lostEffects', 'news.mail')).toBe(2);
    }
  });
});

describe('a run of a handler', () => {
  it('takes up to a batch of what has come', () => {
    const traced = golden(
      queue('kind: simple, backlog: 5', 'batch: 2', 'work: 10ms', '1h'),
      '25ms',
    );
    // Two runs of 10 ms are over.
    expect(metered(traced, 'consumed', 'jobs')).toBe(4);
  });
});
