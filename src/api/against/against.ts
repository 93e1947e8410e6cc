import { differencesIn } from '../../analysis/against/summary.js';
import { budgetsOf, moreOf, verdictOf, verdictOfAll } from '../../analysis/against/verdict.js';
import { summarise } from '../../analysis/summarise.js';
import type { AgainstResult, AgainstVariant, AgainstWhat } from '../../contracts/result/against.js';
import type { Result } from '../../contracts/result/result.js';
import { isFailure, isWrong } from '../../report/view/budget-words.js';
import type { VariantChange } from '../../contracts/scenario/scenario.js';
import type { MapNode } from '../../scenario/located.js';
import { changesBetween } from '../../scenario/tuning/differences.js';
import { VERSION } from '../../text/version.js';
import type { Pair } from './pairs.js';
import type { Prepared } from '../prepare.js';
import type { SearchRuns } from '../searching.js';
import { compared, isStored, type Compared } from './comparison.js';

/** Most runs of a comparison unless another number is given, both sides and all replications together. */
const MOST_RUNS = 400;
/** Replications of the first look, if the file has fewer: with fewer pairs an interval says little. */
const FIRST = 5;

/** A scenario, and what it is compared with. */
export interface Sides {
  readonly here: Prepared;
  readonly there: Prepared | Result;
  readonly what: Omit<AgainstWhat, 'sha256'>;
}

/** How many runs are made. */
interface AgainstSettings {
  /** Replications of the first look. */
  readonly first?: number;
  readonly maxRuns?: number;
}

/** Compares a scenario with another one, or with a stored result. */
export async function againstOf(
  sides: Sides,
  { first, maxRuns = MOST_RUNS }: AgainstSettings,
  runs: SearchRuns,
): Promise<{ readonly against: AgainstResult; readonly result: Result }> {
  const { here, there } = sides;
  const own = first ?? Math.max(FIRST, here.replications);
  const found = await compared({ here, there, first: own, maxRuns, runs });
  const result = summarise(here.file, here.plans, found.here, VERSION);
  const other = isStored(there) ? there : summarise(there.file, there.plans, found.there!, VERSION);
  return { against: documentOf(sides, found, result, other), result };
}

/** The other side with the chosen variants, as far as it has them; with all if it has none of them. */
export function narrowed(there: Prepared, variant: readonly string[] | undefined): Prepared {
  if (variant === undefined) return there;
  const keep = there.file.variants.map(({ name }) => variant.includes(name));
  if (!keep.includes(true)) return there;
  return {
    ...there,
    file: { ...there.file, variants: there.file.variants.filter((_, i) => keep[i]) },
    plans: there.plans.filter((_, i) => keep[i]),
  };
}

function documentOf(
  { here, there, what }: Sides,
  { pairs, looks, here: records, isInterrupted }: Compared,
  result: Result,
  other: Result,
): AgainstResult {
  const variants = pairs.map((pair): AgainstVariant => {
    const [own, before] = [result.variants[pair.here]!, other.variants[pair.there]!];
    const budgets = budgetsOf(before, own, isFailure);
    const idle =
      pair.isIdentical && !pair.isSame && !isStored(there) ? changesOf(there, here, pair) : [];
    return {
      name: own.name,
      ...(own.name !== before.name && { was: before.name }),
      identical: pair.isIdentical,
      ...(idle.length > 0 && { idle }),
      replications: records[pair.here]!.length,
      verdict: verdictOf(pair.rows, budgets),
      rows: pair.rows,
      budgets,
    };
  });
  const verdict = verdictOfAll(variants);
  const notes = isStored(there)
    ? []
    : pairs.flatMap((pair) => differencesIn(there.plans[pair.there]!, here.plans[pair.here]!));
  const isOpen = (side: 'here' | 'there') => (_: unknown, i: number) =>
    pairs.every((pair) => pair[side] !== i);
  const added = result.variants.filter(isOpen('here'));
  return {
    faultline: 1,
    scenario: { title: here.file.title, sha256: here.file.sha256 },
    seed: result.seed,
    engine: { version: VERSION },
    against: { ...what, sha256: other.scenario.sha256 },
    verdict,
    replications: Math.max(0, ...variants.map(({ replications }) => replications)),
    looks,
    more: verdict === 'unknown' ? moreOf(variants) : null,
    variants,
    added: added.map(({ name }) => name),
    addedBroken: [
      ...added.flatMap((own) => budgetsOf(null, own, isFailure).fresh),
      ...(isRefuted(result) && !isRefuted(other) ? [result.hypothesis!.statement] : []),
    ],
    removed: other.variants.filter(isOpen('there')).map(({ name }) => name),
    notes: [...new Set(notes)],
    ...(isInterrupted && { interrupted: true }),
  };
}

function changesOf(there: Prepared, here: Prepared, pair: Pair): readonly VariantChange[] {
  const written = ({ file, texts }: Prepared, i: number): MapNode =>
    texts.get(file.variants[i]!.name)!.written;
  return changesBetween(written(there, pair.there), written(here, pair.here));
}

function isRefuted({ hypothesis }: Result): boolean {
  return hypothesis !== null && isWrong(hypothesis);
}
