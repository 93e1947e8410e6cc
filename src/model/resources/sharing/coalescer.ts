import { Expiring } from '../../../kernel/expiring.js';
import { invariant } from '../../../kernel/invariant.js';
import { Slots, widenFloat64, widenInt32 } from '../../../kernel/pool.js';
import type { Ns } from '../../../kernel/time.js';
import { HINTED, isSuccess, kindOf, OUTCOME, type Outcome } from '../../../contracts/outcome.js';

/** A caller's own refusals: no call was sent, so there is no answer to keep. */
const NOT_ASKED: ReadonlySet<number> = new Set([
  OUTCOME.rejectedBreaker,
  OUTCOME.rejectedBulkhead,
  OUTCOME.rejectedRateLimit,
]);

/**
 * Calls that share an answer, by key: one leads, the others follow until it has ended. This class only keeps the lists
 * of followers; its owner decides what leading and following means for a call.
 */
export class Coalescer {
  /** By key: the flight that a new call follows. */
  private readonly current = new Map<number, number>();
  private readonly flights = new Slots(16);
  private key: Float64Array = new Float64Array(0);
  private started: Float64Array = new Float64Array(0);
  /** First and last follower of a flight, -1 = none. */
  private head: Int32Array = new Int32Array(0);
  private tail: Int32Array = new Int32Array(0);
  private readonly followers = new Slots(16);
  /** By follower: its member, its flight, and its neighbours in the list. */
  private member: Int32Array = new Int32Array(0);
  private flightOf: Int32Array = new Int32Array(0);
  private before: Int32Array = new Int32Array(0);
  private behind: Int32Array = new Int32Array(0);
  private readonly answers: Expiring | null =
    this.windowNs === null ? null : new Expiring(this.windowNs);

  /** `windowNs`: time for which an answer is shared, from the start of its call; null = only while the call lasts. */
  constructor(
    private readonly windowNs: Ns | null,
    readonly shareErrors: boolean,
  ) {
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

  /** Number of flights in progress. */
  get used(): number {
    return this.flights.used;
  }

  /** The kept answer of a call that has ended; 0 if there is none. */
  kept(now: Ns, key: number): Outcome {
    return this.answers === null ? 0 : this.answers.get(now, key);
  }

  /** The flight that a new call with this key follows; -1 if it leads. */
  find(now: Ns, key: number): number {
    const flight = this.current.get(key);
    if (flight === undefined) return -1;
    return this.windowNs === null || now < this.started[flight] + this.windowNs ? flight : -1;
  }

  /** Starts a flight. An earlier flight of the same key that is past its window continues with its own followers. */
  lead(now: Ns, key: number): number {
    invariant(this.find(now, key) < 0, 'one call at a time leads for a key');
    const flight = this.flights.take();
    this.key[flight] = key;
    this.started[flight] = now;
    this.head[flight] = this.tail[flight] = -1;
    this.current.set(key, flight);
    return flight;
  }

  /** `member` waits for the end of a flight; returns the number with which it can quit. */
  follow(flight: number, member: number): number {
    invariant(this.flights.has(flight), 'a call follows one that is in progress');
    const follower = this.followers.take();
    const last = this.tail[flight];
    invariant(last < 0 || this.behind[last] < 0, 'the last follower has none behind it');
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
    invariant(this.followers.has(follower), 'a follower quits the load that it waits for');
    const flight = this.flightOf[follower];
    const before = this.before[follower];
    const behind = this.behind[follower];
    invariant(
      (before < 0 ? this.head[flight] : this.behind[before]) === follower,
      'a follower is behind its neighbour',
    );
    invariant(
      (behind < 0 ? this.tail[flight] : this.before[behind]) === follower,
      'a follower is before its neighbour',
    );
    if (before < 0) this.head[flight] = behind;
    else this.behind[before] = behind;
    if (behind < 0) this.tail[flight] = before;
    else this.before[behind] = before;
    this.followers.give(follower);
  }

  /** Removes and returns the follower that has waited longest, or -1. */
  next(flight: number): number {
    const follower = this.head[flight];
    if (follower < 0) return -1;
    invariant(this.flightOf[follower] === flight, 'a call serves its own followers');
    this.quit(follower);
    return this.member[follower];
  }

  /**
   * The leader has ended without an answer for the others: the follower that has waited longest takes over. Returns it,
   * or -1 if the flight is over.
   */
  handOver(now: Ns, flight: number): number {
    invariant(this.flights.has(flight), 'a load that others wait for is under way');
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
   * The leader has its response, and the flight takes no more followers. The caller takes the followers, then closes
   * it. Returns true if the response is kept for later requests.
   */
  land(now: Ns, flight: number, outcome: Outcome): boolean {
    invariant(this.flights.has(flight), 'a load that others wait for is under way');
    if (!this.forget(flight) || this.answers === null) return false;
    const untilNs = this.started[flight] + this.windowNs!;
    const worth = isSuccess(outcome) || (this.shareErrors && !NOT_ASKED.has(kindOf(outcome)));
    if (!worth || now >= untilNs) return false;
    // A retry hint counts from the time of the answer, so a kept answer carries none.
    this.answers.set(now, this.key[flight], outcome & ~HINTED, untilNs);
    return true;
  }

  close(flight: number): void {
    invariant(this.head[flight] < 0, 'a shared call ends after its last follower');
    this.flights.give(flight);
  }

  /** Discards the kept answers; no flight may be in progress. */
  reset(): void {
    invariant(this.flights.used === 0, 'nothing is under way at a reset');
    this.answers?.clear();
  }

  /** Removes a flight from its key; returns false if a later flight of the key has replaced it. */
  private forget(flight: number): boolean {
    if (this.current.get(this.key[flight]) !== flight) return false;
    this.current.delete(this.key[flight]);
    return true;
  }
}
