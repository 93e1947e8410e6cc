import { prepared as prepareTexts, type Prepared, type Selection } from '../../api/prepare.js';
import { driftedSettings } from '../../api/drift/settings.js';
import type {
  DriftedFigure,
  DriftedFigures,
  DriftedSettings,
  DriftResult,
} from '../../contracts/result/drift.js';
import { importTexts, type Imported } from '../../importing/import.js';
import { readMapping } from '../../importing/names.js';
import { observeTraces } from '../../importing/traces/observe.js';
import type { TraceSource } from '../../importing/traces/model.js';
import { driftMarkdown } from '../../report/drift/markdown.js';
import { driftText } from '../../report/drift/text.js';
import { isWithin } from '../../scenario/paths.js';
import { VERSION } from '../../text/version.js';
import { checkSubjects, subjectsOf } from '../calibrate/subjects.js';
import { oneVariant } from '../calibrate/variant.js';
import { checkDestinations, jsonOf, reportTo } from '../documents.js';
import { driftedFigures } from '../drift/figures.js';
import { EXIT } from '../exit.js';
import type { FIX_FORMATS } from '../flags.js';
import { importSources } from '../import-files.js';
import { prepare, type Asked } from '../prepare.js';
import { searchRuns } from '../search-runs.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';

export interface DriftFlags extends Omit<Selection, 'variant'>, SimulateOptions {
  readonly variant?: string;
  readonly map?: readonly string[];
  /** Paths and subjects whose differences are accepted. */
  readonly ignore?: readonly string[];
  /** Least relative difference of a figure that counts. */
  readonly tolerance: number;
  readonly sampled?: number;
  readonly format: (typeof FIX_FORMATS)[number];
  readonly json?: string;
}

/** Compares a scenario with manifests and traces of today. Exit code 1 if they differ. */
export async function drift(
  argument: string,
  paths: readonly string[],
  flags: DriftFlags,
  terminal: Terminal,
): Promise<number> {
  checkDestinations([flags.json]);
  const prepared = preparedOf(argument, flags, terminal);
  const { texts, traces, leftOut } = importSources(paths);
  const names = readMapping(flags.map ?? []);
  const imported =
    texts.length === 0 ? null : importTexts(texts, { title: 'Manifests', names, leftOut });
  const settings = imported === null ? null : settingsOf(prepared, imported, texts.length);
  const unread = imported === null ? leftOut : [...imported.leftOut, ...imported.unrendered];
  const figures =
    traces.length === 0 ? null : await figuresOf(prepared, traces, names, flags, terminal);
  if (figures === null && traces.length > 0) return EXIT.interrupted;
  const result = resultOf(prepared, { settings, figures, unread }, flags.ignore ?? []);
  const json = jsonOf(result);
  const { path } = prepared;
  await reportTo(terminal, {
    documents: [[flags.json, json]],
    notes: [],
    print: (look) => {
      if (flags.format === 'json') terminal.raw(json());
      else if (flags.format === 'md') terminal.raw(driftMarkdown(result, path));
      else terminal.out(driftText(result, { file: path, ...look }));
    },
    kept: `The drift of ${path} is reported.`,
  });
  return result.isSame ? EXIT.ok : EXIT.broken;
}

function preparedOf(argument: string, flags: DriftFlags, terminal: Terminal): Prepared {
  const { variant, ...rest } = flags;
  const selection: Asked = { ...rest, ...(variant !== undefined && { variant: [variant] }) };
  return oneVariant(prepare(argument, selection, terminal));
}

/** The manifests as a scenario of their own, beside the given one. */
function settingsOf(
  scenario: Prepared,
  { scenario: text }: Imported,
  files: number,
): DriftedSettings {
  const own = prepareTexts('manifests', () => ({ text }), {});
  return driftedSettings(scenario, own, files);
}

async function figuresOf(
  prepared: Prepared,
  traces: readonly TraceSource[],
  names: ReadonlyMap<string, string>,
  flags: DriftFlags,
  terminal: Terminal,
): Promise<DriftedFigures | null> {
  const observed = await observeTraces(traces, flags.sampled ?? null);
  const subjects = subjectsOf(prepared, observed, { names, share: 1, by: 'time' });
  checkSubjects(subjects, subjects.fit.length > 0, prepared);
  const { plans, path } = prepared;
  const runs = searchRuns(path, flags, terminal, { doing: 'comparing', rest: 'ending' });
  return runs.run(plans, (execute) =>
    driftedFigures({
      prepared,
      subjects,
      leftOut: observed.leftOut,
      runs: { execute, isOver: () => runs.isOver() },
      tolerance: flags.tolerance,
    }),
  );
}

function resultOf(
  { file }: Prepared,
  { settings, figures, unread }: Pick<DriftResult, 'settings' | 'figures' | 'unread'>,
  ignore: readonly string[],
): DriftResult {
  const isIgnored = (path: string): boolean => ignore.some((top) => isWithin(path, top));
  const some = settings?.drifted.filter(({ path }) => !isIgnored(path)) ?? [];
  const counts = ({ subject, figure }: DriftedFigure): boolean =>
    !ignore.includes(subject) && !ignore.includes(`${subject}.${figure}`);
  const others = figures?.drifted.filter(counts) ?? [];
  const undecided = figures?.undecided.filter(counts) ?? [];
  const all = (settings?.drifted.length ?? 0) + (figures?.drifted.length ?? 0);
  return {
    faultline: 1,
    scenario: { title: file.title, sha256: file.sha256 },
    variant: file.variants[0]!.name,
    engine: { version: VERSION },
    settings: settings === null ? null : { ...settings, drifted: some },
    figures: figures === null ? null : { ...figures, drifted: others, undecided },
    unread,
    ignored: all - some.length - others.length,
    isSame: some.length + others.length === 0,
  };
}
