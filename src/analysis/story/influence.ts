import type { Influence } from '../../contracts/result/cascade.js';
import { isFeedback } from './feedback.js';
import type { Episode } from './health.js';
import { blameOn, isDegradedAt, isLonger } from './blame.js';
import { isInside } from './held-connections.js';
import { isOfFailures } from './degradation-words.js';
import type { Lane } from '../measure/lanes.js';
import { sumSteps, type Link, linksFrom } from './links.js';
import { mechanismOf } from './mechanism.js';
import { onTheWay } from './on-the-way.js';
import { saturatedShare } from './saturation.js';
import type { Steps } from '../measure/steps.js';
import { byCodeUnit } from '../../text/order.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import type { Scene } from './scene.js';

/** An influence with its onset as a step. */
export interface StepInfluence extends Influence {
  readonly step: number;
}

/** A callee is to blame if it causes at least this share of a caller's degradation. */
export const BLAME = 0.3;
/** Retries count as load from this multiple of the attempts per call before the fault. */
const RETRY_GROWTH = 1.5;
const LOOK_AHEAD_NS = 5_000_000_000;
const LOOK_AHEAD_STEPS = 10;
/** Share of the time for which a callee must be saturated for retries to make it worse. */
const OVERLOADED = 0.5;

/**
 * Influences of one run. A callee influences a caller if the caller degrades while the callee is degraded (or a fault
 * hits the calls between them), and at least 30 % of the caller's failed calls, or of its additional requests in the
 * system, belong to that callee. A caller influences its degraded callee if its attempts per call grow by half while
 * the callee, or a component that it calls, is saturated.
 */
export function influencesOf(scene: Scene): readonly StepInfluence[] {
  const found: StepInfluence[] = [];
  for (const link of scene.links) {
    found.push(...spreads(scene, link));
    const downward = retries(scene, link);
    if (downward !== null) found.push(downward);
    found.push(...lockedRows(scene, link));
  }
  return found.sort(byStep);
}

/** Order of influences: by time, then by name. */
export function byStep(a: StepInfluence, b: StepInfluence): number {
  return a.step - b.step || byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to);
}

/** Number of influences on the longest chain without a repeated lane; retries and hedges do not count. */
export function depthOf(influences: readonly Influence[]): number {
  const next = new Map<string, string[]>();
  for (const { from, to, mechanism } of influences) {
    if (!isFeedback(mechanism)) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const known = new Map<string, number>();
  const walk = (name: string, above: ReadonlySet<string>): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    let longest = 0;
    for (const to of next.get(name) ?? []) {
      if (above.has(to)) continue;
      longest = Math.max(longest, 1 + walk(to, new Set([...above, to])));
    }
    known.set(name, longest);
    return longest;
  };
  let deepest = 0;
  for (const name of next.keys()) deepest = Math.max(deepest, walk(name, new Set([name])));
  return deepest;
}

/** Influences of a callee on its caller, one per episode of the caller: each time it gets worse has its own cause. */
function spreads(scene: Scene, link: Link): readonly StepInfluence[] {
  const { steps, health, baseline } = scene;
  const found: StepInfluence[] = [];
  for (const episode of health.get(link.caller)?.episodes ?? []) {
    if (episode.until <= baseline || !isDegradedAt(scene, link, episode.from)) continue;
    const until = lookUntil(episode, steps);
    const { blame, failed, held } = blameOn(scene, link, episode.from, until);
    if (blame < BLAME) continue;
    const isSlow = !isOfFailures(link.caller, episode, baseline);
    const cause =
      held !== null && held.share >= failed
        ? held
        : mechanismOf(link, episode.from, until, baseline, isSlow);
    found.push({
      from: link.callee.name,
      to: link.caller.name,
      at: secondsOf(scene, episode.from),
      step: episode.from,
      ...onTheWay(scene, link, episode.from, until, cause),
    });
  }
  return found;
}

/**
 * Influences through row locks: a database that models its rows degrades although no fault hits it and it has spare
 * cores, and calls that are made inside its transactions take longer. Other transactions wait for the rows.
 */
function lockedRows(scene: Scene, link: Link): readonly StepInfluence[] {
  const { data, steps, health, baseline, pools, hits } = scene;
  const owners = pools.filter((pool) => isInside(pool, link)).map(({ owner }) => owner);
  const databases = scene.lanes.filter(
    ({ component }) =>
      owners.includes(component) &&
      data.plan.rows.some((rows) => rows.component === component) &&
      !hits.some(({ components }) => components.has(component)),
  );
  return databases.flatMap((lane) => {
    const episode = health.get(lane)!.episodes.find(({ until }) => until > baseline);
    if (episode === undefined || !isDegradedAt(scene, link, episode.from)) return [];
    const until = lookUntil(episode, steps);
    const isOwn = saturatedShare(lane, episode.from, until) >= OVERLOADED;
    if (isOwn || !isLonger(scene, link, episode.from, until)) return [];
    const { from: step } = episode;
    const text = `transactions of ${link.caller.name} hold their rows while they call ${link.callee.name}`;
    const at = secondsOf(scene, step);
    return [
      { from: link.callee.name, to: lane.name, at, step, mechanism: 'heldLocks', share: 1, text },
    ];
  });
}

/** The first time that a caller loads its degraded callee with retries or hedges. */
function retries(scene: Scene, link: Link): StepInfluence | null {
  const { baseline, health, steps } = scene;
  const made = sumSteps(link.made, 0, baseline);
  const before = made > 0 ? Math.max(1, sumSteps(link.sent, 0, baseline) / made) : 1;
  for (const episode of health.get(link.callee)?.episodes ?? []) {
    if (episode.until <= baseline) continue;
    for (let step = episode.from; step < episode.until; step++) {
      const until = Math.min(episode.until, step + LOOK_AHEAD_STEPS, steps.count);
      const calls = sumSteps(link.made, step, until);
      const hedges = sumSteps(link.hedged, step, until);
      const again = hedges + sumSteps(link.retried, step, until);
      // A call that waits for a connection is sent in a later step than it is made, without a retry.
      const sent = Math.min(sumSteps(link.sent, step, until), calls + again);
      if (calls < 10 || sent < RETRY_GROWTH * before * calls) continue;
      if (!isOverloaded(scene, link.callee, step, until, [])) continue;
      const perCall = sent / calls;
      const most = hedges > (sent - calls) / 2;
      return {
        from: link.caller.name,
        to: link.callee.name,
        at: secondsOf(scene, step),
        step,
        mechanism: most ? 'hedgeLoad' : 'retryLoad',
        share: 1 - calls / sent,
        text: `${formatNumber(perCall)} attempts sent per call made: ${formatShare(1 - calls / sent)} of them are ${most ? 'hedges' : 'retries'}`,
      };
    }
  }
  return null;
}

/** True if a component, or one that its calls lead to, is saturated for most of the time. */
function isOverloaded(
  scene: Scene,
  lane: Lane,
  from: number,
  until: number,
  above: readonly Lane[],
): boolean {
  if (saturatedShare(lane, from, until) >= OVERLOADED) return true;
  return linksFrom(scene, lane).some(
    (link) =>
      !above.includes(link.callee) &&
      sumSteps(link.sent, from, until) > 0 &&
      isOverloaded(scene, link.callee, from, until, [...above, lane]),
  );
}

/** The end of the steps that show how an episode begins. */
export function lookUntil(episode: Episode, steps: Steps): number {
  const ahead = Math.max(LOOK_AHEAD_STEPS, Math.ceil(LOOK_AHEAD_NS / steps.lengthNs[0]));
  return Math.min(episode.until, episode.from + ahead);
}

/**
 * Seconds from the end of the warm-up at which a step begins. If a fault or a rise of the load begins within the
 * step, its start is taken, so that no effect precedes its cause.
 */
export function secondsOf(scene: Scene, step: number): number {
  const { steps, data, faultsNs, loads } = scene;
  const { warmupNs, endNs } = data.plan;
  if (step >= steps.count) return (endNs - warmupNs) / 1e9;
  const start = steps.startNs[step];
  const isInside = (at: number): boolean => at > start && at < start + steps.lengthNs[step];
  const inside = faultsNs.find(isInside) ?? loads.risesNs.find(isInside);
  return ((inside ?? start) - warmupNs) / 1e9;
}

/** Seconds at which a step begins; if a fault ends within the step, its end is taken. */
export function recoverySecondsOf(scene: Scene, step: number): number {
  const { steps, data, endsNs } = scene;
  if (step >= steps.count) return secondsOf(scene, step);
  const start = steps.startNs[step];
  const inside = endsNs.find((at) => at > start && at < start + steps.lengthNs[step]);
  return ((inside ?? start) - data.plan.warmupNs) / 1e9;
}
