import { invariant } from './invariant.js';
import type { Lane } from './lanes.js';
import type { EventQueue } from './queue.js';

/**
 * Renumbers all pending events from 1 in their current order, and returns the first free number. A lane's head is both
 * in the queue and in its lane and keeps one number.
 */
export function renumber(queue: EventQueue, lanes: readonly Lane[]): number {
  let held = queue.size;
  for (const lane of lanes) held += lane.length;
  const old = new Float64Array(held);
  let n = 0;
  for (let place = 0; place < queue.size; place++) old[n++] = queue.sequenceAt(place);
  for (const lane of lanes) {
    for (let k = 0; k < lane.length; k++) old[n++] = lane.sequences[(lane.head + k) & lane.mask];
  }
  old.sort();
  const distinct = withoutRepeats(old);
  for (let place = 0; place < queue.size; place++) {
    queue.resequence(place, rank(old, distinct, queue.sequenceAt(place)));
  }
  for (const lane of lanes) {
    for (let k = 0; k < lane.length; k++) {
      const at = (lane.head + k) & lane.mask;
      lane.sequences[at] = rank(old, distinct, lane.sequences[at]);
    }
  }
  return distinct + 1;
}

/** Moves the distinct values of a sorted column to its front and counts them. */
function withoutRepeats(sorted: Float64Array): number {
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (kept === 0 || sorted[i] !== sorted[kept - 1]) sorted[kept++] = sorted[i];
  }
  return kept;
}

/** Position from 1 of a value among the first `count` of a sorted column. */
function rank(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  invariant(sorted[low] === value, 'an event keeps its place when the numbers change');
  return low + 1;
}
