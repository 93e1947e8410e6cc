import type { RunRecord } from '../../../contracts/record/record.js';
import type { Lane } from '../../measure/lanes.js';
import { failedIn, failuresIn, sumSteps, linksFrom } from '../links.js';
import { usersOf, type Scene } from '../scene.js';
import { keyOf, type Candidate } from './candidate.js';
import { conditionsAt } from './conditions.js';
import type { Harm } from './harm.js';
import type { Place } from './special-conditions.js';

/** A smaller share of failed requests of users is not explained. */
const SOME = 0.01;
/** Fewer failures are chance, unless most requests fail. */
const FEWEST = 5;
/** Part of the failed requests of users, or of a component, that is most of them. */
const MOST = 0.5;

/**
 * The causes of failures that never count as a degradation: they come as often at any time of a run without a fault, or
 * in too few requests at a time. The way to them is that of most failed calls.
 */
export function steadyCauses(scene: Scene, record: RunRecord): readonly Harm[] {
  const { steps, faultsNs } = scene;
  if (faultsNs.length > 0) return [];
  const harms = new Map<string, Harm>();
  /** By component. The requests of a workload often fail at the same one. */
  const mains = new Map<Lane, Candidate | undefined>();
  for (const lane of usersOf(scene)) {
    const failed = failedIn(lane, 0, steps.count);
    const arrived = sumSteps(lane.arrivals, 0, steps.count);
    if (failed < SOME * arrived || (failed < FEWEST && failed < MOST * arrived)) continue;
    const place = { scene, record, from: 0, until: steps.count };
    const at = deepestFailing({ ...place, lane });
    if (!mains.has(at)) mains.set(at, conditionsAt({ ...place, lane: at })[0]);
    const main = mains.get(at);
    if (main === undefined) continue;
    const key = keyOf(main.ref);
    const known = harms.get(key);
    if (known !== undefined) known.requests += failed;
    else harms.set(key, { candidate: main, requests: failed, isFirst: true, episodes: new Map() });
  }
  return [...harms.values()];
}

/** The component at the end of the calls of which most fail. */
function deepestFailing({ scene, lane, from, until }: Place): Lane {
  const seen = new Set<Lane>();
  let at = lane;
  while (!seen.has(at)) {
    seen.add(at);
    const failed = failedIn(at, from, until);
    const next = linksFrom(scene, at).find(
      ({ attempts }) => failuresIn(attempts, from, until) >= MOST * failed,
    );
    if (next !== undefined) at = next.callee;
  }
  return at;
}
