import { isFeedback } from './feedback.js';
import type { Influence } from '../../contracts/result/cascade.js';
import type { Scene } from './scene.js';
import { depthsOf } from './topology.js';

/** Rank of a lane in the order of causes at one time; the smallest comes first. */
export type Ranks = (lane: string) => number;

/** Lanes that no influence reaches come after all lanes that one does. */
const UNREACHED = 1000;

/**
 * Ranks lanes by cause: those that a fault hits first, then the ones that they influence, link by link. Without
 * influences, callees come before callers.
 */
export function ranksOf(scene: Scene, influences: readonly Influence[]): Ranks {
  const { data, lanes, hits } = scene;
  const ranks = new Map<string, number>();
  const upward = influences.filter(({ mechanism }) => !isFeedback(mechanism));
  const reached = new Set(upward.map(({ to }) => to));
  let edge: string[] = [];
  for (const lane of lanes) {
    const isFaulted = hits.some(({ components }) => components.has(lane.component));
    const isSource = !reached.has(lane.name) && upward.some(({ from }) => from === lane.name);
    if (isFaulted || isSource) edge.push(lane.name);
  }
  for (let rank = 0; edge.length > 0; rank++) {
    for (const name of edge) ranks.set(name, rank);
    const next = upward.filter(({ from, to }) => edge.includes(from) && !ranks.has(to));
    edge = [...new Set(next.map(({ to }) => to))];
  }
  const depths = depthsOf(data);
  const depthOf = new Map(lanes.map((lane) => [lane.name, depths[lane.component]]));
  return (name) => ranks.get(name) ?? UNREACHED - (depthOf.get(name) ?? 0);
}
