import type { ReadFile } from '../scenario/load.js';
import { OptionError, unknownName } from './errors.js';
import type { Execute } from './execute.js';
import { prepared, type Prepared, type Selection } from './prepare.js';

/** A scenario in files: its path, and how to read it and what it includes. */
export interface ScenarioSource {
  readonly path: string;
  readonly read: ReadFile;
}

/** The text of a scenario, its files, or a scenario that `load` has read. */
export type ScenarioInput = string | ScenarioSource | Prepared;

/** Which part of a scenario is used, with which changes. */
export interface ScenarioOptions {
  /** Name of the scenario in messages. Default: `scenario.yaml`. Its includes are read relative to its folder. */
  readonly path?: string;
  /** Returns the text of an included file, or an error. Without it an include is an error. */
  readonly read?: ReadFile;
  /** Only these variants, in the order of the file. Default: all. */
  readonly variant?: string | readonly string[];
  /** Another seed than `run.seed`: a whole number from 0 on. */
  readonly seed?: number;
  /** Another number of runs of each variant than `run.replications`: 1 to 10,000. */
  readonly replications?: number;
  /**
   * Changes, applied in order: by path, such as `{ 'services.shop.concurrency': 9, 'workloads.*.arrivals.rate': 'x1.5' }`,
   * or as a list of `path=value`.
   */
  readonly set?: Readonly<Record<string, string | number | boolean>> | readonly string[];
  /** Name of the variant that `set` creates beside those of the file. Default: `set` changes those of the file. */
  readonly as?: string;
  /** Budgets instead of those of the file, such as `users.success >= 99%`. */
  readonly budget?: string | readonly string[];
}

/** How runs are made. */
export interface RunOptions extends ScenarioOptions {
  /** Makes the runs. Default: the calling thread does, one after another. `faultline/node` has one with threads. */
  readonly execute?: Execute;
}

/** The names of ScenarioOptions, and of RunOptions. */
const SCENARIO_OPTIONS = [
  'path',
  'read',
  'variant',
  'seed',
  'replications',
  'set',
  'as',
  'budget',
] as const satisfies readonly (keyof ScenarioOptions)[];
export const RUN_OPTIONS = ['execute'] as const satisfies readonly (keyof RunOptions)[];

const USUAL_PATH = 'scenario.yaml';
const MOST_REPLICATIONS = 10_000;

/**
 * The scenario of an input with these options; `more`: the options that a function has besides. A loaded scenario is
 * read again only if an option changes it.
 */
export function scenarioOf(
  input: ScenarioInput,
  options: ScenarioOptions,
  more: readonly string[] = [],
): Prepared {
  checkNames(options, [...SCENARIO_OPTIONS, ...more]);
  const selection = selectionOf(options);
  const { path, read } = sourceOf(input, options);
  if (typeof input === 'string' || !('plans' in input)) return prepared(path, read, selection);
  if (Object.keys(selection).length === 0) return input;
  return prepared(path, read, { ...input.selection, ...selection });
}

/** Where the texts of a scenario are. */
export function sourceOf(
  input: ScenarioInput,
  { path = USUAL_PATH, read = NO_READER }: Pick<ScenarioOptions, 'path' | 'read'>,
): ScenarioSource {
  if (typeof input !== 'string') return input;
  return { path, read: (own) => (own === path ? { text: input } : read(own)) };
}

const NO_READER: ReadFile = () => ({ error: 'pass the option `read`, which returns its text' });

/** Options in the form that the command line has. Throws an OptionError for a value that is not possible. */
function selectionOf(options: ScenarioOptions): Selection {
  const { variant, seed, replications, set, as, budget } = options;
  if (seed !== undefined) requireWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (replications !== undefined) requireWhole('replications', replications, 1, MOST_REPLICATIONS);
  return {
    ...(variant !== undefined && { variant: textsOf('variant', variant) }),
    ...(seed !== undefined && { seed }),
    ...(replications !== undefined && { replications }),
    ...(set !== undefined && { set: changesOf(set) }),
    ...(as !== undefined && { as }),
    ...(budget !== undefined && { budget: textsOf('budget', budget) }),
  };
}

function changesOf(set: NonNullable<ScenarioOptions['set']>): readonly string[] {
  if (Array.isArray(set)) return textsOf('set', set as readonly string[]);
  return Object.entries(set).map(([path, value]) => `${path}=${String(value)}`);
}

/** One text or several as a list. */
export function textsOf(option: string, value: string | readonly string[]): readonly string[] {
  const texts = typeof value === 'string' ? [value] : value;
  const wrong: unknown = Array.isArray(texts)
    ? texts.find((one) => typeof one !== 'string')
    : value;
  if (wrong === undefined) return texts;
  const message = `\`${option}\` is a text or a list of texts, and found ${shown(wrong)}`;
  throw new OptionError(message, { option, found: shown(wrong) });
}

/** Throws an OptionError unless the value is a whole number from `min` to `max`. */
export function requireWhole(option: string, value: unknown, min: number, max: number): void {
  const isRight = Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
  if (isRight) return;
  const found = shown(value);
  const message = `\`${option}\` is a whole number from ${min} to ${max}, and found ${found}`;
  throw new OptionError(message, { option, found });
}

/** Throws an OptionError unless the value is a number from `min` to `max`. */
export function requireBetween(option: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && value >= min && value <= max) return;
  const found = shown(value);
  const message = `\`${option}\` is a number from ${min} to ${max}, and found ${found}`;
  throw new OptionError(message, { option, found });
}

/** Throws an OptionError for an option that a function does not have. */
export function checkNames(options: object, allowed: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue;
    throw unknownName(name, name, allowed, { what: 'there is no option', rest: 'known:' });
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
