import { Expiring } from '../../kernel/expiring.js';
import { invariant } from '../../kernel/invariant.js';
import { Slots, widenFloat64, widenInt32 } from '../../kernel/pool.js';
import type { Ns } from '../../kernel/time.js';
import { HINTED, isSuccess, kindOf, OUTCOME } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';

/** A caller's own refusals: nothing was asked, so there is no answer to keep. */
const NOT_ASKED: ReadonlySet<number> = new Set([
  OUTCOME.rejectedBreaker,
  OUTCOME.rejectedBulkhead,
  OUTCOME.rejectedRateLimit,
]);

/**
 * Calls that share an answer, by key: one leads, the others follow until it has ended. What leading and
 * following means for a call is its owner's business; here are only the lists of who waits for whom.
 */
export class Coalescer {
  readonly shareErrors: boolean;
  private readonly windowNs: Ns | null;
  private readonly answers: Expiring | null;
  /** Flight by key: the one that a newcomer follows. */
  private readonly current = new Map<number, number>();
  private readonly flights = new Slots(16);
  private key: Float64Array = new Float64Array(0);
  private started: Float64Array = new Float64Array(0);
  /** First and last follower of a flight, -1 = none. */
  private head: Int32Array = new Int32Array(0);
  private tail: Int32Array = new Int32Array(0);
  private readonly followers = new Slots(16);
  /** By follower: who it is, its flight, and its neighbours in the list. */
  private member: Int32Array = new Int32Array(0);
  private flightOf: Int32Array = new Int32Array(0);
  private before: Int32Array = new Int32Array(0);
  private behind: Int32Array = new Int32Array(0);

  /** `windowNs`: an answer is shared for so long from the start of its call; null = while that lasts. */
  constructor(windowNs: Ns | null, shareErrors: boolean) {
    this.windowNs = windowNs;
    this.shareErrors = shareErrors;
    this.answers = windowNs === null ? null : new Expiring(windowNs);
    this.flights.onGrow((capacity) => {
      this.key = widenFloat64(this.key, capacity);
      this.started = widenFloat64(this.started, capacity);
      this.head = widenInt32(this.head, capacity);
      this.tail = widenInt32(this.tail, capacity);
    });
    this.followers.onGrow((capacity) => {
      this.member = widenInt32(this.member, capacity);
      this.flightOf = widenInt32(this.flightOf, capacity);
      this.before = widenInt32(this.before, capacity);
      this.behind = widenInt32(this.behind, capacity);
    });
  }

  /** Flights under way. */
  get used(): number {
    return this.flights.used;
  }

  /** The answer that is shared although its call has ended; 0 where there is none. */
  kept(now: Ns, key: number): Outcome {
    return this.answers === null ? 0 : this.answers.get(now, key);
  }

  /** The flight that a newcomer with this key follows, or -1: it leads. */
  find(now: Ns, key: number): number {
    const flight = this.current.get(key);
    if (flight === undefined) return -1;
    return this.windowNs === null || now < this.started[flight] + this.windowNs ? flight : -1;
  }

  /** Begins a flight. One of the same key that is past its window goes on with those who follow it. */
  lead(now: Ns, key: number): number {
    const flight = this.flights.take();
    this.key[flight] = key;
    this.started[flight] = now;
    this.head[flight] = this.tail[flight] = -1;
    this.current.set(key, flight);
    return flight;
  }

  /** `member` waits for the end of a flight; gives the number under which it can quit. */
  follow(flight: number, member: number): number {
    const follower = this.followers.take();
    const last = this.tail[flight];
    this.member[follower] = member;
    this.flightOf[follower] = flight;
    this.before[follower] = last;
    this.behind[follower] = -1;
    if (last < 0) this.head[flight] = follower;
    else this.behind[last] = follower;
    this.tail[flight] = follower;
    return follower;
  }

  /** A follower no longer waits. */
  quit(follower: number): void {
    invariant(this.followers.has(follower), 'quit-of-nobody');
    const flight = this.flightOf[follower];
    const before = this.before[follower];
    const behind = this.behind[follower];
    if (before < 0) this.head[flight] = behind;
    else this.behind[before] = behind;
    if (behind < 0) this.tail[flight] = before;
    else this.before[behind] = before;
    this.followers.give(follower);
  }

  /** Takes the follower that has waited longest: who it is, or -1. */
  next(flight: number): number {
    const follower = this.head[flight];
    if (follower < 0) return -1;
    this.quit(follower);
    return this.member[follower];
  }

  /**
   * The leader has ended and its answer is not for the others: the one that has waited longest leads on.
   * Who that is, or -1 where the flight is over.
   */
  handOver(now: Ns, flight: number): number {
    invariant(this.flights.has(flight), 'flight-is-over');
    const member = this.next(flight);
    if (member >= 0) {
      this.started[flight] = now;
      return member;
    }
    this.forget(flight);
    this.flights.give(flight);
    return -1;
  }

  /**
   * The leader has its response, and the flight takes no more followers. The caller takes the followers, then closes it.
   * True if the response is kept for later requests.
   */
  land(now: Ns, flight: number, outcome: Outcome): boolean {
    invariant(this.flights.has(flight), 'flight-is-over');
    if (!this.forget(flight) || this.answers === null) return false;
    const untilNs = this.started[flight] + this.windowNs!;
    const worth = isSuccess(outcome) || (this.shareErrors && !NOT_ASKED.has(kindOf(outcome)));
    if (!worth || now >= untilNs) return false;
    // A hint says when to come back counted from then, and later is not then.
    this.answers.set(now, this.key[flight], outcome & ~HINTED, untilNs);
    return true;
  }

  close(flight: number): void {
    this.flights.give(flight);
  }

  /** Forgets the answers that are kept; no flight is under way. */
  reset(): void {
    invariant(this.flights.used === 0, 'reset-under-way');
    this.answers?.clear();
  }

  /** False where a later flight of the key has taken the place. */
  private forget(flight: number): boolean {
    if (this.current.get(this.key[flight]) !== flight) return false;
    this.current.delete(this.key[flight]);
    return true;
  }
}
