import { exp, log } from '../../kernel/math.js';
import type { FlatEnd } from '../../contracts/result/calibration.js';
import type { Fitted, Fitting, Point } from './fit.js';

/** What the data say about one parameter. */
export interface Determined {
  /** Factors on the fitted value: the 95 % interval; null if the data do not determine it. */
  readonly interval: readonly [number, number] | null;
  /** Another parameter that makes up for this one; null = none. */
  readonly partner: number | null;
  readonly flat: { readonly half: FlatEnd; readonly twice: FlatEnd } | null;
}

/** An interval that is wider than from half to twice the value is no knowledge. */
const WIDEST = log(2);
/** Correlation from which one parameter makes up for another. */
const TOGETHER = 0.9;
const NORMAL = 1.96;

/** Tells the parameters that the data determine from the others, for which it runs half and twice their values. */
export async function determined(by: Fitting, fitted: Fitted): Promise<readonly Determined[]> {
  const { covariance } = fitted;
  const all: Determined[] = [];
  for (const k of fitted.point.keys()) {
    const half = NORMAL * Math.sqrt(covariance[k]![k]!);
    if (half <= WIDEST) {
      all.push({ interval: [exp(-half), exp(half)], partner: null, flat: null });
      continue;
    }
    const ends = [-WIDEST, WIDEST].map((step) => along(fitted, k, step));
    const [low, high] = await by.ask(ends);
    const end = (own: typeof low): FlatEnd =>
      own === null || own === undefined ? 'refused' : fitted.isFlat(own) ? 'same' : 'worse';
    const flat = { half: end(low), twice: end(high) };
    all.push({ interval: null, partner: partnerOf(fitted, k), flat });
  }
  return all;
}

/** The fitted point with one parameter moved, and the others where they then fit best. */
function along({ point, covariance }: Fitted, k: number, step: number): Point {
  const own = covariance[k]!;
  return point.map((value, i) => value + (i === k ? step : (step * own[i]!) / own[k]!));
}

/** The parameter that goes the other way whenever this one is moved. */
function partnerOf({ covariance }: Fitted, k: number): number | null {
  const correlation = (i: number): number =>
    Math.abs(covariance[k]![i]!) / Math.sqrt(covariance[k]![k]! * covariance[i]![i]!);
  let best: number | null = null;
  for (const i of covariance.keys()) {
    if (i === k || correlation(i) < TOGETHER) continue;
    if (best === null || correlation(i) > correlation(best)) best = i;
  }
  return best;
}
