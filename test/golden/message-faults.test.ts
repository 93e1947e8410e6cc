import { describe, expect, it } from 'vitest';
import { begun, golden, instants, metered } from './tracing.js';

const SERVICES = `
services:
  worker: { endpoints: { handle: [ work: 10ms ], bury: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
`;

const users = (arrivals: string): string => `
workloads:
  users: { arrivals: { at: [ ${arrivals} ] }, requests: [ { call: api.submit } ] }
`;

type Traced = ReturnType<typeof golden>;

describe('redrive', () => {
  const run = (repaired: boolean, from = ''): Traced =>
    golden(
      `
queues:
  jobs:
    kind: sqs
    waitTime: 20s
    visibilityTimeout: 1s
    maxReceiveCount: 1
    deadLetter: dead
    consumers: [ { call: worker.handle } ]
  dead: { kind: sqs ${from} }
${SERVICES}
${users(instants(1, 4, 1, 's'))}
faults:
  - { id: bad, kind: poison, target: jobs, at: 0s, for: 10s }
  - { id: again, kind: redrive, target: dead, rate: 2/s, repaired: ${String(repaired)}, at: 20s }
`,
      '40s',
    );

  it('sends dead letters back at its rate, the oldest first (PO-4)', () => {
    const traced = run(true);
    // Received at 1 to 4 s, seen again and moved a second later; back at 20, 20.5, 21 and 21.5 s.
    expect(begun(traced.at('worker.handle'))).toEqual([20_000, 20_500, 21_000, 21_500]);
    expect(metered(traced, 'redriven', 'dead')).toBe(4);
    expect(metered(traced, 'published', 'jobs')).toBe(8);
    expect(metered(traced, 'consumed', 'jobs')).toBe(4);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(4);
  });

  it('leaves messages what they are: poison comes back, and is not sent round for ever', () => {
    const traced = run(false);
    expect(metered(traced, 'redriven', 'dead')).toBe(4);
    expect(metered(traced, 'deadLettered', 'jobs')).toBe(8);
    expect(metered(traced, 'consumed', 'jobs')).toBe(0);
  });

  it('knows what a message had done before it became a dead letter, and an inbox knows it', () => {
    const run = (inbox: string): Traced =>
      golden(
        `
queues:
  jobs:
    kind: rabbitmq
    quorum: true
    deliveryLimit: 1
    consumerTimeout: 1s
    deadLetter: dead
    consumers: [ { call: worker.handle, concurrency: 2 ${inbox} } ]
  dead: { kind: simple }
services:
  worker: { endpoints: { handle: [ wait: 1500ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
${users('1s')}
faults: [ { id: again, kind: redrive, target: dead, at: 20s } ]
`,
        '40s',
      );
    // Back after a second each time, and moved at the second return; the effect is there at 2.5 s.
    const plain = run('');
    expect(begun(plain.at('worker.handle'))).toEqual([1000, 2000, 20_000, 21_000]);
    expect(metered(plain, 'duplicateEffects', 'jobs')).toBe(3);
    const known = run(', inbox: {}');
    expect(begun(known.at('worker.handle'))).toEqual([1000, 2000]);
    expect(metered(known, 'redriven', 'dead')).toBe(1);
    expect(metered(known, 'duplicateEffects', 'jobs')).toBe(0);
  });

  it('writes into a log for all of its groups, and each group says what it had done', () => {
    const run = (inbox: string): Traced =>
      golden(
        `
topics:
  jobs:
    kind: kafka
    subscribers:
      - { group: first, call: worker.handle, onPoison: deadLetter, deadLetter: dead, retry: { attempts: 1 } }
      - { group: second, call: worker.bury ${inbox} }
queues:
  dead: { kind: simple }
services:
  worker: { endpoints: { handle: [ wait: 100ms, fail: 500 ], bury: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
${users('1s')}
faults:
  - { id: again, kind: redrive, target: dead, at: 20s }
`,
        '40s',
      );
    const plain = run('');
    expect(begun(plain.at('worker.bury'))).toEqual([1000, 20_000]);
    expect(metered(plain, 'deadLettered', 'jobs')).toBe(2);
    expect(metered(plain, 'duplicateEffects', 'jobs')).toBe(1);
    const known = run(', inbox: {}');
    expect(begun(known.at('worker.bury'))).toEqual([1000]);
    expect(metered(known, 'duplicateEffects', 'jobs')).toBe(0);
  });
});

describe('flush of messages', () => {
  const purged = (kind: string, more = ''): Traced =>
    golden(
      `
queues:
  jobs: { kind: ${kind} ${more}, consumers: [ { call: worker.handle } ] }
services:
  worker: { endpoints: { handle: [ wait: 4s ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
${users('500ms, 1s, 1500ms, 2s, 2500ms, 3s')}
faults: [ { id: gone, kind: flush, target: jobs, at: 2.75s } ]
`,
      '30s',
    );

  it.each(['simple', 'rabbitmq'])(
    'removes messages that wait in a %s queue, not those in flight',
    (kind) => {
      const traced = purged(kind, kind === 'rabbitmq' ? ', prefetch: 1' : '');
      // 0.5 s: in hand until 4.5; 1 to 2.5 s are purged; 3 s is handled at 4.5.
      expect(begun(traced.at('worker.handle'))).toEqual([500, 4500]);
      expect(metered(traced, 'purged', 'jobs')).toBe(4);
      expect(metered(traced, 'lostEffects', 'jobs')).toBe(4);
      expect(metered(traced, 'consumed', 'jobs')).toBe(2);
    },
  );

  it('removes messages in flight from SQS too, and their handlers continue', () => {
    const traced = purged('sqs', ', waitTime: 20s');
    expect(begun(traced.at('worker.handle'))).toEqual([500, 4500]);
    expect(metered(traced, 'purged', 'jobs')).toBe(5);
    // The one in hand has its effect.
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(4);
    expect(metered(traced, 'consumed', 'jobs')).toBe(2);
  });

  it('keeps the chain of a key whole where a share of it goes', () => {
    const traced = golden(
      `
keys: { line: { kind: sequence, count: 1 } }
queues:
  jobs: { kind: sqs, fifo: true, waitTime: 20s, consumers: [ { call: worker.handle } ] }
services:
  worker: { endpoints: { handle: [ wait: 1s ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, key: line } ] } }
${users(instants(10, 400, 10, 'ms'))}
faults: [ { id: gone, kind: flush, target: jobs, share: 50%, at: 500ms } ]
`,
      '60s',
    );
    const gone = metered(traced, 'purged', 'jobs');
    const isFirstGone = 40 - gone !== traced.at('worker.handle').length;
    expect(gone).toBeGreaterThan(10);
    expect(gone).toBeLessThan(30);
    // One after the other, without gaps.
    expect(begun(traced.at('worker.handle'))).toEqual(
      Array.from({ length: 40 - gone + (isFirstGone ? 1 : 0) }, (_, k) => 10 + 1000 * k),
    );
  });

  it('cuts a log to its end: groups go on behind it', () => {
    const traced = golden(
      `
topics:
  jobs:
    kind: kafka
    subscribers: [ { group: g, call: worker.handle, maxPollRecords: 1 } ]
services:
  worker: { endpoints: { handle: [ wait: 4s ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
${users('500ms, 1s, 1500ms, 2s, 2500ms, 3s')}
faults: [ { id: gone, kind: flush, target: jobs, at: 2.75s } ]
`,
      '30s',
    );
    expect(begun(traced.at('worker.handle'))).toEqual([500, 4500]);
    expect(metered(traced, 'purged', 'jobs')).toBe(4);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(4);
  });
});

describe('duplicate', () => {
  const run = (holder: string, inbox = ''): Traced =>
    golden(
      `
${holder.replace('READER', `call: worker.handle ${inbox}`)}
${SERVICES}
${users(instants(1, 4, 1, 's'))}
faults: [ { id: twice, kind: duplicate, target: jobs, at: 1500ms, for: 2s } ]
`,
      '30s',
    );
  const figures = (traced: Traced): readonly number[] =>
    ['duplicated', 'published', 'consumed', 'duplicateEffects'].map((name) =>
      metered(traced, name, 'jobs'),
    );

  it.each([
    ['a queue', 'queues: { jobs: { kind: simple, consumers: [ { READER } ] } }'],
    [
      'a standard queue of SQS (SQS-1)',
      'queues: { jobs: { kind: sqs, waitTime: 20s, consumers: [ { READER } ] } }',
    ],
    ['a bus', 'topics: { jobs: { kind: bus, subscribers: [ { group: g, READER } ] } }'],
  ])('comes to %s twice, and only an inbox knows', (_, holder) => {
    const plain = run(holder);
    expect(begun(plain.at('worker.handle'))).toEqual([1000, 2000, 2010, 3000, 3010, 4000]);
    expect(figures(plain)).toEqual([2, 6, 6, 2]);
    const known = run(holder, ', inbox: {}');
    expect(begun(known.at('worker.handle'))).toEqual([1000, 2000, 3000, 4000]);
    expect(figures(known)).toEqual([2, 6, 4, 0]);
  });

  it.each([
    [
      'a FIFO queue',
      'queues: { jobs: { kind: sqs, fifo: true, waitTime: 20s, consumers: [ { READER } ] } }',
    ],
    [
      'the leader for an idempotent producer',
      'brokers: { cluster: { kind: kafka } }\ntopics: { jobs: { kind: kafka, broker: cluster, subscribers: [ { group: g, READER } ] } }',
    ],
  ])('is left out by %s', (_, holder) => {
    expect(figures(run(holder))).toEqual([0, 4, 4, 0]);
  });

  it('writes whole batches twice on a broker', () => {
    const traced = golden(
      `
brokers: { cluster: { kind: kafka, nodes: 3 } }
topics:
  jobs:
    kind: kafka
    broker: cluster
    producer: { idempotence: false, linger: 100ms }
    subscribers: [ { group: g, call: worker.handle } ]
${SERVICES}
${users('1s, 1050ms, 3s')}
faults: [ { id: twice, kind: duplicate, target: jobs, at: 500ms, for: 2s } ]
`,
      '30s',
    );
    expect(figures(traced)).toEqual([2, 5, 5, 2]);
  });

  it('is lost when both are', () => {
    const traced = golden(
      `
queues: { jobs: { kind: simple } }
${SERVICES}
${users('1s, 2s')}
faults:
  - { id: twice, kind: duplicate, target: jobs, at: 1500ms, for: 2s }
  - { id: gone, kind: flush, target: jobs, at: 5s }
`,
      '30s',
    );
    expect(metered(traced, 'purged', 'jobs')).toBe(3);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(2);
  });
});

describe('reorder', () => {
  const run = (holder: string): Traced =>
    golden(
      `
keys: { line: { kind: sequence, count: 1 } }
${holder}
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, key: line } ] } }
${users('1s, 1200ms, 1400ms')}
faults: [ { id: late, kind: reorder, target: jobs, gap: 1s, at: 900ms, for: 200ms } ]
`,
      '30s',
    );

  it.each([
    ['a queue', 'queues: { jobs: { kind: simple, consumers: [ { call: worker.handle } ] } }'],
    [
      'a bus',
      'topics: { jobs: { kind: bus, subscribers: [ { group: g, call: worker.handle } ] } }',
    ],
  ])('lets later messages of %s overtake', (_, holder) => {
    const traced = run(holder);
    expect(begun(traced.at('worker.handle'))).toEqual([1200, 1400, 2000]);
    expect(metered(traced, 'overtaken', 'jobs')).toBe(1);
  });

  it('makes later ones of a key wait where their order is kept', () => {
    const traced = run(
      'topics: { jobs: { kind: bus, ordering: key, subscribers: [ { group: g, call: worker.handle } ] } }',
    );
    expect(begun(traced.at('worker.handle'))).toEqual([2000, 2010, 2020]);
    expect(metered(traced, 'overtaken', 'jobs')).toBe(0);
  });
});

describe('flush of a log', () => {
  // The first is handled from 1000 to 1010 ms; the flush at 1005 deletes the second, and the group continues after
  // both.
  it('counts as lost what a transaction under way gives up behind it (G-7, KF-12)', () => {
    const traced = golden(
      `
topics: { jobs: { kind: kafka, subscribers: [ { group: work, call: worker.handle, commit: transactional, maxPollRecords: 1, onPoison: skip } ] } }
services:
  worker: { endpoints: { handle: [ work: 10ms, fail: serverError ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs, count: 2 } ] } }
${users('1s')}
faults: [ { id: gone, kind: flush, target: jobs, at: 1005ms } ]
`,
      '3s',
    );
    expect(begun(traced.at('worker.handle'))).toEqual([1000]);
    expect(metered(traced, 'purged', 'jobs')).toBe(1);
    expect(metered(traced, 'lostEffects', 'jobs')).toBe(2);
  });
});
