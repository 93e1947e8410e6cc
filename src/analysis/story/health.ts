import type { Ns } from '../../kernel/time.js';
import type { HealthState } from '../../contracts/result/cascade.js';
import { failureLevels } from './failure-levels.js';
import { FAILING_SCORE, scoresOf } from './health-scores.js';
import type { Usual } from './health-signals.js';
import { mergedWindows, sumOf, TOO_FEW, type StepWindow } from '../measure/health-windows.js';
import type { Lane } from '../measure/lanes.js';
import type { LoadChanges } from './load-changes.js';
import { hasNoWorkerLeft } from './saturation.js';
import { stepAfter, stepAt, type Steps } from '../measure/steps.js';

/** A degraded interval, in steps [from, until), and the worst state in it. */
export interface Episode {
  readonly from: number;
  readonly until: number;
  readonly worst: HealthState;
}

/** Health of one lane in one run. */
export interface Health {
  readonly states: readonly HealthState[];
  readonly episodes: readonly Episode[];
}

/** Times that matter to the health of one lane, absolute. */
export interface Times {
  /** Starts of all faults. */
  readonly faultsNs: readonly Ns[];
  /** Users are hurt before the first fault: the time before it is judged as a run without faults. */
  readonly isHurtBefore?: boolean;
  /** Starts and ends of all faults. No window spans one. */
  readonly cutsNs: readonly Ns[];
  /** Changes of the load. No window spans one after which enough requests arrive. */
  readonly loads: LoadChanges;
  /** Spans in which a fault stops the whole component. */
  readonly outages: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[];
  /** Spans in which no request can reach it, so that silence is no health: a database without a primary. */
  readonly silences: readonly { readonly fromNs: Ns; readonly untilNs: Ns }[];
  /** Requests from this step on may be cut off by the end of the run. */
  readonly knownStep: number;
  /** Longest time before a fault at which a request may arrive and still be hurt by it. */
  readonly reachNs: Ns;
}

const ENTER_WINDOWS = 2;
/** A state ends after this many steps, and at least two windows. */
const LEAVE_STEPS = 5;
const LEAVE_WINDOWS = 2;
const ENTER_SCORE = 1;
const LEAVE_SCORE = 0.5;

const STATES: readonly HealthState[] = ['ok', 'degraded', 'failing', 'down'];

/**
 * Health by step. Each signal (goodput ratio, error ratio, p95 of successes, queue fill, worker utilization, shed
 * share, waiters for connections) is scored against the steps before the first fault, see scoresOf. Without a fault
 * shares and levels are judged against fixed values, and latency against the steps before the load first rises or, where it
 * climbs from the start, those in which it is low; where it never rises, latency is left out, unless the load is too
 * much from the start, see withOverload. Score 1 is degraded. Failing means that half the requests fail, or a latency
 * score of 10. Below 5 % goodput is down. Where most requests fail before the first fault too, both are relative to
 * that, see failureLevels. A state begins after 2 consecutive windows, see risenTo. It ends after 5 steps with lower
 * scores, below 0.5 on average. Both are backdated to the first of these windows. No state ends without arrivals or
 * while a fault stops the component: silence is not health. Source of the idea of level and time hysteresis: Prometheus
 * alerting rules (`for`, `keep_firing_for`).
 */
export function healthOf(lane: Lane, steps: Steps, times: Times): Health {
  const early = times.isHurtBefore === true ? healthBefore(lane, steps, times) : null;
  const cutsNs = [...times.cutsNs, ...judgedChanges(lane, steps, times.loads.changesNs)];
  const cuts = new Set(cutsNs.flatMap((at) => [stepAt(steps, at), stepAfter(steps, at)]));
  const windows = mergedWindows(lane, steps.count, cuts);
  const first = Math.min(...times.faultsNs);
  const before = (at: Ns): readonly StepWindow[] =>
    windows.filter(({ until }) => steps.startNs[until - 1] + steps.lengthNs[until - 1] <= at);
  const hasFault = times.faultsNs.length > 0;
  const whole = hasFault ? before(first) : [];
  const isCalm = ({ from, until }: StepWindow): boolean =>
    early === null || early.slice(from, until).every((state) => state === 'ok');
  const usual: Usual = {
    windows: whole.filter(isCalm),
    beforeRise: hasFault ? [] : before(times.loads.calmNs),
    climbs: times.loads.climbs,
    faultless: hasFault ? [] : windows.filter(({ until }) => until <= times.knownStep),
  };
  const levels = hysteresis(
    scoreWindows(lane, windows, { ...times, steps, usual, whole }),
    windows,
  );
  const states: HealthState[] = new Array<HealthState>(steps.count).fill('ok');
  windows.forEach((window, i) => {
    let step = window.from;
    // Leading steps without arrivals keep the state of the window before.
    for (; step < window.until && i > 0 && lane.arrivals[step] === 0; step++)
      states[step] = STATES[levels[i - 1]];
    for (; step < window.until; step++) states[step] = STATES[levels[i]];
  });
  if (sumOf(lane.arrivals, { from: 0, until: stepAt(steps, first) }) >= TOO_FEW)
    silence(states, lane, steps, times.silences);
  clampToCauses(states, windows, steps, times);
  early?.forEach((state, step) => (states[step] = state));
  const starts = times.faultsNs.map((at) => stepAt(steps, at));
  return { states, episodes: episodesOf(states, starts) };
}

/**
 * The states of a lane in the steps before the first fault, judged as in a run without faults. A degradation that begins
 * within the reach of a request before that fault belongs to it.
 */
export function healthBefore(
  lane: Lane,
  steps: Steps,
  { faultsNs, loads, reachNs }: Pick<Times, 'faultsNs' | 'loads' | 'reachNs'>,
): readonly HealthState[] {
  const first = Math.min(...faultsNs);
  const knownStep = stepAt(steps, first);
  const last = stepAt(steps, first - reachNs);
  const times = { faultsNs: [], cutsNs: [first], loads, outages: [], silences: [] };
  const { states, episodes } = healthOf(lane, steps, { ...times, reachNs, knownStep });
  const own = episodes.filter(({ from }) => from < last);
  return states
    .slice(0, knownStep)
    .map((state, step) =>
      own.some(({ from, until }) => from <= step && step < until) ? state : 'ok',
    );
}

/** A component that requests cannot reach is down where none succeeds, however few still come. */
function silence(
  states: HealthState[],
  lane: Lane,
  steps: Steps,
  silences: Times['silences'],
): void {
  for (const { fromNs, untilNs } of silences) {
    const span = { from: stepAt(steps, fromNs), until: stepAt(steps, untilNs) };
    if (span.from < span.until && sumOf(lane.succeeded, span) === 0)
      states.fill('down', span.from, span.until);
  }
}

/** Changes of the load after which, until the next one, a lane gets enough requests to be judged. */
function judgedChanges(lane: Lane, steps: Steps, changesNs: readonly Ns[]): readonly Ns[] {
  return changesNs.filter((at, k) => {
    const until = k + 1 < changesNs.length ? stepAt(steps, changesNs[k + 1]) : steps.count;
    return sumOf(lane.arrivals, { from: stepAt(steps, at), until }) >= TOO_FEW;
  });
}

/**
 * Moves the start of a degradation to its cause. A request counts where it arrived, so one that a fault hurts may
 * seem to fail before the fault. A degradation that runs into the start of a fault, from within the reach of a
 * request before it, begins with that fault, unless an earlier fault may have caused it. The same holds for a rise
 * of a constant load, unless an earlier fault or rise may have caused it.
 */
function clampToCauses(
  states: HealthState[],
  windows: readonly StepWindow[],
  steps: Steps,
  { faultsNs, loads, reachNs }: Times,
): void {
  const clamp = (causeNs: Ns, others: readonly Ns[]): void => {
    const first = stepAt(steps, causeNs);
    if (first === 0 || first >= steps.count || states[first] === 'ok') return;
    let from = first;
    while (from > 0 && states[from - 1] !== 'ok') from--;
    const last = windows.find((window) => window.until > from)!.until - 1;
    const isNear = steps.startNs[last] + steps.lengthNs[last] >= causeNs - reachNs;
    const isOther = (at: Ns): boolean => at < causeNs && stepAt(steps, at) >= from;
    if (isNear && !others.some(isOther)) states.fill('ok', from, first);
  };
  // The first fault comes first: a degradation that it causes does not belong to the next.
  for (const faultNs of [...faultsNs].sort((a, b) => a - b)) clamp(faultNs, faultsNs);
  for (const startNs of loads.startsNs) clamp(startNs, [...faultsNs, ...loads.risesNs]);
}

/** A degradation that gets worse within this many steps after the start of a fault gets worse because of it. */
const WORSE_STEPS = 2;

/**
 * Degraded intervals of a row of states. An interval that gets worse as a later fault starts is split in two, so that
 * effects of the second fault are not attributed to the first.
 */
export function episodesOf(
  states: readonly HealthState[],
  faultSteps: readonly number[] = [],
): readonly Episode[] {
  const episodes: Episode[] = [];
  let from = -1;
  let most = 0;
  for (let step = 0; step <= states.length; step++) {
    const isDegraded = step < states.length && states[step] !== 'ok';
    if (isDegraded && from < 0) from = step;
    const level = isDegraded ? STATES.indexOf(states[step]) : 0;
    const isWorse =
      level > most &&
      faultSteps.some((at) => at > from + 1 && at <= step && step <= at + WORSE_STEPS);
    const isCut = isWorse && from >= 0 && step > from;
    most = isDegraded && !isCut ? Math.max(most, level) : level;
    if ((isDegraded && !isCut) || from < 0) continue;
    const levels = states.slice(from, step).map((state) => STATES.indexOf(state));
    episodes.push({ from, until: step, worst: STATES[Math.max(...levels)] });
    from = isCut ? step : -1;
  }
  return episodes;
}

interface Score {
  readonly score: number;
  /** 0 to 3: the state that this window alone would imply. */
  readonly level: number;
  /** Too few requests to judge: the window keeps the score of the one before. */
  readonly isSilent: boolean;
  /** The end of the run cuts off its requests, so that it shows nothing. */
  readonly isCut: boolean;
}

/** By what the windows of a lane are scored. */
interface Scale extends Times {
  readonly steps: Steps;
  readonly usual: Usual;
  /** All windows before the first fault. */
  readonly whole: readonly StepWindow[];
}

function scoreWindows(
  lane: Lane,
  windows: readonly StepWindow[],
  { steps, usual, whole, outages, reachNs, knownStep }: Scale,
): readonly Score[] {
  const hasEnough = (window: StepWindow): boolean => sumOf(lane.arrivals, window) >= TOO_FEW;
  const judged = windows.filter(hasEnough);
  const reach = Math.ceil(reachNs / steps.lengthNs[0]);
  const scores = scoresOf(lane, usual, judged, reach);
  const held = heldSteps(lane, steps.count);
  // Requests may usually take longer than a step.
  const longest = Math.max(HELD_STEPS, reach);
  const isHeldAt = (step: number): boolean => held[step] > 0 && lengthOf(held, step) >= longest;
  const levels = failureLevels(lane, judged, whole.filter(hasEnough).length);
  let index = 0;
  let last: Score = { score: 0, level: 0, isSilent: true, isCut: false };
  return windows.map((window) => {
    const isJudged = hasEnough(window);
    if (window.until <= knownStep && isHeldAt(window.until - 1)) {
      if (isJudged) index++;
      last = { score: FAILING_SCORE, level: HELD, isSilent: false, isCut: false };
      return last;
    }
    if (!isJudged) return { ...last, isSilent: true, isCut: window.from >= knownStep };
    const score = scores[index];
    const level = Math.max(levels[index++], levelOf(score));
    const own: Score = { score, level, isSilent: false, isCut: false };
    const at = steps.startNs[window.from];
    const isOut = outages.some(({ fromNs, untilNs }) => at >= fromNs && at < untilNs);
    last = isOut && own.level < last.level ? last : own;
    return last;
  });
}

/** The level of a component that holds requests and completes none, however few still reach it. */
const HELD = 3;
const HELD_STEPS = 2;
/** Mean number of requests in a component from which at least one is there all the time. */
const ALWAYS_ONE = 0.95;

/**
 * Steps that end with each step and in which a component completes none of the requests that arrive: all its workers
 * are in use, or no request arrives and some stay inside. By step; 0 = it completes some, or is empty.
 */
function heldSteps(lane: Lane, count: number): Int32Array {
  const held = new Int32Array(count);
  if (lane.busy.length === 0) return held;
  for (let step = 0; step < count; step++) {
    if (lane.succeeded[step] > 0) continue;
    const isStuck = lane.arrivals[step] === 0 && lane.inSystem[step] >= ALWAYS_ONE;
    if (isStuck || hasNoWorkerLeft(lane, step)) held[step] = step > 0 ? held[step - 1] + 1 : 1;
  }
  return held;
}

/** Length of the series of held steps that a step is in. */
function lengthOf(held: Int32Array, step: number): number {
  let last = step;
  while (last + 1 < held.length && held[last + 1] > 0) last++;
  return held[last];
}

function levelOf(score: number): number {
  if (score >= FAILING_SCORE) return 2;
  return score >= ENTER_SCORE ? 1 : 0;
}

function hysteresis(scores: readonly Score[], windows: readonly StepWindow[]): readonly number[] {
  const levels: number[] = new Array<number>(scores.length).fill(0);
  let state = 0;
  for (let i = 0; i < scores.length; i++) {
    const risen = risenTo(scores, i);
    if (risen.level > state) {
      state = risen.level;
      for (let back = risen.since; back < i; back++) levels[back] = Math.max(levels[back], state);
    }
    levels[i] = state;
    if (state === 0) continue;
    const since = calmSince(windows, i);
    const calm = since < 0 ? state : calmLevel(scores, since, i, state);
    if (calm >= state) continue;
    state = calm;
    for (let back = since; back <= i; back++) levels[back] = Math.min(levels[back], state);
  }
  return levels;
}

/**
 * The highest level that the last two windows share, and the first of them. Silent windows are skipped, unless the
 * lane was failing before its requests stopped: then it is assumed to go on failing. The end of the run is no silence.
 */
function risenTo(scores: readonly Score[], at: number): { level: number; since: number } {
  let level = 3;
  let windows = 0;
  const hasTooFew = (i: number): boolean =>
    scores[i].isSilent && (scores[i].isCut || scores[i].level < 2);
  for (let i = at; i >= 0 && !hasTooFew(at); i--) {
    if (hasTooFew(i)) continue;
    level = Math.min(level, scores[i].level);
    if (++windows === ENTER_WINDOWS) return { level, since: i };
  }
  return { level: 0, since: at };
}

/** First of the last windows that are together long enough to end a state; -1 if there are too few. */
function calmSince(windows: readonly StepWindow[], at: number): number {
  for (let i = at - LEAVE_WINDOWS + 1; i >= 0; i--) {
    if (windows[at].until - windows[i].from >= LEAVE_STEPS) return i;
  }
  return -1;
}

/** The level to which windows [since, at] lower the state: 0 only if none is degraded and their mean score is low. */
function calmLevel(scores: readonly Score[], since: number, at: number, state: number): number {
  let highest = 0;
  let sum = 0;
  for (let i = since; i <= at; i++) {
    highest = Math.max(highest, scores[i].level);
    sum += scores[i].score;
  }
  const isCalm = sum / (at - since + 1) < LEAVE_SCORE;
  if (highest === 0 && !isCalm) return Math.min(state, 1);
  return Math.min(state, highest);
}
