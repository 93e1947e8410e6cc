import { OUTCOME_NAMES } from '../../contracts/outcome.js';
import {
  type AlertGroup,
  type AlertRule,
  type Alerts,
  type WrittenAlerts,
} from '../../contracts/scenario/alerts.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { BUCKETS, exportedMetrics } from '../../language/exported.js';
import type { ExpressionNames } from '../../language/expression.js';
import { groupingsOf, selectorsOf, type Expr } from '../../promql/ast.js';
import { parsePromql, PromqlError } from '../../promql/parse.js';
import { cursorAt, type Context, type Cursor } from '../resolve/context.js';
import { sorted } from '../resolve/names.js';
import { groupingProblem, selectorProblems, type KnownSeries } from './check.js';
import { ownRule } from './rules.js';

/** Resolves `alerts`. */
export function resolveAlerts(
  context: Context,
  written: WrittenAlerts,
  scenario: Scenario,
  names: ExpressionNames,
): Alerts {
  const { scrapeNs, evaluateNs, historyNs, objective, periodNs, buckets } = written;
  if (buckets?.some((bound, index) => index > 0 && bound <= buckets[index - 1]!) === true) {
    cursorAt(context, 'alerts', 'buckets').conflict(
      'the bounds must rise, each above the one before',
    );
  }
  if (objective === 1) {
    const message = 'a promise of 100% leaves no error budget: write a share below 100%';
    cursorAt(context, 'alerts', 'objective').conflict(message);
  }
  const own = sorted(written.rules ?? undefined).map(([name, rule]) =>
    ownRule({ context, scenario, names, objective }, name, rule),
  );
  const groups = [
    ...(own.length === 0 ? [] : [{ everyNs: evaluateNs, rules: own.flatMap((one) => one ?? []) }]),
    ...(written.groups ?? []).map((group, index) => pastedGroup(group, evaluateNs, index)),
  ];
  if (written.rules === null && written.groups === null) {
    cursorAt(context, 'alerts').conflict('no rule is written: write rules or groups');
  }
  checkNames(context, written);
  checkQueries(context, groups, knownSeries(names, groups));
  return {
    scrapeNs,
    historyNs: historyNs ?? 0,
    buckets: buckets ?? BUCKETS,
    groups: withWindows(groups),
    objective,
    periodNs,
  };
}

type WrittenGroup = NonNullable<WrittenAlerts['groups']>[number];

function pastedGroup(group: WrittenGroup, evaluateNs: number, index: number): AlertGroup {
  return {
    everyNs: group.interval ?? evaluateNs,
    rules: group.rules.map((rule, place): AlertRule => ({
      name: rule.alert ?? rule.record ?? '',
      records: rule.alert === null,
      kind: 'pasted',
      words: rule.expr.trim(),
      expr: rule.expr,
      forNs: rule.for ?? 0,
      keepFiringForNs: rule.keepFiringFor ?? 0,
      severity: rule.labels?.severity ?? null,
      labels: rule.labels ?? {},
      path: ['alerts', 'groups', index, 'rules', place],
      windowNs: 0,
    })),
  };
}

/** Every alert has a name of its own, and a pasted rule either fires or records. */
function checkNames(context: Context, written: WrittenAlerts): void {
  const seen = new Set(Object.keys(written.rules ?? {}));
  written.groups?.forEach(({ rules }, group) => {
    rules.forEach(({ alert, record }, index) => {
      const here = cursorAt(context, 'alerts', 'groups', group, 'rules', index);
      if ((alert === null) === (record === null)) {
        here.conflict('write either alert or record: what it is called');
      }
      if (alert === null) return;
      if (seen.has(alert)) {
        const message = `two alerts are called ${alert}: give each a name of its own`;
        here.in('alert').conflict(message);
      }
      seen.add(alert);
    });
  });
}

/** The names of all series that a run of the scenario can have. */
function knownSeries(names: ExpressionNames, groups: readonly AlertGroup[]): KnownSeries {
  const all = [...names.components];
  const components = all.map(([name]) => name);
  const parts = all.flatMap(([, { parts: own }]) => own);
  const workloads = all.filter(([, { kind }]) => kind === 'workload');
  return {
    metrics: exportedMetrics(all.map(([, { kind }]) => kind)),
    values: new Map<string, readonly string[]>([
      ['service', components],
      ['target', components],
      ['component', components],
      ['part', parts],
      ['workload', workloads.map(([name]) => name)],
      ['request', workloads.flatMap(([, { parts: own }]) => own)],
      ['outcome', OUTCOME_NAMES],
    ]),
    recorded: new Set(
      groups.flatMap(({ rules }) => rules.flatMap(({ records, name }) => (records ? [name] : []))),
    ),
  };
}

/** Reads every pasted or written query, and checks its names. */
function checkQueries(context: Context, groups: readonly AlertGroup[], known: KnownSeries): void {
  for (const { kind, path: at, expr: text } of groups.flatMap(({ rules }) => rules)) {
    const here = cursorAt(context, ...at, kind === 'pasted' ? 'expr' : kind);
    const expr = readQuery(here, text);
    if (expr === null) continue;
    const problems = [
      ...selectorsOf(expr).flatMap((selector) => selectorProblems(selector, known)),
      ...groupingsOf(expr).flatMap(({ labels, of }) => {
        const names = selectorsOf(of).map(({ name }) => name);
        return labels.flatMap((label) => groupingProblem(label, names, known) ?? []);
      }),
    ];
    // The two windows of a burn rate name the same labels.
    const byMessage = new Map(problems.map((problem) => [problem.message, problem]));
    for (const [message, problem] of byMessage) here.report('FL504', message, problem);
  }
}

function readQuery(here: Cursor, text: string): Expr | null {
  try {
    return parsePromql(text);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const { message, found, allowed, offset } = error;
    const where = found === '' ? 'at its end' : `at ${found} (character ${offset + 1})`;
    here.report('FL503', `${message} ${where}`, { found, allowed });
    return null;
  }
}

/** With the longest time that each rule looks back, by what it records or uses of what others record. */
function withWindows(groups: readonly AlertGroup[]): readonly AlertGroup[] {
  const recorded = new Map<string, number>();
  return groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => {
      const windowNs = windowOf(rule.expr, recorded);
      if (rule.records) recorded.set(rule.name, windowNs);
      return { ...rule, windowNs };
    }),
  }));
}

function windowOf(expr: string, recorded: ReadonlyMap<string, number>): number {
  try {
    const windows = selectorsOf(parsePromql(expr)).map(
      ({ name, range, offset }) => ((range ?? 0) + offset) * 1e9 + (recorded.get(name) ?? 0),
    );
    return Math.max(0, ...windows);
  } catch {
    // Its problem has been reported.
    return 0;
  }
}
