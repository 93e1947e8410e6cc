import type { StoryEvent } from '../../contracts/result/cascade.js';
import { comesAndGoes } from '../../contracts/plan/versions.js';
import type { Lane } from '../measure/lanes.js';
import { formatCount, formatInstant, formatNumber } from '../../text/figures.js';
import { isDegradedAt, isLonger } from './blame.js';
import { secondsOf } from './influence.js';
import { maxSteps, meanSteps, sumSteps, workersThere, type Link, linksFrom } from './links.js';
import { blockedShare } from './mechanism.js';
import { saturatedShare, type Saturation } from './saturation.js';
import type { Scene } from './scene.js';

/** Share of the workers that must wait for the same cause for the text to name it. */
const HELD = 0.5;
/** Retries per call from which back-offs may hold workers. */
const RETRIED = 0.5;

/**
 * The resource that a component has used up, and its queue: `10 of 10 workers wait for bank, queue of 20 full`. The queue
 * is the detail if it is full only later.
 */
export function saturationText(
  scene: Scene,
  lane: Lane,
  { from, until, resource }: Saturation,
): Pick<StoryEvent, 'text' | 'head' | 'detail'> {
  // For a scaled component: the instances at the start of the saturation.
  const isScaled = comesAndGoes(scene.data.plan.components[lane.component]);
  const up = isScaled ? lane.up[from] : Math.max(...lane.up.subarray(from, until));
  const there = lane.there[from];
  // The numbers are those of the time of the event: later ones need a time of their own.
  const soon = Math.min(until, from + SOON);
  if (resource === 'cores') {
    const cores = lane.cores * up;
    const all = formatNumber(lane.cores * there);
    const used = Math.min(cores, Math.max(...lane.cpu.subarray(from, soon)));
    const words =
      up < there
        ? `all cores that run in use, ${formatNumber(cores)} of ${all} on average`
        : `${formatNumber(used)} of ${formatNumber(cores)} cores in use`;
    return withQueue(scene, lane, { from, until, words, up });
  }
  const busiest = maxSteps(lane.busyMax, from, soon);
  const workers = lane.workersAt[from];
  const left = Math.round(workers * up);
  const isPartly = left < Math.round(workers * there);
  const all = isPartly
    ? `the ${formatCount(left)} workers that run`
    : `${formatCount(left)} workers`;
  const busy = `${formatCount(Math.min(left, busiest))} of ${all}`;
  const words = `${busy} ${doingWords(scene, lane, from, until)}`;
  return withQueue(scene, lane, { from, until, words, up });
}

/** What is used up, and how long the queue in front of it gets. */
function withQueue(
  scene: Scene,
  lane: Lane,
  {
    from,
    until,
    words,
    up,
  }: Pick<Saturation, 'from' | 'until'> & { readonly words: string; readonly up: number },
): Pick<StoryEvent, 'text' | 'head' | 'detail'> {
  const queue = maxSteps(lane.queueMax, from, until);
  if (!(queue > 0)) return { text: words };
  const queued = (detail: string, length: number): ReturnType<typeof withQueue> => {
    const when = reachedWords(scene, lane, { from, until, length });
    const text = `${words}, ${detail}${when}`;
    return when === '' ? { text } : { text, head: words, detail: `${detail}${when}` };
  };
  const most = formatCount(queue);
  if (!Number.isFinite(lane.placesAt[from])) return queued(`queue up to ${most}`, queue);
  const places = Math.round(lane.placesAt[from] * up);
  const of = formatCount(places);
  if (queue < places) return queued(`queue up to ${most} of ${of}`, queue);
  return queued(`queue of ${of} full`, places);
}

/** Steps after the start of a saturation within which its queue is as long as it gets. */
export const SOON = 2;

/** ` at 63 s`: when the queue reaches a length, if that is clearly after the saturation begins. */
function reachedWords(
  scene: Scene,
  { queueMax }: Lane,
  {
    from,
    until,
    length,
  }: { readonly from: number; readonly until: number; readonly length: number },
): string {
  let step = from;
  while (step < until - 1 && queueMax[step] < length) step++;
  return step < from + SOON ? '' : ` at ${formatInstant(secondsOf(scene, step))}`;
}

/**
 * What the workers do: at least half are held by a fault, or wait for a callee, a connection or a retry; otherwise they
 * are busy.
 */
function doingWords(scene: Scene, lane: Lane, from: number, until: number): string {
  const { startNs } = scene.steps;
  const isOut = scene
    .outagesOf(lane.component)
    .some((span) => startNs[from] < span.untilNs && startNs[until - 1] >= span.fromNs);
  if (isOut) return 'held';
  const links = linksFrom(scene, lane);
  const soon = Math.min(until, from + 2);
  const blocking = links.find(
    (link) => blockedShare(link, from, soon) >= HELD && isHolding(scene, link, from, soon),
  );
  if (blocking !== undefined) return `wait for ${blocking.callee.name}`;
  const waiting = meanSteps(lane.poolWaiting, from, soon) >= HELD * workersThere(lane, from);
  if (waiting) return 'wait for a connection';
  const resting = links.find((link) => isRetried(link, from, soon));
  if (resting !== undefined && isIdle(lane, links, from, soon))
    return `wait to try ${resting.callee.name} again`;
  return 'busy';
}

/**
 * Whether a callee holds the workers of its caller for longer than usual; without a time before a fault, whether it is in
 * trouble. Workers that wait for a healthy callee as long as ever are busy.
 */
function isHolding(scene: Scene, link: Link, from: number, until: number): boolean {
  if (scene.baseline > 0) return isLonger(scene, link, from, until);
  return isDegradedAt(scene, link, from) || saturatedShare(link.callee, from, until) > 0;
}

/** Whether the calls of a link are often retried. */
function isRetried({ retried, made }: Link, from: number, until: number): boolean {
  return sumSteps(retried, from, until) >= RETRIED * Math.max(1, sumSteps(made, from, until));
}

/** Whether most workers have no observable activity: no core, no attempt in flight, no wait for a connection. */
function isIdle(lane: Lane, links: readonly Link[], from: number, until: number): boolean {
  const doing = [lane.cpu, lane.poolWaiting, ...links.map(({ inFlight }) => inFlight)];
  const seen = doing.reduce((sum, column) => sum + meanSteps(column, from, until), 0);
  return meanSteps(lane.busy, from, until) - seen >= HELD * workersThere(lane, from);
}
