import { describe, expect, it } from 'vitest';
import { FROZEN } from '../../../src/model/data/instances/process.js';
import { placeOf } from '../../../src/model/modules/messaging/offsets.js';
import { OUTCOME } from '../../../src/contracts/outcome.js';
import { pollLoop as loop } from '../../support/poll-loop.js';
import type { LoopOptions as Options } from '../../support/poll-loop.js';

describe('a member', () => {
  it('polls when it is woken, handles one record after the other, and waits in a poll', () => {
    const { told, ok, run, counted, committed, member, at } = loop();
    ok(10, 20, 30);
    at(15, () => expect([committed(), member.idle, member.batch]).toEqual([[1], false, [0, 1, 3]]));
    run();
    expect(told).toEqual([
      '0 busy',
      '0 runs 0 try 1',
      ...['10 effect 0 of 4', '10 settled 0', '10 runs 1 try 1'],
      ...['20 effect 1 of 4', '20 settled 1', '20 runs 2 try 1'],
      ...['30 effect 2 of 4', '30 settled 2'],
    ]);
    expect(counted).toEqual({ consumed: 3, duplicates: 0, redelivered: 0, took: 3 });
    expect([member.idle, committed(), member.batch]).toEqual([true, [3], []]);
  });

  it('is woken once, and only where it waits and may poll', () => {
    for (const change of [
      { idle: false },
      { blocked: true },
      { paused: true },
      { closing: true },
    ] as const) {
      const { member, told, run, loops, at } = loop();
      at(0, () => loops.wake(member));
      Object.assign(member, change);
      run();
      expect(told).toEqual('closing' in change ? ['0 goes'] : []);
    }
    const twice = loop();
    twice.at(0, () => twice.loops.wake(twice.member));
    twice.run();
    expect(twice.runs()).toEqual(['0 runs 0 try 1']);
    const out = loop();
    Object.assign(out.member, { paused: true, inGroup: false });
    out.run();
    expect(out.runs()).toHaveLength(1);
  });

  it('gets nothing while it is down, paused, or in a rebalance', () => {
    for (const change of [{ down: true }, { frozen: FROZEN.pause }]) {
      const { member, told, run } = loop();
      Object.assign(member.instance, change);
      run();
      expect([told, member.idle]).toEqual([[], true]);
    }
    const { member, told, run, polls, offsets } = loop();
    polls.answer = false;
    run();
    expect([told, member.idle, [...offsets.position]]).toEqual([[], true, [0]]);
  });

  it('takes what there is up to its bound, with another log first each time', () => {
    const { runs, ok, run, offsets, at } = loop({ logs: [3, 2], maxPollRecords: 2 });
    at(5, () => expect([...offsets.position]).toEqual([2, 0]));
    ok(10, 20, 30, 40, 50);
    run();
    expect(runs().map((line) => line.split(' ')[2])).toEqual(['0', '1', '100', '101', '2']);
    const both = loop({ logs: [3, 2], maxPollRecords: 4 });
    both.at(5, () => expect([...both.offsets.position]).toEqual([3, 1]));
    both.run(6);
  });

  it('reads no log without a leader, and none twice', () => {
    const { runs, ok, run, bounds, offsets } = loop({ logs: [1, 1] });
    Object.assign(bounds[0]!, { isLed: false });
    ok(10);
    run();
    expect(runs()).toEqual(['0 runs 100 try 1']);
    expect([...offsets.position]).toEqual([0, 1]);
  });

  it('hears of no end of a handler of before its process died', () => {
    const { loops, member, told, at, run } = loop();
    at(10, () => {
      loops.died(member);
      loops.taskEnded(1, OUTCOME.ok);
    });
    run();
    expect(told).toEqual(['0 busy', '0 runs 0 try 1']);
    expect(loops.memberOf(7)).toBe(member);
  });
});

describe('commits', () => {
  const committedAt = (commit: Options['commit']): readonly number[] => {
    const { ok, run, committed, at } = loop({ commit });
    const seen: number[] = [];
    ok(10, 20, 30);
    for (const time of [5, 15, 25, 35]) at(time, () => seen.push(committed()[0]!));
    run(40);
    return seen;
  };

  it('come after each record, after the last one, or before the first', () => {
    expect(committedAt('afterEach')).toEqual([0, 1, 2, 3]);
    expect(committedAt('afterBatch')).toEqual([0, 0, 0, 3]);
    expect(committedAt('before')).toEqual([3, 3, 3, 3]);
    expect(committedAt('transactional')).toEqual([0, 0, 0, 3]);
    expect(committedAt('auto')).toEqual([0, 0, 0, 0]);
  });

  it('of the clock come to a member that waits, and before it gives partitions up', () => {
    const { ok, run, committed, at, member, loops } = loop({ commit: 'auto' });
    ok(10, 20, 30);
    at(999, () => expect(committed()).toEqual([0]));
    run(1001);
    expect(committed()).toEqual([3]);
    const other = loop({ commit: 'auto' });
    other.ok(10);
    other.at(15, () => other.loops.parting(other.member));
    other.at(16, () => expect(other.committed()).toEqual([3]));
    other.run(16);
    loops.parting(member);
    const plain = loop();
    plain.at(15, () => plain.loops.parting(plain.member));
    plain.run(16);
    expect(plain.committed()).toEqual([0]);
  });

  it('of transactions bring the effects about', () => {
    const { told, ok, run } = loop({ commit: 'transactional', logs: [2] });
    ok(10, 20);
    run();
    expect(told).toEqual([
      '0 busy',
      '0 runs 0 try 1',
      '10 runs 1 try 1',
      ...['20 effect 0 of 4', '20 settled 0', '20 effect 1 of 4', '20 settled 1'],
      '20 settles true',
    ]);
  });

  it('release handled records, except for members that lost the log in between', () => {
    const { ok, run, offsets, at, loops, member } = loop({ commit: 'before' });
    at(5, () => expect(offsets.released[0]).toBe(0));
    ok(10);
    at(15, () => expect(offsets.released[0]).toBe(1));
    at(16, () => loops.lost(member));
    ok(20, 30);
    run();
    expect(offsets.released[0]).toBe(3);
    loops.letGo(0);
    expect(offsets.released[0]).toBe(3);
  });

  it('leave with a member that has lost its log what it handles', () => {
    const { ok, run, offsets, at, loops, member } = loop({ commit: 'afterBatch' });
    ok(10);
    at(15, () => {
      loops.lost(member);
      offsets.commit(0, 3);
      loops.letGo(0);
      expect(offsets.released[0]).toBe(1);
    });
    ok(20, 30);
    run();
    expect(offsets.released[0]).toBe(3);
  });
});

describe('a process that dies', () => {
  it('has read again what it had not committed', () => {
    const { ok, at, run, loops, member, offsets, redelivered, runs } = loop();
    ok(10);
    at(15, () => loops.died(member));
    at(16, () => expect([member.epoch, member.idle, member.batch]).toEqual([1, true, []]));
    at(20, () => loops.wake(member));
    run();
    expect([...offsets.position]).toEqual([3]);
    expect(redelivered()).toBe(2);
    expect(runs()).toEqual(['0 runs 0 try 1', '10 runs 1 try 1', '20 runs 1 try 2']);
  });

  it('loses what it had committed before', () => {
    const { ok, at, run, loops, member, told, offsets } = loop({ commit: 'before' });
    ok(10);
    at(15, () => loops.died(member));
    run();
    expect(told.slice(-2)).toEqual(['15 loses 1 at 1', '15 loses 2 at 2']);
    expect(offsets.released[0]).toBe(3);
  });

  it('gives its transaction up', () => {
    const { ok, at, run, loops, member, told, committed } = loop({ commit: 'transactional' });
    ok(10);
    at(15, () => loops.died(member));
    run();
    expect([told.at(-1), member.effects, committed()]).toEqual(['15 settles false', [], [0]]);
  });
});

describe('a handler that fails', () => {
  it('runs again after its wait, as often as the consumer keeps the record', () => {
    const { fail, ok, run, told, counted, offsets, committed } = loop({
      keeps: 3,
      waitNs: 7,
      logs: [1],
    });
    fail(10, 20);
    ok(30);
    run();
    expect(told).toEqual([
      '0 busy',
      '0 runs 0 try 1',
      '10 waits after try 1 of 0 from 0',
      '17 runs 0 try 2',
      '20 waits after try 2 of 0 from 17',
      '27 runs 0 try 3',
      ...['30 effect 0 of 4', '30 settled 0'],
    ]);
    expect([counted['redelivered'], committed()]).toEqual([2, [1]]);
    offsets.rewind(0);
    expect(offsets.triesBefore(0, 0)).toBe(0);
  });

  it('runs again at once without a wait', () => {
    const { fail, run, told } = loop({ keeps: 2, logs: [1] });
    fail(10);
    run();
    expect(told.at(-1)).toBe('10 runs 0 try 2');
  });

  it('is left behind after that, and the next record has all its tries', () => {
    const { fail, run, told, committed, at } = loop({ keeps: 2, waitNs: 5, logs: [2] });
    fail(10, 20, 30);
    at(25, () => expect(committed()).toEqual([1]));
    run();
    expect(told.slice(-4)).toEqual([
      '20 leaves 0 at 0 false',
      '20 runs 1 try 1',
      '30 waits after try 1 of 1 from 20',
      '35 runs 1 try 2',
    ]);
  });

  it('does not run again when its process has died meanwhile', () => {
    const { fail, run, at, loops, member, runs } = loop({ keeps: 3, waitNs: 7, logs: [1] });
    fail(10);
    at(12, () => loops.died(member));
    run();
    expect(runs()).toHaveLength(1);
  });

  it('takes what it has published with it', () => {
    const { fail, ok, run, at, told, member } = loop({
      keeps: 3,
      commit: 'transactional',
      logs: [2],
    });
    at(5, () => member.outputs.push(1, 21));
    ok(10);
    at(15, () => member.outputs.push(1, 22, 1, 23));
    fail(20);
    run();
    expect(told.filter((line) => line.includes('drop'))).toEqual(['20 drop 22', '20 drop 23']);
    expect(member.outputs).toEqual([1, 21]);
  });

  it('in a transaction is left with it', () => {
    const { fail, ok, run, told } = loop({ commit: 'transactional', logs: [2] });
    fail(10);
    ok(20);
    run();
    expect(told.slice(-4)).toEqual([
      '20 effect 1 of 4',
      '20 settled 1',
      '20 leaves 0 at 0 false',
      '20 settles true',
    ]);
  });
});

describe('runs of several records', () => {
  it('handle the allowed number at once, and then the rest', () => {
    const { runs, ok, run, counted, committed, at } = loop({ batch: 2, logs: [3] });
    ok(10, 20);
    at(15, () => expect(committed()).toEqual([2]));
    run();
    expect(runs()).toEqual(['0 runs 0 try 1', '10 runs 2 try 1']);
    expect([counted['consumed'], committed()]).toEqual([3, [3]]);
  });

  it('fail together', () => {
    const { fail, run, told, counted } = loop({ batch: 2, logs: [2, 0], keeps: 2, waitNs: 5 });
    fail(10, 20);
    run();
    expect(counted['redelivered']).toBe(2);
    expect(told.slice(-2)).toEqual(['20 leaves 0 at 0 false', '20 leaves 1 at 1 false']);
  });

  it('leave out what the inbox knows', () => {
    const known = { batch: 2, logs: [4], withInbox: true, known: [0, 1, 2] } as const;
    const { runs, ok, run, counted, committed } = loop(known);
    ok(10);
    run();
    expect(runs()).toEqual(['0 runs 2 try 1']);
    expect([counted['consumed'], committed()]).toEqual([1, [4]]);
    const asked = loop({ ...known, lookup: 600 });
    asked.ok(10, 20);
    asked.run();
    expect(asked.runs()).toEqual(['0 runs 0 try 1 as 600', '10 runs 2 try 1']);
    expect(asked.counted['consumed']).toBe(1);
  });
});

describe('a poison record', () => {
  it('fails at once', () => {
    const { run, told, runs } = loop({ poison: { 0: 'error' }, logs: [2] });
    run();
    expect(told.slice(1)).toEqual(['0 leaves 0 at 0 false', '0 runs 1 try 1']);
    expect(runs()).toHaveLength(1);
  });

  it('kills the process, or is never through with', () => {
    const crash = loop({ poison: { 0: 'crash' } });
    crash.run();
    expect(crash.told).toEqual(['0 busy', '0 dies for 44']);
    const hang = loop({ poison: { 0: 'hang' } });
    hang.run();
    expect(hang.told).toEqual(['0 busy']);
  });

  it('is over with the time limit, unless its process has died before', () => {
    const { run, told } = loop({ poison: { 0: 'hang' }, logs: [2], timeLimitNs: 60 });
    run();
    expect(told.slice(1)).toEqual(['60 leaves 0 at 0 false', '60 runs 1 try 1']);
    const dead = loop({ poison: { 0: 'hang' }, timeLimitNs: 60 });
    dead.at(30, () => dead.loops.died(dead.member));
    dead.run();
    expect(dead.told).toEqual(['0 busy']);
  });
});

describe("what waits in a log of the group's own", () => {
  it('counts as delivered again when it runs for the first time there', () => {
    const { ok, run, counted, runs } = loop({ logs: [0, 0, 1], keeps: 3 });
    ok(10);
    run();
    expect(runs()).toEqual(['0 runs 200 try 1']);
    expect(counted['redelivered']).toBe(1);
    const again = loop({ logs: [0, 0, 1], keeps: 3 });
    again.fail(10);
    again.run();
    // Once for its coming there, once for its second try.
    expect(again.counted['redelivered']).toBe(2);
    expect(placeOf(2, 0)).toBe(2 ** 41);
  });
});
