import { describe, expect, it } from 'vitest';
import { ReadyHeap } from '../../../src/model/modules/messaging/queues/ready-heap.js';
import { bareQueue } from '../../support/bare-queue.js';

/** Three messages arrive at 0. */
function three(...options: Parameters<typeof bareQueue>) {
  const own = bareQueue(...options);
  for (const message of [0, 1, 2]) own.queue.accept(message, -1);
  own.told.length = 0;
  return own;
}

describe('a queue', () => {
  it('hands out in the order of coming, and keeps what is not settled', () => {
    const { queue, takes, state, messages, audit, entryOf } = three();
    expect(state()).toEqual([3, 3, 0, 0]);
    expect([takes(), takes()]).toEqual([0, 1]);
    expect([state(), queue.inFlight, queue.waiting]).toEqual([[3, 1, 2, 0], 2, 1]);
    queue.settle(entryOf(0));
    expect([state(), queue.acked, queue.accepted]).toEqual([[2, 1, 1, 0], 1, 3]);
    expect([...messages.holders.slice(0, 3)]).toEqual([0, 1, 1]);
    expect([takes(), takes()]).toEqual([2, -1]);
    audit();
  });

  it('notifies consumers that wait for messages, and publishers that wait for room', () => {
    const { queue, told, at, run, entryOf, takes } = bareQueue();
    at(10, () => queue.accept(7, -1));
    at(20, () => takes());
    at(30, () => queue.settle(entryOf(7)));
    run();
    expect(told).toEqual(['10 available', '30 roomed']);
  });

  it('is as old as its oldest message', () => {
    const own = bareQueue();
    own.messages.published.set([40, 30]);
    own.queue.accept(0, -1);
    expect(own.since()).toBe(40);
    own.queue.accept(1, -1);
    expect(own.since()).toBe(40);
    own.takes();
    own.takes();
    own.queue.settle(own.entryOf(0));
    expect(own.since()).toBe(30);
    own.queue.settle(own.entryOf(1));
    expect(own.since()).toBe(Infinity);
  });

  it('weighs on its node what its messages weigh', () => {
    const own = bareQueue();
    own.messages.bytes.set([100, 30]);
    own.queue.accept(0, -1);
    own.queue.accept(1, -1);
    expect(own.seat.weight).toBe(130);
    own.takes();
    own.queue.settle(own.entryOf(0));
    expect(own.seat.weight).toBe(30);
  });

  it('hands out no more than may be in flight', () => {
    const { takes, queue, entryOf } = three({ inFlightLimit: 2 });
    expect([takes(), takes(), takes()]).toEqual([0, 1, -1]);
    queue.settle(entryOf(1));
    expect(takes()).toBe(2);
  });

  it('is full when as many wait as it has room for', () => {
    const { queue, takes } = three({ capacity: 3 });
    expect(queue.isFull()).toBe(true);
    takes();
    expect(queue.isFull()).toBe(false);
  });

  it('knows that an entry holds another message now', () => {
    const { queue, takes, entryOf } = three();
    takes();
    const entry = entryOf(0);
    const life = queue.entries.life[entry]!;
    const stamp = queue.entries.stamp[entry]!;
    expect([queue.entries.isHere(entry, life), queue.entries.isHeld(entry, stamp)]).toEqual([
      true,
      true,
    ]);
    queue.giveBack(entry);
    expect([queue.entries.isHere(entry, life), queue.entries.isHeld(entry, stamp)]).toEqual([
      true,
      false,
    ]);
    expect(queue.entries.isHeld(entry, queue.entries.stamp[entry]!)).toBe(false);
    takes();
    queue.settle(entry);
    expect(queue.entries.isHere(entry, life)).toBe(false);
    queue.accept(9, -1);
    expect(queue.entries.message[entry]).toBe(9);
    expect([queue.entries.isHere(entry, life), queue.entries.life[entry]! > life]).toEqual([
      false,
      true,
    ]);
  });
});

describe('a delivery that is not settled', () => {
  it('is seen again when its time is over, in its place', () => {
    const { takes, at, run, told, state, counts, queue } = three();
    const seen: unknown[] = [];
    at(10, () => seen.push(takes()));
    at(40, () => seen.push(takes()));
    at(109, () => seen.push(state()));
    at(111, () => seen.push(state(), takes(), counts()[0], queue.inFlight));
    run(112);
    expect(seen).toEqual([0, 1, [3, 1, 2, 0], [3, 2, 1, 0], 0, 1, 2]);
    expect(told).toEqual(['110 available']);
    run();
    expect(told.slice(1)).toEqual(['140 available', '211 available']);
  });

  it('does so in the instant of its end, after the messages that come then', () => {
    const { takes, at, run, told, queue, entryOf } = three();
    at(10, () => [takes(), takes(), takes()]);
    at(20, () => queue.settle(entryOf(1)));
    at(30, () => queue.settle(entryOf(0)));
    run(200);
    expect(told).toEqual(['20 roomed', '30 roomed', '110 available']);
    expect(takes()).toBe(2);
  });

  it('closes its channel where the queue says so', () => {
    const { takes, at, run, told, queue, entryOf } = three({ closesChannel: true });
    at(10, () => {
      takes();
      queue.entries.holder[entryOf(0)] = 44;
    });
    // Every consumer that is notified of it returns it.
    const { overdue } = queue.watch;
    queue.watch.overdue = (holder) => {
      overdue(holder);
      queue.giveBack(entryOf(0));
    };
    run();
    expect(told).toEqual(['110 overdue 44', '110 available']);
  });

  it('waits while the queue has no leader', () => {
    const { takes, at, run, told, queue, seat } = three();
    at(10, () => takes());
    at(50, () => (seat.isUsable = false));
    at(150, () => (seat.isUsable = true));
    at(150, () => queue.leaderElected());
    run(120);
    expect([told, queue.isHalted]).toEqual([[], true]);
    run();
    expect([told, queue.isHalted]).toEqual([['150 available'], false]);
  });
});

describe('a delivery that comes back', () => {
  it('keeps its place', () => {
    const { takes, queue, entryOf, state } = three();
    takes();
    takes();
    queue.giveBack(entryOf(1));
    queue.giveBack(entryOf(0));
    expect(state()).toEqual([3, 3, 0, 0]);
    expect([takes(), takes(), takes()]).toEqual([0, 1, 2]);
  });

  it('goes to the head in the order of return, if the queue says so', () => {
    const { takes, queue, entryOf } = three({ returnsFirst: true });
    for (let k = 0; k < 3; k++) takes();
    for (const message of [2, 0]) queue.giveBack(entryOf(message));
    queue.accept(3, -1);
    expect([takes(), takes(), takes()]).toEqual([2, 0, 3]);
  });

  it('goes to the tail when it was rejected, if the queue says so', () => {
    const { takes, queue, entryOf } = three({ rejectsToTail: true });
    takes();
    queue.reject(entryOf(0));
    queue.accept(3, -1);
    expect([takes(), takes(), takes(), takes()]).toEqual([1, 2, 0, 3]);
    const other = three();
    other.takes();
    other.queue.reject(other.entryOf(0));
    expect(other.takes()).toBe(0);
  });

  it('is a dead letter after one return too many', () => {
    const { takes, queue, entryOf, told, counts, state, audit } = three({ deliveryLimit: 1 });
    takes();
    queue.giveBack(entryOf(0));
    expect(takes()).toBe(0);
    queue.reject(entryOf(0));
    expect(told).toEqual(['0 available', '0 dead 0 to 5', '0 roomed']);
    expect([counts(), state(), queue.deadLettered]).toEqual([[1, 1, 0, 0, 0], [2, 2, 0, 0], 1]);
    audit();
  });

  it('after a time is not seen until then', () => {
    const { takes, queue, entryOf, at, run, told, state } = three({ deliveryLimit: 1 });
    const seen: unknown[] = [];
    at(10, () => {
      takes();
      queue.putOff(entryOf(0), 30);
      seen.push(state(), queue.delayed, takes());
    });
    at(39, () => seen.push(state()));
    at(41, () => seen.push(state(), takes()));
    at(42, () => queue.putOff(entryOf(0), 30));
    run(50);
    expect(seen).toEqual([[3, 2, 0, 1], 1, 1, [3, 1, 1, 1], [3, 2, 1, 0], 0]);
    expect(told).toEqual(['40 available', '42 dead 0 to 5', '42 roomed']);
  });

  it('goes to the tail after a time, if the queue says so, and its life starts then', () => {
    const { takes, queue, entryOf, at, run } = three({ delaysToTail: true, lifetimeNs: 60 }, -1);
    const seen: number[] = [];
    at(10, () => {
      takes();
      queue.putOff(entryOf(0), 30);
    });
    at(20, () => queue.accept(3, -1));
    at(45, () => seen.push(takes(), takes(), takes(), takes()));
    at(46, () => queue.giveBack(entryOf(0)));
    run(99);
    expect(seen).toEqual([1, 2, 0, 3]);
    expect(queue.expired).toBe(0);
    run(101);
    // 10 + 30 + 60.
    expect(queue.expired).toBe(1);
  });

  it('too often is a dead letter when it would be received once more', () => {
    const { takes, queue, entryOf, told, audit } = three({ maxReceiveCount: 2 });
    for (let k = 0; k < 2; k++) {
      expect(takes()).toBe(0);
      queue.giveBack(entryOf(0));
    }
    told.length = 0;
    expect(takes()).toBe(1);
    expect(told).toEqual(['0 dead 0 to 5', '0 roomed']);
    audit();
  });
});

describe('a delayed message', () => {
  it('is seen after its delay, moved ones at once', () => {
    const { queue, at, run, state, told, takes } = bareQueue({ delayNs: 50 });
    const seen: unknown[] = [];
    at(10, () => queue.accept(0, -1));
    at(11, () => queue.accept(1, 4));
    at(12, () => seen.push(state(), takes(), takes()));
    at(59, () => seen.push(takes()));
    at(61, () => seen.push(takes()));
    run(70);
    expect(seen).toEqual([[2, 1, 0, 1], 1, -1, -1, 0]);
    expect(told).toEqual(['11 available', '60 available']);
  });

  it('is held back for longer by what holds it', () => {
    const { queue, at, run, told } = bareQueue({ delayNs: 50 });
    at(10, () => queue.accept(0, -1, 7));
    at(20, () => queue.accept(1, 4, 7));
    run();
    expect(told).toEqual(['27 available', '67 available']);
  });

  it('that is removed before is never seen', () => {
    const { queue, at, run, told, entryOf } = bareQueue({ delayNs: 50 });
    at(10, () => queue.accept(0, -1));
    at(20, () => queue.takeAway(entryOf(0), 'purged'));
    // The slot is used again before the first delay is over.
    at(30, () => queue.accept(1, -1));
    run();
    expect(told).toEqual(['20 roomed', '80 available']);
  });
});

describe('the life of a message', () => {
  it('ends at its end: a dead letter, or nothing', () => {
    const { told, run, counts, queue, at } = three({ lifetimeNs: 60 });
    at(30, () => queue.accept(3, -1));
    run(61);
    const dead = [0, 1, 2].flatMap((message) => [`60 dead ${message} to 5`, '60 roomed']);
    expect(told).toEqual(['30 available', ...dead]);
    expect([counts(), queue.expired, queue.deadLettered]).toEqual([[0, 3, 3, 0, 0], 0, 3]);
    const other = three({ lifetimeNs: 60 }, -1);
    other.run();
    expect(other.counts()).toEqual([0, 0, 3, 0, 3]);
    expect(other.queue.expired).toBe(3);
    other.audit();
  });

  it('counts from its publishing where that is retention, which deletes', () => {
    const own = bareQueue({
      lifetimeNs: 60,
      sincePublished: true,
      deadLettersExpired: false,
    });
    own.messages.published.set([20, 45]);
    own.at(50, () => own.queue.accept(0, -1));
    own.at(51, () => own.queue.accept(1, -1));
    own.run(100);
    expect(own.told).toEqual(['50 available', '51 available', '80 lost 0', '80 roomed']);
    expect([own.counts(), own.queue.expired]).toEqual([[0, 0, 1, 0, 1], 1]);
  });

  it('does not end while a consumer has it', () => {
    const { takes, run, queue, at, entryOf } = three({ lifetimeNs: 60, inFlightNs: 500 }, -1);
    at(10, () => takes());
    run(100);
    expect([queue.expired, queue.inFlight]).toEqual([2, 1]);
    queue.giveBack(entryOf(0));
    expect(takes()).toBe(-1);
    expect(queue.expired).toBe(3);
  });

  it('of no time at all lasts for the instant of its coming', () => {
    const { queue, takes, run, at } = bareQueue({ lifetimeNs: 0 }, -1);
    at(10, () => {
      queue.accept(0, -1);
      queue.accept(1, -1);
      expect(takes()).toBe(0);
    });
    run(11);
    expect(queue.expired).toBe(1);
  });

  it('does not end while the queue has no leader', () => {
    const { run, queue, at, seat } = three({ lifetimeNs: 60 }, -1);
    at(50, () => (seat.isUsable = false));
    run(149);
    expect(queue.expired).toBe(0);
    seat.isUsable = true;
    at(150, () => queue.leaderElected());
    run();
    expect(queue.expired).toBe(3);
  });
});

describe('a full queue', () => {
  it('drops its head where it says so', () => {
    const { queue, told, takes, counts, state, audit } = bareQueue({
      capacity: 2,
      overflow: 'dropHead',
    });
    for (const message of [0, 1, 2]) queue.accept(message, -1);
    expect(told.slice(2)).toEqual(['0 available', '0 dead 0 to 5', '0 roomed']);
    expect([counts(), state()]).toEqual([
      [0, 1, 0, 0, 0],
      [2, 2, 0, 0],
    ]);
    expect([takes(), takes(), takes()]).toEqual([1, 2, -1]);
    audit();
  });

  it('lets go of what it refuses', () => {
    const { queue, told, counts, audit } = three();
    queue.refuse(9);
    expect([told, counts(), queue.accepted]).toEqual([['0 lost 9'], [0, 0, 0, 1, 1], 4]);
    audit();
  });
});

describe('letting go', () => {
  it('of all drops all, and their effects unless a consumer holds them', () => {
    const { queue, told, counts, hands, takes, audit, entryOf } = three();
    takes();
    for (const message of [0, 1, 2]) queue.bury(entryOf(message), -1);
    expect(told).toEqual([0, 1, 2].flatMap((message) => [`0 lost ${message}`, '0 roomed']));
    expect([counts(), queue.dropped]).toEqual([[0, 0, 0, 3, 3], 3]);
    audit();
    const other = three();
    other.hands.areFull = true;
    for (const message of [0, 1, 2]) other.queue.bury(other.entryOf(message), -1);
    expect(other.counts()).toEqual([0, 0, 0, 3, 0]);
    expect(hands.areFull).toBe(false);
  });

  it('by its consumer loses the effect', () => {
    const { queue, told, takes, entryOf } = three();
    takes();
    queue.skip(entryOf(0));
    expect([told, queue.acked]).toEqual([['0 lost 0', '0 roomed'], 1]);
  });

  it('by a consumer that sends on what the queue has not any more', () => {
    const { queue, told, counts } = three();
    queue.forward(8, 6, true);
    expect([told, counts()]).toEqual([
      ['0 gives 8 up', '0 dead 8 to 6'],
      [0, 1, 0, 0, 0],
    ]);
  });

  it('by an operator is counted as such', () => {
    const { queue, entryOf, state, audit } = three();
    queue.takeAway(entryOf(1), 'purged');
    queue.takeAway(entryOf(0), 'redriven');
    expect([queue.purged, queue.redriven, state()]).toEqual([1, 1, [1, 1, 0, 0]]);
    audit();
  });
});

describe('a message whose deliveries are used up', () => {
  const spent = (rules: Parameters<typeof bareQueue>[0]): ReturnType<typeof bareQueue> => {
    const own = bareQueue(
      { ...rules, keepsSpent: true, capacityOf: 'stored', maxReceiveCount: 1 },
      -1,
    );
    own.queue.accept(0, -1);
    own.takes();
    own.at(150, () => expect(own.takes()).toBe(-1));
    return own;
  };

  it('stays, and fills the queue', () => {
    const { queue, run, state, counts, audit } = spent({ capacity: 1 });
    expect(queue.isFull()).toBe(true);
    run(200);
    expect([state(), counts(), queue.isFull()]).toEqual([[1, 0, 0, 0], [0, 0, 0, 0, 0], true]);
    audit();
  });

  it('is the first that makes room', () => {
    const { queue, at, run, state, counts, takes } = spent({
      capacity: 1,
      overflow: 'dropHead',
      deadLettersOverflow: false,
    });
    at(160, () => queue.accept(1, -1));
    run(200);
    expect([state(), counts()]).toEqual([
      [1, 1, 0, 0],
      [0, 0, 0, 1, 1],
    ]);
    expect(takes()).toBe(1);
  });

  it('expires', () => {
    const { run, state, counts, audit } = spent({ lifetimeNs: 170, deadLettersExpired: false });
    run(200);
    expect([state(), counts()]).toEqual([
      [0, 0, 0, 0],
      [0, 0, 1, 0, 1],
    ]);
    audit();
  });
});

describe('messages of a key', () => {
  /** Keys 7, 7, 8, 7. */
  function keyed(rules: Parameters<typeof bareQueue>[0] = {}) {
    const own = bareQueue({ keyed: true, ...rules });
    own.messages.key.set([7, 7, 8, 7]);
    for (const message of [0, 1, 2, 3]) own.queue.accept(message, -1);
    return own;
  }

  it('are handed out one after the other is settled', () => {
    const { queue, takes, entryOf, state, audit } = keyed();
    expect([state(), queue.waiting]).toEqual([[4, 4, 0, 0], 4]);
    expect([takes(), takes(), takes()]).toEqual([0, 2, -1]);
    expect([state(), queue.waiting]).toEqual([[4, 2, 2, 0], 2]);
    audit();
    queue.settle(entryOf(0));
    expect(state()).toEqual([3, 2, 1, 0]);
    expect([takes(), takes()]).toEqual([1, -1]);
    queue.settle(entryOf(1));
    expect(takes()).toBe(3);
    queue.settle(entryOf(3));
    queue.accept(1, -1);
    expect(takes()).toBe(1);
    audit();
  });

  it('that come back are still in front of the others', () => {
    const { queue, takes, entryOf } = keyed();
    takes();
    queue.giveBack(entryOf(0));
    expect([takes(), takes(), takes()]).toEqual([0, 2, -1]);
  });

  it('are handed out together in one receive, and come back together', () => {
    const { queue, takes, entryOf, run, state, audit } = keyed();
    expect(takes()).toBe(0);
    expect(queue.takeAfter(entryOf(0))).toBe(entryOf(1));
    expect(queue.takeAfter(entryOf(1))).toBe(entryOf(3));
    // The group has no more, so the receive goes on with another one.
    expect(queue.takeAfter(entryOf(3))).toBe(entryOf(2));
    queue.settle(entryOf(1));
    expect([takes(), state()]).toEqual([-1, [3, 0, 3, 0]]);
    run(150);
    expect(state()).toEqual([3, 3, 0, 0]);
    expect([takes(), queue.takeAfter(entryOf(0))]).toEqual([0, entryOf(3)]);
    audit();
  });

  it('are held back by one that is hidden', () => {
    const { queue, takes, entryOf, run, at } = keyed();
    takes();
    queue.takeAfter(entryOf(0));
    queue.putOff(entryOf(0), 20);
    queue.settle(entryOf(1));
    expect([takes(), takes()]).toEqual([2, -1]);
    at(21, () => expect(takes()).toBe(0));
    run(30);
  });

  it('follow the message that preceded one that an operator removes', () => {
    const { queue, takes, entryOf, audit } = keyed();
    takes();
    queue.takeAway(entryOf(1), 'purged');
    queue.settle(entryOf(0));
    expect([takes(), takes(), takes()]).toEqual([2, 3, -1]);
    audit();
    const other = keyed();
    other.takes();
    other.queue.takeAway(other.entryOf(3), 'purged');
    other.messages.key[5] = 7;
    other.queue.accept(5, -1);
    other.queue.settle(other.entryOf(0));
    expect([other.takes(), other.takes()]).toEqual([1, 2]);
    other.queue.settle(other.entryOf(1));
    expect(other.takes()).toBe(5);
    other.audit();
  });

  it('wait for the rest of their delay when it is their turn', () => {
    const { queue, takes, entryOf, at, run, told, messages } = bareQueue({
      keyed: true,
      delayNs: 50,
    });
    messages.key.set([7, 7]);
    at(10, () => queue.accept(0, -1));
    at(40, () => queue.accept(1, -1));
    at(65, () => {
      takes();
      queue.settle(entryOf(0));
    });
    run();
    expect(told).toEqual(['60 available', '65 roomed', '90 available']);
  });
});

describe('a long queue', () => {
  it('hands out in order, and counts those without an entry', () => {
    const { queue, takes, state, entryOf, audit, since, messages } = bareQueue();
    const count = 2100;
    for (let message = 0; message < count; message++) {
      messages.published[message] = message;
      queue.accept(message, -1);
    }
    expect([state(), queue.waiting, queue.entries.slots.used]).toEqual([
      [count, count, 0, 0],
      count,
      2048,
    ]);
    audit();
    const order: number[] = [];
    const ages: number[] = [];
    for (let message = takes(); message >= 0; message = takes()) {
      order.push(message);
      queue.settle(entryOf(message));
      ages.push(since());
    }
    expect(ages).toEqual([...order.slice(1), Infinity]);
    expect(order).toEqual(Array.from({ length: count }, (_, k) => k));
    expect([state(), queue.waiting]).toEqual([[0, 0, 0, 0], 0]);
    expect([...messages.holders.slice(0, count)].some((holders) => holders !== 0)).toBe(false);
    audit();
  });

  it('has an entry for each where a fault asks for all', () => {
    const { queue } = bareQueue({}, 5, ['flushed']);
    for (let message = 0; message < 2100; message++) queue.accept(message, -1);
    expect(queue.entries.slots.used).toBe(2100);
  });
});

describe('what is ready', () => {
  it('comes by its position, whatever was taken out before', () => {
    const heap = new ReadyHeap();
    const position = Float64Array.of(5, 3, 9, 1, 7, 3.5, 8, 2, 6, 4);
    heap.widen(position, position.length);
    expect(heap.peek()).toBe(-1);
    position.forEach((_, entry) => heap.add(entry));
    for (const entry of [3, 6, 1, 0]) heap.remove(entry);
    heap.add(0);
    const order: number[] = [];
    while (heap.length > 0) {
      order.push(heap.peek());
      heap.remove(heap.peek());
    }
    expect(order).toEqual([7, 5, 9, 0, 8, 4, 2]);
  });

  it('is right after any one was taken out', () => {
    // All ways to take one of twelve out, of an order in which it has to rise and of one in which it has to sink.
    for (const list of [
      [1, 10, 2, 11, 12, 3, 4, 13, 14, 15, 16, 5],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    ]) {
      for (let gone = 0; gone < list.length; gone++) {
        const heap = new ReadyHeap();
        heap.widen(Float64Array.from(list), 12);
        list.forEach((_, entry) => heap.add(entry));
        heap.remove(gone);
        const order: number[] = [];
        while (heap.length > 0) {
          order.push(list[heap.peek()]!);
          heap.remove(heap.peek());
        }
        expect(order).toEqual(list.filter((_, k) => k !== gone).sort((a, b) => a - b));
      }
    }
  });
});
