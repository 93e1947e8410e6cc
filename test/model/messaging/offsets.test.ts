import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../src/model/modules/messaging/offsets.js';
import { readLogs } from '../../support/read-logs.js';
import type { ReadLogs } from '../../support/read-logs.js';

/** Two logs with four messages and two, published at 10, 20, 30, 40 and at 15, 25; all of them polled. */
function polled(): ReadLogs {
  const own = readLogs(2);
  for (const at of [10, 20, 30, 40]) own.append(0, at);
  for (const at of [15, 25]) own.append(1, at);
  own.offsets.position.set([4, 2]);
  return own;
}

describe('what waits', () => {
  it('is what was appended and not committed: in all logs, and in the one that holds most', () => {
    const { waits, since, append, offsets } = readLogs(2);
    expect(waits()).toEqual([0, 0]);
    append(1, 5);
    expect([...waits(), since()]).toEqual([1, 1, 5]);
    append(0, 6);
    expect([...waits(), since()]).toEqual([2, 1, 5]);
    append(0, 7);
    expect([...waits(), since()]).toEqual([3, 2, 5]);
    append(1, 8);
    append(1, 9);
    expect([...waits(), since()]).toEqual([5, 3, 5]);
    offsets.commit(1, 2);
    expect([...waits(), since()]).toEqual([3, 2, 6]);
    offsets.commit(0, 2);
    expect([...waits(), since()]).toEqual([1, 1, 9]);
    offsets.commit(1, 3);
    expect([...waits(), since()]).toEqual([0, 0, Infinity]);
    append(0, 30);
    expect([...waits(), since()]).toEqual([1, 1, 30]);
  });

  it('has one figure where there is one log', () => {
    const { waits, append } = readLogs(1);
    append(0, 5);
    append(0, 6);
    expect(waits()).toEqual([2]);
  });

  it('is as old as the oldest that the log still holds', () => {
    const { since, bounds, offsets } = polled();
    expect(since()).toBe(10);
    bounds[0]!.base = 2;
    offsets.commit(1, 1);
    expect(since()).toBe(10);
    // Offset 1 is deleted, so log 0 has no information; the message at 25 is the oldest of log 1.
    offsets.commit(0, 1);
    expect(since()).toBe(25);
    offsets.commit(0, 2);
    expect(since()).toBe(25);
    offsets.commit(1, 2);
    expect(since()).toBe(30);
  });

  it('has the first of two that are equally old, and of two that are equally long', () => {
    const { waits, append, offsets } = readLogs(3);
    append(0, 10);
    append(1, 10);
    append(2, 10);
    append(2, 11);
    offsets.commit(2, 2);
    expect(waits()).toEqual([2, 1]);
    append(1, 12);
    expect(waits()).toEqual([3, 2]);
  });
});

describe('a commit', () => {
  it('goes forward only, and by what it is ahead', () => {
    const { offsets, waits } = polled();
    offsets.commit(0, 3);
    expect([...offsets.committed]).toEqual([3, 0]);
    expect(waits()).toEqual([3, 2]);
    offsets.commit(0, 3);
    offsets.commit(0, 1);
    expect([...offsets.committed]).toEqual([3, 0]);
    expect(waits()).toEqual([3, 2]);
  });

  it('reports each permanently skipped place, if requested', () => {
    const { offsets, passing, told } = polled();
    offsets.commit(0, 1);
    expect(told).toEqual([]);
    passing.isPending = true;
    offsets.commit(0, 3);
    offsets.commit(1, 1);
    expect(told).toEqual([1, 2].map((at) => `passed ${at}`).concat(`passed ${2 ** 40}`));
    expect(placeOf(1, 0)).toBe(2 ** 40);
    expect(placeOf(3, 7)).toBe(3 * 2 ** 40 + 7);
  });
});

describe('letting go', () => {
  it('trims the log up to there, once', () => {
    const { offsets, told } = polled();
    offsets.release(0, 2);
    offsets.release(0, 2);
    offsets.release(0, 1);
    expect([...offsets.released]).toEqual([2, 0]);
    expect(told).toEqual(['trim 0']);
    offsets.release(1, 1);
    expect(told).toEqual(['trim 0', 'trim 1']);
  });

  it('stops where the group may be reset to, and records how far it would have moved', () => {
    const { offsets, told } = polled();
    offsets.hold[0] = 2;
    offsets.release(0, 2);
    expect(told).toEqual(['trim 0']);
    expect(offsets.passed[0]).toBe(0);
    offsets.release(0, 3);
    expect([offsets.released[0], offsets.passed[0]]).toEqual([2, 3]);
    expect(told).toEqual(['trim 0', 'pack 0']);
    offsets.hold[0] = 4;
    offsets.release(0, 4);
    expect([offsets.released[0], offsets.passed[0]]).toEqual([4, 3]);
    expect(told).toEqual(['trim 0', 'pack 0', 'trim 0']);
  });
});

describe('reading again', () => {
  it('begins where the last commit was, and counts what was read', () => {
    const { offsets, redelivered } = polled();
    offsets.commit(0, 1);
    offsets.rewind(0);
    expect([offsets.position[0], offsets.committed[0], offsets.reached[0]]).toEqual([1, 1, 4]);
    expect(redelivered()).toBe(3);
    // Nothing was read since: nothing is read again.
    offsets.rewind(0);
    expect([redelivered(), offsets.reached[0]]).toEqual([3, 4]);
    expect([0, 3, 4].map((offset) => offsets.triesBefore(0, offset))).toEqual([1, 1, 0]);
    expect([...offsets.position]).toEqual([1, 2]);
  });

  it('forgets how far it would have let go', () => {
    const { offsets } = polled();
    offsets.hold[0] = 1;
    offsets.release(0, 3);
    offsets.rewind(0);
    expect(offsets.passed[0]).toBe(0);
  });

  it('knows how often a record may have been tried, up to where it had got', () => {
    const { offsets } = polled();
    expect(offsets.triesBefore(0, 0)).toBe(0);
    offsets.position[0] = 3;
    offsets.rewind(0);
    expect([2, 3].map((offset) => offsets.triesBefore(0, offset))).toEqual([1, 0]);
    offsets.position[0] = 2;
    offsets.tried(0, 3);
    offsets.tried(0, 2);
    offsets.rewind(0);
    // One try before the first time, up to three before the second; the height is that of the first.
    expect([1, 2, 3].map((offset) => offsets.triesBefore(0, offset))).toEqual([4, 4, 0]);
    offsets.position[0] = 1;
    offsets.rewind(0);
    expect(offsets.triesBefore(0, 0)).toBe(5);
    expect(offsets.triesBefore(1, 0)).toBe(0);
  });
});

describe('sent elsewhere', () => {
  it('goes back to an offset, and waits for all from there', () => {
    const { offsets, redelivered, waits, since } = polled();
    offsets.commit(0, 4);
    offsets.commit(1, 2);
    expect([...waits(), since()]).toEqual([0, 0, Infinity]);
    offsets.seek(0, 1);
    expect([offsets.position[0], offsets.committed[0], offsets.reached[0]]).toEqual([1, 1, 4]);
    expect([...waits(), since(), redelivered()]).toEqual([3, 3, 20, 3]);
  });

  it('goes ahead to an offset, and passes what is between', () => {
    const { offsets, passing, told, redelivered, waits } = polled();
    offsets.position[0] = 1;
    passing.isPending = true;
    offsets.seek(0, 3);
    expect(told).toEqual([0, 1, 2].map((at) => `passed ${at}`));
    expect([...waits(), redelivered()]).toEqual([3, 2, 0]);
    expect([offsets.position[0], offsets.committed[0], offsets.reached[0]]).toEqual([3, 3, 1]);
  });

  it('does not report skipped places unless requested', () => {
    const { offsets, told } = polled();
    offsets.seek(0, 3);
    expect(told).toEqual([]);
  });

  it('sees a log for the first time from an offset on', () => {
    const { offsets, bounds, waits, since } = readLogs(2);
    bounds[1]!.end = 5;
    offsets.see(1, 2);
    expect([...waits(), since()]).toEqual([3, 3, 0]);
    expect([offsets.position[1], offsets.committed[1]]).toEqual([2, 2]);
  });

  it('skips what retention has deleted', () => {
    const { offsets, waits } = polled();
    offsets.position[0] = 1;
    offsets.skip(0, 3);
    expect([offsets.floor[0], offsets.committed[0], offsets.position[0]]).toEqual([3, 3, 3]);
    expect(waits()).toEqual([3, 2]);
    offsets.position[1] = 2;
    offsets.skip(1, 1);
    expect([offsets.floor[1], offsets.committed[1], offsets.position[1]]).toEqual([1, 1, 2]);
  });
});

describe('the books', () => {
  it('are wrong where more is committed than read, or read than there is', () => {
    const { offsets } = polled();
    offsets.audit();
    offsets.position[1] = 3;
    expect(() => offsets.audit()).toThrow(
      /a group commits what it has read, and reads what is written/,
    );
    offsets.position[1] = 1;
    offsets.committed[1] = 2;
    expect(() => offsets.audit()).toThrow(
      /a group commits what it has read, and reads what is written/,
    );
  });

  it('are wrong where the log has let go of more than the group', () => {
    const { offsets, bounds } = polled();
    offsets.release(0, 2);
    bounds[0]!.base = 2;
    offsets.audit();
    bounds[0]!.base = 3;
    expect(() => offsets.audit()).toThrow(/a log keeps what a group has not released/);
  });
});
