import { summarise } from '../analysis/summarise.js';
import type { Result } from '../contracts/result/result.js';
import type { Records } from '../run/here.js';
import { VERSION } from '../text/version.js';
import { inThisThread } from './execute.js';
import { RUN_OPTIONS, scenarioOf, type RunOptions, type ScenarioInput } from './options.js';
import { wholeEnough } from './until.js';
import type { Prepared } from './prepare.js';

/** The runs behind a result: what a result itself does not have, such as figures of any window, is measured in them. */
export interface Ran {
  readonly prepared: Prepared;
  readonly records: Records;
}

const RUNS = new WeakMap<Result, Ran>();

/**
 * Runs all chosen variants of a scenario and returns the result document: the same values, to the byte, as
 * `faultline run FILE --json -` without further runs that prove causes (`prove` makes those).
 *
 * Units: seconds, per second, shares from 0 to 1; `null` = nothing was measured.
 *
 * Rejects with a ScenarioError if the scenario is wrong, an OptionError if an option is, a GuardStop if a guard ends a
 * run (too many events, or no memory), and a RunFailure if the program itself fails.
 */
export async function simulate(scenario: ScenarioInput, options: RunOptions = {}): Promise<Result> {
  const prepared = scenarioOf(scenario, options, RUN_OPTIONS);
  const { plans, path } = prepared;
  const { execute = inThisThread } = options;
  const { records, file, until } = await wholeEnough(prepared, { execute, path });
  const result = summarise(file, plans, records, VERSION);
  return remembered(until === null ? result : { ...result, until }, { prepared, records });
}

/** The result, with its runs kept for `metric` as long as the result is in use. */
export function remembered(result: Result, ran: Ran): Result {
  RUNS.set(result, ran);
  return result;
}

/** The runs behind a result; undefined for one that was read from a file, copied or sent. */
export function runsOf(result: Result): Ran | undefined {
  return RUNS.get(result);
}
