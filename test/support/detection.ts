import { expect } from 'vitest';
import type { OutlierKind } from '../../src/contracts/patterns/outlier.js';
import type { Outcome } from '../../src/contracts/outcome.js';
import { SECOND } from './fake-calls.js';

/** A detection with its own clock, and when instances were ejected and returned: [s, instance, state]. */
export function detectionOf(kind: OutlierKind, written: object, size: number) {
  const clock = { now: 0 };
  const events: (readonly [number, number, string])[] = [];
  const open = new Array<boolean>(size).fill(true);
  let due = Infinity;
  let run = (): void => {};
  const state = kind.create(kind.schema.parse(written), {
    size,
    seen: size,
    clock,
    setOpen: (instance, isOpen) => (open[instance] = isOpen),
    alarm: (own) => {
      run = own;
      return { set: (at) => (due = at), clear: () => (due = Infinity) };
    },
    stream: () => ({ a: 11, b: 13 }),
    machine: (instance) => ({
      set: (index) => {
        expect(open[instance]).toBe(index === 0);
        events.push([clock.now / SECOND, instance, ['in', 'out'][index]]);
      },
    }),
  });
  /** Results of a time come before the sweep of that time. */
  const until = (seconds: number): void => {
    const at = Math.round(seconds * SECOND);
    while (due < at) {
      clock.now = due;
      due = Infinity;
      run();
    }
    clock.now = at;
  };
  return {
    events,
    open,
    state,
    until,
    isArmed: () => due !== Infinity,
    /** This number of results of an instance at one time. */
    record(seconds: number, instance: number, outcome: Outcome, count = 1): void {
      until(seconds);
      for (let k = 0; k < count; k++) state.record(instance, outcome);
    },
  };
}
