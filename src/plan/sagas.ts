import { OUTCOME, withStatus } from '../contracts/outcome.js';
import { CALL_MODE, OP } from '../contracts/plan/program.js';
import type { SagaRole } from '../contracts/plan/sagas.js';
import type { Saga } from '../contracts/scenario/sagas.js';
import type { Target } from '../contracts/scenario/target.js';
import type { Bundle } from '../contracts/scenario/steps.js';
import { SLOT } from './assembler.js';
import { BARE } from './calls.js';
import type { LaidPart } from './layout.js';
import { modeOf, type Scope } from './scope.js';
import { writeCall, writeOwnQuery, writeCommandCall, type Writer } from './writer.js';

/** Outcome of a command if the state of its saga could not be saved. */
const UNSAVED = withStatus(OUTCOME.serverError, 500);

/**
 * Writes the program of an orchestrator. The state of the saga is stored outside the instance: each execution starts at
 * the current command, sends it, and ends. The next command is a new execution.
 */
export function writeSaga(w: Writer, saga: Saga, scope: Scope): void {
  const { assembler } = w;
  assembler.emit(OP.ACT, w.acts.command(w, saga.name, 'resume'), CALL_MODE.END);
  const entries = w.sagas.entriesOf(saga.name);
  const { steps, undos } = entries;
  const undoPolicy = saga.orchestration!.compensationPolicy;
  for (const { call, compensation, policy } of saga.steps) {
    steps.push(assembler.here);
    writeCommand(w, saga, call, policy, scope);
    undos.push(compensation === null ? -1 : assembler.here);
    if (compensation !== null) writeCommand(w, saga, compensation, undoPolicy, scope);
  }
  const { persistence } = saga.orchestration!;
  if (persistence === null) return;
  entries.save = assembler.here;
  const failed = assembler.label();
  const own: Scope = { ...scope, failure: { kind: 'jump', to: failed } };
  writeSave(w, saga, own);
  assembler.emit(OP.DONE, OUTCOME.ok);
  if (persistence.read !== null) {
    entries.read = assembler.here;
    writeCall(w, persistence.read, BARE, null, own, 'query');
    assembler.emit(OP.DONE, OUTCOME.ok);
  }
  assembler.bind(failed);
  assembler.emit(OP.DONE, UNSAVED);
}

/** SAVE, CALL, SAVE: a command that reports its success or failure to the saga. */
function writeCommand(
  w: Writer,
  saga: Saga,
  to: Target,
  policy: Bundle | null,
  scope: Scope,
): void {
  const { assembler } = w;
  const { persistence } = saga.orchestration!;
  const unsaved = assembler.label();
  const saving: Scope = { ...scope, failure: { kind: 'jump', to: unsaved } };
  if (persistence?.before === true) writeSave(w, saga, saving);
  assembler.emit(OP.ACT, w.acts.command(w, saga.name, 'issue'), CALL_MODE.END);
  writeCommandCall(w, to, policy, scope);
  assembler.emit(OP.ACT, w.acts.command(w, saga.name, 'reply'), CALL_MODE.END);
  if (persistence !== null) writeSave(w, saga, saving);
  assembler.emit(OP.DONE, OUTCOME.ok);
  assembler.bind(unsaved);
  assembler.emit(OP.DONE, UNSAVED);
}

/** Writes the save of a saga's state, with the failure handling of the scope. */
export function writeSave(w: Writer, saga: Saga, scope: Scope): void {
  const persistence = saga.orchestration?.persistence ?? null;
  if (persistence === null) return;
  writeOwnQuery(w, persistence, scope);
}

/** Records for sagas that an endpoint starts, or has taken effect. Writes nothing for endpoints without a role. */
export function writeMark(w: Writer, part: LaidPart, at: 'begin' | 'end', scope: Scope): void {
  const all = w.sagas.rolesOf(part);
  const roles = at === 'end' ? all : all.filter((role) => looksFirst(w, role));
  if (roles.length === 0) return;
  const { mode, target } = modeOf(scope);
  const operand = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  const place = w.assembler.emit(OP.ACT, w.acts.mark(at, roles, part), mode, operand);
  if (target !== null) w.assembler.point(place, SLOT.C, target);
}

/**
 * Whether a role needs a check at the start: a compensation looks up the effect to undo, and with tombstones a late
 * step is refused.
 */
function looksFirst(w: Writer, role: SagaRole): boolean {
  return role.role === 'undo' || (role.role === 'do' && w.sagas.hasTombstones(role));
}
