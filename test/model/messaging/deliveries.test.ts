import { expect, it } from 'vitest';
import { Deliveries } from '../../../src/model/modules/messaging/queues/deliveries.js';
import type { Entries } from '../../../src/model/modules/messaging/queues/entries.js';
import type { Messages } from '../../../src/model/modules/messaging/messages.js';

/** Deliveries of two messages that do nothing but know each other. */
function deliveriesOfTwo() {
  const none = [0, 0];
  const columns = { deliveries: [0, 0], holder: [-1, -1], life: none, stamp: none, resent: none };
  const messages = { holders: new Int32Array(2), release: () => {} };
  const all = new Deliveries(messages as unknown as Messages, { ...columns } as unknown as Entries);
  const hand = (entry: number): number => {
    columns.deliveries[entry]!++;
    const delivery = all.make(entry, 0, 0);
    all.hand(delivery, entry);
    return delivery;
  };
  const end = (delivery: number): void => {
    all.unpin(delivery);
    all.unpin(delivery);
  };
  return { hand, end };
}

it('a message that comes again leaves the deliveries of another alone, which has the slot of its first one', () => {
  const { hand, end } = deliveriesOfTwo();
  const first = hand(0);
  end(first);
  const other = hand(1);
  expect(other).toBe(first);
  const otherAgain = hand(1);
  const again = hand(0);
  // Each of them ends where its neighbours still know it.
  expect(() => [otherAgain, other, again].forEach(end)).not.toThrow();
});
