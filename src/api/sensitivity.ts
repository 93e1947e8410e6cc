import type { SensitivityResult } from '../contracts/result/sensitivity.js';
import {
  RUN_OPTIONS,
  requireBetween,
  requireWhole,
  scenarioOf,
  textsOf,
  type RunOptions,
  type ScenarioInput,
} from './options.js';
import { runsBy } from './searching.js';
import { variedInputs } from './sensitivity/varied.js';

/** Which inputs are varied, and how far. */
export interface SensitivityOptions extends RunOptions {
  /** Share by which an input may be wrong, in both directions: 0.01 to 0.9. Default: 0.3. */
  readonly guess?: number;
  /** Only the inputs below these paths. Default: those that the file marks with `# guess`, or all if it marks none. */
  readonly over?: string | readonly string[];
  /** All inputs, also where the file marks some. Default: false. */
  readonly all?: boolean;
  /** Most runs, all variants and replications together. Default: 1,000. */
  readonly maxRuns?: number;
}

/**
 * Varies what a scenario only guesses, as `faultline sensitivity` does: each input alone, then all together. `inputs` has
 * them by their effect, with the value at which the answer turns. One replication of each variant, unless
 * `replications` is given.
 *
 * Rejects as `simulate` does, and with an OptionError if there is nothing to vary.
 */
export async function sensitivity(
  scenario: ScenarioInput,
  { guess = 0.3, over, all = false, maxRuns = 1000, ...options }: SensitivityOptions = {},
): Promise<SensitivityResult> {
  requireBetween('guess', guess, 0.01, 0.9);
  requireWhole('maxRuns', maxRuns, 1, 1_000_000);
  const prepared = scenarioOf(scenario, { replications: 1, ...options }, RUN_OPTIONS);
  const below = over === undefined ? [] : textsOf('over', over);
  const result = await variedInputs(
    prepared,
    { guess, over: below, all, maxRuns },
    runsBy(options.execute),
  );
  return result!;
}
