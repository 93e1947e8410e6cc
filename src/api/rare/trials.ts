import { fullestOf } from '../../analysis/measure/occupancy.js';
import { measure } from '../../analysis/measure/metrics.js';
import { variantData } from '../../analysis/measure/variant-data.js';
import { cellsOf, wholeRun } from '../../analysis/measure/window.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { MetricPath } from '../../contracts/scenario/expression.js';
import type { ScenarioFile, Variant } from '../../contracts/scenario/scenario.js';
import { compile } from '../../plan/compile.js';
import type { Trial, Way } from './splitting.js';

/** Cells of a run: a run turns at the end of one, so they are short beside the way to the rare event. */
const CELLS = 200;

/** The runs of a variant in which a share of requests is rare. */
export class RareRuns {
  readonly plan: Plan;
  private readonly variant: Variant;
  private readonly instances: ReadonlySet<number>;

  /** `component`: the fuller its fullest instance is, the nearer a run is to the rare event. */
  constructor(
    { variant, file }: { readonly variant: Variant; readonly file: ScenarioFile },
    private readonly metric: MetricPath,
    component: string,
  ) {
    const { scenario } = variant;
    const stepNs = Math.max(1, Math.ceil(scenario.run.durationNs / CELLS));
    const run = { ...scenario.run, stepNs };
    this.variant = { ...variant, scenario: { ...scenario, run } };
    this.plan = { ...compile(this.variant, file), traceShare: 0 };
    const { components, instances } = this.plan;
    const own = components.findIndex(({ name, kind }) => name === component && kind !== 'workload');
    this.instances = new Set(
      instances.flatMap((instance, id) => (instance.component === own ? [id] : [])),
    );
  }

  /** False for workloads, topics and other components that hold no requests, and for unknown names. */
  get hasInstances(): boolean {
    return this.instances.size > 0;
  }

  get cells(): number {
    return this.plan.grid.edges.length - 1;
  }

  /** The plan of a run. One that ends early has the time of the drain for requests in flight. */
  planOf({ turns, until }: Way): Plan {
    const { plan, cells } = this;
    const { horizonNs, endNs, grid } = plan;
    const end = grid.edges[Math.min(cells, until + 1)]!;
    const cut = until >= cells ? horizonNs : Math.min(horizonNs, end + horizonNs - endNs);
    return { ...plan, turns, horizonNs: cut };
  }

  trialOf(record: RunRecord): Trial {
    return {
      levels: fullestOf(record, this.instances, this.cells),
      hits: (from, until) => this.countsIn(record, from, until).hits,
      trials: this.countsIn(record, 0, this.cells).trials,
    };
  }

  /** Whether the metric is a share of requests, as the first run shows it. */
  isShare(record: RunRecord): boolean {
    return this.measured(record, 0, this.cells).trials.length > 0;
  }

  private countsIn(
    record: RunRecord,
    from: number,
    until: number,
  ): { readonly hits: number; readonly trials: number } {
    if (from >= until) return { hits: 0, trials: 0 };
    const { hits, trials } = this.measured(record, from, until);
    return { hits: hits[0] ?? 0, trials: trials[0] ?? 0 };
  }

  private measured(record: RunRecord, from: number, until: number): ReturnType<typeof measure> {
    const { variant, plan, metric, cells } = this;
    const { edges } = plan.grid;
    const isWhole = from === 0 && until === cells;
    const span = { fromNs: edges[from]!, untilNs: edges[until]! };
    const window = isWhole ? wholeRun(plan) : cellsOf([span], plan);
    return measure(variantData(variant, plan, [record], window), metric, null, []);
  }
}
