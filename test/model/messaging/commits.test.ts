import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { FROZEN } from '../../../src/model/data/instances/process.js';
import type { Aftermath } from '../../../src/model/modules/messaging/aftermath.js';
import { AutoCommits } from '../../../src/model/modules/messaging/auto-commits.js';
import { Commits } from '../../../src/model/modules/messaging/commits.js';
import type { OpenTransactions } from '../../../src/model/modules/messaging/open-transactions.js';
import type { Membership } from '../../../src/model/modules/messaging/membership.js';
import { placeOf } from '../../../src/model/modules/messaging/offsets.js';
import { logsOf, newMember } from '../../../src/model/modules/messaging/member.js';
import { membersOf, readLogs } from '../../support/read-logs.js';

/**
 * Four logs of two partitions with nine messages each, read up to the sixth; members without a partition are
 * `rejected`.
 */
function group(rejected: readonly number[] = []) {
  const own = readLogs(4);
  for (let log = 0; log < 4; log++) for (let k = 0; k < 9; k++) own.append(log, 0);
  own.offsets.position.fill(6);
  const members = membersOf(2);
  const fenced = { isFenced: false };
  const told: string[] = [];
  const aftermath = {
    leave: (message: number, place: number, isPassed: boolean) =>
      told.push(`leave ${message} at ${place}${isPassed ? ', passed' : ''}`),
    lose: (message: number, place: number) => told.push(`lose ${message} at ${place}`),
  };
  const commits = new Commits({
    partitions: 2,
    members,
    offsets: own.offsets,
    membership: {
      accepts: (_: unknown, partition: number) => !rejected.includes(partition),
    } as unknown as Membership,
    aftermath: aftermath as unknown as Aftermath,
    transactions: { end: () => !fenced.isFenced } as unknown as OpenTransactions,
    settle: ({ index }, isCommitted) => told.push(`settle ${index} ${isCommitted}`),
    effect: (message) => told.push(`effect ${message}`),
  });
  const at = (list: Float64Array): readonly number[] => [...list];
  return {
    ...own,
    fenced,
    commits,
    members,
    told,
    committed: () => at(own.offsets.committed),
    released: () => at(own.offsets.released),
  };
}

describe('a commit', () => {
  it('lets go of what it passes, in its log alone', () => {
    const { commits, members, committed, released } = group();
    commits.commit(members[0]!, 2, 3);
    expect([committed(), released()]).toEqual([
      [0, 0, 3, 0],
      [0, 0, 3, 0],
    ]);
  });

  it("fails for a partition that is not the member's, in all logs of it", () => {
    const { commits, members, committed, released } = group([1]);
    for (const log of [0, 1, 2, 3]) commits.commit(members[0]!, log, 2);
    expect([committed(), released()]).toEqual([
      [2, 0, 2, 0],
      [2, 0, 2, 0],
    ]);
  });

  it('keeps what others still handle that have lost the log', () => {
    const { commits, members, released } = group();
    const [own, other] = members;
    other!.batch.push(1, 1, 6, 0, 2, 6);
    commits.revoked.add(other!);
    commits.commit(own!, 0, 5);
    commits.commit(own!, 1, 5);
    expect(released()).toEqual([2, 1, 0, 0]);
    // Completed entries of the batch do not hold back the commit.
    other!.at = 3;
    commits.commit(own!, 1, 6);
    expect(released()).toEqual([2, 6, 0, 0]);
  });

  it('keeps records in flight if retention has moved the group ahead', () => {
    const { commits, members, offsets, released } = group();
    members[0]!.batch.push(0, 2, 6);
    offsets.skip(0, 4);
    commits.commit(members[0]!, 0, 2);
    expect(released()).toEqual([2, 0, 0, 0]);
  });

  it('does not ask if the group is not ahead', () => {
    const { commits, members, released } = group();
    // The batch has moved past its commit: its entries are not examined.
    members[1]!.batch.push(0, 1, 6);
    commits.commit(members[0]!, 0, 4);
    expect(released()).toEqual([4, 0, 0, 0]);
  });

  it('of a batch takes each log up to its end', () => {
    const { commits, members, committed } = group();
    members[0]!.batch.push(0, 1, 4, 3, 0, 6);
    commits.commitBatch(members[0]!);
    expect(committed()).toEqual([4, 0, 0, 6]);
  });

  it('has passed the run that is next when it is beyond it', () => {
    const { commits, members, offsets } = group();
    const [member] = members;
    member!.batch.push(0, 0, 2, 1, 3, 6);
    member!.at = 3;
    offsets.commit(1, 3);
    expect(commits.isPassed(member!)).toBe(false);
    offsets.commit(1, 4);
    expect(commits.isPassed(member!)).toBe(true);
  });
});

describe('letting go', () => {
  it('keeps what a transaction holds: its effects, and what it gives up', () => {
    const { commits, members, offsets, released } = group();
    offsets.commit(0, 6);
    offsets.commit(1, 6);
    members[0]!.effects.push(0, 4, 4, 1, 5, 105);
    members[1]!.left.push(0, 3, 3);
    commits.letGo(0);
    commits.letGo(1);
    expect(released()).toEqual([3, 5, 0, 0]);
    members[1]!.left.length = 0;
    commits.letGo(0);
    expect(released()).toEqual([4, 5, 0, 0]);
  });
});

describe('the end of a transaction', () => {
  const filled = (rejected: readonly number[] = []) => {
    const own = group(rejected);
    const [member] = own.members;
    member!.batch.push(0, 6, 6, 1, 6, 6);
    member!.effects.push(0, 4, 4, 1, 5, 105);
    member!.left.push(0, 5, 5, 1, 4, 104);
    return { ...own, member: member! };
  };

  it('brings effects, what is given up, offsets and outputs about, in this order', () => {
    const { commits, member, told, committed, offsets, released } = filled();
    offsets.skip(1, 5);
    commits.end(member);
    expect(told).toEqual([
      'effect 4',
      'effect 105',
      'leave 5 at 5',
      `leave 104 at ${placeOf(1, 4)}, passed`,
      'settle 0 true',
    ]);
    expect(committed()).toEqual([6, 6, 0, 0]);
    expect([member.effects, member.left]).toEqual([[], []]);
    expect(released()).toEqual([6, 6, 0, 0]);
  });

  it("gives up a record at the group's position as one that it will reach again", () => {
    const { commits, member, told, offsets } = filled();
    offsets.skip(1, 4);
    commits.end(member);
    expect(told[3]).toBe(`leave 104 at ${placeOf(1, 4)}`);
  });

  it("comes to nothing when one of its partitions is not the member's any more", () => {
    const { commits, member, told, committed } = filled([1]);
    commits.end(member);
    expect(told).toEqual(['settle 0 false']);
    expect(committed()).toEqual([0, 0, 0, 0]);
    expect([member.effects, member.left]).toEqual([[], []]);
  });

  it('comes to nothing when the coordinator has aborted it, and its records are read again', () => {
    const { commits, member, told, committed, offsets, fenced } = filled();
    fenced.isFenced = true;
    commits.end(member);
    expect(told).toEqual(['settle 0 false']);
    expect(committed()).toEqual([0, 0, 0, 0]);
    expect([...offsets.position].slice(0, 2)).toEqual([0, 0]);
  });

  it('that comes to nothing loses what retention has deleted', () => {
    const { commits, member, told, offsets } = filled();
    offsets.floor.set([5, 5]);
    commits.undo(member);
    expect(told).toEqual(['lose 4 at 4', `lose 104 at ${placeOf(1, 4)}`, 'settle 0 false']);
  });
});

describe('commits by the clock', () => {
  /** Members that commit every 100 ns; time and member of each commit. */
  function clock(at: readonly number[], act: (own: AutoCommits) => void) {
    engine.reset();
    const [member, other] = membersOf(2);
    const made: string[] = [];
    const own = new AutoCommits([member!, other!], 100, ({ index }) =>
      made.push(`${index} at ${engine.now}`),
    );
    const step = engine.define('step', () => act(own));
    for (const time of at) engine.at(time, 2, step, 0, 0, 0);
    return { member: other!, made, own, run: (until: number) => engine.run(until, Infinity) };
  }

  it('come with the first poll after the interval, which restarts', () => {
    const polls = [0, 99, 100, 150, 200, 350, 449, 450];
    const { member, made, run } = clock(polls, (own) => own.polls(member));
    run(1000);
    expect(made).toEqual([0, 100, 200, 350, 450].map((at) => `1 at ${at}`));
  });

  it('come at once when partitions are given up, and put the next one off', () => {
    const { member, made, run } = clock([30, 129, 130], (own) =>
      engine.now === 30 ? own.now(member) : own.polls(member),
    );
    run(1000);
    expect(made).toEqual(['1 at 30', '1 at 130']);
  });

  it('come to a member that waits, when they are due', () => {
    const { member, made, run } = clock([20, 40], (own) => {
      if (engine.now === 20) own.polls(member);
      own.taken(member);
    });
    run(1000);
    // Due at 120, and no more after that: it has got nothing.
    expect(made).toEqual(['1 at 20', '1 at 120']);
    expect([member.scheduled, member.commits]).toEqual([false, 220]);
    expect(engine.now).toBe(120);
  });

  it('look again after an interval where they were due, and the member was busy', () => {
    const { member, made, run } = clock([20, 150], (own) => {
      if (engine.now === 150) member.idle = true;
      else own.taken(member);
    });
    member.idle = false;
    run(1000);
    // Nothing is due before 20: the first look is at 120, in the middle of a run; the next at 220.
    expect(made).toEqual(['1 at 220']);
  });

  it('look again after an interval where the member is busy when they are due', () => {
    const { member, made, run } = clock([20, 150], (own) => {
      if (engine.now === 150) member.idle = true;
      else own.polls(member);
      own.taken(member);
    });
    member.idle = false;
    run(1000);
    expect(made).toEqual(['1 at 20', '1 at 220']);
  });

  it('look again when they are due where the member had polled meanwhile', () => {
    const { member, made, run } = clock([20, 70], (own) => {
      if (engine.now === 20) own.taken(member);
      else own.polls(member);
    });
    run(1000);
    expect(made).toEqual(['1 at 70', '1 at 170']);
  });

  it('wait for instances that are no members, and skip paused ones', () => {
    const { member, made, run } = clock([20, 150], (own) => {
      if (engine.now === 150) member.inGroup = true;
      else own.taken(member);
    });
    member.inGroup = false;
    run(1000);
    expect(made).toEqual(['1 at 220']);
    const still = clock([20], (own) => own.taken(still.member));
    Object.assign(still.member.instance, { frozen: FROZEN.pause });
    still.run(1000);
    expect(still.made).toEqual([]);
    expect(still.member.scheduled).toBe(false);
  });
});

describe('a new member', () => {
  it('waits for its first poll, without records in flight', () => {
    const [{ instance }] = membersOf(1) as readonly [ReturnType<typeof newMember>];
    const none = { assigned: [], losing: [], batch: [], effects: [], left: [], outputs: [] };
    const not = { called: false, joined: false, blocked: false, watched: false };
    const times = { since: 0, polled: 0, began: 0, commits: 0 };
    const own = { index: 3, instance, epoch: 0, idle: true, inGroup: true, kept: [0, 0, 1] };
    const rest = { paused: false, closing: false, scheduled: false };
    const run = { at: 0, run: 0, turn: 0, tries: 1, sure: 0, thread: null, user: 0 };
    expect(newMember(3, instance)).toEqual({ ...own, ...none, ...not, ...times, ...rest, ...run });
  });

  it('knows the logs of its batch', () => {
    expect(logsOf([4, 1, 2, 6, 7, 9])).toEqual([4, 6]);
  });
});
