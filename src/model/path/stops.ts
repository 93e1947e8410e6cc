import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { OUTCOME } from '../../contracts/outcome.js';
import { MESSAGE, VANISHED } from '../data/edges/link.js';
import type { ServedRun } from '../data/run.js';
import { frames } from '../data/strands/frames.js';
import { ANSWERED, STATE, strands } from '../data/strands/strands.js';

/**
 * Requests of callers to end work whose answer they wait for: the callee learns of it one way later, and the answer
 * takes the other way. A database that takes cancel requests ends the statement that it executes; other callees do
 * what their `cancellation` says, and one that ignores it answers when its work is done.
 */
export class Stops {
  /** Frames of what has been asked to end. */
  private readonly asked = new Set<number>();
  private readonly stopOp: number = engine.define('stop', (strand, life) => {
    if (strands.life[strand] === life) this.arrive(strand);
  });

  constructor(private readonly world: ServedRun) {}

  has(frame: number): boolean {
    return this.asked.size > 0 && this.asked.has(frame);
  }

  /** Asks a frame to end. Returns false if it has nothing in flight that could be asked. */
  ask(frame: number): boolean {
    // It has ended with its process.
    if (!frames.slots.has(frame)) return true;
    this.asked.add(frame);
    const job = frames.job[frame];
    if (job < 0) return false;
    const link = strands.link[job];
    let delay = 0;
    if (link >= 0) {
      const way = this.world.links[link];
      delay = way.delay(MESSAGE.cancel, strands.lineageA[job], strands.lineageB[job]);
      if (delay === VANISHED) return true;
    }
    engine.at(engine.now + delay, PHASE.COMPLETION, this.stopOp, job, strands.life[job], 0);
    return true;
  }

  ended(frame: number): void {
    if (this.asked.size > 0) this.asked.delete(frame);
  }

  private arrive(strand: number): void {
    const { instances, server } = this.world;
    const state = strands.state[strand];
    const isRunning =
      state !== STATE.TRANSIT &&
      state !== STATE.REPLYING &&
      state !== STATE.LOST &&
      strands.answered[strand] === ANSWERED.no;
    // A cancel request that overtakes its statement finds none to end.
    if (instances[strands.instance[strand]].takesCancelRequests) {
      if (isRunning) server.stopJob(strand, OUTCOME.cancelled);
    } else server.cancelNotified(strand);
  }
}
