import { describe, expect, it } from 'vitest';
import { streamKey, unit } from '../../../src/kernel/rng.js';
import { LEAVE } from '../../../src/model/modules/messaging/guards.js';
import { OUTCOME } from '../../../src/contracts/outcome.js';
import { pollLoop } from '../../support/poll-loop.js';

describe('what has happened', () => {
  it('is measured from each message, with where it is counted', () => {
    const { ok, run, took } = pollLoop({ batch: 2, logs: [3] });
    ok(10, 20);
    run();
    // Message k is k old at 0 and counted in cell k.
    expect(took).toEqual([
      ['delays', 0, 10],
      ['delays', 1, 9],
      ['delays', 2, 18],
    ]);
  });

  it('is noted in the inbox, message after message', () => {
    const { ok, run, told } = pollLoop({ batch: 2, logs: [2], withInbox: true });
    ok(10);
    run();
    expect(told.slice(2)).toEqual([
      ...['10 effect 0 of 4', '10 notes 0', '10 settled 0'],
      ...['10 effect 1 of 4', '10 notes 1', '10 settled 1'],
    ]);
  });

  it('again is a duplicate', () => {
    const { ok, run, at, loops, member, counted } = pollLoop({ commit: 'afterBatch', logs: [2] });
    ok(10);
    at(15, () => loops.died(member));
    at(20, () => loops.wake(member));
    ok(30, 40);
    run();
    expect(counted).toEqual({ consumed: 3, duplicates: 1, redelivered: 0, took: 3 });
  });

  it('twice in a transaction is once, where the message is there twice', () => {
    const twice = (areSeveral: boolean) => {
      const { ok, run, bounds, messages, runs, counted, committed } = pollLoop({
        commit: 'transactional',
        logs: [3],
        withInbox: true,
      });
      // The same message at the offsets 0 and 2; its number is none of the others of an effect.
      Object.assign(bounds[0]!, { at: (offset: number) => [50, 60, 50][offset] });
      Object.assign(messages.copies, {
        areSeveral: (message: number) => areSeveral && message > 9,
      });
      ok(10, 20, 30);
      run();
      return [runs().map((line) => line.split(' ')[2]), counted['consumed'], committed()];
    };
    expect(twice(true)).toEqual([['50', '60'], 2, [3]]);
    expect(twice(false)).toEqual([['50', '60', '50'], 3, [3]]);
  });

  it('in a transaction is known by its message, and by no place of it', () => {
    const { ok, run, bounds, runs } = pollLoop({
      commit: 'transactional',
      logs: [0, 4],
      withInbox: true,
    });
    // Log 1, offset 0 and message 3 have taken effect when messages 1 and 0 arrive.
    Object.assign(bounds[1]!, { at: (offset: number) => [3, 1, 0, 3][offset] });
    ok(10, 20, 30, 40);
    run();
    expect(runs().map((line) => line.split(' ')[2])).toEqual(['3', '1', '0']);
  });
});

describe('a filter', () => {
  const key = streamKey(7, 3, 'filter');
  const passes = (message: number): boolean =>
    unit(key.a, key.b, 31 * message, 17 * message + 5, 0) < 0.5;
  const wanted = Array.from({ length: 20 }, (_, message) => message).filter(passes);

  it('keeps its messages from the handler, and what is read is committed', () => {
    const { ok, run, runs, counted, committed } = pollLoop({
      filter: 0.5,
      logs: [20],
      maxPollRecords: 20,
    });
    ok(...Array.from({ length: 20 }, (_, k) => 10 * (k + 1)));
    run();
    expect(wanted.length).toBeGreaterThan(4);
    expect(wanted.length).toBeLessThan(16);
    expect(runs().map((line) => Number(line.split(' ')[2]))).toEqual(wanted);
    expect([counted['consumed'], committed()]).toEqual([wanted.length, [20]]);
  });

  it('leaves those out of a run that has others', () => {
    const { fail, run, told } = pollLoop({
      filter: 0.5,
      logs: [20],
      batch: 20,
      maxPollRecords: 20,
    });
    fail(10);
    run();
    expect(told.slice(2)).toEqual(
      wanted.map((message) => `10 leaves ${message} at ${message} false`),
    );
  });
});

describe('what a log has lost since it was read', () => {
  it('is not handled, and given up', () => {
    const { ok, run, told, counted, committed } = pollLoop({ cut: [1], logs: [3] });
    ok(10, 20);
    run();
    expect(told).toEqual([
      '0 busy',
      '0 runs 0 try 1',
      ...['10 effect 0 of 4', '10 settled 0', '10 abandons 1 at 1 false', '10 runs 2 try 1'],
      ...['20 effect 2 of 4', '20 settled 2'],
    ]);
    expect([counted['consumed'], committed()]).toEqual([2, [3]]);
  });

  it('in the midst of its run has no effect', () => {
    const { ok, run, at, told, messages, offsets } = pollLoop({ cut: [], batch: 2, logs: [0, 3] });
    ok(10);
    at(5, () => {
      messages.truncated[101] = 1;
      // The group is past the whole run by now.
      offsets.commit(1, 3);
    });
    run();
    const place = 2 ** 40;
    expect(told.slice(2)).toEqual([
      ...['10 effect 100 of 4', '10 settled 100'],
      `10 abandons 101 at ${place + 1} true`,
      '10 runs 102 try 1',
    ]);
  });
});

describe('tries', () => {
  it('that are counted elsewhere begin with what is known there', () => {
    const { run, runs } = pollLoop({ elsewhere: true, logs: [1] });
    run();
    expect(runs()).toEqual(['0 runs 0 try 9']);
  });

  it('of the record at which the member was paused go on, and those of no other', () => {
    const tries = (log: number, offset: number): readonly string[] => {
      const { run, runs, member } = pollLoop({ logs: [0, 2] });
      Object.assign(member.kept, [log, offset, 5]);
      run();
      return runs();
    };
    expect(tries(1, 0)).toEqual(['0 runs 100 try 5']);
    expect(tries(1, 1)).toEqual(['0 runs 100 try 1']);
    expect(tries(0, 0)).toEqual(['0 runs 100 try 1']);
  });

  it("of a log of the group's own count as delivered again the first time only", () => {
    const { fail, ok, run, at, loops, member, counted, runs } = pollLoop({
      logs: [0, 0, 0, 2],
      keeps: 3,
    });
    ok(10);
    fail(20);
    at(25, () => loops.died(member));
    at(30, () => loops.wake(member));
    run();
    // Offset 1 is tried for the third time by the next process.
    expect(runs().at(-1)).toBe('30 runs 301 try 3');
    // Two that came there, and one second try.
    expect(counted['redelivered']).toBe(3);
  });

  it('fall to one record of the clock after the other', () => {
    const { fail, run, told } = pollLoop({ keeps: 2, waitNs: 1, logs: [1] });
    fail(10);
    run();
    expect(told.slice(-2)).toEqual(['10 waits after try 1 of 0 from 0', '11 runs 0 try 2']);
  });

  it('of a run of which the transaction goes on without are left with their places', () => {
    const { fail, run, told } = pollLoop({ commit: 'transactional', batch: 2, logs: [0, 2] });
    fail(10);
    run();
    expect(told.slice(2)).toEqual([
      `10 leaves 100 at ${2 ** 40} false`,
      `10 leaves 101 at ${2 ** 40 + 1} false`,
      '10 settles true',
    ]);
  });
});

describe('a poll', () => {
  it('takes as many as are allowed, wherever the log is', () => {
    const { ok, run, offsets, at } = pollLoop({ logs: [5, 5], maxPollRecords: 3 });
    const seen: number[][] = [];
    ok(10, 20, 30, 40, 50, 60, 70, 80, 90, 100);
    for (const time of [5, 35, 65, 95]) at(time, () => seen.push([...offsets.position]));
    run();
    // The first log, the second, the first with one of the second, the rest of the second.
    expect(seen).toEqual([
      [3, 0],
      [3, 3],
      [5, 4],
      [5, 5],
    ]);
  });

  it('comes behind what is asked to be read again, where that waits', () => {
    const asked: (readonly number[])[] = [];
    const resets = { pending: 0, polls: (logs: readonly number[]) => void asked.push([...logs]) };
    const { ok, run, at } = pollLoop({ resets, logs: [2, 0], maxPollRecords: 1 });
    at(5, () => (resets.pending = 1));
    ok(10);
    run();
    expect(asked).toEqual([[0, 1]]);
  });

  it('of a commit of its own kind leaves the clock alone', () => {
    const { ok, run, committed, at } = pollLoop({ commit: 'afterBatch', maxPollRecords: 2 });
    ok(10);
    at(15, () => expect(committed()).toEqual([0]));
    ok(20);
    at(25, () => expect(committed()).toEqual([2]));
    run(30);
  });

  it('ends what a member has of logs that it has lost', () => {
    const { ok, run, loops, member, offsets, at } = pollLoop({
      commit: 'afterBatch',
      logs: [4],
      maxPollRecords: 2,
    });
    at(5, () => loops.lost(member));
    ok(10, 20, 30);
    at(35, () => {
      // It handles offset 3 of the next poll, as a member like any other.
      offsets.commit(0, 4);
      expect(offsets.released[0]).toBe(2);
    });
    run(40);
  });
});

describe('a member that has lost a log', () => {
  it('keeps its records in flight, in the log that it has lost as well as in the others', () => {
    const { ok, run, loops, member, offsets, at } = pollLoop({ logs: [2, 2] });
    at(5, () => loops.lost(member));
    at(6, () => offsets.commit(1, 2));
    ok(10, 20, 30);
    at(35, () => {
      loops.letGo(1);
      expect([...offsets.released]).toEqual([2, 1]);
    });
    ok(40);
    run();
    // At the end of its batch all of it is released.
    expect([...offsets.released]).toEqual([2, 2]);
  });

  it('and commits nothing lets go of what others have committed, at the end of its batch', () => {
    const { ok, run, loops, member, offsets, at } = pollLoop({
      accepts: false,
      commit: 'afterBatch',
      logs: [2],
    });
    at(5, () => {
      loops.lost(member);
      offsets.commit(0, 2);
      loops.letGo(0);
      expect(offsets.released[0]).toBe(0);
    });
    ok(10, 20);
    run();
    expect(offsets.released[0]).toBe(2);
  });

  it('has no records in flight to keep where it waits', () => {
    const { run, ok, loops, member, offsets, at, bounds } = pollLoop({ accepts: false, logs: [1] });
    ok(10);
    at(20, () => {
      loops.lost(member);
      bounds[0]!.end = 3;
      offsets.appended(0);
      offsets.appended(0);
      offsets.commit(0, 2);
    });
    run();
    expect(offsets.released[0]).toBe(0);
  });
});

describe('policies around the handler', () => {
  it('are asked before each run, and learn how it ended', () => {
    const { ok, fail, run, told } = pollLoop({ policy: { answer: LEAVE.go }, logs: [2], keeps: 2 });
    fail(10);
    ok(20, 30);
    run();
    expect(told.filter((line) => /asks|ends|runs/.test(line))).toEqual([
      '0 asks',
      '0 runs 0 try 1',
      `10 ends 1 ${OUTCOME.serverError}`,
      '10 asks',
      '10 runs 0 try 2',
      `20 ends 1 ${OUTCOME.ok}`,
      '20 asks',
      '20 runs 1 try 1',
      `30 ends 1 ${OUTCOME.ok}`,
    ]);
  });

  it('keep a run waiting', () => {
    const { run, told, member } = pollLoop({ policy: { answer: LEAVE.wait } });
    run();
    expect([told, member.idle]).toEqual([['0 busy', '0 asks'], false]);
  });

  it('learn of poison', () => {
    const { run, told } = pollLoop({
      policy: { answer: LEAVE.go },
      poison: { 0: 'error' },
      logs: [1],
    });
    run();
    expect(told).toEqual([
      ...['0 busy', '0 asks', `0 ends 1 ${OUTCOME.serverError}`],
      '0 leaves 0 at 0 false',
    ]);
  });

  it('learn of the death of a member, and of its process', () => {
    const { run, at, told, loops, member } = pollLoop({ policy: { answer: LEAVE.go } });
    member.kept[2] = 4;
    at(5, () => loops.died(member));
    at(6, () => loops.instanceDied(member.instance));
    run();
    expect(told.slice(-3)).toEqual(['5 drops 1', '5 left 1', '6 died 31']);
    expect(member.kept[2]).toBe(1);
  });

  it('pause a member: it commits what it has handled, and reads the rest again', () => {
    for (const commit of ['afterBatch', 'transactional'] as const) {
      const policy: { answer: number } = { answer: LEAVE.go };
      const { ok, run, at, told, member, committed, offsets, resume } = pollLoop({
        policy,
        commit,
      });
      at(5, () => (policy.answer = LEAVE.pause));
      ok(10);
      at(15, () => {
        expect([member.paused, member.idle, committed()]).toEqual([true, true, [1]]);
        expect([member.batch, [...offsets.position], member.kept]).toEqual([[], [1], [0, 1, 1]]);
        policy.answer = LEAVE.go;
      });
      at(20, resume);
      run();
      expect(told.slice(-4)).toEqual(['20 resumed', '20 busy', '20 asks', '20 runs 1 try 1']);
    }
  });

  it('let go of what a paused member had of a log that it has lost', () => {
    const policy: { answer: number } = { answer: LEAVE.go };
    const { ok, run, at, loops, member, offsets } = pollLoop({
      policy,
      commit: 'afterBatch',
      accepts: false,
    });
    at(5, () => {
      policy.answer = LEAVE.pause;
      loops.lost(member);
      offsets.commit(0, 3);
    });
    ok(10);
    run();
    expect([member.batch, member.at, offsets.released[0]]).toEqual([[], 0, 3]);
  });
});

describe('tasks of a group', () => {
  it('are hit by errors that are injected into its endpoint', () => {
    expect(pollLoop().loops.takesErrors).toBe(true);
  });
});
