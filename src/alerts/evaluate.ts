import type { PlanAlerts } from '../contracts/plan/alerts.js';
import type { AlertRule } from '../contracts/scenario/alerts.js';
import type { AlertRecord } from '../contracts/record/alerts.js';
import { selectorsOf, type Expr } from '../promql/ast.js';
import { Evaluator } from '../promql/evaluate.js';
import { MatchingError } from '../promql/join.js';
import { LabelSet } from '../promql/labels.js';
import { parsePromql } from '../promql/parse.js';
import type { Series, SeriesStore } from '../promql/series.js';
import { RuleState } from './rule-state.js';

/** A rule that is evaluated again and again. */
interface Running {
  readonly rule: AlertRule;
  readonly expr: Expr;
  /** null = it only records. */
  readonly state: RuleState | null;
  /** Recorded series that had a value at the evaluation before. */
  recorded: ReadonlySet<Series>;
}

/** Names of all series that the rules ask for. */
export function askedBy({ groups }: PlanAlerts): ReadonlySet<string> {
  const names = groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) => selectorsOf(parsePromql(expr)).map(({ name }) => name)),
  );
  return new Set(names);
}

/**
 * Evaluates all rules at their times, from the start of what the monitoring has seen to the end of the run. An evaluation
 * comes right after the scrape of the same time. `endSec` counts from the end of the warm-up.
 */
export function evaluateAlerts(
  { groups, historyNs }: PlanAlerts,
  store: SeriesStore,
  endSec: number,
): readonly AlertRecord[] {
  const evaluator = new Evaluator(store);
  const running = groups.map(({ everyNs, rules }) => ({
    everySec: everyNs / 1e9,
    rules: rules.map((rule): Running => ({
      rule,
      expr: parsePromql(rule.expr),
      state: rule.records ? null : new RuleState(rule),
      recorded: new Set(),
    })),
  }));
  for (const { group, at } of timesOf(running, -pastOf(groups, historyNs) / 1e9, endSec)) {
    for (const own of running[group]!.rules) step(own, at, evaluator, store);
  }
  return running.flatMap(({ rules }) => rules.flatMap(({ state }) => state?.record() ?? []));
}

/**
 * How long before the measured time the evaluations begin. The past is steady, so what is pending then is settled after
 * the longest `for`; recorded series are looked back at.
 */
function pastOf(groups: PlanAlerts['groups'], historyNs: number): number {
  const rules = groups.flatMap((group) => group.rules);
  if (rules.some(({ records }) => records)) return historyNs;
  const waits = rules.map(({ forNs, keepFiringForNs }) => forNs + keepFiringForNs);
  return Math.min(historyNs, Math.max(0, ...waits));
}

/** The evaluations of all groups in order of time; those of one time in the order of the groups. */
function timesOf(
  groups: readonly { readonly everySec: number }[],
  from: number,
  until: number,
): readonly { readonly group: number; readonly at: number }[] {
  return groups
    .flatMap(({ everySec }, group) => {
      const first = Math.ceil(from / everySec);
      const count = Math.max(0, Math.floor(until / everySec) - first + 1);
      return Array.from({ length: count }, (_, k) => ({ group, at: (first + k) * everySec }));
    })
    .sort((a, b) => a.at - b.at || a.group - b.group);
}

function step(own: Running, at: number, evaluator: Evaluator, store: SeriesStore): void {
  const { rule, expr, state } = own;
  try {
    const elements = evaluator.vector(expr, at);
    if (state === null) {
      own.recorded = recordAll(own, elements, at, store);
      return;
    }
    const found = selectorsOf(expr).map((selector) => evaluator.seriesOf(selector).length);
    state.evaluated(at, elements, Math.max(0, ...found));
  } catch (error) {
    if (!(error instanceof MatchingError)) throw error;
    state?.failed(`${rule.name}: ${error.message}`);
  }
}

/** Adds a sample to each recorded series; one without a value ends. Source: prometheus/rules/group.go (Eval). */
function recordAll(
  { rule, recorded }: Running,
  elements: ReturnType<Evaluator['vector']>,
  at: number,
  store: SeriesStore,
): ReadonlySet<Series> {
  const now = new Set<Series>();
  for (const { labels, value } of elements) {
    const series = store.of(
      rule.name,
      LabelSet.of([...labels.all, ...Object.entries(rule.labels)]),
    );
    series.add(at, value);
    now.add(series);
  }
  for (const series of recorded) if (!now.has(series)) series.end(at);
  return now;
}
