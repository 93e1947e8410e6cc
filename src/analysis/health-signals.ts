import { sortedQuantile } from '../stats/rank.js';
import { sumOf, worstOf, type StepWindow } from './health-windows.js';
import { chanceP95, type UsualLatency } from './latency-noise.js';
import type { Lane } from './lanes.js';

/** A signal: its value in a window (NaN = says nothing), which way is bad, and its scale. */
interface Signal {
  readonly floor: number;
  /** Part of the median that the scale is at least. */
  readonly relative: number;
  readonly canFail: boolean;
  readonly sign: 1 | -1;
  /** Where no step before the first fault tells what is normal; NaN = the signal is left out. */
  readonly normal: number;
  /** Of shares: what is counted, out of the arrivals; null for levels. */
  readonly column: Float64Array | null;
  of(window: StepWindow): number;
  /** Of a quantile: how large chance alone makes it at most. */
  readonly chance?: (window: StepWindow) => number;
}

/** How far a window is from what is normal, in units of what is still normal: the worst signal counts. */
export type Scorer = (window: StepWindow) => number;

/** Only slowness can mean failing by its score; shares have their own bounds. */
export const FAILING_SCORE = 10;
const RELATIVE = 0.5;
/** 3 standard deviations from the median absolute deviation of a normal distribution. */
const SPREAD = 3 * 1.4826;
const SIGMAS = 3;

/**
 * Scores windows of a lane against its windows before the first fault: (value - median) / max(3 sigma, a
 * floor, for latency also half the median). Sigma is that of the windows, and for shares at least that of
 * so few independent requests, so that one failure among twenty is not an illness. A p95 no larger than chance may
 * make it, see chanceP95, is none either.
 */
export function scorerOf(lane: Lane, baseline: readonly StepWindow[]): Scorer {
  const signals = signalsOf(lane, baseline).map((signal) => {
    const values = sorted(baseline.map((window) => signal.of(window)));
    const median = values.length > 0 ? sortedQuantile(values, 0.5) : signal.normal;
    const deviation =
      values.length > 0
        ? sortedQuantile(sorted(values.map((value) => Math.abs(value - median))), 0.5)
        : 0;
    const scale = Math.max(SPREAD * deviation, signal.relative * Math.abs(median), signal.floor);
    return { signal, median, scale, variance: varianceOf(signal, lane, baseline) };
  });
  return (window) => {
    const arrivals = sumOf(lane.arrivals, window);
    let score = 0;
    for (const { signal, median, scale, variance } of signals) {
      const noise = variance > 0 ? SIGMAS * Math.sqrt(variance / arrivals) : 0;
      const far = signal.sign * (signal.of(window) - median);
      const value = byChance(signal, window, far, median, far / Math.max(scale, noise));
      const capped = signal.canFail ? value : Math.min(value, FAILING_SCORE / 2);
      if (capped > score) score = capped;
    }
    return score;
  };
}

/** A score that chance alone may give: below the one of an illness. */
function byChance(
  { chance }: Signal,
  window: StepWindow,
  far: number,
  median: number,
  score: number,
): number {
  if (chance === undefined || !(score >= 1)) return score;
  const most = chance(window) - median;
  return far <= most ? Math.min(score, far / (most * JUST_MORE)) : score;
}

/** Keeps what is just as far as chance may bring it below a score of 1. */
const JUST_MORE = 1.001;

/** Variance of one request's part in a share, p (1 - p), with one more of each kind seen; 0 for levels. */
function varianceOf(signal: Signal, lane: Lane, baseline: readonly StepWindow[]): number {
  if (signal.column === null || baseline.length === 0) return 0;
  let hits = 1;
  let trials = 2;
  for (const window of baseline) {
    hits += sumOf(signal.column, window);
    trials += sumOf(lane.arrivals, window);
  }
  const p = Math.min(1, hits / trials);
  return p * (1 - p);
}

function signalsOf(lane: Lane, baseline: readonly StepWindow[]): readonly Signal[] {
  const share = (column: Float64Array, floor: number, sign: 1 | -1, normal: number): Signal => ({
    floor,
    relative: 0,
    canFail: false,
    sign,
    normal,
    column,
    of: (window) => sumOf(column, window) / sumOf(lane.arrivals, window),
  });
  let usual: UsualLatency | null = null;
  const chance = (window: StepWindow): number => {
    usual ??= lane.usualUntil(baseline[baseline.length - 1].until);
    return usual === null ? NaN : chanceP95(lane, window, usual);
  };
  const signals: Signal[] = [
    share(lane.good, 0.02, -1, 1),
    share(lane.errors, 0.02, 1, 0),
    share(lane.shed, 0.01, 1, 0),
    {
      floor: 0.005,
      relative: RELATIVE,
      canFail: true,
      sign: 1,
      normal: NaN,
      column: null,
      of: (window) => worstOf(lane.latency, window),
      chance: baseline.length === 0 ? undefined : chance,
    },
  ];
  const level = (column: Float64Array, capacity: number, normal: number): void => {
    if (column.length === 0 || !(capacity > 0)) return;
    const of = (window: StepWindow): number => worstOf(column, window) / capacity;
    signals.push({ floor: 0.2, relative: 0, canFail: false, sign: 1, normal, column: null, of });
  };
  const workers = Number.isFinite(lane.workers) ? lane.workers : 1;
  // Without a time before, a queue is too long from half its capacity on, and workers are too busy at 95 %.
  level(lane.queue, Number.isFinite(lane.queueCapacity) ? lane.queueCapacity : 5 * workers, 0.3);
  if (Number.isFinite(lane.workers)) level(lane.busy, lane.workers, 0.75);
  level(lane.poolWaiting, 5 * workers, 0.3);
  return signals;
}

function sorted(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
}
