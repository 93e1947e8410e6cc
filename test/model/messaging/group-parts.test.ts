import { describe, expect, it } from 'vitest';
import type { Instance, Resident } from '../../../src/model/data/instances/instance.js';
import { Group } from '../../../src/model/modules/messaging/group.js';
import type { Member } from '../../../src/model/modules/messaging/member.js';
import { newMember } from '../../../src/model/modules/messaging/member.js';
import { placeOf } from '../../../src/model/modules/messaging/offsets.js';
import { begun, golden, metered } from '../../golden/tracing.js';
import type { Traced } from '../../golden/tracing.js';
import { readLogs } from '../../support/read-logs.js';

interface Options {
  readonly reset?: 'earliest' | 'latest';
  readonly isBegun?: boolean;
  /** Logs that the group has not reached. */
  readonly unread?: readonly number[];
  readonly isStatic?: boolean;
}

/** A group of two partitions, with a log for each; ten messages in each log. */
function group(options: Options = {}) {
  const { reset = 'earliest', isBegun = true, unread = [], isStatic = false } = options;
  const own = readLogs(4);
  const told: string[] = [];
  for (let log = 0; log < 4; log++) for (let k = 0; k < 10; k++) own.append(log, k);
  const members: Member[] = [];
  const instances = [10, 11].map((id) => ({ id, residents: [] as Resident[], down: false }));
  const tell =
    (text: string) =>
    ({ index }: Member): void =>
      void told.push(`${text} ${index}`);
  const fake = {
    setup: {
      topic: { partitions: own.bounds.slice(0, 2), partitionOf: (message: number) => message % 2 },
      spec: { handler: 0, spec: { reset, concurrency: 2, rebalance: { isStatic } } },
      world: {
        instances: [...Array.from({ length: 10 }, () => null), ...instances],
        plan: {
          components: [{ firstInstance: 10, instances: 2 }],
          parts: [{ component: 0 }],
          functions: [],
        },
        meters: { count: (name: string, by: number) => told.push(`${name} ${by}`) },
      },
    },
    size: 2,
    members,
    isBegun,
    purgedCount: 'purged',
    offsets: own.offsets,
    resets: { isUnread: (log: number) => unread.includes(log), assigned: () => {} },
    aftermath: {
      leap: (message: number, place: number) => told.push(`lost ${message} at ${place}`),
    },
    loop: {
      letGo: (log: number) => told.push(`let go ${log}`),
      died: tell('stops'),
      instanceDied: ({ id }: Instance) => told.push(`gone ${id}`),
      wake: tell('wakes'),
      lost: tell('loses'),
    },
    membership: {
      died: tell('died'),
      started: tell('started'),
      heartbeatsStopped: tell('silent'),
      heartbeat: tell('heard'),
      polls: tell('polls'),
      leave: tell('leaves'),
    },
  };
  const parts = Object.assign(Object.create(Group.prototype) as Group, fake as object);
  const call = (name: string, ...args: unknown[]): unknown =>
    (parts as unknown as Record<string, (...all: unknown[]) => unknown>)[name]!(...args);
  return {
    parts,
    call,
    told,
    offsets: own.offsets,
    bounds: own.bounds,
    instances,
    members,
    hire: () => members.push(...(call('createMembers') as readonly Member[])),
  };
}

const lost = (log: number, from: number, to: number): readonly string[] =>
  Array.from(
    { length: to - from },
    (_, k) => `lost ${100 * log + from + k} at ${placeOf(log, from + k)}`,
  );

describe('what a group has not read', () => {
  it('is lost with its offset when the log deletes it, and the group continues after it', () => {
    const { parts, told, offsets } = group();
    offsets.position[1] = 3;
    offsets.committed[1] = 2;
    parts.expired(1, 6);
    expect(told).toEqual([...lost(1, 3, 6), 'let go 1']);
    expect([offsets.committed[1], offsets.position[1], offsets.floor[1]]).toEqual([6, 6, 6]);
    parts.expired(1, 5);
    expect(told).toEqual([...lost(1, 3, 6), 'let go 1', 'let go 1']);
    expect([offsets.committed[1], offsets.floor[1]]).toEqual([6, 6]);
  });

  it('is lost up to the end if the group begins there, unless it had read all that is deleted', () => {
    const { parts, told, offsets } = group({ reset: 'latest' });
    offsets.position[1] = 6;
    parts.expired(1, 6);
    expect(told).toEqual(['let go 1']);
    expect([offsets.committed[1], offsets.position[1]]).toEqual([6, 6]);
    parts.expired(0, 1);
    expect(told.slice(1)).toEqual([...lost(0, 0, 10), 'let go 0']);
    expect(offsets.position[0]).toBe(10);
  });

  it('is nothing to a group that has not come to the log', () => {
    const { parts, told } = group({ unread: [1] });
    parts.expired(1, 6);
    parts.purged(1, 6);
    expect(told).toEqual([]);
  });

  it('is counted where it was deleted by hand, and only then', () => {
    const { parts, told, offsets } = group();
    offsets.position[1] = 3;
    parts.purged(1, 10);
    expect(told.slice(0, 1)).toEqual(['purged 7']);
    expect(told.slice(1)).toEqual([...lost(1, 3, 10), 'let go 1']);
    parts.purged(1, 10);
    expect(told).toHaveLength(9);
  });

  it('is lost where it is no part of the log any more', () => {
    const { parts, told, offsets } = group();
    offsets.position[1] = 3;
    for (const offset of [2, 3, 4]) parts.lost(1, offset);
    expect(told).toEqual(lost(1, 3, 5));
  });
});

describe('a group that begins', () => {
  it('is behind all that is there, unless it reads from the first or is not there yet', () => {
    const behind = (options: Options): readonly number[] => {
      const { parts, offsets } = group(options);
      parts.begin();
      return [0, 1, 2].flatMap((log) => [offsets.committed[log]!, offsets.released[log]!]);
    };
    expect(behind({ reset: 'latest' })).toEqual([10, 10, 10, 10, 0, 0]);
    expect(behind({ reset: 'earliest' })).toEqual([0, 0, 0, 0, 0, 0]);
    expect(behind({ reset: 'latest', isBegun: false })).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('logs of a member', () => {
  it('are its partition and those of the group beside it, in order, until it is taken', () => {
    const { call, told, hire, members } = group();
    hire();
    call('assign', 1, members[0]);
    call('assign', 0, members[0]);
    expect(members[0]!.assigned).toEqual([0, 1, 2, 3]);
    call('taken', 1);
    expect(members.map(({ assigned }) => assigned)).toEqual([[0, 2], [], [], []]);
    call('taken', 1);
    expect(told).toEqual(['loses 0']);
  });

  it('are read again from the last commit by their new owner', () => {
    const { call, offsets, hire, members } = group();
    hire();
    offsets.position.fill(4);
    call('given', 1, members[2]);
    expect([...offsets.position]).toEqual([4, 0, 4, 0]);
    expect(members[2]!.assigned).toEqual([1, 3]);
  });
});

describe('the members of a process', () => {
  it('are one for each thread, the first ones of all processes first', () => {
    const { hire, members } = group();
    hire();
    expect(members.map(({ instance }) => instance.id)).toEqual([10, 11, 10, 11]);
    expect(members.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  });

  it('share its fate', () => {
    const { hire, members, instances, told } = group();
    hire();
    for (const member of members) member.closing = true;
    const [resident] = instances[1]!.residents;
    const after = (act: () => void): readonly string[] => {
      told.length = 0;
      act();
      return told;
    };
    expect(after(() => resident!.died())).toEqual(
      [1, 3].flatMap((index) => [`stops ${index}`, `died ${index}`]).concat('gone 11'),
    );
    expect(members.map(({ closing }) => closing)).toEqual([true, false, true, false]);
    expect(after(() => resident!.started())).toEqual(['started 1', 'started 3']);
    expect(after(() => resident!.paused!())).toEqual(['silent 1', 'silent 3']);
    expect(after(() => resident!.resumed!())).toEqual(['heard 1', 'wakes 1', 'heard 3', 'wakes 3']);
    Object.assign(members[1]!, { paused: true });
    Object.assign(members[3]!, { paused: true, inGroup: false });
    expect(after(() => resident!.resumed!())).toEqual(['heard 1', 'polls 1', 'heard 3', 'wakes 3']);
    // One that is busy leaves when it is through.
    members[1]!.idle = false;
    expect(resident!.isBusy!()).toBe(true);
    expect(after(() => resident!.closing!())).toEqual(['leaves 3']);
    expect(members[1]!.closing).toBe(true);
    members[1]!.idle = true;
    members[0]!.idle = false;
    expect(resident!.isBusy!()).toBe(false);
  });

  it('do not go on when it does, where the group is not there yet', () => {
    const { hire, instances, told } = group({ isBegun: false });
    hire();
    instances[0]!.residents[0]!.resumed!();
    expect(told).toEqual(['heard 0', 'heard 2']);
  });

  it('keep their logs over a death only where they are static', () => {
    const logs = (isStatic: boolean): readonly (readonly number[])[] => {
      const { hire, members, instances, call } = group({ isStatic });
      hire();
      call('assign', 1, members[0]);
      instances[0]!.residents[0]!.died();
      return members.map(({ assigned }) => assigned);
    };
    expect(logs(true)).toEqual([[1, 3], [], [], []]);
    expect(logs(false)).toEqual([[], [], [], []]);
  });
});

describe('a member', () => {
  it('begins in a poll, without records in flight, and its first try', () => {
    const instance = {} as Instance;
    expect(newMember(3, instance)).toMatchObject({
      index: 3,
      idle: true,
      inGroup: true,
      watched: false,
      tries: 1,
      kept: [0, 0, 1],
      turn: 0,
    });
  });
});

describe('a group that comes later', () => {
  /** Messages to a group that exists from 1 s on, and rebalances from 2 s to 3 s. */
  const run = (at: string, reset: string): Traced =>
    golden(
      `
topics:
  jobs:
    kind: kafka
    ${reset === 'earliest' ? 'backlog: 5' : ''}
    subscribers: [ { group: workers, call: worker.handle, startAt: 1s, autoOffsetReset: ${reset}, rebalance: { pause: 1s, initialDelay: 0ms } } ]
services:
  worker: { endpoints: { handle: [] } }
workloads:
  users: { arrivals: { at: [ ${at} ] }, requests: [ { name: send, steps: [ publish: jobs ] } ] }
faults: [ { id: shuffle, kind: rebalance, target: jobs.workers, at: 2500ms } ]
`,
      '10s',
    );

  it('continues by itself after a rebalance', () => {
    const traced = run('500ms, 2200ms, 3s', 'latest');
    expect(begun(traced.at('worker.handle'))).toEqual([2200, 3500]);
    expect(metered(traced, 'lostEffects', 'jobs.workers')).toBe(0);
  });

  it('reads what was there before it where it begins with the first', () => {
    const traced = run('500ms, 2200ms, 3s', 'earliest');
    expect(begun(traced.at('worker.handle'))).toEqual([2000, 2200, 3500]);
    // Messages from before the run are in no trace.
    expect(metered(traced, 'consumed', 'jobs.workers')).toBe(8);
  });
});
