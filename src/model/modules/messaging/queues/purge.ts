import type { Counter } from '../../../data/figures/meters.js';
import type { Run } from '../../../data/run.js';
import { isAmong, isHitBy, MESSAGE_INDEX, type MessageShare } from '../../../data/holder-knobs.js';
import type { Messages } from '../messages.js';
import type { Dispatch } from './dispatch.js';
import { PLACE } from './entries.js';

/**
 * Deletes waiting messages of a queue: ready, delayed, or behind another one of their key.
 *
 * Messages in flight stay with their consumers, and dead letters with their worker (rabbitmqctl purge_queue). SQS (PurgeQueue) and JetStream delete them as
 * well: the handler continues, but its verdict has no effect. The model ignores that SQS may take a minute.
 */
export class Purge {
  /** Null if no fault purges the queue. */
  private readonly purged: Counter | null;

  constructor(
    private readonly world: Run,
    private readonly messages: Messages,
    private readonly way: Dispatch,
  ) {
    const { component, part } = way.queue.spec;
    const isHit = isHitBy(world, 'flushed', component);
    this.purged = isHit ? world.meters.counter('purged', { component, part }) : null;
  }

  run(shares: readonly MessageShare[]): void {
    const { queue } = this.way;
    if (queue.isHalted) return;
    // Messages behind deleted ones become ready: none is delivered before the purge is complete.
    this.way.between(() => this.takeAll(shares));
  }

  private takeAll(shares: readonly MessageShare[]): void {
    const { queue } = this.way;
    const { lineageA, lineageB } = this.messages;
    const { entries, spec } = queue;
    const { message, newer, place } = entries;
    for (let entry = entries.oldest; entry >= 0;) {
      const next = newer[entry];
      const own = message[entry];
      const [a, b] = [lineageA[own], lineageB[own]];
      const isLetter = place[entry] === PLACE.letter;
      const isStaying = isLetter || (place[entry] === PLACE.inFlight && !spec.rules.hidesInFlight);
      if (!isStaying && shares.some((one) => isAmong(one, a, b, MESSAGE_INDEX.purge))) {
        queue.letGo(entry);
        this.world.meters.count(this.purged!);
        queue.takeAway(entry, 'purged');
      }
      entry = next;
    }
  }
}
