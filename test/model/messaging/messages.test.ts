import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { derive, lineage, streamKey } from '../../../src/kernel/rng.js';
import { Messages } from '../../../src/model/modules/messaging/messages.js';
import { sink } from '../../../src/model/data/figures/sink.js';
import { OPERATION, strands } from '../../../src/model/data/strands/strands.js';
import type { World } from '../../../src/model/modules/world.js';
import { dice } from '../../support/dice.js';

type Pair = readonly [a: number, b: number];

/** The lineage that follows from one and a tag. */
const child = ([a, b]: Pair, tag: number): Pair => {
  derive(a, b, tag);
  return [lineage.a, lineage.b];
};

function columns({ goesBack = false, differs = true } = {}): Messages {
  return new Messages({
    plan: { faults: goesBack ? [{ knobs: ['redriven'] }] : [] },
    prioritised: differs,
    keys: { inSequence: differs, value: (key: number, strand: number) => 100 * key + strand },
  } as unknown as World);
}

/** A strand of a request; `trace` is the id of the traced request, 0 = none. */
function strandOf(trace = 0): number {
  const strand = strands.open(0, 11, 12);
  strands.rootA[strand] = 21;
  strands.rootB[strand] = 22;
  strands.request[strand] = 5;
  strands.priority[strand] = 3;
  strands.arrival[strand] = 77;
  strands.traceRoot[strand] = trace;
  strands.trace[strand] = 900;
  return strand;
}

const keyOf = ([a, b]: Pair): number => (a & 0x1fffff) * 2 ** 32 + (b >>> 0);

/** All that is known of a message. */
const all = (own: Messages, message: number) => ({
  lineage: [own.lineageA[message], own.lineageB[message]],
  root: [own.rootA[message], own.rootB[message]],
  request: own.request[message],
  priority: own.priority[message],
  arrival: own.arrival[message],
  published: own.published[message],
  cell: own.cell[message],
  key: own.key[message],
  bytes: own.bytes[message],
  effects: own.effects[message],
  poison: own.poison[message],
  gone: own.truncated[message],
  trace: own.traces.get(message),
});

beforeEach(() => {
  engine.reset();
  strands.reset();
  engine.now = 1000;
  sink.cell = 4;
});

afterEach(() => {
  sink.cell = -1;
});

describe('a message', () => {
  it('is that of the request in whose tree it was published', () => {
    const own = columns();
    const strand = strandOf(8);
    const line = child([11, 12], 6);
    expect(all(own, own.ofStrand(strand, 6, -1))).toEqual({
      lineage: [...line],
      root: [21, 22],
      request: 5,
      priority: 3,
      arrival: 77,
      published: 1000,
      cell: 4,
      key: keyOf(line),
      bytes: 0,
      effects: 0,
      poison: 0,
      gone: 0,
      trace: [8, 900, 0],
    });
    expect(own.key[own.ofStrand(strand, 7, 0)]).toBe(strand);
    expect(own.key[own.ofStrand(strand, 7, 2)]).toBe(200 + strand);
    expect(own.traces.get(own.ofStrand(strandOf(), 7, 2))).toBeUndefined();
  });

  it('has no priority and no number where requests do not differ', () => {
    const own = columns({ differs: false });
    const message = own.ofStrand(strandOf(), 6, -1);
    expect([own.priority[message], own.arrival[message]]).toEqual([0, 0]);
  });

  it('without a parent is a request of its own', () => {
    const own = columns();
    const message = own.withoutRequest(31, 32, 9);
    const line = [...child([31, 32], 9)];
    expect(all(own, message)).toMatchObject({ lineage: line, root: line, request: 0 });
    expect(own.key[message]).toBe(keyOf(child([31, 32], 9)));
    expect(own.rootKey(message)).toBe(own.key[message]);
  });

  it('has an age', () => {
    const own = columns();
    const message = own.withoutRequest(1, 2, 3);
    engine.now = 1750;
    expect(own.age(message)).toBe(750);
  });

  it('has a slot while it is held, without state of the previous holder', () => {
    const own = columns();
    const other = own.withoutRequest(1, 2, 8);
    const message = own.ofStrand(strandOf(8), 6, -1);
    own.holders[message] = 2;
    own.effect(message, 3);
    own.giveUp(message, 2);
    own.giveUp(other, 2);
    own.poison[message] = own.truncated[message] = 1;
    own.bytes[message] = 10;
    own.copies.add(message);
    own.copies.add(message);
    expect(own.copies.outlive(message, 1, 5)).toBe(true);
    own.release(message);
    expect(own.slots.has(message)).toBe(true);
    own.release(message);
    expect(own.slots.has(message)).toBe(false);
    const next = own.withoutRequest(1, 2, 9);
    expect(next).toBe(message);
    expect(all(own, next)).toMatchObject({
      priority: 0,
      arrival: 0,
      bytes: 0,
      effects: 0,
      poison: 0,
      gone: 0,
      trace: undefined,
    });
    expect(own.holders[next]).toBe(0);
    // Two copies of it: removing the first one leaves the other.
    own.copies.add(next);
    expect(own.copies.areSeveral(next)).toBe(false);
    own.copies.add(next);
    expect(own.loses(next, 1, 5)).toBe(false);
    expect(own.loses(next, 1, 6)).toBe(true);
    // The other one is released in its own slot.
    expect(own.loses(other, 2, 1)).toBe(false);
    expect(own.loses(next, 2, 1)).toBe(false);
    expect(own.loses(next, 2, 2)).toBe(true);
  });
});

describe('a copy of a message', () => {
  it('is the same request, key, size and trace, with a lineage of its own, and nothing that has happened', () => {
    const own = columns();
    const message = own.ofStrand(strandOf(8), 6, 2);
    own.bytes[message] = 40;
    own.effect(message, 1);
    own.poison[message] = 2;
    const before = all(own, message);
    engine.now = 5000;
    const copy = own.copyOf(message);
    const line = all(own, copy).lineage;
    expect(line).not.toEqual(before.lineage);
    expect(all(own, copy)).toEqual({
      ...before,
      lineage: line,
      published: 5000,
      effects: 0,
      poison: 0,
    });
    // Again and again it is the same one.
    expect(all(own, own.copyOf(message)).lineage).toEqual(line);
  });

  it('that goes back is what it was, with its poison unless that is repaired', () => {
    const own = columns({ goesBack: true });
    const told: number[] = [];
    own.whenRestored.push((message) => told.push(message));
    const message = own.withoutRequest(1, 2, 3);
    own.effect(message, 4);
    own.poison[message] = 2;
    const letter = own.copyOf(message);
    expect([own.effects[letter], own.poison[letter]]).toEqual([0, 0]);
    const [ill, well] = [own.restored(letter, false), own.restored(letter, true)];
    expect([own.effects[ill], own.poison[ill]]).toEqual([1 << 4, 2]);
    expect([own.effects[well], own.poison[well]]).toEqual([1 << 4, 0]);
    expect(told).toEqual([ill, well]);
  });
});

describe('what a handler runs for', () => {
  it('has one call by message and group, and a lineage for each run', () => {
    const own = columns();
    const message = own.ofStrand(strandOf(8), 6, 2);
    const line: Pair = [own.lineageA[message]!, own.lineageB[message]!];
    for (const [group, number, operation] of [
      [0, 1, OPERATION.handler],
      [0, 2, OPERATION.again],
      [5, 1, OPERATION.handler],
    ] as const) {
      const call = child(line, group);
      const [lineageA, lineageB] = child(call, number);
      expect({ ...own.context(message, group, number) }).toEqual({
        callA: call[0],
        callB: call[1],
        operation,
        operationA: call[0],
        operationB: call[1],
        lineageA,
        lineageB,
        rootA: 21,
        rootB: 22,
        request: 5,
        priority: 3,
        arrival: 77,
        attempt: number,
        messages: 1,
        level: 0,
        traceRoot: 8,
        traceOrigin: 0,
        traceConsumer: 0,
        traceLinks: null,
        traceParent: 900,
        deadline: Infinity,
      });
    }
    expect(own.context(message, 0, 9, 2).attempt).toBe(2);
    own.handles(4);
    expect(own.contextOf(1, 2, 3).messages).toBe(1);
    // A look into the inbox has no effect, and a copy has the operation of the original.
    const [other, copy] = [own.withoutRequest(1, 2, 9), own.copyOf(message)];
    expect(own.context(other, 0, 1, 1, false).operation).toBe(OPERATION.ofTask);
    expect(own.context(other, 0, 2).operation).toBe(OPERATION.handler);
    expect(own.context(copy, 7, 1).operation).toBe(OPERATION.again);
    const plain = own.context(own.withoutRequest(1, 2, 3), 0, 1);
    expect([plain.traceRoot, plain.traceParent]).toEqual([0, 0]);
    own.context(message, 0, 1);
    // A message without a parent request is a request of its own, even after lookups of others.
    const [a, b] = child([41, 42], 7);
    expect({ ...own.contextOf(41, 42, 7) }).toMatchObject({
      operation: 0,
      callA: a,
      callB: b,
      lineageA: a,
      lineageB: b,
      rootA: a,
      rootB: b,
      request: 0,
      priority: 0,
      arrival: 0,
      attempt: 1,
      level: 0,
      traceRoot: 0,
      traceOrigin: 0,
      traceConsumer: 0,
      traceLinks: null,
      traceParent: 0,
      deadline: Infinity,
    });
  });
});

describe('effects in groups', () => {
  it('happen, are given up, or are lost with the last copy that goes: once in each group', () => {
    const own = columns();
    const roll = dice(12_345_678);
    const messages = Array.from({ length: 30 }, (_, k) => own.withoutRequest(1, 2, k));
    const copies = messages.map((message) => {
      const count = 1 + roll(3);
      for (let k = 0; k < count; k++) own.copies.add(message);
      return count;
    });
    const had = new Set<string>();
    const over = new Set<string>();
    const gone = new Map<string, Set<number>>();
    let losses = 0;
    for (let k = 0; k < 1500; k++) {
      const at = roll(messages.length);
      const [message, group] = [messages[at]!, roll(3)];
      const name = `${at}/${group}`;
      const act = roll(20);
      if (act === 0) {
        expect(own.effect(message, group)).toBe(had.has(name));
        had.add(name);
      } else if (act === 1) {
        own.giveUp(message, group);
        over.add(name);
      } else {
        const copy = roll(copies[at]!);
        const isOver = had.has(name) || over.has(name);
        if (!isOver) gone.set(name, (gone.get(name) ?? new Set()).add(copy));
        const isLost = !isOver && gone.get(name)!.size === copies[at];
        expect(own.loses(message, group, copy)).toBe(isLost);
        if (isLost) over.add(name);
        losses += isLost ? 1 : 0;
      }
      expect(own.hadEffect(message, group)).toBe(had.has(name));
    }
    expect(losses).toBeGreaterThan(20);
  });

  it('that were given up stay so for a message that was put away', () => {
    const own = columns();
    const [message, other] = [own.withoutRequest(1, 2, 3), own.withoutRequest(1, 2, 4)];
    own.copies.add(message);
    // The first one to be released is released while others are packed away.
    const early = own.packed.pack(Int32Array.of(other), 1);
    own.giveUp(message, 2);
    const bundle = own.packed.pack(Int32Array.of(message, other), 2);
    own.drop(message);
    own.drop(other);
    const [back, same, first] = [
      own.packed.unpack(bundle, 0),
      own.packed.unpack(bundle, 1),
      own.packed.unpack(early, 0),
    ];
    expect(own.loses(back, 2, 1)).toBe(false);
    expect(own.loses(back, 1, 1)).toBe(true);
    expect(own.loses(same, 2, 1)).toBe(true);
    expect([own.loses(first, 2, 1), own.loses(first, 0, 1)]).toEqual([true, true]);
  });
});

describe('messages that were put away', () => {
  it('come back as they were, in whatever slots, also when there are more than before', () => {
    const own = columns();
    const list = Array.from({ length: 600 }, (_, k) => {
      const message = own.ofStrand(strandOf(k % 3 === 0 ? 100 + k : 0), k, (k % 4) - 1);
      own.bytes[message] = k;
      if (k % 5 === 0) own.effect(message, k % 30);
      own.poison[message] = k % 4;
      own.truncated[message] = k % 2;
      for (let n = 0; n <= k % 3; n++) own.copies.add(message);
      return message;
    });
    const before = list.map((message) => all(own, message));
    const bundle = own.packed.pack(Int32Array.from(list), list.length);
    for (const message of list) own.drop(message);
    expect([own.slots.used, own.packed.count]).toEqual([0, 600]);
    for (let k = 599; k >= 0; k--) {
      const message = own.packed.unpack(bundle, k);
      expect(all(own, message)).toEqual(before[k]);
      expect(own.copies.areSeveral(message)).toBe(k % 3 > 0);
    }
    expect([own.slots.used, own.packed.count]).toEqual([600, 0]);
  });
});

describe('messages that cannot be handled', () => {
  const share = (
    effect: 'error' | 'crash' | 'hang',
    of: number,
    restartNs: number | null = null,
  ) => ({
    effect,
    share: of,
    restartNs,
    key: streamKey(1, 0, effect),
  });

  it('are as many as the share says; the last of several faults decides how', () => {
    const own = columns();
    const list = Array.from({ length: 2000 }, (_, k) => own.withoutRequest(3, 4, k));
    const shares = [share('error', 0.5), share('crash', 0.25, 7), share('crash', 0.25, 7)];
    for (const message of list) own.taint(message, shares);
    // Draws of the same key are the same ones.
    const kinds = list.map((message) => own.poison[message]);
    expect(own.poisons).toEqual([
      { effect: 'error', restartNs: null },
      { effect: 'crash', restartNs: 7 },
    ]);
    const count = (kind: number): number => kinds.filter((one) => one === kind).length / 2000;
    expect(count(0)).toBeCloseTo(0.5 * 0.75, 1);
    expect(count(1)).toBeCloseTo(0.5 * 0.75, 1);
    expect(count(2)).toBeCloseTo(0.25, 1);
    own.taint(list[0]!, [share('crash', 1, 9)]);
    own.taint(list[1]!, [share('hang', 1, 9)]);
    own.taint(list[2]!, [share('crash', 1, 7)]);
    expect([0, 1, 2].map((k) => own.poison[list[k]!])).toEqual([3, 4, 2]);
    expect(own.poisons).toHaveLength(4);
  });
});
