import { modelOf } from './assemble.js';
import { LeftOut } from './left-out.js';
import type { TraceHints, TraceModel, TraceSource } from './model.js';
import { readSpans } from './reading/read.js';
import { SpanStore } from './store.js';

export { looksLikeTraces } from './reading/read.js';

/** Reads files of traces, and infers the system that made them. */
export async function readTraces(
  sources: readonly TraceSource[],
  hints: TraceHints,
): Promise<TraceModel> {
  const leftOut = new LeftOut();
  const store = new SpanStore(leftOut);
  await readSpans(sources, store, leftOut);
  return modelOf(store, hints, leftOut);
}
