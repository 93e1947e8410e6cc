import type { Episode, Health } from './health.js';
import type { StepInfluence } from './influence.js';
import type { Lane } from '../measure/lanes.js';
import { sumSteps } from './links.js';
import type { Scene } from './scene.js';

/** Below this number of requests, one or two of them decide the p95, so components appear slow at times by chance. */
const FEW_REQUESTS = 100;

/**
 * Removes transients that are not part of a cascade: mild degradations of a component over a few requests, which no
 * fault hits and which have no influence in or out. Without a fault nothing is removed.
 */
export function withoutTransients(scene: Scene, influences: readonly StepInfluence[]): Scene {
  if (scene.faultsNs.length === 0) return scene;
  const health = new Map<Lane, Health>();
  for (const [lane, own] of scene.health) {
    const transients = own.episodes.filter((episode) =>
      isTransient(scene, lane, episode, influences),
    );
    health.set(lane, transients.length === 0 ? own : healthWithout(own, transients));
  }
  return { ...scene, health };
}

function isTransient(
  { hits }: Scene,
  lane: Lane,
  { from, until, worst }: Episode,
  influences: readonly StepInfluence[],
): boolean {
  // Degraded user requests are never transients.
  if (lane.workers === 0 || worst !== 'degraded') return false;
  if (sumSteps(lane.arrivals, from, until) >= FEW_REQUESTS) return false;
  const isHit = hits.some(
    (hit) => hit.components.has(lane.component) && hit.from < until && hit.until >= from,
  );
  const isLinked = influences.some(
    (influence) =>
      (influence.to === lane.name || influence.from === lane.name) &&
      influence.step >= from &&
      influence.step < until,
  );
  return !isHit && !isLinked;
}

/** Health without some of its episodes. */
export function healthWithout(health: Health, transients: readonly Episode[]): Health {
  const states = [...health.states];
  for (const { from, until } of transients) states.fill('ok', from, until);
  return { states, episodes: health.episodes.filter((episode) => !transients.includes(episode)) };
}
