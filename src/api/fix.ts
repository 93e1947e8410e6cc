import type { FixResult } from '../contracts/result/fix.js';
import {
  RUN_OPTIONS,
  requireWhole,
  scenarioOf,
  textsOf,
  type RunOptions,
  type ScenarioInput,
} from './options.js';
import { prepared as preparedFrom } from './prepare.js';
import { runsBy } from './searching.js';
import { fixOf } from './tune/fix.js';

/** Which variant is changed, where, and with how many runs. */
export interface FixOptions extends Omit<RunOptions, 'as' | 'variant'> {
  /** The variant to change. Default: the first that breaks a budget, the baseline before all others. */
  readonly variant?: string;
  /** Only these settings: paths, `*` is every entry. Default: those near the trouble. */
  readonly over?: string | readonly string[];
  /** Most runs, all replications together. Default: 200. */
  readonly maxRuns?: number;
}

/**
 * Searches the smallest change of settings with which a variant holds its budgets, as `faultline fix` does. `fixed.answer`
 * has the settings before and after (null = there is none), `fixed.checks` what the change does with other random
 * numbers, faults, loads and estimates. Durations are in seconds, shares from 0 to 1.
 *
 * Rejects as `simulate` does, and with an OptionError if no budget judges the variant or `over` names no setting.
 */
export async function fix(scenario: ScenarioInput, options: FixOptions = {}): Promise<FixResult> {
  const { variant, over, maxRuns = 200, ...rest } = options;
  requireWhole('maxRuns', maxRuns, 1, 1_000_000);
  const loaded = scenarioOf(scenario, rest, RUN_OPTIONS);
  const { path, read, selection } = loaded;
  const { variant: narrowed = [], ...open } = selection;
  // The changes of the other variants are tried, too.
  const prepared = narrowed.length === 0 ? loaded : preparedFrom(path, read, open);
  const settings = {
    variant: variant === undefined ? narrowed : textsOf('variant', variant),
    over: over === undefined ? null : textsOf('over', over),
    maxRuns,
  };
  return (await fixOf(prepared, settings, runsBy(options.execute))).result;
}
