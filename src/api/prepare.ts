import { compile } from '../plan/compile.js';
import { PlanError } from '../plan/problem.js';
import { Source, type Loaded, type ReadFile, type VariantTexts } from '../scenario/load.js';
import type { WrittenSweep } from '../scenario/sweeps.js';
import type { WhatIf } from '../scenario/edits.js';
import type { PathKey } from '../scenario/located.js';
import type { Places } from '../scenario/places.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import { findWarmup } from './warmup.js';
import { OptionError, ScenarioError, unknownName, type Problem } from './errors.js';

/** Which part of a scenario runs, with which changes. */
export interface Selection {
  /** Names of variants; omitted = all. */
  readonly variant?: readonly string[];
  readonly seed?: number;
  readonly replications?: number;
  /** Changes, `path=value` each. */
  readonly set?: readonly string[];
  /** The name of the variant that they create, in addition to those of the file. */
  readonly as?: string;
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
  /** Returns the texts of its files. */
  readonly read: ReadFile;
  /** The text from which it was built, and its experiments. */
  readonly source: Source;
  readonly sweeps: readonly WrittenSweep[];
  readonly selection: Selection;
  /** By variant: its text. */
  readonly texts: ReadonlyMap<string, VariantTexts>;
  readonly warnings: readonly Problem[];
}

/**
 * Reads, checks and compiles a scenario. `path` begins the names of its files, whose texts `read` returns. Throws a
 * ScenarioError with all problems, or an OptionError for a variant that does not exist.
 */
export function prepared(path: string, read: ReadFile, selection: Selection): Prepared {
  const source = new Source(path, read, null, whatIfOf(selection), selection.budget);
  const loaded = source.load();
  const file = warmedUp(select(soundFile(loaded, path), selection, path), loaded, source);
  const { places, sweeps, texts, problems: warnings } = loaded;
  const plans = plansOf(file, places, { path, warnings });
  const { replications } = file.variants[0]!.scenario.run;
  const own = { path, read, source, selection };
  return { ...own, file, plans, replications, places, sweeps, texts, warnings };
}

/** The file with the warm-up that pilot runs find, if it asks for one. Later settings of the source have the same. */
function warmedUp(file: ScenarioFile, { places }: Loaded, source: Source): ScenarioFile {
  const asking = file.variants.find(({ scenario }) => scenario.run.pilots !== undefined);
  if (asking === undefined) return file;
  const found = findWarmup(file);
  if (found.isFound) return source.warmUp(file, { warmupNs: found.ns, pilots: found.pilots });
  const at = ['run', 'warmup'];
  const remedy =
    'lengthen run.duration, lower a load that the system does not hold, or write a warm-up such as 10s';
  const message = `${found.why}: ${remedy}`;
  const spot = places.at(asking.name, at);
  throw new ScenarioError(places.path, [
    { ...spot, code: 'FL208', severity: 'error', path: at.join('.'), message },
  ]);
}

/** The changes with which a scenario is built; null without any. */
function whatIfOf({ set, as, variant }: Selection): WhatIf | null {
  if (set !== undefined) return { set, as: as ?? null, variants: variant ?? null };
  if (as === undefined) return null;
  const message = `\`as\` is ${as}, the name of what \`set\` changes, and nothing is set`;
  throw new OptionError(message, { option: 'as', found: as });
}

/** The file of a loaded scenario. Throws a ScenarioError if there are errors. */
export function soundFile(
  { file, problems }: Pick<Loaded, 'file' | 'problems'>,
  path: string,
): ScenarioFile {
  if (file !== null && problems.every(({ severity }) => severity !== 'error')) return file;
  throw new ScenarioError(path, problems);
}

/** Compiles all variants. Problems that only show then have their places, like every other problem. */
function plansOf(
  file: ScenarioFile,
  places: Places,
  { path, warnings }: { readonly path: string; readonly warnings: readonly Problem[] },
): readonly Plan[] {
  const found = new Map<string, { readonly problem: Problem; readonly variants: string[] }>();
  const plans = file.variants.flatMap((variant) => {
    try {
      return [compile(variant, file)];
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      for (const { code, where, message } of error.problems) {
        const spot = places.at(variant.name, keysOf(where, variant));
        const key = `${spot.file}:${spot.line}:${spot.col} ${code} ${where} ${message}`;
        const problem: Problem = { ...spot, code, severity: 'error', path: where, message };
        const known = found.get(key);
        if (known !== undefined) known.variants.push(variant.name);
        else found.set(key, { problem, variants: [variant.name] });
      }
      return [];
    }
  });
  if (found.size === 0) return plans;
  const problems = [...found.values()].map(({ problem, variants }) => {
    const isOfAll = variants.length === file.variants.length;
    const which = isOfAll ? '' : ` (in variant ${variants.join(', ')})`;
    return { ...problem, message: problem.message + which };
  });
  throw new ScenarioError(path, [...warnings, ...problems]);
}

/** The keys of a dotted path. Faults are in a list, and the path names them by id. */
function keysOf(where: string, { scenario }: Variant): readonly PathKey[] {
  const keys = where.split(/[.[\]]+/).filter((key) => key !== '');
  const fault = keys[0] === 'faults' ? scenario.faults.findIndex(({ id }) => id === keys[1]) : -1;
  return fault < 0 ? keys : ['faults', fault, ...keys.slice(2)];
}

/** Compiles one variant of a setting. Throws a ScenarioError with the problems that only show then. */
export function lower(variant: Variant, file: ScenarioFile, path: string): Plan {
  try {
    return compile(variant, file);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    const heading = `${path}: variant ${variant.name} cannot be run`;
    const problems = error.problems.map(({ code, where, message }): Problem => {
      const spot = { file: path, line: 1, col: 1, endCol: 1, frame: null };
      return { ...spot, code, severity: 'error', path: where, message };
    });
    const lines = problems.map(({ code, path: where, message }) => `${code} ${where}: ${message}`);
    throw new ScenarioError(path, problems, [heading, ...lines].join('\n  '));
  }
}

/** The chosen variants, with the seed and the replications of the selection. */
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
  const { until: _until, ...fixed } = file;
  return {
    ...(replications === undefined ? file : fixed),
    variants: variants.map((one, index) => ({
      ...one,
      // If the baseline of the file is not chosen, the first chosen variant replaces it.
      baseline: hasBaseline ? one.baseline : index === 0,
      scenario: { ...one.scenario, run: { ...one.scenario.run, ...settings } },
    })),
  };
}

/** The named variants in the order of the file. Throws an OptionError for a name that does not exist. */
export function chosen<V extends { readonly name: string }>(
  variants: readonly V[],
  names: readonly string[],
  path: string,
): readonly V[] {
  const known = variants.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const words = { what: `${path} has no variant`, rest: 'it has' };
    throw unknownName('variant', name, known, words);
  }
  return variants.filter(({ name }) => names.includes(name));
}
