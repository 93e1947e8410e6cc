import { describe, expect, it } from 'vitest';
import { queueOf } from '../../src/model/data/instances/request-queues.js';
import type { RequestQueue } from '../../src/model/data/instances/request-queues.js';

/** A fair queue in which the tens of a number are the value of its key. */
function fair(): RequestQueue {
  return queueOf(
    { discipline: 'fair', key: 'tens', capacity: Infinity, maxWaitNs: null },
    {
      clock: { now: 0 },
      levels: 1,
      levelOf: () => 0,
      keyOf: (strand) => Math.floor(strand / 10),
    },
  );
}

const drain = (queue: RequestQueue): number[] => {
  const taken: number[] = [];
  for (let next = queue.take(); next >= 0; next = queue.take()) taken.push(next);
  return taken;
};

describe('a fair queue', () => {
  it('takes one of each value in turn, the oldest of each', () => {
    const queue = fair();
    for (const strand of [11, 12, 13, 14, 21, 31, 32]) queue.push(strand);
    expect(queue.length).toBe(7);
    expect(drain(queue)).toEqual([11, 21, 31, 12, 32, 13, 14]);
    expect(queue.length).toBe(0);
  });

  it('puts a value that comes back behind those that wait', () => {
    const queue = fair();
    for (const strand of [11, 21, 22]) queue.push(strand);
    expect(queue.take()).toBe(11);
    queue.push(12);
    expect(drain(queue)).toEqual([21, 12, 22]);
  });

  it('releases the place of a request that leaves, and the turn of a value whose last one leaves', () => {
    const queue = fair();
    for (const strand of [11, 12, 21, 31]) queue.push(strand);
    expect(queue.remove(12)).toBe(true);
    expect(queue.remove(21)).toBe(true);
    expect(queue.remove(21)).toBe(false);
    expect(queue.remove(41)).toBe(false);
    expect(queue.length).toBe(2);
    queue.push(41);
    expect(drain(queue)).toEqual([11, 31, 41]);
  });

  it('gives no request the place of another', () => {
    const queue = fair();
    queue.push(11);
    expect(queue.yieldTo(21)).toBe(-1);
    expect(queue.length).toBe(1);
  });
});
