import { invariant } from '../../kernel/invariant.js';
import type { Plan } from '../../spec/plan/plan.js';
import type {
  CausalRole,
  CounterfactualFault,
  Counterfactuals,
} from '../../spec/result/counterfactual.js';
import { meanInterval } from '../../stats/interval.js';

/** Up to this number of faults every combination of them runs, which gives exact Shapley shares. */
export const ALL_SUBSETS = 3;

/** Largest number of faults of a variant: a set of them is an integer of 32 bits. */
export const MOST_FAULTS = 30;

/** The set of all faults. */
export function allOf(faults: number): number {
  return (1 << faults) - 1;
}

/** Share of the harm from which a fault is a cause, and below which it is none. */
export const CAUSE = 0.5;
export const NOTHING = 0.02;

/**
 * The sets of faults that run, as bit masks over the faults of a plan; all of them together are the runs that exist
 * already. The first one is the empty set, whose latencies define what is slow.
 */
export function faultSets(faults: number): readonly number[] {
  const all = allOf(faults);
  if (faults <= ALL_SUBSETS) return Array.from({ length: all }, (_, mask) => mask);
  const each = Array.from({ length: faults }, (_, index) => 1 << index);
  return [0, ...each, ...each.map((bit) => all - bit)];
}

/** The fewest sets that say anything: no faults, and all but each. */
export function fewestSets(faults: number): readonly number[] {
  const all = allOf(faults);
  const each = Array.from({ length: faults }, (_, index) => all - (1 << index));
  return faults === 0 ? [] : [...new Set([0, ...each])];
}

/** Whether a set holds a fault. */
export function holds(mask: number, index: number): boolean {
  return ((mask >> index) & 1) === 1;
}

/** What the runs without some faults show. */
export type FaultProof = Pick<Counterfactuals, 'harm' | 'background' | 'faults'>;

/**
 * What the faults of a plan have to do with its harm. `harms`: by set of faults, the harm of each replication; only the
 * sets of all and of no faults are necessary. Source: necessity and sufficiency by intervention, and the Shapley value
 * of the coalition game of the faults.
 */
export function faultProof(plan: Plan, harms: ReadonlyMap<number, readonly number[]>): FaultProof {
  const count = plan.faults.length;
  const all = allOf(count);
  const usual = harms.get(all);
  const none = harms.get(0);
  invariant(usual !== undefined && none !== undefined, 'counterfactual-without-runs');
  const meanOf = (mask: number): number | null => {
    const found = harms.get(mask);
    return found === undefined ? null : mean(found);
  };
  const harm = mean(usual!);
  const background = mean(none!);
  const isComplete = harms.size === 1 << count && count <= ALL_SUBSETS;
  const rows = plan.faults.map(({ id }, index) => {
    const bit = 1 << index;
    const without = harms.get(all - bit);
    return {
      fault: id,
      without: meanOf(all - bit),
      alone: meanOf(bit),
      averted: estimateOf(without?.map((value, run) => usual![run] - value) ?? []),
      share: isComplete ? shapley(count, index, (mask) => meanOf(mask)!) : null,
    };
  });
  const most = Math.max(...rows.map(({ averted }) => averted.value ?? 0));
  const faults = rows.map((row) => ({ ...row, role: roleOf(row, { harm, background, most }) }));
  return { harm, background, faults };
}

/** The mean of some runs, with its interval if they are several. */
export function estimateOf(each: readonly number[]): CounterfactualFault['averted'] {
  const interval = meanInterval(each);
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
}

type Row = Omit<CounterfactualFault, 'role'>;

function roleOf({ averted, alone, share }: Row, { harm, background, most }: Total): CausalRole {
  const { value, ci95 } = averted;
  if (value === null) return 'undecided';
  const total = harm - background;
  const nothing = NOTHING * Math.max(harm, background);
  const [low, high] = ci95 ?? [value, value];
  const isSure = low > 0 || high < 0 || ci95 === null;
  const changes = Math.max(Math.abs(low), Math.abs(high));
  if (alone === null) {
    if (changes <= nothing) {
      // Another fault may be enough as well, unless nothing is left to do for both.
      return Math.abs(total) <= nothing || most >= total - nothing ? 'none' : 'undecided';
    }
    if (!isSure || Math.abs(value) <= nothing) return 'undecided';
    if (value < 0) return 'protection';
    return total > 0 && value >= CAUSE * total ? 'cause' : 'part';
  }
  const added = alone - background;
  if (Math.max(changes, Math.abs(added)) <= nothing) return 'none';
  if (added <= nothing && value > nothing) return isSure ? 'amplifier' : 'undecided';
  if (total > 0 && Math.max(value, added, share ?? 0) >= CAUSE * total) return 'cause';
  if (added <= nothing && value < -nothing) return isSure ? 'protection' : 'undecided';
  // An interval on both sides of "nothing" decides nothing.
  return (isSure && Math.abs(value) > nothing) || added > nothing ? 'part' : 'undecided';
}

/** Mean harm that a fault adds when the faults strike one after another, over all orders. */
function shapley(faults: number, index: number, harmOfSet: (mask: number) => number): number {
  const bit = 1 << index;
  let sum = 0;
  for (let mask = 0; mask < 1 << faults; mask++) {
    if (holds(mask, index)) continue;
    const before = bitsIn(mask);
    const weight = (factorial(before) * factorial(faults - before - 1)) / factorial(faults);
    sum += weight * (harmOfSet(mask + bit) - harmOfSet(mask));
  }
  return sum;
}

function bitsIn(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest > 0; rest >>>= 1) bits += rest & 1;
  return bits;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** The arithmetic mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
