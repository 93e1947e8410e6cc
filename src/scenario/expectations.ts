import type { BudgetSource, Scenario } from '../spec/scenario.js';
import type { Problems } from './diagnostics.js';
import { checkExpression, parseExpression } from './expression.js';
import type { ExpressionNames } from './expression.js';
import type { Node, PathKey } from './located.js';
import { get, items } from './located.js';
import { moduleSubjects, type Subject } from './module-subjects.js';
import type { CallGraph } from './resolve/graph.js';
import type { FrameOutput } from './schema/scenario.js';

type Written = NonNullable<FrameOutput['budgets']>[number];

/** A variant whose scenario stands, with what expressions may name in it. */
export interface Judged {
  readonly name: string;
  readonly scenario: Scenario;
  readonly graph: CallGraph;
}

/** The names that expressions may use in one variant. */
export function namesOf(judged: Judged, variants: readonly string[]): ExpressionNames {
  const { scenario, graph } = judged;
  const components = new Map<string, Subject>();
  for (const [name, own] of scenario.gateways) {
    components.set(name, {
      kind: 'gateway',
      parts: own.routes.map((r) => r.name),
      instances: own.replicas,
    });
  }
  for (const [name, own] of scenario.services) {
    components.set(name, {
      kind: 'service',
      parts: [...own.endpoints.keys()],
      instances: own.replicas,
    });
  }
  for (const [name, own] of scenario.databases) {
    components.set(name, {
      kind: 'database',
      parts: [...own.operations.keys()],
      instances: own.replicas,
    });
  }
  for (const [name, own] of moduleSubjects(scenario)) components.set(name, own);
  for (const [name, own] of scenario.workloads) {
    components.set(name, {
      kind: 'workload',
      parts: own.requests.map((r) => r.name),
      instances: 1,
    });
  }
  return {
    components,
    edges: graph.pairs,
    faults: scenario.faults.flatMap(({ id, when }) => (when === null ? [id] : [])),
    unplanned: scenario.faults.flatMap(({ id, when }) => (when === null ? [] : [id])),
    variants,
  };
}

/** Reads a list of expectations and checks each in the variants it speaks about. */
export function resolveExpectations(
  written: readonly Written[],
  list: Node | undefined,
  path: readonly PathKey[],
  judged: readonly Judged[],
  variants: readonly string[],
  problems: Problems,
): BudgetSource[] {
  return written.map((own, index) => {
    const node = get(items(list)[index], 'expect')!;
    checkText(own.expect, node, [...path, index], judged, variants, problems);
    return {
      text: own.expect,
      name: own.name ?? null,
      severity: own.severity,
      confidence: own.confidence,
      allowEmpty: own.allowEmpty,
      at: problems.placeText(node.at),
    };
  });
}

function checkText(
  source: string,
  node: Node,
  path: readonly PathKey[],
  judged: readonly Judged[],
  variants: readonly string[],
  problems: Problems,
): void {
  // A quoted text begins behind its quote; other texts that YAML rewrites are shown whole.
  const length = node.at.end - node.at.start;
  const shift = length === source.length ? 0 : length === source.length + 2 ? 1 : -1;
  const placeOf = (offset: number, found: string): Node['at'] => {
    if (shift < 0) return node.at;
    const start = Math.min(node.at.start + shift + offset, node.at.end);
    return {
      ...node.at,
      start,
      end: Math.max(start + 1, Math.min(start + found.length, node.at.end)),
    };
  };
  const parsed = parseExpression(source);
  if (!parsed.ok) {
    const { message, offset, found, allowed } = parsed;
    problems.add({ code: 'FL501', at: placeOf(offset, found), path, message, found, allowed });
    return;
  }
  const { expression } = parsed;
  const named = expression.variants?.map((variant) => variant.name);
  const where = judged.filter((one) => named === undefined || named.includes(one.name));
  const asked = where.length > 0 ? where : judged.slice(0, 1);
  for (const one of asked) {
    for (const problem of checkExpression(expression, namesOf(one, variants))) {
      const { message, offset, found, allowed } = problem;
      problems.add({ code: 'FL502', at: placeOf(offset, found), path, message, found, allowed });
    }
  }
}
