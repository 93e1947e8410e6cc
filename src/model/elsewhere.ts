import { unit } from '../kernel/rng.js';
import type { Edge } from './edge.js';
import type { Frames } from './frames.js';
import { PLACES } from './frames.js';
import type { World } from './world.js';

/** Draws of balancers count up from 0; this one is out of their way. */
const DRAW = 64;

/**
 * The callee instance of an attempt that should not go where another attempt of its call has been:
 * the picked one where it is new, else one of the others with equal chances, else the picked one.
 */
export function elsewhere(
  world: World,
  edge: Edge,
  frame: number,
  picked: number,
  a: number,
  b: number,
): number {
  const { frames } = world.calls;
  const parent = frames.parent[frame];
  let chosen = picked;
  if (wasAt(frames, parent, picked)) {
    const fleet = world.fleets[edge.toComponent];
    const some = fleet.readyCount > 0 && fleet.readyCount < fleet.size;
    const candidates = some ? fleet.ready : fleet.all;
    const count = some ? fleet.readyCount : fleet.size;
    let others = 0;
    for (let k = 0; k < count; k++) {
      if (!wasAt(frames, parent, candidates[k])) others++;
    }
    let left = Math.floor(unit(edge.pick.a, edge.pick.b, a, b, DRAW) * others);
    for (let k = 0; k < count && others > 0; k++) {
      const at = candidates[k];
      if (wasAt(frames, parent, at) || left-- > 0) continue;
      chosen = at;
      break;
    }
  }
  frames.forkPlaces[parent * PLACES + (frames.forkCount[parent]++ % PLACES)] = chosen;
  return chosen;
}

/** True where the original or one of the last forks of a frame has sent an attempt. */
function wasAt(frames: Frames, parent: number, instance: number): boolean {
  if (frames.place[parent] === instance) return true;
  const known = Math.min(frames.forkCount[parent], PLACES);
  for (let k = 0; k < known; k++) {
    if (frames.forkPlaces[parent * PLACES + k] === instance) return true;
  }
  return false;
}
