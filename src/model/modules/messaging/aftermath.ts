import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey } from '../../../kernel/rng.js';
import { NS_PER_MS, type Ns } from '../../../kernel/time.js';
import type { Consumption } from '../../../contracts/scenario/consumers.js';
import type { MeterSubject, Counter } from '../../data/figures/meters.js';
import type { Delays, Registry } from '../../data/registry.js';
import type { Run } from '../../data/run.js';
import { levels } from '../../data/figures/levels.js';
import type { Messages } from './messages.js';

/** Destinations for a message whose handler has failed. */
export interface Parking {
  /** Appends the message to the retry log of this consumer. */
  put(message: number): void;
  /** Sends the message to the dead-letter topic or queue. */
  deadLetter(message: number): void;
}

/** Shortest wait before a retry: a consumer that fails at once still has to poll again. */
const POLL_NS = NS_PER_MS;

/** Decides what happens to a message whose handler has failed: retry in place, retry later, dead letter or loss. */
export class Aftermath {
  private readonly delays: Delays | null;
  private readonly backOp: number;
  private readonly deadLettered: Counter;
  private readonly lost: Counter;
  /** By message: failed tries. Used only for `waitsElsewhere`; otherwise the consumer counts them itself. */
  private tries: Int32Array = new Int32Array(0);
  /** By message: runs of the handler. Used only for `waitsElsewhere`. */
  private runs: Int32Array = new Int32Array(0);
  /** Failed messages wait for their retry in a separate log of the group. */
  readonly waitsElsewhere: boolean;
  /** Gauge of the failed messages that wait for their backoff and are not in that log yet; -1 without such a log. */
  private readonly delayed: number;
  /**
   * By place: a message given up where the group may read again. It is lost once the group has committed past the
   * place.
   */
  private readonly pending = new Map<number, number>();

  constructor(
    private readonly world: Run,
    registry: Registry,
    private readonly messages: Messages,
    private readonly spec: Consumption,
    private readonly group: number,
    subject: MeterSubject,
    private readonly parking: Parking,
  ) {
    const { plan, replication, meters } = world;
    const { component, name } = plan.parts[subject.part];
    const key = `${plan.components[component].name}.${name}/backoff`;
    const backoff = spec.retry?.backoff ?? null;
    this.delays =
      backoff === null ? null : registry.delaysOf(backoff, streamKey(plan.seed, replication, key));
    this.deadLettered = meters.counter('deadLettered', subject);
    this.lost = meters.counter('lostEffects', subject);
    this.backOp = engine.define('message-due', (message) => {
      levels.add(this.delayed, -1);
      this.parking.put(message);
    });
    this.waitsElsewhere = spec.retry !== null && spec.retry.mode !== 'inProcess';
    this.delayed = this.waitsElsewhere ? meters.gauge('delayed', subject) : -1;
    if (this.waitsElsewhere) this.addCounts(messages);
  }

  /** Adds the columns that count tries and runs of each message. */
  private addCounts({ packed, slots }: Messages): void {
    slots.addColumns(this);
    packed.addColumn({
      get: (message) => this.tries[message],
      set: (message, tries) => (this.tries[message] = tries),
    });
    packed.addColumn({
      get: (message) => this.runs[message],
      set: (message, runs) => (this.runs[message] = runs),
    });
  }

  /** True if the consumer retries a record in place after this many failed tries. */
  keeps(tries: number): boolean {
    const { retry, onPoison } = this.spec;
    if (onPoison === 'block') return true;
    return retry !== null && retry.mode === 'inProcess' && tries < retry.attempts;
  }

  /** Wait before the next try; never zero for a run that failed in the instant in which it began. */
  waitNs(tries: number, message: number, began: Ns): Ns {
    const delay = this.delayNs(tries, message);
    return engine.now + delay > began ? delay : POLL_NS;
  }

  /** A message was appended to the log. */
  came(message: number): void {
    if (this.waitsElsewhere) this.tries[message] = this.runs[message] = 0;
  }

  /** Counts a run of the handler and returns its number. Used only for `waitsElsewhere`. */
  begins(message: number): number {
    return ++this.runs[message];
  }

  /** The consumer moves on without the message. `isPassed`: the group will not read this place again. */
  leave(message: number, place: number, isPassed: boolean): void {
    invariant(
      this.messages.holders[message] > 0,
      'a failed message is kept until the group is past it',
    );
    const { retry } = this.spec;
    if (retry === null || retry.mode === 'inProcess') {
      this.giveUp(message, place, isPassed);
      return;
    }
    const tries = ++this.tries[message];
    if (tries >= retry.attempts) {
      this.tries[message] = 0;
      this.giveUp(message, place, isPassed);
      return;
    }
    const isDelayed = retry.mode === 'delayed';
    const delay = isDelayed ? Math.max(this.delayNs(tries, message), POLL_NS) : POLL_NS;
    this.messages.holders[message]++;
    levels.add(this.delayed, 1);
    engine.at(engine.now + delay, PHASE.ARRIVAL, this.backOp, message, 0, 0);
  }

  /** The message has had its effect. */
  settled(message: number): void {
    if (this.waitsElsewhere) this.tries[message] = 0;
  }

  /** The delivery at this place will not have an effect; counts a lost effect if no other copy can have it. */
  lose(message: number, place: number): void {
    if (this.messages.loses(message, this.group, place)) this.world.meters.count(this.lost);
  }

  /** The group skips a place in the topic's log. A message that waits for a retry elsewhere is not lost. */
  leap(message: number, place: number): void {
    if (!this.waitsElsewhere || this.tries[message] === 0) this.lose(message, place);
  }

  /**
   * Gives a message up: lost at once if the group is past its place, otherwise only if no later read has the effect.
   */
  abandon(message: number, place: number, isPassed: boolean): void {
    if (isPassed) this.lose(message, place);
    else if (!this.pending.has(place)) {
      this.pending.set(place, message);
      // The hold keeps the message's slot.
      this.messages.holders[message]++;
    }
  }

  /** True if some given-up messages wait for the group to pass their places. */
  get isPending(): boolean {
    return this.pending.size > 0;
  }

  /** The group will not read the place again. */
  passed(place: number): void {
    const message = this.pending.get(place);
    if (message === undefined) return;
    this.pending.delete(place);
    this.lose(message, place);
    this.messages.release(message);
  }

  private giveUp(message: number, place: number, isPassed: boolean): void {
    if (this.spec.onPoison === 'deadLetter') {
      this.world.meters.count(this.deadLettered);
      this.messages.giveUp(message, this.group);
      this.parking.deadLetter(message);
    } else {
      this.abandon(message, place, isPassed);
    }
  }

  private delayNs(tries: number, message: number): Ns {
    invariant(tries > 0, 'a message waits for a retry after a try');
    const { lineageA, lineageB } = this.messages;
    if (this.delays === null) return 0;
    return this.delays.delayNs(tries, lineageA[message], lineageB[message]);
  }
}
