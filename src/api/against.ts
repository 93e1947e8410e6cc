import type { AgainstResult } from '../contracts/result/against.js';
import type { Result } from '../contracts/result/result.js';
import { againstOf, narrowed } from './against/against.js';
import { OptionError } from './errors.js';
import {
  RUN_OPTIONS,
  requireWhole,
  scenarioOf,
  sourceOf,
  type RunOptions,
  type ScenarioInput,
} from './options.js';
import { prepared as preparedFrom } from './prepare.js';
import { runsBy } from './searching.js';

/** How many runs decide. `replications` is the number of the first look. */
export interface AgainstOptions extends Omit<RunOptions, 'as'> {
  /** Most runs, both sides and all replications together. Default: 400. */
  readonly maxRuns?: number;
}

/**
 * Compares a scenario with another state of it, or with the result of one, as `faultline check --against` does: both sides
 * with the same random numbers, look by look until each figure is decided. `verdict` says whether it is better, worse, the
 * same or not known, `variants` has the figures and the budgets that are lost or won.
 *
 * `other` is a scenario, or a result document. Rejects as `simulate` does, and with a GuardStop if a guard ends a run.
 */
export async function checkAgainst(
  scenario: ScenarioInput,
  other: ScenarioInput | Result,
  { maxRuns, ...options }: AgainstOptions = {},
): Promise<AgainstResult> {
  if (maxRuns !== undefined) requireWhole('maxRuns', maxRuns, 1, 1_000_000);
  const stored = typeof other === 'object' && 'engine' in other ? other : null;
  const pairs = stored === null ? {} : storedRuns(stored, options);
  const here = scenarioOf(scenario, { ...options, ...pairs }, RUN_OPTIONS);
  const runs = runsBy(options.execute);
  const settings = {
    ...(options.replications !== undefined && { first: options.replications }),
    ...(maxRuns !== undefined && { maxRuns }),
  };
  if (stored !== null) {
    const what = { kind: 'result', name: stored.scenario.title, commit: null } as const;
    return (await againstOf({ here, there: stored, what }, settings, runs)).against;
  }
  const { path, read } = sourceOf(other as ScenarioInput, options);
  const { seed } = here.file.variants[0]!.scenario.run;
  const { budget, variant } = here.selection;
  const there = preparedFrom(path, read, { seed, ...(budget !== undefined && { budget }) });
  const what = { kind: 'file', name: path, commit: null } as const;
  const sides = { here, there: narrowed(there, variant), what };
  return (await againstOf(sides, settings, runs)).against;
}

/** The seed and the number of runs of a stored result, which another one has no pair for. */
function storedRuns(
  { seed, replications }: Result,
  options: AgainstOptions,
): Pick<Result, 'seed' | 'replications'> {
  const stored = { seed, replications };
  for (const option of ['seed', 'replications'] as const) {
    const own = options[option];
    if (own === undefined || own === stored[option]) continue;
    const message = `the result has \`${option}\` ${stored[option]}, so ${own} has no pair there`;
    throw new OptionError(message, { option, found: String(own) });
  }
  return stored;
}
