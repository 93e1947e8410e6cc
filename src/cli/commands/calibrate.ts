import { observeTraces, type Observations } from '../../importing/traces/observe.js';
import { readMapping } from '../../importing/names.js';
import { calibrationText } from '../../report/calibrate/text.js';
import type { SplitBy } from '../../analysis/calibration/measured.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import type { ModelInput } from '../../scenario/tuning/inputs.js';
import { oneLine } from '../../text/line.js';
import { list } from '../../text/words.js';
import { calibrated, type Calibrated } from '../calibrate/calibrator.js';
import { checkCalibratedFile, calibratedText } from '../calibrate/file.js';
import { calibrationOf } from '../calibrate/result.js';
import { checkSubjects, subjectsOf, type Subjects } from '../calibrate/subjects.js';
import { oneVariant } from '../calibrate/variant.js';
import { checkDestinations, jsonOf, reportTo } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { importSources } from '../import-files.js';
import { canBeTraces } from '../import-traces.js';
import { allInputs, inputsBelow } from '../../api/inputs.js';
import { prepare, type Asked } from '../prepare.js';
import { stopwatch } from '../progress.js';
import { searchRuns } from '../search-runs.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';

export interface CalibrateFlags extends Omit<Selection, 'variant'>, SimulateOptions {
  readonly variant?: string;
  readonly over?: readonly string[];
  /** Share of the data to fit to. */
  readonly fit: number;
  readonly by: SplitBy;
  /** Share of the requests that is traced. */
  readonly sampled?: number;
  readonly map?: readonly string[];
  readonly withFaults?: boolean;
  readonly maxRuns: number;
  readonly all?: boolean;
  readonly out?: string;
  readonly json?: string;
}

/** Fits the guesses of a scenario to traces, and compares its predictions with the traces that were held back. */
export async function calibrate(
  argument: string,
  data: readonly string[],
  flags: CalibrateFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.out, flags.json]);
  const took = stopwatch();
  checkCalibratedFile(flags.out, argument, flags.set ?? []);
  const prepared = preparedOf(argument, flags, terminal);
  const inputs = guessesOf(prepared, flags.over ?? []);
  const { observed, unread } = await observedIn(data, flags);
  const { share, by } = { share: flags.fit, by: flags.by };
  const names = readMapping(flags.map ?? []);
  const subjects = subjectsOf(prepared, observed, { names, share, by });
  checkSubjects(subjects, subjects.fit.length > 0 && subjects.rest.length > 0, prepared);
  const found = await fittedTo(subjects, { prepared, inputs }, flags, terminal);
  terminal.progress('');
  if (found === null) return EXIT.interrupted;
  const facts = { prepared, inputs, ...subjects, observed, unread, files: data, share, by };
  const result = calibrationOf(facts, found);
  const shown = { file: prepared.path, out: flags.out ?? null, isAll: flags.all === true };
  await reportTo(terminal, {
    documents: [
      [flags.json, jsonOf(result)],
      [flags.out, () => calibratedText(result, { prepared, inputs, files: data })],
    ],
    notes: flags.quiet === true ? [] : [oneLine(`calibrated in ${took()}`)],
    print: (look) => terminal.out(calibrationText(result, { ...shown, ...look })),
    kept: `The calibration of ${prepared.path} is reported.`,
  });
  return EXIT.ok;
}

/** The scenario with the one variant that the data are from. */
function preparedOf(argument: string, flags: CalibrateFlags, terminal: Terminal): Prepared {
  const { variant, ...rest } = flags;
  const selection: Asked = {
    ...rest,
    replications: flags.replications ?? 1,
    ...(variant !== undefined && { variant: [variant] }),
  };
  return oneVariant(prepare(argument, selection, terminal));
}

function guessesOf(prepared: Prepared, over: readonly string[]): readonly ModelInput[] {
  const all = allInputs(prepared);
  const inputs = over.length > 0 ? inputsBelow(all, over) : all.filter(({ isMarked }) => isMarked);
  if (inputs.length > 0) return inputs;
  throw usageError(
    `${prepared.path} marks no value as a guess: write the comment # guess on its line, or name the paths to fit with --over`,
  );
}

async function observedIn(
  paths: readonly string[],
  { sampled }: CalibrateFlags,
): Promise<{ readonly observed: Observations; readonly unread: readonly string[] }> {
  const { texts, traces, leftOut } = importSources(paths);
  const other = texts.find(({ path }) => paths.includes(path));
  if (other !== undefined) {
    throw usageError(
      `${other.path} has no traces: calibrate reads OTLP, Jaeger and Zipkin; drift compares manifests`,
    );
  }
  if (traces.length === 0) throw usageError(`${list(paths)}: no file of traces there`);
  const observed = await observeTraces(traces, sampled ?? null);
  const others = texts.filter(({ path }) => canBeTraces(path));
  const unread = [...leftOut, ...others.map(({ path }) => `${path}: has no traces`)];
  if (observed.last > observed.first) return { observed, unread };
  throw usageError(`${list(paths)}: no spans with usable times`);
}

/** Fits the inputs; null after an interrupt. */
function fittedTo(
  { fit, rest }: Subjects,
  { prepared, inputs }: { readonly prepared: Prepared; readonly inputs: readonly ModelInput[] },
  flags: CalibrateFlags,
  terminal: Terminal,
): Promise<Calibrated | null> {
  const { plans, path } = prepared;
  const runs = searchRuns(path, flags, terminal, { doing: 'fitting', rest: 'ending' });
  return runs.run(plans, (execute) =>
    calibrated({
      prepared,
      inputs,
      fit,
      rest,
      runs: { execute, isOver: () => runs.isOver() },
      maxRuns: flags.maxRuns,
      withFaults: flags.withFaults === true,
      onProgress: (done) => runs.onDone(done, null),
    }),
  );
}
