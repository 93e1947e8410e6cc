import { byCodeUnit } from '../text/order.js';
import type { Spot } from '../scenario/diagnostics.js';
import { pathText } from '../scenario/located.js';
import type { Places } from '../scenario/places.js';
import type { Plan } from '../spec/plan/plan.js';
import type { ScenarioFile, Variant } from '../spec/scenario/scenario.js';
import type { Finding, Rule, Severity } from './rule.js';
import { subjectOf } from './subject.js';
import type { Subject } from './subject.js';

/** A finding as it is reported, with its rule, its location, and the variants in which it occurs. */
export interface Remark extends Spot {
  readonly rule: string;
  readonly severity: Severity;
  /** Path in the long form. */
  readonly path: string;
  /** In file order; all variants if the rule says `everywhere`. */
  readonly variants: readonly string[];
  readonly everywhere: boolean;
  readonly entities: readonly string[];
  readonly message: string;
  /** Other calls with the same finding in the same place. */
  readonly also: readonly string[];
  readonly measured: string;
  readonly limit: string;
  readonly reason: string;
  readonly hint: string;
  readonly fixExample: string;
}

/** From the worst. */
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'hint'];

/**
 * Findings of all rules in all variants of a scenario, sorted by severity, then by location. Equal findings of several variants are one
 * remark. `plans` are those of the variants, in their order.
 */
export function lint(
  file: ScenarioFile,
  plans: readonly Plan[],
  places: Places,
  rules: readonly Rule[],
): readonly Remark[] {
  const remarks = new Map<string, Remark>();
  const needAll = new Set<string>();
  file.variants.forEach((variant, index) => {
    const { name } = variant;
    const subject = subjectIn(file, variant, plans[index], places);
    for (const rule of rules) {
      for (const finding of rule.check(subject)) {
        if (isOfBalancer(subject, finding)) continue;
        const own = remarkOf(rule, finding, places.at(name, finding.path), name);
        const key = [own.rule, own.file, own.line, own.col, own.message, own.measured].join('\n');
        const known = remarks.get(key);
        remarks.set(key, known === undefined ? own : merged(known, own));
        if (finding.everywhere === true) needAll.add(key);
      }
    }
  });
  const all = file.variants.length;
  const byPlace = comparePlaces(places.path);
  for (const key of needAll) if (remarks.get(key)!.variants.length < all) remarks.delete(key);
  return gathered([...remarks.values()])
    .map((remark) => ({ ...remark, everywhere: remark.variants.length === all }))
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
        byPlace(a, b) ||
        byCodeUnit(a.rule, b.rule) ||
        byCodeUnit(a.message, b.message),
    );
}

/** Whether a finding is about a balancer that `discovery` adds: the file has no place for its remedy. */
function isOfBalancer({ scenario }: Subject, { path }: Finding): boolean {
  const [section, name] = path;
  if (section !== 'gateways') return false;
  return (scenario.gateways.get(String(name))?.balances ?? null) !== null;
}

/** The facts of one variant. The budgets are those of the file, of which a variant may leave out some. */
export function subjectIn(
  { budgets, hypothesis }: ScenarioFile,
  { name, scenario }: Variant,
  plan: Plan,
  places: Places,
): Subject {
  const judging = [...budgets, ...(hypothesis?.expect ?? [])];
  const metrics = judging.map(({ expression }) => expression.metric);
  const subject = subjectOf(
    scenario,
    plan,
    metrics,
    (path) => places.has(name, path),
    () => places.amounts(name),
  );
  return { ...subject, ownBudgets: budgets.length };
}

function remarkOf(rule: Rule, finding: Finding, spot: Spot, variant: string): Remark {
  return {
    rule: rule.name,
    severity: rule.severity,
    ...spot,
    path: pathText(finding.path),
    variants: [variant],
    everywhere: false,
    entities: finding.entities,
    message: finding.message,
    also: [],
    measured: finding.measured,
    limit: finding.limit,
    reason: rule.reason,
    hint: rule.remedy,
    fixExample: finding.fix,
  };
}

function merged(known: Remark, { variants }: Remark): Remark {
  return { ...known, variants: [...new Set([...known.variants, ...variants])] };
}

/** A bundle that many calls share is reported once. */
function gathered(remarks: readonly Remark[]): readonly Remark[] {
  const places = new Map<string, Remark>();
  for (const remark of remarks) {
    const { rule, file, line, col, path, measured, limit, variants } = remark;
    const key = [rule, file, line, col, path, measured, limit, ...variants].join('\n');
    const known = places.get(key);
    if (known === undefined) places.set(key, remark);
    else {
      const entities = [...new Set([...known.entities, ...remark.entities])];
      places.set(key, { ...known, entities, also: [...known.also, remark.message] });
    }
  }
  return [...places.values()];
}

/** The file itself before its fragments, then by line. */
export function comparePlaces(
  first: string,
): (a: Pick<Spot, 'file' | 'line' | 'col'>, b: Pick<Spot, 'file' | 'line' | 'col'>) => number {
  return (a, b) =>
    Number(a.file !== first) - Number(b.file !== first) ||
    byCodeUnit(a.file, b.file) ||
    a.line - b.line ||
    a.col - b.col;
}
