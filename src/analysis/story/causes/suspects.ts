import type { Bounds } from '../../../model/faults/knob.js';
import { editsOf } from '../../../patterns/registry.js';
import type { PlanFault } from '../../../contracts/plan/plan.js';
import { isBreakerLayer } from '../../measure/breakers.js';
import { TOO_FEW } from '../../measure/health-windows.js';
import { hitsNothing, isBackground } from '../../measure/background.js';
import { touchedBy, type Touched } from '../../measure/faulted.js';
import type { Lane } from '../../measure/lanes.js';
import { stepAt } from '../../measure/steps.js';
import { meanSteps, failuresIn, sumSteps, type Link, linksFrom, linksInto } from '../links.js';
import { blockedShare } from '../mechanism.js';
import type { Scene } from '../scene.js';
import { boundsOf, growthOf } from './bounds.js';

/** One activation of a fault in one run, in steps [from, until); one whose effect remains, to the end of the run. */
export interface Suspect {
  readonly fault: PlanFault;
  readonly touched: Touched;
  readonly from: number;
  readonly until: number;
  /** It hits no component, link or load: for example the entries of a cache. */
  readonly isUnplaced: boolean;
  /** The most that it does, by its written strength. */
  readonly bounds: Bounds;
  /**
   * The steps of earlier activations on the same part that still act when this one begins, and end before it does. Until
   * then they hide its effect. Null without any.
   */
  readonly hidden: { readonly from: number; readonly until: number } | null;
}

/** Steps before a fault with which its effect is compared. */
const BEFORE_STEPS = 10;
/** Below this size, an effect of a fault does not show. */
export const SOME_SIZE = 0.05;
/** Use of its workers or cores from which a component cannot keep up with its load. */
const FULL = 0.95;
/** Use from which requests wait long enough for time limits to pass. */
const BUSY = 0.8;
/** A caller whose workers wait for a callee at least this much rejects requests because of it. */
const BLOCKED = 0.5;

/** All activations of the faults that hit something and do not last for the entire run. */
export function suspectsOf(scene: Scene): readonly Suspect[] {
  const { plan } = scene.data;
  const faults = plan.faults.filter(
    (fault) => !isBackground(fault, plan) && !hitsNothing(fault, plan),
  );
  return activationsOf(scene, faults);
}

/** The faults on a component that last for the entire run. */
export function usualFaultsOn(scene: Scene, { component }: Lane): readonly Suspect[] {
  const { plan } = scene.data;
  const usual = plan.faults.filter((fault) => isBackground(fault, plan));
  return activationsOf(scene, usual).filter(({ touched }) => touched.components.has(component));
}

function activationsOf(scene: Scene, faults: readonly PlanFault[]): readonly Suspect[] {
  const { data, steps } = scene;
  const all = faults.flatMap((fault) => {
    const touched = touchedBy(fault, data);
    const bounds = boundsOf(fault);
    const lasts = editsOf(fault).some(({ knob }) => knob.outlasts);
    const isUnplaced = touched.components.size + touched.stats.size + touched.workloads.size === 0;
    return scene.spansOf(fault).map((span) => {
      const backs = scene.returnsOf(fault).find(({ untilNs }) => untilNs === span.untilNs);
      const lastNs = Math.max(
        span.untilNs,
        ...[...(backs?.backNs.values() ?? [])].filter(isFinite),
      );
      return {
        fault,
        touched,
        from: stepAt(steps, span.fromNs),
        until: lasts ? steps.count : Math.min(steps.count, stepAt(steps, lastNs) + 1),
        isUnplaced,
        bounds,
      };
    });
  });
  return all.map((one) => ({ ...one, hidden: hiddenBy(one, all) }));
}

type Activation = Omit<Suspect, 'hidden'>;

function hiddenBy(one: Activation, all: readonly Activation[]): Suspect['hidden'] {
  const over = all.filter(
    ({ touched, from, until }) =>
      from < one.from &&
      until > one.from &&
      until < one.until &&
      (isShared(touched.components, one.touched.components) ||
        isShared(touched.stats, one.touched.stats)),
  );
  if (over.length === 0) return null;
  return {
    from: Math.min(...over.map(({ from }) => from)),
    until: Math.max(...over.map(({ until }) => until)),
  };
}

function isShared<T>(some: ReadonlySet<T>, others: ReadonlySet<T>): boolean {
  return [...some].some((item) => others.has(item));
}

/** The step up to which the effect of a fault in steps from `from` on is compared with what was usual. */
function usualUntil({ from, hidden }: Suspect, first: number): number {
  return hidden !== null && first >= hidden.until ? hidden.from : from;
}

/**
 * The effect of a fault on a component itself, from 0 to 1: by how much more of its requests fail without a failed call,
 * its own work takes longer, or its instances are away, in steps [from, until), than right before the fault. It is no
 * larger than the written strength of the fault explains. Instances that are away count where they are missed: in these
 * steps, or later, in those of `felt`.
 */
export function sizeAt(
  scene: Scene,
  suspect: Suspect,
  lane: Lane,
  from: number,
  until: number,
  felt: readonly [number, number] | null = null,
): number {
  const first = Math.max(from, suspect.from);
  const end = Math.max(first + 1, Math.min(until, suspect.until));
  // Of a component that gets hardly a request for a while, such as behind an open breaker, the next ones count.
  const isIdle = sumSteps(lane.arrivals, first, end) < TOO_FEW;
  const last = isIdle ? Math.max(end, Math.min(lane.arrivals.length, suspect.until)) : end;
  const start = usualUntil(suspect, first);
  const before = Math.max(0, start - BEFORE_STEPS);
  const isKnown = start > before;
  const failed = Math.max(
    ownFailures(scene, lane, first, last),
    failedProbes(scene, lane, first, last),
  );
  // Fewer requests show nothing of what is usual, only those before the first fault.
  const isSeen = sumSteps(lane.arrivals, before, start) >= TOO_FEW;
  const usually = isSeen ? [before, start] : [0, scene.baseline];
  const usualFailed = isKnown ? ownFailures(scene, lane, usually[0], usually[1]) : 0;
  const away = 1 - meanSteps(lane.up, first, last);
  const usualAway = isKnown ? 1 - meanSteps(lane.up, before, start) : 0;
  const slower = isKnown ? slowerBy(scene, lane, [before, start], [first, last]) : 0;
  const most = isKnown ? mostAt(suspect.bounds, lane, [before, start]) : 1;
  const gone = away - usualAway;
  const isFelt =
    gone >= SOME_SIZE &&
    (isMissed(scene, lane, gone, first, last) ||
      (felt !== null && isMissed(scene, lane, gone, ...felt)));
  return Math.max(0, Math.min(most, Math.max(failed - usualFailed, slower)), isFelt ? gone : 0);
}

/**
 * Whether instances that are away are missed: the others are busy, or callers fail where the component itself does not,
 * as those do that still send to what is away.
 */
function isMissed(scene: Scene, lane: Lane, gone: number, from: number, until: number): boolean {
  if (!(useOf(lane, from, until) < BUSY)) return true;
  const own = ownFailures(scene, lane, from, until);
  return linksInto(scene, lane).some(({ sent, attempts }) => {
    const count = sumSteps(sent, from, until);
    const failed = count === 0 ? 1 : failuresIn(attempts, from, until) / count;
    return failed - own >= gone / 2;
  });
}

/**
 * The share of failed attempts where an open breaker lets only a few through. A component that hangs may answer them
 * after their callers have given up.
 */
function failedProbes({ links }: Scene, lane: Lane, from: number, until: number): number {
  const shares = links.map(({ callee, layers, sent, attempts }) => {
    const count = sumSteps(sent, from, until);
    const isProbed = callee === lane && count > 0 && count < TOO_FEW && layers.some(isBreakerLayer);
    return isProbed ? Math.min(1, failuresIn(attempts, from, until) / count) : 0;
  });
  return Math.max(0, ...shares);
}

/**
 * The largest effect that the strength of a fault explains at a component. Longer work fills it only if its use before
 * the fault is high enough; then every request may fail.
 */
function mostAt(
  { failed, slower }: Bounds,
  lane: Lane,
  [before, start]: readonly [number, number],
): number {
  const use = useOf(lane, before, start);
  if (use < FULL && use * slower >= FULL) return 1;
  return Math.max(failed, 1 - 1 / slower);
}

/**
 * Those of several faults that fill a component by themselves, if it is full and one of them does. The others change
 * nothing then: with a load of twice the capacity, it makes no difference that the work is 1.2 times slower.
 */
export function enoughAt(lane: Lane, all: readonly Sized[]): readonly Sized[] {
  const fills = all.filter(({ suspect: { from, bounds }, size }) => {
    const use = useOf(lane, Math.max(0, from - BEFORE_STEPS), from);
    const slower = Math.max(bounds.slower, 1 / (1 - size));
    return bounds.failed >= SOME_SIZE || use * slower >= BUSY;
  });
  return fills.length > 0 ? fills : all;
}

/** Share of the workers or cores of a component that are in use, of whichever are scarcer. */
function useOf(lane: Lane, from: number, until: number): number {
  const up = meanSteps(lane.up, from, until);
  if (!(up > 0)) return 1;
  const busy = meanSteps(lane.busy, from, until) / (meanSteps(lane.workersAt, from, until) * up);
  const cpu = meanSteps(lane.cpu, from, until) / (lane.cores * up);
  return Math.min(1, Math.max(busy, cpu));
}

/** Steps by which an effect may precede the step in which its cause is known. */
const SLACK = 1;

/** Whether a fault is active in a step, or in the one beside it. */
export function isActive({ from, until }: Suspect, step: number): boolean {
  return from <= step + SLACK && until + SLACK >= step;
}

/** A fault and its effect. */
export interface Sized {
  readonly suspect: Suspect;
  readonly size: number;
}

/**
 * The effects of several faults on one component. Of those that began one after the other, the effect of the earlier is
 * that before the later one, or before a planned rise of the load. A fault that hits a share of the requests has no
 * larger effect than that share.
 */
export function sizesAt(
  scene: Scene,
  suspects: readonly Suspect[],
  lane: Lane,
  from: number,
  until: number,
): readonly Sized[] {
  const rise = riseOn(scene, lane, from);
  return suspects.map((suspect) => {
    const later = [...suspects.map((other) => other.from), ...(rise === null ? [] : [rise])].filter(
      (step) => step > suspect.from && step <= from + 1,
    );
    const next = Math.min(...later);
    const size =
      later.length === 0
        ? sizeAt(scene, suspect, lane, from, until)
        : sizeAt(scene, suspect, lane, Math.max(suspect.from, next - BEFORE_STEPS), next, [
            from,
            until,
          ]);
    return { suspect, size: suspects.length === 1 ? size : Math.min(size, suspect.fault.share) };
  });
}

/** Growth of the requests to a component from which a load explains its degradation. */
export const MORE = 1.1;
/** Steps before a degradation in which a rise of the load may begin it. */
const RECENT = 10;

/** The step of the last planned rise of the load right before a degradation, if more requests reach the component since. */
export function riseOn({ loads, steps }: Scene, lane: Lane, step: number): number | null {
  const rises = loads.risesNs
    .map((at) => stepAt(steps, at))
    .filter((at) => at > 0 && at + RECENT >= step && at <= step + SLACK);
  const last = Math.max(...rises);
  const usual = meanSteps(lane.arrivals, Math.max(0, last - BEFORE_STEPS), last);
  const until = Math.min(steps.count, last + 1 + BEFORE_STEPS);
  return rises.length > 0 && meanSteps(lane.arrivals, last + 1, until) > MORE * usual ? last : null;
}

/** The same on the messages of a link: more failed attempts, or longer calls than the callee explains. */
export function sizeOnLink(
  scene: Scene,
  suspect: Suspect,
  link: Link,
  from: number,
  until: number,
): number {
  if (!link.stats.some((stat) => suspect.touched.stats.has(stat))) return 0;
  const first = Math.max(from, suspect.from);
  const last = Math.max(first + 1, Math.min(until, suspect.until));
  const start = usualUntil(suspect, first);
  const before = Math.max(0, start - BEFORE_STEPS);
  const badOf = (a: number, b: number): number => {
    const sent = sumSteps(link.sent, a, b);
    return sent === 0 ? 0 : Math.min(1, failuresIn(link.attempts, a, b) / sent);
  };
  const between = (a: number, b: number): number =>
    Math.max(0, meanSteps(link.inFlight, a, b) - insideOf(link, a, b));
  const usualMade = meanSteps(link.made, before, start);
  const usual = usualMade > 0 ? between(before, start) / usualMade : 0;
  const most = mostOnLink(suspect, link, scene.steps.lengthNs[0], [before, start], [first, last]);
  const more = Math.min(
    most.inFlight,
    between(first, last) - usual * meanSteps(link.made, first, last),
  );
  // Time between two components counts as a part of all the time that the caller's requests take.
  const { inSystem } = link.caller;
  const all = meanSteps(inSystem.length > 0 ? inSystem : link.inFlight, first, last);
  const longer = start > before && all > 0 ? Math.min(1, more / all) : 0;
  const failed = Math.min(most.failed, badOf(first, last) - badOf(before, start));
  return Math.max(0, failed, longer);
}

/**
 * The most that the strength of a fault explains on a link: calls in flight, by Little's law, since request and response
 * are both late; and failed attempts, since calls that take longer exceed more of their time limits.
 */
function mostOnLink(
  { bounds }: Suspect,
  link: Link,
  stepNs: number,
  [before, start]: readonly [number, number],
  [from, until]: readonly [number, number],
): { readonly inFlight: number; readonly failed: number } {
  const lateNs = 2 * bounds.lateNs;
  const made = meanSteps(link.made, before, start);
  const usualNs = made > 0 ? (meanSteps(link.inFlight, before, start) / made) * stepNs : 0;
  return {
    inFlight: Number.isFinite(lateNs)
      ? (meanSteps(link.sent, from, until) * lateNs) / stepNs
      : Infinity,
    failed: Math.max(bounds.failed, Number.isFinite(lateNs) ? lateNs / (lateNs + usualNs) : 1),
  };
}

/** By how much the load that a fault changes grows, as a share of the larger rate. */
export function sizeOfLoad(
  { lanes, steps }: Scene,
  suspect: Suspect,
  from: number,
  until: number,
): number {
  const own = lanes.filter(({ component }) => suspect.touched.workloads.has(component));
  const before = Math.max(0, suspect.from - BEFORE_STEPS);
  const rate = (a: number, b: number): number =>
    own.reduce((sum, { arrivals }) => sum + meanSteps(arrivals, a, b), 0);
  const is = rate(Math.max(from, suspect.from), Math.min(until, suspect.until));
  const was = rate(before, suspect.from);
  const most = growthOf(suspect.fault, (was / steps.lengthNs[0]) * 1e9);
  return is > was ? 1 - was / Math.min(is, most * was) : 0;
}

/** Share of a component's requests that fail or stay unanswered by itself, without a failed call. */
export function ownFailures(
  { links, baseline }: Scene,
  lane: Lane,
  from: number,
  until: number,
): number {
  const arrivals = sumSteps(lane.arrivals, from, until);
  if (arrivals === 0) return 0;
  const own = linksFrom({ links }, lane);
  if (own.some((link) => blockedShare(link, from, until) >= BLOCKED)) return 0;
  const usual =
    baseline > 0
      ? sumSteps(lane.cancelled, 0, baseline) / Math.max(1, sumSteps(lane.arrivals, 0, baseline))
      : 1;
  const left = arrivals - sumSteps(lane.good, from, until) - usual * arrivals;
  const bad = Math.max(sumSteps(lane.errors, from, until), left);
  const called = own.reduce((sum, link) => sum + failuresIn(link.calls, from, until), 0);
  return Math.max(0, bad - called) / arrivals;
}

/** By which share of its time the work of a component takes longer, apart from its calls. */
function slowerBy(
  scene: Scene,
  lane: Lane,
  [before, start]: readonly [number, number],
  [from, until]: readonly [number, number],
): number {
  const busy = ownBusy(scene, lane, from, until);
  const usualBusy = ownBusy(scene, lane, before, start);
  const done = meanSteps(lane.finished, from, until);
  const usual = usualBusy / meanSteps(lane.finished, before, start);
  if (!(usual > 0) || !(busy > 0)) return 0;
  const time = done > 0 ? busy / done : Infinity;
  return time > usual ? 1 - usual / time : 0;
}

/** Requests that a component works on itself, on average: not waiting for a callee. */
function ownBusy({ links }: Scene, lane: Lane, from: number, until: number): number {
  const waiting = linksFrom({ links }, lane).reduce(
    (sum, { inFlight }) => sum + meanSteps(inFlight, from, until),
    0,
  );
  return Math.max(0, meanSteps(lane.busy, from, until) - waiting);
}

function insideOf({ callee, caller, made }: Link, from: number, until: number): number {
  const all = meanSteps(callee.arrivals, from, until);
  if (!(all > 0) || caller === callee) return 0;
  return meanSteps(callee.inSystem, from, until) * Math.min(1, meanSteps(made, from, until) / all);
}
