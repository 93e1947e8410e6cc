import { rehearseEngine } from '../kernel/rehearsal.js';
import { OUTCOME } from '../spec/outcome.js';
import type { Grid } from '../spec/plan.js';
import { frames } from './frames.js';
import { sink } from './sink.js';
import { strands } from './strands.js';

const TIMES = 60;
const SLOTS = 2_000;

/**
 * Has what is made once in a thread meet what is rare in a run, before V8 compiles it without that: see
 * rehearseEngine. For a thread that is about to simulate; nothing remains of it.
 */
export function rehearse(): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    strands.slots.take();
    frames.slots.take();
  }
  rehearseEngine([strands, frames]);
  strands.reset();
  frames.reset(0);
  rehearseSink();
}

/** Figures of the warm-up, of successes and failures, of waits and none, in and across cells. */
function rehearseSink(): void {
  const grid: Grid = {
    edges: Float64Array.of(0, 100, 200),
    stepOfCell: Int32Array.of(0, 0),
    steps: 1,
    segmentOfCell: Int32Array.of(0, 0),
    segments: 1,
  };
  sink.reset(grid, 1, 1);
  for (let k = 0; k < TIMES; k++) {
    const cell = (k % 3) - 1;
    const outcome = k % 2 === 0 ? OUTCOME.ok : OUTCOME.timeout;
    const begun = (k * 7) % 200;
    sink.cell = cell;
    sink.answer(0, cell, outcome, k, k % 5 === 0);
    sink.queueWait(0, cell, k % 7);
    sink.busy(0, begun, 200);
    sink.wasted(0, (k % 2) - 1, begun, 200);
    sink.attempt(0);
    sink.attemptEnded(0, cell, outcome);
    sink.call(0);
    sink.callEnded(0, cell, outcome, k);
    sink.count(0, 0);
    sink.duplicate(0);
  }
  sink.partRecords();
  sink.edgeRecords();
  sink.reset(grid, 0, 0);
}
