import { log } from '../../kernel/math.js';
import type { CapacityRange, CapacityRanges } from '../../contracts/result/capacity.js';
import type { ModelInput } from '../../scenario/tuning/inputs.js';
import { sumOf } from '../../stats/sums.js';
import { ScenarioError } from '../errors.js';
import { measuredIn, pointOf } from '../inputs-interval.js';
import type { Point } from '../multiples.js';
import type { Prepared } from '../prepare.js';
import type { PlanRuns } from '../searching.js';
import { around, limitOf } from './limit.js';
import { Probes, usesIn } from './probe.js';

/** Inputs that are varied alone, to find the one that moves the limit most. */
const ALONE = 6;
/** A change of the limit by less than this is none. */
const LEAST = 0.005;

/** What is varied: the load that grows, how often, and how closely a limit is searched. */
interface RangesInputs {
  readonly prepared: Prepared;
  readonly runs: PlanRuns;
  readonly workloads: readonly string[];
  readonly draws: number;
  readonly resolution: number;
}

/** A draw of all inputs, and the load at which its fullest resource is used up, as its use says. */
interface Draw {
  readonly point: Point;
  readonly factor: number;
  readonly rate: number;
}

/**
 * How far the limit without faults moves within the ranges of the measured values. Each draw of all of them is one run at
 * the load of the file, whose use says where its limit is; that of the lowest and of the highest draw is searched. Of the
 * inputs that go with the limit from draw to draw most, the one is named that moves it most alone. null without a range.
 */
export async function rangesOf(by: RangesInputs): Promise<CapacityRanges | null> {
  const inputs = measuredIn(by.prepared);
  if (inputs.length === 0 || by.draws === 0) return null;
  return new Ranges(by, inputs).find();
}

class Ranges {
  private readonly once = this.probes(1);
  private readonly all = this.probes(this.by.prepared.replications);
  private leftOut = 0;

  constructor(
    private readonly by: RangesInputs,
    private readonly inputs: readonly ModelInput[],
  ) {}

  async find(): Promise<CapacityRanges | null> {
    const { prepared, draws } = this.by;
    const { seed } = prepared.file.variants[0]!.scenario.run;
    const usual = await this.drawn(new Map());
    if (usual === null) return null;
    const found: Draw[] = [];
    for (let draw = 1; draw <= draws; draw++) {
      const own = await this.drawn(pointOf(this.inputs, seed, draw));
      if (own !== null) found.push(own);
    }
    const sorted = found.toSorted((a, b) => a.rate - b.rate);
    const [lowest, highest] = [sorted[0], sorted.at(-1)];
    if (lowest === undefined || highest === undefined) return null;
    const most = await this.most(usual, found);
    return {
      inputs: this.inputs.length,
      draws: found.length,
      leftOut: this.leftOut,
      low: await this.range(lowest),
      high: await this.range(highest),
      most,
      runs: this.once.done + this.all.done,
    };
  }

  private probes(replications: number): Probes {
    const { prepared, runs } = this.by;
    return new Probes({ ...prepared, selection: { ...prepared.selection, replications } }, runs);
  }

  /** One run at a point; null where a value is not allowed, nothing is used, or the search is over. */
  private async drawn(point: Point): Promise<Draw | null> {
    const shown = await this.shown(this.once, point, 1);
    const first = shown?.headroom.components[0];
    if (shown === null || first === undefined) return null;
    const load = sumOf(this.by.workloads.map((name) => shown.rates.get(name) ?? 0));
    return { point, factor: first.factor, rate: load * first.factor };
  }

  private async range({ point, factor }: Draw): Promise<CapacityRange | null> {
    const { workloads, resolution } = this.by;
    const rates = new Map<number, number>();
    const found = await limitOf(
      async (multiple) => {
        const shown = await this.shown(this.all, point, multiple);
        if (shown === null) return null;
        rates.set(multiple, sumOf(workloads.map((name) => shown.rates.get(name) ?? 0)));
        return { holds: shown.holds, uses: usesIn(shown) };
      },
      { first: around(factor, resolution), resolution },
    );
    if (rates.size === 0) return null;
    return { ...found, rate: rates.get(found.holds) ?? 0 };
  }

  /** The input that moves the limit most alone, from one end of its range to the other. */
  private async most(usual: Draw, draws: readonly Draw[]): Promise<CapacityRanges['most']> {
    const ranked = this.inputs
      .map((input) => ({ input, effect: Math.abs(togetherness(input.path, draws)) }))
      .toSorted((a, b) => b.effect - a.effect)
      .slice(0, ALONE);
    let most: CapacityRanges['most'] = null;
    for (const { input } of ranked) {
      const { path, half } = input;
      const ends: number[] = [];
      for (const factor of [1 / (1 + half!), 1 + half!]) {
        const own = await this.drawn(new Map([[path, factor]]));
        if (own !== null) ends.push(own.rate / usual.rate - 1);
      }
      const [from, to] = [Math.min(0, ...ends), Math.max(0, ...ends)];
      if (to - from > Math.max(LEAST, most === null ? 0 : most.to - most.from))
        most = { path, half: half!, from, to };
    }
    return most;
  }

  private async shown(probes: Probes, point: Point, factor: number): ReturnType<Probes['run']> {
    const set = [...point].flatMap(([path, by]) => (by === 1 ? [] : [`${path}=x${by}`]));
    try {
      return await probes.run({ workloads: this.by.workloads, factor, fault: null, set });
    } catch (error) {
      if (!(error instanceof ScenarioError)) throw error;
      this.leftOut++;
      return null;
    }
  }
}

/** How much an input and the limit change together from draw to draw: their covariance, in logarithms. */
function togetherness(path: string, draws: readonly Draw[]): number {
  const x = draws.map(({ point }) => log(point.get(path) ?? 1));
  const y = draws.map(({ rate }) => log(Math.max(Number.MIN_VALUE, rate)));
  const mean = sumOf(y) / y.length;
  return sumOf(x.map((own, i) => own * (y[i]! - mean)));
}
