import { SINCE_NS, rehearseEngine } from '../kernel/rehearsal.js';
import { OUTCOME, withStatus } from '../contracts/outcome.js';
import type { Grid } from '../contracts/plan/plan.js';
import { frames } from './data/strands/frames.js';
import { sink } from './data/figures/sink.js';
import { FifoQueue } from './data/instances/request-queues.js';
import { lives, strands } from './data/strands/strands.js';

const TIMES = 60;
const SLOTS = 2_000;

/**
 * Runs objects that exist once per thread through cases that are rare in a run, before V8 compiles them without these:
 * see rehearseEngine. Call it in a thread that is about to simulate; it leaves no state behind.
 */
export function rehearse(): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    strands.slots.take();
    frames.slots.take();
  }
  rehearseEngine([strands, frames, lives]);
  strands.reset();
  frames.reset(0);
  rehearseSink();
  rehearseQueue();
}

/** Results in the warm-up, successes and failures, with and without waits, within and across cells. */
function rehearseSink(): void {
  const grid: Grid = {
    edges: Float64Array.of(0, SINCE_NS + 100, SINCE_NS + 200),
    stepOfCell: Int32Array.of(0, 0),
    steps: 1,
    segmentOfCell: Int32Array.of(0, 0),
    segments: 1,
    groupOfSegment: Int32Array.of(0),
  };
  sink.reset(grid, 1, 1);
  for (let k = 0; k < TIMES; k++) {
    const cell = (k % 3) - 1;
    const failure = k % 4 === 1 ? withStatus(OUTCOME.serverError, 503) : OUTCOME.timeout;
    const outcome = k % 2 === 0 ? OUTCOME.ok : failure;
    const begun = SINCE_NS + ((k * 7) % 200);
    const latency = k % 3 === 0 ? k : SINCE_NS - k;
    sink.cell = cell;
    sink.answer(0, cell, outcome, latency, k % 5 === 0);
    sink.queueWait(0, cell, k % 7 === 0 ? 0 : latency);
    sink.busy(0, begun, SINCE_NS + 200);
    sink.wasted(0, (k % 2) - 1, begun, SINCE_NS + 200);
    sink.attempt(0);
    sink.attemptEnded(0, cell, outcome);
    sink.call(0);
    sink.callEnded(0, cell, outcome, latency);
    sink.count(0, 0);
    sink.duplicate(0, cell);
  }
  sink.partRecords(() => false);
  sink.edgeRecords(() => false);
  sink.reset(grid, 0, 0);
}

function rehearseQueue(): void {
  const queue = new FifoQueue();
  for (let k = 0; k < TIMES; k++) {
    queue.push(k);
    queue.push(k);
    queue.take();
  }
}
