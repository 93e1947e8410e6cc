import { mergeSegments } from '../../measure/sums.js';
import { formatCount } from '../../../text/figures.js';
import { meanSteps, sumSteps, workersThere, type Link, linksFrom } from '../links.js';
import type { Candidate } from './candidate.js';
import { callLimits } from '../../measure/call-limits.js';
import type { Place } from './special-conditions.js';

/** Part of the workers of a component that must wait in the policies of its calls. */
const MOST = 0.5;
/** Policies that let calls wait until they may be sent. */
const WAITING: ReadonlySet<string> = new Set([
  'rateLimit',
  'throttle',
  'concurrencyLimit',
  'bulkhead',
]);

/** The limit of a caller in which most of its workers wait until they may send their calls; null if there is none. */
export function heldByLimit(place: Place): Candidate | null {
  const { scene, lane, from } = place;
  if (!Number.isFinite(lane.workers) || lane.workers === 0) return null;
  const workers = workersThere(lane, 0, scene.steps.count);
  for (const link of linksFrom(scene, lane)) {
    const held = heldIn(place, link);
    if (!(held >= MOST * workers)) continue;
    const { caller, callee } = link;
    const shown = formatCount(Math.min(workers, Math.round(held)));
    return {
      ref: { kind: 'limit', subject: `${caller.name}->${callee.name}` },
      suspect: null,
      lane,
      from,
      text: `the ${callLimits(link.layers)} of ${caller.name} holds its calls to ${callee.name}`,
      evidence: `${shown} of ${formatCount(workers)} workers wait in it`,
    };
  }
  return null;
}

/**
 * Calls of a link that are under way but not sent, on average over the run, by Little's law. Pauses between retries are
 * such a time too, so that calls with retries decide nothing.
 */
function heldIn({ scene, record }: Place, link: Link): number {
  const { data, steps } = scene;
  const isHeld = link.layers.some(({ policy }) => WAITING.has(policy));
  if (!isHeld || sumSteps(link.retried, 0, steps.count) > 0) return 0;
  const rows = link.stats.map((stat) => record.edges[stat].latency);
  const each = mergeSegments(rows, data.whole.segments).mean();
  const perSecond = sumSteps(link.made, 0, steps.count) / (data.whole.lengthNs / 1e9);
  const sent = meanSteps(link.inFlight, 0, steps.count) + meanSteps(link.waiting, 0, steps.count);
  return (perSecond * each) / 1e9 - sent;
}
