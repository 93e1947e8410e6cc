import { differenceOf, errorOf, type Subject } from '../../analysis/calibration/predicted.js';
import type { MeasuredFigure } from '../../analysis/calibration/measured.js';
import type { Prepared } from '../../api/prepare.js';
import type { Agreement, DriftedFigure, DriftedFigures } from '../../contracts/result/drift.js';
import { exp } from '../../kernel/math.js';
import { withFaults } from '../../plan/without.js';
import { secondsOf } from '../calibrate/calibrator.js';
import { Predictor, type Predictions } from '../calibrate/predictor.js';
import type { Subjects } from '../calibrate/subjects.js';
import { Multiples } from '../../api/multiples.js';
import type { PlanRuns } from '../../api/searching.js';

/** Standard errors beyond which a difference is no chance, also among hundreds of figures. */
const BEYOND = 4;

/** What is compared, and where it runs. */
export interface FigureInputs {
  readonly prepared: Prepared;
  readonly subjects: Subjects;
  readonly runs: PlanRuns;
  readonly tolerance: number;
}

/** Runs the scenario without its faults, and compares its figures with those of traces; null after an interrupt. */
export async function driftedFigures(
  inputs: FigureInputs & Pick<DriftedFigures, 'leftOut'>,
): Promise<DriftedFigures | null> {
  const all = await comparedFigures(inputs);
  if (all === null) return null;
  return {
    compared: all.length,
    drifted: all.filter(({ agreement }) => agreement === 'differs'),
    undecided: all.filter(({ agreement }) => agreement === 'undecided'),
    leftOut: inputs.leftOut,
    unknown: inputs.subjects.unknown,
    tolerance: inputs.tolerance,
  };
}

/** Every figure with what it may be, also those that do not differ; null after an interrupt. */
export async function comparedFigures({
  prepared,
  subjects,
  runs,
  tolerance,
}: FigureInputs): Promise<readonly DriftedFigure[] | null> {
  const { fit } = subjects;
  const predictor = new Predictor(
    prepared,
    fit.map(({ name }) => name),
  );
  const { asked } = predictor;
  const altered = (plan: Prepared['plans'][number]) => withFaults(plan, () => false);
  const multiples = new Multiples({ prepared, runs, asked, altered, onProgress: () => {} });
  const [row] = await multiples.figuresOf([new Map()]);
  if (row === undefined || row === null) return null;
  const predictions = predictor.of(row);
  return fit.flatMap((subject) => figuresOf(subject, predictions, secondsOf(prepared), tolerance));
}

function figuresOf(
  { name, n, figures }: Subject,
  predictions: Predictions,
  seconds: number,
  tolerance: number,
): readonly DriftedFigure[] {
  const rate = figures.find((one) => one.name === 'throughput')?.value ?? 0;
  return figures.map((figure): DriftedFigure => {
    const predicted = predictions.get(name)?.[figure.name] ?? null;
    const { error: noise } = differenceOf(figure, n, predicted, { seconds, rate });
    const error = errorOf(figure.name, figure.value, predicted);
    const allowed = allowedFor(figure, noise, tolerance);
    return {
      subject: name,
      figure: figure.name,
      n,
      measured: figure.value,
      allowed,
      predicted,
      error,
      agreement: agreementOf(predicted, allowed, allowedFor(figure, 0, tolerance)),
    };
  });
}

/** The figures that are no difference: those within the noise, and those within the tolerance. */
function allowedFor(
  { name, value }: MeasuredFigure,
  error: number,
  tolerance: number,
): readonly [number, number] {
  if (name === 'failures') {
    // A tenth of the tolerance: 10 % of other figures are a percentage point of failures.
    const most = Math.max(BEYOND * error, tolerance / 10);
    return [Math.max(0, value - most), Math.min(1, value + most)];
  }
  const factor = Math.max(exp(BEYOND * error), 1 + tolerance);
  return [value / factor, value * factor];
}

/** `allowed`: noise and tolerance together; `near`: the tolerance alone. */
function agreementOf(
  predicted: number | null,
  allowed: readonly [number, number],
  near: readonly [number, number],
): Agreement {
  const isIn = ([low, high]: readonly [number, number]): boolean =>
    predicted !== null && predicted >= low && predicted <= high;
  if (isIn(near)) return 'agrees';
  return isIn(allowed) ? 'undecided' : 'differs';
}
