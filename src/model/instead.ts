import { derive, lineage } from '../kernel/rng.js';
import { OUTCOME, isHinted, statusOf, withStatus } from '../spec/outcome.js';
import type { Outcome } from '../spec/outcome.js';
import { inherit } from './joins.js';
import { REGISTERS, STATE, strands } from './strands.js';
import type { World } from './world.js';
import { frames } from './frames.js';

/** Lineage tag of the steps that are run instead of a frame's nth attempt. */
const STEPS_TAG = 0x6000;

/**
 * Steps that a caller runs in place of a call that failed: a branch of the strand that makes the call, which
 * knows nothing of it. It stands in no list of branches; the layer that had it started ends it, and
 * is told when it has ended by itself.
 */
export class Instead {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Starts the steps of the frame's edge; they begin as a step of their own at this instant. */
  begin(frame: number, layer: number): number {
    const { edges, interpreter } = this.world;
    const owner = frames.owner[frame]!;
    const nth = frames.attempt[frame]!;
    derive(frames.lineageA[frame]!, frames.lineageB[frame]!, STEPS_TAG + nth);
    const strand = strands.open(strands.instance[owner]!, lineage.a, lineage.b);
    inherit(strand, owner);
    // Rounds of loops around the call are in its lineage.
    for (let k = 0; k < REGISTERS; k++) strands.registers[strand * REGISTERS + k] = 0;
    strands.returns[strand] = strands.returns[owner]!;
    strands.parent[strand] = owner;
    strands.from[strand] = frame;
    strands.link[strand] = layer;
    strands.pc[strand] = edges[frames.edge[frame]!]!.instead;
    strands.state[strand] = STATE.READY;
    interpreter.wake(strand);
    return strand;
  }

  /** Whether a branch runs instead of a call: its parent waits for that call, and for no join. */
  runs(branch: number): boolean {
    return strands.state[strands.parent[branch]!] === STATE.CALLING;
  }

  /** The steps have come to their end. */
  ended(strand: number, outcome: Outcome): void {
    const { calls } = this.world;
    const frame = strands.from[strand]!;
    const layer = strands.link[strand]!;
    const isMakeshift = strands.degraded[strand] !== 0 && (outcome & 31) === OUTCOME.ok;
    const result = isMakeshift ? withStatus(OUTCOME.degraded, statusOf(outcome)) : outcome;
    if (isHinted(result)) calls.setHint(frame, strands.hint[strand]!);
    this.free(strand);
    calls.insteadEnded(frame, layer, result);
  }

  /** The call is given up, and the steps with it. */
  stop(strand: number): void {
    this.world.server.stop(strand, true);
    this.free(strand);
  }

  private free(strand: number): void {
    const { instances, workers, server } = this.world;
    const instance = instances[strands.instance[strand]!]!;
    if (instance.yields) workers.releaseWorker(strand, instance);
    server.freeStrand(strand);
  }
}
