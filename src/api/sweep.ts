import type { SweepResult } from '../contracts/result/sweep.js';
import type { SweepStart } from '../contracts/scenario/sweeps.js';
import type { Case, OnCase } from '../run/cases.js';
import { OptionError } from './errors.js';
import { inThisThread, type Execute } from './execute.js';
import {
  checkNames,
  requireWhole,
  sourceOf,
  textsOf,
  type RunOptions,
  type ScenarioInput,
} from './options.js';
import type { SweepHost } from './sweeps/host.js';
import { preparedSweep } from './sweeps/sweep.js';

/** Values to try: a list, or a range such as `200/s..800/s` or `1..9:5` (five values). */
export type SweepValues = string | readonly (string | number | boolean)[];

/** A sweep of the file, or one of its own. */
export interface SweepOptions extends Omit<RunOptions, 'set' | 'as' | 'budget'> {
  /** The name of a sweep of the file. Default: its only one. */
  readonly name?: string;
  /**
   * Makes a sweep of its own: values by path, such as `{ 'workloads.users.arrivals.rate': '200/s..800/s' }`. A single
   * range without a number of values is searched for the value at which `expect` or a budget breaks.
   */
  readonly set?: Readonly<Record<string, SweepValues>> | readonly string[];
  /** Metrics to record at each setting, beside the usual ones. */
  readonly metric?: string | readonly string[];
  /** What has to hold, such as `users.latency.p99 < 1s`; the largest or smallest value that holds it is searched. */
  readonly expect?: string;
  /** Number of random settings that are drawn, instead of all combinations. */
  readonly samples?: number;
  /** Replicas at the start of autoscaled components. */
  readonly start?: SweepStart;
}

const OWN = ['name', 'set', 'metric', 'expect', 'samples', 'start'] as const;
const COMMON = ['path', 'read', 'variant', 'seed', 'replications', 'execute'] as const;

/**
 * Runs a scenario with other values, as `faultline sweep` does: all combinations, random ones, or a search for a limit.
 * `cases` has the figures of each setting, `axes` the values, `edges` the limits that were found: `holds` and `breaks` are
 * places on the axis. Durations are in seconds, rates per second, shares from 0 to 1. Nothing is kept in files.
 *
 * Rejects with a ScenarioError if the scenario or a value is wrong, and with an OptionError if there is no such sweep.
 */
export async function sweep(
  scenario: ScenarioInput,
  options: SweepOptions = {},
): Promise<SweepResult> {
  checkNames(options, [...OWN, ...COMMON]);
  if (typeof scenario === 'object' && 'selection' in scenario) refuseChanged(scenario.selection);
  const { path, read } = sourceOf(scenario, options);
  const { name, set, metric, expect, samples, start, variant, seed, replications } = options;
  if (seed !== undefined) requireWhole('seed', seed, 0, Number.MAX_SAFE_INTEGER);
  if (replications !== undefined) requireWhole('replications', replications, 1, 10_000);
  if (samples !== undefined) requireWhole('samples', samples, 1, 100_000);
  const own = preparedSweep(path, read, {
    ...(name !== undefined && { name }),
    ...(set !== undefined && { set: axesOf(set) }),
    ...(metric !== undefined && { metric: textsOf('metric', metric) }),
    ...(expect !== undefined && { expect }),
    ...(samples !== undefined && { samples }),
    ...(start !== undefined && { start }),
    ...(variant !== undefined && { variant: textsOf('variant', variant) }),
    ...(seed !== undefined && { seed }),
    ...(replications !== undefined && { replications }),
  });
  return own.runner(hostOf(options.execute ?? inThisThread)).result();
}

/** A sweep sets values itself, and would ignore those that a scenario was loaded with. */
function refuseChanged({ set }: { readonly set?: readonly string[] }): void {
  if (set === undefined) return;
  const message =
    '`set` changed this scenario when it was loaded: a sweep takes it as it is in the file';
  throw new OptionError(message, { option: 'set', found: set.join(', ') });
}

function axesOf(set: NonNullable<SweepOptions['set']>): readonly string[] {
  if (Array.isArray(set)) return textsOf('set', set as readonly string[]);
  return Object.entries(set as Readonly<Record<string, SweepValues>>).map(
    ([path, values]) => `${path}=${typeof values === 'string' ? values : values.join(',')}`,
  );
}

/** Makes the runs of each setting when it is its turn, and keeps nothing. */
function hostOf(execute: Execute): SweepHost {
  const nothing = (): void => {};
  return {
    store: { find: () => undefined, keep: nothing },
    open: (_runs, body) =>
      body(async (cases: readonly Case[], onCase: OnCase) => {
        for (const [index, { plans, first, count }] of cases.entries()) {
          onCase(index, await execute(plans, count, first));
        }
      }),
    bar: () => nothing,
    onEnd: nothing,
    onStored: nothing,
    note: nothing,
  };
}
