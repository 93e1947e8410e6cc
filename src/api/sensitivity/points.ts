import { answerOf, type Asking } from '../../analysis/sensitivity/answers.js';
import type { SensitivityAnswer } from '../../contracts/result/sensitivity.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { keyOf, Multiples, type MultiplesOf, type Point } from '../multiples.js';

/** Points that run together: enough for each thread, and few enough for the memory. */
const BATCH = 8;

/** Answers at points of a scenario, all variants with the same random numbers. Each point runs once. */
export class Points {
  private readonly runs: Multiples;
  private readonly isOver: MultiplesOf['runs']['isOver'];
  private readonly known = new Map<string, SensitivityAnswer | null>();

  constructor(
    by: MultiplesOf,
    private readonly most: number,
  ) {
    this.runs = new Multiples(by);
    this.isOver = by.runs.isOver;
  }

  /** Runs that were made. */
  get done(): number {
    return this.runs.done;
  }

  /** How many more points may run. */
  get left(): number {
    return Math.floor((this.most - this.done) / this.runs.perPoint);
  }

  /** The figures with the values of the file; null if the search is over. */
  async usual(): Promise<readonly SweepFigures[] | null> {
    const [figures] = await this.runs.figuresOf([new Map()]);
    return figures ?? null;
  }

  /** The answers of points, in order: null where a value is not allowed; undefined if the search is over or the limit of runs is reached. */
  async of(
    points: readonly Point[],
    asking: Asking,
  ): Promise<readonly (SensitivityAnswer | null | undefined)[]> {
    const open = [...new Map(points.map((point) => [keyOf(point), point]))].filter(
      ([key]) => !this.known.has(key),
    );
    for (let i = 0; i < open.length && this.left > 0 && !this.isOver(); i += BATCH) {
      const batch = open.slice(i, i + Math.min(BATCH, this.left));
      const figures = await this.runs.figuresOf(batch.map(([, point]) => point));
      batch.forEach(([key], k) => {
        const own = figures[k];
        if (own !== undefined) this.known.set(key, own === null ? null : answerOf(own, asking));
      });
    }
    return points.map((point) => this.known.get(keyOf(point)));
  }
}
