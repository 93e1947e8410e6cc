import { scenarioOf, type ScenarioOptions, type ScenarioSource } from './options.js';
import type { Prepared } from './prepare.js';

/**
 * Reads, checks and compiles a scenario once, for several functions. `file.variants` has the explicit
 * scenario of each variant, `warnings` what is probably a mistake. Throws a ScenarioError with all problems if the
 * scenario is wrong, and an OptionError if an option is.
 */
export function load(scenario: string | ScenarioSource, options: ScenarioOptions = {}): Prepared {
  return scenarioOf(scenario, options);
}
