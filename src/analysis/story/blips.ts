import type { Episode, Health } from './health.js';
import type { Scene, StepInfluence } from './influence.js';
import type { Lane } from '../measure/lanes.js';
import { sumSteps } from './links.js';

/** With fewer requests a p95 is one or two of them: chance makes some component slow for a moment. */
const FEW_REQUESTS = 100;

/**
 * The scene without what is no part of a cascade: a component a little worse for a few requests, which no fault hits,
 * that nothing led to and that led to nothing. Without a fault there is nothing that could have led to it, and all of
 * it is told.
 */
export function withoutBlips(scene: Scene, influences: readonly StepInfluence[]): Scene {
  if (scene.faultsNs.length === 0) return scene;
  const health = new Map<Lane, Health>();
  for (const [lane, own] of scene.health) {
    const blips = own.episodes.filter((episode) => isBlip(scene, lane, episode, influences));
    health.set(lane, blips.length === 0 ? own : healthWithout(own, blips));
  }
  return { ...scene, health };
}

function isBlip(
  { hits }: Scene,
  lane: Lane,
  { from, until, worst }: Episode,
  influences: readonly StepInfluence[],
): boolean {
  // Requests of users are what it is all about.
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

/** Health without some of its illnesses. */
export function healthWithout(health: Health, blips: readonly Episode[]): Health {
  const states = [...health.states];
  for (const { from, until } of blips) states.fill('ok', from, until);
  return { states, episodes: health.episodes.filter((episode) => !blips.includes(episode)) };
}
