import { invariant } from '../../../kernel/invariant.js';

/**
 * The thread of a consumer that reads several topics (one KafkaConsumer.subscribe of them all): one batch is handled at
 * a time, and topics with records take turns. A user of the thread is the loop of one topic.
 */
export class SharedThread {
  /** By user: continues its loop; false if the loop cannot poll now. */
  private readonly wakes: (() => boolean)[] = [];
  /** By user: it has asked for the thread since its last poll. */
  private readonly waits: boolean[] = [];
  /** The user whose records are handled; -1 = none. */
  private holder = -1;

  /** Adds a user. Returns its number. */
  join(wake: () => boolean): number {
    this.waits.push(false);
    return this.wakes.push(wake) - 1;
  }

  /** Whether a user may poll now. One that has just handled records lets the others go first. */
  lets(user: number): boolean {
    if (this.holder >= 0 && this.holder !== user) {
      this.waits[user] = true;
      return false;
    }
    const isAgain = this.holder === user;
    this.holder = -1;
    this.waits[user] = isAgain && this.wakeOther(user);
    return !this.waits[user];
  }

  taken(user: number): void {
    invariant(this.holder < 0, 'a thread handles one batch at a time');
    this.holder = user;
  }

  /** A user has nothing to handle. */
  idles(user: number): void {
    if (this.holder === user) this.holder = -1;
    if (this.holder < 0) this.wakeOther(user);
  }

  /** Continues the next user that waits; false if there is none. */
  private wakeOther(user: number): boolean {
    const { wakes, waits } = this;
    invariant(this.holder < 0, 'a topic polls only while no batch is handled');
    for (let k = 1; k < wakes.length; k++) {
      const other = (user + k) % wakes.length;
      if (!waits[other]) continue;
      waits[other] = false;
      if (wakes[other]()) return true;
    }
    return false;
  }
}
