import { linksInto } from '../links.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import type { StepInfluence } from '../influence.js';
import type { Lane } from '../../measure/lanes.js';
import type { Scene } from '../scene.js';
import { isBounded, isWeak } from './bounds.js';
import { isActive, riseOn, SOME_SIZE, type Sized, type Suspect } from './suspects.js';

/** Steps by which an effect may precede the step in which its cause is known. */
export const SLACK = 1;
/** Steps after its start in which a fault without a visible effect may begin to show. */
export const RECENT = 10;
const MERGED = 5;

/** A walk from a degraded request of the users down to the components that started it. */
export interface Walk {
  readonly scene: Scene;
  readonly record: RunRecord;
  readonly suspects: readonly Suspect[];
  readonly influences: readonly StepInfluence[];
  /** Steps of the degradation that are judged: [from, until). */
  readonly from: number;
  readonly until: number;
}

/** Faults that hit a component, or the load of a workload, and are active as the degradation begins. */
export function hitting({ suspects, from }: Walk, lane: Lane): readonly Suspect[] {
  return suspects.filter(
    (suspect) => suspect.touched.components.has(lane.component) && isActive(suspect, from),
  );
}

/**
 * A fault that is over as the degradation begins had done no harm, if another one begins there, or is no longer hidden by
 * earlier ones, and shows an effect.
 */
export function withoutOver(sized: readonly Sized[], step: number): readonly Sized[] {
  const isNew = ({ suspect: { from, hidden } }: Sized): boolean =>
    [from, ...(hidden === null ? [] : [hidden.until])].some((at) => Math.abs(at - step) <= SLACK);
  const begins = sized.some((one) => one.size >= SOME_SIZE && isNew(one));
  return begins ? sized.filter((one) => isNew(one) || one.suspect.until > step + SLACK) : sized;
}

/**
 * Faults that begin on a caller right as it degrades, where those on the callee have done no harm for a while: a restart
 * opens connections to a server whose certificate has expired. Neither does it alone: each has the same weight, for as
 * long as the other one acts.
 */
export function openersOf(
  { scene, suspects, from }: Walk,
  callee: Lane,
  silent: readonly Sized[],
): readonly Sized[] {
  if (silent.some(({ suspect }) => suspect.from + RECENT > from)) return [];
  const size = Math.max(...silent.map((one) => one.size));
  const until = Math.max(...silent.map(({ suspect }) => suspect.until));
  return suspects
    .filter(
      ({ bounds, touched, from: start }) =>
        !isBounded(bounds) &&
        Math.abs(start - from) <= SLACK &&
        linksInto(scene, callee).some((link) => touched.components.has(link.caller.component)),
    )
    .map((suspect) => ({ suspect: { ...suspect, until }, size }));
}

/** The faults whose effect does not show at once, such as an empty cache: those at the component before all others. */
export function unseenAt(walk: Walk, lane: Lane): readonly Sized[] {
  // A version that had done no harm until the load rises does none. Nothing shows that of a frozen autoscaler.
  const rise = riseOn(walk.scene, lane, walk.from) ?? 0;
  const here = hitting(walk, lane).filter(
    ({ from, fault }) => fault.rollout === null || from + RECENT >= rise,
  );
  const recent = walk.suspects.filter(
    (suspect) => here.includes(suspect) || isRecent(suspect, lane, walk.from),
  );
  // More load may fill a component that it does not reach yet, because another one is in its way.
  const open = recent.filter(
    ({ bounds, touched }) =>
      !isBounded(bounds) || (touched.workloads.size > 0 && !isWeak(bounds, SOME_SIZE)),
  );
  const near = open.filter((suspect) => here.includes(suspect) || suspect.isUnplaced);
  const strong = here.filter(({ bounds }) => !isWeak(bounds, SOME_SIZE));
  const found = near.length > 0 ? near : open.length > 0 ? open : strong;
  return latest(found.map((suspect) => ({ suspect, size: 1 })));
}

/**
 * Whether a fault began a moment ago, since the entries of a cache are missed one by one; or begins on the component a
 * moment later, since few requests are judged together.
 */
function isRecent({ from, touched }: Suspect, lane: Lane, step: number): boolean {
  if (from > step + SLACK) return from <= step + MERGED && touched.components.has(lane.component);
  return from + RECENT >= step;
}

/** Those that began last: earlier ones had done no harm until then. */
export function latest<S extends { readonly suspect: Suspect }>(all: readonly S[]): readonly S[] {
  const last = all.reduce((step, { suspect }) => Math.max(step, suspect.from), -1);
  return all.filter(({ suspect }) => suspect.from === last);
}
