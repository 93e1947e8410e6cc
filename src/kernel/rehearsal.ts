import { engine } from './engine.js';
import { InstantQueue } from './instants.js';
import type { Stamped } from './lanes.js';
import { PairSet } from './pair-set.js';
import { PHASE } from './phase.js';
import { EventQueue } from './queue.js';
import { IntRing } from './ring.js';
import type { Ns } from './time.js';

/** No small integer, as times and delays of a run are not: what has only been one is expected to remain one. */
export const SINCE_NS: Ns = 5_000_000_000;
const LONG_NS: Ns = 1_000;
const EVENTS = 800;
/** More events than the front of the queue holds. */
const CROWD = 400;
/** More elements than a container holds at first. */
const MANY = 2_000;
/** V8 notes nothing of a function's first calls. */
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
  // Functions of different places: if all were made in one, V8 would expect that of every handler.
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
  // 37 and 11 are strangers to all sizes here: that gives ties, all phases, near and far.
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

/** Ties, and the last of the front taken away or put off while others wait in the heap. */
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
