import { afterEach, describe, expect, it } from 'vitest';
import { engine, INSTANT_LIMIT } from '../../src/kernel/engine.js';
import { invariant } from '../../src/kernel/invariant.js';
import { PHASE } from '../../src/kernel/phase.js';
import { borrowFrom } from '../../src/kernel/room.js';
import { HORIZON_MAX_NS } from '../../src/kernel/time.js';

/** Events from which the last ones of an instant are remembered. */
const SUSPECT = 900_000;

/** An engine as new, with a handler that writes down (now, target, a, b). */
function recorder(slots?: number) {
  engine.reset(slots);
  const log: number[][] = [];
  const op = engine.define('write', (target, a, b) => void log.push([engine.now, target, a, b]));
  return { log, op, targets: () => log.map((entry) => entry[1]) };
}

/** A chain of events at one instant in a phase, each scheduled by the one before. */
function chain(name: string, phase: number): number {
  const op: number = engine.define(name, (left) => {
    if (left > 1) engine.soon(phase, op, left - 1, 0, 0);
  });
  return op;
}

describe('an engine that is wound back', () => {
  it('is as new, whatever it was in the middle of', () => {
    const { op } = recorder(4);
    const owner = { stamp: new Int32Array(100) };
    engine.useLanes = false;
    engine.renumberEvery = 3;
    engine.define('more', () => {});
    engine.boundaries(Float64Array.of(3, 9), () => {});
    for (let k = 0; k < 50; k++) engine.arm(engine.lane(k, k % 6, op, owner), k, 0);
    engine.useLanes = true;
    for (let k = 50; k < 100; k++) engine.arm(engine.lane(7, k % 6, op, owner), k, 0);
    engine.at(
      5,
      PHASE.RETRY,
      engine.define('halt', () => engine.halt()),
      0,
      0,
      0,
    );
    expect(engine.run(HORIZON_MAX_NS, Infinity)).toBe('halted');
    for (let phase = 0; phase < 6; phase++) engine.soon(phase, op, phase, 0, 0);
    engine.note(1, 2);
    engine.halt();

    engine.reset();
    expect([engine.now, engine.phase, engine.digest, engine.events]).toEqual([0, 0, 0, 0]);
    expect([engine.heapEvents, engine.peakPending, engine.pending]).toEqual([0, 0, 0]);
    expect([engine.useLanes, engine.renumberEvery]).toEqual([true, Infinity]);
    expect([engine.recent(), engine.moment()]).toEqual([[], '']);
    expect(engine.run(100, Infinity)).toBe('drained');
    expect([engine.now, engine.events]).toEqual([0, 0]);
    // Two handlers are its own, and the first lane is number 0.
    expect(engine.define('first', () => {})).toBe(2);
    expect(engine.lane(7, 1, 2, owner).id).toBe(0);
  });

  it('runs again after an event that broke a law', () => {
    engine.reset();
    engine.at(
      7,
      PHASE.TIMER,
      engine.define('broken', () => invariant(false, 'planted')),
      0,
      0,
      0,
    );
    expect(() => engine.run(10, Infinity)).toThrow(/planted/);
    const { op, targets } = recorder();
    engine.at(3, PHASE.TIMER, op, 8, 0, 0);
    expect(engine.run(10, Infinity)).toBe('drained');
    expect(targets()).toEqual([8]);
  });

  it('calls no boundary of the run before', () => {
    engine.reset();
    let calls = 0;
    engine.boundaries(Float64Array.of(0, 5), () => void calls++);
    engine.reset();
    engine.run(10, Infinity);
    expect(calls).toBe(0);
  });
});

describe('what an event is handed', () => {
  it('is target, a and b, with every bit, by each way', () => {
    const words = [0, 1, -1, 2_147_483_647, -2_147_483_648];
    const { log, op } = recorder();
    for (const [k, word] of words.entries()) {
      engine.at(5, PHASE.TIMER, op, word, words[(k + 1) % 5], words[(k + 2) % 5]);
      engine.soon(PHASE.TIMER, op, word, words[(k + 1) % 5], words[(k + 2) % 5]);
    }
    engine.run(5, Infinity);
    const rows = words.map((word, k) => [word, words[(k + 1) % 5]!, words[(k + 2) % 5]!]);
    expect(log).toEqual([...rows.map((row) => [0, ...row]), ...rows.map((row) => [5, ...row])]);
  });

  it('is index, stamp and 0 for a timer, in a lane, in the queue and at once', () => {
    for (const useLanes of [true, false]) {
      for (const delay of [0, 4]) {
        const { log, op } = recorder();
        engine.useLanes = useLanes;
        const owner = { stamp: Int32Array.of(6, 7, 8) };
        const lane = engine.lane(delay, PHASE.TIMER, op, owner);
        for (const index of [0, 1, 2]) engine.arm(lane, index, owner.stamp[index]!);
        owner.stamp[1]!++;
        expect(engine.pending).toBe(3);
        expect(engine.run(4, Infinity)).toBe('drained');
        expect(log).toEqual([
          [delay, 0, 6, 0],
          [delay, 2, 8, 0],
        ]);
        expect([engine.events, engine.heapEvents]).toEqual([2, delay === 0 ? 0 : 2]);
      }
    }
  });
});

describe('the number of events that wait', () => {
  it('counts each timer of a lane until it has fired or been found dead', () => {
    const { op } = recorder();
    const owner = { stamp: new Int32Array(20) };
    const lane = engine.lane(10, PHASE.TIMER, op, owner);
    const pending: number[] = [];
    const look = engine.define('look', () => void pending.push(engine.pending));
    for (let k = 0; k < 5; k++) engine.at(10 * k + 11, PHASE.SAMPLE, look, 0, 0, 0);
    // Timers at 10, 20, 30 and 40, armed one by one.
    const next: number = engine.define('next', (index) => {
      engine.arm(lane, index, 0);
      if (index < 3) engine.at(engine.now + 10, PHASE.ARRIVAL, next, index + 1, 0, 0);
    });
    engine.soon(PHASE.ARRIVAL, next, 0, 0, 0);
    expect(engine.pending).toBe(6);
    engine.run(100, Infinity);
    // Each look leaves the later looks; up to the third one, a timer and the event that arms the next.
    expect(pending).toEqual([6, 5, 3, 1, 0]);
    expect(engine.peakPending).toBe(7);
  });

  it('falls by all the dead that lie behind the head of a lane', () => {
    const { op, targets } = recorder();
    const owner = { stamp: new Int32Array(6) };
    const lane = engine.lane(10, PHASE.TIMER, op, owner);
    for (let index = 0; index < 6; index++) engine.arm(lane, index, 0);
    expect([engine.pending, engine.peakPending]).toEqual([6, 6]);
    for (const index of [1, 2, 4]) owner.stamp[index]!++;
    const seen: number[] = [];
    for (const budget of [1, 1, 1]) {
      engine.run(10, budget);
      seen.push(engine.pending);
    }
    // 0 fires and takes 1 and 2 along, 3 takes 4.
    expect([targets(), seen]).toEqual([
      [0, 3, 5],
      [3, 1, 0],
    ]);
    expect(engine.peakPending).toBe(6);
  });

  it('has its peak where most waited, counted when an event or a timer is scheduled for later', () => {
    const { op } = recorder();
    const owner = { stamp: new Int32Array(4) };
    for (let k = 0; k < 3; k++) engine.at(1 + k, PHASE.ARRIVAL, op, k, 0, 0);
    engine.soon(PHASE.ARRIVAL, op, 9, 0, 0);
    for (let k = 0; k < 4; k++) engine.arm(engine.lane(2, PHASE.TIMER, op, owner), k, 0);
    expect([engine.peakPending, engine.pending]).toEqual([7, 8]);
    engine.run(100, Infinity);
    engine.at(200, PHASE.ARRIVAL, op, 0, 0, 0);
    expect([engine.peakPending, engine.pending]).toEqual([7, 1]);
  });
});

describe('the end of each of several runs', () => {
  it('includes events and boundaries at its horizon, and none behind it', () => {
    const { log, op } = recorder();
    const passed: number[] = [];
    for (const time of [10, 11, 12]) engine.at(time, PHASE.ARRIVAL, op, time, 0, 0);
    engine.boundaries(Float64Array.of(9, 10, 11, 12, 13), () => void passed.push(engine.now));
    expect(engine.run(10, Infinity)).toBe('horizon');
    expect([passed, log.length, engine.now]).toEqual([[9, 10], 1, 10]);
    expect(engine.run(11, Infinity)).toBe('horizon');
    expect([passed, log.length, engine.now]).toEqual([[9, 10, 11], 2, 11]);
    expect(engine.run(HORIZON_MAX_NS, Infinity)).toBe('drained');
    expect([passed, log.length, engine.now]).toEqual([[9, 10, 11, 12, 13], 3, 13]);
  });

  it('is at most the last moment there is', () => {
    const { op, targets } = recorder();
    engine.at(HORIZON_MAX_NS, PHASE.ARRIVAL, op, 1, 0, 0);
    expect(engine.run(Infinity, Infinity)).toBe('drained');
    expect([targets(), engine.now]).toEqual([[1], HORIZON_MAX_NS]);
    engine.reset();
    engine.boundaries(Float64Array.of(5, HORIZON_MAX_NS + 1), () => {});
    expect([engine.run(Infinity, Infinity), engine.now]).toEqual(['drained', 5]);
  });

  it('comes after as many events as this run may have, also when the run before ended otherwise', () => {
    const { op, targets } = recorder();
    for (let k = 0; k < 12; k++) engine.at(k + 1, PHASE.ARRIVAL, op, k, 0, 0);
    const ends: unknown[] = [];
    ends.push([engine.run(2, Infinity), engine.events]);
    ends.push([engine.run(100, 3), engine.events]);
    ends.push([engine.run(100, 3), engine.events]);
    ends.push([engine.run(100, 0), engine.events]);
    ends.push([engine.run(100, 4), engine.events]);
    ends.push([engine.run(100, 1), engine.events]);
    expect(ends).toEqual([
      ['horizon', 2],
      ['budget', 5],
      ['budget', 8],
      ['budget', 8],
      ['budget', 12],
      ['drained', 12],
    ]);
    expect(targets()).toHaveLength(12);
  });

  it('puts a boundary before what is due at the same moment, also where a run begins', () => {
    const { log, op } = recorder();
    const passed: number[][] = [];
    engine.boundaries(Float64Array.of(0, 10), (k) => void passed.push([k, log.length]));
    engine.soon(PHASE.FAULT, op, 1, 0, 0);
    engine.at(10, PHASE.FAULT, op, 2, 0, 0);
    engine.run(10, Infinity);
    engine.boundaries(Float64Array.of(10, 12), (k) => void passed.push([k, log.length]));
    engine.soon(PHASE.FAULT, op, 3, 0, 0);
    engine.run(20, Infinity);
    expect(passed).toEqual([
      [0, 0],
      [1, 1],
      [0, 2],
      [1, 3],
    ]);
  });

  it('can be moved by boundaries that an event sets', () => {
    const { op } = recorder();
    const passed: number[] = [];
    const set = engine.define('set', () =>
      engine.boundaries(Float64Array.of(4, 6), () => void passed.push(engine.now)),
    );
    engine.at(3, PHASE.FAULT, set, 0, 0, 0);
    engine.at(5, PHASE.FAULT, op, 0, 0, 0);
    engine.run(5, Infinity);
    expect(passed).toEqual([4]);
  });

  it('cannot begin inside another run, nor before now', () => {
    engine.reset();
    const nested = engine.define('nested', () => engine.run(10, Infinity));
    engine.at(5, PHASE.FAULT, nested, 0, 0, 0);
    expect(() => engine.run(10, Infinity)).toThrow(/a run goes on from where it stopped/);
    recorder();
    engine.run(9, Infinity);
    const { op } = recorder();
    engine.at(9, PHASE.FAULT, op, 0, 0, 0);
    engine.run(9, Infinity);
    expect(() => engine.run(8, Infinity)).toThrow(/a run goes on from where it stopped/);
  });
});

describe('the last events of an instant that runs over', () => {
  it('are forgotten by the next run', () => {
    engine.reset();
    engine.at(5, PHASE.ARRIVAL, chain('loop', PHASE.ARRIVAL), 2 * INSTANT_LIMIT, 0, 0);
    expect(engine.run(10, Infinity)).toBe('instant');
    expect(engine.recent()).toHaveLength(64);
    expect(engine.run(10, 5)).toBe('budget');
    expect(engine.recent()).toEqual([]);
  });

  it('are known from the 900,000th on', () => {
    engine.reset();
    const op = chain('loop', PHASE.ARRIVAL);
    engine.at(5, PHASE.ARRIVAL, op, SUSPECT + 1, 0, 0);
    expect(engine.run(10, Infinity)).toBe('drained');
    expect(engine.recent()).toEqual([{ op: 'loop', target: 1 }]);
    engine.at(6, PHASE.ARRIVAL, op, SUSPECT + 3, 0, 0);
    engine.run(10, Infinity);
    expect(engine.recent().map(({ target }) => target)).toEqual([3, 2, 1]);
  });

  it('are none where the instant ends with the 900,000th, whether anything comes later or not', () => {
    for (const later of [0, 1]) {
      engine.reset();
      const op = chain('loop', PHASE.ARRIVAL);
      engine.soon(PHASE.ARRIVAL, op, SUSPECT, 0, 0);
      if (later > 0) engine.at(8, PHASE.ARRIVAL, op, 1, 0, 0);
      expect(engine.run(10, Infinity)).toBe('drained');
      expect([engine.events, engine.recent()]).toEqual([SUSPECT + later, []]);
    }
  });

  it('do not hinder an event that halts the run among them', () => {
    engine.reset();
    const op: number = engine.define('loop', (left) => {
      engine.soon(PHASE.ARRIVAL, op, left - 1, 0, 0);
      if (left === 1) engine.halt();
    });
    engine.soon(PHASE.ARRIVAL, op, SUSPECT + 10, 0, 0);
    expect(engine.run(10, Infinity)).toBe('halted');
    expect(engine.events).toBe(SUSPECT + 10);
  });

  it('are named by the timer that fires, whichever way it waited', () => {
    const ways: readonly (readonly [delay: number, useLanes: boolean])[] = [
      [3, true],
      [3, false],
      [0, true],
    ];
    for (const [delay, useLanes] of ways) {
      engine.reset();
      engine.useLanes = useLanes;
      const owner = { stamp: new Int32Array(SUSPECT + 3) };
      const lane = engine.lane(
        delay,
        PHASE.TIMER,
        engine.define('expiry', () => {}),
        owner,
      );
      for (let index = 0; index < SUSPECT + 3; index++) engine.arm(lane, index, 0);
      expect(engine.run(10, Infinity)).toBe('drained');
      const last = [0, 1, 2].map((k) => ({ op: 'expiry', target: SUSPECT + k }));
      expect(engine.recent()).toEqual(last);
    }
  });

  it('are in the order of their phases, whether they waited or are due at once', () => {
    const { op } = recorder();
    // State at the last event of the chain: one waiting event and one due event, in three phases.
    const mixed = [PHASE.TIMER, PHASE.RETRY, PHASE.ARRIVAL];
    const start: number = engine.define('start', (left) => {
      if (left > 1) engine.soon(PHASE.COMPLETION, start, left - 1, 0, 0);
      else for (const phase of mixed) engine.soon(phase, op, 10 * phase + 1, 0, 0);
    });
    engine.at(5, PHASE.COMPLETION, start, SUSPECT, 0, 0);
    for (const phase of mixed) engine.at(5, phase, op, 10 * phase, 0, 0);
    engine.run(10, Infinity);
    expect(engine.recent().map(({ target }) => target)).toEqual([20, 21, 30, 31, 40, 41]);
  });

  it('are those since the instant began, which a boundary can be as well as an event', () => {
    engine.reset();
    const op = chain('loop', PHASE.ARRIVAL);
    // 600,000 at 4 ns; at the boundary of 5 ns another 600,000 begin.
    engine.boundaries(Float64Array.of(5), () => engine.soon(PHASE.ARRIVAL, op, 600_000, 0, 0));
    engine.at(4, PHASE.ARRIVAL, op, 600_000, 0, 0);
    expect(engine.run(10, Infinity)).toBe('drained');
    expect([engine.events, engine.recent()]).toEqual([1_200_000, []]);
  });

  it('are counted from zero by each run, so that a run can continue where it was cut off', () => {
    engine.reset();
    engine.soon(PHASE.ARRIVAL, chain('loop', PHASE.ARRIVAL), INSTANT_LIMIT + 500_000, 0, 0);
    expect(engine.run(10, 600_000)).toBe('budget');
    expect(engine.run(10, Infinity)).toBe('drained');
    expect(engine.recent()).toEqual([]);
  });
});

describe('the memory of a thread', () => {
  afterEach(() => borrowFrom(null));

  it('ends the run where it is used up', () => {
    const { op } = recorder();
    for (let k = 1; k < 10; k++) engine.at(k, PHASE.ARRIVAL, op, k, 0, 0);
    borrowFrom(() => false);
    expect(engine.run(100, Infinity)).toBe('memory');
    expect(engine.events).toBe(0);
    borrowFrom(() => true);
    expect(engine.run(100, Infinity)).toBe('drained');
  });

  it('is looked at when a run begins and after every 16,384 events', () => {
    engine.reset();
    const looks: number[] = [];
    const tick: number = engine.define('tick', (left) => {
      if (left > 0) engine.at(engine.now + 1, PHASE.ARRIVAL, tick, left - 1, 0, 0);
    });
    engine.at(1, PHASE.ARRIVAL, tick, 50_000, 0, 0);
    borrowFrom((bytes) => {
      if (bytes === 0) looks.push(engine.events);
      return true;
    });
    engine.run(HORIZON_MAX_NS, Infinity);
    expect(looks).toEqual([0, 16_384, 32_768, 49_152]);
  });
});

describe('sequence numbers', () => {
  it('begin again before they no longer fit into a key, in the middle of a run and before it grows', () => {
    // With two slots a key has room for 2^49 numbers, with four for 2^48: that many events no test can schedule.
    for (const left of [1, 2, 3, 5, 2 ** 48 - 1, 2 ** 48, 2 ** 48 + 1]) {
      const { op, targets } = recorder(2);
      engine.at(1, PHASE.ARRIVAL, op, 0, 0, 0);
      Object.assign(engine, { sequence: 2 ** 49 - left });
      for (let k = 1; k < 40; k++) engine.at(1 + (k % 3), PHASE.ARRIVAL, op, k, 0, 0);
      engine.run(10, Infinity);
      const order = Array.from({ length: 40 }, (_, k) => k).sort((a, b) => (a % 3) - (b % 3));
      expect(targets()).toEqual(order);
    }
  });
});
