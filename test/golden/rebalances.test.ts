import { describe, expect, it } from 'vitest';
import { begun, golden, metered } from './tracing.js';
import type { Traced } from './tracing.js';

interface Options {
  readonly replicas?: number;
  readonly partitions?: number;
  readonly group?: string;
  readonly rebalance?: string;
  readonly at: string;
  readonly count?: number;
  readonly faults: string;
}

/** Records of 10 ms to one group: sessions of 6 s, a heartbeat each second, 200 ms of pause; times in ms. */
function run(options: Options): Traced {
  const { replicas = 2, partitions = 2, at, count = 1, faults } = options;
  const { group = 'commit: afterBatch', rebalance = 'protocol: classic' } = options;
  return golden(
    `
topics:
  first:
    kind: kafka
    partitions: ${partitions}
    subscribers:
      - { group: a, call: a.take, sessionTimeout: 6s, heartbeatInterval: 1s, ${group},
          rebalance: { pause: 200ms, initialDelay: 0ms, ${rebalance} } }
  second: { kind: kafka, subscribers: [ { group: b, call: b.take } ] }
services:
  a: { replicas: ${replicas}, endpoints: { take: [ work: 10ms, publish: second ] } }
  b: { endpoints: { take: [ work: 0ms ] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { name: send, steps: [ publish: { topic: first, count: ${count} } ] } ] }
faults: [ ${faults} ]`,
    '60s',
  );
}

const counts = (traced: Traced): readonly number[] =>
  ['consumed', 'redeliveries', 'duplicateEffects', 'lostEffects'].map((name) =>
    metered(traced, name, 'first.a'),
  );

const startsOf = (traced: Traced, instance: string): readonly number[] =>
  begun(traced.at('a.take').filter((row) => row.instance === instance));

const steps = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, k) => from + k * 10);

const COMMITS = ['before', 'afterBatch', 'afterEach', 'auto', 'transactional'];

describe('a partition that a member hands to another (KF-6)', () => {
  // a[1] is down from 1 to 10 s, and removed at 7 s: a[0] reads both partitions. 20 records arrive at 9.925 s, 9 and
  // 11, of which a poll takes five.
  const handed = (commit: string, protocol: string, count = 20): Traced =>
    run({
      group: `commit: ${commit}, maxPollRecords: 5`,
      rebalance: `protocol: ${protocol}`,
      at: '9925ms',
      count,
      faults: '{ id: away, kind: crash, target: "a[1]", at: 1s, for: 9s }',
    });

  for (const commit of COMMITS) {
    it(`is not read again by who gives it up, with commit: ${commit} and protocol: consumer`, () => {
      const traced = handed(commit, 'consumer');
      // The poll at 10.025 s revokes one, of which five are handled, and continues with four of the other.
      expect(startsOf(traced, 'a[0]')).toEqual([...steps(9925, 10), ...steps(10_025, 4)]);
      expect(startsOf(traced, 'a[1]')).toEqual(steps(10_225, 6));
      expect(counts(traced)).toEqual([20, 0, 0, 0]);
      expect(metered(traced, 'published', 'second')).toBe(20);
    });
  }

  for (const commit of COMMITS.filter((one) => one !== 'auto')) {
    it(`is not read again by who gives it up, with commit: ${commit} and protocol: cooperative`, () => {
      // It joins at 10.025 s, gets its assignment at 10.225 s, and releases the other at 10.275 s.
      const traced = handed(commit, 'cooperative', 60);
      expect(startsOf(traced, 'a[1]')[0]).toBe(10_475);
      expect(counts(traced)).toEqual([60, 0, 0, 0]);
      expect(metered(traced, 'published', 'second')).toBe(60);
    });
  }

  it('is read again from its last commit by the joining member, with commit: auto and protocol: cooperative', () => {
    // Ten of it are handled from 10.025 to 10.275 s, when it is revoked without another commit.
    expect(counts(handed('auto', 'cooperative', 60))).toEqual([70, 10, 10, 0]);
  });
});

describe('a member that dies before it gives a partition up', () => {
  it('has it until its session ends, with protocol: consumer', () => {
    // As above; the poll at 9.975 s is in flight when a[0] learns of it. It dies at 10.01 s and is back at 11.01 s as
    // another member, which is due a partition; the old member is removed at 16 s.
    const traced = run({
      group: 'maxPollRecords: 5',
      rebalance: 'protocol: consumer',
      at: '9925ms',
      count: 20,
      faults: `{ id: away, kind: crash, target: "a[1]", at: 1s, for: 9s },
        { id: dies, kind: crash, target: "a[0]", at: 10010ms, for: 1s }`,
    });
    expect(startsOf(traced, 'a[0]')).toEqual([...steps(9925, 9), ...steps(16_200, 4)]);
    expect(startsOf(traced, 'a[1]')).toEqual(steps(16_200, 11));
    // Three of a batch of five were handled.
    expect(counts(traced)).toEqual([23, 5, 3, 0]);
  });
});

describe('commits at intervals (KF-8)', () => {
  for (const protocol of ['classic', 'cooperative', 'consumer']) {
    it(`are made before members that wait join again, with protocol: ${protocol}`, () => {
      // All are handled at 1.1 s at the latest, and the interval is 5 s.
      const traced = run({
        group: 'commit: auto',
        rebalance: `protocol: ${protocol}`,
        at: '1s',
        count: 10,
        faults: '{ id: shuffle, kind: rebalance, target: first.a, at: 2s }',
      });
      expect(counts(traced)).toEqual([10, 0, 0, 0]);
    });
  }
});

describe('a member that hangs', () => {
  it('polls, so no rebalance has to wait for it', () => {
    // It has no partition, and nothing to handle that would hang.
    const traced = run({
      partitions: 1,
      at: '5s',
      faults: `{ id: hung, kind: hang, target: "a[1]", at: 1s, for: 2s },
        { id: shuffle, kind: rebalance, target: first.a, at: 2s }`,
    });
    expect(begun(traced.at('a.take'))).toEqual([5000]);
  });

  it('commits meanwhile what it has handled before (KF-8)', () => {
    // Polled at 1 s and 1.1 s, committed at 3 s; the process dies at 10 s.
    const traced = run({
      replicas: 1,
      group: 'commit: auto, autoCommitInterval: 2s',
      at: '1s',
      count: 10,
      faults: `{ id: hung, kind: hang, target: a, at: 2500ms, for: 10s },
        { id: dies, kind: crash, target: a, at: 10s, for: 1s }`,
    });
    expect(counts(traced)).toEqual([10, 0, 0, 0]);
  });
});

describe('a member that cannot answer, with protocol: consumer', () => {
  /** a[2] comes back at 10 s, and is due a partition of a[1]. */
  const missing = (fault: string, group = 'commit: afterBatch', at = '11s'): Traced =>
    run({
      replicas: 3,
      partitions: 4,
      group,
      rebalance: 'protocol: consumer, staticMembership: true',
      at,
      count: 40,
      faults: `{ id: away, kind: crash, target: "a[2]", at: 500ms, for: 9500ms }, ${fault}`,
    });

  it('has its partitions until its session ends, when it is dead (KF-9)', () => {
    // Its last heartbeat was at 9 s.
    const traced = missing('{ id: dies, kind: crash, target: "a[1]", at: 9500ms, for: none }');
    expect(startsOf(traced, 'a[2]')[0]).toBe(15_200);
    expect(counts(traced)).toEqual([40, 0, 0, 0]);
  });

  it('has them until it resumes, when it is paused', () => {
    const paused = '{ id: stops, kind: pause, target: "a[1]", at: 9500ms, for: 3s }';
    const traced = missing(paused);
    expect(startsOf(traced, 'a[1]')[0]).toBe(12_500);
    expect(startsOf(traced, 'a[2]')[0]).toBe(12_700);
    expect(counts(traced)).toEqual([40, 0, 0, 0]);
  });

  it('has them until it resumes, when it is paused and a breaker also blocks it', () => {
    const traced = missing(
      `{ id: stops, kind: pause, target: "a[1]", at: 9500ms, for: 3s },
       { id: fails, kind: error, target: "a[1]", at: 8s, for: 1s }`,
      'policy: { circuitBreaker: { failureThreshold: 1, openDuration: 10s, scope: instance } }',
      '8500ms, 11s',
    );
    expect(startsOf(traced, 'a[2]')[0]).toBe(12_700);
    expect(counts(traced)).toEqual([80, 1, 0, 0]);
  });
});
