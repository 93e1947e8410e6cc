import type { CountDistribution } from '../kernel/counts.js';
import type { Distribution } from '../kernel/distribution.js';
import { CALL_MODE, OP } from '../spec/plan.js';
import type { Bundle, Condition, Step, Target } from '../spec/scenario.js';
import type { Assembler, Label } from './assembler.js';
import { SLOT } from './assembler.js';
import { reached } from './calls.js';
import type { Interner } from './canonical.js';
import type { Conditions } from './conditions.js';
import type { EdgeTable } from './edges.js';
import type { LaidPart, Layout } from './layout.js';
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

/** A call of a part, with the failure handling of the scope. */
export function writeCall(
  w: Writer,
  to: Target,
  line: RequestLine,
  policy: Bundle | null,
  scope: Scope,
  verb: 'call' | 'query' = 'call',
): void {
  const { layout, conditions, problems } = w;
  const way = reached(layout, conditions, scope.part, to, line, scope.where, problems);
  if (way === null) return;
  const after = w.assembler.label();
  for (const detour of way.detours) {
    const next = w.assembler.label();
    const table = w.assembler.constants(detour.requests);
    w.assembler.point(w.assembler.emit(OP.WHEN, table), SLOT.B, next);
    writeAttempt(w, detour.callee, policy, scope, verb);
    writeJump(w, after);
    w.assembler.bind(next);
  }
  writeAttempt(w, way.callee, policy, scope, verb);
  w.assembler.bind(after);
}

function writeAttempt(
  w: Writer,
  callee: LaidPart,
  policy: Bundle | null,
  scope: Scope,
  verb: string,
): void {
  const edge = w.edges.use(scope.part, callee, policy);
  const stream = scope.names.next(`${verb}:${callee.component.name}.${callee.name}`);
  const { mode, target } = modeOf(scope);
  const table = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  const at = w.assembler.emit(OP.CALL, edge, mode, table, stream);
  if (target !== null) w.assembler.point(at, SLOT.C, target);
}

/** An unconditional jump. */
export function writeJump(w: Writer, to: Label): void {
  w.assembler.point(w.assembler.emit(OP.JUMP), SLOT.A, to);
}
