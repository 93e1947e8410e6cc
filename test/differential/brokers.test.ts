import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { golden, metered } from '../golden/tracing.js';
import { ROOT } from '../scenarios/run-file.js';

/** One workload on four brokers: which ones differ, and by which rule. */
const BROKERS = ['kafka', 'rabbitmq', 'sqs', 'bus'] as const;
type Broker = (typeof BROKERS)[number];

interface Workload {
  /** Fields of the consumer that all of them have. */
  readonly consumer: string;
  readonly steps: string;
  readonly publish: string;
  readonly at: string;
  readonly faults: string;
  readonly length: string;
  /** Time limit of the handler. */
  readonly limit: string;
}

const PLAIN: Workload = {
  consumer: '',
  steps: 'work: 10ms',
  publish: '{ topic: jobs, count: 10 }',
  at: '0ms',
  faults: '',
  length: '10m',
  limit: 'none',
};

const HOLDERS: Readonly<Record<Broker, (consumer: string) => string>> = {
  kafka: (own) => `topics: { jobs: { kind: kafka, subscribers: [ { group: worker, ${own} } ] } }`,
  rabbitmq: (own) => `queues: { jobs: { kind: rabbitmq, consumers: [ { ${own} } ] } }`,
  sqs: (own) =>
    `queues: { jobs: { kind: sqs, waitTime: 20s, consumers: [ { ${own}, maxNumberOfMessages: 10 } ] } }`,
  bus: (own) => `topics: { jobs: { kind: bus, subscribers: [ { group: worker, ${own} } ] } }`,
};

/** Handled, delivered again, effects twice, effects lost, end of the last handling in ms. */
type Figures = readonly [number, number, number, number, number];

function figures(broker: Broker, given: Partial<Workload>): Figures {
  const { consumer, steps, publish, at, faults, length, limit } = { ...PLAIN, ...given };
  const own = `call: worker.handle${consumer === '' ? '' : `, ${consumer}`}`;
  const traced = golden(
    `
${HOLDERS[broker](own)}
services:
  worker: { endpoints: { handle: { timeLimit: ${limit}, steps: [ ${steps} ] } } }
  api: { endpoints: { submit: [ publish: ${publish} ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { call: api.submit } ] }
faults: [ ${faults} ]
`,
    length,
  );
  const ends = traced.at('worker.handle').map(({ ended }) => ended);
  const meter = (name: string): number => metered(traced, name, 'jobs');
  return [
    meter('consumed'),
    meter('redeliveries'),
    meter('duplicateEffects'),
    meter('lostEffects'),
    Math.round(Math.max(0, ...ends)),
  ];
}

/** Behaviour of each broker, and why it differs from the others. */
interface Difference {
  readonly title: string;
  readonly workload: Partial<Workload>;
  readonly is: Readonly<Record<Broker, readonly [figures: Figures, rule: string]>>;
}

const CRASH = '{ id: dies, kind: crash, target: worker, at: 35ms, for: 65ms }';

const DIFFERENCES: readonly Difference[] = [
  {
    title: 'a crash at 35 ms in the middle of ten messages of 10 ms, settled after each',
    workload: { consumer: 'commit: afterEach', faults: CRASH },
    is: {
      kafka: [
        [10, 7, 0, 0, 48_070],
        'KF-9: detected after 45 s without heartbeats, reassigned in 3 s',
      ],
      rabbitmq: [
        [10, 7, 0, 0, 170],
        'MQ-2: pushed and unacknowledged messages are requeued at once',
      ],
      sqs: [[10, 7, 0, 0, 30_080], 'SQS-3: received at 10 ms, visible again 30 s later'],
      bus: [[10, 1, 0, 0, 170], 'EB-2: only the message in the handler was delivered'],
    },
  },
  {
    title: 'the same crash, settled before the handling',
    workload: { consumer: 'commit: before', faults: CRASH },
    is: {
      kafka: [[3, 0, 0, 7, 35], 'MQ-1: the offset of the poll was committed'],
      rabbitmq: [[3, 0, 0, 7, 35], 'MQ-1: automatic acknowledgement pushes all at once'],
      sqs: [[3, 0, 0, 7, 35], 'MQ-1: deleted on receipt'],
      bus: [[9, 0, 0, 1, 160], 'MQ-1: one message at a time is delivered'],
    },
  },
  {
    title: 'a handler that hangs for one message, ended after 10 s, and a second message',
    workload: {
      publish: '{ topic: jobs, count: 1 }',
      at: '0ms, 1s',
      limit: '10s',
      faults: '{ id: bad, kind: poison, effect: hang, target: jobs, at: 0ms, for: 500ms }',
      length: '95s',
    },
    is: {
      kafka: [[0, 9, 0, 0, 0], 'KF-11: it blocks its partition'],
      rabbitmq: [
        [1, 9, 0, 0, 10_010],
        'RB-5: the second one was pushed before the first came back',
      ],
      sqs: [[1, 3, 0, 0, 10_010], 'SQS-2: it is invisible while the second one is received'],
      bus: [[0, 9, 0, 0, 0], 'EB-2: requeued in its place, ahead of the second one'],
    },
  },
  {
    title: 'a message that always fails, and nine more',
    workload: {
      publish: '{ topic: jobs, count: 1 }',
      at: '0ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms',
      faults: '{ id: bad, kind: poison, effect: error, target: jobs, at: 0ms, for: 1ms }',
      length: '95s',
    },
    is: {
      kafka: [[0, 95_000, 0, 0, 0], 'KF-11: it blocks its partition'],
      rabbitmq: [
        [9, 94_909, 0, 0, 92],
        'RB-5: the others were pushed after it, and it comes back after them',
      ],
      sqs: [[9, 3, 0, 0, 91], 'SQS-3: the others are received while it is invisible'],
      bus: [[0, 94_999, 0, 0, 0], 'EB-2: requeued in its place, ahead of the others'],
    },
  },
  {
    title: 'a delivery that fails once, and is repeated',
    workload: {
      faults:
        '{ id: blip, kind: error, target: worker.handle, afterWork: true, at: 0ms, for: 5ms }',
    },
    is: {
      kafka: [[10, 1, 0, 0, 110], 'KF-11: retried in place, before the others'],
      rabbitmq: [[10, 1, 0, 0, 110], 'MQ-2: rejected and pushed again after the others'],
      sqs: [[10, 1, 0, 0, 30_010], 'SQS-3: visible again 30 s after it was received'],
      bus: [[10, 1, 0, 0, 110], 'EB-2: requeued in its place at once'],
    },
  },
  {
    title: 'a consumer breaker that the first failure opens for 40 s',
    workload: {
      consumer: 'policy: { circuitBreaker: { failureThreshold: 1, openDuration: 40s } }',
      faults: '{ id: bad, kind: error, target: worker.handle, at: 0ms, for: 1s }',
    },
    is: {
      kafka: [
        [10, 1, 0, 0, 40_101],
        'KF-7: Consumer.pause, and the rest of the poll is read again',
      ],
      rabbitmq: [
        [10, 11, 0, 0, 40_101],
        'MQ-2: basic.cancel, and all ten are requeued, the first one twice',
      ],
      sqs: [
        [10, 1, 0, 0, 40_100],
        'SQS-2: nine stay in flight, and another consumer could receive them after 30 s',
      ],
      bus: [[10, 2, 0, 0, 40_101], 'EB-2: only the failed one was delivered, twice'],
    },
  },
  {
    title: 'a consumer slower than any time limit of the broker',
    workload: {
      steps: 'wait: 45s',
      publish: '{ topic: jobs, count: 1 }',
      consumer: 'concurrency: 2',
    },
    is: {
      kafka: [[1, 0, 0, 0, 45_000], 'KF-4: max.poll.interval is 5 minutes'],
      rabbitmq: [
        [1, 0, 0, 0, 45_000],
        'MQ-2: not acknowledged, which consumer_timeout allows for 30 minutes',
      ],
      sqs: [[2, 1, 1, 0, 75_000], 'SQS-2: visible again after 30 s'],
      bus: [[1, 0, 0, 0, 45_000], 'EB-2: the subscriber has no time limit'],
    },
  },
  {
    title:
      'all of it together, two handlers: the first of ten fails and has three attempts, a crash at 35 ms, a handler of 45 s at 2 min',
    workload: {
      consumer: 'concurrency: 2, commit: afterEach, retry: { attempts: 3 }, onPoison: skip',
      publish: '{ topic: jobs, count: 1 }',
      at: '0ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 1ms, 2m',
      faults: `{ id: bad, kind: poison, effect: error, target: jobs, at: 0ms, for: 1ms }, ${CRASH},
        { id: slow, kind: slow, target: worker, factor: 4500, at: 119s, for: none }`,
    },
    is: {
      kafka: [
        [10, 8, 0, 1, 165_000],
        'KF-9: two retries in place, and six are read again after 48 s',
      ],
      rabbitmq: [
        [10, 3, 0, 1, 165_000],
        'MQ-2: retries in place do not count, three come back after the crash',
      ],
      sqs: [
        [11, 6, 1, 1, 195_000],
        'SQS-2: five are visible again after the crash, and the slow one to the other handler',
      ],
      bus: [[10, 2, 0, 1, 165_000], 'EB-2: each of the two handlers had one'],
    },
  },
];

/** The row of docs/messaging.md about a difference. */
function rowOf({ title, is }: Difference): string {
  const cells = BROKERS.map((broker) => {
    const [[handled, again, twice, lost, last], rule] = is[broker];
    const why = rule.replace(/^[A-Z]+-\d+: /, '');
    const counts = [
      `${handled} handled`,
      ...(again > 0 ? [`${again} again`] : []),
      ...(twice > 0 ? [`${twice} twice`] : []),
      ...(lost > 0 ? [`${lost} lost`] : []),
      ...(last > 0 ? [`done at ${last / 1000} s`] : []),
    ];
    return `${counts.join(', ')}: ${why}`;
  });
  return `| ${[title, ...cells].join(' | ')} |`;
}

describe('four brokers and one workload', () => {
  it('differ as the manual says, each by a rule', () => {
    const manual = readFileSync(join(ROOT, 'docs/messaging.md'), 'utf8');
    for (const difference of DIFFERENCES) {
      expect(manual.split('\n')).toContain(rowOf(difference));
      for (const [, rule] of Object.values(difference.is)) {
        expect(rule).toMatch(/^(MQ|KF|RB|SQS|EB)-\d+: /);
      }
    }
  });

  for (const { title, workload, is } of DIFFERENCES) {
    it.each(BROKERS)(`${title}: %s`, (broker) => {
      const [wanted, rule] = is[broker];
      expect(figures(broker, workload), rule).toEqual(wanted);
    });
  }
});
