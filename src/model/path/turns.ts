import type { Draws } from './draws.js';
import { REGISTERS, strands } from '../data/strands/strands.js';
import type { Run } from '../data/run.js';

/** Branches of a program by chance or by a key, and the number of loop rounds. */
export class Turns {
  private readonly code: Int32Array = this.world.plan.program.code;
  private readonly tables: readonly Float64Array[] = this.world.plan.program.tables;

  constructor(
    private readonly world: Run,
    private readonly draws: Draws,
  ) {}

  /** Picks the start of a branch by weight. */
  choose(strand: number, pc: number): number {
    return this.branch(pc, this.draws.unit(strand, pc));
  }

  /** Picks the start of a branch by weight: always the same one for a value of a key. */
  chooseBy(strand: number, pc: number, key: number): number {
    return this.branch(pc, this.draws.hash(pc, this.world.keys.value(key, strand)));
  }

  /** Draws the number of rounds; returns false for none. */
  set(strand: number, pc: number): boolean {
    const at = pc << 2;
    const rounds = this.draws.count(strand, pc, this.code[at + 2]);
    strands.registers[strand * REGISTERS + this.code[at + 1]] = rounds;
    return rounds > 0;
  }

  /** The start of the branch that a number in (0, 1) selects by weight. */
  private branch(pc: number, share: number): number {
    const table = this.tables[this.code[(pc << 2) + 3]];
    const u = share * table[table.length - 2];
    let at = 0;
    while (at < table.length - 2 && table[at] < u) at += 2;
    return table[at + 1];
  }
}
