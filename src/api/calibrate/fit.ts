import { log } from '../../kernel/math.js';
import { inverse, product } from './linear.js';

/** Differences between predicted and measured figures, in units of their standard errors. */
export type Residuals = readonly number[];

/** A guess that is fitted, as the logarithm of its multiple. */
export interface Parameter {
  /** Smallest step up that changes it: of whole numbers, the next one. */
  step(at: number): number;
  /** Values far from this one that are worth a try of their own: those of whole numbers. */
  others(at: number): readonly number[];
}

/** What is fitted. It knows no scenario. */
export interface Fitting {
  readonly parameters: readonly Parameter[];
  /** Runs some points; null for a point that is not allowed, and for all after an interrupt or the last run. */
  ask(points: readonly Point[]): Promise<readonly (Residuals | null)[]>;
  isOver(): boolean;
}

export type Point = readonly number[];

/** The point that was found, with what the data say about it. */
export interface Fitted {
  readonly point: Point;
  /** Covariance of the parameters. */
  readonly covariance: readonly (readonly number[])[];
  /** Whether other residuals are no worse than these could be by chance (95 %). */
  isFlat(residuals: Residuals): boolean;
}

/** Step of derivatives. Random numbers are common, so that it may be small. */
const STEP = 0.05;
/** Multiples of each guess that are tried before all others. */
const FAR = log(3);
/** Longest step of an iteration. */
const REACH = log(4);
const ITERATIONS = 12;
/** Most changes of whole numbers that begin again from elsewhere. */
const LEAPS = 3;
/** Weights of the diagonal in Marquardt's step; all of them run at once. */
const DAMPING = [0, 0.1, 1, 10] as const;
/** A cost that falls by less is not worth another iteration. */
const GAIN = 1e-3;
/** Standard deviation of a guess before any data: a factor of 20. It keeps what the data do not determine at its value. */
const PRIOR = 3;
/** Residuals beyond this many times the usual one count less. */
const OUTLIER = 3;
/** 95th percentile of chi-square with one degree of freedom. */
const CHI_SQUARE = 3.84;

/**
 * Minimises the differences by steps of Gauss and Newton, damped after Levenberg and Marquardt, with weights after Cauchy
 * so that a few figures that the scenario cannot explain do not decide. Starts at the present values, or at the best of
 * a third and three times of each. null after an interrupt before the first point.
 */
export async function fitted(by: Fitting): Promise<Fitted | null> {
  const start = by.parameters.map(() => 0);
  const [base] = await by.ask([start]);
  if (base === undefined || base === null) return null;
  return new Fit(by, { point: start, residuals: base }).find();
}

interface Tried {
  readonly point: Point;
  readonly residuals: Residuals;
}

class Fit {
  constructor(
    private readonly by: Fitting,
    private best: Tried,
  ) {}

  async find(): Promise<Fitted> {
    await this.far();
    let slopes = await this.descend();
    for (let k = 0; k < LEAPS && slopes !== null; k++) {
      if (!(await this.leap(slopes))) break;
      slopes = await this.descend();
    }
    return this.found(slopes);
  }

  /** Steps until they gain nothing. The slopes at the point that is reached. */
  private async descend(): Promise<readonly Residuals[] | null> {
    for (let k = 0; k < ITERATIONS; k++) {
      const slopes = await this.slopes();
      if (slopes === null || !(await this.step(slopes))) break;
    }
    return this.slopes();
  }

  /**
   * Other whole numbers, with everything else fitted to each by two steps with the slopes that are known: slopes alone do
   * not lead from 6 cores to 1.
   */
  private async leap(slopes: readonly Residuals[]): Promise<boolean> {
    const { best } = this;
    const scale = scaleOf(best.residuals);
    let found = best;
    for (const [k, parameter] of this.by.parameters.entries()) {
      const points = parameter
        .others(best.point[k]!)
        .map((at) => moved(best.point, k, at - best.point[k]!));
      const rows = await this.by.ask(points);
      for (const [i, residuals] of rows.entries()) {
        if (residuals === null) continue;
        const frozen = slopes.map((column, own) => (own === k ? column.map(() => 0) : column));
        let own: Tried = { point: points[i]!, residuals };
        for (let step = 0; step < 2; step++) own = await this.nearer(own, frozen, scale, k);
        if (this.costOf(own, scale) < this.costOf(found, scale)) found = own;
      }
    }
    const gain = this.costOf(best, scale) - this.costOf(found, scale);
    this.best = found;
    return gain > GAIN * this.costOf(best, scale);
  }

  /** The best of the damped steps from a point, or the point. `kept`: the parameter that stays. */
  private async nearer(
    from: Tried,
    slopes: readonly Residuals[],
    scale: number,
    kept: number,
  ): Promise<Tried> {
    const points = this.stepsFrom(from, slopes, scale).map((point) =>
      moved(point, kept, from.point[kept]! - point[kept]!),
    );
    return this.bestOf(from, points, scale);
  }

  /** A third and three times of each guess alone. */
  private async far(): Promise<void> {
    const points = this.by.parameters.flatMap((_, k) =>
      [-FAR, FAR].map((step) => moved(this.best.point, k, step)),
    );
    await this.take(points, scaleOf(this.best.residuals));
  }

  /** Moves to the best of some points, if it is better. */
  private async take(points: readonly Point[], scale: number): Promise<boolean> {
    const before = this.costOf(this.best, scale);
    this.best = await this.bestOf(this.best, points, scale);
    return before - this.costOf(this.best, scale) > GAIN * before;
  }

  private async bestOf(first: Tried, points: readonly Point[], scale: number): Promise<Tried> {
    let found = first;
    for (const [k, residuals] of (await this.by.ask(points)).entries()) {
      if (residuals === null) continue;
      const own = { point: points[k]!, residuals };
      if (this.costOf(own, scale) < this.costOf(found, scale)) found = own;
    }
    return found;
  }

  private step(slopes: readonly Residuals[]): Promise<boolean> {
    const scale = scaleOf(this.best.residuals);
    return this.take(this.stepsFrom(this.best, slopes, scale), scale);
  }

  private stepsFrom(from: Tried, slopes: readonly Residuals[], scale: number): readonly Point[] {
    const { matrix, gradient } = normal(from, slopes, scale);
    return DAMPING.flatMap((damping): Point[] => {
      const damped = matrix.map((row, i) =>
        row.map((value, j) => (i === j ? value * (1 + damping) : value)),
      );
      const inverted = inverse(damped);
      if (inverted === null) return [];
      const by = product(inverted, gradient).map((value) => clipped(-value));
      return [from.point.map((value, k) => value + by[k]!)];
    });
  }

  /** Derivatives of the residuals by each parameter; null after an interrupt or the last run. */
  private async slopes(): Promise<readonly Residuals[] | null> {
    const { parameters } = this.by;
    const { point, residuals } = this.best;
    const steps = parameters.map((own, k) => Math.max(STEP, own.step(point[k]!)));
    const up = steps.map((step, k) => moved(point, k, step));
    const down = steps.map((step, k) => moved(point, k, -step));
    const rows = await this.by.ask([...up, ...down]);
    if (this.by.isOver()) return null;
    return parameters.map((_, k) => {
      const [high, low] = [rows[k] ?? null, rows[k + parameters.length] ?? null];
      const width = (high === null ? 0 : steps[k]!) + (low === null ? 0 : steps[k]!);
      if (width === 0) return residuals.map(() => 0);
      return residuals.map((own, i) => ((high?.[i] ?? own) - (low?.[i] ?? own)) / width);
    });
  }

  private costOf({ point, residuals }: Tried, scale: number): number {
    const data = residuals.reduce((sum, own) => sum + lossOf(own, scale), 0);
    return data + point.reduce((sum, own) => sum + square(own / PRIOR), 0);
  }

  private found(slopes: readonly Residuals[] | null): Fitted {
    const { point, residuals } = this.best;
    const scale = scaleOf(residuals);
    const cost = this.costOf(this.best, scale);
    const free = Math.max(1, residuals.length - point.length);
    // A scenario that does not explain all figures is less certain of its values, too.
    const excess = Math.max(1, cost / free);
    const own = slopes === null ? null : inverse(normal(this.best, slopes, scale).matrix);
    const covariance = (
      own ?? point.map((_, i) => point.map((__, j) => (i === j ? square(PRIOR) : 0)))
    ).map((row) => row.map((value) => value * excess));
    const isFlat = (other: Residuals): boolean =>
      this.costOf({ point, residuals: other }, scale) - cost <= CHI_SQUARE * excess;
    return { point, covariance, isFlat };
  }
}

/** Matrix and right side of the normal equations. */
function normal(
  { point, residuals }: Tried,
  slopes: readonly Residuals[],
  scale: number,
): { readonly matrix: number[][]; readonly gradient: number[] } {
  const weights = residuals.map((own) => weightOf(own, scale));
  const sum = (a: Residuals, b: Residuals): number =>
    weights.reduce((all, weight, i) => all + weight * a[i]! * b[i]!, 0);
  const prior = 1 / (PRIOR * PRIOR);
  return {
    matrix: slopes.map((a, i) => slopes.map((b, j) => sum(a, b) + (i === j ? prior : 0))),
    gradient: slopes.map((a, i) => sum(a, residuals) + prior * point[i]!),
  };
}

function moved(point: Point, k: number, by: number): Point {
  return point.map((value, i) => (i === k ? value + by : value));
}

function clipped(step: number): number {
  return Math.min(REACH, Math.max(-REACH, step));
}

/** The usual size of a residual, at least that of pure noise. */
function scaleOf(residuals: Residuals): number {
  const sizes = residuals.map(Math.abs).sort((a, b) => a - b);
  const middle = sizes[Math.floor(sizes.length / 2)] ?? 0;
  return OUTLIER * Math.max(1, 1.4826 * middle);
}

function weightOf(residual: number, scale: number): number {
  return 1 / (1 + square(residual / scale));
}

function lossOf(residual: number, scale: number): number {
  return scale * scale * log(1 + square(residual / scale));
}

function square(value: number): number {
  return value * value;
}
