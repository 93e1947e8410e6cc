import { cos, sin } from '../kernel/math.js';
import type { Interval } from './interval.js';
import { studentCdf, studentQuantile } from './student.js';

/** A figure of pooled data, as a function of its error. */
export interface Uncertain {
  readonly estimate: number;
  /** The figure if the pooled data are z standard errors off; it never falls with z. */
  at(z: number): number;
  /** By replication: what each adds to the error, in any one unit. */
  readonly residuals: readonly number[];
  /** Independent events that decide it in one replication: with many, its figure alone is about normal and unbiased. */
  readonly events: number;
}

/** Events from which on the differences of single replications are better: they have all that both share. */
const MANY = 30;

/** Replications from which on the correlation of two figures is an estimate: two points are always on a line. */
const FEWEST = 5;

/** Angles at which the region of two figures is examined; a multiple of 4, so that both axes are among them. */
const ANGLES = 64;

/** The figure from -t(k - 1) to +t(k - 1) standard errors; null below two replications. */
export function uncertainInterval(figure: Uncertain, confidence: number): Interval | null {
  const n = figure.residuals.length;
  if (n < 2) return null;
  const t = studentQuantile(0.5 + confidence / 2, n - 1);
  return between(figure.estimate, figure.at(-t), figure.at(t), n);
}

/**
 * Interval of `other - factor * one`, both measured in the same replications; null if theirs differ, or if a paired
 * difference is better: single replications have enough events, or there are fewer than five. See `RegionOfTwo`.
 */
export function uncertainDifference(
  other: Uncertain,
  one: Uncertain,
  confidence: number,
  factor = 1,
): Interval | null {
  const n = one.residuals.length;
  if (!isRegion(other, one)) return null;
  const t = studentQuantile(0.5 + confidence / 2, n - 1);
  return new RegionOfTwo(other, one, factor).at(t);
}

/** Two-sided p-value of no difference: below 1 - confidence where `uncertainDifference` excludes 0. */
export function uncertainP(other: Uncertain, one: Uncertain): number | null {
  const n = one.residuals.length;
  if (!isRegion(other, one)) return null;
  const region = new RegionOfTwo(other, one, 1);
  const isFound = (t: number): boolean => {
    const { low, high } = region.at(t);
    return low > 0 || high < 0;
  };
  let low = 0;
  let high = 1;
  while (isFound(high) && high < FARTHEST) high *= 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (isFound(middle)) low = middle;
    else high = middle;
  }
  return low === 0 ? 1 : 2 * studentCdf(-low, n - 1);
}

function isRegion(other: Uncertain, one: Uncertain): boolean {
  const n = one.residuals.length;
  return n >= FEWEST && n === other.residuals.length && Math.min(other.events, one.events) < MANY;
}

/** Standard errors that are examined at most; their p-value is about 0 from a few replications on. */
const FARTHEST = 1_048_576;
const HALVINGS = 50;

/**
 * The differences on an ellipse around two figures. Their errors are taken as normal with the correlation of their
 * residuals; the ellipse is the one whose projections are t standard errors long on either side. For figures that are
 * linear in their errors, the smallest and the largest difference on it are the usual interval of a paired difference;
 * the region also holds for quantiles, whose intervals are not symmetric. Sources: Hasofer and Lind 1974, first-order
 * reliability, for the region; Zou and Donner 2008 for differences from the limits of single intervals.
 */
class RegionOfTwo {
  private readonly points: Points;

  constructor(
    private readonly other: Uncertain,
    private readonly one: Uncertain,
    private readonly factor: number,
  ) {
    this.points = pointsAt(correlation(one.residuals, other.residuals));
  }

  at(t: number): Interval {
    const { other, one, factor } = this;
    const estimate = other.estimate - factor * one.estimate;
    let [low, high] = [estimate, estimate];
    for (const [y, x] of this.points) {
      const difference = other.at(t * y) - factor * one.at(t * x);
      low = Math.min(low, difference);
      high = Math.max(high, difference);
    }
    return between(estimate, low, high, one.residuals.length);
  }
}

type Points = readonly (readonly [other: number, one: number])[];

/** Points of an ellipse by its correlation. */
function pointsAt(together: number): Points {
  const apart = Math.sqrt(Math.max(0, 1 - together * together));
  return Array.from({ length: ANGLES }, (_, i) => {
    const angle = (2 * Math.PI * i) / ANGLES;
    const x = cos(angle);
    return [together * x + apart * sin(angle), x] as const;
  });
}

function between(estimate: number, low: number, high: number, n: number): Interval {
  return { estimate, low, high, halfWidth: (high - low) / 2, n };
}

/**
 * Correlation of residuals, whose means are 0; 0 if one of them does not vary. Shrunk to what is left without bias:
 * 1 - r^2 is too small by (n - 2) / (n - 1), since a line fits few points too well (Ezekiel 1930).
 */
function correlation(one: readonly number[], other: readonly number[]): number {
  let [both, own, others] = [0, 0, 0];
  one.forEach((x, i) => {
    const y = other[i]!;
    both += x * y;
    own += x * x;
    others += y * y;
  });
  const n = one.length;
  const squared = own > 0 && others > 0 ? (both * both) / (own * others) : 0;
  const left = ((1 - squared) * (n - 1)) / (n - 2);
  const size = Math.sqrt(Math.max(0, Math.min(1, 1 - left)));
  return both < 0 ? -size : size;
}
