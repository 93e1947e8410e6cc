import type { Result } from '../contracts/result/result.js';
import type { Comparison } from '../contracts/result/budgets.js';
import type { RunOptions, ScenarioInput } from './options.js';
import { simulate } from './simulate.js';

/** The variants of a scenario side by side. */
export interface Compared {
  readonly result: Result;
  /** The variant with which the others are compared. */
  readonly baseline: string;
  /**
   * One entry for each figure and variant: values, difference, interval, adjusted p, verdict. Both sides get the same
   * requests, so replication by replication the difference is paired.
   */
  readonly differences: readonly Comparison[];
}

/**
 * Runs a scenario and compares its variants with the baseline, figure by figure, as `faultline compare` does. With `set`
 * and `as`, one of the variants is what you change: `compare(text, { set: { 'services.*.concurrency': 'x2' }, as:
 * 'doubled' })`. Rejects as `simulate` does.
 */
export async function compare(
  scenario: ScenarioInput,
  options: RunOptions = {},
): Promise<Compared> {
  const result = await simulate(scenario, options);
  const baseline = result.variants.find((own) => own.baseline) ?? result.variants[0]!;
  return { result, baseline: baseline.name, differences: result.comparisons };
}
