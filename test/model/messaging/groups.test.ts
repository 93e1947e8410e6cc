import { describe, expect, it } from 'vitest';
import { begun, ended, golden, instants, metered } from '../../golden/tracing.js';
import type { Traced } from '../../golden/tracing.js';

interface Options {
  readonly subscriber?: string;
  readonly topic?: string;
  readonly replicas?: number;
  readonly work?: string;
  readonly at?: string;
  readonly count?: number;
  readonly faults?: string;
  readonly length?: string;
}

/** Messages of one topic to one group; times in ms. */
function run(options: Options): Traced {
  const { subscriber = '', topic = '', replicas = 1, work = '10ms' } = options;
  const { at = '0ms', count = 1, faults = '[]' } = options;
  return golden(
    `
topics:
  jobs:
    kind: kafka
    ${topic}
    subscribers: [ { group: workers, call: worker.handle, ${subscriber} } ]
services:
  worker: { replicas: ${replicas}, endpoints: { handle: [ work: ${work} ] } }
workloads:
  users:
    arrivals: { at: [ ${at} ] }
    requests: [ { name: send, steps: [ publish: { topic: jobs, count: ${count} } ] } ]
faults: ${faults}
`,
    options.length,
  );
}

const counts = (traced: Traced, ...names: string[]): readonly number[] =>
  names.map((name) => metered(traced, name, 'jobs.workers'));

describe('members of a group', () => {
  it('leave after maxPollInterval: the commit fails, the batch is read again, for ever (KF-4, KF-5)', () => {
    // Ten records of 10 ms in one poll need 100 ms, the member has to poll after 50 ms. It handles all
    // ten, joins again at 100 ms into an empty group: 10 ms of pause, and the same ten again.
    const traced = run({
      count: 10,
      subscriber:
        'maxPollInterval: 50ms, rebalance: { pause: 10ms, initialDelay: 0ms }, heartbeatInterval: 10ms',
      length: '1s',
    });
    const starts = begun(traced.at('worker.handle')).filter((_, index) => index % 10 === 0);
    expect(starts.slice(0, 4)).toEqual([0, 110, 220, 330]);
    const [consumed, duplicates, rebalances] = counts(
      traced,
      'consumed',
      'duplicateEffects',
      'rebalances',
    );
    // Until 1000 ms nine rounds are over, and nothing is ever committed.
    expect([consumed, duplicates]).toEqual([90, 80]);
    expect(rebalances).toBeGreaterThanOrEqual(9);
  });

  it('stay when the batch takes exactly maxPollInterval', () => {
    const traced = run({ count: 10, subscriber: 'maxPollInterval: 100ms' });
    expect(counts(traced, 'consumed', 'rebalances')).toEqual([10, 0]);
  });

  it('are at most as many as there are partitions; the others have nothing to do (KF-2)', () => {
    const traced = run({ count: 6, replicas: 3, topic: 'partitions: 2' });
    const instances = new Set(traced.at('worker.handle').map(({ instance }) => instance));
    expect([...instances].sort()).toEqual(['worker[0]', 'worker[1]']);
  });

  it('hand the partitions of a dead one over when its session ends (KF-9)', () => {
    // Dies at 10 s, its last heartbeat was at 9 s: dead at 54 s, pause of 3 s.
    const traced = run({
      replicas: 2,
      topic: 'partitions: 2',
      at: instants(20_000, 20_019, 1, 'ms'),
      faults: '[ { id: dies, kind: crash, target: "worker[1]", at: 10s, for: none } ]',
    });
    const late = begun(traced.at('worker.handle')).filter((at) => at > 21_000);
    expect(Math.min(...late)).toBe(57_000);
    expect(counts(traced, 'consumed', 'lostEffects', 'rebalances')).toEqual([20, 0, 1]);
  });

  it('all wait for the dead one when it comes back before its session ends, with the classic protocol', () => {
    const crash = '[ { id: dies, kind: crash, target: "worker[1]", at: 10s, for: 10s } ]';
    const common = { replicas: 2, topic: 'partitions: 2', at: '30s, 30001ms', faults: crash };
    const firstOf = (protocol: string): number =>
      Math.min(
        ...begun(
          run({
            ...common,
            at: instants(30_000, 30_019, 1, 'ms'),
            subscriber: `rebalance: { protocol: ${protocol} }`,
          }).at('worker.handle'),
        ),
      );
    expect(firstOf('classic')).toBe(57_000);
    expect(firstOf('cooperative')).toBeLessThan(30_020);
    expect(firstOf('consumer')).toBeLessThan(30_020);
  });

  it('change nothing by a restart within the session when they are static (KF-9)', () => {
    const traced = run({
      replicas: 2,
      topic: 'partitions: 2',
      at: instants(30_000, 30_019, 1, 'ms'),
      faults: '[ { id: dies, kind: crash, target: "worker[1]", at: 10s, for: 10s } ]',
      subscriber: 'rebalance: { staticMembership: true }',
    });
    expect(Math.max(...begun(traced.at('worker.handle')))).toBeLessThan(31_000);
    expect(counts(traced, 'consumed', 'rebalances')).toEqual([20, 0]);
  });

  it('that are static leave after maxPollInterval by their heartbeats alone (KF-9)', () => {
    const firstOfOther = (rebalance: string): number => {
      const traced = run({
        replicas: 2,
        work: '60s',
        subscriber: `maxPollInterval: 10s, rebalance: { ${rebalance} }`,
        length: '130s',
      });
      const rows = traced.at('worker.handle').filter(({ instance }) => instance === 'worker[1]');
      return begun(rows)[0]!;
    };
    // Said at 10 s, 3 s of pause; or the last heartbeat then, missed for 45 s, and the pause.
    expect(firstOfOther('staticMembership: false')).toBe(13_000);
    expect(firstOfOther('staticMembership: true')).toBe(58_000);
  });

  it('are declared dead when a pause is longer than the session', () => {
    // Paused from 10 s to 70 s; expelled at 54 s; back at 70 s it joins again.
    const traced = run({
      at: instants(60_000, 60_009, 1, 'ms'),
      faults: '[ { id: stops, kind: pause, target: worker, at: 10s, for: 60s } ]',
    });
    expect(counts(traced, 'consumed', 'duplicateEffects')).toEqual([10, 0]);
    // Three seconds of delay for an empty group, and three of pause.
    expect(Math.min(...begun(traced.at('worker.handle')))).toBe(76_000);
  });

  it('are only paused for a pause that is shorter', () => {
    const traced = run({
      at: '20s',
      faults: '[ { id: stops, kind: pause, target: worker, at: 10s, for: 30s } ]',
    });
    expect(begun(traced.at('worker.handle'))).toEqual([40_000]);
    expect(counts(traced, 'rebalances')).toEqual([0]);
  });
});

describe('a rebalance', () => {
  const shuffled = '[ { id: shuffle, kind: rebalance, target: jobs.workers, at: 15ms } ]';

  it('begins when all have polled, and stops all for the pause (KF-6)', () => {
    // Record 2 of 4 is in flight at 15 ms; the poll after the fourth is at 40 ms; 100 ms of pause.
    const traced = run({
      count: 8,
      subscriber: 'maxPollRecords: 4, rebalance: { pause: 100ms }',
      faults: shuffled,
    });
    expect(begun(traced.at('worker.handle'))).toEqual([0, 10, 20, 30, 140, 150, 160, 170]);
    expect(counts(traced, 'rebalances', 'redeliveries')).toEqual([1, 0]);
  });

  it('stops no member whose partitions stay, with the other protocols', () => {
    for (const protocol of ['cooperative', 'consumer']) {
      const traced = run({
        count: 8,
        subscriber: `maxPollRecords: 4, rebalance: { protocol: ${protocol}, pause: 100ms }`,
        faults: shuffled,
      });
      expect(begun(traced.at('worker.handle'))).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
      expect(counts(traced, 'rebalances')).toEqual([1]);
    }
  });
});

describe('what is failed', () => {
  const poison = (effect: string, more = ''): string =>
    `[ { id: bad, kind: poison, target: jobs, effect: ${effect}, ${more} at: 0ms, for: 5ms } ]`;

  it('blocks its partition until it is handled (KF-11)', () => {
    const traced = run({ at: '0ms, 10ms', faults: poison('error'), length: '10s' });
    expect(counts(traced, 'consumed')).toEqual([0]);
    expect(metered(traced, 'redeliveries', 'jobs.workers')).toBeGreaterThan(1000);
  });

  it('is skipped after the attempts of Spring: ten, without a back-off', () => {
    // The tenth try fails 9 ms after the first: each takes a poll of 1 ms at least.
    const traced = run({
      at: '0ms, 10ms',
      faults: poison('error'),
      subscriber: 'retry: { attempts: 10 }, onPoison: skip',
    });
    expect(counts(traced, 'consumed', 'lostEffects', 'redeliveries')).toEqual([1, 1, 9]);
    expect(begun(traced.at('worker.handle'))).toEqual([10]);
  });

  it('waits for its back-off in the consumer, with everything behind it', () => {
    const traced = run({
      at: '0ms, 10ms',
      faults: poison('error'),
      subscriber:
        'retry: { attempts: 3, backoff: { kind: constant, base: 100ms } }, onPoison: skip',
    });
    expect(begun(traced.at('worker.handle'))).toEqual([200]);
  });

  it('waits aside with mode: delayed', () => {
    const traced = run({
      at: '0ms, 10ms',
      faults: poison('error'),
      subscriber:
        'retry: { attempts: 3, mode: delayed, backoff: { kind: constant, base: 100ms } }, onPoison: skip',
    });
    expect(begun(traced.at('worker.handle'))).toEqual([10]);
    expect(counts(traced, 'consumed', 'lostEffects')).toEqual([1, 1]);
  });

  it.each([
    ['delayed, backoff: { kind: constant, base: 100ms }', 200],
    // A try takes 1 ms at least.
    ['requeue', 2],
  ])('is delayed while it waits aside, and delivered again after it: mode: %s', (mode, waits) => {
    const traced = run({
      at: '0ms, 10ms',
      faults: poison('error'),
      subscriber: `retry: { attempts: 3, mode: ${mode} }, onPoison: skip`,
      length: '1s',
    });
    expect(counts(traced, 'redeliveries')).toEqual([2]);
    const { delayed, lag } = traced.ran.variant().metered['jobs.workers']!.meters;
    expect(delayed).toMatchObject({ form: 'gauge', max: 1, mean: waits / 1000 });
    // The 10 ms in which the other one is handled.
    expect(lag).toMatchObject({ form: 'gauge', max: 1, mean: 0.01 });
  });

  it('kills process after process when it crashes them (PO-1)', () => {
    // Dies at 0 s, starts at 10 s, joins, waits for the session that ends at 45 s and the pause of 3 s,
    // and dies again: 0, 48, 96 s.
    const traced = run({ faults: poison('crash'), length: '100s' });
    expect(counts(traced, 'consumed', 'redeliveries')).toEqual([0, 3]);
  });

  it('hangs until the time limit of the endpoint, or until the member is missed', () => {
    const traced = run({
      at: '0ms, 10ms',
      faults: poison('hang'),
      replicas: 2,
      subscriber: 'maxPollInterval: 10s',
      length: '60s',
    });
    // 10 s, 3 s of pause, and the other member hangs too: both are out.
    expect(counts(traced, 'consumed')).toEqual([0]);
    expect(counts(traced, 'rebalances')).toEqual([2]);
  });
});

describe('an inbox', () => {
  const crashed = '[ { id: dies, kind: crash, target: worker, at: 35ms, for: 65ms } ]';
  const again = 'rebalance: { staticMembership: true }';

  it('lets no effect happen twice within its window (OX-5)', () => {
    const traced = run({ count: 10, faults: crashed, subscriber: `inbox: {}, ${again}` });
    expect(counts(traced, 'consumed', 'duplicateEffects', 'redeliveries')).toEqual([10, 0, 10]);
    expect(Math.max(...ended(traced.at('worker.handle')))).toBe(170);
  });

  it('has forgotten what is older than its window', () => {
    // Effects at 10, 20, 30 ms; read again at 100 ms: only the last is 70 ms old or less.
    const traced = run({
      count: 10,
      faults: crashed,
      subscriber: `inbox: { window: 75ms }, ${again}`,
    });
    expect(counts(traced, 'duplicateEffects')).toEqual([3]);
  });
});

describe('retention', () => {
  it('deletes what is too old, read or not (KF-12)', () => {
    // One record a second of 3 s each, kept for 10 s.
    const at = instants(0, 29_000, 1000, 'ms');
    const lost = (reset: string): readonly number[] =>
      counts(
        run({
          at,
          work: '3s',
          topic: 'retention: 10s',
          subscriber: `maxPollRecords: 1, autoOffsetReset: ${reset}`,
        }),
        'consumed',
        'lostEffects',
      );
    const [consumed, gone] = lost('earliest');
    expect(consumed + gone).toBe(30);
    expect(gone).toBeGreaterThan(10);
    const [read, skipped] = lost('latest');
    expect(read + skipped).toBe(30);
    expect(skipped).toBeGreaterThan(gone);
  });

  it('does not matter to a new group without a backlog, which begins at the end', () => {
    const traced = run({
      topic: 'backlog: 100',
      subscriber: 'autoOffsetReset: earliest',
      work: '1ms',
    });
    expect(counts(traced, 'consumed')).toEqual([101]);
  });
});
