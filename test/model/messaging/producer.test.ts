import { describe, expect, it } from 'vitest';
import { emptyBatch } from '../../../src/model/modules/messaging/batch.js';
import type { Batch } from '../../../src/model/modules/messaging/batch.js';
import { Producer } from '../../../src/model/modules/messaging/producer.js';
import type { Send, Sending } from '../../../src/model/modules/messaging/producer.js';
import { batchBound, recordBytes } from '../../../src/model/modules/messaging/record-size.js';
import type { Instance } from '../../../src/model/data/instances/instance.js';
import { dice } from '../../support/dice.js';
import { MS } from '../../support/fake-calls.js';

interface Options {
  readonly partitions?: number;
  readonly batchBytes?: number;
  readonly bufferBytes?: number;
  readonly maxBlockNs?: number;
  readonly seed?: number;
}

/** A producer; the test acts as its cluster, its clock and its publishers. Node p % 2 leads partition p. */
function producer(options: Options = {}) {
  const { partitions = 2, batchBytes = 100, bufferBytes = 1000, maxBlockNs = 50 } = options;
  const state = { now: 0, isLed: true, woken: 0, eased: 0 };
  const sizes: number[] = [];
  const partitionOf: number[] = [];
  const batches: Batch[] = [];
  const sent: { node: number; batches: readonly Batch[] }[] = [];
  const told: string[] = [];
  const blocks: number[] = [];
  const home = {} as Instance;
  const sending: Sending = {
    key: { a: 3, b: options.seed ?? 4 },
    spec: { batchBytes, bufferBytes, maxBlockNs } as Sending['spec'],
    partitions,
    now: () => state.now,
    sizeOf: (message) => sizes[message]!,
    partitionOf: (message) => partitionOf[message]!,
    open: (place, message, memory) => {
      const lineage = { lineageA: message, lineageB: 0 };
      const batch = emptyBatch(place, lineage, memory);
      batches.push(batch);
      return batch;
    },
    reach: (index, partition) => (index === 6 && state.isLed ? partition % 2 : -1),
    send: (_, node, own) => {
      for (const batch of own) batch.request = sent.length;
      sent.push({ node, batches: own });
    },
    wake: () => void state.woken++,
    blocks: (_, until) => void blocks.push(until),
    workEnded: (instance) => {
      if (instance === home) state.eased++;
    },
    accepted: ({ waiter }) => void told.push(`${state.now} accepted ${waiter}`),
    refused: ({ waiter, next }) => void told.push(`${state.now} refused ${waiter} from ${next}`),
  };
  const own = new Producer(sending, 6, home);
  let next = 0;
  return {
    own,
    state,
    sizes,
    partitionOf,
    batches,
    sent,
    told,
    blocks,
    /** Messages of one step, each with its size and the partition of its key, -1 = none. */
    publish: (
      list: readonly (readonly [size: number, partition: number])[],
      acks: Batch['acks'] = 'all',
    ) => {
      const waiter = next;
      const messages = list.map(([size, partition]) => {
        sizes[next] = size;
        partitionOf[next] = partition;
        return next++;
      });
      const ticket = { waiter, stamp: 0, left: 0 };
      const parcel: Send = {
        messages,
        next: 0,
        keyed: list.every(([, partition]) => partition >= 0),
        acks,
        ticket,
        waiter,
        stamp: 0,
        since: state.now,
      };
      return { parcel, isThrough: own.publish(parcel) };
    },
    /** A request has its response: its batches are complete, or are sent again. */
    answer: (at: number, isOk: boolean, retryAt = 0) => {
      const { node, batches: list } = sent[at]!;
      for (const batch of list) {
        batch.request = -1;
        if (!isOk) {
          batch.failures++;
          batch.readyAt = retryAt;
        }
      }
      own.answered(node);
      if (!isOk) return;
      for (const batch of list) {
        batch.settled = true;
        for (const ticket of batch.tickets) ticket.left--;
        own.settled(batch);
      }
    },
  };
}

const bytesOf = (sizes: readonly number[], batch: Batch, ages: readonly number[]): number =>
  batch.messages.reduce(
    (sum, message, place) => sum + recordBytes(sizes[message]!, place, ages[place]!),
    61,
  );

describe('the buffer', () => {
  it('takes up what a batch may hold: its size, or more for a message that is larger', () => {
    const { publish, batches } = producer({ bufferBytes: 10_000 });
    publish([
      [0, 0],
      [500, 1],
    ]);
    expect(batches.map(({ memory }) => memory)).toEqual([100, batchBound(500)]);
  });

  it('is full to the last byte, and takes anything when it is empty', () => {
    const { publish, answer, own, batches } = producer({ bufferBytes: 200, partitions: 4 });
    expect(publish([[0, 0]]).isThrough).toBe(true);
    expect(publish([[0, 1]]).isThrough).toBe(true);
    expect(publish([[0, 2]]).isThrough).toBe(false);
    own.drain();
    answer(0, true);
    // 200 bytes again: the waiting message is in the buffer.
    expect(batches.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    const large = producer({ bufferBytes: 200, partitions: 4 });
    expect(large.publish([[5000, 0]]).isThrough).toBe(true);
    expect(large.publish([[0, 1]]).isThrough).toBe(false);
    const short = producer({ bufferBytes: 199, partitions: 4 });
    short.publish([[0, 0]]);
    expect(short.publish([[0, 1]]).isThrough).toBe(false);
  });

  it('is empty when its process has died, and publishers waiting for room are refused', () => {
    const { publish, own, told, state, batches, sent } = producer({ bufferBytes: 100 });
    const resident = own.resident(() => {});
    expect(resident.isBusy!()).toBe(false);
    publish([[0, 0]]);
    expect(resident.isBusy!()).toBe(true);
    publish([
      [0, 0],
      [0, 1],
    ]);
    expect(resident.isBusy!()).toBe(true);
    state.now = 7;
    expect(own.died()).toEqual(batches);
    expect(told).toEqual(['7 refused 1 from 1']);
    expect(resident.isBusy!()).toBe(false);
    expect(publish([[0, 1]]).isThrough).toBe(true);
    // A flush sends it at once.
    resident.closing!();
    own.drain();
    expect(sent).toHaveLength(1);
    expect(own.died()).toHaveLength(1);
  });
});

describe('who waits for room', () => {
  it('is refused after its time, which restarts with each message that fitted', () => {
    const { publish, own, told, state, blocks, answer } = producer({ bufferBytes: 100 });
    publish([[0, 0]]);
    state.now = 10;
    expect(
      publish([
        [40, 0],
        [40, 0],
        [40, 0],
      ]).parcel.ticket.left,
    ).toBe(1);
    expect(blocks).toEqual([60]);
    state.now = 40;
    own.drain();
    answer(0, true);
    // The first of it has the buffer for itself.
    expect(blocks).toEqual([60, 90]);
    state.now = 60;
    own.expire();
    expect(told).toEqual([]);
    state.now = 89;
    own.expire();
    state.now = 90;
    own.expire();
    own.expire();
    expect(told).toEqual(['90 refused 1 from 1']);
  });

  it('continues in turn, and is notified', () => {
    const { publish, own, told, state, answer } = producer({ bufferBytes: 100 });
    publish([[0, 0]]);
    const [second, third] = [publish([[40, 1]]), publish([[0, 1]])];
    expect(second.isThrough || third.isThrough).toBe(false);
    state.now = 5;
    own.drain();
    answer(0, true);
    expect(told).toEqual(['5 accepted 1', '5 accepted 2']);
    expect([second.parcel.ticket.left, third.parcel.ticket.left]).toEqual([1, 1]);
  });
});

describe('a batch', () => {
  it('is sent when it has lingered, is full, or a publisher waits for room', () => {
    const { publish, own, sent, batches } = producer({ bufferBytes: 200 });
    publish([[0, 0]]);
    own.drain();
    expect(sent).toEqual([]);
    batches[0]!.ready = true;
    own.drain();
    expect(sent.map(({ node, batches: list }) => [node, list.length])).toEqual([[0, 1]]);
    publish([[0, 1]]);
    publish([[0, 0]]);
    own.drain();
    expect(sent.map(({ node }) => node)).toEqual([0, 1]);
  });

  it('waits for its leader, for the end of its back-off, and for one of five requests', () => {
    const { publish, own, sent, batches, state, answer } = producer({ partitions: 1 });
    state.isLed = false;
    publish([[40, 0]]);
    batches[0]!.ready = true;
    own.drain();
    state.isLed = true;
    own.drain();
    expect(sent).toHaveLength(1);
    answer(0, false, 30);
    state.now = 29;
    own.drain();
    expect(sent).toHaveLength(1);
    for (let k = 0; k < 6; k++) publish([[40, 0]]);
    state.now = 30;
    own.drain();
    expect(sent.map(({ batches: [one] }) => one)).toEqual(
      [0, 0, 1, 2, 3, 4].map((k) => batches[k]),
    );
    answer(1, true);
    own.drain();
    expect(sent).toHaveLength(7);
  });

  it('of another acknowledgement, or sent before, takes no more messages', () => {
    const { publish, batches, own, answer } = producer({
      partitions: 1,
      batchBytes: 1000,
      bufferBytes: 1e5,
    });
    publish([[0, 0]], 'all');
    publish([[0, 0]], 1);
    publish([[0, 0]], 1);
    expect(batches.map(({ messages }) => messages)).toEqual([[0], [1, 2]]);
    batches[1]!.ready = batches[0]!.ready = true;
    own.drain();
    publish([[0, 0]], 1);
    expect(batches.map(({ messages }) => messages)).toEqual([[0], [1, 2], [3]]);
    batches[2]!.ready = true;
    own.drain();
    answer(2, false);
    publish([[0, 0]], 1);
    expect(batches).toHaveLength(4);
    // Its publisher is notified of the failure, and publishes at once.
    batches[3]!.settled = true;
    publish([[0, 0]], 1);
    expect(batches).toHaveLength(5);
  });

  it('lacks one before it that is not written, in its own partition', () => {
    const { publish, own, batches } = producer({ bufferBytes: 1e5 });
    publish([
      [40, 0],
      [40, 1],
      [40, 0],
      [40, 0],
    ]);
    const [first, , second, third] = batches;
    expect([first, second, third].map((batch) => own.lacks(batch!))).toEqual([false, true, true]);
    first!.copies = 1;
    expect([second, third].map((batch) => own.lacks(batch!))).toEqual([false, true]);
    first!.copies = 0;
    first!.visible = second!.visible = true;
    expect([second, third].map((batch) => own.lacks(batch!))).toEqual([false, false]);
    expect(own.lacks({ ...third! })).toBe(true);
    third!.visible = true;
    expect(own.lacks({ ...third! })).toBe(false);
  });
});

describe('messages without a key', () => {
  it('stay with a partition until a batch of it is full or sent, and come to all partitions', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const { publish, batches, own } = producer({
        partitions: 4,
        batchBytes: 120,
        bufferBytes: 1e5,
        seed,
      });
      for (let k = 0; k < 12; k++) publish([[0, -1]]);
      // 61 + 8 * 7 = 117 bytes: eight of them, and a ninth finds no room.
      expect(batches.map(({ messages }) => messages.length)).toEqual([8, 4]);
      batches[1]!.ready = true;
      own.drain();
      publish([[0, -1]]);
      expect(batches).toHaveLength(3);
      for (const { partition } of batches) seen.add(partition);
      // Another partition that is full or sent says nothing.
      const last = batches[2]!.partition;
      const other = (last + 1) % 4;
      publish([
        [40, other],
        [40, other],
      ]);
      for (const batch of batches) batch.ready = batch !== batches[2];
      own.drain();
      publish([[0, -1]]);
      expect(batches[2]!.messages).toHaveLength(2);
    }
    expect([...seen].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('a producer under load', () => {
  it('keeps order, sizes, memory and requests within their rules', () => {
    let refused = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const roll = dice(Math.imul(seed, 0x9e3779b1));
      const partitions = 1 + roll(3);
      const bufferBytes = 250 + roll(600);
      const world = producer({ partitions, bufferBytes, batchBytes: 80 + roll(80) });
      const { own, batches, sent, sizes, partitionOf, state, told, publish, answer } = world;
      const parcels: Send[] = [];
      const open: number[] = [];
      for (let step = 0; step < 120; step++) {
        state.now += roll(5) * MS * (roll(9) === 0 ? 30 : 1);
        const act = roll(6);
        if (act < 2) {
          const isKeyed = roll(3) > 0;
          const list = Array.from(
            { length: 1 + roll(3) },
            () => [roll(60), isKeyed ? roll(partitions) : -1] as const,
          );
          const { parcel, isThrough } = publish(list, ([0, 1, 'all'] as const)[roll(3)]);
          parcels.push(parcel);
          expect(isThrough).toBe(parcel.next === parcel.messages.length);
        } else if (act === 2) own.expire();
        else if (act === 3) for (const batch of batches) batch.ready ||= roll(2) === 0;
        else if (act === 4 && open.length > 0) {
          answer(open.splice(roll(open.length), 1)[0]!, roll(4) > 0, state.now + roll(9) * MS);
        }
        const before = sent.length;
        own.drain();
        for (let k = before; k < sent.length; k++) open.push(k);
        const alive = batches.filter(({ settled }) => !settled);
        const used = alive.reduce((sum, { memory }) => sum + memory, 0);
        expect(used <= bufferBytes || alive.length === 1).toBe(true);
        const underWay = [0, 1].map((own) => open.filter((k) => sent[k]!.node === own).length);
        expect(Math.max(...underWay)).toBeLessThanOrEqual(5);
        expect(alive.every(({ bytes, memory }) => bytes <= memory)).toBe(true);
      }
      refused += told.filter((line) => line.includes('refused')).length;
      // Each message is in one batch, of the partition of its key, with those of the same acknowledgement.
      const place = new Map(batches.flatMap((batch) => batch.messages.map((id) => [id, batch])));
      expect(batches.flatMap(({ messages }) => messages)).toHaveLength(place.size);
      for (const { messages, next, keyed, acks, ticket } of parcels) {
        for (let k = 0; k < messages.length; k++) {
          const batch = place.get(messages[k]!);
          expect(batch !== undefined).toBe(k < next);
          if (batch === undefined) continue;
          expect(batch.acks).toBe(acks);
          expect(batch.tickets).toContain(ticket);
          if (keyed) expect(batch.partition).toBe(partitionOf[messages[k]!]);
        }
      }
      for (const batch of batches) {
        expect(batch.messages.length).toBeGreaterThan(0);
        expect(new Set(batch.tickets).size).toBe(batch.tickets.length);
        const least = bytesOf(
          sizes,
          batch,
          batch.messages.map(() => 0),
        );
        expect(batch.bytes).toBeGreaterThanOrEqual(least);
        expect(batch.bytes).toBeLessThanOrEqual(least + 3 * batch.messages.length);
      }
      // With each request go the oldest of their partitions that are not under way.
      for (const { node, batches: list } of sent) {
        expect(list.every(({ partition }) => partition % 2 === node)).toBe(true);
        expect(new Set(list.map(({ partition }) => partition)).size).toBe(list.length);
      }
    }
    expect(refused).toBeGreaterThan(10);
  });
});
