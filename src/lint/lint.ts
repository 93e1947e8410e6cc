import { byCodeUnit, groupedBy } from '../text/order.js';
import { judgedIn } from '../language/expressions-of.js';
import type { Spot } from '../scenario/diagnostics.js';
import { pathText } from '../scenario/located.js';
import type { Places } from '../scenario/places.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { ScenarioFile, Variant } from '../contracts/scenario/scenario.js';
import type { Finding, Rule, Severity } from './rule.js';
import { subjectOf, type Subject } from './subject.js';

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
  const gathering = new Map<string, Gathering>();
  const needAll = new Set<string>();
  file.variants.forEach((variant, index) => {
    const { name } = variant;
    const subject = subjectIn(file, variant, plans[index], places);
    for (const rule of rules) {
      for (const finding of rule.check(subject)) {
        if (isOfBalancer(subject, finding)) continue;
        const own = remarkOf(rule, finding, places.at(name, finding.path));
        const key = [own.rule, own.file, own.line, own.col, own.message, own.measured].join('\n');
        const known = gathering.get(key);
        if (known === undefined) gathering.set(key, { remark: own, variants: new Set([name]) });
        else known.variants.add(name);
        if (finding.everywhere === true) needAll.add(key);
      }
    }
  });
  const all = file.variants.length;
  const byPlace = comparePlaces(places.path);
  for (const key of needAll) if (gathering.get(key)!.variants.size < all) gathering.delete(key);
  return gathered(
    [...gathering.values()].map(({ remark, variants }) => ({
      ...remark,
      variants: [...variants],
      everywhere: variants.size === all,
    })),
  ).sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      byPlace(a, b) ||
      byCodeUnit(a.rule, b.rule) ||
      byCodeUnit(a.message, b.message),
  );
}

/** A remark, and the variants in which it was found so far. */
interface Gathering {
  readonly remark: Remark;
  readonly variants: Set<string>;
}

/** Whether a finding is about a balancer that `discovery` adds: the file has no place for its remedy. */
function isOfBalancer({ scenario }: Subject, { path }: Finding): boolean {
  const [section, name] = path;
  if (section !== 'gateways') return false;
  return (scenario.gateways.get(String(name))?.balances ?? null) !== null;
}

/** The facts of one variant. Budgets and expectations are those of the file, of which a variant may leave out some. */
export function subjectIn(
  file: ScenarioFile,
  { name, scenario }: Variant,
  plan: Plan,
  places: Places,
): Subject {
  const judging = judgedIn(file);
  const subject = subjectOf(
    scenario,
    plan,
    judging.map(({ source }) => source.expression),
    (path) => places.has(name, path),
    () => places.amounts(name),
  );
  return { ...subject, budgetPaths: judging.map(({ path }) => path) };
}

function remarkOf(rule: Rule, finding: Finding, spot: Spot): Remark {
  return {
    rule: rule.name,
    severity: rule.severity,
    ...spot,
    path: pathText(finding.path),
    variants: [],
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

/** A bundle that many calls share is reported once. */
function gathered(remarks: readonly Remark[]): Remark[] {
  const places = groupedBy(remarks, (remark) => {
    const { rule, file, line, col, path, measured, limit, variants } = remark;
    return [rule, file, line, col, path, measured, limit, ...variants].join('\n');
  });
  return [...places.values()].map(([first, ...others]) =>
    others.length === 0
      ? first
      : {
          ...first,
          entities: [...new Set([first, ...others].flatMap(({ entities }) => entities))],
          also: others.map(({ message }) => message),
        },
  );
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
