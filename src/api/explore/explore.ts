import type { Span } from '../../analysis/measure/window.js';
import type { ExploredVariant, ExploreResult } from '../../contracts/result/explore.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { formatSeconds } from '../../text/figures.js';
import { VERSION } from '../../text/version.js';
import { OptionError } from '../errors.js';
import type { Prepared } from '../prepare.js';
import { requireBudget } from '../required-budget.js';
import type { SearchRuns } from '../searching.js';
import { candidatesOf } from './candidates.js';
import { explored } from './explorer.js';
import { MENU, type Dish } from './menu.js';

/** What is tried, and for how long. */
interface ExploreSettings {
  /** The faults to try; omitted = all kinds. */
  readonly menu?: readonly Dish[];
  /** When they begin and for how long they last; omitted = as the first fault of the file. Unit: ns. */
  readonly atNs?: number;
  readonly forNs?: number;
  /** Largest number of faults at once. */
  readonly size: number;
  /** Most runs of a variant, all replications together. */
  readonly maxRuns: number;
  /** The faults of the file are active too. */
  readonly withFaults: boolean;
}

/** The smallest sets of faults that break a budget, in the baseline or in the variants that were chosen. */
export async function exploreAll(
  { file, path, replications, selection }: Prepared,
  settings: ExploreSettings,
  runs: SearchRuns,
): Promise<ExploreResult> {
  const { size, maxRuns, withFaults, menu = MENU } = settings;
  const isChosen = selection.variant !== undefined;
  const variants = file.variants.filter(({ baseline }) => isChosen || baseline);
  const judging = { withFaults, so: 'no fault can break one' };
  for (const variant of variants) requireBudget(file, variant, path, judging);
  const all: ExploredVariant[] = [];
  for (const variant of variants) {
    const span = spanOf(variant, settings, path);
    const candidates = candidatesOf(variant, file, menu, span);
    const by = { file, variant, menu, span, withFaults, size, maxRuns, watcher: runs };
    try {
      all.push(await runs.run([candidates.plan], (execute) => explored(by, candidates, execute)));
    } catch (error) {
      if (!runs.isOver() || all.length === 0) throw error;
    }
    if (runs.isOver()) break;
  }
  const { title, sha256 } = file;
  return {
    faultline: 1,
    scenario: { title, sha256 },
    seed: variants[0]!.scenario.run.seed,
    replications,
    engine: { version: VERSION },
    explored: all,
  };
}

/** When the faults of a set are active: as the first fault of the file, else in the second quarter of the run. */
function spanOf({ scenario }: Variant, { atNs, forNs }: ExploreSettings, path: string): Span {
  const { durationNs } = scenario.run;
  const first = scenario.faults.flatMap(({ spans }) => spans)[0];
  const own =
    first === undefined ? null : { from: first.fromNs, until: first.untilNs ?? durationNs };
  const from = atNs ?? (own === null ? Math.round(durationNs / 4) : own.from);
  const usual = own === null || own.until <= own.from ? durationNs / 4 : own.until - own.from;
  const length = forNs ?? Math.round(usual);
  if (from >= durationNs) {
    const lasts = formatSeconds(durationNs / 1e9);
    const message = `${path}: the faults begin after the run, which lasts ${lasts}: lower \`at\``;
    throw new OptionError(message, { option: 'at', found: formatSeconds(from / 1e9) });
  }
  if (length > 0) return { fromNs: from, untilNs: Math.min(durationNs, from + length) };
  const message = '`for` is 0 s: such a fault has no effect to explore';
  throw new OptionError(message, { option: 'for', found: '0s' });
}
