import { oneLine, splitLines } from '../text/line.js';
import { compile } from '../plan/compile.js';
import { PlanError } from '../plan/problem.js';
import { formatDiagnostic, type Shown } from '../scenario/diagnostics.js';
import { Source, type Loaded, type ReadFile, type VariantTexts } from '../scenario/load.js';
import type { WrittenSweep } from '../scenario/sweeps.js';
import type { PathKey } from '../scenario/located.js';
import type { Places } from '../scenario/places.js';
import { meant } from '../scenario/suggest.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import { CommandError, EXIT, usageError } from './exit.js';
import { scenarioPath, scenarioReader } from './files.js';
import type { Terminal } from './terminal.js';
import { whatIfOf, type WhatIfFlags } from './what-if.js';

/** Settings of the command line that replace those of the file. */
export interface Selection extends WhatIfFlags {
  readonly variant?: readonly string[];
  readonly seed?: number;
  readonly replications?: number;
  /** Expressions instead of the budgets of the file. */
  readonly budget?: readonly string[];
}

/** A scenario that is ready to run: checked, with one plan for each chosen variant. */
export interface Prepared {
  readonly path: string;
  /** Contains only the chosen variants. */
  readonly file: ScenarioFile;
  readonly plans: readonly Plan[];
  readonly replications: number;
  /** Places in the source text. */
  readonly places: Places;
  /** The text from which it was built, and its experiments. */
  readonly source: Source;
  readonly sweeps: readonly WrittenSweep[];
  /** What the command line asks for. */
  readonly selection: Selection;
  /** By variant: its text. */
  readonly texts: ReadonlyMap<string, VariantTexts>;
}

/** Receives each problem of a scenario as it is found. */
export type Reporter = (problem: Shown) => void;

/** Prints problems for people. */
export function reporterTo(terminal: Terminal): Reporter {
  return (problem) => terminal.note(splitLines(formatDiagnostic(problem)));
}

/** Reads, checks and compiles a scenario; prints its problems. Exit code 2 if it has any. */
export function prepare(
  argument: string,
  selection: Selection,
  terminal: Terminal,
  report: Reporter = reporterTo(terminal),
): Prepared {
  const path = scenarioPath(argument);
  return prepareFrom(path, scenarioReader(path), selection, terminal, report);
}

/** The same for a scenario whose files `read` returns. `path` begins the names of its files in messages. */
export function prepareFrom(
  path: string,
  read: ReadFile,
  selection: Selection,
  terminal: Terminal,
  report: Reporter = reporterTo(terminal),
): Prepared {
  const source = new Source(path, read, null, whatIfOf(selection), selection.budget);
  const loaded = source.load();
  const file = select(soundFile(loaded, path, terminal, report), selection, path);
  const { places, sweeps, texts } = loaded;
  const plans = plansOf(file, places, path, report);
  const { replications } = file.variants[0]!.scenario.run;
  return { path, file, plans, replications, places, source, sweeps, texts, selection };
}

/** The file of a loaded scenario; prints its problems. Exit code 2 if there are errors. */
export function soundFile(
  { file, problems }: Pick<Loaded, 'file' | 'problems'>,
  path: string,
  terminal: Terminal,
  report: Reporter = reporterTo(terminal),
): ScenarioFile {
  for (const problem of problems) report(problem);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  if (file !== null && errors === 0) return file;
  throw tooWrong(path, errors);
}

/** Compiles all variants. Prints problems that only show then, with their places, like every other problem. */
function plansOf(
  file: ScenarioFile,
  places: Places,
  path: string,
  report: Reporter,
): readonly Plan[] {
  const found = new Map<string, { readonly problem: Shown; readonly variants: string[] }>();
  const plans = file.variants.flatMap((variant) => {
    try {
      return [compile(variant, file)];
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      for (const { code, where, message } of error.problems) {
        const spot = places.at(variant.name, keysOf(where, variant));
        const key = `${spot.file}:${spot.line}:${spot.col} ${code} ${where} ${message}`;
        const problem: Shown = { ...spot, code, severity: 'error', path: where, message };
        const known = found.get(key);
        if (known !== undefined) known.variants.push(variant.name);
        else found.set(key, { problem, variants: [variant.name] });
      }
      return [];
    }
  });
  if (found.size === 0) return plans;
  for (const { problem, variants } of found.values()) {
    const isOfAll = variants.length === file.variants.length;
    const which = isOfAll ? '' : ` (in variant ${variants.join(', ')})`;
    report({ ...problem, message: problem.message + which });
  }
  throw tooWrong(path, found.size);
}

/** The keys of a dotted path. Faults are in a list, and the path names them by id. */
function keysOf(where: string, { scenario }: Variant): readonly PathKey[] {
  const keys = where.split(/[.[\]]+/).filter((key) => key !== '');
  const fault = keys[0] === 'faults' ? scenario.faults.findIndex(({ id }) => id === keys[1]) : -1;
  return fault < 0 ? keys : ['faults', fault, ...keys.slice(2)];
}

function tooWrong(path: string, problems: number): CommandError {
  return new CommandError(
    EXIT.usage,
    `${path}: ${problems} ${problems === 1 ? 'problem' : 'problems'}`,
  );
}

/** Compiles one variant of a setting; problems that only show then become the error. */
export function lower(variant: Variant, file: ScenarioFile, path: string): Plan {
  try {
    return compile(variant, file);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    const lines = error.problems.map(({ code, where, message }) => `${code} ${where}: ${message}`);
    const heading = `${path}: variant ${variant.name} cannot be run`;
    throw new CommandError(EXIT.usage, [heading, ...lines].join('\n  '), { cause: error });
  }
}

/** The chosen variants, with the settings of the command line. */
export function select(file: ScenarioFile, selection: Selection, path: string): ScenarioFile {
  const { variant, seed, replications } = selection;
  const own = file.whatIf?.as ?? null;
  const names = own === null ? variant : variant?.concat(own);
  const variants = names === undefined ? file.variants : chosen(file.variants, names, path);
  const settings = {
    ...(seed === undefined ? {} : { seed }),
    ...(replications === undefined ? {} : { replications }),
  };
  const hasBaseline = variants.some(({ baseline }) => baseline);
  return {
    ...file,
    variants: variants.map((one, index) => ({
      ...one,
      // If the baseline of the file is not chosen, the first chosen variant replaces it.
      baseline: hasBaseline ? one.baseline : index === 0,
      scenario: { ...one.scenario, run: { ...one.scenario.run, ...settings } },
    })),
  };
}

/** The named variants in the order of the file. */
export function chosen<V extends { readonly name: string }>(
  variants: readonly V[],
  names: readonly string[],
  path: string,
): readonly V[] {
  const known = variants.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = meant(name, known);
    const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
    throw usageError(
      `${path} has no variant "${name}"${hint}; it has ${oneLine(known.join(', '))}`,
    );
  }
  return variants.filter(({ name }) => names.includes(name));
}
