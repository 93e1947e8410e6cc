import { fixedUnit, unit } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { FORK_TABLE, MESSAGES, MESSAGES_APART, OP } from '../../contracts/plan/program.js';
import { REGISTERS, strands } from '../data/strands/strands.js';
import type { DiskSlowness } from '../data/instances/instance.js';
import type { Run } from '../data/run.js';
import { samplers } from '../../kernel/distribution.js';

/** Maximum of the remaining rounds: the size of a register. */
const MAX_ROUNDS = 0x7fffffff;

/** Draws of endpoint programs: by the stream of the instruction, the strand's lineage and its loop round. */
export class Draws {
  constructor(private readonly world: Run) {
    const { program, acts } = world.plan;
    const { code, tables } = program;
    strands.loops = usesLoops(code, tables) || acts.some((act) => act.act === 'store');
  }

  /** An integer, such as the number of rounds of a loop. */
  count(strand: number, pc: number, id: number): number {
    if (id === MESSAGES || id === MESSAGES_APART) return strands.messages[strand];
    const { streamA, streamB, counts } = this.world;
    const { lineageA, lineageB } = strands;
    const index = this.registerIndex(strand);
    const a = lineageA[strand];
    const b = lineageB[strand];
    const count = counts.drawCount(id, streamA[pc], streamB[pc], a, b, index);
    return count > MAX_ROUNDS ? MAX_ROUNDS : count;
  }

  /** Uniform in (0, 1). */
  unit(strand: number, pc: number): number {
    const { streamA, streamB } = this.world;
    const { lineageA, lineageB } = strands;
    const index = this.registerIndex(strand);
    return unit(streamA[pc], streamB[pc], lineageA[strand], lineageB[strand], index);
  }

  /** A number in (0, 1) that is the same for each value of a key at the same instruction. */
  hash(pc: number, value: number): number {
    const { streamA, streamB } = this.world;
    return fixedUnit(streamA[pc], streamB[pc], Math.floor(value / 4294967296), value | 0, 0);
  }

  /** Demand of a step: drawn by stream, lineage and loop registers; faults on the part stretch it. */
  sample(strand: number, pc: number, sampler: number): number {
    const { streamA, streamB, partSlowness } = this.world;
    const { lineageA, lineageB } = strands;
    const index = this.registerIndex(strand);
    const a = lineageA[strand];
    const b = lineageB[strand];
    const time = samplers.draw(sampler, streamA[pc], streamB[pc], a, b, index);
    const slowness = partSlowness[strands.part[strand]];
    return slowness === 1 ? time : Math.round(time * slowness);
  }

  /** Duration of a disk access under stress; other waits stay as they are. */
  onDisk(strand: number, pc: number, { factor, delays }: DiskSlowness, time: Ns): Ns {
    const { parts } = this.world.plan;
    if (parts[strands.part[strand]].disk === 0) return time;
    let slow = Math.round(time * factor);
    const { lineageA, lineageB } = strands;
    const index = this.tag(strand, pc);
    for (const { sampler, key } of delays)
      slow += samplers.draw(sampler, key.a, key.b, lineageA[strand], lineageB[strand], index);
    return slow;
  }

  /** Tag of objects that an instruction makes, such as a call: its stream and its loop round. */
  tag(strand: number, pc: number): number {
    return (this.world.streamA[pc] + this.registerIndex(strand)) | 0;
  }

  /** The loop registers as one number, so each round of a loop draws new values. */
  private registerIndex(strand: number): number {
    if (!strands.loops) return 0;
    const { registers } = strands;
    const at = strand * REGISTERS;
    return (
      (registers[at] +
        Math.imul(registers[at + 1], 0x10001) +
        Math.imul(registers[at + 2], 0x9e3779b1) +
        Math.imul(registers[at + 3], 0x85ebca77)) |
      0
    );
  }
}

function usesLoops(code: Int32Array, tables: readonly Float64Array[]): boolean {
  for (let at = 0; at < code.length; at += 4) {
    if (code[at] === OP.SET || code[at] === OP.LOOP) return true;
    if (code[at] === OP.FORK && tables[code[at + 3]][FORK_TABLE.EACH] <= MESSAGES) return true;
  }
  return false;
}
