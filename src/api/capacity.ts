import type { CapacityResult } from '../contracts/result/capacity.js';
import { capacityOf } from './capacity/search.js';
import { OptionError } from './errors.js';
import {
  RUN_OPTIONS,
  requireBetween,
  scenarioOf,
  type RunOptions,
  type ScenarioInput,
} from './options.js';
import { prepared as preparedFrom } from './prepare.js';
import { runsBy } from './searching.js';

/** How closely the limit is searched, and for which load the settings are. */
export interface CapacityOptions extends Omit<RunOptions, 'as' | 'variant'> {
  /** The variant whose limits are searched. Default: the baseline. */
  readonly variant?: string;
  /** Most that the two ends of a limit differ, as a share from 0.005 to 0.5. Default: 0.05. */
  readonly resolution?: number;
  /** The multiple of the load for which `need` has the settings, such as 2. Default: a quarter more than the limit. */
  readonly for?: number;
  /** Draws of the measured values with a range, such as `± 5 %` in a comment, from 0 to 1000. Default: 12. */
  readonly draws?: number;
}

/**
 * Searches the largest load at which a variant holds its budgets, as `faultline capacity` does: all workloads together,
 * each alone, and with each fault. `limits` has the multiples that hold and break and the resource that gives in, `need`
 * the settings for more. Rates are per second, times in seconds.
 *
 * Rejects as `simulate` does, and with an OptionError if no workload has a rate that can grow.
 */
export async function capacity(
  scenario: ScenarioInput,
  { resolution = 0.05, for: factor, draws = 12, ...options }: CapacityOptions = {},
): Promise<CapacityResult> {
  requireBetween('resolution', resolution, 0.005, 0.5);
  requireBetween('draws', draws, 0, 1000);
  if (factor !== undefined) requireBetween('for', factor, 0.01, 1000);
  const { path, read, selection, file } = scenarioOf(scenario, options, RUN_OPTIONS);
  if (selection.as !== undefined) {
    const message = '`as` adds a variant, and capacity is about one: leave it out';
    throw new OptionError(message, { option: 'as', found: selection.as });
  }
  const { name } = file.variants.find(({ baseline }) => baseline)!;
  const prepared = preparedFrom(path, read, { ...selection, variant: [name] });
  const runs = runsBy(options.execute);
  return capacityOf({ prepared, resolution, factor: factor ?? null, draws, runs });
}
