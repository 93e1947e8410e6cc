import { engine } from '../../../kernel/engine.js';
import type { Lane } from '../../../kernel/lanes.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Queue } from '../../../contracts/scenario/resources.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Run } from '../../data/run.js';
import { strands } from '../../data/strands/strands.js';

/** Limits on how long requests may wait in front of the workers of each instance. */
export class LongestWaits {
  /** By instance: limit for the normal state of its queue, and for a standing queue; null = no limit. */
  private readonly usual: readonly (Lane | null)[];
  private readonly standingQueue: readonly (Lane | null)[];

  /** `expire` runs for each request whose limit passes, even if it has left the queue since. */
  constructor(world: Run, expire: (strand: number) => void) {
    const { instances } = world;
    const op = engine.define('queue-timeout', expire);
    const lane = (delayNs: Ns | null): Lane | null =>
      delayNs === null ? null : engine.lane(delayNs, PHASE.TIMER, op, strands);
    const queues = instances.map((instance) => instance.process.queue);
    this.usual = queues.map((queue) => lane(longestWait(queue)));
    this.standingQueue = queues.map((queue, id) =>
      queue.discipline === 'adaptiveLifo' && queue.targetNs !== null
        ? lane(queue.targetNs)
        : this.usual[id],
    );
  }

  /** The limit of a request that joins the queue now. */
  laneOf({ id, adaptive }: Instance): Lane | null {
    return (adaptive !== null && adaptive.isStandingQueue ? this.standingQueue : this.usual)[id];
  }
}

/** The limit of a queue in its normal state (not a standing queue); null = no limit. */
function longestWait(queue: Queue): Ns | null {
  if (queue.discipline === 'adaptiveLifo' && queue.targetNs !== null) return queue.intervalNs;
  return queue.maxWaitNs;
}
