import type { Influence } from '../../spec/result/cascade.js';
import { isFeedback } from './feedback.js';
import type { Episode } from './health.js';
import { heldBy, isInside } from './held-connections.js';
import { isOfFailures } from './degradation-words.js';
import type { Lane } from '../measure/lanes.js';
import { meanSteps, outcomesIn, sumSteps, type Link } from './links.js';
import { blockedShare, mechanismOf } from './mechanism.js';
import { onTheWay } from './on-the-way.js';
import { hasNoWorkerLeft, saturatedShare } from './saturation.js';
import type { Steps } from '../measure/steps.js';
import { byCodeUnit } from '../measure/variant-data.js';
import { formatNumber, formatShare } from '../../text/figures.js';
import type { Scene } from './scene.js';

/** An influence with its onset as a step. */
export interface StepInfluence extends Influence {
  readonly step: number;
}

/** A callee is to blame if it causes at least this share of a caller's degradation. */
const BLAME = 0.3;
/** Retries count as load from this multiple of the attempts per call before the fault. */
const RETRY_GROWTH = 1.5;
const LOOK_AHEAD_NS = 5_000_000_000;
const LOOK_AHEAD_STEPS = 10;
/** A smaller growth of the requests in the system is chance. */
const FULLER = 0.1;
/** Workers that wait for a callee count if each call takes this many times as long as before. */
const HELD_GROWTH = 1.5;
/** Share of the time for which a callee must be saturated for retries to make it worse. */
const OVERLOADED = 0.5;
const SLACK_NS = 2_000_000_000;

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
  return found.sort(
    (a, b) => a.step - b.step || byCodeUnit(a.from, b.from) || byCodeUnit(a.to, b.to),
  );
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
    const failed = failedShare(link, episode.from, until);
    const isHeld = isLonger(scene, link, episode.from, until);
    const isOwn = refusesItself(link.caller, episode.from, until, isHeld);
    const held = isHeld ? heldBy(scene.pools, link, episode.from, until) : null;
    const blame = Math.max(
      failed,
      isOwn ? 0 : waitingShare(scene, link, episode.from, until),
      heldShare(scene, link, episode.from, until),
      held?.share ?? 0,
    );
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
 * Whether the callee is degraded, or a fault hits it or the calls to it, around the step in which the caller
 * degrades.
 */
function isDegradedAt(scene: Scene, link: Link, step: number): boolean {
  const slack = Math.max(2, Math.ceil(SLACK_NS / scene.steps.lengthNs[0]));
  const isDegraded = (scene.health.get(link.callee)?.episodes ?? []).some(
    (episode) => episode.from <= step + slack && episode.until >= step - slack,
  );
  if (isDegraded) return true;
  return scene.hits.some(
    (hit) =>
      hit.from <= step + slack &&
      hit.until >= step &&
      (hit.components.has(link.callee.component) || link.stats.some((stat) => hit.stats.has(stat))),
  );
}

function failedShare(link: Link, from: number, until: number): number {
  const { caller } = link;
  let bad = 0;
  for (let step = from; step < until; step++) {
    const failed =
      caller.workers === 0 ? caller.arrivals[step] - caller.good[step] : caller.errors[step];
    bad += Math.max(0, failed);
  }
  const outcomes = outcomesIn(link.calls, from, until);
  let failed = 0;
  outcomes.forEach((n, kind) => {
    if (!QUIET.has(kind)) failed += n;
  });
  return bad > 0 ? Math.min(1, failed / bad) : 0;
}

/** ok, clientError, cancelled, degraded, unfinished: see OUTCOME_NAMES. */
const QUIET: ReadonlySet<number> = new Set([0, 1, 14, 15, 17]);

/** Share of the caller's additional requests in the system that are calls in flight to this callee. */
function waitingShare(scene: Scene, link: Link, from: number, until: number): number {
  const before = meanSteps(link.inFlight, 0, scene.baseline);
  const more = meanSteps(link.inFlight, from, until) - before;
  const { inSystem } = link.caller;
  if (inSystem.length === 0) return partOf(more, moreOf(scene, link.caller, from, until));
  const usual = meanSteps(inSystem, 0, scene.baseline);
  const all = meanSteps(inSystem, from, until) - usual;
  return all > FULLER * usual ? partOf(more, all) : slowedShare(scene, link, from, until);
}

function partOf(more: number, all: number): number {
  return more > 0 && all > 0 ? Math.min(1, more / all) : 0;
}

/**
 * The same for a caller whose number of requests in the system cannot grow, such as a sequential consumer. By
 * Little's law: the share of the additional time per request that is longer calls to this callee.
 */
function slowedShare(scene: Scene, link: Link, from: number, until: number): number {
  const { caller } = link;
  const isCounted = meanSteps(caller.inSystem, from, until) > 0;
  // Messages of a consumer are not requests in the system, so the time of its calls is used instead.
  const own = scene.links.filter((other) => other.caller === caller);
  const all = isCounted ? [caller.inSystem] : own.map(({ inFlight }) => inFlight);
  const each = (levels: readonly Float64Array[], first: number, last: number): number =>
    levels.reduce((sum, level) => sum + meanSteps(level, first, last), 0) /
    meanSteps(caller.finished, first, last);
  const longer = (levels: readonly Float64Array[]): number =>
    each(levels, from, until) - each(levels, 0, scene.baseline);
  return partOf(longer([link.inFlight]), longer(all));
}

/**
 * True if a component's own limits reject half of the requests that it fails while workers are free: a rate limit, or a
 * concurrency limit although its calls take no longer than before (`isHeld` is false).
 */
function refusesItself(lane: Lane, from: number, until: number, isHeld: boolean): boolean {
  const shed = sumSteps(lane.shed, from, until);
  const bad = sumSteps(lane.arrivals, from, until) - sumSteps(lane.good, from, until);
  if (!(shed > 0 && shed >= bad / 2)) return false;
  if (isHeld && sumSteps(lane.overRate, from, until) < shed / 2) return false;
  for (let step = from; step < until; step++) if (hasNoWorkerLeft(lane, step)) return false;
  return true;
}

/**
 * Largest share of the caller's workers that wait for this callee while no worker is free, if calls take longer than
 * before.
 */
function heldShare(scene: Scene, link: Link, from: number, until: number): number {
  let most = 0;
  for (let step = from; step < until; step++) {
    if (hasNoWorkerLeft(link.caller, step))
      most = Math.max(most, blockedShare(link, step, step + 1));
  }
  return isLonger(scene, link, from, until) ? most : 0;
}

/** True if calls take clearly longer than before the first fault. */
function isLonger(scene: Scene, link: Link, from: number, until: number): boolean {
  const before = perCall(link, 0, scene.baseline);
  return before === null || (perCall(link, from, until) ?? Infinity) > HELD_GROWTH * before;
}

/** Mean time of a call in steps, by Little's law; null without calls. */
function perCall(link: Link, from: number, until: number): number | null {
  const made = meanSteps(link.made, from, until);
  return made > 0 ? meanSteps(link.inFlight, from, until) / made : null;
}

function moreOf(scene: Scene, caller: Lane, from: number, until: number): number {
  let more = 0;
  for (const link of scene.links) {
    if (link.caller !== caller) continue;
    const growth =
      meanSteps(link.inFlight, from, until) - meanSteps(link.inFlight, 0, scene.baseline);
    more += Math.max(0, growth);
  }
  return more;
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
        text: `${formatNumber(perCall)} attempts per call: ${formatShare(1 - calls / sent)} of them are ${most ? 'hedges' : 'retries'}`,
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
  return scene.links.some(
    (link) =>
      link.caller === lane &&
      !above.includes(link.callee) &&
      sumSteps(link.sent, from, until) > 0 &&
      isOverloaded(scene, link.callee, from, until, [...above, lane]),
  );
}

function lookUntil(episode: Episode, steps: Steps): number {
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
