import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { engine, INSTANT_LIMIT } from '../../src/kernel/engine.js';
import { invariant } from '../../src/kernel/invariant.js';
import { HORIZON_MAX_NS } from '../../src/kernel/time.js';
import { PHASE } from '../../src/kernel/phase.js';

/** An engine whose only handler records (now, target, a, b). */
function recorder(slots?: number) {
  engine.reset(slots);
  const log: [number, number, number, number][] = [];
  const op = engine.define('write', (target, a, b) => {
    log.push([engine.now, target, a, b]);
    engine.note(target, a);
  });
  return { log, op, targets: () => log.map((entry) => entry[1]) };
}

describe('order of events', () => {
  it('is by time, then phase, then the order of scheduling', () => {
    const { op, targets } = recorder();
    engine.at(20, PHASE.ARRIVAL, op, 4, 0, 0);
    engine.at(20, PHASE.FAULT, op, 2, 0, 0);
    engine.at(20, PHASE.FAULT, op, 3, 0, 0);
    engine.at(10, PHASE.SAMPLE, op, 1, 0, 0);
    engine.at(0, PHASE.ARRIVAL, op, 0, 0, 0);
    expect(engine.run(100, Infinity)).toBe('drained');
    expect(targets()).toEqual([0, 1, 2, 3, 4]);
  });

  it('puts what is due at once behind what was scheduled before in its phase', () => {
    const { op, targets } = recorder();
    const start = engine.define('start', () => {
      engine.at(50, PHASE.TIMER, op, 3, 0, 0);
      engine.at(50, PHASE.COMPLETION, op, 1, 0, 0);
      engine.soon(PHASE.TIMER, op, 4, 0, 0);
      engine.soon(PHASE.RETRY, op, 5, 0, 0);
    });
    engine.at(50, PHASE.FAULT, start, 0, 0, 0);
    engine.at(50, PHASE.COMPLETION, op, 0, 0, 0);
    engine.at(50, PHASE.TIMER, op, 2, 0, 0);
    engine.run(100, Infinity);
    // Before the instant: 0 and 2. During it: 1 joins completion, 3 and 4 join the timers, 5
    // retries.
    expect(targets()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is known to each event: its instant and its phase', () => {
    engine.reset();
    const seen: number[][] = [];
    const owner = { stamp: new Int32Array(1) };
    const op: number = engine.define('look', () => seen.push([engine.now, engine.phase]));
    engine.arm(engine.lane(30, PHASE.TIMER, op, owner), 0, 0);
    engine.at(20, PHASE.FAULT, op, 0, 0, 0);
    engine.at(20, PHASE.SAMPLE, op, 0, 0, 0);
    engine.soon(PHASE.RETRY, op, 0, 0, 0);
    engine.soon(PHASE.COMPLETION, op, 0, 0, 0);
    engine.run(100, Infinity);
    expect(seen).toEqual([
      [0, PHASE.COMPLETION],
      [0, PHASE.RETRY],
      [20, PHASE.FAULT],
      [20, PHASE.SAMPLE],
      [30, PHASE.TIMER],
    ]);
  });

  it('serves an earlier phase first when it is filled during a later one', () => {
    const { op, targets } = recorder();
    const late = engine.define('late', () => engine.soon(PHASE.COMPLETION, op, 7, 0, 0));
    engine.at(5, PHASE.ARRIVAL, late, 0, 0, 0);
    engine.at(5, PHASE.ARRIVAL, op, 8, 0, 0);
    engine.run(5, Infinity);
    expect(targets()).toEqual([7, 8]);
  });

  it('equals that of a sorted list for any schedule, with any mixture of queues', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            delay: fc.integer({ min: 0, max: 6 }),
            phase: fc.integer({ min: 0, max: 5 }),
            children: fc.integer({ min: 0, max: 3 }),
          }),
          { minLength: 1, maxLength: 300 },
        ),
        fc.integer({ min: 1, max: 20 }),
        (plan, roots) => {
          const run = (useLanes: boolean, renumberEvery: number) => {
            engine.reset(2);
            engine.useLanes = useLanes;
            engine.renumberEvery = renumberEvery;
            return drive(plan, roots);
          };
          const expected = naive(plan, roots);
          for (const useLanes of [true, false]) {
            for (const every of [Infinity, 1, 7]) {
              expect(run(useLanes, every).fired).toEqual(expected);
            }
          }
          expect(run(true, 3).digest).toBe(run(false, Infinity).digest);
        },
      ),
      { numRuns: 300, seed: 11 },
    );
  });
});

interface Planned {
  delay: number;
  phase: number;
  children: number;
}

/** Runs the plan: event i, when fired, schedules the next `children` entries of the plan. */
function drive(plan: Planned[], roots: number) {
  const fired: number[] = [];
  let next = 0;
  const owner = { stamp: new Int32Array(plan.length) };
  const schedule = (count: number) => {
    for (let c = 0; c < count && next < plan.length; c++, next++) {
      const { delay, phase } = plan[next];
      // A third through lanes, of which every fourth dies; the rest through at.
      if (next % 3 === 0) engine.arm(engine.lane(delay, phase, op, owner), next, 0);
      else engine.at(engine.now + delay, phase, op, next, 0, 0);
      if (next % 12 === 0) owner.stamp[next]++;
    }
  };
  const op = engine.define('event', (i) => {
    fired.push(i);
    engine.note(i, engine.phase);
    schedule(plan[i].children);
  });
  schedule(roots);
  expect(engine.run(HORIZON_MAX_NS, Infinity)).toBe('drained');
  expect(engine.pending).toBe(0);
  expect(engine.events).toBe(fired.length);
  return { fired, digest: engine.digest };
}

/** The same by a list that is searched for its least entry each time. */
function naive(plan: Planned[], roots: number): number[] {
  const fired: number[] = [];
  const list: { time: number; phase: number; sequence: number }[] = [];
  let next = 0;
  const schedule = (now: number, count: number) => {
    for (let c = 0; c < count && next < plan.length; c++, next++) {
      const dead = next % 12 === 0;
      if (!dead)
        list.push({ time: now + plan[next].delay, phase: plan[next].phase, sequence: next });
    }
  };
  schedule(0, roots);
  while (list.length > 0) {
    list.sort((x, y) => x.time - y.time || x.phase - y.phase || x.sequence - y.sequence);
    const first = list.shift()!;
    fired.push(first.sequence);
    schedule(first.time, plan[first.sequence].children);
  }
  return fired;
}

describe('lanes', () => {
  it('are shared by equal delay, phase, op and owner', () => {
    const { op } = recorder();
    const owner = { stamp: new Int32Array(1) };
    const lane = engine.lane(10, PHASE.TIMER, op, owner);
    expect(engine.lane(10, PHASE.TIMER, op, owner)).toBe(lane);
    expect(engine.lane(11, PHASE.TIMER, op, owner)).not.toBe(lane);
    expect(engine.lane(10, PHASE.RETRY, op, owner)).not.toBe(lane);
    expect(engine.lane(10, PHASE.TIMER, op, { stamp: new Int32Array(1) })).not.toBe(lane);
  });

  it('fire with index and stamp unless the stamp has changed', () => {
    const { log, op } = recorder();
    const owner = { stamp: new Int32Array([5, 6]) };
    const lane = engine.lane(10, PHASE.TIMER, op, owner);
    engine.arm(lane, 0, 5);
    engine.arm(lane, 1, 6);
    owner.stamp[0]++;
    engine.run(100, Infinity);
    expect(log).toEqual([[10, 1, 6, 0]]);
    expect(engine.events).toBe(1);
  });

  it('read the stamps afresh when growth has replaced the column', () => {
    const { targets, op } = recorder();
    const owner = { stamp: new Int32Array([1]) };
    engine.arm(engine.lane(10, PHASE.TIMER, op, owner), 0, 1);
    owner.stamp = new Int32Array([2, 0, 0]);
    engine.run(100, Infinity);
    expect(targets()).toEqual([]);
  });

  it('do not let a dead head pull a later timer of the same instant before another event', () => {
    const { targets, op } = recorder();
    const owner = { stamp: new Int32Array(3) };
    const lane = engine.lane(10, PHASE.TIMER, op, owner);
    engine.arm(lane, 0, 0);
    engine.at(10, PHASE.TIMER, op, 1, 0, 0);
    engine.arm(lane, 2, 0);
    owner.stamp[0]++;
    engine.run(100, Infinity);
    expect(targets()).toEqual([1, 2]);
  });

  it('keep one entry in the heap and few in memory when nearly all timers die', () => {
    const { op } = recorder();
    const owner = { stamp: new Int32Array(1) };
    const lane = engine.lane(1_000_000, PHASE.TIMER, op, owner);
    const tick = engine.define('tick', (left) => {
      owner.stamp[0]++;
      engine.arm(lane, 0, owner.stamp[0]);
      if (left > 0) engine.at(engine.now + 1, PHASE.ARRIVAL, tick, left - 1, 0, 0);
    });
    engine.at(1, PHASE.ARRIVAL, tick, 100_000, 0, 0);
    engine.run(200_000, Infinity);
    expect(lane.mask).toBeLessThan(64);
    expect(engine.peakPending).toBeLessThan(64);
    expect(engine.run(HORIZON_MAX_NS, Infinity)).toBe('drained');
    // The last timer was armed at 100,001.
    expect(engine.now).toBe(1_100_001);
  });

  it('with a delay of 0 fire at the same instant, behind what is due', () => {
    const { targets, op } = recorder();
    const owner = { stamp: new Int32Array(2) };
    engine.soon(PHASE.TIMER, op, 9, 0, 0);
    engine.arm(engine.lane(0, PHASE.TIMER, op, owner), 0, 0);
    engine.arm(engine.lane(0, PHASE.TIMER, op, owner), 1, 0);
    owner.stamp[1] = 1;
    expect(engine.pending).toBe(3);
    engine.run(0, Infinity);
    expect(targets()).toEqual([9, 0]);
    expect(engine.events).toBe(2);
  });
});

describe('boundaries', () => {
  it('come before every event at their time, with the clock on them', () => {
    const { op, log } = recorder();
    const seen: number[][] = [];
    for (const time of [0, 10, 15, 20]) engine.at(time, PHASE.FAULT, op, time, 0, 0);
    engine.boundaries(Float64Array.of(0, 10, 12, 40, 60), (k) => {
      seen.push([k, engine.now, log.length]);
    });
    expect(engine.run(50, Infinity)).toBe('drained');
    expect(seen).toEqual([
      [0, 0, 0],
      [1, 10, 1],
      [2, 12, 2],
      [3, 40, 4],
    ]);
    expect(engine.run(60, Infinity)).toBe('drained');
    expect(seen[4]).toEqual([4, 60, 4]);
  });

  it('are no events and change no digest', () => {
    const run = (times: number[]) => {
      const { op } = recorder();
      engine.boundaries(Float64Array.from(times), () => {});
      for (let i = 0; i < 50; i++) engine.at(i * 7, PHASE.ARRIVAL, op, i, 0, 0);
      engine.run(1000, Infinity);
      return [engine.digest, engine.events];
    };
    expect(run([7, 14, 100, 350])).toEqual(run([]));
  });

  it('must rise', () => {
    recorder();
    expect(() => engine.boundaries(Float64Array.of(1, 1), () => {})).toThrow(
      /boundaries of a grid increase/,
    );
  });
});

describe('the end of a run', () => {
  it('is the horizon when events lie beyond it, and the run can go on', () => {
    const { op, targets } = recorder();
    engine.at(10, PHASE.ARRIVAL, op, 1, 0, 0);
    engine.at(30, PHASE.ARRIVAL, op, 2, 0, 0);
    expect(engine.run(20, Infinity)).toBe('horizon');
    expect(engine.now).toBe(20);
    expect(targets()).toEqual([1]);
    expect(engine.run(30, Infinity)).toBe('drained');
    expect(targets()).toEqual([1, 2]);
  });

  it('comes after exactly as many events as allowed', () => {
    const { op, targets } = recorder();
    for (let i = 0; i < 10; i++) engine.at(i, PHASE.ARRIVAL, op, i, 0, 0);
    expect(engine.run(100, 4)).toBe('budget');
    expect(targets()).toEqual([0, 1, 2, 3]);
    expect(engine.now).toBe(3);
    expect(engine.run(100, 100)).toBe('drained');
    expect(engine.events).toBe(10);
  });

  it('comes right after the event that halts', () => {
    const { op, targets } = recorder();
    const stop = engine.define('stop', () => engine.halt());
    engine.at(5, PHASE.FAULT, stop, 0, 0, 0);
    engine.at(5, PHASE.FAULT, op, 1, 0, 0);
    expect(engine.run(10, Infinity)).toBe('halted');
    expect(targets()).toEqual([]);
    expect(engine.run(10, Infinity)).toBe('drained');
    expect(targets()).toEqual([1]);
  });

  it('comes when one instant never ends, and the last events are named', () => {
    engine.reset();
    const ping: number = engine.define('ping', () => engine.soon(PHASE.ARRIVAL, pong, 2, 0, 0));
    const pong: number = engine.define('pong', () => engine.soon(PHASE.ARRIVAL, ping, 1, 0, 0));
    engine.at(5, PHASE.ARRIVAL, ping, 1, 0, 0);
    expect(engine.run(10, Infinity)).toBe('instant');
    expect(engine.now).toBe(5);
    expect(engine.events).toBe(1_000_001);
    const recent = engine.recent();
    expect(recent).toHaveLength(64);
    expect(new Set(recent.map(({ op, target }) => `${op} ${target}`))).toEqual(
      new Set(['ping 1', 'pong 2']),
    );
    expect(recent[0].op).not.toBe(recent[1].op);
  });

  it('is reached with more than a million events at many instants', () => {
    engine.reset();
    const tick: number = engine.define('tick', (left) => {
      if (left > 0) engine.at(engine.now + (left & 1), PHASE.ARRIVAL, tick, left - 1, 0, 0);
    });
    engine.at(1, PHASE.ARRIVAL, tick, 1_500_000, 0, 0);
    expect(engine.run(HORIZON_MAX_NS, Infinity)).toBe('drained');
    expect(engine.events).toBe(1_500_001);
    expect(engine.recent()).toEqual([]);
  });
});

describe('growth', () => {
  it('keeps the order of thousands of pending events in every queue', () => {
    const { op, targets } = recorder(1);
    for (let i = 0; i < 5000; i++) engine.at(1 + ((i * 7919) % 5000), PHASE.ARRIVAL, op, i, 0, 0);
    for (let i = 0; i < 5000; i++) engine.soon(PHASE.ARRIVAL, op, 10_000 + i, 0, 0);
    expect(engine.pending).toBe(10_000);
    engine.run(HORIZON_MAX_NS, Infinity);
    const order = targets();
    expect(order.slice(0, 5000)).toEqual(Array.from({ length: 5000 }, (_, i) => 10_000 + i));
    // Event i is due at 1 + 7919 i mod 5000, a permutation because 7919 is prime.
    const due = order.slice(5000).map((i) => (i * 7919) % 5000);
    expect(due).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    expect(engine.peakPending).toBe(5000);
    expect(engine.heapEvents).toBe(5000);
  });
});

describe('a broken law', () => {
  it('says when it broke and in which event', () => {
    engine.reset();
    const broken = engine.define('broken', () => invariant(false, 'planted'));
    engine.at(7, PHASE.TIMER, broken, 0, 0, 0);
    expect(() => engine.run(10, Infinity)).toThrow("invariant broken: planted at 7 ns in 'broken'");
  });

  it('names the event of a timer that had waited in a lane', () => {
    for (const lanes of [true, false]) {
      engine.reset();
      engine.useLanes = lanes;
      const broken = engine.define('expiry', () => invariant(false, 'planted'));
      const owner = { stamp: Int32Array.of(1) };
      engine.arm(engine.lane(4, PHASE.TIMER, broken, owner), 0, 1);
      expect(() => engine.run(10, Infinity)).toThrow("planted at 4 ns in 'expiry'");
    }
  });

  it('says nothing of a moment outside a run', () => {
    engine.reset();
    expect(() => invariant(false, 'planted')).toThrow(/^invariant broken: planted$/);
  });
});

describe('the past', () => {
  it('cannot be scheduled, nor can a time that is no number', () => {
    const { op } = recorder();
    engine.at(5, PHASE.ARRIVAL, op, 0, 0, 0);
    engine.run(5, Infinity);
    expect(() => engine.at(4, PHASE.ARRIVAL, op, 0, 0, 0)).toThrow(
      /no event is scheduled in the past/,
    );
    expect(() => engine.at(NaN, PHASE.ARRIVAL, op, 0, 0, 0)).toThrow(
      /no event is scheduled in the past/,
    );
  });
});

describe('the digest', () => {
  it('depends on what was noted, in which order and when', () => {
    const run = (notes: [number, number, number][]) => {
      engine.reset();
      const op = engine.define('note', (a, b) => engine.note(a, b));
      for (const [time, a, b] of notes) engine.at(time, PHASE.ARRIVAL, op, a, b, 0);
      engine.run(HORIZON_MAX_NS, Infinity);
      return engine.digest;
    };
    const base = run([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(base).toBe(base | 0);
    const others = [
      run([
        [1, 5, 6],
        [4, 2, 3],
      ]),
      run([
        [1, 2, 3],
        [4, 6, 5],
      ]),
      run([
        [1, 2, 3],
        [5, 5, 6],
      ]),
      run([
        [1, 2, 3],
        [4 + 4294967296, 5, 6],
      ]),
    ];
    expect(new Set([base, ...others]).size).toBe(5);
  });
});

describe('the limit on the events of one instant', () => {
  /** Runs chains of events, each chain at one instant: `[10, 3]` is ten at 1 ns and three at 2 ns. */
  function chains(lengths: readonly number[]): readonly [reason: string, events: number] {
    engine.reset();
    const op: number = engine.define('next', (left) => {
      if (left > 1) engine.soon(PHASE.TIMER, op, left - 1, 0, 0);
    });
    lengths.forEach((length, k) => engine.at(k + 1, PHASE.TIMER, op, length, 0, 0));
    return [engine.run(100, Infinity), engine.events];
  }

  it('lets a million events pass at one instant, and stops after one more', () => {
    expect(chains([INSTANT_LIMIT])).toEqual(['drained', INSTANT_LIMIT]);
    expect(chains([INSTANT_LIMIT + 10])).toEqual(['instant', INSTANT_LIMIT + 1]);
  });

  it('counts each instant by itself', () => {
    const most = [700_000, INSTANT_LIMIT, 5, 600_000];
    expect(chains(most)).toEqual(['drained', 2_300_005]);
    expect(chains([700_000, INSTANT_LIMIT + 10])).toEqual(['instant', 1_700_001]);
  });
});
