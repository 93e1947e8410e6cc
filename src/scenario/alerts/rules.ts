import type { AlertRule, WrittenRule } from '../../contracts/scenario/alerts.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import {
  checkExpression,
  parseCondition,
  type ExpressionNames,
} from '../../language/expression.js';
import { cursorAt, type Context, type Cursor } from '../resolve/context.js';
import { split } from '../resolve/targets.js';
import { burnExpr, userSeries } from './burn-rate.js';
import { promTime } from './text.js';
import { translated } from './when.js';

/** What the rules of a section are resolved with. */
interface RuleScope {
  readonly context: Context;
  readonly scenario: Scenario;
  readonly names: ExpressionNames;
  readonly objective: number | null;
}

const FORMS = ['burnRate', 'when', 'expr'] as const;
/** The usual windows of the fastest burn. Source: Google, The Site Reliability Workbook, table 5-8. */
const LONG_NS = 3600e9;
const SHORT_SHARE = 12;

/** Resolves a rule in the words of this language; null if it is wrong. */
export function ownRule(scope: RuleScope, name: string, rule: WrittenRule): AlertRule | null {
  const { context } = scope;
  const here = cursorAt(context, 'alerts', 'rules', name);
  const forms = FORMS.filter((form) => rule[form] !== null);
  if (forms.length !== 1) {
    const message = 'write exactly one of burnRate, when and expr';
    here.conflict(message);
    return null;
  }
  const kind = forms[0]!;
  refuseOthers(here, rule, kind);
  const own = OWN[kind](here, scope, rule);
  if (own === null) return null;
  return {
    name,
    records: false,
    kind,
    ...own,
    keepFiringForNs: rule.keepFiringForNs,
    severity: rule.severity,
    labels: {},
    path: here.path,
    windowNs: 0,
  };
}

type Own = Pick<AlertRule, 'words' | 'expr' | 'forNs'>;

const OWN: Readonly<
  Record<(typeof FORMS)[number], (here: Cursor, scope: RuleScope, rule: WrittenRule) => Own | null>
> = {
  burnRate: burning,
  when: observed,
  expr: (_here, _scope, { expr, forNs }) => ({ words: expr!.trim(), expr: expr!, forNs }),
};

/** Fields that only some forms have. */
const OF_FORM: Readonly<Record<string, (typeof FORMS)[number]>> = {
  of: 'burnRate',
  objective: 'burnRate',
  longNs: 'burnRate',
  shortNs: 'burnRate',
  overNs: 'when',
};

function refuseOthers(here: Cursor, rule: WrittenRule, kind: (typeof FORMS)[number]): void {
  for (const [field, form] of Object.entries(OF_FORM)) {
    if (form === kind || rule[field as keyof WrittenRule] === null) continue;
    const written = field.replace(/Ns$/, '');
    here.in(written).conflict(`has no effect without ${form}: remove it`);
  }
}

function burning(here: Cursor, { names, objective }: RuleScope, rule: WrittenRule): Own | null {
  const { burnRate, longNs, shortNs, forNs } = rule;
  const promised = rule.objective ?? objective;
  if (promised === null) {
    const message = 'a burn rate needs an objective: write objective here, or in alerts';
    here.in('burnRate').conflict(message);
    return null;
  }
  if (promised === 1) {
    const message = 'a promise of 100% leaves no error budget: write a share below 100%';
    here.in('objective').conflict(message);
    return null;
  }
  const factor = burnRate!;
  if (factor * (1 - promised) >= 1) {
    const most = Math.floor(1 / (1 - promised));
    const message = `never fires: the budget of ${promised * 100}% burns ${most} times as fast at most, when every request fails`;
    here.in('burnRate').conflict(message);
    return null;
  }
  const [workload, request] = rule.of === null ? [null, null] : split(rule.of);
  if (workload !== null && !isWorkload(here, names, workload, request)) return null;
  const long = longNs ?? LONG_NS;
  const short = shortNs ?? Math.max(1e9, Math.round(long / SHORT_SHARE / 1e9) * 1e9);
  if (short >= long) {
    here.in('short').conflict('the short window must be shorter than the long one');
    return null;
  }
  const of = rule.of === null ? '' : `${rule.of} `;
  return {
    words: `${of}burns ${factor}x its budget over ${promTime(long)} and ${promTime(short)}`,
    expr: burnExpr(userSeries(workload, request), factor, promised, [long, short]),
    forNs,
  };
}

function isWorkload(
  here: Cursor,
  { components }: ExpressionNames,
  workload: string,
  request: string | null,
): boolean {
  const known = components.get(workload);
  if (known?.kind === 'workload' && (request === null || known.parts.includes(request)))
    return true;
  const allowed = [...components].flatMap(([name, { kind, parts }]) =>
    kind === 'workload' ? [name, ...parts.map((part) => `${name}.${part}`)] : [],
  );
  const found = request === null ? workload : `${workload}.${request}`;
  const message = `there is no workload or request ${found}`;
  here.in('of').report('FL404', message, { found, allowed });
  return false;
}

function observed(
  here: Cursor,
  { scenario, names }: RuleScope,
  { when, overNs, forNs }: WrittenRule,
): Own | null {
  const at = here.in('when');
  const parsed = parseCondition(when!);
  if (!parsed.ok) {
    at.report('FL501', parsed.message, parsed);
    return null;
  }
  const problems = checkExpression(parsed.expression, names);
  for (const problem of problems) at.report('FL502', problem.message, problem);
  if (problems.length > 0) return null;
  const found = translated(
    parsed.expression,
    overNs,
    scenario,
    (name) => names.components.get(name)?.kind,
  );
  if ('problem' in found) {
    at.report('FL502', found.problem);
    return null;
  }
  return { words: when!.trim(), expr: found.expr, forNs: Math.max(forNs, parsed.forNs) };
}
