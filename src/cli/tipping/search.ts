import { ratesOf } from '../../analysis/capacity/loads.js';
import { isBackIn, loopIn, usualVerdict } from '../../analysis/tipping.js';
import { blamedIn } from '../../analysis/story/blamed.js';
import { loadTimes } from '../../scenario/tuning/estimates.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { RunVerdict } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { RecoveryMap, Tipping, TippingEnds } from '../../contracts/result/tipping.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { lengthOf, type Length } from '../../api/capacity/length.js';
import { limitOf, MOST } from '../../api/capacity/limit.js';
import type { PlanRuns } from '../plan-runs.js';
import type { Prepared } from '../../api/prepare.js';
import { VariantRuns } from './variant-runs.js';

/** A variant with a loop, and what may be run for it. */
export interface TippingTask {
  readonly prepared: Prepared;
  readonly plan: Plan;
  readonly variant: Variant;
  readonly result: VariantResult;
  /** Its usual runs, as many of the first ones as each further setting has. */
  readonly records: readonly RunRecord[];
  readonly events: number;
  readonly runs: PlanRuns;
  /** With the map of lengths and loads. */
  readonly hasMap: boolean;
  readonly onRun: () => void;
}

/** The two ends of a search differ by this share at most. */
const RESOLUTION = 0.05;
/** Largest part of the time from its start to the end of the run that a fault may take: the rest shows whether users are back. */
const SHARE = 0.5;
/** Verdicts that say nothing about a loop: less load or a shorter fault is no answer to them. */
const ELSEWHERE: ReadonlySet<RunVerdict> = new Set<RunVerdict>(['overloaded', 'lost']);
/** Fault lengths and loads of a map, as multiples of those of the file. */
const LENGTHS = [0.125, 0.25, 0.5, 1, 2, 4, 8];
const LOADS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

/** How close a variant is to the point from which on it does not come back; null without a loop, or without any run for it. */
export async function tippingOf(task: TippingTask): Promise<Tipping | null> {
  const { prepared, plan, variant, result, records } = task;
  const loop = loopIn(result.cascade);
  if (loop === null || records.length === 0) return null;
  const usual = usualVerdict(variant, plan, records);
  if (ELSEWHERE.has(usual)) return null;
  const fault = blamedLength(task);
  const all = { prepared, variant: variant.name, records, length: fault };
  const first = task.events / 2;
  const runs = new VariantRuns(
    { ...all, events: first, runs: task.runs, onRun: task.onRun },
    usual,
  );
  const length = fault === null ? null : await lengthEnds(fault, runs);
  runs.events += task.events - first;
  const load = await loadEnds(task, runs);
  const map = task.hasMap && fault !== null ? await mapOf(fault, runs) : null;
  if (length === null && load === null && map === null) return null;
  return {
    loop,
    isBack: isBackIn(usual),
    after: afterLast(variant),
    length,
    load,
    replications: records.length,
    resolution: RESOLUTION,
    runs: runs.done,
    ...(runs.isCut && { isCut: true as const }),
    ...(map !== null && { map }),
  };
}

/** The fault that does the most harm among those whose length can be changed. */
function blamedLength({ prepared, variant, result }: TippingTask): Length | null {
  const { written } = prepared.texts.get(variant.name)!;
  const { faults, run } = variant.scenario;
  for (const id of blamedIn(result.cascade)) {
    const fault = faults.find((one) => one.id === id);
    const length = fault === undefined ? null : lengthOf(fault, written, run.durationNs, SHARE);
    if (length !== null) return length;
  }
  return null;
}

async function lengthEnds(fault: Length, runs: VariantRuns): Promise<Tipping['length']> {
  const { id, seconds: now } = fault;
  const ask = (length: number): Promise<RunVerdict | null> =>
    runs.verdict({ length: length === now ? null : length, load: 1 });
  const ends = await endsOf(now, Math.min(MOST, fault.most), ask);
  return ends === null ? null : { fault: id, now, ...ends };
}

async function loadEnds(
  { prepared, plan, variant, records }: TippingTask,
  runs: VariantRuns,
): Promise<Tipping['load']> {
  const { patched } = prepared.texts.get(variant.name)!;
  const workloads = loadTimes(patched, 2).map(({ path }) => path.split('.')[1]!);
  if (workloads.length === 0) return null;
  const ends = await endsOf(1, MOST, (load) => runs.verdict({ length: null, load }));
  if (ends === null) return null;
  const { rates } = ratesOf({ variant, plan, records }, workloads);
  const rate = workloads.reduce((sum, name) => sum + (rates.get(name) ?? 0), 0);
  return { workloads, rate, ...ends };
}

/** The two ends between which most runs cease to come back; null if only the present value was run. */
async function endsOf(
  now: number,
  most: number,
  ask: (value: number) => Promise<RunVerdict | null>,
): Promise<TippingEnds | null> {
  const verdicts = new Map<number, RunVerdict>();
  // Three digits, so that a report says exactly what was run.
  const valueAt = (factor: number): number =>
    factor === 1 ? now : Number((factor * now).toPrecision(3));
  const found = await limitOf(
    async (factor) => {
      const verdict = await ask(valueAt(factor));
      if (verdict === null) return null;
      verdicts.set(valueAt(factor), verdict);
      return { holds: isBackIn(verdict) };
    },
    { first: [], resolution: RESOLUTION, most },
  );
  if (verdicts.size < 2) return null;
  const stays = found.breaks === null ? null : valueAt(found.breaks);
  return {
    back: found.holds === 0 ? 0 : valueAt(found.holds),
    stays,
    verdict: stays === null ? null : (verdicts.get(stays) ?? null),
  };
}

/** Seconds from the end of the last fault to that of the run; null without a fault that ends. */
function afterLast({ scenario: { faults, run } }: Variant): number | null {
  const ends = faults.flatMap(({ spans }) => spans.map(({ fromNs, untilNs }) => untilNs ?? fromNs));
  if (ends.length === 0) return null;
  return Math.max(0, (run.durationNs - Math.max(...ends)) / 1e9);
}

/** The verdict on each length of a fault at each load. */
async function mapOf(fault: Length, runs: VariantRuns): Promise<RecoveryMap> {
  const lengths = LENGTHS.filter((factor) => factor <= Math.max(1, fault.most)).map((factor) =>
    Number((factor * fault.seconds).toPrecision(3)),
  );
  const verdicts: (RunVerdict | null)[][] = [];
  for (const load of LOADS) {
    const row: (RunVerdict | null)[] = [];
    for (const length of lengths) {
      row.push(await runs.verdict({ length: length === fault.seconds ? null : length, load }));
    }
    verdicts.push(row);
  }
  return { fault: fault.id, lengths, loads: LOADS, verdicts };
}
