import type { TraceModel } from './traces/model.js';
import { map, plain, type WrittenMap } from './written.js';

/** How long a run is without traces, or where each execution is short. Unit: s. */
const USUAL = { duration: 60, warmup: 10 };
/** Times that a run is longer than its longest executions, of which it then cuts few off at its end; and than its own warm-up. */
const TIMES = 12;
const WARMUP = 6;
/** Longest run, and most requests of one that is longer than usual. */
const DURATION_MAX = 1800;
const REQUESTS_MAX = 200_000;

/** `run` of an imported system: streams of a minute do not fit into one of a minute. `model`: null = there are no traces. */
export function runOf(model: TraceModel | null): WrittenMap {
  const longest = Math.max(0, ...(model?.measured ?? []).map(({ p99 }) => p99 / 1e9));
  const rate = (model?.entries ?? []).reduce(
    (sum, one) => sum + Number.parseFloat(one.rate.text),
    0,
  );
  const most = Math.min(DURATION_MAX, REQUESTS_MAX / Math.max(rate, 1));
  const duration = Math.max(USUAL.duration, Math.min(most, Math.ceil(TIMES * longest)));
  const warmup = Math.max(USUAL.warmup, duration === USUAL.duration ? 0 : duration / WARMUP);
  return map({
    duration: plain(`${Math.floor(duration)}s`),
    warmup: plain(`${Math.floor(warmup)}s`),
    seed: plain(1),
  });
}
