import type { RunRecord } from '../../../spec/record/record.js';
import type { Episode } from '../health.js';
import { lookUntil, type StepInfluence } from '../influence.js';
import type { Lane } from '../../measure/lanes.js';
import { stepAt } from '../../measure/steps.js';
import { sumSteps } from '../links.js';
import type { Scene } from '../scene.js';
import { keyOf, type Candidate, type Growth } from './candidate.js';
import { growthsBy } from './conditions.js';
import { isActive, sizeAt, sizeOfLoad, sizeOnLink, suspectsOf, type Suspect } from './suspects.js';
import { named, partsOf, type Walk } from './walk.js';

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
  for (const lane of scene.lanes) {
    if (lane.workers !== 0 || !scene.data.requests.includes(lane.parts[0])) continue;
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
  const harm = harmBySteps(scene, lane, episode);
  const cuts = [episode.from, ...changesIn(scene, suspects, episode), episode.until];
  let mix: { readonly candidate: Candidate; readonly part: number }[] = [];
  for (let k = 0; k + 1 < cuts.length; k++) {
    const [from, until] = [cuts[k], cuts[k + 1]];
    const total = sumSteps(harm, from - episode.from, until - episode.from);
    const isOver = mix.some(
      ({ candidate: { suspect } }) => suspect !== null && suspect.until <= from,
    );
    const isFresh = k === 0 || isOver;
    if (isFresh) {
      const end = Math.min(until, lookUntil({ ...episode, from }, scene.steps));
      const fresh = partsOf({ ...run, from, until: end }, lane);
      if (k === 0 || fresh.length > 0) mix = [...fresh];
    } else mix = worsened(scene, suspects, harm, mix, episode, from, until);
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
      if (isFresh) known.isFirst = true;
      if (isFresh && !known.episodes.has(lane)) known.episodes.set(lane, episode);
    }
  }
}

/** Requests that fail above the usual share by step; where hardly any fails, all that arrive. */
function harmBySteps({ baseline }: Scene, lane: Lane, { from, until }: Episode): Float64Array {
  const usual =
    baseline > 0
      ? 1 - sumSteps(lane.good, 0, baseline) / Math.max(1, sumSteps(lane.arrivals, 0, baseline))
      : 0;
  const harm = new Float64Array(until - from);
  for (let step = from; step < until; step++) {
    harm[step - from] = Math.max(0, lane.arrivals[step] * (1 - usual) - lane.good[step]);
  }
  const arrivals = sumSteps(lane.arrivals, from, until);
  if (sumSteps(harm, 0, harm.length) >= FAILS * arrivals) return harm;
  return harm.map((_, i) => lane.arrivals[from + i]);
}

/** Steps within an episode in which a fault begins or a load rises. */
function changesIn(
  scene: Scene,
  suspects: readonly Suspect[],
  { from, until }: Episode,
): readonly number[] {
  const rises = scene.loads.risesNs.map((at) => stepAt(scene.steps, at));
  const all = [...suspects.map((suspect) => suspect.from), ...rises];
  return [...new Set(all)]
    .filter((step) => step > from + 1 && step < until - 1)
    .sort((a, b) => a - b);
}

/** The causes after a change: the part by which the harm has grown since belongs to the change. */
function worsened(
  scene: Scene,
  suspects: readonly Suspect[],
  harm: Float64Array,
  mix: { readonly candidate: Candidate; readonly part: number }[],
  episode: Episode,
  from: number,
  until: number,
): { readonly candidate: Candidate; readonly part: number }[] {
  const at = from - episode.from;
  const first = Math.max(0, at - AROUND);
  const last = Math.min(until - episode.from, at + AROUND);
  const before = sumSteps(harm, first, at) / (at - first);
  const after = sumSteps(harm, at, last) / (last - at);
  const noise = 2 * Math.sqrt(before / (at - first) + after / (last - at));
  if (!(after - before > Math.max(WORSE * before, noise))) return mix;
  const began = suspects
    .filter((suspect) => Math.abs(suspect.from - from) <= 1 && isActive(suspect, from))
    .map((suspect) => ({
      candidate: named(scene, suspect, null),
      weight: sizeOf(scene, suspect, from, until),
    }))
    .filter(({ weight }) => weight > 0);
  const growth = growthsBy(scene, from).find(({ step }) => Math.abs(step - from) <= 1);
  const own = growth === undefined ? [] : [ofGrowth(scene, growth, from)];
  const added = [...began, ...own];
  const all = added.reduce((sum, { weight }) => sum + weight, 0);
  if (all === 0) return mix;
  const share = (after - before) / after;
  return [
    ...mix.map(({ candidate, part }) => ({ candidate, part: part * (1 - share) })),
    ...added.map(({ candidate, weight }) => ({ candidate, part: (share * weight) / all })),
  ];
}

function ofGrowth(
  { data }: Scene,
  growth: Growth,
  from: number,
): { candidate: Candidate; weight: number } {
  const subject = data.plan.components[growth.workload].name;
  const ref = { kind: 'load', subject } as const;
  const candidate: Candidate = { ref, suspect: null, lane: null, from, growth, evidence: '' };
  return { candidate, weight: 1 - growth.before / growth.after };
}

/** The largest effect of a fault on anything that it hits. */
function sizeOf(scene: Scene, suspect: Suspect, from: number, until: number): number {
  const { lanes, links } = scene;
  const hit = lanes.filter(
    ({ component, workers }) => workers > 0 && suspect.touched.components.has(component),
  );
  const sizes = [
    ...hit.map((lane) => sizeAt(scene, suspect, lane, from, until)),
    ...links.map((link) => sizeOnLink(scene, suspect, link, from, until)),
    suspect.touched.workloads.size > 0 ? sizeOfLoad(scene, suspect, from, until) : 0,
    suspect.isUnplaced ? 1 : 0,
  ];
  return sizes.reduce((most, size) => Math.max(most, size), 0);
}
