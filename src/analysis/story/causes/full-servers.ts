import { OUTCOME_NAMES } from '../../../contracts/outcome.js';
import { failedIn, linksFrom, outcomesIn } from '../links.js';
import type { Place } from './special-conditions.js';

/** Part of the failed requests of a component that a full server must refuse. */
const MOST = 0.5;
const REFUSED = OUTCOME_NAMES.indexOf('refused');

/**
 * The database whose limit of connections refuses most of the requests that fail at a component. It answers those that
 * it admits, so that its own requests look sound.
 */
export function fullServerBelow(place: Place): Place | null {
  const { scene, lane, from, until } = place;
  const { components } = scene.data.plan;
  const failed = failedIn(lane, from, until);
  const link = linksFrom(scene, lane).find(
    ({ callee, calls }) =>
      components[callee.component].maxConnections < Infinity &&
      failed > 0 &&
      outcomesIn(calls, from, until)[REFUSED] >= MOST * failed,
  );
  return link === undefined ? null : { ...place, lane: link.callee };
}
