import type { CountDistribution } from '../kernel/counts.js';
import { OP } from '../contracts/plan/program.js';
import { SLOT } from './assembler.js';
import type { Scope } from './scope.js';
import type { Writer } from './writer.js';

/** Loop registers of a strand. */
const REGISTERS = 4;
const NO_ROUNDS: CountDistribution = { kind: 'constant', value: 0 };

/**
 * Writes SET, the body and LOOP. The register counts down the rounds and is part of the key of the draws in the body.
 */
export function writeRounds(
  w: Writer,
  count: CountDistribution,
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
    w.counts.id(count),
    0,
    count.kind === 'constant' ? '' : stream,
  );
  assembler.point(set, SLOT.C, after);
  const top = assembler.here;
  body({ ...scope, loops: register + 1 });
  assembler.emit(OP.LOOP, register, top);
  assembler.bind(after);
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
