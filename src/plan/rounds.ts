import type { CountDistribution } from '../kernel/counts.js';
import { MESSAGES, OP } from '../contracts/plan/program.js';
import type { StepCount } from '../contracts/quantities/quantities.js';
import { SLOT, type Label } from './assembler.js';
import { modeOf, type Scope } from './scope.js';
import { writeJump, type Writer } from './writer.js';

/** Loop registers of a strand. */
const REGISTERS = 4;
const NO_ROUNDS: CountDistribution = { kind: 'constant', value: 0 };

/** The operand that gives a count. */
export function countOf(w: Writer, count: StepCount): number {
  return count.kind === 'messages' ? MESSAGES : w.counts.id(count);
}

/**
 * Whether steps are those of one message each, whose failure may be that of the message alone. Only the steps of the
 * handler itself know which message they are at.
 */
export function isApart(count: StepCount, { answer, failure }: Scope): boolean {
  return count.kind === 'messages' && answer.kind === 'request' && failure.kind === 'end';
}

/**
 * Writes SET, the body and LOOP. The register counts down the rounds and is part of the key of the draws in the body.
 */
export function writeRounds(
  w: Writer,
  count: StepCount,
  stream: string,
  scope: Scope,
  body: (scope: Scope) => void,
): void {
  const { assembler } = w;
  if (scope.loops >= REGISTERS) {
    const message = `loops and \`times\` can be nested at most ${REGISTERS} deep`;
    w.problems.add('FL701', scope.where, message);
    return;
  }
  const after = assembler.label();
  const register = scope.loops;
  w.registers.used = Math.max(w.registers.used, register + 1);
  const set = assembler.emit(
    OP.SET,
    register,
    countOf(w, count),
    0,
    count.kind === 'constant' || count.kind === 'messages' ? '' : stream,
  );
  assembler.point(set, SLOT.C, after);
  const top = assembler.here;
  const inner = { ...scope, loops: register + 1 };
  if (isApart(count, scope)) writePerMessage(w, inner, after, body);
  else body(inner);
  assembler.emit(OP.LOOP, register, top);
  assembler.bind(after);
}

/** Writes a round for one message: its failure may be that of the message alone. */
function writePerMessage(
  w: Writer,
  scope: Scope,
  after: Label,
  body: (scope: Scope) => void,
): void {
  const { assembler } = w;
  const missed = assembler.label();
  const next = assembler.label();
  const failing: Scope = { ...scope, failure: { kind: 'keep', to: missed } };
  const used = registersOf(w, scope, () => body(failing));
  writeJump(w, next);
  assembler.bind(missed);
  clearRegisters(w, scope, used);
  const { mode } = modeOf(scope);
  assembler.point(assembler.emit(OP.MISSED, scope.loops - 1, mode), SLOT.C, after);
  assembler.bind(next);
}

/** Writes a body and returns the number of the first register that it does not use. */
export function registersOf(w: Writer, scope: Scope, body: () => void): number {
  const before = w.registers.used;
  w.registers.used = scope.loops;
  body();
  const { used } = w.registers;
  w.registers.used = Math.max(before, used);
  return used;
}

/** Clears the loop registers that a jump left set: a failed round must not change later draws. */
export function clearRegisters(w: Writer, scope: Scope, used: number): void {
  for (let register = scope.loops; register < used; register++) {
    const next = w.assembler.label();
    const set = w.assembler.emit(OP.SET, register, w.counts.id(NO_ROUNDS));
    w.assembler.point(set, SLOT.C, next);
    w.assembler.bind(next);
  }
}
