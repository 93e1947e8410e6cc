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
import type { Layout } from './layout.js';
import { requestBytesOf } from './sizes.js';
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
  const edge = w.edges.use(scope.part, callee, policy, bytes);
  const stream = scope.names.next(`${verb}:${callee.component.name}.${callee.name}`);
  return w.assembler.emit(OP.CALL, edge, mode, operand, stream);
}

/** An unconditional jump. */
export function writeJump(w: Writer, to: Label): void {
  w.assembler.point(w.assembler.emit(OP.JUMP), SLOT.A, to);
}
