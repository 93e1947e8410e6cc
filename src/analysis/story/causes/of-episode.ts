import type { StoryEvent } from '../../../contracts/result/cascade.js';
import type { CauseFact } from '../../../contracts/result/cause.js';
import { isFeedback } from '../feedback.js';
import { FEW_ARRIVALS } from '../../measure/health-windows.js';
import type { Episode } from '../health.js';
import { lookUntil, type StepInfluence } from '../influence.js';
import type { Lane } from '../../measure/lanes.js';
import { sumSteps } from '../links.js';
import type { Scene } from '../scene.js';
import { sizesAt, SOME_SIZE, suspectsOf, type Suspect } from './suspects.js';

/**
 * The cause of one degradation: the fault on the lane itself with the largest effect, else the first influence, else a
 * fault on it that has no visible effect of its own. A load hits a request of users only if it is one of the causes.
 */
export function causeOf(
  scene: Scene,
  lane: Lane,
  episode: Episode,
  influences: readonly StepInfluence[],
  causes: readonly CauseFact[],
): Pick<StoryEvent, 'cause' | 'mechanism'> {
  const influence = influences.find(
    ({ to, step, mechanism }) =>
      to === lane.name && !isFeedback(mechanism) && step >= episode.from && step < episode.until,
  );
  const from =
    influence === undefined ? null : { cause: influence.from, mechanism: influence.mechanism };
  const own = faultOn(scene, lane, episode, causes);
  if (own !== null && (own.isStrong || from === null))
    return { cause: own.suspect.fault.id, mechanism: own.suspect.fault.kind };
  return from ?? { cause: null, mechanism: null };
}

function faultOn(
  scene: Scene,
  lane: Lane,
  episode: Episode,
  causes: readonly CauseFact[],
): { readonly suspect: Suspect; readonly isStrong: boolean } | null {
  const isUser = lane.workers === 0;
  const onset = episode.from + 1;
  const hitting = suspectsOf(scene).filter(
    ({ touched, from, until }) =>
      (isUser ? touched.workloads : touched.components).has(lane.component) &&
      from < episode.until &&
      until >= episode.from,
  );
  if (isUser) {
    const starts = hitting.filter(
      ({ fault, from }) =>
        from <= onset && causes.some((cause) => cause.fault === fault.id && cause.role === 'cause'),
    );
    const last = starts[starts.length - 1];
    return last === undefined ? null : { suspect: last, isStrong: false };
  }
  const begun = hitting.filter(({ from }) => from <= onset);
  // Few requests are judged together, so that one that begins among them may be the cause too.
  const near = hitting.filter(
    ({ from }) => sumSteps(lane.finished, episode.from, from) < FEW_ARRIVALS,
  );
  const pool = begun.length > 0 ? begun : near;
  if (pool.length === 0) return null;
  const until = lookUntil(episode, scene.steps);
  const sized = sizesAt(scene, pool, lane, episode.from, until);
  const best = sized.reduce((a, b) => (b.size > a.size ? b : a));
  if (best.size >= SOME_SIZE) return { suspect: best.suspect, isStrong: true };
  // Earlier faults did no harm until then.
  const last = pool.reduce((a, b) => (b.from > a.from ? b : a));
  const isNamed = causes.some((cause) => cause.fault === last.fault.id);
  return { suspect: last, isStrong: isNamed && Math.abs(last.from - episode.from) <= 1 };
}
