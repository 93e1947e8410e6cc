import { speaksOf } from '../language/expressions-of.js';
import type { Plan, PlanFault } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type { BrokenBudget } from '../contracts/result/explore.js';
import type { BudgetResult } from '../contracts/result/budgets.js';
import type { WindowClause } from '../contracts/scenario/expression.js';
import type { Variant } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import { arrivedOf, succeededOf, sumOutcomes } from './measure/sums.js';
import { isPlaced, variantData, type VariantData } from './measure/variant-data.js';
import { cellsOf, wholeRun, type Span } from './measure/window.js';
import { cascadeResult } from './story/cascade-result.js';
import { storiesOf } from './story/cascade.js';
import { flowsOf } from './story/flows.js';
import { judgeBudget } from './verdicts/budget.js';
import type { Study } from './verdicts/study.js';

/** The id by which rewritten budgets name the faults of a set, whatever they are. */
const EXPLORED = 'explored';

/** The runs of a variant with one set of faults. `span`: when its faults are active, absolute. */
export interface ExploredRuns {
  readonly variant: Variant;
  readonly plan: Plan;
  readonly records: readonly RunRecord[];
  readonly span: Span;
}

/** Budgets that can be judged with one variant alone, and the others with the reason. */
export interface Splitted {
  readonly judged: readonly BudgetSource[];
  readonly leftOut: readonly { readonly text: string; readonly why: string }[];
}

/**
 * The budgets of a variant. `withFaults`: the faults of the file are active, so that windows keep their meaning;
 * otherwise `during`, `before` and `after` are about the faults of the set, whichever fault the text names.
 */
export function exploredBudgets(
  budgets: readonly BudgetSource[],
  variant: string,
  withFaults: boolean,
): Splitted {
  const judged: BudgetSource[] = [];
  const leftOut: { text: string; why: string }[] = [];
  for (const budget of budgets) {
    const { expression, severity, text } = budget;
    const { limit } = expression;
    if (!speaksOf(expression, variant)) continue;
    if (severity === 'warning') leftOut.push({ text, why: 'it is a warning' });
    else if (limit.kind === 'ofVariant') leftOut.push({ text, why: 'it compares two variants' });
    else if (limit.kind === 'ofSaved') leftOut.push({ text, why: 'it needs a baseline' });
    else judged.push(withFaults ? budget : aboutSet(budget));
  }
  return { judged, leftOut };
}

function aboutSet(budget: BudgetSource): BudgetSource {
  const { expression } = budget;
  const window = expression.window === null ? null : clauseOf(expression.window);
  return { ...budget, expression: { ...expression, window } };
}

function clauseOf(clause: WindowClause): WindowClause {
  return clause.kind === 'between' ? clause : { ...clause, fault: EXPLORED };
}

/** The verdicts on a set of faults. */
export interface Judged {
  readonly budgets: readonly BudgetResult[];
  /** Places that requests of these workloads use while the faults are active: components and edges. */
  readonly used: ReadonlySet<string>;
  /** Share of the requests of these workloads that arrive while the faults are active and do not succeed. */
  readonly lost: number;
}

/** Judges the runs of a set. The analysis sees a fault that does nothing, to which rewritten windows refer. */
export function judgeExplored(
  runs: ExploredRuns,
  budgets: readonly BudgetSource[],
  workloads: ReadonlySet<string>,
): Judged {
  const { variant, plan, records, span } = runs;
  const shown = variantData(variant, withMarker(plan, span), records, wholeRun(plan));
  const isAboutCascade = budgets.some(({ expression: { metric, limit } }) =>
    [metric, ...('metric' in limit ? [limit.metric] : [])].some(
      ({ subject }) => subject.kind === 'cascade',
    ),
  );
  const own = isAboutCascade ? storiesOf(dataOf(runs)) : null;
  const stories: Study['stories'] = new Map(own === null ? [] : [[variant.name, own]]);
  const study: Study = { variants: [shown], stories, saved: null };
  const results = budgets.flatMap((budget) => judgeBudget(budget, shown, study) ?? []);
  return {
    budgets: results,
    used: usedPlaces(shown, span, workloads),
    lost: lostShare(shown, span, workloads),
  };
}

function lostShare(data: VariantData, span: Span, workloads: ReadonlySet<string>): number {
  const { plan, records, requests } = data;
  const { cells } = cellsOf([span], plan);
  const own = requests.filter((part) =>
    workloads.has(plan.components[plan.parts[part].component].name),
  );
  const rows = records.flatMap(({ parts }) => own.map((part) => parts[part]));
  const counts = sumOutcomes(rows, cells);
  const arrived = arrivedOf(counts);
  return arrived === 0 ? 0 : 1 - succeededOf(counts) / arrived;
}

/** How the failure spreads with a set, in one sentence. */
export function sentenceOfExplored(runs: ExploredRuns): string {
  return cascadeResult(storiesOf(dataOf(runs)), { back: null, hasFaults: true }, null).sentence;
}

/** A broken budget with its value without faults. */
export function brokenBudget(own: BudgetResult, healthy: BudgetResult | undefined): BrokenBudget {
  const { text, name, value, limit, unit, note } = own;
  return { text, name, value, limit, unit, note, healthy: healthy?.value ?? null };
}

function dataOf({ variant, plan, records }: ExploredRuns): VariantData {
  return variantData(variant, plan, records, wholeRun(plan));
}

function withMarker(plan: Plan, span: Span): Plan {
  const marker: PlanFault = {
    id: EXPLORED,
    kind: EXPLORED,
    config: {},
    knobs: [],
    share: 1,
    role: null,
    instances: [],
    select: { kind: 'all' },
    nodes: [],
    parts: [],
    links: [],
    loads: [],
    holders: [],
    spans: [span],
    chance: null,
    stream: EXPLORED,
    when: null,
    rollout: null,
    ramp: null,
  };
  return { ...plan, faults: [...plan.faults, marker] };
}

/**
 * Components and edges that requests of the workloads reach while the faults are active. A component that gets
 * messages of a used one is used, too, and so is one to which no calls lead.
 */
function usedPlaces(
  data: VariantData,
  span: Span,
  workloads: ReadonlySet<string>,
): ReadonlySet<string> {
  const { plan, records } = data;
  const { cells } = cellsOf([span], plan);
  const isCalled = (stats: readonly number[]): boolean =>
    records.some(({ edges }) =>
      stats.some((stat) => cells.some((cell) => edges[stat].attempts[cell] > 0)),
    );
  const calls = data.edges.filter(({ stats }) => isCalled(stats));
  const ways = [...calls, ...flowsOf(plan)];
  // No calls lead to brokers and registries, so calls do not show that a request needs them.
  const called = new Set(data.edges.map(({ to }) => to));
  const hidden = plan.components.flatMap((one, id) =>
    isPlaced(one) && !called.has(id) ? [id] : [],
  );
  const used = new Set<number>();
  const open = plan.components.flatMap(({ name }, id) => (workloads.has(name) ? [id] : []));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (used.has(id)) continue;
    used.add(id);
    for (const { from, to } of ways) if (from === id) open.push(to);
  }
  return new Set([
    ...[...used, ...hidden].map((id) => plan.components[id].name),
    ...calls.filter(({ from }) => used.has(from)).map(({ name }) => name),
  ]);
}
