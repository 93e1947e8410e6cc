import { engine } from '../../src/kernel/engine.js';
import { PHASE } from '../../src/kernel/phase.js';
import type { Alarm } from '../../src/contracts/patterns/policy.js';

/** Actions of a test by time, as events of a new engine. */
export interface Timetable {
  /** In a phase; in the first one unless another is given. */
  at(time: number, act: () => void, phase?: number): void;
  run(until: number): void;
}

/** Resets the engine. */
export function timetable(): Timetable {
  engine.reset();
  const acts: (() => void)[] = [];
  const op = engine.define('act', (index) => acts[index]!());
  return {
    at: (time, act, phase = 0) => engine.at(time, phase, op, acts.push(act) - 1, 0, 0),
    run: (until) => void engine.run(until, Infinity),
  };
}

/** A timer of a policy on the clock of a test: the last time that is set counts. */
export function alarmOn(at: Timetable['at'], run: () => void): Alarm {
  let turn = 0;
  return {
    set: (time) => {
      const own = ++turn;
      at(
        time,
        () => {
          if (own === turn) run();
        },
        PHASE.TIMER,
      );
    },
    clear: () => void turn++,
  };
}
