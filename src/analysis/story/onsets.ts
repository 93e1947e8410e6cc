import { isFeedback } from './feedback.js';
import type { Episode } from './health.js';
import { secondsOf, type StepInfluence } from './influence.js';
import type { Lane } from '../measure/lanes.js';
import type { Scene } from './scene.js';

/** Start of a degradation, in seconds from the end of the warm-up. */
export type Onsets = (lane: Lane, episode: Episode) => number;

/** Mechanisms for which the cause must be saturated. */
const OF_SATURATION: ReadonlySet<string> = new Set([
  'calleeTimeout',
  'queueFull',
  'queueWait',
  'slow',
  'poolWait',
]);

/**
 * Onsets of all degradations. A degradation is known to the step. Within the step, it begins no earlier than its
 * cause: the degradation of the callee, the time at which the callee ran out of workers or, where the caller's own
 * workers are held, the time at which the last of them was. A component that a fault hits is degraded from the start
 * of the step.
 */
export function onsetsOf(scene: Scene, influences: readonly StepInfluence[]): Onsets {
  const known = new Map<Episode, number>();
  const laneOf = new Map(scene.lanes.map((lane) => [lane.name, lane]));
  const onset = (lane: Lane, episode: Episode): number => {
    const before = known.get(episode);
    if (before !== undefined) return before;
    const start = secondsOf(scene, episode.from);
    known.set(episode, start);
    const cause = influences.find(
      ({ to, step, mechanism }) =>
        to === lane.name && step === episode.from && !isFeedback(mechanism),
    );
    if (cause === undefined || isHit(scene, lane, episode)) return start;
    const callee = laneOf.get(cause.from)!;
    const times = [start];
    const episodes = scene.health.get(callee)?.episodes ?? [];
    const degradation = episodes.find(
      ({ from, until }) => from <= episode.from && until > episode.from,
    );
    if (degradation !== undefined) times.push(onset(callee, degradation));
    if (cause.mechanism === 'blockedSlots') times.push(saturatedAt(scene, lane));
    if (OF_SATURATION.has(cause.mechanism)) times.push(saturatedAt(scene, callee));
    const end = secondsOf(scene, episode.from + 1);
    const at = Math.max(...times.filter((time) => time <= end));
    known.set(episode, at);
    return at;
  };
  return onset;
}

/** True if a fault on the component itself is active as the degradation begins. */
export function isHit(scene: Scene, lane: Lane, episode: Episode): boolean {
  return scene.hits.some(
    ({ components, from, until }) =>
      components.has(lane.component) && from <= episode.from && until >= episode.from,
  );
}

function saturatedAt(scene: Scene, lane: Lane): number {
  const saturation = scene.saturations.get(lane);
  if (saturation === undefined) return 0;
  return (saturation.atNs - scene.data.plan.warmupNs) / 1e9;
}
