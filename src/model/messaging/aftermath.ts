import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import { widenInt32 } from '../../kernel/pool.js';
import { streamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { NS_PER_MS } from '../../kernel/time.js';
import type { Consumption } from '../../spec/messaging.js';
import type { MeterSubject, Counter } from '../meters.js';
import type { Delays, Registry } from '../registry.js';
import type { World } from '../world.js';
import { levels } from '../levels.js';
import type { Messages } from './messages.js';

/** What a consumer whose handler has failed can do with the message. */
export interface Parking {
  /** Back behind all others, for this consumer alone. */
  put(message: number): void;
  /** Into the topic or queue of those that nobody could handle. */
  deadLetter(message: number): void;
}

/** A try takes this long at least: a consumer that fails at once has to poll again. */
const POLL_NS = NS_PER_MS;

/** What becomes of a message whose handler has failed: tried again, put aside, or given up. */
export class Aftermath {
  private readonly world: World;
  private readonly messages: Messages;
  private readonly spec: Consumption;
  private readonly parking: Parking;
  private readonly delays: Delays | null;
  private readonly backOp: number;
  private readonly deadLettered: Counter;
  private readonly lost: Counter;
  private readonly group: number;
  /** By message, where tries are not counted by the consumer itself: those that have failed. */
  private tries: Int32Array = new Int32Array(0);
  /** The same: runs of the handler. */
  private runs: Int32Array = new Int32Array(0);
  /** What has failed waits in a log of the group's own. */
  readonly waitsElsewhere: boolean;
  /** Level of what does so and is not in that log yet, -1 = nothing ever does. */
  private readonly delayed: number;
  /** Given up at a place that the group may come to again, by that: lost when it has passed it for good. */
  private readonly pending = new Map<number, number>();

  constructor(
    world: World,
    registry: Registry,
    messages: Messages,
    spec: Consumption,
    group: number,
    subject: MeterSubject,
    parking: Parking,
  ) {
    this.world = world;
    this.messages = messages;
    this.spec = spec;
    this.group = group;
    this.parking = parking;
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
  private addCounts({ shelf, slots }: Messages): void {
    slots.onGrow((capacity) => {
      this.tries = widenInt32(this.tries, capacity);
      this.runs = widenInt32(this.runs, capacity);
    });
    shelf.takeAlong({
      get: (message) => this.tries[message],
      set: (message, tries) => (this.tries[message] = tries),
    });
    shelf.takeAlong({
      get: (message) => this.runs[message],
      set: (message, runs) => (this.runs[message] = runs),
    });
  }

  /** Whether the consumer keeps what has failed for the `tries`th time, and tries it again. */
  keeps(tries: number): boolean {
    const { retry, onPoison } = this.spec;
    if (onPoison === 'block') return true;
    return retry !== null && retry.mode === 'inProcess' && tries < retry.attempts;
  }

  /** How long the consumer waits before it tries again. */
  waitNs(tries: number, message: number, began: Ns): Ns {
    const delay = this.delayNs(tries, message);
    return engine.now + delay > began ? delay : POLL_NS;
  }

  /** A message has come to the log. */
  came(message: number): void {
    if (this.waitsElsewhere) this.tries[message] = this.runs[message] = 0;
  }

  /** Where it may be in two logs: which run of the handler begins for it. */
  begins(message: number): number {
    return ++this.runs[message];
  }

  /** The consumer goes on without it; `isPassed`: the group will not come to its place again. */
  leave(message: number, place: number, isPassed: boolean): void {
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

  /** The message has had its effect after all. */
  settled(message: number): void {
    if (this.waitsElsewhere) this.tries[message] = 0;
  }

  /** The effect will not happen by what stands at this place. */
  lose(message: number, place: number): void {
    if (this.messages.loses(message, this.group, place)) this.world.meters.count(this.lost);
  }

  /** The same, of a place in the log of all that the group comes to no more: what waits elsewhere is tried again. */
  leap(message: number, place: number): void {
    if (!this.waitsElsewhere || this.tries[message] === 0) this.lose(message, place);
  }

  /** The same, unless whoever reads the place next brings it about. */
  abandon(message: number, place: number, isPassed: boolean): void {
    if (isPassed) this.lose(message, place);
    else if (!this.pending.has(place)) {
      this.pending.set(place, message);
      // Held, it keeps its slot.
      this.messages.holders[message]++;
    }
  }

  /** Whether anything depends on how far the group gets. */
  get isPending(): boolean {
    return this.pending.size > 0;
  }

  /** The group will not come to the place again. */
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
    const { lineageA, lineageB } = this.messages;
    if (this.delays === null) return 0;
    return this.delays.delayNs(tries, lineageA[message], lineageB[message]);
  }
}
