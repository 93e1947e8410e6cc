import type { RunRecord } from '../../../contracts/record/record.js';
import type { Episode } from '../health.js';
import { lookUntil, type StepInfluence } from '../influence.js';
import type { Lane } from '../../measure/lanes.js';
import { SparseMerge } from '../../measure/sparse.js';
import { stepAt } from '../../measure/steps.js';
import { meanSteps, sumSteps } from '../links.js';
import { usersOf, type Scene } from '../scene.js';
import { divided, keyOf, type Candidate, type Part } from './candidate.js';
import { suspectsOf, type Suspect } from './suspects.js';
import type { Walk } from './hidden.js';
import { partsOf } from './walk.js';

/** A cause with the requests of users that it harms. */
export interface Harm {
  readonly candidate: Candidate;
  /** Failed and slow requests. */
  requests: number;
  /** It begins a degradation, and does not only make one worse. */
  isFirst: boolean;
  /** Degradations of user requests that it causes, by lane. */
  readonly episodes: Map<Lane, Episode>;
}

/** Share of failed requests below which a degradation is one of slowness. */
const FAILS = 0.02;
/** A success is slow from this multiple of the usual p99 on. */
const SLOW = 2;
/** Steps before and after a change that are compared. */
const AROUND = 10;
/** Growth of the harm by which a change makes it worse. */
const WORSE = 0.15;

/** The causes of all degradations of user requests in one run, by key. */
export function harmsOf(
  scene: Scene,
  record: RunRecord,
  influences: readonly StepInfluence[],
): ReadonlyMap<string, Harm> {
  const suspects = suspectsOf(scene);
  const harms = new Map<string, Harm>();
  const run = { scene, record, suspects, influences };
  for (const lane of usersOf(scene)) {
    for (const episode of scene.health.get(lane)?.episodes ?? []) {
      if (episode.until > scene.baseline) ofEpisode(run, lane, episode, harms);
    }
  }
  return harms;
}

function ofEpisode(
  run: Omit<Walk, 'from' | 'until'>,
  lane: Lane,
  episode: Episode,
  harms: Map<string, Harm>,
): void {
  const { scene, suspects } = run;
  const harm = harmBySteps(run, lane, episode);
  const cuts = [episode.from, ...changesIn(scene, suspects, episode), episode.until];
  let mix: readonly Part[] = [];
  for (let k = 0; k + 1 < cuts.length; k++) {
    const [from, until] = [cuts[k], cuts[k + 1]];
    const total = sumSteps(harm, from - episode.from, until - episode.from);
    const end = Math.min(until, lookUntil({ ...episode, from }, scene.steps));
    const fresh = partsOf({ ...run, from, until: end }, lane);
    const before = mix;
    mix = k === 0 ? fresh : changed(harm, episode, { before, fresh, from, until });
    for (const { candidate, part } of mix) {
      const key = keyOf(candidate.ref);
      const known = harms.get(key) ?? {
        candidate,
        requests: 0,
        isFirst: false,
        episodes: new Map(),
      };
      harms.set(key, known);
      known.requests += part * total;
      const isFirst = k === 0 || isOver(before, from);
      if (isFirst) known.isFirst = true;
      if (isFirst && !known.episodes.has(lane)) known.episodes.set(lane, episode);
    }
  }
}

/** The causes on both sides of a change in an episode, and the steps [from, until) after it. */
interface Change {
  readonly before: readonly Part[];
  /** What a walk finds after the change. */
  readonly fresh: readonly Part[];
  readonly from: number;
  readonly until: number;
}

/**
 * The causes after a change. Where a cause is over, those that act take their part: users may have been down anyway until
 * then. A cause that is over does no more harm than before. Otherwise those that begin take the part by which the harm
 * has grown.
 */
function changed(harm: Float64Array, episode: Episode, change: Change): readonly Part[] {
  const { before, fresh, from, until } = change;
  if (!isOver(before, from)) return worsened(harm, episode, change);
  const acting = fresh.filter(
    ({ candidate }) => candidate.lane !== null && actsAt(candidate, from),
  );
  const taken = acting.reduce((sum, { part }) => sum + part, 0);
  const keys = new Set(acting.map(({ candidate }) => keyOf(candidate.ref)));
  const others = before.filter(({ candidate }) => !keys.has(keyOf(candidate.ref)));
  const left = others.map(({ candidate, part }) => ({ candidate, weight: part }));
  if (!(taken > 0)) return divided(1, left);
  const at = from - episode.from;
  const was = meanSteps(harm, Math.max(0, at - AROUND), at);
  const is = meanSteps(harm, at, until - episode.from);
  const rest = left.length > 0 ? Math.min(1 - taken, is > 0 ? was / is : 1) : 0;
  const now = acting.map(({ candidate, part }) => ({ candidate, weight: part }));
  return [...divided(1 - rest, now), ...divided(rest, left)];
}

/** Whether a fault among the causes is over, also in what it makes possible. */
function isOver(mix: readonly Part[], step: number): boolean {
  const acting = new Set(
    mix
      .filter(({ candidate }) => actsAt(candidate, step))
      .map(({ candidate }) => keyOf(candidate.ref)),
  );
  return mix.some(
    ({ candidate: { suspect, ref } }) =>
      suspect !== null && suspect.until <= step && !acting.has(keyOf(ref)),
  );
}

/** A fault that acts, or a load that rises. Any other condition is an effect of the fault that is over. */
function actsAt({ suspect, growth, from }: Candidate, step: number): boolean {
  if (suspect !== null) return suspect.until > step;
  return growth !== undefined && Math.abs(from - step) <= 1;
}

/**
 * Requests that fail above the usual share by step, and those that are slow; where hardly any fails, all that arrive.
 */
function harmBySteps(
  { scene: { baseline }, record }: Pick<Walk, 'scene' | 'record'>,
  lane: Lane,
  { from, until }: Episode,
): Float64Array {
  const usual =
    baseline > 0
      ? 1 - sumSteps(lane.good, 0, baseline) / Math.max(1, sumSteps(lane.arrivals, 0, baseline))
      : 0;
  const harm = new Float64Array(until - from);
  for (let step = from; step < until; step++) {
    harm[step - from] = Math.max(0, lane.arrivals[step] * (1 - usual) - lane.good[step]);
  }
  const arrivals = sumSteps(lane.arrivals, from, until);
  if (sumSteps(harm, 0, harm.length) < FAILS * arrivals)
    return harm.map((_, i) => lane.arrivals[from + i]);
  const slow = slowBySteps(record, lane, baseline);
  return harm.map((failed, i) => Math.min(lane.arrivals[from + i], failed + slow(from + i)));
}

/** Successes in a step that are slow, as runs without a fault count them. None is without a time before the faults. */
function slowBySteps(record: RunRecord, lane: Lane, baseline: number): (step: number) => number {
  const usual = lane.usualUntil(baseline);
  if (usual === null) return () => 0;
  const limit = SLOW * usual.quantile(0.99);
  return (step) => {
    const latencies = new SparseMerge();
    for (const part of lane.parts) latencies.add(record.parts[part].stepLatency, step);
    return latencies.count === 0 ? 0 : latencies.atLeast(limit);
  };
}

/** Steps within an episode in which a fault begins or is over, or a load rises. */
function changesIn(
  scene: Scene,
  suspects: readonly Suspect[],
  { from, until }: Episode,
): readonly number[] {
  const rises = scene.loads.risesNs.map((at) => stepAt(scene.steps, at));
  const all = [...suspects.flatMap((one) => [one.from, one.until + 1]), ...rises];
  return [...new Set(all)]
    .filter((step) => step > from + 1 && step < until - 1)
    .sort((a, b) => a - b);
}

/** The causes after a change: the part by which the harm has grown since belongs to those that begin with it. */
function worsened(
  harm: Float64Array,
  episode: Episode,
  { before: mix, fresh, from, until }: Change,
): readonly Part[] {
  const at = from - episode.from;
  const first = Math.max(0, at - AROUND);
  const last = Math.min(until - episode.from, at + AROUND);
  const before = sumSteps(harm, first, at) / (at - first);
  const after = sumSteps(harm, at, last) / (last - at);
  const noise = 2 * Math.sqrt(before / (at - first) + after / (last - at));
  if (!(after - before > Math.max(WORSE * before, noise))) return mix;
  // Any other condition is no more than an effect.
  const began = fresh.filter(
    ({ candidate: { suspect, growth, from: start } }) =>
      (suspect !== null || growth !== undefined) && Math.abs(start - from) <= 1,
  );
  const all = began.reduce((sum, { part }) => sum + part, 0);
  if (all === 0) return mix;
  const share = (after - before) / after;
  return [
    ...mix.map(({ candidate, part }) => ({ candidate, part: part * (1 - share) })),
    ...began.map(({ candidate, part }) => ({ candidate, part: (share * part) / all })),
  ];
}
