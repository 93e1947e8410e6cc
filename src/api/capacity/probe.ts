import { exploredBudgets } from '../../analysis/explore.js';
import {
  budgetsUnder,
  ratesOf,
  roomOf,
  unjudged,
  type LoadRates,
} from '../../analysis/capacity/loads.js';
import { caseFigures } from '../../analysis/sweep.js';
import { withFaults } from '../../plan/without.js';
import { refusedCalls } from '../../analysis/capacity/refused.js';
import type { Case } from '../../run/cases.js';
import type { Records } from '../../run/here.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RefusedCalls } from '../../contracts/result/capacity.js';
import {
  backlogBehind,
  type ComponentHeadroom,
  type Headroom,
} from '../../contracts/result/headroom.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import { sumOf } from '../../stats/sums.js';
import { rules } from '../../lint/index.js';
import { findingOf, remarksIn, type Finding } from '../lint.js';
import { prepared, type Prepared } from '../prepare.js';
import { unlessOver, untraced, type PlanRuns } from '../searching.js';
import { Starts } from '../sweeps/starts.js';

/** A load to run. */
export interface Load {
  /** The workloads whose rates are multiplied. */
  readonly workloads: readonly string[];
  readonly factor: number;
  /** The only active fault; null = none. */
  readonly fault: string | null;
  /** Other changes, as `--set` takes them. */
  readonly set: readonly string[];
}

/** What a load shows. */
export interface Shown extends LoadRates {
  readonly holds: boolean;
  /** Budgets that break. */
  readonly broken: readonly string[];
  /** The topic or queue whose consumers handle less than comes to them, where no budget breaks. */
  readonly behind: string | null;
  readonly gives: SweepFigures['gives'] | null;
  readonly refused: RefusedCalls | null;
  readonly headroom: Headroom;
  readonly cost: number | null;
}

/** What each component uses of its tightest resource, as a share. */
export function usesIn({ headroom }: Shown): ReadonlyMap<string, number> {
  return new Map(headroom.components.map(({ component, factor }) => [component, 1 / factor]));
}

/** Share of the answers at the load of the file that has to remain, for workloads whose answers no budget judges. */
const REMAINS = 0.99;

/** Runs loads of one variant. */
export class Probes {
  /** Runs that were made. */
  done = 0;
  /** Share of requests with a full answer at the load of the file, without faults, by workload. */
  private calm: ReadonlyMap<string, number> | null = null;
  /** Requests per second of each workload in the first run, at the load of the file. */
  private today: ReadonlyMap<string, number> | null = null;
  private readonly starts: Starts;

  constructor(
    private readonly base: Pick<Prepared, 'path' | 'read' | 'selection'>,
    readonly runs: PlanRuns,
  ) {
    this.starts = new Starts(base.path, true, []);
  }

  /** The scenario at a load. */
  prepared({ workloads, factor, set }: Pick<Load, 'workloads' | 'factor' | 'set'>): Prepared {
    const loads =
      factor === 1 ? [] : workloads.map((name) => `workloads.${name}.arrivals=x${factor}`);
    const { path, read, selection } = this.base;
    const all = [...(selection.set ?? []), ...loads, ...set];
    return prepared(path, read, { ...selection, ...(all.length > 0 && { set: all }) });
  }

  /** The errors that lint finds with the other changes of a load, and not without them. */
  brought({ set, ...load }: Pick<Load, 'workloads' | 'factor' | 'set'>): readonly Finding[] {
    if (set.length === 0) return [];
    const found = errorsOf(this.prepared({ ...load, set }));
    if (found.length === 0) return [];
    const known = new Set(errorsOf(this.prepared({ ...load, set: [] })).map(keyOf));
    return found.filter((own) => !known.has(keyOf(own)));
  }

  /** The budgets by which a load is judged. */
  budgets({ file }: Prepared, fault: string | null): readonly BudgetSource[] {
    const { judged } = exploredBudgets(file.budgets, file.variants[0]!.name, true);
    return budgetsUnder(judged, fault);
  }

  /** Runs a load; null if the search is over. */
  async run(load: Load): Promise<Shown | null> {
    if (this.runs.isOver()) return null;
    const own = this.prepared(load);
    const budgets = this.budgets(own, load.fault);
    const { file, replications, source } = own;
    const [variant] = file.variants as [(typeof file.variants)[number]];
    const whole = own.plans[0]!;
    const plan = withFaults(whole, (index) => whole.faults[index]!.id === load.fault);
    const [begun] = await this.starts.of([{ file, plans: [plan] }], (cases) => this.pilots(cases));
    const started = begun!.plans[0]!;
    const runs = this.records([started], Math.ceil(replications / this.timesOfToday(load)));
    const [records = []] = await unlessOver(runs, [], this.runs);
    if (records.length === 0) return null;
    const names = [...variant.scenario.workloads.keys()];
    const texts = names.map((name) => `${name}.share.ok`);
    const asked = source.questions(texts, [variant.name]).questions;
    const [figures] = caseFigures(
      { file, plans: [started], records: [records] },
      { metrics: asked.map(({ measure }) => measure), budgets, expect: null },
    );
    const answers = new Map(names.map((name, i) => [name, figures!.figures[i]?.value ?? 0]));
    this.calm ??= answers;
    const runsOf = { variant, plan: started, records };
    const rates = ratesOf(runsOf, load.workloads);
    this.today ??= rates.rates;
    const isStopped = figures!.stop !== null;
    const broken = isStopped
      ? ['run']
      : [...brokenOf(figures!, budgets), ...this.lost(answers, budgets, load.fault)];
    const { full, ...room } = roomOf(runsOf);
    const isCalm = load.fault === null && broken.length === 0;
    const behind = isCalm ? behindOf(room.headroom, budgets) : undefined;
    const holds = (behind?.when?.rate ?? room.headroom.rate) * (behind?.factor ?? 1);
    const gives =
      behind === undefined
        ? (figures!.gives ?? (broken.length > 0 ? full : null))
        : { subject: behind.component, full: behind, holds, fault: null };
    return {
      holds: broken.length === 0 && behind === undefined,
      broken,
      behind: behind === undefined ? null : backlogBehind(behind),
      gives,
      refused: refusedCalls(runsOf),
      ...rates,
      ...room,
    };
  }

  /**
   * How many times the requests of the file a load has, at least 1. Fewer replications by this factor have as many of them.
   * Whether a fault strikes is drawn for each run: a load with a fault counts as one.
   */
  private timesOfToday({ workloads, factor, fault }: Load): number {
    if (this.today === null || factor <= 1 || fault !== null) return 1;
    const all = sumOf([...this.today.values()]);
    const grown = sumOf(workloads.map((name) => this.today!.get(name) ?? 0));
    return all === 0 ? 1 : 1 + ((factor - 1) * grown) / all;
  }

  /**
   * What is broken without a budget: fallbacks that answer more and more requests are no answers of the system, and
   * budgets on times do not see requests that fail. Where a fault is active, answers are lost to the fault, too, so that
   * this is asked only without budgets.
   */
  private lost(
    answers: ReadonlyMap<string, number>,
    budgets: readonly BudgetSource[],
    fault: string | null,
  ): readonly string[] {
    if (fault !== null && budgets.length > 0) return [];
    return unjudged([...answers.keys()], budgets).flatMap((name) => {
      const least = REMAINS * (this.calm!.get(name) ?? 0);
      return answers.get(name)! < least
        ? [`${name}.share.ok >= ${Math.round(10_000 * least) / 100}%`]
        : [];
    });
  }

  private async pilots(cases: readonly Case[]): Promise<readonly Records[]> {
    const all: Records[] = [];
    for (const { plans, count } of cases) all.push(await this.records(plans, count));
    return all;
  }

  private records(plans: readonly Plan[], count: number): Promise<Records> {
    this.done += plans.length * count;
    return this.runs.execute(untraced(plans), count, 0);
  }
}

/** Consumers that handle less than comes to them, of a topic or queue that no budget judges: its backlog has no end. */
function behindOf(
  { components }: Headroom,
  budgets: readonly BudgetSource[],
): ComponentHeadroom | undefined {
  const judged = new Set(
    budgets.flatMap(({ expression: { metric } }) =>
      metric.subject.kind === 'component' ? [metric.subject.at.component] : [],
    ),
  );
  return components.find((own) => {
    const where = backlogBehind(own);
    return where !== null && own.factor <= 1 && !judged.has(where);
  });
}

const ERRORS = rules.filter(({ severity }) => severity === 'error');

function errorsOf(own: Prepared): readonly Finding[] {
  return remarksIn(own, ERRORS).open.map(findingOf);
}

function keyOf({ rule, path }: Finding): string {
  return `${rule} ${path}`;
}

function brokenOf({ points }: SweepFigures, budgets: readonly BudgetSource[]): readonly string[] {
  return budgets.flatMap(({ text }, i) => (points[i] === 'fail' ? [text] : []));
}
