import { engine } from './engine.js';
import { InstantQueue } from './instants.js';
import type { Stamped } from './lanes.js';
import { PairSet } from './pair-set.js';
import { PHASE } from './phase.js';
import { IntRing } from './ring.js';
import type { Ns } from './time.js';

const UNTIL_NS: Ns = 1_000;
const EVENTS = 1_500;
/** More events than the front of the queue holds. */
const CROWD = 400;
/** More elements than a container holds at first. */
const MANY = 2_000;

/**
 * Has the engine of this thread meet what is rare: the heap, timers that have died, boundaries, ends. V8
 * compiles a branch that was never taken as a trap: the first event that takes it throws away the loop, and each
 * function of the model into which scheduling was put. Nothing remains of what happens here.
 *
 * `owners`: those of the timers of a run, with stamps below `MANY` that are nobody's.
 */
export function rehearseEngine(owners: readonly Stamped[]): void {
  engine.reset();
  let left = EVENTS;
  // Several handlers: if it were always the same one, it would be put into the loop.
  const ops = ['a', 'b', 'c', 'd', 'e'].map((name) =>
    defineHandler(name, (target) => next(target)),
  );
  const lanes = owners.flatMap((owner) =>
    [7, 400].map((delay) => engine.lane(delay, PHASE.TIMER, ops[0], owner)),
  );
  // 37 and 11 are strangers to all sizes here: that gives ties, all phases, near and far.
  const next = (target: number): void => {
    if (left-- <= 0) return;
    const far = left % 4 === 0 ? 150 : (left * 37) % 211;
    const lane = lanes[left % lanes.length];
    engine.at(engine.now + far, left % 3, ops[left % ops.length], target, left, 0);
    if (left % 3 === 0) engine.arm(lane, target, lane.owner.stamp[target]);
    if (left % 5 === 0) lane.owner.stamp[(target * 11) % CROWD]++;
    if (engine.pending >= CROWD) return;
    engine.at(engine.now + UNTIL_NS - far, PHASE.SAMPLE, ops[0], left % CROWD, 0, 0);
  };
  engine.boundaries(Float64Array.of(10, 300), () => {});
  for (let target = 0; target < 9; target++)
    engine.at(target % 2, target % 2, ops[0], target, 0, 0);
  engine.run(UNTIL_NS / 2, left / 3);
  engine.run(UNTIL_NS / 2, left);
  engine.boundaries(Float64Array.of(600, 601), (k) => engine.note(k, 0));
  engine.halt();
  while (engine.run(UNTIL_NS, EVENTS) === 'halted');
  engine.run(10 * UNTIL_NS, 10 * EVENTS);
  engine.reset();
  rehearseContainers();
}

/** Each call makes a function of its own. */
function defineHandler(name: string, handler: (target: number) => void): number {
  return engine.define(name, (target) => handler(target));
}

function rehearseContainers(): void {
  const ring = new IntRing();
  const instants = new InstantQueue();
  const pairs = new PairSet();
  for (let k = 0; k < MANY; k++) {
    ring.push(k);
    instants.push(k, 0, 0, 0);
    if (!pairs.has(k & 1, k % 700)) pairs.add(k & 1, k % 700);
    if (k % 3 > 0) continue;
    ring.shift();
    instants.take();
  }
}
