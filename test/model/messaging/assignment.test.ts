import { describe, expect, it } from 'vitest';
import { ranges, sticky } from '../../../src/model/modules/messaging/assignment.js';

const none = (): boolean => false;
/** Numbers from 10 on are members that have died. */
const dead = (owner: number): boolean => owner >= 10;

const dealt = (
  before: readonly number[],
  members: readonly number[],
  kept: (owner: number) => boolean = none,
): readonly number[] => [...sticky(Int32Array.from(before), members, kept)];

describe('the range assignor', () => {
  it('gives each a run of partitions, and the first ones one more', () => {
    expect([...ranges(5, [3, 7])]).toEqual([3, 3, 3, 7, 7]);
    expect([...ranges(8, [0, 1, 2])]).toEqual([0, 0, 0, 1, 1, 1, 2, 2]);
    expect([...ranges(4, [1, 0])]).toEqual([1, 1, 0, 0]);
  });

  it('leaves members without a partition, and partitions without a member', () => {
    expect([...ranges(2, [4, 5, 6])]).toEqual([4, 5]);
    expect([...ranges(2, [])]).toEqual([-1, -1]);
  });
});

describe('the sticky assignor', () => {
  it('moves nothing that need not move', () => {
    expect(dealt([1, 1, 0, 0], [0, 1])).toEqual([1, 1, 0, 0]);
    expect(dealt([1, 0, 1], [0, 1])).toEqual([1, 0, 1]);
  });

  it('takes from members with more than their share, the last ones first', () => {
    expect(dealt([0, 0, 0, 0], [0, 1])).toEqual([0, 0, 1, 1]);
    // Five for two: the first that has three keeps them.
    expect(dealt([0, 0, 0, 0, 0], [0, 1])).toEqual([0, 0, 0, 1, 1]);
    expect(dealt([1, 1, 1, 0, 0, 0, 0], [0, 1])).toEqual([1, 1, 1, 0, 0, 0, 0]);
    expect(dealt([1, 1, 1, 1, 0, 0, 0], [0, 1])).toEqual([1, 1, 1, 1, 0, 0, 0]);
    expect(dealt([1, 1, 1, 1, 1, 0, 0], [0, 1])).toEqual([1, 1, 1, 1, 0, 0, 0]);
    // Seven for three: one of them has three, and only one.
    expect(dealt([2, 2, 2, 1, 1, 1, 0], [0, 1, 2])).toEqual([2, 2, 2, 1, 1, 0, 0]);
  });

  it('assigns unowned partitions to the member with the fewest, the first of equals', () => {
    expect(dealt([-1, -1, -1], [0, 1])).toEqual([0, 1, 0]);
    expect(dealt([0, 0, -1, -1, -1], [0, 1])).toEqual([0, 0, 1, 1, 0]);
    expect(dealt([9, 0], [0])).toEqual([0, 0]);
    expect(dealt([9, 1, 9, 9], [0, 1, 2])).toEqual([0, 1, 2, 0]);
  });

  it('leaves those of the dead with them, and shares the rest', () => {
    expect(dealt([10, 0, 0, 0], [0, 1], dead)).toEqual([10, 0, 0, 1]);
    expect(dealt([11, 11, -1, 1], [0, 1], dead)).toEqual([11, 11, 0, 1]);
    expect(dealt([0, 11, 11, 11], [0, 1], dead)).toEqual([0, 11, 11, 11]);
  });

  it('assigns nothing without members', () => {
    expect(dealt([-1, 0, 10], [], dead)).toEqual([-1, -1, 10]);
  });

  it('counts the partitions of other topics that a member reads too', () => {
    const load =
      (...loads: readonly number[]) =>
      (member: number) =>
        loads[member];
    const beside = (
      before: readonly number[],
      members: readonly number[],
      ...loads: readonly number[]
    ): readonly number[] => [...sticky(Int32Array.from(before), members, none, load(...loads))];
    // Eight partitions of two topics for three: 3, 3 and 2.
    expect(beside([-1, -1, -1, -1], [0, 1, 2], 2, 1, 1)).toEqual([1, 2, 0, 1]);
    // A fourth one joins: two each.
    expect(beside([0, 0, 1, 2], [0, 1, 2, 3], 1, 2, 1, 0)).toEqual([0, 3, 3, 2]);
    // One that the other topics keep busy gives up all.
    expect(beside([0, 0], [0, 1], 4, 0)).toEqual([1, 1]);
    expect(beside([0, 1, 0], [0, 1], 0, 0)).toEqual([0, 1, 0]);
  });
});
