import { samplers } from '../../kernel/distribution.js';
import { engine } from '../../kernel/engine.js';
import type { Ns } from '../../kernel/time.js';
import { OP } from '../../contracts/plan/program.js';
import { STATE, strands } from '../data/strands/strands.js';
import type { Instance } from '../data/instances/instance.js';
import type { Draws } from './draws.js';

/** What stretches a wait. */
interface Stretching {
  readonly instances: readonly Instance[];
  /** By part. */
  readonly partSlowness: ArrayLike<number>;
}

/**
 * Gives the rest of each exponential wait a new draw, because such a wait forgets how long it has lasted. Without this all
 * futures of a state would share the work in service. Other waits keep their end, and so do those that a fault, load or
 * a disk stretches: the rest of these has another law.
 */
export function turnWaits(
  { instances, partSlowness }: Stretching,
  code: Int32Array,
  draws: Draws,
  sleep: (strand: number, wakes: Ns) => void,
): void {
  for (let strand = 0; strand < strands.slots.touched; strand++) {
    if (!strands.alive(strand) || strands.state[strand] !== STATE.SLEEP) continue;
    if (strands.wakes[strand] <= engine.now) continue;
    const pc = strands.pc[strand] - 1;
    const sampler = code[(pc << 2) + 1];
    const isDrawn = code[pc << 2] === OP.WAIT && samplers.isMemoryless(sampler);
    const { cold, knee, disk, speed } = instances[strands.instance[strand]];
    const isPlain = cold === null && knee === null && disk === null;
    if (!isDrawn || !isPlain || partSlowness[strands.part[strand]] !== 1) continue;
    const wakes = engine.now + Math.round(draws.sample(strand, pc, sampler) / speed);
    strands.stamp[strand]++;
    strands.wakes[strand] = wakes;
    sleep(strand, wakes);
  }
}
