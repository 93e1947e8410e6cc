import type { RunRecord } from '../../contracts/record/record.js';
import type { Lane } from '../measure/lanes.js';
import { SparseMerge } from '../measure/sparse.js';
import { degradationOf, SLOWER } from './degradation-words.js';
import type { Episode, Health } from './health.js';
import { healthWithout } from './transients.js';

/** Fewer responses of an endpoint do not show how fast it is. */
const FEW = 20;
/** Part of the responses whose endpoints must be known to be as fast as before. */
const MOST = 0.8;

/**
 * The health of a component without degradations that are only another mix of requests: its p95 rises because more of them
 * go to an endpoint that always takes longer, and each endpoint is as fast as in steps [0, baseline).
 */
export function withoutMixShifts(
  record: RunRecord,
  lane: Lane,
  health: Health,
  baseline: number,
): Health {
  if (lane.workers === 0 || lane.parts.length < 2 || baseline === 0) return health;
  const shifts = health.episodes.filter(
    (episode) =>
      episode.until > baseline &&
      degradationOf(lane, episode, baseline).figure.metric === 'latency' &&
      isAsFast(record, lane, episode, baseline),
  );
  return shifts.length === 0 ? health : healthWithout(health, shifts);
}

/** Whether most responses come from endpoints that are as fast as before, and none from a slower one. */
function isAsFast(
  record: RunRecord,
  { parts }: Lane,
  { from, until }: Episode,
  baseline: number,
): boolean {
  let all = 0;
  let known = 0;
  for (const part of parts) {
    const is = latencyOf(record, part, from, until);
    const was = latencyOf(record, part, 0, baseline);
    all += is.count;
    if (is.count < FEW || was.count < FEW) continue;
    if (is.p95 > SLOWER * was.p95) return false;
    known += is.count;
  }
  return all > 0 && known >= MOST * all;
}

/** The p95 of the successes of an endpoint in steps [from, until), in seconds, and their number. */
function latencyOf(
  record: RunRecord,
  part: number,
  from: number,
  until: number,
): { readonly p95: number; readonly count: number } {
  const merge = new SparseMerge();
  for (let step = from; step < until; step++) merge.add(record.parts[part].stepLatency, step);
  return { p95: merge.quantiles([0.95])[0] ?? Infinity, count: merge.count };
}
