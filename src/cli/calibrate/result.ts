import {
  differenceOf,
  errorOf,
  errorsOf,
  type Subject,
} from '../../analysis/calibration/predicted.js';
import type { SplitBy } from '../../analysis/calibration/measured.js';
import type { Prepared } from '../../api/prepare.js';
import type {
  CalibratedFigure,
  CalibratedGuess,
  CalibrationResult,
} from '../../contracts/result/calibration.js';
import type { Observations } from '../../importing/traces/observe.js';
import { parsePath } from '../../scenario/paths.js';
import { inputText, multipleOf, type ModelInput } from '../../scenario/tuning/inputs.js';
import { VERSION } from '../../text/version.js';
import { secondsOf, type Calibrated } from './calibrator.js';

/** What was asked, for the document. */
export interface CalibrationFacts {
  readonly prepared: Prepared;
  readonly inputs: readonly ModelInput[];
  readonly fit: readonly Subject[];
  readonly rest: readonly Subject[];
  readonly unknown: readonly string[];
  readonly observed: Observations;
  readonly files: readonly string[];
  /** Files that could not be read. */
  readonly unread: readonly string[];
  readonly share: number;
  readonly by: SplitBy;
}

/** The document of a calibration. */
export function calibrationOf(facts: CalibrationFacts, found: Calibrated): CalibrationResult {
  const { prepared, inputs, observed, files, unread, share, by, unknown } = facts;
  const { file, replications } = prepared;
  const figures = figuresOf(facts, found);
  return {
    faultline: 1,
    scenario: { title: file.title, sha256: file.sha256 },
    seed: file.variants[0]!.scenario.run.seed,
    replications,
    engine: { version: VERSION },
    variant: file.variants[0]!.name,
    data: {
      files,
      spans: observed.spans,
      traces: observed.traces,
      fit: share,
      by,
      seconds: (observed.last - observed.first) / 1e9,
      weight: observed.weight,
      leftOut: observed.leftOut,
      unread,
    },
    guesses: inputs.map((_, k) => guessOf(facts, found, k)),
    figures,
    errors: errorsOf(figures),
    unknown,
    runs: found.runs,
  };
}

function guessOf(
  { prepared, inputs, fit }: CalibrationFacts,
  found: Calibrated,
  k: number,
): CalibratedGuess {
  const input = inputs[k]!;
  const { places } = prepared;
  const { interval, partner, flat } = found.determined[k]!;
  const spot = places.of(input.value);
  const factor = found.factors[k]!;
  const text = (own: number): string => inputText(multipleOf(input, own) ?? input.value);
  return {
    path: input.path,
    at: `${spot.file}:${spot.line}`,
    before: inputText(input.value),
    after: text(factor),
    factor,
    interval: interval === null ? null : [text(factor * interval[0]), text(factor * interval[1])],
    within: interval === null ? null : withinOf(input, factor, interval[1]),
    n: executionsOf(input.path, fit),
    partner: partner === null ? null : inputs[partner]!.path,
    flat,
  };
}

/** Half of the interval as a share of the value; whole numbers are exact where the interval has no other. */
function withinOf({ whole }: ModelInput, factor: number, above: number): number {
  if (whole === null) return above - 1;
  const value = whole * factor;
  return Math.round(value * above) / value - 1;
}

/** Executions of the endpoint or component that a value belongs to; of the load and the network all. */
function executionsOf(path: string, fit: readonly Subject[]): number {
  const parsed = parsePath(path);
  const keys = parsed.ok ? parsed.segments.map((one) => (one.kind === 'key' ? one.key : '')) : [];
  const [section = '', component = '', , part = ''] = keys;
  const served = fit.filter(({ name }) => !name.includes('->'));
  if (section === 'workloads' || section === 'network') return total(served);
  const ofPart = served.filter(({ name }) => name === `${component}.${part}`);
  const ofComponent = fit.filter((one) => one.component === component);
  const own = ofComponent.filter(({ name }) => !name.includes('->'));
  // A database has no executions of its own: its calls are those of its callers.
  return total([ofPart, own, ofComponent].find((some) => some.length > 0) ?? []);
}

function total(subjects: readonly Subject[]): number {
  return subjects.reduce((sum, { n }) => sum + n, 0);
}

function figuresOf(
  { rest, prepared }: CalibrationFacts,
  { before, after }: Calibrated,
): readonly CalibratedFigure[] {
  const seconds = secondsOf(prepared);
  return rest.flatMap(({ name, n, figures }) => {
    const rate = figures.find((one) => one.name === 'throughput')?.value ?? 0;
    return figures.map((figure): CalibratedFigure => {
      const predicted = after.get(name)?.[figure.name] ?? null;
      const { difference, error } = differenceOf(figure, n, predicted, { seconds, rate });
      return {
        subject: name,
        figure: figure.name,
        n,
        measured: figure.value,
        before: before.get(name)?.[figure.name] ?? null,
        predicted,
        error: errorOf(figure.name, figure.value, predicted),
        isWithin: predicted !== null && Math.abs(difference) <= 1.96 * error,
      };
    });
  });
}
