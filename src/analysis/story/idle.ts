import type { Episode } from './health.js';
import type { Lane } from '../measure/lanes.js';
import { secondsOf } from './influence.js';
import { sumSteps } from './links.js';
import type { Scene } from './scene.js';
import { formatInstant } from '../../text/figures.js';

/** Steps without an arrival from which a lane is said to have none. */
const SILENT_STEPS = 5;

/** Note for a lane that had no arrivals for so long that its health is unknown. */
export function silence(scene: Scene, lane: Lane, episode: Episode): string {
  const last = lastArrival(lane, episode);
  if (episode.until - last < SILENT_STEPS) return '';
  return `, without a request since ${formatInstant(secondsOf(scene, last))}`;
}

/**
 * When a lane that has no requests in usual times, such as a standby, is without requests again to the end of the run,
 * in seconds; null if it is not. Without a fault no time is usual: then it is the end of the arrivals, as always where
 * the users themselves have stopped.
 */
export function idleSince(scene: Scene, lane: Lane, episode: Episode): number | null {
  const last = lastArrival(lane, episode);
  const isIdle = episode.until >= scene.steps.count && episode.until - last >= SILENT_STEPS;
  if (!isIdle || last <= episode.from) return null;
  const isUsual = sumSteps(lane.arrived, 0, scene.baseline) === 0;
  return isUsual || haveStopped(scene, lane, last) ? secondsOf(scene, last) : null;
}

/** Whether all users that reach a lane come whatever happens, and none come any more from a step on. */
function haveStopped({ data, steps, links }: Scene, lane: Lane, from: number): boolean {
  const reaching = new Set([lane]);
  for (const own of reaching)
    for (const link of links) if (link.callee === own) reaching.add(link.caller);
  const users = [...reaching].flatMap((own) => {
    const load = data.plan.loads.find(({ component }) => component === own.component);
    return load === undefined ? [] : [{ load, own }];
  });
  return (
    users.length > 0 &&
    users.every(
      ({ load, own }) =>
        load.arrivals.kind !== 'closed' && sumSteps(own.arrived, from, steps.count) === 0,
    )
  );
}

/** The step after the last arrival in an episode. */
function lastArrival(lane: Lane, { from, until }: Episode): number {
  let last = until;
  while (last > from && lane.arrived[last - 1] === 0) last--;
  return last;
}
