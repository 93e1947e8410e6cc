import { except } from '../contracts/fields/pick.js';
import { alertsOf } from '../contracts/scenario/alerts.js';
import type { Scenario } from '../contracts/scenario/scenario.js';
import type { BudgetSource } from '../contracts/scenario/judgement.js';
import { versionNames } from '../contracts/scenario/services.js';
import type { Host } from '../contracts/scenario/host.js';
import type { ComponentKind } from '../contracts/component-kind.js';
import type { Problems } from './diagnostics.js';
import {
  checkExpression,
  checkMeasure,
  parseExpression,
  parseMeasure,
} from '../language/expression.js';
import type {
  Expression,
  Measure,
  MetricPath,
  Reference,
} from '../contracts/scenario/expression.js';
import type { ExpressionNames } from '../language/expression.js';
import type { ExpressionProblem } from '../language/expression-scan.js';
import { contradictions } from '../language/contradictions.js';
import { checkPrecision, parsePrecision } from '../language/precision.js';
import type { Precision } from '../contracts/scenario/until.js';
import { METRIC_WORDS } from '../language/metrics.js';
import { get, items, pathText, text, type Node, type PathKey } from './located.js';
import type { Subject } from './modules/kind.js';
import { ofComponents } from './resolve/modules.js';
import type { CallGraph } from './resolve/graph.js';
import type { FrameOutput } from './schema/scenario.js';
import { nearest } from './suggest.js';

type Written = NonNullable<FrameOutput['budgets']>[number];

/** A variant with a valid scenario, to check expressions against. */
export interface Judged {
  readonly name: string;
  readonly scenario: Scenario;
  readonly graph: CallGraph;
  /** If a part of it is wrong: what cannot be checked. */
  readonly flaws?: Flaws;
}

/** Unknown parts of a scenario with mistakes. Its calls and numbers of instances are unknown too. */
export interface Flaws {
  /** Names of removed entries, and names that depend on them. */
  readonly broken: ReadonlySet<string>;
  /** Names of components whose parts are not all known. */
  readonly partless: ReadonlySet<string>;
  readonly hasAllFaults: boolean;
}

type Named = Subject & { readonly kind: ComponentKind; readonly versions?: readonly string[] };

/** Names that expressions can use in a variant. */
export function namesOf(judged: Judged, variants: readonly string[] | null): ExpressionNames {
  const { scenario, graph, flaws } = judged;
  const instancesOf = ({ zones }: Host): number => (flaws === undefined ? zones.length : Infinity);
  const components = new Map<string, Named>();
  for (const [name, own] of scenario.gateways) {
    components.set(name, {
      kind: 'gateway',
      parts: own.routes.map((r) => r.name),
      versions: versionNames(own.versions),
      instances: instancesOf(own),
    });
  }
  for (const [name, own] of scenario.services) {
    components.set(name, {
      kind: 'service',
      parts: [...own.endpoints.keys()],
      versions: versionNames(own.versions),
      instances: instancesOf(own),
    });
  }
  for (const [name, own] of scenario.databases) {
    components.set(name, {
      kind: 'database',
      parts: [...own.operations.keys()],
      instances: instancesOf(own),
    });
  }
  ofComponents(scenario, ({ kind, subject }, own, name) =>
    components.set(name, { kind, ...subject(own) }),
  );
  for (const [name, own] of scenario.workloads) {
    components.set(name, {
      kind: 'workload',
      parts: own.requests.map((r) => r.name),
      instances: 1,
    });
  }
  return {
    components,
    hasPrices: scenario.report.prices !== null,
    ...(flaws === undefined && { edges: graph.pairs }),
    faults: scenario.faults.filter(isTimed).map(({ id }) => id),
    unplanned: scenario.faults.filter((fault) => !isTimed(fault)).map(({ id }) => id),
    alerts: scenario.alerts === undefined ? [] : alertsOf(scenario.alerts).map(({ name }) => name),
    ...(variants !== null && { variants }),
  };
}

/** Whether the times of a fault are planned, or those of an alert, which the runs show before they are judged. */
function isTimed({ when }: Scenario['faults'][number]): boolean {
  return when === null || when.alert !== undefined;
}

/** The variants in which expectations are checked. */
export interface Scope {
  readonly judged: readonly Judged[];
  /** Names of all variants of the file; null if unknown. */
  readonly variants: readonly string[] | null;
  /** Only a part of the variants is given: expectations about others are skipped. */
  readonly isPart: boolean;
  /** No value was edited after the file was read, so the times of faults are those that its author wrote. */
  readonly isAsWritten?: boolean;
  /** The variants that a text without names is about; all by default. */
  readonly chosen?: readonly string[];
  readonly problems: Problems;
}

/** Parses the expectations at `nodes` and checks each one in its variants. */
export function resolveExpectations(
  written: readonly Written[],
  nodes: readonly Node[],
  path: readonly PathKey[],
  scope: Scope,
): BudgetSource[] {
  const read = written.flatMap((own, index) => {
    const node = get(nodes[index], 'expect')!;
    const at = { source: own.expect, node, path: [...path, index] };
    const expression = readText(EXPRESSION, at, scope);
    if (expression === null) return [];
    if (own.by !== null) checkBy(expression, nodes[index], at.path, scope.problems);
    const budget = {
      ...except(own, ['expect']),
      text: own.expect,
      expression,
      by: own.by ?? 0,
      at: scope.problems.placeText(node.at),
    };
    return { budget, node, index };
  });
  const strict = read.filter(({ budget }) => budget.severity === 'error');
  for (const { first, second } of contradictions(strict.map((own) => own.budget.expression))) {
    const { node, index } = strict[second]!;
    const {
      budget: { text: other },
      index: earlier,
    } = strict[first]!;
    const message = `no run can hold this and ${pathText([...path, earlier])}, ${other}: change a limit, or let each name its variants, as in \`in VARIANT\``;
    scope.problems.add({ code: 'FL505', at: node.at, path: [...path, index], message });
  }
  return read.map(({ budget }) => budget);
}

/** `by` is a tolerance on a measured limit. A limit in the file needs none. */
function checkBy(
  { limit: { kind } }: Expression,
  item: Node | undefined,
  path: readonly PathKey[],
  problems: Problems,
): void {
  const node = get(item, 'by');
  if (node === undefined || (kind !== 'quantity' && kind !== 'word')) return;
  const message = '`by` needs a limit that was measured too, as in 110% of saved';
  const allowed = ['of VARIANT', 'of before', 'of saved', 'of METRIC'];
  problems.add({ code: 'FL502', at: node.at, path: [...path, 'by'], message, allowed });
}

/** Checks the expectations of a file with mistakes elsewhere, so that all problems are reported at once. */
export function checkExpectations(
  list: Node | undefined,
  path: readonly PathKey[],
  scope: Scope,
): void {
  items(list).forEach((item, index) => {
    const node = get(item, 'expect');
    const source = text(node);
    if (node === undefined || source === undefined) return;
    readText(EXPRESSION, { source, node, path: [...path, index] }, scope);
  });
}

/** Parser and checker of a text: an expression, or a metric with its window. */
export interface Reader<T extends Measure> {
  parse(text: string): { readonly ok: true; readonly read: T } | Misread;
  check(read: T, names: ExpressionNames): readonly ExpressionProblem[];
}

type Misread = { readonly ok: false } & ExpressionProblem;

export const EXPRESSION: Reader<Expression> = {
  parse(text) {
    const parsed = parseExpression(text);
    return parsed.ok ? { ok: true, read: parsed.expression } : parsed;
  },
  check: checkExpression,
};

export const MEASURE: Reader<Measure> = {
  parse(text) {
    const parsed = parseMeasure(text);
    return parsed.ok ? { ok: true, read: parsed.measure } : parsed;
  },
  check: checkMeasure,
};

/** A metric with how closely it is to be known. */
export const PRECISION: Reader<Precision> = { parse: parsePrecision, check: checkPrecision };

interface TextAt {
  readonly source: string;
  readonly node: Node;
  readonly path: readonly PathKey[];
}

/** Parses a text and checks it in its variants. Returns null if it is invalid or skipped. */
export function readText<T extends Measure>(
  reader: Reader<T>,
  { source, node, path }: TextAt,
  { judged, variants, isPart, isAsWritten = false, chosen, problems }: Scope,
): T | null {
  // The text of a quoted scalar starts one character later. Scalars that YAML rewrites are marked as a whole.
  const length = node.at.end - node.at.start;
  const shift = length === source.length ? 0 : length === source.length + 2 ? 1 : -1;
  const placeOf = (offset: number, found: string): Node['at'] => {
    if (shift < 0) return node.at;
    const start = Math.min(node.at.start + shift + offset, node.at.end);
    const end = Math.max(start + 1, Math.min(start + found.length, node.at.end));
    return { ...node.at, start, end };
  };
  const parsed = reader.parse(source);
  if (!parsed.ok) {
    const { message, offset, found, allowed } = parsed;
    problems.add({ code: 'FL501', at: placeOf(offset, found), path, message, found, allowed });
    return null;
  }
  const { read } = parsed;
  const named = read.variants?.map((variant) => variant.name);
  if (named !== undefined && variants === null) return read;
  const about = named ?? chosen;
  const where = judged.filter((one) => about === undefined || about.includes(one.name));
  if (isPart && where.length === 0) return null;
  const asked = where.length > 0 ? where : judged.slice(0, 1);
  const { window } = read;
  if (
    window?.kind === 'during' &&
    asked.every(({ scenario }) => isFaultTime(scenario, window.fault))
  ) {
    const message = `${window.fault} acts once and has no duration, so \`during\` covers no time: use after`;
    const at = placeOf(window.offset, 'during');
    const allowed = [`after ${window.fault}`, 'from TIME to TIME'];
    problems.add({ code: 'FL502', at, path, message, allowed });
  }
  if (isAsWritten && window?.kind === 'after') {
    const { fault, offset } = window;
    if (asked.every(({ scenario }) => lastsToEnd(scenario, fault))) {
      const message = `${fault} lasts to the end of the run, so nothing is measured after it: let it end earlier, or lengthen run.duration`;
      problems.add({ code: 'FL502', at: placeOf(offset, fault), path, message });
    }
  }
  for (const one of asked) {
    const names = namesOf(one, variants);
    if (one.flaws !== undefined && isUncertain(source, read, names, one.flaws)) continue;
    for (const problem of reader.check(read, names)) {
      const { message, offset, found, allowed } = problem;
      problems.add({ code: 'FL502', at: placeOf(offset, found), path, message, found, allowed });
    }
  }
  return read;
}

/** Whether all activations of a fault end at the instant at which they start. */
function isFaultTime({ faults }: Scenario, id: string): boolean {
  const spans = faults.find((fault) => fault.id === id)?.spans ?? [];
  return spans.length > 0 && spans.every(({ fromNs, untilNs }) => fromNs === untilNs);
}

/** Whether the last activation of a fault ends with the run, unless a responder ends it. */
function lastsToEnd({ faults, run }: Scenario, id: string): boolean {
  const fault = faults.find((one) => one.id === id);
  if (fault?.mitigated !== undefined) return false;
  const ends = (fault?.spans ?? []).map(({ untilNs }) => untilNs);
  return ends.some((untilNs) => untilNs === null || untilNs >= run.durationNs);
}

/** Whether an expression refers to a removed name, or to a name that may be a misspelling of one. */
function isUncertain(
  source: string,
  { metric, window, ...rest }: Measure & Partial<Pick<Expression, 'limit'>>,
  { components }: ExpressionNames,
  { broken, partless, hasAllFaults }: Flaws,
): boolean {
  if (!hasAllFaults && window !== null && window.kind !== 'between') return true;
  const words = source.match(/[A-Za-z][\w-]*/g) ?? [];
  const isRemoved = (word: string): boolean =>
    broken.has(word) || nearest(word, broken) !== undefined;
  if (words.some((word) => !components.has(word) && isRemoved(word))) return true;
  const { limit } = rest;
  const paths = limit !== undefined && 'metric' in limit ? [metric, limit.metric] : [metric];
  return paths.flatMap(referencesOf).some(({ component, part }) => {
    if (part === null || !partless.has(component)) return false;
    // A misspelt metric looks like a part.
    const isPart = components.get(component)?.parts.includes(part) === true;
    return !isPart && nearest(part, METRIC_WORDS) === undefined;
  });
}

function referencesOf({ subject }: MetricPath): readonly Reference[] {
  if (subject.kind === 'edge') return [subject.from, subject.to];
  return subject.kind === 'component' ? [subject.at] : [];
}
