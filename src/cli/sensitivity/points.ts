import { answerOf, type Asking } from '../../analysis/sensitivity/answers.js';
import { caseFigures, type Asked } from '../../analysis/sweep.js';
import type { Case } from '../../run/cases.js';
import { scalar } from '../../scenario/located.js';
import type { Edit } from '../../scenario/paths.js';
import type { SensitivityAnswer } from '../../contracts/result/sensitivity.js';
import type { SweepFigures } from '../../contracts/result/sweep.js';
import { interruption } from '../interrupt.js';
import { runEach, unlessInterrupted, type PlanRuns } from '../plan-runs.js';
import { ScenarioError } from '../../api/errors.js';
import { lower, select, type Prepared } from '../../api/prepare.js';

/** Inputs with another value than that of the file: the factor of each path. */
export type Point = ReadonlyMap<string, number>;

/** Points that run together: enough for each thread, and few enough for the memory. */
const BATCH = 8;

/** Runs points of a scenario, all variants with the same random numbers. */
export class Points {
  /** Runs that were made. */
  done = 0;
  private readonly known = new Map<string, SensitivityAnswer | null>();

  constructor(
    private readonly prepared: Prepared,
    private readonly runs: PlanRuns,
    private readonly asked: Asked,
    private readonly most: number,
    private readonly onProgress: (done: number) => void,
  ) {}

  /** How many more points may run. */
  get left(): number {
    return Math.floor((this.most - this.done) / this.perPoint);
  }

  private get perPoint(): number {
    return this.prepared.file.variants.length * this.prepared.replications;
  }

  /** The figures with the values of the file; null after an interrupt. */
  async usual(): Promise<readonly SweepFigures[] | null> {
    const [figures] = await this.figuresOf([new Map()]);
    return figures ?? null;
  }

  /** The answers of points, in order: null where a value is not allowed; undefined after an interrupt or the limit of runs. */
  async of(
    points: readonly Point[],
    asking: Asking,
  ): Promise<readonly (SensitivityAnswer | null | undefined)[]> {
    const open = [...new Map(points.map((point) => [keyOf(point), point]))].filter(
      ([key]) => !this.known.has(key),
    );
    for (let i = 0; i < open.length && this.left > 0 && !interruption.aborted; i += BATCH) {
      const batch = open.slice(i, i + Math.min(BATCH, this.left));
      const figures = await this.figuresOf(batch.map(([, point]) => point));
      batch.forEach(([key], k) => {
        const own = figures[k];
        if (own !== undefined) this.known.set(key, own === null ? null : answerOf(own, asking));
      });
    }
    return points.map((point) => this.known.get(keyOf(point)));
  }

  /** By point; null = not allowed. Empty after an interrupt. */
  private async figuresOf(
    points: readonly Point[],
  ): Promise<readonly (readonly SweepFigures[] | null)[]> {
    const built = points.map((point) => this.built(point));
    const cases = built.flatMap((one) => one?.plans ?? []);
    const { replications } = this.prepared;
    const rows = await unlessInterrupted(runEach(cases, replications, this.runs), null);
    if (rows === null) return [];
    this.done += cases.length * replications;
    this.onProgress(this.done);
    let next = 0;
    return built.map((one) => {
      if (one === null) return null;
      const { file, plans } = one;
      const records = plans.map(() => rows[next++]!);
      return caseFigures({ file, plans, records }, this.asked);
    });
  }

  /** The scenario of a point; null if a value is not allowed. */
  private built(point: Point): Pick<Case & Prepared, 'plans' | 'file'> | null {
    const { source, file: own, selection, path } = this.prepared;
    const edits = [...point].flatMap(([at, factor]) => (factor === 1 ? [] : [editOf(at, factor)]));
    const names = own.variants.map(({ name }) => name);
    const { file, problems } = source.with({ variants: names, edits });
    if (file === null || problems.some(({ severity }) => severity === 'error')) return null;
    const chosen = select(file, selection, path);
    try {
      const plans = chosen.variants.map((one) => lower(one, chosen, path));
      return { file: chosen, plans: plans.map((plan) => ({ ...plan, traceShare: 0 })) };
    } catch (error) {
      if (error instanceof ScenarioError) return null;
      throw error;
    }
  }
}

function editOf(path: string, factor: number): Edit {
  const text = `x${Number(factor.toFixed(6))}`;
  const at = { file: 'sensitivity', start: 0, end: text.length };
  return { path, at, value: scalar(text, at) };
}

function keyOf(point: Point): string {
  return [...point].map(([path, factor]) => `${path}=${factor}`).join(' ');
}
