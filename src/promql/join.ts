import type { BinaryOp, Expr, Matching } from './ast.js';
import type { LabelSet } from './labels.js';
import { isComparison } from './parse.js';
import type { Element, Value } from './element.js';

type Binary = Extract<Expr, { kind: 'binary' }>;

/** Elements of two sides do not belong together one to one. Prometheus fails the evaluation of such a rule. */
export class MatchingError extends Error {}

/** Joins two sides. Source: prometheus/promql/engine.go (VectorBinop, VectorscalarBinop, VectorAnd, VectorOr, VectorUnless). */
export function joined(expr: Binary, left: Value, right: Value): Value {
  const { op } = expr;
  if (typeof left === 'number' && typeof right === 'number') {
    return isComparison(op) ? Number(holds(op, left, right)) : computed(op, left, right);
  }
  if (typeof right === 'number') {
    return withNumber(expr, left as readonly Element[], (value) => [value, right]);
  }
  if (typeof left === 'number') return withNumber(expr, right, (value) => [left, value]);
  if (op === 'and' || op === 'unless' || op === 'or') return sets(expr, left, right);
  return vectors(expr, left, right);
}

function withNumber(
  { op, bool }: Binary,
  elements: readonly Element[],
  sides: (value: number) => readonly [left: number, right: number],
): readonly Element[] {
  if (!isComparison(op)) {
    return elements.map(({ labels, value }) => ({ labels, value: computed(op, ...sides(value)) }));
  }
  if (bool) {
    return elements.map(({ labels, value }) => ({
      labels,
      value: Number(holds(op, ...sides(value))),
    }));
  }
  return elements.filter(({ value }) => holds(op, ...sides(value)));
}

function sets(
  { op, matching }: Binary,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  const keyOf = keysBy(matching);
  if (op === 'or') {
    const seen = new Set(left.map(({ labels }) => keyOf(labels)));
    return [...left, ...right.filter(({ labels }) => !seen.has(keyOf(labels)))];
  }
  const seen = new Set(right.map(({ labels }) => keyOf(labels)));
  return left.filter(({ labels }) => seen.has(keyOf(labels)) === (op === 'and'));
}

function vectors(
  { op, bool, matching }: Binary,
  left: readonly Element[],
  right: readonly Element[],
): readonly Element[] {
  const keyOf = keysBy(matching);
  const isSwapped = matching.many === 'right';
  const [many, one] = isSwapped ? [right, left] : [left, right];
  const partners = new Map<string, Element>();
  for (const element of one) {
    const key = keyOf(element.labels);
    if (partners.has(key)) throw new MatchingError(manyText(isSwapped ? 'left' : 'right', op));
    partners.set(key, element);
  }
  const seen = new Set<string>();
  const found: Element[] = [];
  for (const own of many) {
    const key = keyOf(own.labels);
    const partner = partners.get(key);
    if (partner === undefined) continue;
    if (matching.many === null && seen.has(key)) throw new MatchingError(manyText('left', op));
    seen.add(key);
    const [a, b] = isSwapped ? [partner.value, own.value] : [own.value, partner.value];
    const isKept = !isComparison(op) || holds(op, a, b);
    if (!isKept && !bool) continue;
    const value = !isComparison(op) ? computed(op, a, b) : bool ? Number(isKept) : own.value;
    found.push({ labels: resultLabels(matching, own.labels, partner.labels), value });
  }
  return found;
}

function manyText(side: string, op: BinaryOp): string {
  return `several elements on the ${side} of ${op} belong to one: aggregate them, or write on(...) group_left`;
}

function resultLabels(matching: Matching, many: LabelSet, one: LabelSet): LabelSet {
  const { on, labels, include } = matching;
  if (matching.many !== null) {
    return include.length === 0
      ? many
      : many.with(include.map((label) => [label, one.get(label)] as const));
  }
  return on ? many.only(labels) : labels.length === 0 ? many : many.without(labels);
}

function keysBy({ on, labels }: Matching): (labels: LabelSet) => string {
  if (on) return (own) => own.only(labels).key;
  return labels.length === 0 ? (own) => own.key : (own) => own.without(labels).key;
}

function computed(op: BinaryOp, a: number, b: number): number {
  return ARITHMETIC[op]?.(a, b) ?? NaN;
}

const ARITHMETIC: Readonly<Partial<Record<BinaryOp, (a: number, b: number) => number>>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

function holds(op: BinaryOp, a: number, b: number): boolean {
  return COMPARES[op]?.(a, b) ?? false;
}

const COMPARES: Readonly<Partial<Record<BinaryOp, (a: number, b: number) => boolean>>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};
