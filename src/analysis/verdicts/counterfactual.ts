import { invariant } from '../../kernel/invariant.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type {
  CausalRole,
  CounterfactualFault,
  Counterfactuals,
  InterventionRole,
} from '../../contracts/result/counterfactual.js';
import { differenceInterval } from '../../stats/difference.js';
import { hitsNothing } from '../measure/background.js';
import { ALL_SUBSETS } from './fault-search.js';
import {
  allOf,
  coreOf,
  isAlike,
  keyOf,
  likenessOf,
  mean,
  nothingOf,
  presumed,
  setOf,
  subsetsOf,
  without,
  withoutEach,
  type BySet,
  type FaultSet,
} from './fault-sets.js';

/** Share of the harm from which a fault is a cause. */
export const CAUSE = 0.5;

/** What the runs without some faults show. */
export type FaultProof = Pick<
  Counterfactuals,
  'harm' | 'failed' | 'background' | 'backgroundFailed' | 'faults'
>;

/**
 * What the faults of a plan have to do with its harm. `harms`: by set of faults, the harm of each replication; only the
 * sets of all and of no faults are necessary. Source: necessity and sufficiency by intervention, and the Shapley value
 * of the coalition game of the faults. Faults outside of the smallest set that does all of the harm have no share in it.
 * `blamed`: the faults that the account blames. `fails`: the requests among the harm that fail.
 */
export function faultProof(
  plan: Plan,
  harms: BySet<readonly number[]>,
  blamed: FaultSet = [],
  fails?: BySet<readonly number[]>,
): FaultProof {
  const all = allOf(plan.faults.length);
  const usual = harms.get(keyOf(all));
  const none = harms.get(keyOf([]));
  invariant(usual !== undefined && none !== undefined, 'counterfactual-without-runs');
  const likeness = new Map(
    [...harms].map(([key, harm]) => [key, likenessOf(harm, usual!, none!)] as const),
  );
  const core = coreOf(all.length, presumed(all.length, blamed, likeness));
  const meanOf = (set: FaultSet): number | null => {
    const found = harms.get(keyOf(set));
    return found === undefined ? null : mean(found);
  };
  const harm = mean(usual!);
  const background = mean(none!);
  const harmOf = (set: FaultSet): number | null =>
    keyOf(set) === keyOf(core) ? harm : meanOf(set);
  const sets = [core, ...[...harms.keys()].map(setOf).filter((set) => set.length > 1)];
  const most = sets
    .filter((set) => isAlmostAll(set, core, harmOf) && areKnown(set, harmOf))
    .sort((a, b) => a.length - b.length)
    .at(-1);
  const shares = most === undefined ? null : sharesOf(most, harmOf);
  const [fromAll, fromCore] = [all, core].map((set) => withoutEach(set, harms.keys()));
  const within = new Set(core);
  const rows = plan.faults.map(({ id }, index) => {
    const isOut = !within.has(index);
    // What the faults outside of the core do is nothing, so the runs without them too count for those within.
    const key = fromAll.get(index) ?? (isOut ? undefined : fromCore.get(index));
    const left = key === undefined ? undefined : harms.get(key);
    return {
      fault: id,
      without: left === undefined ? null : mean(left),
      ...(key === undefined ? {} : failedIn('withoutFailed', fails?.get(key))),
      alone: meanOf([index]),
      averted: estimateOf(left?.map((value, run) => usual![run] - value) ?? []),
      share: isOut ? 0 : (shares?.get(index) ?? null),
      isOut,
    };
  });
  const averts = Math.max(0, ...rows.map(({ averted }) => averted.value ?? 0));
  const failed = meanOrNull(fails?.get(keyOf(all)));
  // A fault without a target in this variant is no news here.
  const told = rows.filter((_, index) => !hitsNothing(plan.faults[index]!, plan));
  const faults = told.map(({ isOut, ...row }) => {
    const role = roleOf(row, { harm, background, most: averts, isOut });
    const spared = failed === null ? 0 : failed - (row.withoutFailed ?? failed);
    return { ...row, role: inBoth(role, spared, harm) };
  });
  return {
    harm,
    ...failedIn('failed', fails?.get(keyOf(all))),
    background,
    ...failedIn('backgroundFailed', fails?.get(keyOf([]))),
    faults,
  };
}

/**
 * The role of a change that leaves the harm as it is, but has requests fail that were slow, or the other way round: that is
 * a difference. `spared`: the requests that no longer fail.
 */
export function inBoth<Role extends CausalRole | InterventionRole>(
  role: Role,
  spared: number,
  harm: number,
): Role | 'part' | 'protection' {
  if (role !== 'none' || Math.abs(spared) <= nothingOf(harm).one) return role;
  return spared > 0 ? 'part' : 'protection';
}

function meanOrNull(values: readonly number[] | undefined): number | null {
  return values === undefined ? null : mean(values);
}

/** The mean number of requests that fail, under a name. */
function failedIn<Name extends string>(
  name: Name,
  each: readonly number[] | undefined,
): { readonly [name in Name]?: number } {
  if (each === undefined) return {};
  return { [name]: mean(each) } as { readonly [name in Name]?: number };
}

/** Faults that do this share of the harm without the others share it out among them. */
const ALMOST_ALL = 0.8;

type HarmOf = (set: FaultSet) => number | null;

/** Whether some of the faults that matter do most of the harm that the faults do. */
function isAlmostAll(set: FaultSet, core: FaultSet, harmOf: HarmOf): boolean {
  const [own, none, all] = [harmOf(set), harmOf([]), harmOf(core)];
  if (own === null || none === null || all === null) return false;
  return set.every((index) => core.includes(index)) && own - none >= ALMOST_ALL * (all - none);
}

/** Whether every subset of a set has run. */
function areKnown(set: FaultSet, harmOf: HarmOf): boolean {
  return set.length <= ALL_SUBSETS && subsetsOf(set).every((own) => harmOf(own) !== null);
}

/** The Shapley shares of the faults of a set of which all subsets have run. */
function sharesOf(set: FaultSet, harmOf: HarmOf): ReadonlyMap<number, number> {
  return new Map(set.map((index) => [index, shapley(set, index, (own) => harmOf(own)!)]));
}

/** The mean difference of pairs of runs, with its interval if they are several. */
export function estimateOf(each: readonly number[]): CounterfactualFault['averted'] {
  const interval = each.length < 2 ? null : differenceInterval(mean(each), each);
  return {
    value: each.length === 0 ? null : mean(each),
    ci95: interval === null ? null : [interval.low, interval.high],
    each,
  };
}

/** Figures of all faults together. `most`: the most harm that the absence of a single one averts. */
interface Total {
  readonly harm: number;
  readonly background: number;
  readonly most: number;
  /** The faults without this one do all of the harm. */
  readonly isOut: boolean;
}

type Row = Omit<CounterfactualFault, 'role'>;

function roleOf(
  { averted, alone, share }: Row,
  { harm, background, most, isOut }: Total,
): CausalRole {
  const { value, ci95, each } = averted;
  const scale = Math.max(harm, background);
  const { mean: nothing, one } = nothingOf(scale);
  const total = harm - background;
  if (value === null) {
    if (isOut) return 'none';
    // Alone it may be enough, whatever a run without it would show.
    if (alone === null || total <= 0) return 'undecided';
    if (Math.max(alone - background, share ?? 0) >= CAUSE * total) return 'cause';
    return share !== null && share > nothing ? 'part' : 'undecided';
  }
  const [low, high] = ci95 ?? [value, value];
  const isSure = low > 0 || high < 0 || ci95 === null;
  const changed = each.map((averts) => averts ?? 0);
  const isNothing = isAlike(
    changed,
    changed.map(() => 0),
    scale,
  );
  if (isOut && isNothing) return 'none';
  const isMore = value < -(each.length === 1 ? one : nothing);
  if (alone === null) {
    if (isNothing) {
      // Another fault may be enough as well, unless nothing is left to do for both.
      return Math.abs(total) <= nothing || most >= total - nothing ? 'none' : 'undecided';
    }
    if (!isSure || Math.abs(value) <= nothing) return 'undecided';
    if (value < 0) return isMore ? 'protection' : 'none';
    return total > 0 && value >= CAUSE * total ? 'cause' : 'part';
  }
  const added = alone - background;
  if (isNothing && Math.abs(added) <= nothing) return 'none';
  if (added <= nothing && value > nothing) return isSure ? 'amplifier' : 'undecided';
  if (total > 0 && Math.max(value, added, share ?? 0) >= CAUSE * total) return 'cause';
  if (added <= nothing && value < -nothing)
    return isMore ? (isSure ? 'protection' : 'undecided') : 'none';
  // An interval on both sides of "nothing" decides nothing.
  return (isSure && Math.abs(value) > nothing) || added > nothing ? 'part' : 'undecided';
}

/** Mean harm that a fault adds when the faults of a core strike one after another, over all orders. */
function shapley(core: FaultSet, index: number, harmOf: (set: FaultSet) => number): number {
  const n = core.length;
  return subsetsOf(without(core, index)).reduce((sum, set) => {
    const weight = (factorial(set.length) * factorial(n - set.length - 1)) / factorial(n);
    const joined = core.filter((one) => one === index || set.includes(one));
    return sum + weight * (harmOf(joined) - harmOf(set));
  }, 0);
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
