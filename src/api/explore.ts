import { parseDuration } from '../contracts/quantities/quantity-text.js';
import type { ExploreResult } from '../contracts/result/explore.js';
import { OptionError } from './errors.js';
import { exploreAll } from './explore/explore.js';
import { dishesOf } from './explore/menu.js';
import {
  RUN_OPTIONS,
  requireWhole,
  scenarioOf,
  textsOf,
  type RunOptions,
  type ScenarioInput,
} from './options.js';
import { runsBy } from './searching.js';

/** Which faults are tried. */
export interface ExploreOptions extends RunOptions {
  /** Kinds of faults, with a strength: `['down', 'slow=3', 'errors=20%']`. Default: all kinds. */
  readonly faults?: string | readonly string[];
  /** When the faults begin, such as `20s`. Default: as the first fault of the file, else after a quarter of the run. */
  readonly at?: string;
  /** For how long they last, such as `30s`. Default: as the first fault of the file, else a quarter of the run. */
  readonly for?: string;
  /** Most faults at once: 1 to 3. Default: 2. */
  readonly size?: number;
  /** Most runs of a variant, all replications together. Default: 1,000. */
  readonly maxRuns?: number;
  /** The faults of the file are active too. Default: false. */
  readonly withFaults?: boolean;
}

const OWN = ['faults', 'at', 'for', 'size', 'maxRuns', 'withFaults'];

/**
 * Finds the smallest sets of faults that break a budget, as `faultline explore` does: single ones first, then pairs of
 * those that break nothing alone. Explores the baseline, or the variants of `variant`. Times are in seconds, shares from
 * 0 to 1.
 *
 * Rejects as `simulate` does, and with an OptionError if no budget can break, or a fault is unknown.
 */
export async function explore(
  scenario: ScenarioInput,
  options: ExploreOptions = {},
): Promise<ExploreResult> {
  const prepared = scenarioOf(scenario, options, [...RUN_OPTIONS, ...OWN]);
  const { size = 2, maxRuns = 1000, withFaults = false, faults, execute } = options;
  requireWhole('size', size, 1, 3);
  requireWhole('maxRuns', maxRuns, 1, 1_000_000);
  const settings = {
    ...(faults !== undefined && { menu: dishesOf(textsOf('faults', faults)) }),
    ...instantIn(options, 'at', 'atNs'),
    ...instantIn(options, 'for', 'forNs'),
    size,
    maxRuns,
    withFaults,
  };
  return exploreAll(prepared, settings, runsBy(execute));
}

/** A duration of an option in ns, under another name; nothing if it is not given. */
function instantIn<K extends string>(
  options: ExploreOptions,
  option: 'at' | 'for',
  name: K,
): Partial<Record<K, number>> {
  const text = options[option];
  if (text === undefined) return {};
  try {
    return { [name]: parseDuration(text) } as Partial<Record<K, number>>;
  } catch {
    const message = `\`${option}\` is a duration such as 90s, and found ${String(text)}`;
    throw new OptionError(message, { option, found: String(text) });
  }
}
