import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { FROZEN } from '../../../src/model/data/instances/process.js';
import { Membership } from '../../../src/model/modules/messaging/membership.js';
import type { Counter } from '../../../src/model/data/figures/meters.js';
import type { World } from '../../../src/model/modules/world.js';
import type { Subscriber } from '../../../src/contracts/scenario/messaging.js';
import { membersOf } from '../../support/read-logs.js';

interface Options {
  readonly protocol?: 'classic' | 'cooperative' | 'consumer';
  readonly isStatic?: boolean;
  readonly count?: number;
  readonly partitions?: number;
  readonly initialDelayNs?: number;
  readonly maxPollNs?: number;
  readonly isEmpty?: boolean;
  readonly down?: readonly number[];
}

/**
 * Two members and four partitions; a session of 100 ns, a heartbeat every 10 ns, a poll within 60 ns, a pause of 5
 * ns. `told` has the notifications of the group: `35 given 2 to 1`. All members wait in a poll unless a test says
 * otherwise.
 */
function crew(options: Options = {}) {
  const { protocol = 'classic', isStatic = false, count = 2, partitions = 4 } = options;
  const { initialDelayNs = 0, maxPollNs = 60, isEmpty = false, down = [] } = options;
  engine.reset();
  const members = membersOf(count);
  for (const index of down) Object.assign(members[index]!.instance, { down: true });
  const told: string[] = [];
  const tell = (text: string): void => void told.push(`${engine.now} ${text}`);
  let rebalances = 0;
  const world = {
    meters: { count: () => rebalances++ },
    outages: { terminations: { look: () => tell('look') } },
  };
  const group = new Membership({
    world: world as unknown as World,
    spec: {
      sessionNs: 100,
      heartbeatNs: 10,
      maxPollNs,
      rebalance: { protocol, isStatic, initialDelayNs, pauseNs: 5 },
    } as unknown as Subscriber,
    members,
    partitions,
    rebalances: {} as Counter,
    isEmpty,
    listener: {
      given: (partition, { index }) => tell(`given ${partition} to ${index}`),
      taken: (partition) => tell(`taken ${partition}`),
      go: ({ index }) => tell(`go ${index}`),
      parting: ({ index }) => tell(`parting ${index}`),
      hasMembers: (any) => tell(any ? 'has members' : 'empty'),
    },
  });
  const acts: (() => void)[] = [];
  const op = engine.define('act', (index) => acts[index]!());
  return {
    group,
    members,
    told,
    a: members[0]!,
    b: members[1]!,
    owners: () => [...group.owners],
    rebalances: () => rebalances,
    at: (time: number, act: () => void) => engine.at(time, 0, op, acts.push(act) - 1, 0, 0),
    run: (until = 1000) => engine.run(until, Infinity),
  };
}

/** Assignments of a classic rebalance at an instant. */
const dealtAnew = (at: number, owners: readonly number[], going: readonly number[]): string[] => [
  ...owners.map((_, partition) => `${at} taken ${partition}`),
  ...owners.map((owner, partition) => `${at} given ${partition} to ${owner}`),
  ...going.map((index) => `${at} go ${index}`),
];

describe('a stable group', () => {
  it('has the members that are up, and the ranges of the partitions', () => {
    const { group, a, b, owners } = crew();
    expect(owners()).toEqual([0, 0, 1, 1]);
    expect([group.accepts(a, 1), group.accepts(a, 2), group.accepts(b, 2)]).toEqual([
      true,
      false,
      true,
    ]);
    a.inGroup = false;
    expect(group.accepts(a, 1)).toBe(false);
    const other = crew({ down: [0] });
    expect(other.owners()).toEqual([1, 1, 1, 1]);
    expect(other.a.inGroup).toBe(false);
    const empty = crew({ isEmpty: true });
    expect(empty.owners()).toEqual([-1, -1, -1, -1]);
    expect(empty.a.inGroup || empty.b.inGroup).toBe(false);
  });
});

describe('a rebalance of all', () => {
  it('waits for the next poll of busy members, and assigns all after the pause', () => {
    const { group, a, b, told, at, run, rebalances } = crew();
    b.idle = false;
    const seen: unknown[] = [];
    at(10, () => group.force());
    at(20, () => seen.push(group.polls(a), [a.joined, a.blocked, b.called, b.joined]));
    at(30, () => seen.push(group.polls(b), [b.called, b.joined, b.blocked]));
    at(34, () => seen.push(group.polls(b)));
    at(40, () => seen.push(group.polls(b), [a.joined, b.joined, a.blocked, b.blocked]));
    run();
    expect(seen).toEqual([
      false,
      [true, true, true, false],
      false,
      [false, true, true],
      false,
      true,
      [false, false, false, false],
    ]);
    expect(told).toEqual(['10 parting 0', '30 parting 1', ...dealtAnew(35, [0, 0, 1, 1], [0, 1])]);
    expect(rebalances()).toBe(1);
  });

  it('is one of its own each time', () => {
    const { group, at, run, rebalances } = crew();
    at(10, () => group.force());
    at(50, () => group.force());
    run();
    expect(rebalances()).toBe(2);
  });

  it('starts over when a member joins or leaves while the assignment is in transit', () => {
    const { group, told, at, run, rebalances } = crew();
    at(10, () => group.force());
    at(13, () => group.force());
    run();
    // All have joined at 10 and need not again; the assignment of 10 is void.
    expect(told).toEqual(['10 parting 0', '10 parting 1', ...dealtAnew(18, [0, 0, 1, 1], [0, 1])]);
    expect(rebalances()).toBe(1);
  });

  it('reaches waiting members at once, but not those that are down or paused', () => {
    const { group, a, b, told, at, run } = crew({ count: 3, partitions: 3 });
    Object.assign(a.instance, { frozen: FROZEN.pause });
    Object.assign(b.instance, { frozen: FROZEN.hang });
    at(10, () => group.force());
    run();
    expect(told).toEqual(['10 parting 1', '10 parting 2']);
    expect([a.called, b.called]).toEqual([true, false]);
  });
});

describe('a member that dies', () => {
  it('is missed a session after its last heartbeat', () => {
    const { group, b, owners, told, at, run, rebalances } = crew();
    at(25, () => group.died(b));
    at(26, () => expect(owners()).toEqual([0, 0, 3, 3]));
    run(119);
    expect([told, b.inGroup]).toEqual([[], false]);
    run();
    expect(told).toEqual(['120 parting 0', ...dealtAnew(125, [0, 0, 0, 0], [0])]);
    expect(rebalances()).toBe(1);
  });

  it('at a heartbeat has sent it', () => {
    const { group, b, told, at, run } = crew();
    b.since = 2;
    at(32, () => group.died(b));
    run();
    expect(told[0]).toBe('132 parting 0');
  });

  it("and comes back is another one, and all wait for the end of the old one's session", () => {
    const { group, b, told, at, run, rebalances, owners } = crew();
    at(25, () => group.died(b));
    at(30, () => group.started(b));
    at(40, () => expect(group.polls(b)).toBe(false));
    at(41, () =>
      expect([b.joined, b.blocked, b.inGroup, b.called]).toEqual([true, true, true, false]),
    );
    run();
    expect(told).toEqual([
      '30 go 1',
      '40 has members',
      '40 parting 0',
      ...dealtAnew(125, [0, 0, 1, 1], [0, 1]),
    ]);
    expect([b.since, rebalances()]).toEqual([40, 1]);
    expect(owners()).toEqual([0, 0, 1, 1]);
  });

  it('is not declared dead for a pause that is over', () => {
    const { group, b, told, at, run } = crew();
    at(33, () => group.heartbeatsStopped(b));
    at(45, () => group.died(b));
    at(60, () => group.polls(b));
    run();
    expect(told).toEqual([
      '60 has members',
      '60 parting 0',
      ...dealtAnew(145, [0, 0, 1, 1], [0, 1]),
    ]);
  });

  it('twice is missed when the second session ends', () => {
    const { group, b, told, at, run, owners } = crew();
    at(25, () => group.died(b));
    at(40, () => group.polls(b));
    at(52, () => group.died(b));
    at(121, () => expect(owners()).toEqual([0, 0, 3, 3]));
    run();
    expect(told).toEqual([
      '40 has members',
      '40 parting 0',
      // The second counts from its own first heartbeat at 40: the last is that at 50.
      ...dealtAnew(155, [0, 0, 0, 0], [0]),
    ]);
  });

  it('is not waited for by those that have joined', () => {
    const { group, b, told, at, run } = crew();
    b.idle = false;
    at(10, () => group.force());
    at(25, () => group.died(b));
    at(26, () => expect([b.called, b.joined, b.blocked]).toEqual([false, false, false]));
    run();
    expect(told).toEqual(['10 parting 0', ...dealtAnew(125, [0, 0, 0, 0], [0])]);
  });

  it('leaves an empty group, which reports it', () => {
    const { group, a, b, told, at, run, owners } = crew();
    at(25, () => group.died(b));
    at(45, () => group.died(a));
    run();
    expect(told.slice(0, 1)).toEqual(['140 empty']);
    expect(owners()).toEqual([-1, -1, -1, -1]);
  });

  it('and is no member is not declared dead', () => {
    const { group, b, told, at, run } = crew();
    b.inGroup = false;
    at(25, () => group.died(b));
    run();
    expect(told).toEqual([]);
  });
});

describe('a member that does not poll', () => {
  it('leaves when its time for a poll is over', () => {
    const { group, b, told, at, run } = crew();
    at(10, () => {
      b.idle = false;
      group.busy(b);
    });
    at(69, () => expect([b.watched, b.inGroup]).toEqual([true, true]));
    run();
    expect(told).toEqual([
      '70 taken 2',
      '70 taken 3',
      '70 parting 0',
      ...dealtAnew(75, [0, 0, 0, 0], [0]),
    ]);
    expect([b.watched, b.inGroup]).toEqual([false, false]);
  });

  it('has its time from its last poll', () => {
    const { group, b, told, at, run } = crew();
    b.idle = false;
    at(10, () => group.busy(b));
    at(40, () => group.busy(b));
    at(70, () => expect(b.watched).toBe(true));
    run();
    expect(told[0]).toBe('100 taken 2');
  });

  it('is left alone while it waits in a poll, and watched again after that', () => {
    const { group, b, told, at, run } = crew();
    at(10, () => group.busy(b));
    at(71, () => expect(b.watched).toBe(false));
    at(80, () => {
      b.idle = false;
      group.busy(b);
    });
    run();
    expect(told[0]).toBe('140 taken 2');
  });

  it('is not watched as no member', () => {
    const { group, b, told, at, run } = crew();
    b.idle = false;
    at(10, () => group.busy(b));
    at(20, () => (b.inGroup = false));
    run();
    expect([told, b.watched]).toEqual([[], false]);
  });

  it('leaves at a heartbeat after a pause', () => {
    const { group, b, told, at, run } = crew();
    b.idle = false;
    at(10, () => group.busy(b));
    at(60, () => Object.assign(b.instance, { frozen: FROZEN.pause }));
    at(85, () => Object.assign(b.instance, { frozen: FROZEN.no }));
    run();
    expect(told[0]).toBe('90 taken 2');
  });

  it('that is static is missed a session later', () => {
    const { group, b, told, at, run } = crew({ isStatic: true });
    b.idle = false;
    at(10, () => group.busy(b));
    run();
    expect(told[0]).toBe('170 taken 2');
  });
});

describe('a member that leaves', () => {
  it('commits, goes, and the others share', () => {
    const { group, b, told, at, run } = crew();
    at(15, () => expect(group.leave(b)).toBe(false));
    at(50, () => expect(group.leave(b)).toBe(false));
    run();
    expect(told).toEqual([
      '15 look',
      '15 parting 1',
      '15 taken 2',
      '15 taken 3',
      '15 parting 0',
      ...dealtAnew(20, [0, 0, 0, 0], [0]),
      '50 look',
    ]);
  });

  it('forgets that it was asked to join', () => {
    const { group, b, at, run } = crew();
    b.idle = false;
    at(10, () => group.force());
    at(12, () => group.leave(b));
    at(13, () => expect([b.called, b.joined, b.blocked]).toEqual([false, false, false]));
    run();
  });

  it('that is static says nothing', () => {
    const { group, b, told, at, run, owners } = crew({ isStatic: true });
    at(15, () => expect(group.leave(b)).toBe(false));
    run();
    expect(told).toEqual(['15 look', '15 parting 1']);
    expect([owners(), b.inGroup]).toEqual([[0, 0, 1, 1], true]);
  });
});

describe('a static member', () => {
  it('that dies keeps its partitions until it is back', () => {
    const { group, b, told, at, run, owners } = crew({ isStatic: true });
    at(25, () => group.died(b));
    at(60, () => group.started(b));
    run();
    expect(told).toEqual(['60 go 1']);
    expect([owners(), b.since]).toEqual([[0, 0, 1, 1], 60]);
  });

  it('that stays away loses them when its session ends', () => {
    const { group, b, told, at, run } = crew({ isStatic: true });
    at(25, () => group.died(b));
    run();
    expect(told.slice(0, 3)).toEqual(['120 taken 2', '120 taken 3', '120 parting 0']);
    expect(b.inGroup).toBe(false);
  });
});

describe('a process that stands still', () => {
  it('is declared dead a session after its last heartbeat, unless it resumes before', () => {
    const { group, a, b, told, at, run } = crew();
    at(33, () => group.heartbeatsStopped(b));
    at(35, () => group.heartbeatsStopped(a));
    at(50, () => group.heartbeat(a));
    at(51, () => expect(a.since).toBe(50));
    run();
    expect(told).toEqual([
      '130 taken 2',
      '130 taken 3',
      '130 parting 0',
      ...dealtAnew(135, [0, 0, 0, 0], [0]),
    ]);
  });

  it('is not declared dead if it is no member', () => {
    const { group, b, told, at, run } = crew();
    b.inGroup = false;
    at(33, () => group.heartbeatsStopped(b));
    run();
    expect(told).toEqual([]);
  });
});

describe('an empty group', () => {
  const empty = { isEmpty: true, initialDelayNs: 30 };

  it('opens after its delay', () => {
    const { group, a, told, at, run, rebalances } = crew(empty);
    at(10, () => expect(group.polls(a)).toBe(false));
    run();
    expect(told).toEqual(['10 has members', ...dealtAnew(45, [0, 0, 0, 0], [0])]);
    expect([rebalances(), a.since]).toEqual([1, 10]);
  });

  it('waits once more when others have come meanwhile', () => {
    const { group, a, b, told, at, run, rebalances } = crew(empty);
    at(10, () => group.polls(a));
    at(20, () => group.polls(b));
    run();
    expect(told).toEqual([
      '10 has members',
      '20 has members',
      ...dealtAnew(75, [0, 0, 1, 1], [0, 1]),
    ]);
    expect(rebalances()).toBe(1);
  });

  it('waits no longer than a poll may take, and not at all without a delay', () => {
    const short = crew({ ...empty, maxPollNs: 20 });
    short.at(10, () => short.group.polls(short.a));
    short.run();
    expect(short.told[1]).toBe('35 taken 0');
    const none = crew({ isEmpty: true });
    none.at(10, () => none.group.polls(none.a));
    none.run();
    expect(none.told[1]).toBe('15 taken 0');
  });

  it('waits equally long the second time, whoever joins', () => {
    const { group, members, told, at, run } = crew({ ...empty, count: 3, partitions: 3 });
    members.forEach((member, k) => at([10, 20, 50][k]!, () => group.polls(member)));
    run();
    expect(told.slice(3)).toEqual(dealtAnew(105, [0, 1, 2], [0, 1, 2]));
  });

  it('is none where others are in the group', () => {
    const { group, b, told, at, run } = crew({ initialDelayNs: 30, down: [1] });
    Object.assign(b.instance, { down: false });
    at(10, () => group.polls(b));
    run();
    expect(told.slice(2)).toEqual(dealtAnew(15, [0, 0, 1, 1], [0, 1]));
  });

  it('is empty only after all sessions have ended', () => {
    const { group, a, b, told, at, run } = crew({ ...empty, isEmpty: false });
    at(0, () => group.died(a));
    at(0, () => group.died(b));
    at(98, () => group.polls(a));
    run(110);
    // Without a delay: the sessions end at 100, and the pause is over at 105.
    expect(told.slice(0, 2)).toEqual(['98 has members', '105 taken 0']);
  });
});

describe('cooperative members', () => {
  const cooperative = { protocol: 'cooperative', down: [1] } as const;
  /** The second joins with a poll at 10. */
  const joined = (options: Options) => {
    const own = crew(options);
    Object.assign(own.b.instance, { down: false });
    own.at(10, () => own.group.polls(own.b));
    return own;
  };

  it('move what has to move, one pause after its reader has let go of it', () => {
    const { told, run, owners, rebalances } = joined(cooperative);
    run();
    expect(told).toEqual([
      '10 has members',
      '10 parting 0',
      '15 taken 2',
      '15 taken 3',
      '15 go 0',
      '15 go 1',
      '20 given 2 to 1',
      '20 go 1',
      '20 given 3 to 1',
      '20 go 1',
    ]);
    expect([owners(), rebalances()]).toEqual([[0, 0, 1, 1], 2]);
  });

  it('let go with their next poll where they are busy', () => {
    const { group, a, told, at, run } = joined(cooperative);
    at(12, () => (a.idle = false));
    at(16, () => expect(a.losing).toEqual([2, 3]));
    at(18, () => expect(group.polls(a)).toBe(true));
    at(19, () => expect(a.losing).toEqual([]));
    run();
    expect(told.slice(2)).toEqual([
      '15 go 0',
      '15 go 1',
      '18 taken 2',
      '18 taken 3',
      '23 given 2 to 1',
      '23 go 1',
      '23 given 3 to 1',
      '23 go 1',
    ]);
  });

  it('get a partition once where a rebalance ends during its handover', () => {
    const { group, a, told, at, run, owners } = joined(cooperative);
    at(12, () => (a.idle = false));
    at(16, () => group.force());
    // The first member lets go of its partitions, and joins the second rebalance, with the same poll.
    at(18, () => expect(group.polls(a)).toBe(true));
    run();
    const moves = told.filter((text) => /taken|given/u.test(text));
    expect(moves).toEqual(['18 taken 2', '18 taken 3', '23 given 2 to 1', '23 given 3 to 1']);
    expect(owners()).toEqual([0, 0, 1, 1]);
  });

  it('contain unowned partitions in the assignment', () => {
    const { group, b, told, at, run } = crew({ protocol: 'cooperative' });
    at(15, () => group.leave(b));
    run();
    expect(told.slice(2)).toEqual([
      '15 taken 2',
      '15 taken 3',
      '15 parting 0',
      '20 given 2 to 0',
      '20 given 3 to 0',
      '20 go 0',
    ]);
  });

  it('read on until the assignment is in force', () => {
    const { group, a, at, run } = crew({ protocol: 'cooperative' });
    at(10, () => group.force());
    at(12, () => expect([group.polls(a), a.joined, a.blocked]).toEqual([true, true, false]));
    run();
  });
});

describe('members of the consumer protocol', () => {
  const consumer = { protocol: 'consumer' } as const;

  it('move what has to move without waiting for each other', () => {
    const { group, b, told, at, run, rebalances, owners } = crew({ ...consumer, down: [1] });
    Object.assign(b.instance, { down: false });
    at(10, () => expect(group.polls(b)).toBe(false));
    at(11, () => expect(owners()).toEqual([0, 0, -1, -1]));
    run();
    expect(told).toEqual([
      '10 has members',
      '10 parting 0',
      '10 taken 2',
      '10 taken 3',
      '15 given 2 to 1',
      '15 go 1',
      '15 given 3 to 1',
      '15 go 1',
    ]);
    expect([rebalances(), b.joined, b.blocked]).toEqual([1, false, false]);
  });

  it('give up with their next poll where they are busy, and commit before that', () => {
    const { group, a, b, told, at, run } = crew({ ...consumer, down: [1] });
    Object.assign(b.instance, { down: false });
    a.idle = false;
    at(10, () => group.polls(b));
    at(18, () => expect(group.polls(a)).toBe(true));
    run();
    expect(told).toEqual([
      '10 has members',
      '18 parting 0',
      '18 taken 2',
      '18 taken 3',
      '23 given 2 to 1',
      '23 go 1',
      '23 given 3 to 1',
      '23 go 1',
    ]);
  });

  it('keep partitions that they were to release when the new owner has gone', () => {
    const { group, a, b, at, run, owners } = crew({ ...consumer, down: [1] });
    Object.assign(b.instance, { down: false });
    a.idle = false;
    at(10, () => group.polls(b));
    at(12, () => group.leave(b));
    at(13, () => expect(a.losing).toEqual([]));
    at(18, () => group.polls(a));
    run();
    expect(owners()).toEqual([0, 0, 0, 0]);
  });

  it('get what is on its way to one that has left, from then on', () => {
    const { group, b, told, at, run } = crew({ ...consumer, down: [1] });
    Object.assign(b.instance, { down: false });
    at(10, () => group.polls(b));
    at(12, () => group.leave(b));
    run();
    expect(told.slice(4)).toEqual([
      '12 look',
      '12 parting 1',
      '12 taken 2',
      '12 taken 3',
      '17 given 2 to 0',
      '17 go 0',
      '17 given 3 to 0',
      '17 go 0',
    ]);
  });

  it('get what was on its way to one that has died when its session ends', () => {
    const { group, b, told, at, run, owners } = crew({ ...consumer, down: [1] });
    Object.assign(b.instance, { down: false });
    at(10, () => group.polls(b));
    at(12, () => group.died(b));
    at(20, () => expect(owners()).toEqual([0, 0, 3, 3]));
    run();
    expect(told.slice(4)).toEqual([
      '110 taken 2',
      '110 taken 3',
      '115 given 2 to 0',
      '115 go 0',
      '115 given 3 to 0',
      '115 go 0',
    ]);
  });

  it('that have died keep theirs, the first one too', () => {
    const { group, a, told, at, run, owners } = crew(consumer);
    at(25, () => group.died(a));
    at(30, () => group.force());
    at(40, () => expect(owners()).toEqual([2, 2, 1, 1]));
    run(119);
    expect(told).toEqual([]);
    run();
    expect(told.slice(-1)).toEqual(['125 go 1']);
  });

  it('that have died get what was on its way to them, the first one too', () => {
    const { group, a, at, run, owners } = crew({ ...consumer, down: [0] });
    Object.assign(a.instance, { down: false });
    at(10, () => group.polls(a));
    at(12, () => group.died(a));
    at(14, () => expect(owners()).toEqual([1, 1, -1, -1]));
    at(20, () => expect(owners()).toEqual([1, 1, 2, 2]));
    run(50);
  });

  it('forget what they were to give up when they die or are missed', () => {
    for (const end of ['died', 'leave'] as const) {
      const { group, a, b, at, run } = crew({ ...consumer, down: [1] });
      Object.assign(b.instance, { down: false });
      a.idle = false;
      at(10, () => group.polls(b));
      at(11, () => expect(a.losing).toEqual([2, 3]));
      at(12, () => group[end](a));
      at(13, () => expect(a.losing).toEqual([]));
      run();
    }
  });

  it('leave partitions without an owner when all have left', () => {
    const { group, a, b, told, at, run, owners, rebalances } = crew(consumer);
    at(10, () => group.leave(a));
    at(12, () => group.leave(b));
    run();
    expect([owners(), rebalances()]).toEqual([[-1, -1, -1, -1], 2]);
    expect(told).toContain('12 empty');
    expect(told.filter((line) => line.includes('given'))).toEqual([]);
  });

  it('are asked again by force, and nothing moves', () => {
    const { group, told, at, run, rebalances } = crew(consumer);
    at(10, () => group.force());
    run();
    expect([told, rebalances()]).toEqual([[], 1]);
  });
});
