import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import { CALL_MODE, OP } from '../spec/plan.js';
import type { Bundle, Condition, Step, Target } from '../spec/scenario.js';
import type { Assembler, Label } from './assembler.js';
import { SLOT } from './assembler.js';
import { BARE_LINE, calledPart } from './calls.js';
import type { Interner } from './canonical.js';
import type { Conditions } from './conditions.js';
import type { EdgeTable } from './edges.js';
import type { Keyed } from './keyed.js';
import type { LaidPart, Layout } from './layout.js';
import { PASSED_ON, requestBytesOf } from './sizes.js';
import type { Problems } from './problem.js';
import type { RequestLine } from '../scenario/routes.js';
import { modeOf, type Scope } from './scope.js';

/** All that programs write to. */
export interface Writer {
  readonly layout: Layout;
  readonly assembler: Assembler;
  readonly edges: EdgeTable;
  readonly conditions: Conditions;
  readonly distributions: Interner<Distribution>;
  readonly counts: Interner<CountDistribution>;
  readonly keyed: Keyed;
  readonly problems: Problems;
  /** First loop register not used by what has been written; a body measures itself by it. */
  readonly registers: { used: number };
}

/** Writes a list of steps; handed to the verbs that hold steps. */
export type WriteSteps = (w: Writer, steps: readonly Step[], scope: Scope) => void;

/** Jumps to the label for requests for which the condition does not hold. */
export function writeWhen(w: Writer, condition: Condition, otherwise: Label, where: string): void {
  const table = w.assembler.constants(w.conditions.table(condition, where));
  w.assembler.point(w.assembler.emit(OP.WHEN, table), SLOT.B, otherwise);
}

/** What a call says of its request: where it goes, and how large it is. */
export interface RequestText extends RequestLine {
  /** null = what the callee says of its requests; PASSED_ON = as the one that the caller was sent. */
  readonly requestBytes: number | null;
}

/** Nothing is said of the request. */
export const BARE: RequestText = Object.freeze({ ...BARE_LINE, requestBytes: null });

/** A call of a part, with the failure handling of the scope. */
export function writeCall(
  w: Writer,
  to: Target,
  line: RequestText,
  policy: Bundle | null,
  scope: Scope,
  verb: 'call' | 'query' = 'call',
): void {
  const { mode, target } = modeOf(scope);
  const at = emitCall(w, to, line, policy, scope, verb, mode, 0);
  if (at >= 0 && target !== null) w.assembler.point(at, SLOT.C, target);
}

/** A call whose failure is what a check says, see CHECK_TABLE; gives its place, -1 where it has none. */
export function writeCheckCall(w: Writer, to: Target, scope: Scope, table: number): number {
  return emitCall(w, to, BARE, null, scope, 'call', CALL_MODE.CHECK, table);
}

function emitCall(
  w: Writer,
  to: Target,
  line: RequestText,
  policy: Bundle | null,
  scope: Scope,
  verb: 'call' | 'query',
  mode: number,
  operand: number,
): number {
  const callee = calledPart(w.layout, to, line, scope.where, w.problems);
  if (callee === null) return -1;
  const bytes = line.requestBytes ?? requestBytesOf(w.layout, callee);
  const edge = useEdge(w, scope, callee, policy, bytes, []);
  const stream = scope.names.next(`${verb}:${callee.component.name}.${callee.name}`);
  return w.assembler.emit(OP.CALL, edge, mode, operand, stream);
}

/** The edge of a call, and those of the calls that it falls back on. */
function useEdge(
  w: Writer,
  scope: Scope,
  callee: LaidPart,
  policy: Bundle | null,
  bytes: number,
  before: readonly number[],
): number {
  const { edges, layout, problems } = w;
  const edge = edges.use(scope.part, callee, policy, bytes);
  const { id, fallback } = edges.bundleOf(edge);
  if (fallback === null || edges.fallsBack(edge)) return edge;
  if (before.includes(edge)) {
    const name = `${callee.component.name}.${callee.name}`;
    const message = `the calls of \`${name}\` fall back on themselves by the bundle \`${id}\`: give the call it makes instead a bundle of its own in \`outbound\``;
    problems.add('FL708', scope.where, message);
    return edge;
  }
  const other = calledPart(layout, fallback, BARE, scope.where, problems);
  if (other === null) return edge;
  const forwards = scope.part.source.kind === 'route';
  const size = forwards ? PASSED_ON : requestBytesOf(layout, other);
  edges.fallBack(edge, useEdge(w, scope, other, null, size, [...before, edge]));
  return edge;
}

/** An unconditional jump. */
export function writeJump(w: Writer, to: Label): void {
  w.assembler.point(w.assembler.emit(OP.JUMP), SLOT.A, to);
}
