import type { Counter } from '../../meters.js';
import type { World } from '../../world.js';
import { isAmong, isHitBy, MESSAGE_INDEX } from '../knobs.js';
import type { MessageShare } from '../knobs.js';
import type { Messages } from '../messages.js';
import type { Dispatch } from './dispatch.js';
import { PLACE } from './entries.js';

/**
 * Takes away what waits in a queue: what is ready, delayed or behind another one. What consumers have in hand stays
 * theirs (rabbitmqctl purge_queue), but that of SQS is deleted as well (PurgeQueue): its handler goes on, and nothing
 * comes back from it. The minute that SQS may take for that is not modelled.
 */
export class Purge {
  private readonly messages: Messages;
  private readonly way: Dispatch;
  private readonly world: World;
  /** Null where no fault purges. */
  private readonly purged: Counter | null;

  constructor(world: World, messages: Messages, way: Dispatch) {
    const { component, part } = way.queue.spec;
    this.world = world;
    this.messages = messages;
    this.way = way;
    const isHit = isHitBy(world, 'flushed', component);
    this.purged = isHit ? world.meters.counter('purged', { component, part }) : null;
  }

  run(shares: readonly MessageShare[]): void {
    const { queue } = this.way;
    if (queue.isHalted) return;
    // Those behind one that goes come to the front: nobody is handed them before it is over.
    this.way.between(() => this.takeAll(shares));
  }

  private takeAll(shares: readonly MessageShare[]): void {
    const { queue } = this.way;
    const { lineageA, lineageB } = this.messages;
    const { entries, spec } = queue;
    const { follower, message, newer, place } = entries;
    const before = new Map<number, number>();
    for (let entry = entries.oldest; entry >= 0; entry = newer[entry]) {
      if (follower[entry] >= 0) before.set(follower[entry], entry);
    }
    for (let entry = entries.oldest; entry >= 0;) {
      const next = newer[entry];
      const own = message[entry];
      const [a, b] = [lineageA[own], lineageB[own]];
      const isStaying = place[entry] === PLACE.inFlight && !spec.rules.polled;
      if (!isStaying && shares.some((one) => isAmong(one, a, b, MESSAGE_INDEX.purge))) {
        const front = before.get(entry) ?? -1;
        if (follower[entry] >= 0) before.set(follower[entry], front);
        queue.letGo(entry);
        this.world.meters.count(this.purged!);
        queue.takeAway(entry, front, 'purged');
      }
      entry = next;
    }
  }
}
