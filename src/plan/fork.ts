import { CALL_MODE, FORK_TABLE, OP } from '../contracts/plan/program.js';
import { modeOf, strand, type Scope } from './scope.js';
import type { Writer } from './writer.js';

/** How the branches of a FORK run and join, as in its table. -1 = one copy each, all must succeed, no limit. */
interface ForkJoin {
  readonly each: number;
  readonly needed: number;
  readonly withinNs: number;
  readonly maxConcurrent: number;
  /** For each branch whether the answer is complete without it; [] = all are needed. */
  readonly optional: readonly boolean[];
}

/** Every branch runs once, concurrently, and all must succeed. */
export const ALL: ForkJoin = Object.freeze({
  each: -1,
  needed: -1,
  withinNs: -1,
  maxConcurrent: -1,
  optional: [],
});

/** Writes a FORK with its table, then the branches. Each branch is a strand that ends with END. */
export function writeFork(
  { assembler }: Writer,
  scope: Scope,
  stream: string,
  join: ForkJoin,
  branches: readonly ((scope: Scope) => void)[],
): void {
  const { mode, target } = modeOf(scope);
  const row: number[] = [];
  row[FORK_TABLE.EACH] = join.each;
  row[FORK_TABLE.NEEDED] = join.needed;
  row[FORK_TABLE.WITHIN_NS] = join.withinNs;
  row[FORK_TABLE.MAX_CONCURRENT] = join.maxConcurrent;
  row[FORK_TABLE.AFTER] = 0;
  row[FORK_TABLE.MODE] = mode;
  row[FORK_TABLE.TARGET] = mode === CALL_MODE.ANSWER ? scope.answers : 0;
  const table = assembler.table([
    ...row,
    ...branches.map(() => 0),
    ...branches.map((_, i) => Number(join.optional[i] ?? 0)),
  ]);
  const fork = assembler.emit(OP.FORK, 0, 0, table, stream);
  const after = assembler.label();
  assembler.pointInTable(table, FORK_TABLE.AFTER, after, fork);
  if (target !== null) assembler.pointInTable(table, FORK_TABLE.TARGET, target, fork);
  branches.forEach((write, index) => {
    const start = assembler.label();
    assembler.pointInTable(table, FORK_TABLE.STARTS + index, start, fork);
    assembler.bind(start);
    write(strand(scope));
    assembler.emit(OP.END);
  });
  assembler.bind(after);
}
