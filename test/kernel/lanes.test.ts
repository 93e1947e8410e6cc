import { describe, expect, it } from 'vitest';
import { InstantQueue } from '../../src/kernel/instants.js';
import { Lane, LaneTable } from '../../src/kernel/lanes.js';

interface Timer {
  readonly index: number;
  readonly stamp: number;
}

/** A lane whose owner has this many timers, and its head as (time, sequence, index, stamp). */
function laneOf(owners: number) {
  const owner = { stamp: new Int32Array(owners) };
  const lane = new Lane(100, 2, 7, owner, 0);
  let sequence = 1000;
  return {
    owner,
    lane,
    arm: ({ index, stamp }: Timer) => lane.push(2 * sequence, sequence++, index, stamp),
    head: () => [
      lane.times[lane.head],
      lane.sequences[lane.head],
      lane.indices[lane.head],
      lane.stamps[lane.head],
    ],
  };
}

/** Sequence numbers that a lane returns one after another; the rest of each entry is checked. */
function drained({ lane, head }: ReturnType<typeof laneOf>): number[] {
  const sequences: number[] = [];
  while (lane.length > 0) {
    const [time, sequence, index] = head();
    expect([time, index]).toEqual([2 * sequence!, sequence! - 1000]);
    sequences.push(sequence! - 1000);
    lane.advance();
  }
  return sequences;
}

describe('a lane', () => {
  it('keeps every timer that is alive when it grows, wherever its head is', () => {
    for (const taken of [0, 5, 15]) {
      const own = laneOf(200);
      for (let index = 0; index < 16; index++) own.arm({ index, stamp: 0 });
      for (let k = 0; k < taken; k++) own.lane.advance();
      for (let index = 16; index < 100; index++) own.arm({ index, stamp: 0 });
      expect([own.lane.length, own.lane.mask]).toEqual([100 - taken, 127]);
      expect(drained(own)).toEqual(Array.from({ length: 100 - taken }, (_, k) => taken + k));
    }
  });

  it('gives up its dead before it grows, but not its head', () => {
    const own = laneOf(40);
    for (let index = 0; index < 16; index++) own.arm({ index, stamp: 0 });
    // The head dies, and all but seven of the others: eight are half, which is room enough.
    for (const index of [0, 2, 4, 6, 8, 10, 12, 14, 15]) own.owner.stamp[index]!++;
    own.arm({ index: 16, stamp: 0 });
    expect([own.lane.length, own.lane.mask]).toEqual([9, 15]);
    expect(own.head()).toEqual([2000, 1000, 0, 0]);
    expect(drained(own)).toEqual([0, 1, 3, 5, 7, 9, 11, 13, 16]);
  });

  it('grows when more than half is alive', () => {
    const own = laneOf(40);
    for (let index = 0; index < 16; index++) own.arm({ index, stamp: 0 });
    for (const index of [2, 4, 6, 8, 10, 12, 14]) own.owner.stamp[index]!++;
    own.arm({ index: 16, stamp: 0 });
    expect([own.lane.length, own.lane.mask]).toEqual([10, 31]);
  });

  it('keeps what each timer was armed with', () => {
    const own = laneOf(40);
    for (let index = 0; index < 40; index++) {
      own.owner.stamp[index] = 3 * index;
      own.arm({ index, stamp: 3 * index });
    }
    for (let index = 0; index < 40; index++) {
      expect(own.head()).toEqual([2 * (1000 + index), 1000 + index, index, 3 * index]);
      own.lane.advance();
    }
    expect(own.lane.length).toBe(0);
  });

  it('passes all its dead at once, up to its end', () => {
    const own = laneOf(5);
    for (let index = 0; index < 5; index++) own.arm({ index, stamp: 0 });
    for (const index of [1, 2]) own.owner.stamp[index]!++;
    own.lane.advance();
    expect([own.lane.length, own.head()[2]]).toEqual([2, 3]);
    for (const index of [3, 4]) own.owner.stamp[index]!++;
    own.lane.advance();
    expect(own.lane.length).toBe(0);
  });
});

describe('the lanes of a run', () => {
  it('are numbered from 0, also after those of another run', () => {
    const table = new LaneTable();
    const owner = { stamp: new Int32Array(1) };
    const ids = (): number[] => [10, 20, 10].map((delay) => table.laneOf(delay, 1, 7, owner).id);
    expect(ids()).toEqual([0, 1, 0]);
    table.clear();
    expect(ids()).toEqual([0, 1, 0]);
    expect(table.list.map(({ delayNs }) => delayNs)).toEqual([10, 20]);
  });
});

describe('the events of an instant', () => {
  it('keep their order and their words when the queue grows, wherever its head is', () => {
    for (const taken of [0, 1, 700]) {
      const queue = new InstantQueue();
      const take = (): number[] => {
        const at = queue.nextOffset();
        if (queue.take() !== at) throw new Error(`another event than the next one, at ${at}`);
        return [...queue.data.subarray(at, at + 4)];
      };
      for (let k = 0; k < taken + 10; k++) queue.push(k, -k - 1, 2 * k, 3 * k);
      for (let k = 0; k < taken; k++) expect(take()).toEqual([k, -k - 1, 2 * k, 3 * k]);
      for (let k = taken + 10; k < taken + 5000; k++) queue.push(k, -k - 1, 2 * k, 3 * k);
      expect(queue.length).toBe(5000);
      for (let k = taken; k < taken + 5000; k++) {
        const [op, target, a, b] = take();
        if (op !== k || target !== -k - 1 || a !== 2 * k || b !== 3 * k)
          throw new Error(`event ${k}`);
      }
      expect(queue.length).toBe(0);
    }
  });
});
