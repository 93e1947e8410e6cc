import { pow } from '../../kernel/math.js';
import { sortedQuantile } from '../../stats/rank.js';
import { signalsOf, type Signal, type Usual } from './health-signals.js';
import { sumOf, type StepWindow } from '../measure/health-windows.js';
import type { Lane } from '../measure/lanes.js';
import { lowestOf, usualSwing } from './usual-swing.js';

/** Only slowness can mean failing by its score; shares have their own bounds. */
export const FAILING_SCORE = 10;
/** 3 standard deviations from the median absolute deviation of a normal distribution. */
const SPREAD = 3 * 1.4826;
const SIGMAS = 3;
/** Numbers of consecutive windows. Each must be further from normal than the usual swing over that many windows. */
const RUNS = [2, 5, 10];
/**
 * Probability that usual latencies make all p95s of such a series that slow: two values beyond 3 standard deviations.
 */
const RARE = 1.8e-6;
/** Keeps a deviation within the usual swing below the score of a degradation. */
const BY_ITSELF = 0.999;

/**
 * Scores of windows of a lane, in order of time, against its windows before the first fault. A score is the distance
 * from normal in units of what is still normal: (value - median) / max(3 sigma, a floor, for latency also half the
 * median). The worst signal counts. Sigma is that of the windows, and for shares at least that of as few independent
 * requests, so that one failure among twenty is not a degradation. A score of 1 or more also takes 2, 5 or 10
 * consecutive windows that deviate more than the signal usually does for that long, see usualSwing and chanceOfP95.
 */
export function scoresOf(
  lane: Lane,
  usual: Usual,
  windows: readonly StepWindow[],
  reach: number,
): readonly number[] {
  const worst = windows.map(() => 0);
  for (const signal of signalsOf(lane, usual, reach)) {
    signalScores(signal, lane, windows).forEach((score, i) => {
      const capped = signal.canFail ? score : Math.min(score, FAILING_SCORE / 2);
      if (capped > worst[i]) worst[i] = capped;
    });
  }
  return worst;
}

function signalScores(
  signal: Signal,
  lane: Lane,
  windows: readonly StepWindow[],
): readonly number[] {
  const { usual: baseline } = signal;
  const usual = baseline.map((window) => signal.of(window));
  const values = sorted(usual);
  const median = values.length > 0 ? sortedQuantile(values, 0.5) : signal.normal;
  const deviation =
    values.length > 0
      ? sortedQuantile(sorted(values.map((value) => Math.abs(value - median))), 0.5)
      : 0;
  const scale = Math.max(SPREAD * deviation, signal.relative * Math.abs(median), signal.floor);
  const variance = varianceOf(signal, lane, baseline);
  const farOf = (value: number): number => signal.sign * (value - median);
  const far = windows.map((window) => farOf(signal.of(window)));
  const scores = windows.map((window, i) => {
    const noise = variance > 0 ? SIGMAS * Math.sqrt(variance / sumOf(lane.arrivals, window)) : 0;
    return far[i] / Math.max(scale, noise);
  });
  const hasUsual = baseline.length > 0 || signal.chance !== undefined;
  if (!hasUsual || !scores.some((score) => score >= 1)) return scores;
  const chances = windows.map((window) => signal.chance?.(window) ?? 0);
  const usualFar = usual.map(farOf);
  const isOdd = RUNS.map((length) =>
    oddWindows(far, usualSwing(usualFar, length) ?? scale, chances, length),
  );
  return scores.map((score, i) =>
    isOdd.some((odd) => odd[i]) ? score : Math.min(score, BY_ITSELF),
  );
}

/** Which windows are in a series of `length` that all exceed the usual swing of a signal. */
function oddWindows(
  far: readonly number[],
  swing: number,
  chances: readonly number[],
  length: number,
): readonly boolean[] {
  const rare = pow(RARE, 1 / length);
  const isFar = far.map((value, i) => (value > swing && chances[i] < rare ? 1 : 0));
  const odd = far.map(() => false);
  lowestOf(isFar, length).forEach((lowest, from) => {
    if (lowest === 1) odd.fill(true, from, from + length);
  });
  return odd;
}

/**
 * Variance of one request's contribution to a share, p (1 - p), with one more hit and one more miss than observed; 0
 * for levels.
 */
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

function sorted(values: readonly number[]): number[] {
  return values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
}
