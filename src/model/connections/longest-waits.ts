import { engine } from '../../kernel/engine.js';
import type { Lane } from '../../kernel/lanes.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import type { Queue } from '../../spec/resources.js';
import type { Instance } from '../instance.js';
import type { World } from '../world.js';
import { strands } from '../strands.js';

/** How long requests may wait in front of the workers of each instance. */
export class LongestWaits {
  /** By instance: of its queue, and of who comes to it while it stands; null = no limit. */
  private readonly usual: readonly (Lane | null)[];
  private readonly standing: readonly (Lane | null)[];

  /** `expire` is told of a request whose time in a queue is over, or which has left it since. */
  constructor(world: World, expire: (strand: number) => void) {
    const { instances, plan } = world;
    const op = engine.define('queue-timeout', expire);
    const lane = (delayNs: Ns | null): Lane | null =>
      delayNs === null ? null : engine.lane(delayNs, PHASE.TIMER, op, strands);
    const queues = instances.map(({ component }) => plan.components[component].queue);
    this.usual = queues.map((queue) => lane(longestWait(queue)));
    this.standing = queues.map((queue, id) =>
      queue.discipline === 'adaptiveLifo' && queue.targetNs !== null
        ? lane(queue.targetNs)
        : this.usual[id],
    );
  }

  /** The limit of a request that joins the queue now. */
  laneOf({ id, adaptive }: Instance): Lane | null {
    return (adaptive !== null && adaptive.standing ? this.standing : this.usual)[id];
  }
}

/** How long a request may wait in a queue that does not stand; null = as long as it has to. */
function longestWait(queue: Queue): Ns | null {
  if (queue.discipline === 'adaptiveLifo' && queue.targetNs !== null) return queue.intervalNs;
  return queue.maxWaitNs;
}
