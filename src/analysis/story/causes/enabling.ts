import type { CauseFact } from '../../../contracts/result/cause.js';
import type { PlanFault } from '../../../contracts/plan/plan.js';
import { meanSteps } from '../links.js';
import { usersOf, type Scene } from '../scene.js';
import { isActive, sizesAt, suspectsOf, type Suspect } from './suspects.js';

/** Below this size a fault has no effect of its own. */
const NONE = 0.02;
/** Steps in which the effect is measured. */
const STEPS = 10;

/**
 * Faults without an effect of their own that are active as a cause begins on the same component, such as lists of
 * instances that are not updated. They may make its effect possible, which only a run without them shows. Also faults
 * that may have made the condition of a cause true.
 */
export function enablingFaults(scene: Scene, causes: readonly CauseFact[]): ReadonlySet<string> {
  return new Set(enablersOf(scene, causes).map(({ early }) => early.fault.id));
}

/** Steps by which the end of a degradation may differ from that of a fault. */
const TOGETHER = 2;

/**
 * Those of them with which the trouble ends while the cause goes on: it needs both. Users that degrade as the cause begins are
 * healthy again as soon as the lists of instances are updated, though the instance is still down.
 */
export function jointFaults(scene: Scene, causes: readonly CauseFact[]): ReadonlySet<PlanFault> {
  const episodes = usersOf(scene).flatMap((lane) => scene.health.get(lane)?.episodes ?? []);
  const joint = enablersOf(scene, causes).filter(({ early, cause }) => {
    if (cause.until <= early.until + TOGETHER || early.until >= scene.steps.count) return false;
    const own = episodes.filter(({ from, until }) => until > cause.from && from < cause.until);
    return (
      own.length > 0 &&
      own.every(
        ({ from, until }) => from < early.until && Math.abs(until - early.until) <= TOGETHER,
      )
    );
  });
  return new Set(joint.map(({ early }) => early.fault));
}

/** A cause, and a fault that may make its effect possible. */
interface Enabler {
  readonly early: Suspect;
  readonly cause: Suspect;
}

function enablersOf(scene: Scene, causes: readonly CauseFact[]): readonly Enabler[] {
  const suspects = suspectsOf(scene);
  const isNamed = (id: string): boolean => causes.some(({ fault }) => fault === id);
  const found: Enabler[] = [];
  for (const early of suspects) {
    if (isNamed(early.fault.id)) continue;
    for (const cause of suspects) {
      if (!isNamed(cause.fault.id) || early.from >= cause.from) continue;
      if (isActive(early, cause.from) && mayEnable(scene, early, cause))
        found.push({ early, cause });
    }
  }
  return found;
}

function mayEnable(scene: Scene, early: Suspect, cause: Suspect): boolean {
  if (isWatched(scene, early, cause)) return true;
  const lane = scene.lanes.find(
    ({ component, workers }) =>
      workers > 0 &&
      early.touched.components.has(component) &&
      cause.touched.components.has(component),
  );
  if (lane === undefined) return false;
  // Instances that are away are an effect, also where the others make up for them.
  const up = meanSteps(lane.up, Math.max(early.from, cause.from - STEPS), cause.from);
  if (up < 1 - NONE) return false;
  const [own] = sizesAt(scene, [early, cause], lane, cause.from, cause.from + STEPS);
  return own.size < NONE;
}

/** Faults that may have made the condition of a cause (`when`) true: the cause is an effect of them. */
export function conditionMakers(
  scene: Scene,
  causes: readonly CauseFact[],
): ReadonlySet<PlanFault> {
  const suspects = suspectsOf(scene);
  const isNamed = ({ fault: { id } }: Suspect): boolean => causes.some(({ fault }) => fault === id);
  const watched = suspects.filter((suspect) => suspect.fault.when !== null && isNamed(suspect));
  const makers = suspects.filter((early) =>
    watched.some(
      (cause) =>
        early.from < cause.from && isActive(early, cause.from) && isWatched(scene, early, cause),
    ),
  );
  return new Set(makers.map(({ fault }) => fault));
}

/**
 * The causes, of which faults that strike only because others make their condition (`when`) true are amplifiers: alone
 * they do nothing. How much harm would be left without them, only a run shows. Without the others there is none, so that
 * these have all of it.
 */
export function withFollowers(scene: Scene, causes: readonly CauseFact[]): readonly CauseFact[] {
  const suspects = suspectsOf(scene);
  const activations = ({ fault }: CauseFact): readonly Suspect[] =>
    suspects.filter((suspect) => suspect.fault.id === fault);
  const makersOf = (late: CauseFact): readonly CauseFact[] => {
    const [watching] = activations(late);
    return causes.filter(
      (early) =>
        early.at < late.at && activations(early).some((one) => isWatched(scene, one, watching)),
    );
  };
  const makers = new Map(causes.map((cause) => [cause, makersOf(cause)]));
  const addedTo = (cause: CauseFact): number =>
    [...makers].reduce(
      (sum, [{ share }, own]) => sum + (own.includes(cause) ? (share ?? 0) / own.length : 0),
      0,
    );
  return causes.map((cause) => {
    if (makers.get(cause)!.length > 0) return { ...cause, role: 'amplifier', share: null };
    return { ...cause, share: cause.share === null ? null : cause.share + addedTo(cause) };
  });
}

/**
 * Whether a fault strikes under a condition (`when`) on a component that another fault hits, that depends on it, or that
 * the load reaches which it changes.
 */
function isWatched({ links }: Scene, early: Suspect, late: Suspect | undefined): boolean {
  const when = late?.fault.when ?? null;
  if (when === null) return false;
  const reach = (from: Iterable<number>, isDown: boolean): ReadonlySet<number> => {
    const reached = new Set(from);
    for (const component of reached) {
      for (const { caller, callee } of links) {
        const [start, end] = isDown ? [caller, callee] : [callee, caller];
        if (start.component === component) reached.add(end.component);
      }
    }
    return reached;
  };
  return (
    reach(early.touched.components, false).has(when.component) ||
    reach(early.touched.workloads, true).has(when.component)
  );
}
