import { describe, expect, it } from 'vitest';
import type { Row } from '../theory/program.js';
import { begun, golden, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** One worker for two workloads; the fields and steps of the service are given. */
const both = (
  service: string,
  steps: string,
  early: string,
  late: string,
  more = '',
  policy = '{}',
): Traced =>
  golden(
    `
services: { s: { ${service}endpoints: { serve: [ ${steps} ] } } }
workloads:
  early: { arrivals: { at: [ ${early} ] }, requests: [ { call: s } ], policy: ${policy} }
  late: { arrivals: { at: [ ${late} ] }, requests: [ { call: s } ], policy: ${policy} }
${more}`,
    '10s',
  );

describe('G-1: time is an integer number of nanoseconds', () => {
  it('in every column of a trace, whatever the distributions', () => {
    const { ran } = golden(
      `
network: { links: [ { between: [ users, s ], latency: exponential(1ms) } ] }
services: { s: { concurrency: 2, endpoints: { serve: [ work: exponential(7ms) ] } } }
workloads:
  users:
    arrivals: poisson(100/s)
    requests: [ { call: s } ]
    policy: { timeout: 33ms, retry: { attempts: 3, backoff: { kind: exponential, base: 7ms, jitter: full } } }
`,
      '3s',
    );
    const {
      called,
      sent,
      arrived,
      begun: starts,
      ended,
      answered,
      callerLeftAt,
    } = ran.records[0]![0]!.traces;
    const all = [called, sent, arrived, starts, ended, answered, callerLeftAt].flatMap((column) => [
      ...column,
    ]);
    expect(all.length).toBeGreaterThan(1000);
    expect(all.filter((at) => !Number.isSafeInteger(at))).toEqual([]);
  });

  it('and the order of names in the text is none of a run', () => {
    const run = (services: readonly string[]): string =>
      golden(
        `
services:
${services.join('\n')}
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: a } ] } }`,
        '5s',
      ).ran.records[0]![0]!.digest;
    const a = '  a: { endpoints: { go: [ { parallel: [ call: b, call: c ] } ] } }';
    const b = '  b: { endpoints: { go: [ work: exponential(5ms) ] } }';
    const c = '  c: { endpoints: { go: [ work: exponential(9ms) ] } }';
    expect(run([c, a, b])).toBe(run([a, b, c]));
  });
});

describe('G-2: what happens at one instant, in order', () => {
  it('a fault comes before what is completed', () => {
    const crash = 'faults: [ { id: dies, kind: crash, target: s, at: 100ms, for: 1s } ]';
    const { requests } = both('', 'work: 100ms', '0ms', '5s', crash);
    expect(outcomes(requests)).toEqual(['reset', 'ok']);
    const sooner = both('', 'work: 99999999ns', '0ms', '5s', crash);
    expect(outcomes(sooner.requests)).toEqual(['ok', 'ok']);
  });

  it('what is completed before timers: a worker that is free at the end of a wait serves', () => {
    // The second waits from 0 to 100 ms, and may wait for 100 ms.
    const wait = 'concurrency: 1, queue: { maxWait: 100ms }, ';
    const { requests } = both(wait, 'work: 100ms', '0ms, 0ms', '5s');
    expect(outcomes(requests)).toEqual(['ok', 'ok', 'ok']);
    const longer = both(wait, 'work: 100000001ns', '0ms, 0ms', '5s');
    expect(outcomes(longer.requests)).toEqual(['ok', 'rejectedOverload', 'ok']);
  });

  it('timers before arrivals: a released place is free for an arrival of that instant', () => {
    // One place to wait: occupied from 0 ms until its request gives up at 100 ms.
    const place = 'concurrency: 1, queue: { capacity: 1, maxWait: 100ms }, ';
    const { requests } = both(place, 'work: 150ms', '0ms, 0ms', '100ms');
    expect(outcomes(requests)).toEqual(['ok', 'rejectedOverload', 'ok']);
    expect(begun(both(place, 'work: 150ms', '0ms, 0ms', '100ms').at('s.serve'))[2]).toBe(150);
    const before = both(place, 'work: 150ms', '0ms, 0ms', '99ms');
    expect(outcomes(before.requests)).toEqual(['ok', 'rejectedOverload', 'rejectedOverload']);
  });

  it('retries before arrivals', () => {
    const policy = '{ retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 50ms } } }';
    const fails =
      'faults: [ { id: e, kind: error, target: s, afterWork: true, at: 0ms, for: 60ms } ]';
    const { rows } = both('concurrency: 1, ', 'work: 50ms', '0ms', '100ms', fails, policy);
    const attempts = rows.filter(({ parent }) => parent >= 0);
    const startOf = (attempt: number): readonly number[] =>
      attempts.filter((row) => row.attempt === attempt).map((row) => row.begun);
    // Failed at 50 ms, retried and served at 100 ms; an arrival at 100 ms waits until 150 ms.
    expect(begun(attempts).sort((x, y) => x - y)).toEqual([0, 100, 150]);
    expect(startOf(Math.max(...attempts.map(({ attempt }) => attempt)))).toEqual([100]);
  });
});

describe('G-3: what ends with its time limit has succeeded', () => {
  const limited = (work: string): readonly string[] =>
    outcomes(both('', `work: ${work}`, '0ms', '1s', '', '{ timeout: 100ms }').requests);

  it('at the limit, and not one nanosecond behind it', () => {
    expect(limited('100ms')).toEqual(['ok', 'ok']);
    expect(limited('100000001ns')).toEqual(['timeout', 'timeout']);
  });
});

describe('G-4: no component changes the draws of another one', () => {
  const world = (more: string, policy: string, other = ''): Traced =>
    golden(
      `
services:
  s: { runtime: async, endpoints: { serve: [ work: exponential(20ms) ] } }
  ${other}
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: s } ], policy: { ${policy} } }
${more}`,
      '5s',
    );
  /** Arrivals of the user requests, and the durations of their first attempts. */
  const first = ({ rows }: Traced): readonly (readonly number[])[] => {
    const users = rows.filter((row) => row.part.startsWith('users.'));
    const work = new Map<number, Row>();
    for (const row of rows)
      if (row.part === 's.serve' && !work.has(row.root)) work.set(row.root, row);
    return users.map((row) => {
      const { begun: from, ended } = work.get(row.id)!;
      return [row.sent, ended - from];
    });
  };

  it('neither a component, a workload, a fault nor a retry', () => {
    const plain = first(world('', ''));
    expect(plain.length).toBeGreaterThan(200);
    const other = 'other: { endpoints: { go: [ work: exponential(3ms) ] } }';
    const more =
      '  aaa: { arrivals: poisson(30/s), requests: [ { call: other } ] }\n' +
      'faults: [ { id: e, kind: error, target: s, share: 40%, at: 1s, for: 2s, afterWork: true } ]';
    const retry =
      'retry: { attempts: 4, on: [error], backoff: { kind: exponential, base: 9ms, jitter: full } }';
    const changed = world(more, retry, other);
    expect(changed.at('s.serve').length).toBeGreaterThan(plain.length + 20);
    expect(first(changed)).toEqual(plain);
  });

  it('nor a redelivery', () => {
    const messages = (faults: string): Traced =>
      golden(
        `
queues: { jobs: { kind: rabbitmq, prefetch: 1, consumers: [ { call: worker.handle, concurrency: 50 } ] } }
services: { worker: { runtime: async, endpoints: { handle: [ work: exponential(20ms) ] } } }
workloads:
  users: { arrivals: constant(50/s), requests: [ { name: send, steps: [ publish: jobs ] } ] }
${faults}`,
        '3s',
      );
    const plain = messages('');
    const crash = 'faults: [ { id: dies, kind: crash, target: worker, at: 1s, for: 1ms } ]';
    const again = messages(crash);
    const lasting = (traced: Traced, from: number): readonly number[] =>
      traced
        .at('worker.handle')
        .filter((row) => row.begun > from && row.begun < 2900)
        .map((row) => Math.round((row.ended - row.begun) * 1e6));
    expect(again.at('worker.handle').length).toBeGreaterThan(plain.at('worker.handle').length);
    expect(lasting(again, 1100)).toEqual(lasting(plain, 1100));
  });
});
