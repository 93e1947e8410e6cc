import { invariant } from '../../../../kernel/invariant.js';
import type { PlanQueue } from '../../../../contracts/plan/queues.js';
import type { Deaths } from '../deaths.js';
import { PLACE, type Entries } from './entries.js';
import type { Expiry } from './expiry.js';
import { Letters, type LetterOwner } from './letters.js';
import type { Places } from './places.js';

/** The queue that sets messages aside. */
interface Owner extends LetterOwner {
  readonly spec: Pick<PlanQueue, 'rules'>;
  readonly entries: Entries;
  readonly isComplete: boolean;
  /** Takes a message from its place. */
  leave(entry: number): void;
}

/** Messages that stay stored in a queue, and that no consumer gets. */
export class Aside {
  /** Dead letters that are kept until they are confirmed; null = the queue forgets those that it sends. */
  readonly letters: Letters | null;

  constructor(
    private readonly owner: Owner,
    history: Deaths,
    private readonly expiry: Expiry,
    private readonly places: Places,
  ) {
    const { letterTransfer } = owner.spec.rules;
    this.letters = letterTransfer && new Letters(letterTransfer, owner.entries, history, owner);
  }

  /** A message whose deliveries are used up stays until it expires or makes room. */
  keep(entry: number): void {
    const { deliveries } = this.owner.entries;
    invariant(deliveries[entry] > 0, 'a message is given up after a delivery');
    this.put(entry, PLACE.spent);
    this.expiry.setAside(entry);
  }

  /** A dead letter stays until it is confirmed; false if the queue does not wait for that. */
  letter(entry: number, target: number, deaths: number): boolean {
    if (this.letters === null) return false;
    this.put(entry, PLACE.letter);
    this.letters.add(entry, target, deaths);
    return true;
  }

  private put(entry: number, place: number): void {
    const { owner } = this;
    const { entries } = owner;
    invariant(entries.place[entry] !== place, 'a message is set aside once');
    owner.leave(entry);
    entries.place[entry] = place;
    entries.stamp[entry]++;
    this.places.enter(place);
    invariant(owner.isComplete, 'a message that is set aside stays in the queue');
  }
}
