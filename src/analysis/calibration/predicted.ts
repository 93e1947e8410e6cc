import { log } from '../../kernel/math.js';
import type {
  CalibratedFigure,
  CalibrationError,
  CalibrationFigureName,
} from '../../contracts/result/calibration.js';
import { CALIBRATION_FIGURES } from '../../contracts/result/calibration.js';
import type { SweepFigure } from '../../contracts/result/sweep-figures.js';
import { sumOf } from '../../stats/sums.js';
import type { MeasuredFigure } from './measured.js';

/** A series of the traces that the scenario has, with its figures. */
export interface Subject {
  /** `shop.buy`, or `shop->bank.pay`. */
  readonly name: string;
  readonly component: string;
  readonly n: number;
  /** Series that show the same executions: 2 where both the server and its callers have spans. */
  readonly views: number;
  readonly figures: readonly MeasuredFigure[];
}

/** The metrics that a run has for one figure. */
const METRICS: Readonly<Record<CalibrationFigureName, readonly string[]>> = {
  p50: ['latency.p50'],
  p95: ['latency.p95'],
  p99: ['latency.p99'],
  throughput: ['throughput'],
  // A response of 4xx is no failure of the server that gives it.
  failures: ['success', 'statusShare.4xx'],
};

/** The metrics of a subject, in the order in which `predictedOf` reads them. */
export function metricsOf(name: string): readonly string[] {
  return CALIBRATION_FIGURES.flatMap((figure) =>
    METRICS[figure].map((metric) => `${name}.${metric}`),
  );
}

/** Metrics of each subject. */
export const METRICS_EACH = metricsOf('').length;

/** The figures of one subject in a run, from those of its metrics; null = nothing was measured. */
export function predictedOf(
  values: readonly (SweepFigure | undefined)[],
): Readonly<Record<CalibrationFigureName, number | null>> {
  const [p50, p95, p99, throughput, success, refused] = values.map((one) => one?.value ?? null);
  return {
    p50: p50 ?? null,
    p95: p95 ?? null,
    p99: p99 ?? null,
    throughput: throughput ?? null,
    failures:
      success === null || success === undefined ? null : Math.max(0, 1 - success - (refused ?? 0)),
  };
}

/** Least error that counts, because no scenario is exact. Of failures a share, else relative. */
const FLOOR = { failures: 0.002, throughput: 0.005, latency: 0.01 } as const;
/** Residual of a figure that a run does not have, such as the latency of a call that is never made. */
const MISSING = 4;

/** Difference between a prediction and a measurement, and its standard error. `seconds`: those of the runs. */
export function differenceOf(
  { name, value, error }: MeasuredFigure,
  n: number,
  predicted: number | null,
  { seconds, rate }: { readonly seconds: number; readonly rate: number },
): { readonly difference: number; readonly error: number } {
  // The runs are a sample as well. Its size follows from the measured rate.
  const noise = error * Math.sqrt(1 + n / Math.max(1, rate * seconds));
  if (name === 'failures') {
    const all = both(noise, FLOOR.failures);
    return { difference: predicted === null ? MISSING * all : predicted - value, error: all };
  }
  const all = both(noise, name === 'throughput' ? FLOOR.throughput : FLOOR.latency);
  const difference = predicted === null || predicted <= 0 ? -MISSING : log(predicted / value);
  return { difference, error: all };
}

/** Errors of each figure over all subjects. */
export function errorsOf(figures: readonly CalibratedFigure[]): readonly CalibrationError[] {
  return CALIBRATION_FIGURES.flatMap((figure) => {
    const own = figures.filter((one) => one.figure === figure);
    if (own.length === 0) return [];
    const sizes = (key: 'before' | 'predicted'): readonly number[] =>
      own
        .flatMap((one) => errorOf(figure, one.measured, one[key]) ?? [])
        .map(Math.abs)
        .sort((a, b) => a - b);
    const [before, after] = [sizes('before'), sizes('predicted')];
    return [
      {
        figure,
        count: own.length,
        before: middle(before),
        after: middle(after),
        largest: after.length === 0 ? null : after[after.length - 1],
      },
    ];
  });
}

/** Relative error; of failures the difference of the shares. null = nothing was predicted. */
export function errorOf(
  figure: CalibrationFigureName,
  measured: number,
  predicted: number | null,
): number | null {
  if (predicted === null) return null;
  return figure === 'failures' ? predicted - measured : predicted / measured - 1;
}

function middle(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const half = sorted.length / 2;
  return sumOf([sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]]) / 2;
}

/** Two independent standard errors as one. */
function both(a: number, b: number): number {
  return Math.sqrt(a * a + b * b);
}
