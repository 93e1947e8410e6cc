import type { Lane } from '../measure/lanes.js';
import { degradationOf } from './degradation-words.js';
import type { Health } from './health.js';
import { sumSteps } from './links.js';
import { healthWithout } from './transients.js';

/** Share of the requests that take longer than the usual p99. */
const SLOWEST = 0.01;
/** Standard deviations by which their number varies by chance. */
const SIGMAS = 3;

/**
 * Health without degradations in which the end of the run has cut off as many requests as it usually does. The last step
 * that is judged lies the usual p99 before the end, so that 1 % of its requests are still under way, and some more by chance.
 */
export function withoutCutOffs(
  lane: Lane,
  health: Health,
  baseline: number,
  lastStep: number,
): Health {
  // A little earlier hardly fewer are.
  const near = (lane.arrived.length - lastStep) / 4;
  const cut = health.episodes.filter((episode) => {
    const { from, until } = episode;
    if (until < lastStep - near || until <= baseline) return false;
    const { metric, value } = degradationOf(lane, episode, baseline).figure;
    const arrived = sumSteps(lane.arrivals, from, until);
    const usual = SLOWEST * arrived;
    return metric === 'unanswered' && value * arrived <= usual + SIGMAS * Math.sqrt(usual);
  });
  return cut.length === 0 ? health : healthWithout(health, cut);
}
