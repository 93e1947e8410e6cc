import { engine } from './engine.js';
import { InstantQueue } from './instants.js';
import type { Stamped } from './lanes.js';
import { PairSet } from './pair-set.js';
import { PHASE } from './phase.js';
import { EventQueue } from './queue.js';
import { IntRing } from './ring.js';
import type { Ns } from './time.js';

/**
 * Not a small integer, like the times and delays of a run: V8 expects a value that was always a small integer to stay
 * one.
 */
export const SINCE_NS: Ns = 5_000_000_000;
const LONG_NS: Ns = 1_000;
const EVENTS = 800;
/** More events than the front of the queue can hold. */
const CROWD = 400;
/** More elements than the initial capacity of a container. */
const MANY = 2_000;
/** V8 collects no feedback from a function's first calls. */
const OFTEN = 40;

/**
 * Runs rare paths of this thread's engine once: the heap, dead timers, boundaries, ends. V8 compiles a branch that
 * was never taken as a trap. The first event that takes it would throw away the compiled loop and every model
 * function into which scheduling was inlined. The rehearsal leaves nothing behind.
 *
 * `owners`: owners of a run's timers, with stamps below `MANY` that no timer uses.
 */
export function rehearseEngine(owners: readonly Stamped[]): void {
  rehearseQueue();
  rehearseContainers();
  engine.reset();
  let left = EVENTS;
  // Each handler is a separate function in the source: with a single one, V8 would expect it for every event.
  const ops = [
    engine.define('a', (target) => next(target)),
    engine.define('b', (target) => next(target)),
    engine.define('c', (target) => next(target)),
    engine.define('d', (target) => next(target)),
    engine.define('e', (target) => next(target)),
  ];
  const lanes = owners.flatMap((owner) =>
    [400, SINCE_NS].map((delay) => engine.lane(delay, PHASE.TIMER, ops[0], owner)),
  );
  // 37 and 11 share no factor with the sizes here. This produces ties, all phases, and near and far times.
  const next = (target: number): void => {
    if (left-- <= 0) return;
    const far = left % 4 === 0 ? 150 : (left * 37) % 211;
    const lane = lanes[Math.floor(left / 3) % lanes.length];
    engine.at(engine.now + far, left % 3, ops[left % ops.length], target, left, 0);
    if (left % 3 === 0) engine.arm(lane, target, lane.owner.stamp[target]);
    if (left % 5 === 0) lane.owner.stamp[(target * 11) % CROWD]++;
    if (engine.pending >= CROWD) return;
    if (left % 7 === 0) engine.soon(left % 3, ops[left % ops.length], target, left, 0);
    engine.at(engine.now + LONG_NS - far, PHASE.SAMPLE, ops[0], left % CROWD, 0, 0);
  };
  for (let target = 0; target < 9; target++)
    engine.at(SINCE_NS + (target % 2), target % 2, ops[0], target, 0, 0);
  engine.boundaries(moments(10), () => {});
  while (engine.run(SINCE_NS + LONG_NS / 2, EVENTS / OFTEN) === 'budget');
  engine.boundaries(moments(LONG_NS), (k) => engine.note(k, 0));
  engine.halt();
  while (engine.run(SINCE_NS + 2 * LONG_NS, EVENTS) === 'halted');
  engine.run(3 * SINCE_NS, 10 * EVENTS);
  engine.reset();
}

function moments(fromNs: Ns): Float64Array {
  return Float64Array.from({ length: OFTEN }, (_, k) => SINCE_NS + fromNs + k);
}

/** Ties, and removing or delaying the last event of the front while others wait in the heap. */
function rehearseQueue(): void {
  const queue = new EventQueue(512);
  let sequence = SINCE_NS;
  for (let k = 0; k < 200; k++) {
    queue.stage(SINCE_NS + (k % 3));
    queue.push(k % 3, sequence++, 0, 0, 0, 0);
  }
  while (queue.size > 0) {
    if (sequence++ % 3 === 0) queue.pop();
    else queue.delayTop(queue.frontTimes[queue.front] + 300, 0, sequence);
  }
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
