import type { Ns } from '../kernel/time.js';
import type { HealthState } from '../spec/result.js';
import { sortedQuantile } from '../stats/rank.js';
import type { Lane } from './lanes.js';
import type { Steps } from './steps.js';

/** A span of ill health, in steps [from, until), and the worst state in it. */
export interface Episode {
  readonly from: number;
  readonly until: number;
  readonly worst: HealthState;
  /** First step of each state that it reached. */
  readonly onset: Partial<Record<HealthState, number>>;
}

/** Health of one lane in one run. */
export interface Health {
  readonly states: readonly HealthState[];
  readonly episodes: readonly Episode[];
}

/** A window with fewer arrivals is taken together with the next ones, up to so many steps. */
const FEW_ARRIVALS = 20;
const MERGE_MAX = 5;
/** Below so many arrivals a window says nothing. */
const TOO_FEW = 5;
/** Requests in the system on average that count as held. */
const HELD = 0.5;
const ENTER_WINDOWS = 2;
const LEAVE_WINDOWS = 5;
const ENTER_SCORE = 1;
/** Only slowness can mean failing by its score; shares have their own bounds below. */
const FAILING_SCORE = 10;
const LEAVE_SCORE = 0.5;
const DOWN_GOOD = 0.05;
const FAILING_GOOD = 0.5;
const FAILING_ERRORS = 0.5;
const RELATIVE = 0.5;
/** 3 standard deviations from the median absolute deviation of a normal distribution. */
const SPREAD = 3 * 1.4826;

const STATES: readonly HealthState[] = ['ok', 'degraded', 'failing', 'down'];

/**
 * Health by step. Each signal (goodput ratio, error ratio, p95 of successes, queue fill, use of workers,
 * shed share, waiters for connections) is scored against median and spread of the steps before the first
 * fault: (value - median) / max(3 sigma, a floor, for latency also half the median). Score 1 is degraded;
 * half the requests failing, or a latency score of 10, is failing; under 5 % goodput is down. A state is
 * entered after 2 windows in a row and left after 5 windows below score 0.5; both from the first on.
 * `faultsNs` are the starts of all faults; `reachNs` is how long before one a request may arrive and still
 * be hurt by it: the longest it takes in good times.
 * Source of the idea of level and time hysteresis: Prometheus alerting rules (`for`, `keep_firing_for`).
 */
export function healthOf(lane: Lane, steps: Steps, faultsNs: readonly Ns[], reachNs: Ns): Health {
  const windows = mergedWindows(lane, steps.count);
  const baselineUntilNs = Math.min(Infinity, ...faultsNs);
  const baseline = windows.filter(
    (window) =>
      steps.startNs[window.until - 1] + steps.lengthNs[window.until - 1] <= baselineUntilNs,
  );
  const scored = scoreWindows(lane, windows, baseline);
  const levels = hysteresis(scored);
  const states: HealthState[] = new Array<HealthState>(steps.count).fill('ok');
  windows.forEach((window, i) => {
    for (let step = window.from; step < window.until; step++) states[step] = STATES[levels[i]];
  });
  clampToFaults(states, windows, steps, faultsNs, reachNs);
  return { states, episodes: episodesOf(states) };
}

/**
 * A request counts where it arrived, so one that a fault hurts may seem to fail before it: ill health that
 * runs into the start of a fault from the reach of a request before begins with the fault.
 */
function clampToFaults(
  states: HealthState[],
  windows: readonly StepWindow[],
  steps: Steps,
  faultsNs: readonly Ns[],
  reachNs: Ns,
): void {
  for (const faultNs of faultsNs) {
    let first = 0;
    while (first < steps.count && steps.startNs[first] + steps.lengthNs[first] <= faultNs) first++;
    if (first === 0 || first >= steps.count || states[first] === 'ok') continue;
    let from = first;
    while (from > 0 && states[from - 1] !== 'ok') from--;
    const last = windows.find((window) => window.until > from)!.until - 1;
    const isNear = steps.startNs[last] + steps.lengthNs[last] >= faultNs - reachNs;
    if (isNear) states.fill('ok', from, first);
  }
}

/** Spans of ill health of a row of states. */
export function episodesOf(states: readonly HealthState[]): readonly Episode[] {
  const episodes: Episode[] = [];
  let from = -1;
  for (let step = 0; step <= states.length; step++) {
    const isIll = step < states.length && states[step] !== 'ok';
    if (isIll && from < 0) from = step;
    if (isIll || from < 0) continue;
    const onset: Partial<Record<HealthState, number>> = {};
    let worst = 0;
    for (let at = from; at < step; at++) {
      const level = STATES.indexOf(states[at]);
      if (onset[states[at]] === undefined) onset[states[at]] = at;
      worst = Math.max(worst, level);
    }
    episodes.push({ from, until: step, worst: STATES[worst], onset });
    from = -1;
  }
  return episodes;
}

interface StepWindow {
  readonly from: number;
  readonly until: number;
}

function mergedWindows(lane: Lane, steps: number): readonly StepWindow[] {
  const windows: StepWindow[] = [];
  let from = 0;
  while (from < steps) {
    let until = from + 1;
    let arrivals = lane.arrivals[from];
    while (arrivals < FEW_ARRIVALS && until < steps && until - from < MERGE_MAX) {
      arrivals += lane.arrivals[until];
      until++;
    }
    windows.push({ from, until });
    from = until;
  }
  return windows;
}

/** A signal: its value in a window (NaN = says nothing), which way is bad, and its scale. */
interface Signal {
  readonly floor: number;
  /** Part of the median that the scale is at least. */
  readonly relative: number;
  readonly canFail: boolean;
  readonly sign: 1 | -1;
  /** Where no step before the first fault tells what is normal; NaN = the signal is left out. */
  readonly normal: number;
  of(window: StepWindow): number;
}

interface Score {
  readonly score: number;
  /** 0 to 3: the state that this window alone would mean. */
  readonly level: number;
}

function scoreWindows(
  lane: Lane,
  windows: readonly StepWindow[],
  baseline: readonly StepWindow[],
): readonly Score[] {
  const signals = signalsOf(lane).map((signal) => {
    const values = sorted(baseline.map((window) => signal.of(window)));
    const median = values.length > 0 ? sortedQuantile(values, 0.5) : signal.normal;
    const deviation =
      values.length > 0
        ? sortedQuantile(sorted(values.map((value) => Math.abs(value - median))), 0.5)
        : 0;
    const scale = Math.max(SPREAD * deviation, signal.relative * Math.abs(median), signal.floor);
    return { signal, median, scale };
  });
  let last: Score = { score: 0, level: 0 };
  return windows.map((window) => {
    if (sumOf(lane.arrivals, window) < TOO_FEW) {
      // Hardly anybody asks: nothing new is known while requests are held, and without any all is well.
      const held = sumOf(lane.inSystem, window) / (window.until - window.from);
      if (!(held >= HELD)) last = { score: 0, level: 0 };
      return last;
    }
    let score = 0;
    for (const { signal, median, scale } of signals) {
      const value = (signal.sign * (signal.of(window) - median)) / scale;
      const capped = signal.canFail ? value : Math.min(value, FAILING_SCORE / 2);
      if (capped > score) score = capped;
    }
    last = { score, level: levelOf(lane, window, score) };
    return last;
  });
}

function levelOf(lane: Lane, window: StepWindow, score: number): number {
  const arrivals = sumOf(lane.arrivals, window);
  if (arrivals > 0) {
    const good = sumOf(lane.good, window) / arrivals;
    const errors = sumOf(lane.errors, window) / arrivals;
    if (good < DOWN_GOOD) return 3;
    if (good < FAILING_GOOD || errors > FAILING_ERRORS) return 2;
  }
  if (score >= FAILING_SCORE) return 2;
  return score >= ENTER_SCORE ? 1 : 0;
}

function signalsOf(lane: Lane): readonly Signal[] {
  const perArrival = (
    column: Float64Array,
    floor: number,
    sign: 1 | -1,
    normal: number,
  ): Signal => ({
    floor,
    relative: 0,
    canFail: false,
    sign,
    normal,
    of: (window) => sumOf(column, window) / sumOf(lane.arrivals, window),
  });
  const signals: Signal[] = [
    perArrival(lane.good, 0.02, -1, 1),
    perArrival(lane.errors, 0.02, 1, 0),
    perArrival(lane.shed, 0.01, 1, 0),
    {
      floor: 0.005,
      relative: RELATIVE,
      canFail: true,
      sign: 1,
      normal: NaN,
      of: (window) => worstOf(lane.latency, window),
    },
  ];
  const level = (column: Float64Array, capacity: number): void => {
    if (column.length === 0 || !(capacity > 0)) return;
    const of = (window: StepWindow): number => worstOf(column, window) / capacity;
    signals.push({ floor: 0.2, relative: 0, canFail: false, sign: 1, normal: 0, of });
  };
  const workers = Number.isFinite(lane.workers) ? lane.workers : 1;
  level(lane.queue, Number.isFinite(lane.queueCapacity) ? lane.queueCapacity : 5 * workers);
  if (Number.isFinite(lane.workers)) level(lane.busy, lane.workers);
  level(lane.poolWaiting, 5 * workers);
  return signals;
}

function hysteresis(scores: readonly Score[]): readonly number[] {
  const levels: number[] = new Array<number>(scores.length).fill(0);
  let state = 0;
  for (let i = 0; i < scores.length; i++) {
    const risen = risenTo(scores, i);
    if (risen > state) {
      state = risen;
      for (let back = i - ENTER_WINDOWS + 1; back < i; back++)
        levels[back] = Math.max(levels[back], state);
    }
    levels[i] = state;
    if (state === 0) continue;
    const calm = calmLevel(scores, i, state);
    if (calm >= state) continue;
    state = calm;
    for (let back = i - LEAVE_WINDOWS + 1; back <= i; back++)
      levels[back] = Math.min(levels[back], state);
  }
  return levels;
}

/** The highest level that the last windows all have. */
function risenTo(scores: readonly Score[], at: number): number {
  if (at < ENTER_WINDOWS - 1) return 0;
  let level = 3;
  for (let i = at - ENTER_WINDOWS + 1; i <= at; i++) level = Math.min(level, scores[i].level);
  return level;
}

/** The level to which the last windows let the state fall: 0 only where all are well below degraded. */
function calmLevel(scores: readonly Score[], at: number, state: number): number {
  if (at < LEAVE_WINDOWS - 1) return state;
  let highest = 0;
  let isCalm = true;
  for (let i = at - LEAVE_WINDOWS + 1; i <= at; i++) {
    highest = Math.max(highest, scores[i].level);
    if (scores[i].score >= LEAVE_SCORE) isCalm = false;
  }
  if (highest === 0 && !isCalm) return Math.min(state, 1);
  return Math.min(state, highest);
}

function sumOf(column: Float64Array, window: StepWindow): number {
  let sum = 0;
  for (let step = window.from; step < window.until; step++) sum += column[step];
  return sum;
}

/** Largest value of a window; NaN where there is none. */
function worstOf(column: Float64Array, window: StepWindow): number {
  let worst = NaN;
  for (let step = window.from; step < window.until; step++) {
    if (!(column[step] <= worst)) worst = Number.isNaN(column[step]) ? worst : column[step];
  }
  return worst;
}

function sorted(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
}
