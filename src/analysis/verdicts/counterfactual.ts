import { invariant } from '../../kernel/invariant.js';
import { partName } from '../../spec/plan/names.js';
import type { Plan } from '../../spec/plan/plan.js';
import type { RunRecord } from '../../spec/record/record.js';
import type { CausalRole, Counterfactuals } from '../../spec/result/counterfactual.js';
import { meanInterval } from '../../stats/interval.js';
import { arrivedOf, mergeSegments, succeededOf, sumOutcomes } from '../measure/sums.js';
import { wholeRun } from '../measure/window.js';

/** Up to this number of faults every combination of them runs, which gives exact Shapley shares. */
export const ALL_SUBSETS = 3;

/** A success is slow above this multiple of the p99 without faults. */
const SLOW_FACTOR = 2;

/** Largest number of faults of a variant: a set of them is an integer of 32 bits. */
export const MOST_FAULTS = 30;

/** The set of all faults. */
export function allOf(faults: number): number {
  return (1 << faults) - 1;
}

/** Share of the harm from which a fault is a cause, and below which it is none. */
const CAUSE = 0.5;
const NOTHING = 0.02;

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

/** Whether a set holds a fault. */
export function holds(mask: number, index: number): boolean {
  return ((mask >> index) & 1) === 1;
}

/** By part of a request: latency in ns above which a success is slow. */
export type SlowLimits = ReadonlyMap<number, number>;

/** The limits that follow from runs without faults. Requests that never succeed there have none. */
export function slowLimits(plan: Plan, records: readonly RunRecord[]): SlowLimits {
  const { segments } = wholeRun(plan);
  const limits = new Map<number, number>();
  for (const part of requestsOf(plan)) {
    const rows = records.map((record) => record.parts[part].successLatency);
    const latency = mergeSegments(rows, segments);
    if (latency.count > 0) limits.set(part, SLOW_FACTOR * latency.quantile(0.99));
  }
  return limits;
}

/** Requests of users of one run that fail or are slow. */
export function harmOf(plan: Plan, record: RunRecord, limits: SlowLimits): number {
  const { cells, segments } = wholeRun(plan);
  let harm = 0;
  for (const part of requestsOf(plan)) {
    const row = record.parts[part];
    const counts = sumOutcomes([row], cells);
    harm += arrivedOf(counts) - succeededOf(counts);
    const limit = limits.get(part);
    if (limit === undefined) continue;
    const latency = mergeSegments([row.successLatency], segments);
    if (latency.count > 0) harm += Math.round(latency.count * (1 - latency.cdfAt(limit)));
  }
  return harm;
}

/**
 * What the faults of a plan have to do with its harm. `harms`: by set of faults, the harm of each replication.
 * Source: necessity and sufficiency by intervention, and the Shapley value of the coalition game of the faults.
 */
export function counterfactuals(
  plan: Plan,
  harms: ReadonlyMap<number, readonly number[]>,
  limits: SlowLimits,
): Counterfactuals {
  const faults = plan.faults.length;
  const all = allOf(faults);
  const of = (mask: number): readonly number[] => {
    const found = harms.get(mask);
    invariant(found !== undefined, 'counterfactual-without-runs');
    return found!;
  };
  const harm = mean(of(all));
  const background = mean(of(0));
  return {
    harm,
    background,
    slow: Object.fromEntries([...limits].map(([part, ns]) => [partName(plan, part), ns / 1e9])),
    runs: faultSets(faults).length * of(all).length,
    faults: plan.faults.map(({ id }, index) => {
      const bit = 1 << index;
      const averted = of(all).map((value, run) => value - of(all - bit)[run]);
      const share = faults <= ALL_SUBSETS ? shapley(faults, index, (mask) => mean(of(mask))) : null;
      const interval = meanInterval(averted);
      const alone = mean(of(bit));
      return {
        fault: id,
        role: roleOf({ averted, alone, share, harm, background }),
        without: mean(of(all - bit)),
        alone,
        averted: {
          value: mean(averted),
          ci95: interval === null ? null : ([interval.low, interval.high] as const),
          each: averted,
        },
        share,
      };
    }),
  };
}

interface Evidence {
  readonly averted: readonly number[];
  readonly alone: number;
  readonly share: number | null;
  readonly harm: number;
  readonly background: number;
}

function roleOf({ averted, alone, share, harm, background }: Evidence): CausalRole {
  const total = harm - background;
  const value = mean(averted);
  const interval = meanInterval(averted);
  const nothing = NOTHING * Math.max(harm, background);
  const largest = Math.max(
    Math.abs(interval?.low ?? value),
    Math.abs(interval?.high ?? value),
    Math.abs(alone - background),
  );
  if (largest <= nothing) return 'none';
  const isSure = interval === null || interval.low > 0 || interval.high < 0;
  if (alone - background <= nothing && value > nothing) return isSure ? 'amplifier' : 'undecided';
  if (total > 0 && Math.max(value, alone - background, share ?? 0) >= CAUSE * total) return 'cause';
  return isSure || alone - background > nothing ? 'part' : 'undecided';
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The requests of all workloads. */
function requestsOf({ components, parts }: Plan): readonly number[] {
  return parts.flatMap((part, id) => (components[part.component].kind === 'workload' ? [id] : []));
}
