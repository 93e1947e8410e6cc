import { exploredBudgets } from '../../analysis/explore.js';
import type { FixResult } from '../../contracts/result/fix.js';
import type { ScenarioFile, Variant } from '../../contracts/scenario/scenario.js';
import { VERSION } from '../../text/version.js';
import { OptionError } from '../errors.js';
import { chosen, select, type Prepared } from '../prepare.js';
import { requireBudget } from '../required-budget.js';
import type { SearchRuns } from '../searching.js';
import { fixVariant, type Fixed, type FixInputs } from './fixer.js';

/** Which variant is changed, and how. */
interface FixSettings extends Pick<FixInputs, 'over' | 'maxRuns'> {
  /** The variant to change; none = the first that breaks a budget. */
  readonly variant: readonly string[];
}

/** The document of a search, and the changes of its answer. `written` has all variants of the file. */
export async function fixOf(
  written: Prepared,
  { variant, ...settings }: FixSettings,
  runs: SearchRuns,
): Promise<Omit<Fixed, 'fixed'> & { readonly result: FixResult }> {
  const prepared = withEnoughRuns(written);
  const { file, path, replications } = prepared;
  const variants = candidates(file, variant, path);
  const { fixed, ...found } = await fixVariant({ prepared, variants, ...settings, runs });
  const { title, sha256 } = file;
  const { seed } = variants[0]!.scenario.run;
  const engine = { version: VERSION };
  const head = { faultline: 1, scenario: { title, sha256 }, seed, replications, engine } as const;
  return { ...found, result: { ...head, fixed } };
}

/** Runs of a file that asks for one. A single run has no interval, and the value at its limit would hold by chance. */
const ENOUGH = 3;

function withEnoughRuns(written: Prepared): Prepared {
  const { file, path, replications, selection } = written;
  if (replications > 1 || selection.replications !== undefined) return written;
  const own = select(file, { replications: ENOUGH }, path);
  return { ...written, file: own, replications: ENOUGH };
}

/** The variant that is named; otherwise the baseline, then the others, of those that a budget judges. */
function candidates(
  file: ScenarioFile,
  names: readonly string[],
  path: string,
): readonly Variant[] {
  const so = { withFaults: true, so: 'no setting can hold one' };
  if (names.length > 1) {
    const message = 'fix changes one variant: name one with `variant`';
    throw new OptionError(message, { option: 'variant', found: names.join(', ') });
  }
  if (names.length === 1) {
    const [variant] = chosen(file.variants, names, path);
    requireBudget(file, variant!, path, so);
    return [variant!];
  }
  const ranked = [...file.variants].sort((a, b) => Number(b.baseline) - Number(a.baseline));
  const judged = ranked.filter(
    ({ name }) => exploredBudgets(file.budgets, name, true).judged.length > 0,
  );
  if (judged.length === 0) requireBudget(file, ranked[0]!, path, so);
  return judged;
}
