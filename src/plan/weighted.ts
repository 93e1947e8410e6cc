import { OP } from '../contracts/plan/program.js';
import { SLOT, type Assembler } from './assembler.js';

/**
 * Writes several bodies, of which one is executed, selected by weight. A single body needs no draw. With a key, the
 * value of the key selects the body instead of a draw.
 */
export function writeWeighted(
  { assembler }: { readonly assembler: Assembler },
  weights: readonly number[],
  bodies: readonly (() => void)[],
  stream: string,
  key = -1,
): void {
  if (bodies.length <= 1) {
    bodies[0]?.();
    return;
  }
  let reached = 0;
  const table = assembler.table(weights.flatMap((weight) => [(reached += weight), 0]));
  const choose =
    key < 0
      ? assembler.emit(OP.CHOOSE, bodies.length, 0, table, stream)
      : assembler.emit(OP.CHOOSE_BY, bodies.length, key, table, stream);
  const after = assembler.label();
  bodies.forEach((body, index) => {
    const start = assembler.label();
    assembler.pointInTable(table, index * 2 + 1, start, choose);
    assembler.bind(start);
    body();
    if (index < bodies.length - 1) assembler.point(assembler.emit(OP.JUMP), SLOT.A, after);
  });
  assembler.bind(after);
}
