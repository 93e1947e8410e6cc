import { caseFigures, type Asked } from '../analysis/sweep.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { SweepFigures } from '../contracts/result/sweep-figures.js';
import type { Case } from '../run/cases.js';
import { scalar } from '../scenario/located.js';
import type { Edit } from '../scenario/paths.js';
import { ScenarioError } from './errors.js';
import { lower, select, type Prepared } from './prepare.js';
import { unlessOver, untraced, type PlanRuns } from './searching.js';

/** Inputs with another value than that of the file: the factor of each path. */
export type Point = ReadonlyMap<string, number>;

/** What is run at each point, and where. */
export interface MultiplesOf {
  readonly prepared: Prepared;
  readonly runs: PlanRuns;
  readonly asked: Asked;
  readonly onProgress: (done: number) => void;
  /** Changes the plans before they run. */
  readonly altered?: (plan: Plan) => Plan;
}

/** Runs a scenario with multiples of its inputs, always with the same random numbers. */
export class Multiples {
  /** Runs that were made. */
  done = 0;

  constructor(private readonly by: MultiplesOf) {}

  /** Runs of one point. */
  get perPoint(): number {
    const { file, replications } = this.by.prepared;
    return file.variants.length * replications;
  }

  /**
   * The figures of each point, by variant; null = one of its values is not allowed. Empty if the search is over. `first`:
   * the number of the first replication; other replications have other random numbers.
   */
  async figuresOf(
    points: readonly Point[],
    first = 0,
  ): Promise<readonly (readonly SweepFigures[] | null)[]> {
    const built = points.map((point) => this.built(point));
    const cases = built.flatMap((one) => one?.plans ?? []);
    const { prepared, runs, onProgress, asked } = this.by;
    const { replications } = prepared;
    const rows = await unlessOver(runs.execute(cases, replications, first), null, runs);
    if (rows === null) return [];
    this.done += cases.length * replications;
    onProgress(this.done);
    let next = 0;
    return built.map((one) => {
      if (one === null) return null;
      const { file, plans } = one;
      const records = plans.map(() => rows[next++]!);
      return caseFigures({ file, plans, records }, asked);
    });
  }

  /** The scenario of a point; null if a value is not allowed. */
  private built(point: Point): Pick<Case & Prepared, 'plans' | 'file'> | null {
    const { prepared, altered = (plan) => plan } = this.by;
    const { source, file: own, selection, path } = prepared;
    const edits = [...point].flatMap(([at, factor]) => (factor === 1 ? [] : [editOf(at, factor)]));
    const names = own.variants.map(({ name }) => name);
    const { file, problems } = source.with({ variants: names, edits });
    if (file === null || problems.some(({ severity }) => severity === 'error')) return null;
    const chosen = select(file, selection, path);
    try {
      const plans = chosen.variants.map((one) => altered(lower(one, chosen, path)));
      return { file: chosen, plans: untraced(plans) };
    } catch (error) {
      if (error instanceof ScenarioError) return null;
      throw error;
    }
  }
}

function editOf(path: string, factor: number): Edit {
  // All digits: a third of a whole number has to be whole again.
  const text = `x${factor}`;
  const at = { file: 'multiples', start: 0, end: text.length };
  return { path, at, value: scalar(text, at), isPartial: true };
}

/** One name for each point. */
export function keyOf(point: Point): string {
  return [...point].map(([path, factor]) => `${path}=${factor}`).join(' ');
}
