import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type { BudgetResult } from '../contracts/result/budgets.js';
import type { ComponentHeadroom, Headroom } from '../contracts/result/headroom.js';
import {
  losesMore,
  type FixPrice,
  type LostMessages,
  type TunedRuns,
} from '../contracts/result/fix.js';
import type { HistogramData } from '../stats/histogram.js';
import type { Variant } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import { costsOf } from './measure/costs.js';
import { headroomOf } from './measure/headroom.js';
import { coresOf } from './measure/lanes.js';
import type { Capacity } from './measure/in-force.js';
import { capacityByCell } from './measure/presence.js';
import { arrivedOf, mergeSegments, succeededOf, sumCells, sumOutcomes } from './measure/sums.js';
import { instancesOf, variantData, type VariantData } from './measure/variant-data.js';
import { wholeRun, type CellSet } from './measure/window.js';
import { cascadeResult } from './story/cascade-result.js';
import { storiesOf } from './story/cascade.js';
import { estimateOf } from './verdicts/counterfactual.js';
import { judgeBudget } from './verdicts/budget.js';
import { failingSteps, failingTime } from './verdicts/failing-time.js';
import { mean } from './verdicts/fault-sets.js';
import { sumOf } from '../stats/sums.js';
import { failedOf, harmOf, requestsOf, type SlowLimits } from './verdicts/harm.js';
import { meanPrice } from './verdicts/interventions.js';
import type { Study } from './verdicts/study.js';

/** Runs of a variant with some settings. */
export interface TuningRuns {
  readonly variant: Variant;
  readonly plan: Plan;
  readonly records: readonly RunRecord[];
}

/** Runs with some settings, and what they are judged by. */
export interface Judging {
  readonly budgets: readonly BudgetSource[];
  /** Latencies above which a success is late. */
  readonly limits: SlowLimits;
  /** Requests that fail in each of the usual runs. */
  readonly usual: readonly number[];
}

/** Judges runs with other settings. */
export function judgeTuned(runs: TuningRuns, { budgets, limits, usual }: Judging): TunedRuns {
  const { variant, plan, records } = runs;
  const data = variantData(variant, plan, records, wholeRun(plan));
  const study: Study = {
    variants: [data],
    stories: new Map([[variant.name, storiesOf(data)]]),
    saved: null,
  };
  const judged = budgets.flatMap((budget) => judgeBudget(budget, data, study) ?? []);
  const failed = records.map((record) => failedOf(plan, record));
  const harm = records.map((record) => harmOf(plan, record, limits));
  const { value, ci95 } = estimateOf(failed.map((count, run) => (usual[run] ?? count) - count));
  const { cells } = wholeRun(plan);
  const arrived = records.map((record) =>
    arrivedOf(
      sumOutcomes(
        requestsOf(plan).map((part) => record.parts[part]),
        cells,
      ),
    ),
  );
  return {
    budgets: judged,
    holds: judged.every((own) => !isMissed(own)),
    arrived: mean(arrived),
    failed: mean(failed),
    failedBefore: failedBefore(data),
    late: mean(harm) - mean(failed),
    averted: { value: value!, ci95 },
    failing: failingTime(records.map((record) => failingSteps(plan, record))),
    price: fixPrice(data),
  };
}

function fixPrice(data: VariantData): FixPrice {
  const { plan, records } = data;
  const { segments } = wholeRun(plan);
  const parts = records.flatMap((record) => requestsOf(plan).map((part) => record.parts[part]));
  const p99Of = (rows: readonly (readonly HistogramData[])[]): number | null => {
    const latency = mergeSegments(rows, segments);
    return latency.count === 0 ? null : latency.quantile(0.99) / 1e9;
  };
  return {
    ...meanPrice(plan, records),
    p99: p99Of(parts.map(({ successLatency }) => successLatency)),
    p99OfAll: p99Of(parts.map(({ latency }) => latency)),
    instances: mean(records.map((record) => paidFor(data, record, () => 1))),
    cores: mean(records.map((record) => paidFor(data, record, pricedCores))),
    cost: costsOf(data)?.cost.value ?? null,
    deadLetters: mean(records.map((record) => countedIn(record, 'deadLettered', data.whole))),
    lost: mean(records.map((record) => countedIn(record, 'lostEffects', data.whole))),
  };
}

/** The count of all meters of a name in a run. */
function countedIn({ meters }: RunRecord, name: string, { cells }: CellSet): number {
  return sumOf(
    meters.map((own) =>
      own.form === 'counter' && own.name === name ? sumCells(own.counts, cells) : 0,
    ),
  );
}

/**
 * Part by which what is paid for grows: money if there are prices, else instances or cores, whichever grow more. Messages
 * that are given up cost more than any of these.
 */
export function growthOf(own: FixPrice, base: FixPrice): number {
  if (givesUpMore(own, base)) return GIVEN_UP;
  const grows = (from: number, to: number): number => (from > 0 ? Math.max(0, to / from - 1) : 0);
  if (own.cost !== null && base.cost !== null) return grows(base.cost, own.cost);
  return Math.max(grows(base.instances, own.instances), grows(base.cores, own.cores));
}

/** Growth that outweighs the settings of any other answer. */
const GIVEN_UP = 100;

/** Whether more messages end unhandled, beyond what chance may change. */
function givesUpMore(own: LostMessages, base: LostMessages): boolean {
  return losesMore(own.deadLetters, base.deadLetters) || losesMore(own.lost, base.lost);
}

/** What is paid for, as a mean over a run: slots that an autoscaler leaves empty do not count. */
function paidFor(data: VariantData, record: RunRecord, capacity: Capacity): number {
  const { plan, whole } = data;
  const own = plan.components.flatMap(({ external, kind }, id) =>
    external || kind === 'workload' ? [] : instancesOf(plan, id),
  );
  const there = capacityByCell(data, record, own, capacity, { wanted: true });
  return sumCells(there, whole.cells) / whole.lengthNs;
}

/** Unlimited cores have no price: their number is unknown. */
const pricedCores: Capacity = (settings) => {
  const cores = coresOf(settings);
  return Number.isFinite(cores) ? cores : 0;
};

function failedBefore({ plan, records, before, whole }: VariantData): number {
  const { cells } = before.lengthNs > 0 ? before : whole;
  const rows = records.flatMap(({ parts }) => requestsOf(plan).map((part) => parts[part]));
  const counts = sumOutcomes(rows, cells);
  const arrived = arrivedOf(counts);
  return arrived === 0 ? 0 : 1 - succeededOf(counts) / arrived;
}

/** Points of failed requests that chance alone explains. */
const MORE_FAILURES = 0.01;

/**
 * Whether users fail more often than in the usual runs, in all or before the first fault. A budget may hold because of
 * that: a system that is always down recovers at once.
 */
export function failsMore(own: TunedRuns, usual: TunedRuns): boolean {
  const share = ({ failed, arrived }: TunedRuns): number => (arrived === 0 ? 0 : failed / arrived);
  return (
    share(own) > share(usual) + MORE_FAILURES ||
    own.failedBefore > usual.failedBefore + MORE_FAILURES
  );
}

/** Requests that fail in each run. */
export function failuresOf({ plan, records }: TuningRuns): readonly number[] {
  return records.map((record) => failedOf(plan, record));
}

/**
 * Whether a goal is not held. One that has no meaning with some settings, or that no run measures, counts nowhere. Where
 * no request breaks one, only more runs can decide it: a change cannot.
 */
function isMissed(own: BudgetResult): boolean {
  return own.verdict !== 'pass' && own.applies !== false && !isFlawless(own);
}

/** Whether no request breaks an undecided budget: there are too few to be sure. */
function isFlawless({ verdict, unit, value, margin }: BudgetResult): boolean {
  const isBest = unit === 'share' && (value === 0 || value === 1);
  return verdict === 'inconclusive' && isBest && (margin ?? 0) > 0;
}

/** A goal that breaks only with a change counts as much as two that are broken anyway. */
const BROKEN_ANEW = 2;

/**
 * How far from their limits the goals of some runs are: for each broken one the share of its distance that is left, 1 =
 * as in the usual runs.
 */
export function penaltyOf({ budgets }: TunedRuns, usual: TunedRuns): number {
  return budgets.reduce((sum, own, k) => {
    if (!isMissed(own)) return sum;
    // Beyond its limit on the right side, only more runs are missing.
    if ((own.margin ?? 0) > 0) return sum;
    const before = usual.budgets[k]!;
    if (!isMissed(before)) return sum + BROKEN_ANEW;
    return sum + distance(own, before);
  }, 0);
}

function distance(own: BudgetResult, before: BudgetResult): number {
  if (own.value === null || own.limit === null || before.value === null) return 1;
  const whole = Math.abs(before.value - own.limit);
  if (whole === 0) return 1;
  return Math.min(BROKEN_ANEW, Math.abs(own.value - own.limit) / whole);
}

/** The budgets that are not held, by their number. */
export function missedIn({ budgets }: TunedRuns): readonly number[] {
  return budgets.flatMap((own, k) => (isMissed(own) ? [k] : []));
}

/** Whether a value of a budget is nearer to its limit, or beyond it on the right side, than another one. */
export function isNearer(
  own: Pick<BudgetResult, 'value' | 'limit' | 'margin'>,
  than: Pick<BudgetResult, 'value' | 'margin'>,
): boolean {
  if (own.value === null) return false;
  if (than.value === null || own.limit === null) return true;
  if (own.margin !== null && than.margin !== null) return own.margin > than.margin;
  // Figures with a limit of 0 are counts.
  return Math.abs(own.value - own.limit) < Math.abs(than.value - own.limit);
}

/** A resource of which some runs need more than there is. */
export interface FullLimit extends Pick<ComponentHeadroom, 'component' | 'resource' | 'of'> {
  /** What there is by what is needed: below 1, or hardly above. */
  readonly factor: number;
}

/** Up to this much room a limit refuses or delays requests by chance. */
const HARDLY_MORE = 1.1;

/** The limits that are full in some runs, without a fault or while one is active; the tightest first. */
export function fullLimits({ variant, plan, records }: TuningRuns): readonly FullLimit[] {
  return limitsBelow(headroomOf(variantData(variant, plan, records, wholeRun(plan))), HARDLY_MORE);
}

/** The limits with less than a factor of what is needed, without a fault or while one is active, once each; the tightest first. */
export function limitsBelow({ components, faults }: Headroom, most: number): readonly FullLimit[] {
  const inFaults = faults.flatMap((own) => (own.stuckOn === undefined ? own.components : []));
  const full = [...components, ...inFaults].filter(({ factor }) => factor < most);
  const tightest = new Map<string, FullLimit>();
  for (const own of full.sort((a, b) => a.factor - b.factor)) {
    const limit = [own.component, own.resource, own.of].join();
    if (!tightest.has(limit)) tightest.set(limit, own);
  }
  return [...tightest.values()];
}

/** How the failure goes in some runs, in one sentence; null where nothing degrades. */
export function sentenceOf({ variant, plan, records }: TuningRuns): string | null {
  const stories = storiesOf(variantData(variant, plan, records, wholeRun(plan)));
  if (stories.every(({ events }) => events.length === 0)) return null;
  const hasFaults = plan.faults.length > 0;
  return cascadeResult(stories, { back: null, hasFaults }, null).sentence;
}

/** The components and edges with trouble in some runs. */
export function troubleOf({ variant, plan, records }: TuningRuns): ReadonlySet<string> {
  const stories = storiesOf(variantData(variant, plan, records, wholeRun(plan)));
  return new Set(stories.flatMap(({ events }) => events.map(({ subject }) => subject)));
}
