import { describe, expect, it } from 'vitest';
import { begun, ended, golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

interface Options {
  readonly group: string;
  readonly topic?: string;
  readonly steps?: string;
  readonly at?: string;
  readonly faults: string;
  readonly more?: string;
}

/** One group that reads one log. */
const read = (o: Options): Traced =>
  golden(
    `
topics:
  jobs:
    kind: kafka
    ${o.topic ?? ''}
    subscribers: [ { group: w, call: w.take, sessionTimeout: 6s, heartbeatInterval: 1s, ${o.group} } ]
  dead: { kind: kafka }
  second: { kind: kafka }
services: { w: { endpoints: { take: [ ${o.steps ?? 'work: 10ms'} ] } } }
workloads:
  users: { arrivals: { at: [ ${o.at ?? '0s'} ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] }
faults: [ ${o.faults} ]
${o.more ?? ''}`,
    '60s',
  );

const figures = (traced: Traced, ...names: readonly string[]): readonly number[] =>
  names.map((name) => metered(traced, name, 'jobs'));

const FAILS = 'work: 10ms, { fail: 500, probability: 100% }';
const BROKEN = '{ id: broken, kind: error, target: w, at: 0s, for: 500ms }';
const dies = (at: string, length: string): string =>
  `{ id: dies, kind: crash, target: w, at: ${at}, for: ${length} }`;

describe('a message that is given up where it may be read again (G-7)', () => {
  // Read at 0 and not committed before 5 s; the process dies at 1 s and is known to be dead at 6 s.
  it('is lost once, however often it is given up', () => {
    const traced = read({
      group: 'commit: auto, onPoison: skip',
      steps: FAILS,
      faults: dies('1s', '1s'),
    });
    expect(begun(traced.at('w.take'))).toHaveLength(2);
    expect(figures(traced, 'lostEffects', 'redeliveries')).toEqual([1, 1]);
  });

  it('is not lost where the second time does it', () => {
    const traced = read({
      group: 'commit: auto, onPoison: skip',
      faults: `${BROKEN}, ${dies('1s', '1s')}`,
    });
    expect(figures(traced, 'lostEffects', 'consumed')).toEqual([0, 1]);
  });

  it('is lost when it is too old to be read again', () => {
    const traced = read({
      group: 'commit: auto, onPoison: skip',
      topic: 'retention: 2s',
      faults: `${BROKEN}, ${dies('1s', '10s')}`,
    });
    expect(figures(traced, 'lostEffects', 'consumed')).toEqual([1, 0]);
  });

  it('is not lost when it is too old for the log and waits for another try elsewhere', () => {
    const traced = read({
      group:
        'commit: auto, retry: { attempts: 2, mode: delayed, backoff: { kind: constant, base: 20s } }, onPoison: deadLetter, deadLetter: dead',
      topic: 'retention: 2s',
      faults: `${BROKEN}, ${dies('1s', '10s')}`,
    });
    expect(figures(traced, 'lostEffects', 'consumed')).toEqual([0, 1]);
  });

  it('is lost when its last try elsewhere fails, too, and no place keeps it', () => {
    const traced = read({
      group:
        'commit: auto, retry: { attempts: 2, mode: delayed, backoff: { kind: constant, base: 20s } }, onPoison: skip',
      topic: 'retention: 2s',
      steps: FAILS,
      faults: dies('1s', '10s'),
    });
    expect(figures(traced, 'lostEffects', 'consumed')).toEqual([1, 0]);
  });

  it('is not lost if it is dead-lettered', () => {
    const traced = read({
      group: 'commit: auto, onPoison: deadLetter, deadLetter: dead',
      topic: 'retention: 2s',
      faults: `${BROKEN}, ${dies('1s', '10s')}`,
    });
    expect(figures(traced, 'lostEffects', 'deadLettered')).toEqual([0, 1]);
  });
});

/** How many different times handlings took, to the nanosecond. */
const lengths = (traced: Traced): number =>
  new Set(traced.at('w.take').map((row) => Math.round((row.ended - row.begun) * 1e6))).size;

describe('a message that is handled again', () => {
  it('has draws of its own in each try, wherever it has waited (G-4)', () => {
    const traced = read({
      group: 'onPoison: skip, retry: { attempts: 4, mode: requeue }',
      steps: 'work: exponential(10ms), { fail: 500, probability: 100% }',
      faults: '',
    });
    expect(lengths(traced)).toBe(4);
    expect(traced.at('w.take').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  });

  it('has them after its process has died as well', () => {
    const traced = read({
      group: 'commit: auto, rebalance: { staticMembership: true }',
      steps: 'work: exponential(10ms)',
      faults: `${dies('1s', '1s')}, { id: again, kind: crash, target: w, at: 3s, for: 1s }`,
    });
    expect(lengths(traced)).toBe(3);
    expect(traced.at('w.take').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });
});

describe('a message that two consumers have at once (SQS-2)', () => {
  it('has draws of its own in the tries of each, though one has deleted it', () => {
    // Begun at 0 and failed; seen again at 60 ms, and deleted by the second one before the first one tries again.
    const traced = golden(
      `
queues:
  jobs:
    kind: sqs
    visibilityTimeout: 60ms
    waitTime: 20s
    consumers:
      - { call: w.take, concurrency: 2, retry: { attempts: 2, backoff: { kind: constant, base: 100ms } } }
services: { w: { endpoints: { take: [ wait: uniform(70ms 90ms) ] } } }
workloads:
  users: { arrivals: { at: [ 0s ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] }
faults: [ { id: broken, kind: error, target: w, afterWork: true, at: 0s, for: 5ms } ]`,
      '10s',
    );
    const rows = traced.at('w.take');
    expect(rows.map(({ outcome }) => outcome)).toEqual(['serverError', 'ok', 'ok']);
    expect(lengths(traced)).toBe(3);
    expect(rows.map(({ attempt }) => attempt)).toEqual([1, 2, 2]);
  });
});

describe('a transaction that is thrown away (MQ-3)', () => {
  it('has put nothing aside for another try', () => {
    // Two are polled at 10 ms. One fails at 20 ms, the process dies with the other; both are read again.
    const traced = read({
      group: `commit: transactional, retry: { attempts: 3, mode: requeue }, onPoison: skip,
        rebalance: { staticMembership: true }`,
      steps: 'work: 10ms, publish: second',
      at: '0s, 1ms, 1ms',
      faults: `{ id: broken, kind: error, target: w, afterWork: true, at: 9ms, for: 5ms },
        ${dies('25ms', '1s')}`,
    });
    expect(ended(traced.at('w.take'))).toEqual([10, 20, 25, 1035, 1045]);
    expect(metered(traced, 'published', 'second')).toBe(3);
  });
});

describe('a transaction of records that retention deletes meanwhile (KF-12)', () => {
  // The second and third are polled at 600 ms and too old at 1001 ms; the fourth is at 1700 ms.
  const deleted = (faults: string): Traced =>
    read({
      group: 'commit: transactional, rebalance: { staticMembership: true }',
      topic: 'retention: 1s',
      steps: 'work: 600ms',
      at: '0s, 1ms, 1ms, 700ms, 1750ms',
      faults,
    });

  it('has the effects of its own records, and of no other', () => {
    const traced = deleted('');
    expect(ended(traced.at('w.take'))).toEqual([600, 1200, 1800, 2400]);
    expect(figures(traced, 'consumed', 'duplicateEffects', 'lostEffects')).toEqual([4, 0, 1]);
  });

  it('has lost all of them when it is thrown away', () => {
    const traced = deleted(dies('1500ms', '100ms'));
    expect(ended(traced.at('w.take'))).toEqual([600, 1200, 1500, 2200, 2800]);
    expect(figures(traced, 'lostEffects')).toEqual([2]);
  });
});

describe('a process that a message kills', () => {
  // Two are done at 10 ms; the first makes room for the one that kills.
  const KILLS =
    '{ id: bad, kind: poison, effect: crash, restart: 1h, target: jobs, at: 1ms, for: 1ms }';
  const run = (commit: string): Traced =>
    golden(
      `
queues: { jobs: { kind: rabbitmq, consumers: [ { call: w.take, concurrency: 2, commit: ${commit} } ] } }
services: { w: { endpoints: { take: [ wait: 10ms ] } } }
workloads:
  users: { arrivals: { at: [ 0s, 0s, 1ms ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] }
faults: [ ${KILLS} ]`,
      '60s',
    );

  it('has done what it completes at that instant (G-3)', () => {
    expect(figures(run('before'), 'consumed', 'lostEffects')).toEqual([2, 1]);
    expect(figures(run('afterEach'), 'consumed', 'redeliveries')).toEqual([2, 0]);
  });

  it('is given a partition that was on its way to it, until its session ends', () => {
    // The partition of the first, dead from 0 on, moves to the second from 6 s to 9 s. That one dies at 7 s; its six
    // records have no owner at 13 s, and with the next process 3 s later.
    const traced = golden(
      `
topics:
  jobs:
    kind: kafka
    partitions: 2
    subscribers:
      - { group: w, call: w.take, sessionTimeout: 6s, heartbeatInterval: 1s, rebalance: { protocol: consumer, pause: 3s } }
services: { w: { replicas: 2, endpoints: { take: [ work: 10ms ] } } }
workloads:
  users:
    arrivals: { at: [ 5s ] }
    requests: [ { name: send, steps: [ publish: { topic: jobs, count: 10 } ] } ]
faults:
  - { id: first, kind: crash, target: 'w[0]', at: 0s, for: 1h }
  - { id: second, kind: crash, target: 'w[1]', at: 7s, for: 1s }`,
      '60s',
    );
    expect(metered(traced, 'consumed', 'jobs')).toBe(10);
    expect(Math.max(...ended(traced.at('w.take')))).toBe(16_060);
  });
});

describe('a message that came twice (G-7)', () => {
  const TWICE = '{ id: twice, kind: duplicate, target: jobs, at: 0s, for: 100ms }';
  const purge = (at: string): string => `{ id: gone, kind: flush, target: jobs, at: ${at} }`;
  const run = (holder: string, steps: string, faults: string, more = ''): Traced =>
    golden(
      `
brokers: { cluster: { kind: kafka, nodes: 3 } }
${holder}
services: { w: { endpoints: { take: [ ${steps} ] } } }
workloads:
  users: { arrivals: { at: [ 0s ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] }
faults: [ ${TWICE}, ${faults} ]
${more}`,
      '60s',
    );
  const log = (group: string, topic = ''): string => `
topics:
  dead: { kind: kafka }
  jobs:
    { kind: kafka, broker: cluster, producer: { idempotence: false }, ${topic}
      subscribers: [ { group: w, call: w.take, ${group} } ] }`;
  const queue = (kind: string, consumer: string): string => `
queues:
  dead: { kind: simple }
  jobs: { kind: ${kind}, consumers: [ { call: w.take, ${consumer} } ] }`;
  const FAIL = 'work: 10ms, { fail: 500, probability: 100% }';
  const broken = (from: string, length: string): string =>
    `{ id: broken, kind: error, target: w, afterWork: true, at: ${from}, for: ${length} }`;
  const known = (traced: Traced): readonly number[] =>
    figures(traced, 'duplicated', 'consumed', 'lostEffects', 'deadLettered');

  // Handled sequentially, 10 ms each.
  it.each(['auto', 'before', 'afterBatch', 'afterEach', 'transactional'])(
    'and is skipped twice by a group that commits `%s`, is lost once',
    (commit) => {
      const skips = log(`commit: ${commit}, onPoison: skip`);
      expect(known(run(skips, FAIL, ''))).toEqual([1, 0, 1, 0]);
      expect(known(run(skips, 'work: 10ms', broken('0s', '15ms')))).toEqual([1, 1, 0, 0]);
    },
  );

  it('is lost where a log is emptied behind the one that was skipped', () => {
    const skips = log('commit: auto, onPoison: skip, maxPollRecords: 1');
    expect(known(run(skips, FAIL, purge('15ms')))).toEqual([1, 0, 1, 0]);
    const dies = '{ id: dies, kind: crash, target: w, at: 20ms, for: 1s }';
    expect(known(run(skips, FAIL, `${dies}, ${purge('500ms')}`))).toEqual([1, 0, 1, 0]);
  });

  it('is known to be lost once, though one place of a log is given up again and again', () => {
    // Skipped, and not committed before 5 s; the process dies before. The second time the second one is done.
    const skips = log('commit: auto, onPoison: skip, sessionTimeout: 6s, heartbeatInterval: 1s');
    const faults = `${broken('0s', '10005ms')}, ${dies('1s', '1s')}`;
    const traced = run(skips, 'work: 10ms', faults);
    expect(begun(traced.at('w.take'))).toEqual([5, 15, 10_000, 10_010]);
    expect(known(traced)).toEqual([1, 1, 0, 0]);
  });

  it('is not lost where one is among the dead letters, and the other was deleted', () => {
    const buries = 'onPoison: deadLetter, deadLetter: dead';
    const last = purge('15ms');
    expect(known(run(log(`${buries}, maxPollRecords: 1`), FAIL, last))[2]).toBe(0);
    expect(known(run(queue('simple', buries), FAIL, last))[2]).toBe(0);
  });

  it('is done once behind an inbox, also in one transaction (OX-5)', () => {
    const traced = run(log('commit: transactional, inbox: {}'), 'work: 10ms', '');
    expect(figures(traced, 'consumed', 'duplicateEffects')).toEqual([1, 0]);
  });

  it('is lost when SQS deletes both, and a consumer that holds one fails', () => {
    const sqs = queue('sqs, waitTime: 20s', 'onPoison: skip');
    expect(known(run(sqs, 'work: 10ms', purge('5ms')))).toEqual([1, 1, 0, 0]);
    expect(known(run(sqs, FAIL, purge('5ms')))).toEqual([1, 0, 1, 0]);
    const requeues = queue(
      'sqs, waitTime: 20s',
      'onPoison: skip, retry: { attempts: 5, mode: requeue }',
    );
    expect(known(run(requeues, FAIL, purge('5ms')))).toEqual([1, 0, 1, 0]);
  });

  it('is lost with the second one, whichever way each of them goes', () => {
    const skips = queue('simple', 'onPoison: skip');
    expect(known(run(skips, FAIL, purge('5ms')))).toEqual([1, 0, 1, 0]);
    expect(known(run(skips, FAIL, ''))).toEqual([1, 0, 1, 0]);
    const ages = queue('rabbitmq, messageTtl: 5ms, prefetch: 1', 'onPoison: skip');
    expect(known(run(ages, FAIL, ''))).toEqual([1, 0, 1, 0]);
    expect(known(run(ages, 'work: 10ms', ''))).toEqual([1, 1, 0, 0]);
  });
});

describe('a message of SQS that two consumers hold', () => {
  // Received at 0, seen again at 60 ms and received by the other one; the first is through at 100 ms, the other at 160.
  const run = (faults: string): Traced =>
    golden(
      `
queues:
  jobs: { kind: sqs, visibilityTimeout: 60ms, waitTime: 20s, consumers: [ { call: w.take, concurrency: 2, onPoison: skip } ] }
services: { w: { endpoints: { take: [ wait: 100ms ] } } }
workloads:
  users: { arrivals: { at: [ 0s ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] }
faults: [ ${faults} ]`,
      '10s',
    );
  const broken = (from: string, to: string): string =>
    `{ id: broken, kind: error, target: w, afterWork: true, at: ${from}, for: ${to} }`;
  const gone = '{ id: gone, kind: flush, target: jobs, at: 80ms }';

  it('is lost when both have failed, and not before', () => {
    expect(figures(run(broken('0s', '10ms')), 'consumed', 'lostEffects')).toEqual([1, 0]);
    expect(figures(run(broken('0s', '1s')), 'consumed', 'lostEffects')).toEqual([0, 1]);
  });

  it('is lost when both have failed that it was deleted of', () => {
    expect(figures(run(gone), 'consumed', 'lostEffects', 'purged')).toEqual([2, 0, 1]);
    expect(figures(run(`${gone}, ${broken('0s', '10ms')}`), 'consumed', 'lostEffects')).toEqual([
      1, 0,
    ]);
    expect(figures(run(`${gone}, ${broken('50ms', '20ms')}`), 'consumed', 'lostEffects')).toEqual([
      1, 0,
    ]);
    expect(figures(run(`${gone}, ${broken('0s', '1s')}`), 'consumed', 'lostEffects')).toEqual([
      0, 1,
    ]);
  });
});
