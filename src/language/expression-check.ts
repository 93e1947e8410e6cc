import { PART_KIND, type ComponentKind } from '../contracts/component-kind.js';
import type { CompareOp } from '../contracts/compare.js';
import type {
  Expression,
  Limit,
  Measure,
  MetricPath,
  Reference,
} from '../contracts/scenario/expression.js';
import { endingProblem, EXAMPLE, metricHint, unitProblem } from './expression-problems.js';
import type { ExpressionProblem } from './expression-scan.js';
import { versionKind, versionProblem } from './expression-versions.js';
import { findMetric, METRIC_WORDS, metricsOf, type Metric } from './metrics.js';
import type { SubjectKind } from './metrics/entry.js';

export interface ExpressionNames {
  readonly components: ReadonlyMap<
    string,
    {
      readonly kind: ComponentKind;
      readonly parts: readonly string[];
      /** Absent = the component has no versions. */
      readonly versions?: readonly string[];
      readonly instances: number;
    }
  >;
  /** Edges between components, `caller->callee`; absent = not checked. */
  readonly edges?: ReadonlySet<string>;
  /** Faults with a start time known before the run, and faults that wait for a condition. */
  readonly faults: readonly string[];
  readonly unplanned?: readonly string[];
  /** Whether `report.prices` is written; absent = not checked. */
  readonly hasPrices?: boolean;
  readonly alerts?: readonly string[];
  /** Names of the variants; absent = not checked. */
  readonly variants?: readonly string[];
}

/** Problems of a parsed expression, given the names of the scenario. Empty if it is valid. */
export function checkExpression(
  expression: Expression,
  names: ExpressionNames,
): readonly ExpressionProblem[] {
  const found = findMetric(expression.metric.name);
  const problems: ExpressionProblem[] = [...checkMetric(expression.metric, names)];
  if (found.known === 'yes') problems.push(...checkLimit(expression, found.metric, names));
  problems.push(...windowProblems(expression, found, names));
  if (expression.steps !== null) problems.push(...stepsProblems(expression, found));
  return [...problems, ...variantProblems(expression, names)];
}

/** Problems of a metric of a sweep. Empty if it is valid. */
export function checkMeasure(
  measure: Measure,
  names: ExpressionNames,
): readonly ExpressionProblem[] {
  const found = findMetric(measure.metric.name);
  const problems: ExpressionProblem[] = [...checkMetric(measure.metric, names)];
  if (found.known === 'yes' && found.metric.name === 'rollout.result') {
    const message = 'rollout.result is a word, not a number: compare it in a budget with == or !=';
    problems.push({ message, offset: measure.metric.nameOffset, found: 'result', allowed: [] });
  }
  problems.push(...windowProblems(measure, found, names));
  return [...problems, ...variantProblems(measure, names)];
}

function windowProblems(
  { metric, window }: Measure,
  found: ReturnType<typeof findMetric>,
  names: ExpressionNames,
): ExpressionProblem[] {
  const problems: ExpressionProblem[] = [];
  if (window !== null && window.kind !== 'between' && !names.faults.includes(window.fault)) {
    const isUnplanned = names.unplanned?.includes(window.fault) === true;
    const when = `the start of ${window.fault} is known only during the run, so it cannot define a window`;
    const problem = unknown('fault', window.fault, window.offset, names.faults);
    problems.push(isUnplanned ? { ...problem, message: when } : problem);
  }
  const needsAfter = found.known === 'yes' && found.metric.needsAfter;
  if (needsAfter && window?.kind !== 'after') {
    const message = `${found.metric.name} needs \`after FAULT\``;
    const allowed = names.faults.map((fault) => `after ${fault}`);
    const words = metric.name.join('.');
    problems.push({ message, offset: metric.nameOffset, found: words, allowed });
  }
  if (window === null) return problems;
  const at = { offset: window.offset, found: window.kind, allowed: ['in'] };
  if (metric.subject.kind === 'cascade' && !needsAfter) {
    const message = 'metrics of the cascade cover the entire run and have no window';
    problems.push({ message, ...at });
  }
  if (found.known === 'yes' && found.metric.isOfWholeRun) {
    const message = `${found.metric.name} covers the entire run and has no window`;
    problems.push({ message, ...at });
  }
  return problems;
}

function variantProblems({ variants }: Measure, names: ExpressionNames): ExpressionProblem[] {
  const known = names.variants;
  if (variants === null || known === undefined) return [];
  return variants
    .filter(({ name }) => !known.includes(name))
    .map(({ name, offset }) => unknown('variant', name, offset, known));
}

/** A clause on steps needs a metric that has a value in each step. */
function stepsProblems(
  { steps, limit, metric }: Expression,
  found: ReturnType<typeof findMetric>,
): ExpressionProblem[] {
  const at = { offset: steps!.offset, found: steps!.share === 1 ? 'always' : 'for', allowed: [] };
  if (limit.kind === 'ofSaved') {
    const message = 'a saved figure covers a whole window and has no steps';
    return [{ message, ...at }];
  }
  const isWhole = found.known === 'yes' && (found.metric.needsAfter || found.metric.isOfWholeRun);
  if (!isWhole && metric.subject.kind !== 'cascade') return [];
  const name = metric.name.join('.');
  return [{ message: `${name} is one figure for a whole window and has no steps`, ...at }];
}

/** Problems of the path of a metric. */
export function checkMetric(
  path: MetricPath,
  names: ExpressionNames,
): readonly ExpressionProblem[] {
  const problems = checkSubject(path, names);
  if (problems.length > 0) return problems;
  const kind = subjectKind(path, names);
  const words = path.name.join('.');
  const found = findMetric(path.name);
  const at = { offset: path.nameOffset, found: words };
  const own = metricsOf(kind).map((entry) => entry.name);
  if (found.known === 'no') {
    const message = `unknown metric ${words}`;
    const hint = metricHint(words, own);
    return hint === null
      ? [{ message, ...at, allowed: own }]
      : [{ message: `${message}: ${hint}`, ...at, found: '', allowed: [] }];
  }
  if (!found.metric.subjects.includes(kind)) {
    return [
      { message: `${article(kind)} has no metric ${found.metric.name}`, ...at, allowed: own },
    ];
  }
  if (found.known === 'yes') {
    if (!found.metric.needsPrices || names.hasPrices !== false) return [];
    const message = `${words} needs prices: write report: { prices: { cpuHour: 0.04 } }`;
    return [{ message, ...at, allowed: [] }];
  }
  return [endingProblem(path, found.metric, found.found, found.allowed)];
}

/** Kind of the subject of a checked path. */
function subjectKind(path: MetricPath, names: ExpressionNames): SubjectKind {
  const subject = path.subject;
  if (subject.kind !== 'component') return subject.kind;
  if (subject.at.instance !== null) return 'instance';
  if (subject.at.version !== null) return versionKind(subject.at);
  const kind = names.components.get(subject.at.component)?.kind ?? 'service';
  return subject.at.part === null ? kind : PART_KIND[kind];
}

function checkSubject(path: MetricPath, names: ExpressionNames): ExpressionProblem[] {
  const subject = path.subject;
  if (subject.kind === 'cascade' || subject.kind === 'run') return [];
  if (subject.kind === 'alert') {
    const known = names.alerts ?? [];
    if (known.includes(subject.name)) return [];
    const allowed = known.map((name) => `alerts.${name}`);
    return [unknown('alert', `alerts.${subject.name}`, subject.offset, allowed)];
  }
  if (subject.kind === 'component') {
    const { at } = subject;
    const isMetric = METRIC_WORDS.has(at.component) && !names.components.has(at.component);
    return isMetric ? [withoutSubject(path, at, names)] : checkReference(at, names, false);
  }
  const problems = [
    ...checkReference(subject.from, names, true),
    ...checkReference(subject.to, names, true),
  ];
  const { from, to } = subject;
  if (from.component === 'all' && to.component === 'all') {
    const message = 'at least one side of an edge must be a name';
    problems.push({ message, offset: from.offset, found: 'all->all', allowed: [] });
  }
  if (problems.length === 0 && names.edges !== undefined) {
    const matches = [...names.edges].some(
      (edge) =>
        (from.component === 'all' || edge.startsWith(`${from.component}->`)) &&
        (to.component === 'all' || edge.endsWith(`->${to.component}`)),
    );
    if (!matches) {
      problems.push(
        unknown('edge', `${from.component}->${to.component}`, from.offset, [...names.edges]),
      );
    }
  }
  return problems;
}

/** Problem of an expression that starts with a metric instead of a component. */
function withoutSubject(
  path: MetricPath,
  at: Reference,
  names: ExpressionNames,
): ExpressionProblem {
  const workload = [...names.components].find(([, { kind }]) => kind === 'workload');
  const message = `${path.text} of what? For example, ${workload?.[0] ?? 'users'}.${path.text}`;
  const allowed = [...names.components.keys()];
  return { message, offset: at.offset, found: at.component, allowed };
}

function checkReference(
  at: Reference,
  names: ExpressionNames,
  isSide: boolean,
): ExpressionProblem[] {
  if (isSide && at.component === 'all') return [];
  const component = names.components.get(at.component);
  if (component === undefined) {
    const allowed = [...names.components.keys(), 'cascade', 'run'];
    const found = unknown('component', at.component, at.offset, allowed);
    return [{ ...found, message: `${found.message}${callersHint(at.component, names)}` }];
  }
  if (at.version !== null) {
    const problem = versionProblem(at, at.version, component.versions ?? [], isSide);
    if (problem !== null) return [problem];
  }
  if (at.part !== null && !component.parts.includes(at.part)) {
    // The unknown word may be a misspelt part or a misspelt metric.
    const metrics = metricsOf(component.kind).map(({ name }) => name);
    const isVersion = component.versions?.includes(at.part) === true;
    const allowed = isVersion
      ? [`${at.component}@${at.part}`]
      : [...component.parts, ...metrics].map((name) => `${at.component}.${name}`);
    return [unknown('part', `${at.component}.${at.part}`, at.offset, allowed)];
  }
  if (at.instance === null) return [];
  const found = `${at.component}[${at.instance}]`;
  if (isSide || at.part !== null || component.kind === 'workload') {
    const message = `a part has no metrics per instance: use ${at.component}[i] without the part`;
    return [{ message, offset: at.offset, found, allowed: [] }];
  }
  if (at.instance < component.instances) return [];
  const message = `${at.component} has ${component.instances} instances, numbered from 0 to ${component.instances - 1}`;
  return [{ message, offset: at.offset, found, allowed: [] }];
}

function checkLimit(
  expression: Expression,
  metric: Metric,
  names: ExpressionNames,
): ExpressionProblem[] {
  const limit = expression.limit;
  switch (limit.kind) {
    case 'quantity':
      return quantityProblems(limit, expression.op, metric);
    case 'word':
      return wordProblems(limit, expression.op, metric);
    case 'metric':
    case 'ofMetric':
      return otherMetric(limit.metric, metric, names);
    case 'ofVariant':
      if (names.variants === undefined || names.variants.includes(limit.variant)) return [];
      return [
        unknown('variant', limit.variant, limit.offset, [...names.variants, 'before', 'saved']),
      ];
    case 'ofSaved':
      return [];
    case 'ofBefore':
      return beforeProblems(expression, limit.offset, names);
  }
}

function beforeProblems(
  { window }: Expression,
  offset: number,
  { faults }: ExpressionNames,
): ExpressionProblem[] {
  if (window?.kind === 'during' || window?.kind === 'after') return [];
  const message = '`of before` needs `during FAULT` or `after FAULT`';
  return [{ message, offset, found: 'before', allowed: faults.map((name) => `during ${name}`) }];
}

function quantityProblems(
  limit: Extract<Limit, { readonly kind: 'quantity' }>,
  op: CompareOp,
  metric: Metric,
): ExpressionProblem[] {
  const { unit, value, percent } = limit.quantity;
  const { offset } = limit;
  if (metric.name === 'rollout.result') {
    return [unknown('limit', String(value), offset, metric.words)];
  }
  const isZero = unit === 'number' && value === 0;
  const fits = unit === metric.unit || isZero || (unit === 'number' && metric.unit === 'share');
  if (!fits) return [unitProblem(metric, offset, unit)];
  if (value < 0 || (value === 0 && op === '<')) {
    const message = `${metric.name} is never below 0`;
    return [{ message, offset, found: String(value), allowed: [EXAMPLE[metric.unit]] }];
  }
  if (metric.unit !== 'share' || value < 1 || (value === 1 && op !== '>')) return [];
  const written = percent ? `${Number((value * 100).toPrecision(12))}%` : String(value);
  if (value === 1) {
    const message = `${metric.name} is never above 100%`;
    return [{ message, offset, found: written, allowed: ['>= 100%'] }];
  }
  const allowed = percent ? ['100%'] : [`${value}%`];
  return [{ message: `a share above 1: ${written}`, offset, found: written, allowed }];
}

function wordProblems(
  limit: Extract<Limit, { readonly kind: 'word' }>,
  op: CompareOp,
  metric: Metric,
): ExpressionProblem[] {
  const { offset, word } = limit;
  const { words } = metric;
  if (!words.includes(word)) {
    return [unknown('limit', word, offset, words.length > 0 ? words : [EXAMPLE[metric.unit]])];
  }
  if (op === '==' || op === '!=') return [];
  const message = `compare \`${word}\` with == or !=`;
  return [{ message, offset, found: op, allowed: ['==', '!='] }];
}

function otherMetric(
  path: MetricPath,
  metric: Metric,
  names: ExpressionNames,
): ExpressionProblem[] {
  const problems = checkMetric(path, names);
  const found = findMetric(path.name);
  if (problems.length > 0 || found.known !== 'yes') return [...problems];
  return found.metric.unit === metric.unit
    ? []
    : [unitProblem(metric, path.nameOffset, found.metric.unit)];
}

function unknown(
  what: string,
  found: string,
  offset: number,
  allowed: readonly string[],
): ExpressionProblem {
  return { message: `unknown ${what} ${found}`, offset, found, allowed };
}

/** Words for all requests, of which nothing has the name. */
const CALLERS = /^(all|clients?|requests?|system|total|traffic|users?)$/iu;

/** Addition to an unknown component that stands for all clients. */
function callersHint(word: string, { components }: ExpressionNames): string {
  if (!CALLERS.test(word)) return '';
  const workloads = [...components].flatMap(([name, { kind }]) =>
    kind === 'workload' ? [name] : [],
  );
  if (workloads.length === 0) return '';
  const many = workloads.length === 1 ? 'the workload' : 'the workloads';
  return `: requests come from ${many} ${workloads.join(', ')}`;
}

function article(kind: SubjectKind): string {
  if (kind === 'cascade' || kind === 'run') return `\`${kind}\``;
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
