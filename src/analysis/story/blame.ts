import { heldBy } from './held-connections.js';
import type { Lane } from '../measure/lanes.js';
import { failedIn, meanSteps, failuresIn, sumSteps, type Link, linksFrom } from './links.js';
import { blockedShare, type Mechanism } from './mechanism.js';
import { hasNoWorkerLeft } from './saturation.js';
import type { Scene } from './scene.js';

/** A smaller growth of the requests in the system is chance. */
const FULLER = 0.1;
/** Workers that wait for a callee count if each call takes this many times as long as before. */
const HELD_GROWTH = 1.5;
const SLACK_NS = 2_000_000_000;

/** The part of a caller's trouble in steps [from, until) that comes from one of its callees. */
export interface Blame {
  /** Share of the failures or of the additional waiting, whichever is larger. */
  readonly blame: number;
  readonly failed: number;
  /** Connections that the calls hold, if they do. */
  readonly held: Mechanism | null;
}

/** The blame of a callee for the trouble of its caller in steps [from, until). */
export function blameOn(scene: Scene, link: Link, from: number, until: number): Blame {
  const failed = failedShare(scene, link, from, until);
  const isHeld = isLonger(scene, link, from, until);
  const isOwn = refusesItself(link.caller, from, until, isHeld);
  const held = isHeld ? heldBy(scene.pools, link, from, until) : null;
  const blame = Math.max(
    failed,
    isOwn ? 0 : waitingShare(scene, link, from, until),
    heldShare(scene, link, from, until),
    held?.share ?? 0,
  );
  return { blame, failed, held };
}

/**
 * Whether the callee is degraded, or a fault hits it or the calls to it, around the step in which the caller
 * degrades.
 */
export function isDegradedAt(scene: Scene, link: Link, step: number): boolean {
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

function failedShare({ baseline }: Scene, link: Link, from: number, until: number): number {
  const { caller } = link;
  if (link.isHandled) return 0;
  // Requests without a response are not good either; those that callers usually cancel are.
  const cancelled = sumSteps(caller.cancelled, 0, baseline);
  const usual = baseline > 0 ? cancelled / Math.max(1, sumSteps(caller.arrivals, 0, baseline)) : 1;
  let bad = 0;
  for (let step = from; step < until; step++) {
    const left = caller.arrivals[step] - caller.good[step];
    const failed =
      caller.workers === 0
        ? left
        : Math.max(caller.errors[step], left - usual * caller.arrivals[step]);
    bad += Math.max(0, failed);
  }
  return bad > 0 ? Math.min(1, failuresIn(link.calls, from, until) / bad) : 0;
}

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
  const own = linksFrom(scene, caller);
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
  const bad = failedIn(lane, from, until);
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
export function isLonger(scene: Scene, link: Link, from: number, until: number): boolean {
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
  for (const link of linksFrom(scene, caller)) {
    const growth =
      meanSteps(link.inFlight, from, until) - meanSteps(link.inFlight, 0, scene.baseline);
    more += Math.max(0, growth);
  }
  return more;
}
