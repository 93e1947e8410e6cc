import { differenceOf, type Subject } from '../../analysis/calibration/predicted.js';
import { determined, type Determined } from '../../api/calibrate/determined.js';
import { fitted, type Parameter, type Point, type Residuals } from '../../api/calibrate/fit.js';
import type { Prepared } from '../../api/prepare.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { exp, log } from '../../kernel/math.js';
import { withFaults } from '../../plan/without.js';
import type { ModelInput } from '../../scenario/tuning/inputs.js';
import { keyOf, Multiples } from '../../api/multiples.js';
import type { PlanRuns } from '../../api/searching.js';
import { usageError } from '../exit.js';
import { Predictor, type Predictions } from './predictor.js';

/** What is fitted, and with which runs. */
export interface CalibrateInputs {
  /** One variant. */
  readonly prepared: Prepared;
  readonly inputs: readonly ModelInput[];
  readonly fit: readonly Subject[];
  readonly rest: readonly Subject[];
  readonly runs: PlanRuns;
  readonly maxRuns: number;
  readonly withFaults: boolean;
  readonly onProgress: (done: number) => void;
}

export interface Calibrated {
  /** By input: the factor on its value. */
  readonly factors: readonly number[];
  readonly determined: readonly Determined[];
  /** Predictions with the values of the file, and with the fitted ones; by other random numbers than those of the fit. */
  readonly before: Predictions;
  readonly after: Predictions;
  readonly runs: number;
}

/** Points that run together. */
const BATCH = 8;
/** Runs that are kept for the answer: half and twice of each value, and the predictions. */
const KEPT = 2;
/** Largest multiple of a guess, up or down. */
const MOST = log(1000);

/** Fits the inputs; null after an interrupt before the end. Throws a usage error if the runs are too few to begin with. */
export async function calibrated(by: CalibrateInputs): Promise<Calibrated | null> {
  return new Calibrator(by).find();
}

/** The length of all runs of a point. Unit: seconds. */
export function secondsOf({ plans, replications }: Prepared): number {
  const [{ warmupNs, endNs }] = plans as readonly [Prepared['plans'][number]];
  return ((endNs - warmupNs) / 1e9) * replications;
}

class Calibrator {
  private readonly predictor: Predictor;
  private readonly multiples: Multiples;
  private readonly known = new Map<string, Residuals | null>();
  private most: number;

  constructor(private readonly by: CalibrateInputs) {
    const { prepared, runs, onProgress } = by;
    const names = new Set([...by.fit, ...by.rest].map(({ name }) => name));
    this.predictor = new Predictor(prepared, [...names]);
    const { asked } = this.predictor;
    const calm = by.withFaults
      ? {}
      : { altered: (plan: (typeof prepared.plans)[number]) => withFaults(plan, () => false) };
    this.multiples = new Multiples({ prepared, runs, asked, onProgress, ...calm });
    this.most = by.maxRuns - KEPT * (by.inputs.length + 1) * this.multiples.perPoint;
  }

  async find(): Promise<Calibrated | null> {
    this.refuseTooFew();
    const parameters = this.by.inputs.map(parameterOf);
    const fitting = {
      parameters,
      ask: (points: readonly Point[]) => this.ask(points),
      isOver: () => this.isOver,
    };
    const found = await fitted(fitting);
    if (found === null || this.by.runs.isOver()) return null;
    this.most = this.by.maxRuns;
    const known = await determined(fitting, found);
    const factors = this.factorsOf(found.point);
    // Other random numbers than those that the values were fitted with.
    const fresh = this.by.prepared.replications;
    const rows = await this.multiples.figuresOf([new Map(), this.pointOf(factors)], fresh);
    const [before, after] = rows;
    if (before === undefined || before === null || after === undefined || after === null)
      return null;
    return {
      factors,
      determined: known,
      before: this.predictor.of(before),
      after: this.predictor.of(after),
      runs: this.multiples.done,
    };
  }

  private refuseTooFew(): void {
    const { maxRuns, inputs } = this.by;
    const { perPoint } = this.multiples;
    if (this.most >= perPoint) return;
    const guesses = inputs.length === 1 ? '1 guess' : `${inputs.length} guesses`;
    throw usageError(
      `--max-runs ${maxRuns} is too few for ${guesses}: write at least ${maxRuns - this.most + perPoint}, or fit fewer with --over PATH`,
    );
  }

  private get isOver(): boolean {
    return this.by.runs.isOver() || this.multiples.done + this.multiples.perPoint > this.most;
  }

  /** The residuals of points, each of which runs once. */
  private async ask(points: readonly Point[]): Promise<readonly (Residuals | null)[]> {
    const all = points.map((point) => this.pointOf(this.factorsOf(point)));
    const open = [...new Map(all.map((point) => [keyOf(point), point]))].filter(
      ([key]) => !this.known.has(key),
    );
    for (let i = 0; i < open.length && !this.isOver; i += BATCH) {
      const room = Math.floor((this.most - this.multiples.done) / this.multiples.perPoint);
      const batch = open.slice(i, i + Math.min(BATCH, room));
      const rows = await this.multiples.figuresOf(batch.map(([, point]) => point));
      batch.forEach(([key], k) => {
        const row = rows[k];
        if (row !== undefined) this.known.set(key, row === null ? null : this.residualsOf(row));
      });
    }
    return all.map((point) => this.known.get(keyOf(point)) ?? null);
  }

  private factorsOf(point: Point): readonly number[] {
    return this.by.inputs.map((input, k) => factorOf(input, point[k]!));
  }

  private pointOf(factors: readonly number[]): ReadonlyMap<string, number> {
    return new Map(this.by.inputs.map(({ path }, k) => [path, factors[k]!]));
  }

  private residualsOf(row: readonly SweepFigures[]): Residuals {
    const predictions = this.predictor.of(row);
    const seconds = secondsOf(this.by.prepared);
    return this.by.fit.flatMap(({ name, n, views, figures }) => {
      const own = predictions.get(name)!;
      const rate = figures.find((one) => one.name === 'throughput')?.value ?? 0;
      return figures.map((figure) => {
        const { difference, error } = differenceOf(figure, n, own[figure.name], { seconds, rate });
        return difference / error / Math.sqrt(views);
      });
    });
  }
}

function parameterOf({ whole }: ModelInput): Parameter {
  const valueAt = (at: number): number => Math.max(1, Math.round((whole ?? 1) * exp(at)));
  return {
    step: (at) => (whole === null ? 0 : log((valueAt(at) + 1) / valueAt(at))),
    others: (at) => {
      if (whole === null) return [];
      const now = valueAt(at);
      const near = [1, 2, Math.round(now / 2), now - 1, now + 1, 2 * now];
      return [...new Set(near)]
        .filter((one) => one >= 1 && one !== now)
        .map((one) => log(one / whole));
    },
  };
}

/** The factor of a point: four digits, so that the value that is written is the one that ran. */
function factorOf({ whole }: ModelInput, at: number): number {
  const factor = exp(Math.min(MOST, Math.max(-MOST, at)));
  if (whole !== null) return Math.max(1, Math.round(whole * factor)) / whole;
  return Number(factor.toPrecision(4));
}
