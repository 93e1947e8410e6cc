import { invariant } from '../../kernel/invariant.js';
import { derive, lineage } from '../../kernel/rng.js';
import { OUTCOME, isHinted, statusOf, withStatus, type Outcome } from '../../contracts/outcome.js';
import { inherit } from './joins.js';
import { REGISTERS, STATE, strands } from '../data/strands/strands.js';
import type { Calls } from './calls.js';
import type { ActRun, ServedRun } from '../data/run.js';
import type { Workers } from './workers.js';
import { frames } from '../data/strands/frames.js';
import { operatesInstead } from '../data/strands/operations.js';

export interface InsteadParts extends ActRun, ServedRun {
  readonly calls: Calls;
  readonly workers: Workers;
}

/** Lineage tag of the steps that are run instead of a frame's nth attempt. */
const STEPS_TAG = 0x6000;

/**
 * Steps that a caller runs instead of a failed call: a branch of the strand that makes the call. The branch is in no
 * list of branches. The layer that started it stops it if necessary, and receives its outcome.
 */
export class Instead {
  constructor(private readonly world: InsteadParts) {}

  /** Starts the steps of the frame's edge as a separate event at this instant. */
  begin(frame: number, layer: number): number {
    const { edges, interpreter } = this.world;
    const owner = frames.owner[frame]!;
    invariant(
      strands.state[owner] === STATE.CALLING,
      'steps run instead of a call that their strand waits for',
    );
    const nth = frames.attempt[frame]!;
    derive(frames.lineageA[frame]!, frames.lineageB[frame]!, STEPS_TAG + nth);
    const strand = strands.open(strands.instance[owner]!, lineage.a, lineage.b);
    inherit(strand, owner);
    operatesInstead(strand, frame, STEPS_TAG);
    // The lineage of the call already includes the rounds of loops around it.
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

  /** Returns true if a branch runs instead of a call: its parent waits for that call, not for a join. */
  runs(branch: number): boolean {
    return strands.state[strands.parent[branch]!] === STATE.CALLING;
  }

  /** The steps have ended. */
  ended(strand: number, outcome: Outcome): void {
    const { calls } = this.world;
    const frame = strands.from[strand]!;
    const layer = strands.link[strand]!;
    invariant(frames.slots.has(frame), 'steps that run instead of a call end before it');
    const isDegraded = strands.degraded[strand] !== 0 && (outcome & 31) === OUTCOME.ok;
    const result = isDegraded ? withStatus(OUTCOME.degraded, statusOf(outcome)) : outcome;
    if (isHinted(result)) calls.setHint(frame, strands.hint[strand]!);
    this.free(strand);
    calls.insteadEnded(frame, layer, result);
  }

  /** The call is abandoned, and with it the steps. */
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
