import { describe, expect, it } from 'vitest';
import type { Messages } from '../../../src/model/modules/messaging/messages.js';
import { Deliveries, VERDICT } from '../../../src/model/modules/messaging/queues/deliveries.js';
import { Entries } from '../../../src/model/modules/messaging/queues/entries.js';

/** One entry for message 4, delivered this number of times; only its deliveries hold the message. */
function handed(times: number) {
  const entries = new Entries();
  const holders = new Int32Array(10);
  const messages = { holders, release: (message: number) => holders[message]!-- };
  const deliveries = new Deliveries(messages as unknown as Messages, entries);
  // Another entry first, so that no number is 0 by coincidence.
  entries.make(3, 0, -1);
  deliveries.make(3, 0, 0);
  const entry = entries.make(4, 0, -1);
  const own: number[] = [];
  const hand = (): number => {
    entries.deliveries[entry]!++;
    const delivery = deliveries.make(4, 6, 7);
    deliveries.hand(delivery, entry);
    own.push(delivery);
    return delivery;
  };
  for (let k = 0; k < times; k++) hand();
  /** Its end, and that of its way. */
  const over = (delivery: number): void => {
    deliveries.unpin(delivery);
    deliveries.unpin(delivery);
  };
  return { entries, entry, deliveries, holders, own, hand, over };
}

describe('a delivery', () => {
  it('begins with nothing said, and knows what was handed out', () => {
    const { deliveries, entries, entry, holders } = handed(0);
    entries.stamp[entry] = 9;
    entries.life[entry] = 3;
    entries.deliveries[entry] = 1;
    const delivery = deliveries.make(4, 6, 7);
    deliveries.hand(delivery, entry);
    const { message, channel, epoch, tries, verdict, dead, over, settled, inRun } = deliveries;
    const own = [message, channel, epoch, tries, verdict, dead, over, settled, inRun];
    expect(own.map((column) => column[delivery])).toEqual([
      ...[4, 6, 7, 0, VERDICT.none, 0, 0, 0, -1],
    ]);
    const { life, stamp, number } = deliveries;
    expect([deliveries.entry, life, stamp, number].map((column) => column[delivery])).toEqual([
      ...[entry, 3, 9, 1],
    ]);
    expect([entries.holder[entry], holders[4]]).toEqual([delivery, 1]);
    expect(deliveries.copyOf(delivery)).toBe(entry * 2 ** 31 + 3);
  });

  it('forgets what its slot was before', () => {
    const { deliveries, own, over } = handed(1);
    const [first] = own;
    const columns = ['tries', 'verdict', 'dead', 'over', 'settled', 'inRun'] as const;
    for (const column of columns) deliveries[column][first!] = 1;
    over(first!);
    const next = deliveries.make(5, 1, 1);
    expect(next).toBe(first);
    expect(columns.map((column) => deliveries[column][next])).toEqual([0, 0, 0, 0, 0, -1]);
  });

  it('is kept while anything refers to it', () => {
    const { deliveries, own, holders } = handed(1);
    const [delivery] = own as [number];
    deliveries.pin(delivery);
    deliveries.unpin(delivery);
    deliveries.unpin(delivery);
    expect([deliveries.slots.has(delivery), holders[4]]).toEqual([true, 1]);
    deliveries.unpin(delivery);
    expect([deliveries.slots.has(delivery), holders[4]]).toEqual([false, 0]);
  });
});

describe('what a queue lets go of', () => {
  it('has no holder if it was never delivered', () => {
    const { deliveries, entry } = handed(0);
    expect(deliveries.leave(entry)).toBe(false);
  });

  it('stays with all that hold it, and they settle nothing', () => {
    const { deliveries, entry, own } = handed(3);
    expect(deliveries.leave(entry)).toBe(true);
    expect(own.map((delivery) => deliveries.settled[delivery])).toEqual([1, 1, 1]);
  });

  it('has no dead or finished holder', () => {
    const { deliveries, entry, own } = handed(3);
    const [a, b, c] = own as [number, number, number];
    deliveries.dead[a] = 1;
    deliveries.over[c] = 1;
    expect(deliveries.leave(entry)).toBe(true);
    expect(own.map((delivery) => deliveries.settled[delivery])).toEqual([0, 1, 0]);
    deliveries.over[b] = 1;
    expect(deliveries.leave(entry)).toBe(false);
  });

  it("is another one's once the entry is", () => {
    const { deliveries, entries, entry, own } = handed(2);
    entries.free(entry);
    const next = entries.make(8, 0, -1);
    expect(next).toBe(entry);
    entries.deliveries[next] = 1;
    expect(deliveries.leave(next)).toBe(false);
    expect(own.map((delivery) => deliveries.settled[delivery])).toEqual([0, 0]);
  });

  it('is found whichever of its deliveries are over', () => {
    for (const gone of [0, 1, 2]) {
      const { deliveries, entry, own, over } = handed(3);
      over(own[gone]!);
      expect(deliveries.leave(entry)).toBe(true);
      const left = own.filter((_, k) => k !== gone);
      expect(left.map((delivery) => deliveries.settled[delivery])).toEqual([1, 1]);
    }
    const { deliveries, entry, own, over } = handed(3);
    for (const delivery of own) over(delivery);
    expect(deliveries.leave(entry)).toBe(false);
  });

  it("is found where a slot between is another message's", () => {
    const { deliveries, entry, own, over, hand } = handed(3);
    over(own[1]!);
    deliveries.make(5, 1, 1);
    hand();
    expect(deliveries.leave(entry)).toBe(true);
    expect([0, 2, 3].map((k) => deliveries.settled[own[k]!])).toEqual([1, 1, 1]);
  });
});

describe('the end of a delivery', () => {
  it('loses nothing while the queue has the message', () => {
    const { deliveries, own } = handed(1);
    expect(deliveries.ends(own[0]!)).toBe(false);
    expect(deliveries.over[own[0]!]).toBe(1);
  });

  it('is that of the message when the queue has let go of it', () => {
    const { deliveries, entry, own } = handed(1);
    deliveries.leave(entry);
    expect(deliveries.ends(own[0]!)).toBe(true);
  });

  it('is not while others may see it through, before or behind it', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
    ]) {
      const { deliveries, entry, own } = handed(3);
      deliveries.leave(entry);
      expect(order.map((k) => deliveries.ends(own[k]!))).toEqual([false, false, true]);
    }
  });

  it('does not wait for the dead', () => {
    const { deliveries, entry, own } = handed(2);
    deliveries.leave(entry);
    deliveries.dead[own[0]!] = 1;
    expect(deliveries.ends(own[1]!)).toBe(true);
  });

  it('knows its neighbours when those between are over', () => {
    for (const last of [0, 2]) {
      const { deliveries, entry, own, over } = handed(3);
      deliveries.leave(entry);
      over(own[1]!);
      expect(deliveries.ends(own[last]!)).toBe(false);
      expect(deliveries.ends(own[2 - last]!)).toBe(true);
    }
  });
});

describe('a run that is cut in two', () => {
  it('keeps the order in both', () => {
    const { deliveries } = handed(0);
    const run = Array.from({ length: 5 }, () => deliveries.make(4, 0, 0));
    run.forEach((delivery, k) => (deliveries.inRun[delivery] = run[k + 1] ?? -1));
    const apart = [run[0], run[2], run[3]];
    const heads = deliveries.split(run[0]!, (delivery) => apart.includes(delivery));
    expect(heads).toEqual([run[1], run[0]]);
    const next = run.map((delivery) => deliveries.inRun[delivery]);
    expect(next).toEqual([run[2], run[4], run[3], -1, -1]);
  });

  it('has one of none where all say the same', () => {
    const { deliveries } = handed(0);
    const delivery = deliveries.make(4, 0, 0);
    expect(deliveries.split(delivery, () => true)).toEqual([-1, delivery]);
    expect(deliveries.split(delivery, () => false)).toEqual([delivery, -1]);
  });
});
