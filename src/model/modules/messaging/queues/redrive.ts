import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { PHASE } from '../../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../../kernel/time.js';
import type { Counter } from '../../../data/figures/meters.js';
import type { Run } from '../../../data/run.js';
import type { Messages } from '../messages.js';
import { PLACE } from './entries.js';
import { NOWHERE } from './origins.js';
import type { StoredQueue } from './stored-queue.js';

/** The destinations of redriven dead letters. */
export interface WayBack {
  /** True if the source accepts another message now. */
  isOpen(origin: number): boolean;
  send(letter: number, origin: number, isRepaired: boolean): void;
}

/**
 * Moves dead letters back to their sources, one at a time and oldest first.
 *
 * It moves as many as were waiting when it began, so messages that fail again do not cycle forever. It pauses while a
 * destination is full or down, and ends early if no movable letter is left. An order to start another redrive meanwhile
 * is ignored (StartMessageMoveTask).
 */
export class Redrive {
  private left = 0;
  private everyNs: Ns = 0;
  private isRepaired = false;
  private readonly moved: Counter = this.world.meters.counter('redriven', {
    component: this.queue.spec.component,
    part: -1,
  });
  private readonly op: number = engine.define('redrive', () => this.move());

  constructor(
    private readonly world: Run,
    private readonly messages: Messages,
    private readonly queue: StoredQueue,
    private readonly back: WayBack,
  ) {}

  start(perSecond: number, isRepaired: boolean): void {
    if (this.left > 0) return;
    this.everyNs = Math.max(1, Math.round(NS_PER_SECOND / perSecond));
    this.isRepaired = isRepaired;
    for (
      let entry = this.queue.entries.oldest;
      entry >= 0;
      entry = this.queue.entries.newer[entry]
    ) {
      if (this.isMovable(entry)) this.left++;
    }
    if (this.left > 0) engine.soon(PHASE.COMPLETION, this.op, 0, 0, 0);
  }

  private move(): void {
    invariant(this.left > 0, 'a redrive moves the letters that it counted');
    const { back, queue } = this;
    const { message, newer, origin } = queue.entries;
    let entry = queue.entries.oldest;
    while (entry >= 0 && !this.isMovable(entry)) entry = newer[entry];
    if (entry < 0) {
      this.left = 0;
      return;
    }
    if (!queue.isHalted && back.isOpen(origin[entry])) {
      this.left--;
      this.world.meters.count(this.moved);
      // The queue removes the letter before its copy is sent; this hold keeps it readable until then.
      const letter = message[entry];
      const from = origin[entry];
      this.messages.holders[letter]++;
      queue.takeAway(entry, 'redriven');
      back.send(letter, from, this.isRepaired);
      this.messages.release(letter);
    }
    if (this.left > 0) engine.at(engine.now + this.everyNs, PHASE.COMPLETION, this.op, 0, 0, 0);
  }

  /** True for a ready message that came as a dead letter: not for messages in flight or published to this queue. */
  private isMovable(entry: number): boolean {
    const { origin, place } = this.queue.entries;
    return place[entry] === PLACE.ready && origin[entry] !== NOWHERE;
  }
}
