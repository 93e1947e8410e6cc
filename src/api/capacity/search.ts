import type {
  CapacityLength,
  CapacityLimit,
  CapacityNeed,
  CapacityResult,
} from '../../contracts/result/capacity.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { unjudged } from '../../analysis/capacity/loads.js';
import type { Arrivals } from '../../contracts/scenario/arrivals.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import { VERSION } from '../../text/version.js';
import { OptionError } from '../errors.js';
import type { Prepared } from '../prepare.js';
import type { SearchRuns } from '../searching.js';
import { around, limitOf, MOST } from './limit.js';
import { needFor } from './need.js';
import { lengthOf, lengthPath } from './length.js';
import { rangesOf } from './ranges.js';
import { Probes, usesIn, type Load, type Shown } from './probe.js';

/** Inputs of the search for a limit. */
interface CapacityInputs {
  /** With one variant. */
  readonly prepared: Prepared;
  readonly resolution: number;
  /** Multiple of the load for which the settings are asked; null = a quarter more than the limit. */
  readonly factor: number | null;
  /** Draws of the measured values with a range. */
  readonly draws: number;
  readonly runs: SearchRuns;
}

/** What is found, without the facts of the scenario. */
type Found = Pick<
  CapacityResult,
  | 'load'
  | 'workloads'
  | 'busiest'
  | 'fixed'
  | 'budgets'
  | 'kept'
  | 'unlimited'
  | 'limits'
  | 'lengths'
  | 'need'
  | 'ranges'
  | 'runs'
  | 'interrupted'
>;

/** Loads without a rate that could be multiplied. */
const FIXED: readonly Arrivals['kind'][] = ['closed', 'at'];
/** The next step beyond the limit. */
const NEXT = 1.25;

/** Searches the limits of a variant, and the settings for more. */
export async function capacityOf(by: CapacityInputs): Promise<CapacityResult> {
  const { prepared, runs, resolution } = by;
  const found = await runs.run(prepared.plans, (execute) => {
    const probes = new Probes(prepared, { execute, isOver: () => runs.isOver() });
    return new Capacity(by, probes).find();
  });
  runs.onEnd();
  const { title, sha256, variants } = prepared.file;
  const [variant] = variants as [(typeof variants)[number]];
  return {
    faultline: 1,
    scenario: { title, sha256 },
    variant: variant.name,
    seed: variant.scenario.run.seed,
    replications: prepared.replications,
    engine: { version: VERSION },
    resolution,
    ...found,
  };
}

/** Which limit is searched. */
interface Asked {
  /** The workload that grows alone. */
  readonly workload?: string | null;
  /** The fault that is active. */
  readonly fault?: string | null;
  /** Factors to try first. */
  readonly first?: readonly number[];
  /** The limit without a fault, which is none of one with a fault. */
  readonly calm?: CapacityLimit | null;
}

class Capacity {
  private readonly limits: CapacityLimit[] = [];
  private readonly lengths: CapacityLength[] = [];
  /** By load. */
  private readonly shown = new Map<string, Shown>();
  private isSteady = false;

  constructor(
    private readonly by: CapacityInputs,
    private readonly probes: Probes,
  ) {}

  async find(): Promise<Found> {
    const { prepared, factor } = this.by;
    const { scenario } = prepared.file.variants[0]!;
    const all = [...scenario.workloads];
    const growing = all.flatMap(([name, { arrivals }]) => (isFixed(arrivals) ? [] : [name]));
    const fixed = all.flatMap(([name, { arrivals }]) => (isFixed(arrivals) ? [name] : []));
    if (growing.length === 0) {
      const message = `${prepared.path}: no workload has a rate that can grow`;
      const remedy = 'write arrivals: poisson(100/s), for example';
      throw new OptionError(`${message}: ${remedy}`, { option: 'scenario', found: fixed.join() });
    }
    const today = await this.run({ workloads: growing, factor: 1, fault: null, set: [] });
    this.isSteady = today?.busiest === null;
    const near = (guess = 0): readonly number[] =>
      guess > 0 ? around(guess, this.by.resolution) : [];
    const calm = await this.limit(growing, { first: near(today?.headroom.components[0]?.factor) });
    const loads = growing.length < 2 ? [] : growing;
    // One that grows alone adds less than all of them, so that it holds what they hold, and its use there says how it grows.
    const first = calm === null ? [] : [calm.holds];
    for (const name of loads) await this.limit([name], { workload: name, first });
    for (const { id } of scenario.faults)
      await this.limit(growing, { fault: id, first: near(calm?.holds), calm });
    // Where the load does not hold without a fault, no length of one is to blame.
    const isHeld = calm !== null && calm.holds >= 1;
    for (const fault of isHeld ? scenario.faults : []) await this.length(growing, fault);
    const need = calm === null ? null : await this.need(growing, calm, factor);
    const ranges = await this.ranges(growing);
    const rates = growing.map((name) => ({ name, rate: today?.rates.get(name) ?? 0 }));
    const judged = this.probes.budgets(prepared, null);
    return {
      load: rates.reduce((sum, { rate }) => sum + rate, 0),
      workloads: rates,
      busiest: today?.busiest ?? null,
      fixed,
      budgets: judged.map(({ text }) => text),
      kept: unjudged([...scenario.workloads.keys()], judged),
      unlimited: (today?.headroom.unlimited ?? []).filter((name) => !limitsRate(prepared, name)),
      limits: this.limits,
      lengths: this.lengths,
      need,
      ranges,
      runs: this.probes.done + (ranges?.runs ?? 0),
      ...(this.by.runs.isOver() && { interrupted: true }),
    };
  }

  private ranges(workloads: readonly string[]): ReturnType<typeof rangesOf> {
    const { prepared, draws, resolution } = this.by;
    return rangesOf({ prepared, draws, resolution, workloads, runs: this.probes.runs });
  }

  private async limit(
    workloads: readonly string[],
    { workload = null, fault = null, first = [], calm = null }: Asked,
  ): Promise<CapacityLimit | null> {
    const shown = new Map<number, Shown>();
    // No fault adds capacity: what calm does not hold, a system with a fault does not, either.
    const most = calm?.breaks ?? Infinity;
    const found = await limitOf(
      async (factor) => {
        if (factor >= most) return { holds: false };
        const own = await this.run({ workloads, factor, fault, set: [] });
        if (own !== null) shown.set(factor, own);
        return own === null
          ? null
          : { holds: own.holds, ...(fault === null && { uses: usesIn(own) }) };
      },
      { first, resolution: this.by.resolution },
    );
    if (shown.size === 0) return null;
    const held = shown.get(found.holds);
    const beyond = found.breaks === null ? undefined : shown.get(found.breaks);
    const why = beyond === undefined && calm !== null ? whyIn(calm) : whyOf(beyond);
    const rate = held === undefined ? 0 : rateOf(held, workloads);
    const breaks = found.breaks === null ? null : Math.min(found.breaks, most);
    const limit: CapacityLimit = { workload, fault, holds: found.holds, breaks, rate, ...why };
    this.limits.push(limit);
    return limit;
  }

  /** How long a fault may last, at the load of the file; nothing for one without a length of its own. */
  private async length(workloads: readonly string[], fault: Fault): Promise<void> {
    const { file, texts } = this.by.prepared;
    const [variant] = file.variants as [(typeof file.variants)[number]];
    const { written } = texts.get(variant.name)!;
    const length = lengthOf(fault, written, variant.scenario.run.durationNs, ROOM);
    if (length === null) return;
    const { id, seconds: now, most } = length;
    const shown = new Map<number, Shown>();
    const found = await limitOf(
      async (factor) => {
        const set = factor === 1 ? [] : [`${lengthPath(id)}=x${factor}`];
        const own = await this.run({ workloads, factor: 1, fault: id, set });
        if (own !== null) shown.set(factor, own);
        return own === null ? null : { holds: own.holds };
      },
      { first: [], resolution: this.by.resolution, most: Math.min(MOST, most) },
    );
    if (shown.size === 0) return;
    const seconds = (factor: number): number => factor * now;
    this.lengths.push({
      fault: id,
      now: seconds(1),
      holds: seconds(found.holds),
      breaks: found.breaks === null ? null : seconds(found.breaks),
      ...whyOf(found.breaks === null ? undefined : shown.get(found.breaks)),
    });
  }

  private need(
    workloads: readonly string[],
    { holds, breaks }: CapacityLimit,
    asked: number | null,
  ): Promise<CapacityNeed | null> | null {
    const factor =
      asked ?? (holds > 0 && breaks !== null ? Number((NEXT * holds).toPrecision(4)) : null);
    if (factor === null || this.by.runs.isOver()) return null;
    const { texts, file } = this.by.prepared;
    const { written } = texts.get(file.variants[0]!.name)!;
    return needFor(this.probes, written, { workloads, factor }, asked !== null);
  }

  /** Runs a load once: that of the file is one of several limits, if it has no busiest time, which each workload has alone. */
  private async run(load: Load): Promise<Shown | null> {
    const isToday = load.factor === 1 && this.isSteady;
    const key = JSON.stringify({ ...load, ...(isToday && { workloads: [] }) });
    const shown = this.shown.get(key) ?? (await this.probes.run(load));
    if (shown !== null) this.shown.set(key, shown);
    this.by.runs.onDone(this.probes.done, null);
    return shown;
  }
}

/** Largest part of the time from the start of a fault to the end of the run that it may take. */
const ROOM = 0.8;

/** What gives in beyond a limit. */
type Why = Pick<CapacityLimit, 'full' | 'gives' | 'refused' | 'broken' | 'behind'>;

/** What gives in where a load or a fault is too much. */
function whyOf(beyond: Shown | undefined): Why {
  const gives = beyond?.gives ?? null;
  const full = gives !== null && 'full' in gives ? gives.full : null;
  const refused = beyond?.refused ?? null;
  // A component that refuses calls gives in by that limit.
  const owner = refused?.of === 'callee' ? refused.callee : refused?.caller;
  const isLimit = full === null || full.by !== undefined;
  const isByLimit = gives === null || (isLimit && gives.subject === owner);
  return {
    full,
    gives: gives?.subject ?? null,
    refused: isByLimit ? refused : null,
    broken: beyond?.broken ?? [],
    behind: beyond?.behind ?? null,
  };
}

function whyIn({ full, gives, refused, broken, behind }: Why): Why {
  return { full, gives, refused, broken, behind };
}

function isFixed({ kind }: Arrivals): boolean {
  return FIXED.includes(kind);
}

function rateOf({ rates }: Shown, workloads: readonly string[]): number {
  return workloads.reduce((sum, name) => sum + (rates.get(name) ?? 0), 0);
}

/** Whether a component refuses what exceeds a rate: no resource of it is full, but it has a limit. */
function limitsRate({ plans }: Prepared, name: string): boolean {
  const [{ components, limiters }] = plans as [Plan, ...Plan[]];
  return limiters.some(({ component }) => components[component]!.name === name);
}
