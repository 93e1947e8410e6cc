import { describe, expect, it } from 'vitest';
import { engine } from '../../../src/kernel/engine.js';
import type { Deaths } from '../../../src/model/modules/messaging/deaths.js';
import { Entries } from '../../../src/model/modules/messaging/queues/entries.js';
import { DOOR } from '../../../src/model/modules/messaging/queues/door.js';
import { Letters } from '../../../src/model/modules/messaging/queues/letters.js';
import { timetable } from '../../support/timetable.js';

const TIMEOUT = 100;

/** The letters of a queue whose worker takes two at a time; `door` answers, and a letter takes `latency`. */
function worker({ door = DOOR.taken as number, latency = 0, cycle = false } = {}) {
  const clock = timetable();
  const entries = new Entries();
  const state = { door, isHalted: false };
  const told: string[] = [];
  const tell = (text: string): void => void told.push(`${engine.now} ${text}`);
  const spec = { mostUnconfirmed: 2, confirmTimeoutNs: TIMEOUT };
  // A letter with the list of deaths 1 has died in its target.
  const history = { isCycle: (list: number) => list === 1 } as unknown as Deaths;
  const letters = new Letters(spec, entries, history, {
    get isHalted() {
      return state.isHalted;
    },
    watch: {
      offer: (target, message) => {
        tell(`offers ${message}`);
        expect(target).toBe(9);
        return state.door;
      },
      latencyNs: () => latency,
    },
    deadLettered: 0,
    remove: (entry) => {
      tell(`settles ${entries.message[entry]}`);
      entries.free(entry);
    },
  });
  const add = (message: number): void => {
    letters.add(entries.make(message, 0, -1), 9, cycle ? 1 : 0);
  };
  return { ...clock, letters, state, told, add };
}

describe('dead letters that are kept until they are confirmed', () => {
  it('leave with their confirmation, two at a time, in their order', () => {
    const { at, add, run, told, letters } = worker({ latency: 30 });
    at(10, () => [1, 2, 3].forEach(add));
    run(500);
    expect(told).toEqual([
      '40 offers 1',
      '40 settles 1',
      '40 offers 2',
      '40 settles 2',
      '70 offers 3',
      '70 settles 3',
    ]);
    expect(letters.length).toBe(0);
  });

  it('are offered again at the tick at which their time limit has passed', () => {
    // The timer starts with letter 1 at 10. At 110 letter 2, sent at 60, is too young.
    const { at, add, run, told, state } = worker({ door: DOOR.rejected });
    at(10, () => add(1));
    at(60, () => add(2));
    at(150, () => (state.door = DOOR.taken));
    run(900);
    expect(told).toEqual([
      '10 offers 1',
      '60 offers 2',
      '110 offers 1',
      '210 offers 1',
      '210 settles 1',
      '210 offers 2',
      '210 settles 2',
    ]);
  });

  it('hold the places of the worker while they have no way', () => {
    const { at, add, run, told, letters } = worker({ door: DOOR.absent });
    at(0, () => [1, 2, 3].forEach(add));
    run(250);
    expect(told.filter((text) => text.endsWith('3'))).toEqual([]);
    expect(told.filter((text) => text.endsWith('1'))).toEqual([
      '0 offers 1',
      '100 offers 1',
      '200 offers 1',
    ]);
    expect(letters.length).toBe(3);
  });

  it('are never offered in a cycle', () => {
    const { at, add, run, told, letters } = worker({ cycle: true });
    at(0, () => add(1));
    run(350);
    expect([told, letters.length]).toEqual([[], 1]);
  });

  it('go to a new leader of the target at once', () => {
    const { at, add, run, told, state, letters } = worker({ door: DOOR.waits });
    at(0, () => add(1));
    at(30, () => {
      state.door = DOOR.taken;
      letters.targetLed();
    });
    run(500);
    expect(told).toEqual(['0 offers 1', '30 offers 1', '30 settles 1']);
  });

  it('are sent again by the worker of a new leader, also those that arrive meanwhile', () => {
    const { at, add, run, told, state, letters } = worker({ latency: 30 });
    at(0, () => [1, 2, 3].forEach(add));
    at(10, () => {
      state.isHalted = true;
      letters.lost();
    });
    at(100, () => {
      state.isHalted = false;
      letters.led();
    });
    run(900);
    expect(told.map((text) => text.replace('offers', 'o').replace('settles', 's'))).toEqual([
      '30 o 1',
      '30 o 2',
      '130 o 1',
      '130 s 1',
      '130 o 2',
      '130 s 2',
      '160 o 3',
      '160 s 3',
    ]);
  });

  it('wait with their confirmation for a majority of the source, or arrive twice', () => {
    for (const isLost of [false, true]) {
      const { at, add, run, told, state, letters } = worker({ latency: 30 });
      at(0, () => add(1));
      at(10, () => (state.isHalted = true));
      at(50, () => {
        if (isLost) letters.lost();
      });
      at(100, () => {
        state.isHalted = false;
        letters.led();
      });
      run(900);
      expect(told).toEqual(
        isLost
          ? ['30 offers 1', '130 offers 1', '130 settles 1']
          : ['30 offers 1', '100 settles 1'],
      );
    }
  });
});
