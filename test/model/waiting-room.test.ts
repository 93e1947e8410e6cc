import { describe, expect, it } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { PHASE } from '../../src/kernel/phase.js';
import { frames } from '../../src/model/data/strands/frames.js';
import { Targets } from '../../src/model/resources/picking/targets.js';
import { WaitingRoom } from '../../src/model/data/instances/waiting-room.js';
import { PASS } from '../../src/contracts/outcome.js';
import type { PolicyState } from '../../src/contracts/patterns/policy.js';
import { alarmOn, timetable } from '../support/timetable.js';

/** A room whose calls wait for 100 ns; `open` is how many the door admits. */
function room() {
  const table = timetable();
  const told: string[] = [];
  const state = { open: 0 };
  const at = (time: number, act: () => void): void => table.at(time, act, PHASE.COMPLETION);
  const door = {
    admit: (frame: number): boolean => {
      if (state.open === 0) return false;
      state.open--;
      told.push(`${engine.now} admits ${frame}`);
      return true;
    },
    refuse: (frame: number): void => void told.push(`${engine.now} refuses ${frame}`),
  };
  const own = new WaitingRoom(100, door, (run) => alarmOn(table.at, run));
  return { own, told, state, at, run: () => table.run(10_000) };
}

describe('calls that wait for an instance', () => {
  it('are all refused once none could be served for the wait, and so are those that come then', () => {
    const { own, told, at, run } = room();
    at(0, () => expect(own.take(1)).toBe(true));
    at(60, () => expect(own.take(2)).toBe(true));
    at(150, () => {
      expect(own.isOccupied).toBe(false);
      expect(own.take(3)).toBe(false);
    });
    run();
    expect(told).toEqual(['100 refuses 1', '100 refuses 2']);
  });

  it('are served in turn, as many as there is room for, and the wait of the others begins again', () => {
    const { own, told, state, at, run } = room();
    at(0, () => {
      for (const frame of [1, 2, 3]) own.take(frame);
    });
    at(80, () => {
      state.open = 2;
      own.wake();
      own.wake();
    });
    run();
    expect(told).toEqual(['80 admits 1', '80 admits 2', '180 refuses 3']);
  });

  it('wait again after a refusal once an instance has been found', () => {
    const { own, told, at, run } = room();
    at(0, () => own.take(1));
    at(150, () => {
      expect(own.take(2)).toBe(false);
      own.found();
      expect(own.take(3)).toBe(true);
    });
    run();
    expect(told).toEqual(['100 refuses 1', '250 refuses 3']);
  });

  it('leave the clock running when they are given up', () => {
    const { own, told, at, run } = room();
    at(0, () => own.take(1));
    at(50, () => own.remove(1));
    at(70, () => own.take(2));
    run();
    expect(told).toEqual(['100 refuses 2']);
  });

  it('stop the clock when the door finds no instance, and when another call found one', () => {
    const { own, told, at, run } = room();
    at(0, () => own.take(1));
    at(50, () => own.remove(1));
    at(60, () => own.wake());
    at(90, () => own.take(2));
    at(120, () => own.found());
    at(300, () => own.take(3));
    at(350, () => own.reset());
    at(390, () => own.take(4));
    run();
    expect(told).toEqual(['490 refuses 2', '490 refuses 3', '490 refuses 4']);
  });

  it('are ten thousand at most', () => {
    const { own } = room();
    for (let frame = 0; frame < 10_000; frame++) expect(own.take(frame)).toBe(true);
    expect(own.take(10_000)).toBe(false);
    own.remove(77);
    expect(own.take(10_000)).toBe(true);
  });

  it('are not woken while none waits', () => {
    const { own, told, state, at, run } = room();
    at(0, () => {
      state.open = 5;
      own.wake();
    });
    run();
    expect([told, own.isOccupied]).toEqual([[], false]);
  });
});

describe('one state for each instance of a callee', () => {
  class Count implements PolicyState {
    entered = 0;
    resets = 0;
    busy = 0;
    readonly index: number;

    constructor(index: number) {
      this.index = index;
    }

    enter(): number {
      this.entered++;
      return PASS;
    }
    leave(_frame: number, _layer: number, outcome: number): number {
      return outcome + this.index;
    }
    cancel(): void {
      this.busy = -1;
    }
    held(): number {
      return this.busy;
    }
    reset(): void {
      this.resets++;
    }
  }

  const targets = (size: number, isLate: boolean, isResetLate: boolean) => {
    const made: Count[] = [];
    const own = new Targets({
      size,
      isLate,
      isResetLate,
      make: (index) => {
        const count = new Count(index);
        made.push(count);
        return count;
      },
    });
    return { own, made };
  };

  it('is made for all at once, or for the first and then as each is called', () => {
    expect(targets(70, false, true).made.map(({ index }) => index)).toEqual([...Array(70).keys()]);
    const { own, made } = targets(70, true, true);
    expect(made.map(({ index }) => index)).toEqual([0]);
    for (const place of [69, 31, 32, 69]) {
      frames.place[5] = place;
      own.enter(5, 0);
      expect(own.leave(5, 0, 100)).toBe(100 + place);
    }
    expect(made.map(({ index }) => index)).toEqual([0, 69, 31, 32]);
    expect(own.made().map((state) => (state as Count).index)).toEqual([0, 31, 32, 69]);
    expect(made.map(({ entered }) => entered)).toEqual([0, 2, 1, 1]);
  });

  it('has seen every reset, also where it was made later', () => {
    const { own, made } = targets(40, true, true);
    own.at(3);
    own.reset();
    own.forget(7);
    own.forget(7);
    own.forget(3);
    own.reset();
    own.at(7);
    own.at(8);
    expect(made.map(({ index, resets }) => [index, resets])).toEqual([
      [0, 2],
      [3, 3],
      [7, 4],
      [8, 2],
    ]);
  });

  it('is made by a reset or a restart where that would not be the same later', () => {
    const { own, made } = targets(3, true, false);
    own.forget(2);
    expect(made.map(({ index, resets }) => [index, resets])).toEqual([
      [0, 0],
      [2, 1],
    ]);
    own.reset();
    expect(made.map(({ index, resets }) => [index, resets])).toEqual([
      [0, 1],
      [2, 2],
      [1, 1],
    ]);
  });

  it('outlives the process that it is about while something is under way to that', () => {
    const { own, made } = targets(2, false, true);
    made[1].busy = 2;
    own.forget(1);
    own.forget(0);
    expect(made.map(({ resets }) => resets)).toEqual([1, 0]);
    expect(own.held()).toBe(2);
    const noted: number[] = [];
    own.each((state) => noted.push((state as Count).index));
    expect(noted).toEqual([0, 1]);
  });

  it('reports each that is made, also later', () => {
    const { own } = targets(40, true, true);
    const noted: number[] = [];
    own.each((state) => noted.push((state as Count).index));
    own.at(33);
    own.at(33);
    own.at(1);
    expect(noted).toEqual([0, 33, 1]);
  });
});
