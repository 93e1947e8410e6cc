import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { EventQueue } from '../../src/kernel/queue.js';

/** Pushes, pops and delays as given, compared with a list that is sorted each time. */
function agree(
  steps: readonly { readonly what: string; readonly time: number; readonly phase: number }[],
) {
  const queue = new EventQueue(16);
  const list: { time: number; phase: number; sequence: number; target: number }[] = [];
  let sequence = 1;
  let now = 0;
  for (const { what, time, phase } of steps) {
    list.sort((a, b) => a.time - b.time || a.phase - b.phase || a.sequence - b.sequence);
    if (what === 'push' || list.length === 0) {
      if (queue.freeCount === 0) queue.grow();
      queue.stage(now + time);
      queue.push(phase, sequence, 7, sequence, 0, 0);
      list.push({ time: now + time, phase, sequence, target: sequence });
      sequence++;
      continue;
    }
    const [first] = list;
    expect(queue.frontTimes[queue.front]).toBe(first.time);
    expect(queue.payload[queue.topOffset() + 1]).toBe(first.target);
    now = first.time;
    if (what === 'pop') {
      queue.pop();
      list.shift();
    } else {
      queue.delayTop(now + time + 1, phase, sequence);
      list[0] = { time: now + time + 1, phase, sequence, target: first.target };
      sequence++;
    }
    expect(queue.size).toBe(list.length);
  }
}

const step = fc.record({
  what: fc.constantFrom('push', 'push', 'push', 'pop', 'pop', 'delay'),
  // Small times produce ties, large ones exceed the front.
  time: fc.oneof(fc.nat(3), fc.nat(1000)),
  phase: fc.nat(4),
});

describe('the queue of pending events', () => {
  it('gives the events in the order (time, phase, sequence) under any mixture of operations', () => {
    fc.assert(fc.property(fc.array(step, { minLength: 1, maxLength: 900, size: 'max' }), agree), {
      numRuns: 150,
      seed: 9,
    });
  });

  it('holds more than its front: each of 1,000 pushed ahead of all others drives one to the heap', () => {
    const ahead = Array.from({ length: 1000 }, (_, k) => ({
      what: 'push',
      time: 1000 - k,
      phase: 1,
    }));
    const pops = Array.from({ length: 1000 }, () => ({ what: 'pop', time: 0, phase: 0 }));
    agree([...ahead, ...pops]);
  });
});
