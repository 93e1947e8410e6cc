import { describe, expect, it } from 'vitest';
import { run } from '../theory/program.js';

/** 100 messages/s of 8 ms each, for a consumer that is away from 20 s on. */
const away = (until: string, timeline = '1s'): string => `
faultline: 1
title: A consumer that is away
run: { duration: 60s, timeline: ${timeline} }
topics:
  jobs:
    kind: kafka
    subscribers: [ { group: workers, call: worker.handle, commit: afterEach, rebalance: { staticMembership: true } } ]
services:
  worker: { endpoints: { handle: [ work: 8ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: submit, steps: [ publish: jobs ] } ] }
faults: [ { id: away, kind: crash, target: worker, at: 20s, for: ${until} } ]
`;

const told = (text: string) => {
  const { cascade } = run(text).variant();
  const events = cascade.events.filter(({ subject }) => subject === 'jobs.workers');
  return { cascade, events: events.map(({ at, kind, text: words }) => ({ at, kind, words })) };
};

describe('messages that pile up', () => {
  it('are reported from their start, not from the age at which they count, until they are caught up with', () => {
    const { events, cascade } = told(away('5s'));
    // Each message handled gains 2 ms in 8: the age falls from 5 s by 0.25 s a second, to 1 s at 41 s.
    expect(events).toEqual([
      { at: 20, kind: 'backlog', words: 'up to 501 messages wait, the oldest for 5.01 s' },
      { at: 42, kind: 'recovered', words: 'caught up after 22 s' },
    ]);
    expect(cascade.sentence).toContain(
      'jobs.workers falls behind at 20 s: up to 501 messages wait',
    );
  });

  it('are left where their consumer works as before: it is not well yet', () => {
    // Five times slower, 25 of 100 messages a second are handled; 1.1 times slower, all are.
    const ends = [5, 1.1].map((factor) => {
      const slow = away('10s').replace('crash', `slow, factor: ${factor}`);
      return told(slow).cascade.events.flatMap(({ subject, kind, text }) =>
        subject === 'worker' && kind === 'recovered' ? [text] : [],
      );
    });
    expect(ends).toEqual([
      ['works as before, and its backlog is left: was unhealthy for 10 s'],
      [],
    ]);
  });

  it('are not caught up with where the consumer stays away', () => {
    const { events } = told(away('none'));
    expect(events[1]).toMatchObject({ at: 60, kind: 'notRecovered' });
    expect(events[1]?.words).toContain('still wait at 60 s');
  });

  it('are counted at the end of the run, not at the worst moment of its last step', () => {
    // 1,000 at 30 s, less 25 a second: 500 at 50 s, when the last step begins, and 250 at its end.
    expect(told(away('10s', '10s')).events[1]).toEqual({
      at: 60,
      kind: 'notRecovered',
      words: '251 messages still wait at 60 s',
    });
  });

  it('are caught up with where the last step has seen the end of it', () => {
    // 700 at 27 s: 125 of them at 50 s, the oldest for 1.25 s, none at 55 s.
    expect(told(away('7s', '10s')).events[1]).toMatchObject({ at: 60, kind: 'recovered' });
  });

  it('are not reported if each is handled at once', () => {
    expect(told(away('500ms')).events).toEqual([]);
  });
});

describe('messages that pile up because the load rises', () => {
  it('fall behind from then on, although some took long to handle before', () => {
    // 10 of 32 handlers are busy until 60 s, some for longer than a second; then 550 messages a second come for 160.
    const { cascade } = run(`
faultline: 1
title: A load that rises
run: { duration: 2m, warmup: 20s }
queues: { jobs: { kind: sqs, consumers: [ { call: worker.handle, concurrency: 8 } ] } }
services: { worker: { replicas: 4, endpoints: { handle: [ wait: exponential(200ms) ] } } }
workloads:
  small: { arrivals: poisson(50/s), requests: [ { name: send, steps: [ publish: jobs ] } ] }
  bulk: { arrivals: poisson(500/s), start: 60s, stop: 80s, requests: [ { name: send, steps: [ publish: jobs ] } ] }
`).variant();
    expect(cascade.events.find(({ kind }) => kind === 'backlog')?.at).toBe(60);
    expect(cascade.causes.map(({ subject }) => subject)).toEqual(['bulk']);
  });
});

describe('jobs of minutes', () => {
  /** 40 of 60 workers have a job each on average, for four minutes. */
  const jobs = (more = '') =>
    run(`
faultline: 1
title: Jobs of minutes
run: { duration: 1h, warmup: 10m }
queues: { jobs: { kind: sqs, visibilityTimeout: 15m, consumers: [ { call: worker.handle, concurrency: 1 } ] } }
services: { worker: { replicas: 60, lifecycle: { startup: 10s }, endpoints: { handle: [ wait: 4m ] } } }
workloads: { users: { arrivals: constant(10/min), requests: [ { name: send, steps: [ publish: jobs ] } ] } }
${more}
`).variant();

  it('do not wait while a worker is free', () => {
    const free = jobs();
    expect(free.cascade.events).toEqual([]);
    expect(free.metered['jobs']?.meters['waiting']).toMatchObject({ max: 1, mean: 0 });
  });

  it('wait where their workers die, and those in service are not counted', () => {
    const { cascade } = jobs(
      'faults: [ { id: gone, kind: crash, target: worker, instances: 30, at: 20m, for: 0s } ]',
    );
    // Half of the 40 lose their worker: invisible until 15 minutes after their receive, then four minutes again.
    const told = cascade.events.filter(({ subject }) => subject === 'jobs');
    expect(told.map(({ at, text }) => [at, text])).toEqual([
      [1200, 'up to 19 messages wait, the oldest for 19 min'],
      [2340, 'caught up after 19 min'],
    ]);
  });
});

describe('messages of a queue that no consumer can handle', () => {
  /** Ten messages of 30 s, redelivered as soon as they fail. */
  const wordsOf = (kind: string, more = '') =>
    run(`
faultline: 1
title: Messages that fail in every attempt
run: { duration: 60s }
queues: { jobs: { kind: rabbitmq, consumers: [ { call: worker.handle, concurrency: 4${more} } ] } }
services: { worker: { endpoints: { handle: [ wait: 4ms ] } } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: submit, steps: [ publish: jobs ] } ] }
faults: [ { id: bad, kind: ${kind}, target: jobs, at: 30s, for: 100ms } ]
`)
      .variant()
      .cascade.events.filter(({ subject, kind: what }) => subject === 'jobs' && what !== 'fault')
      .map(({ text }) => text);

  it('are said to be among those that wait', () => {
    const [, left] = wordsOf('poison');
    expect(left).toMatch(/^1[01] messages still wait at 60 s: some of them fail in every attempt$/);
  });

  it('are not where the consumer gives them up', () => {
    expect(wordsOf('poison', ', onPoison: skip, retry: { attempts: 3 }')).toEqual([
      '10 messages never have their effect',
    ]);
    expect(wordsOf('duplicate')).toEqual([]);
  });
});

describe('a record that no consumer can handle', () => {
  const partitioned = (more = '') =>
    run(`
faultline: 1
title: A record that fails in every attempt
run: { duration: 30s }
keys: { order: { kind: sequence, count: 1000 } }
topics:
  jobs: { kind: kafka, partitions: 2, subscribers: [ { group: workers, call: worker.handle${more} } ] }
services: { worker: { replicas: 2, endpoints: { handle: [ work: 1ms ] } } }
workloads:
  users: { arrivals: constant(50/s), requests: [ { name: submit, steps: [ publish: { topic: jobs, key: order } ] } ] }
faults: [ { id: bad, kind: poison, target: jobs, at: 10s, for: 20ms } ]
`)
      .variant()
      .cascade.events.filter(
        ({ subject, kind, ends }) =>
          subject === 'jobs.workers' && (kind === 'backlog' || ends === 'backlog'),
      );

  it('stops its partition, and the account says which one and how many wait behind it', () => {
    // About 25/s into each partition for 20 s: 500, with the record itself. The other member goes on.
    const [begins, ends] = partitioned();
    expect(begins!.text).toMatch(
      /^up to 50\d messages wait, the oldest for 20 s; partition ([01]) stops at a record that fails in every attempt$/,
    );
    const [, waiting, behind] =
      /^(50\d) messages still wait at 30 s, (\d+) of them behind a record of partition [01] that fails in every attempt$/.exec(
        ends!.text,
      )!;
    expect(Number(behind)).toBe(Number(waiting) - 1);
  });

  it('stops it until it is given up', () => {
    const skipped =
      ', onPoison: skip, retry: { attempts: 5, backoff: { kind: constant, base: 1s } }';
    const [begins, ends] = partitioned(skipped);
    expect(begins!.text).toContain('; partition');
    expect(ends!.text).toMatch(/^caught up after/);
  });
});

/** The same consumer, of a topic or of a queue, that is a tenth too slow for 30 s: 8 ms x 1.389 are 90/s. */
const tooSlow = (holder: string, at = '20s', timeline = '1s'): string => `
faultline: 1
title: A consumer that is a little too slow
run: { duration: 60s, timeline: ${timeline} }
${holder}
services:
  worker: { endpoints: { handle: [ work: 8ms ] } }
workloads:
  users: { arrivals: constant(100/s), requests: [ { name: submit, steps: [ publish: jobs ] } ] }
faults: [ { id: late, kind: slow, target: worker, factor: 1.389, at: ${at}, for: 30s } ]
`;

describe('a backlog that grows slowly', () => {
  const startOf = (text: string): unknown =>
    run(text)
      .variant()
      .cascade.events.find(({ kind }) => kind === 'backlog')?.at;
  const topic =
    'topics: { jobs: { kind: kafka, subscribers: [ { group: workers, call: worker.handle } ] } }';
  const queue = 'queues: { jobs: { kind: rabbitmq, consumers: [ { call: worker.handle } ] } }';

  // The oldest message gets older by 0.1 s a second, so that it is 1 s old ten seconds after the start.
  it.each([topic, queue])('begins at its start in topics and queues alike: %s', (holder) => {
    expect(startOf(tooSlow(holder))).toBe(20);
  });

  it.each([topic, queue])('begins with the run where no fault makes it: %s', (holder) => {
    // Half of the messages of each second are handled in it, so that none is older than 1 s before 2 s.
    const text = tooSlow(holder).replace('work: 8ms', 'work: 20ms');
    expect(startOf(text.replace(/faults: .*/u, ''))).toBe(0);
  });

  it.each([topic, queue])(
    'begins with the fault, however long messages usually wait: %s',
    (holder) => {
      // 400 messages every 10 s are handled in 3.5 s, so that the oldest is older than usual 4 s after the crash.
      const bursts = `workloads:
  bursts: { arrivals: constant(0.1/s), requests: [ { name: all, steps: [ { loop: { times: 400, steps: [ publish: jobs ] } } ] } ] }`;
      const crash = 'faults: [ { id: away, kind: crash, target: worker, at: 25s, for: 20s } ]';
      const text = tooSlow(holder).replace('workloads:', bursts).replace('100/s', '10/s');
      expect(startOf(text.replace(/faults: .*/u, crash))).toBe(25);
    },
  );

  it.each([topic, queue])('begins no earlier than the fault within its step: %s', (holder) => {
    expect(startOf(tooSlow(holder, '25s', '10s'))).toBe(25);
  });
});

/** 30 messages/s through a polled outbox, 100 rows per poll, for a fast consumer. */
const outbox = (how: string, faults = '[]'): string => `
faultline: 1
title: An outbox
run: { duration: 100s, timeline: 1s }
brokers: { k: { kind: kafka, nodes: 1, latency: 2ms } }
topics: { placed: { kind: kafka, broker: k, subscribers: [ { group: mail, call: mailer.send } ] } }
databases: { store: { operations: { insert: { wait: 5ms, write: true } } } }
services:
  orders:
    outbox: { database: store.insert, ${how} }
    endpoints: { place: [ transaction: { database: store, steps: [ query: store.insert, publish: { topic: placed, via: outbox } ] } ] }
  mailer: { endpoints: { send: [ work: 1ms ] } }
workloads: { users: { arrivals: constant(30/s), requests: [ { call: orders.place } ] } }
faults: ${faults}
`;

describe('rows of an outbox that pile up', () => {
  const eventsOf = (text: string) =>
    run(text)
      .variant()
      .cascade.events.map(({ at, kind, subject, text: words }) => ({ at, kind, subject, words }))
      .filter(({ subject }) => ['orders.outbox', 'placed.mail'].includes(subject));

  it('are the backlog of the outbox, where it publishes less than is written', () => {
    // 20 of 30/s: 10/s more each second, the oldest as old as 30/s take to make them.
    const events = eventsOf(outbox('pollInterval: 5s, batchSize: 100'));
    expect(events.map(({ subject }) => subject)).not.toContain('placed.mail');
    const words = expect.stringMatching(/^1,09\d rows still wait at 100 s$/u) as string;
    expect(events.at(-1)).toEqual({
      at: 100,
      kind: 'notRecovered',
      subject: 'orders.outbox',
      words,
    });
  });

  it('are caught up with once the broker is back, and consumers that handle them at once have no backlog', () => {
    const down = '[ { id: down, kind: crash, target: k, at: 20s, for: 20s } ]';
    const events = eventsOf(outbox('mode: cdc, cdcLatency: 50ms', down));
    expect(events).toEqual([
      {
        at: 20,
        kind: 'backlog',
        subject: 'orders.outbox',
        words: expect.stringMatching(
          /^up to 60\d rows wait, the oldest for 20(\.1)? s$/u,
        ) as string,
      },
      { at: 41, kind: 'recovered', subject: 'orders.outbox', words: 'caught up after 21 s' },
    ]);
  });

  it('are reported with a consumer that has a backlog itself', () => {
    const away = '[ { id: away, kind: crash, target: mailer, at: 20s, for: 20s } ]';
    const events = eventsOf(outbox('mode: cdc, cdcLatency: 50ms', away));
    expect(events.map(({ kind, subject }) => `${subject} ${kind}`)).toContain(
      'placed.mail backlog',
    );
    expect(events.map(({ subject }) => subject)).not.toContain('orders.outbox');
  });
});

/** 20 messages/s that a queue without consumers delays by 30 s before they are handled. */
const delayed = (held: string, faults = '[]'): string => `
faultline: 1
title: A queue that holds messages back
run: { duration: 200s, timeline: 1s, replications: 1 }
queues:
  held: { kind: rabbitmq${held} }
  work: { kind: rabbitmq, consumers: [ { call: worker.handle } ] }
services: { worker: { endpoints: { handle: [ work: 5ms ] } } }
workloads:
  users: { arrivals: constant(20/s), requests: [ { name: put, steps: [ publish: held ] } ] }
faults: ${faults}
`;

describe('a queue that holds messages back until their time is over', () => {
  const eventsOf = (text: string): readonly string[] =>
    run(text)
      .variant()
      .cascade.events.map(
        ({ at, kind, subject, text: words }) => `${at} ${kind} ${subject}: ${words}`,
      );

  it('has no backlog, nor have consumers that handle them at once when they arrive', () => {
    expect(eventsOf(delayed(', messageTtl: 30s, deadLetter: work'))).toEqual([]);
    expect(eventsOf(delayed(', messageTtl: 60s'))).toEqual([]);
  });

  it('is a backlog where nothing ends its messages', () => {
    expect(eventsOf(delayed(''))[0]).toMatch(/^0 backlog held: /u);
    expect(eventsOf(delayed(', messageTtl: 1h'))[0]).toMatch(/^0 backlog held: /u);
  });

  it('does not hide that the consumer behind it is away', () => {
    // 400 at 100 s, less 180 a second: from 101 s on a message waits for less than 1 s.
    const faults = '[ { id: away, kind: crash, target: worker, at: 80s, for: 20s } ]';
    expect(eventsOf(delayed(', messageTtl: 30s, deadLetter: work', faults))).toEqual([
      '80 fault away: worker crashes',
      '80 backlog work: up to 401 messages wait, the oldest for 20 s',
      '100 faultEnd away: over: worker crashes',
      '101 recovered work: caught up after 21 s',
    ]);
  });
});
