import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import { DeliveryList } from '../../../src/model/modules/messaging/queues/delivery-list.js';
import { Entries } from '../../../src/model/modules/messaging/queues/entries.js';
import { dice } from '../../support/dice.js';
import { timetable } from '../../support/timetable.js';

describe('the entries of a queue', () => {
  it('are in the order in which they came, and the ready ones in that of their positions', () => {
    for (let seed = 0; seed < 10; seed++) {
      const roll = dice(seed);
      const entries = new Entries();
      const { ready } = entries;
      let list: number[] = [];
      let heap: number[] = [];
      const copies = new Set<number>();
      for (let k = 0; k < 800; k++) {
        const what = roll(10);
        if (what < 5 || list.length === 0) {
          const entry = entries.make(k, roll(9), roll(3) - 1);
          expect(entries.message[entry]).toBe(k);
          expect([entries.deliveries[entry], entries.failures[entry], entries.runs[entry]]).toEqual(
            [0, 0, 0],
          );
          expect(entries.follower[entry]).toBe(-1);
          expect(copies.has(entries.copyOf(entry))).toBe(false);
          copies.add(entries.copyOf(entry));
          entries.deliveries[entry] = entries.failures[entry] = entries.runs[entry] = 7;
          entries.follower[entry] = 3;
          list.push(entry);
          entries.position[entry] = roll(1e6) + k / 1000;
          ready.add(entry);
          heap.push(entry);
        } else if (what < 8 && heap.length > 0) {
          const entry = roll(2) === 0 ? ready.peek() : heap[roll(heap.length)];
          ready.remove(entry);
          heap = heap.filter((one) => one !== entry);
        } else {
          const entry = list[roll(list.length)];
          if (heap.includes(entry)) continue;
          const { [entry]: stamp } = entries.stamp;
          entries.free(entry);
          expect(entries.stamp[entry]).not.toBe(stamp);
          list = list.filter((one) => one !== entry);
        }
        expect(ready.length).toBe(heap.length);
        const first = [...heap].sort((a, b) => entries.position[a] - entries.position[b])[0] ?? -1;
        expect(ready.peek()).toBe(first);
        const seen: number[] = [];
        for (let at = entries.oldest; at >= 0; at = entries.newer[at]) seen.push(at);
        expect(seen).toEqual(list);
        expect(entries.newest).toBe(list.at(-1) ?? -1);
        expect(entries.slots.used).toBe(list.length);
      }
      const rest: number[] = [];
      for (let at = ready.peek(); at >= 0; at = ready.peek()) {
        rest.push(entries.position[at]);
        ready.remove(at);
      }
      expect(rest).toEqual([...rest].sort((a, b) => a - b));
      expect(rest.length).toBe(heap.length);
    }
  });
});

describe('deliveries in flight', () => {
  it('are overdue at their time, except for settled ones, and not while there is no leader', () => {
    for (let seed = 0; seed < 20; seed++) {
      const roll = dice(seed);
      const { at, run } = timetable();
      const entries = new Entries();
      const found: [number, number][] = [];
      const owner = {
        isHalted: false,
        overdue: (entry: number): void => {
          found.push([engine.now, entry]);
          list.remove(entry);
          open.delete(entry);
        },
      };
      const list: DeliveryList = new DeliveryList(entries, owner);
      const open = new Map<number, number>();
      const expected: [number, number][] = [];
      let time = 0;
      for (let k = 0; k < 40; k++) {
        time += 1 + roll(30);
        at(time, () => {
          const entry = entries.make(k, 0, -1);
          entries.due[entry] = engine.now + 100;
          open.set(entry, engine.now + 100);
          list.add(entry);
        });
        if (roll(2) === 0) continue;
        const settled = roll(k + 1);
        at(time + roll(50), () => {
          if (!open.delete(settled)) return;
          list.remove(settled);
          expected.push([-1, settled]);
        });
      }
      // Halted for a while in the middle: events due in this time are overdue at its end.
      const [from, until] = [200, 330];
      at(from, () => (owner.isHalted = true));
      at(until, () => {
        owner.isHalted = false;
        list.arm();
      });
      const made = new Map<number, number>();
      run(100_000);
      for (let entry = 0; entry < 40; entry++) made.set(entry, entries.due[entry]);
      const gone = new Set(expected.map(([, entry]) => entry));
      const all = [...made.keys()].filter((entry) => !gone.has(entry));
      expect(found.map(([, entry]) => entry).sort((a, b) => a - b)).toEqual(all);
      for (const [when, entry] of found) {
        const due = made.get(entry)!;
        expect(when).toBe(due >= from && due < until ? until : due);
      }
    }
  });
});
