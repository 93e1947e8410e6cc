import { invariant } from '../../../../kernel/invariant.js';
import { engine } from '../../../../kernel/engine.js';
import { powi } from '../../../../kernel/math.js';
import { PHASE } from '../../../../kernel/phase.js';
import { streamKey, unit, type StreamKey } from '../../../../kernel/rng.js';
import { NS_PER_MS, type Ns } from '../../../../kernel/time.js';
import { isSuccess, OUTCOME, type Outcome } from '../../../../contracts/outcome.js';
import type { PlanConsumer } from '../../../../contracts/plan/queues.js';
import type { Counter, Durations } from '../../../data/figures/meters.js';
import type { Delays, Registry } from '../../../data/registry.js';
import { MISSED } from '../../../resources/tasks.js';
import type { BackgroundRun } from '../../../platform/background-run.js';
import { Inboxes } from '../inboxes.js';
import type { Messages, Poison } from '../messages.js';
import type { Channel } from './channel.js';
import { PART, VERDICT, type Deliveries } from './deliveries.js';
import type { DispatchPort } from './dispatch-port.js';
import { staysInHand } from './in-hand.js';
import { Pausing } from './pausing.js';
import { Renewals } from './renewals.js';
import type { StoredQueue } from './stored-queue.js';

/** Delay before a throttled invocation is repeated; doubles each time, up to a limit. */
const FIRST_WAIT_NS = 1000 * NS_PER_MS;
const LAST_WAIT_NS = 300 * FIRST_WAIT_NS;
/** Age at which an event is dropped that the function had no room for. */
const EVENT_AGE_NS = 6 * 3600 * FIRST_WAIT_NS;
/** Shortest duration of a try. */
const TRY_NS = NS_PER_MS;

/** Exceeds the number of tries of one delivery. */
const OWN_RUNS = 1024;

/** Metrics, backoff and inbox of one consumer of a queue. */
interface Book {
  readonly consumed: Counter;
  /** Counts repeated effects; null if the handler is idempotent. */
  readonly duplicates: Counter | null;
  readonly delays: Durations;
  readonly backoff: Delays | null;
  readonly inbox: Inboxes | null;
  readonly key: StreamKey;
}

/** The consumer side of a queue: runs the handlers and returns a verdict for each message. */
export class Handling {
  private readonly books: readonly Book[];
  /** Injected errors of the endpoint also hit its deliveries. */
  readonly takesErrors = true;
  /** Policies around the handlers; null if no consumer has any. */
  readonly pausing: Pausing | null;
  private readonly channels: readonly Channel[] = this.dispatch.channels;
  private readonly deliveries: Deliveries = this.dispatch.deliveries;
  private readonly queue: StoredQueue = this.dispatch.queue;
  /** Null if no consumer sends heartbeats. */
  private readonly renewals: Renewals | null;
  private readonly owner: number = this.world.tasks.register(this);
  private readonly wakeOp: number = engine.define('handle', (channel, epoch) =>
    this.wake(channel, epoch),
  );
  private readonly againOp: number = engine.define('handle-again', (run) => this.again(run));
  private readonly failedOp: number = engine.define('handling-failed', (run) => {
    if (!this.isOver(run)) this.ended(run, OUTCOME.serverError);
  });

  constructor(
    private readonly world: BackgroundRun,
    registry: Registry,
    private readonly messages: Messages,
    private readonly dispatch: DispatchPort,
    /** Bit of the effect of a message in this queue. */
    private readonly effect: number,
  ) {
    this.books = this.queue.spec.consumers.map((consumer) => this.bookOf(consumer, registry));
    const isRenewed = this.queue.spec.consumers.some(
      ({ spec }) => spec.heartbeatIntervalNs !== null,
    );
    this.renewals = isRenewed ? new Renewals(this.dispatch) : null;
    const isGuarded = this.queue.spec.consumers.some(({ spec }) => spec.policy !== null);
    this.pausing = isGuarded ? this.pausingOf(registry) : null;
  }

  /** A message has arrived at a consumer. */
  come(channel: Channel, delivery: number): void {
    const { polled } = this.queue.spec.rules;
    if (!this.isWanted(channel, delivery)) this.dispatch.send(delivery, VERDICT.ack);
    else if (this.refuses(channel, delivery)) {
      // It was on its way when the consumer was paused or stopped.
      this.dispatch.send(delivery, VERDICT.back);
    } else {
      channel.buffer.push(delivery);
      const first = polled && channel.spec.spec.commit === 'before';
      if (first) this.dispatch.settleFirst(delivery);
      this.renewals?.begin(delivery);
    }
    // Messages that arrive in the same instant belong to the same run.
    if (channel.waking) return;
    channel.waking = true;
    engine.soon(PHASE.ARRIVAL, this.wakeOp, channel.index, channel.epoch, 0);
  }

  private refuses(channel: Channel, delivery: number): boolean {
    const isLeft = channel.leaving && !staysInHand(this.dispatch, delivery);
    return isLeft || this.pausing?.refuses(channel, delivery) === true;
  }

  taskEnded(run: number, outcome: Outcome): void {
    this.queue.figures.worked(this.deliveries, run, -1);
    if (!this.isOver(run)) this.ended(run, outcome);
  }

  /** True if the process of a run has died; releases the run. */
  private isOver(run: number): boolean {
    const { dead, channel, began } = this.deliveries;
    if (dead[run] === 0) {
      const own = this.channels[channel[run]];
      if (!own.instance.down && began[run] >= own.instance.startedAt) return false;
      // The queue had taken its messages back before the process died, so their deaths were not noted.
      this.pausing?.dropped(own, run);
    }
    this.letGo(run);
    return true;
  }

  /**
   * The handler has failed for a message. Where messages of a key have an order, it stops at this one and reports those
   * after it too (AWS Lambda developer guide, services-sqs-errorhandling).
   */
  missed(run: number, nth: number): number {
    const { deliveries } = this;
    if (!this.channels[deliveries.channel[run]].spec.spec.partialFailures) return MISSED.run;
    let own = run;
    for (let left = nth; ; own = deliveries.inRun[own]) {
      invariant(own >= 0, 'a round is that of a message of its run');
      if (deliveries.part[own] !== PART.known && left-- === 0) break;
    }
    deliveries.part[own] = PART.missed;
    return this.queue.spec.rules.keyed ? MISSED.rest : MISSED.alone;
  }

  private ended(run: number, outcome: Outcome): void {
    const channel = this.channels[this.deliveries.channel[run]];
    invariant(this.deliveries.began[run] <= engine.now, 'a run of a handler begins before it ends');
    invariant(channel.busy > 0, 'the handler of a run is busy until it ends');
    this.pausing?.ended(channel, run, outcome);
    if (isSuccess(outcome) && channel.spec.spec.partialFailures) {
      this.endedInPart(channel, run);
      return;
    }
    if (isSuccess(outcome)) this.succeeded(channel, run);
    else if (this.waitsForPlace(channel, run, outcome)) return;
    else if (this.isTooFast(channel, run)) {
      this.failAt(run, engine.now + TRY_NS);
      return;
    } else if (this.triesAgain(channel, run)) return;
    else this.failed(channel, run);
    this.finish(channel, run);
  }

  /** The handler reports which messages of its run have failed: the poison ones, and those that it has missed. */
  private endedInPart(channel: Channel, run: number): void {
    const { message, part } = this.deliveries;
    const { poison } = this.messages;
    const { keyed } = this.queue.spec.rules;
    let hasStopped = false;
    const [done, failed] = this.deliveries.split(run, (own) => {
      const isFailed = hasStopped || poison[message[own]] > 0 || part[own] === PART.missed;
      hasStopped ||= keyed && isFailed;
      return isFailed;
    });
    if (failed >= 0) this.failed(channel, failed);
    if (done >= 0) this.succeeded(channel, done);
    this.letGo(failed);
    this.finish(channel, done);
  }

  private wake(index: number, epoch: number): void {
    const channel = this.channels[index];
    if (channel.epoch !== epoch) return;
    channel.waking = false;
    this.startAll(channel);
  }

  private startAll(channel: Channel): void {
    const { buffer, spec } = channel;
    while (channel.busy < spec.handlers && buffer.length > 0 && !channel.paused) {
      const run = this.gather(channel);
      channel.busy++;
      this.start(channel, run);
    }
    if (channel.busy > 0 || buffer.length > 0) return;
    const { done } = channel;
    while (done.length > 0) this.judgeOne(done.shift(), VERDICT.ack);
    this.dispatch.idle(channel);
  }

  /** Links the messages of one run of the handler to the first one; the run pins all of them. */
  private gather({ buffer, spec }: Channel): number {
    const { deliveries } = this;
    const run = buffer.shift();
    deliveries.began[run] = engine.now;
    invariant(deliveries.inRun[run] < 0, 'a message is in one run of the handler');
    deliveries.pin(run);
    let last = run;
    for (let k = 1; k < spec.spec.batch && buffer.length > 0; k++) {
      const next = buffer.shift();
      invariant(deliveries.inRun[next] < 0, 'a message joins one run of the handler');
      invariant(
        deliveries.channel[next] === deliveries.channel[run],
        'the messages of a run came to one handler',
      );
      deliveries.pin(next);
      deliveries.inRun[last] = next;
      last = next;
    }
    return run;
  }

  private letGo(run: number): void {
    const { deliveries } = this;
    for (let own = run; own >= 0;) {
      const next = deliveries.inRun[own];
      deliveries.unpin(own);
      own = next;
    }
  }

  private start(channel: Channel, run: number): void {
    const { deliveries, messages, queue, world } = this;
    const { spec } = channel;
    invariant(deliveries.dead[run] === 0, 'a dead process starts no handler');
    invariant(channel.busy > 0, 'a run starts on a handler that is reserved for it');
    const isKnown = this.isKnown(channel, run);
    if (isKnown && spec.lookup < 0) {
      this.judge(run, VERDICT.ack);
      this.finish(channel, run);
      return;
    }
    if (this.pausing?.lets(channel, run) === false) return;
    const tries = ++deliveries.tries[run];
    deliveries.began[run] = engine.now;
    const poison = messages.poisons.length === 0 ? null : this.poisonOf(run);
    if (poison !== null && !(spec.spec.partialFailures && poison.effect === 'error')) {
      this.poisoned(channel, run, poison);
      return;
    }
    const entry = deliveries.entry[run];
    const isHere = queue.entries.isHere(entry, deliveries.life[run]);
    // If the queue has removed the message, only its consumer counts the tries.
    const resent = deliveries.resent[run];
    const number = isHere
      ? ++queue.entries.runs[entry] + resent
      : -tries - OWN_RUNS * (deliveries.number[run] + resent);
    const attempt = isHere ? number : tries + resent;
    const message = deliveries.message[run];
    const context = messages.context(message, this.effect, number, attempt, !isKnown, spec.part);
    let count = 0;
    for (let own = run; own >= 0; own = deliveries.inRun[own]) {
      const isOld = this.books[channel.consumer].inbox?.has(deliveries.message[own]) === true;
      deliveries.part[own] = isOld ? PART.known : PART.handled;
      if (!isOld) count++;
      if (own !== run) messages.handlesToo(deliveries.message[own]);
    }
    messages.handles(count);
    queue.figures.worked(deliveries, run, 1);
    const program = isKnown ? spec.lookup : spec.program;
    world.tasks.start(this.owner, run, channel.instance.id, spec.handler, context, program);
  }

  /** True if the inbox of the consumer has all messages of a run. */
  private isKnown(channel: Channel, run: number): boolean {
    const { inbox } = this.books[channel.consumer];
    if (inbox === null) return false;
    const { deliveries } = this;
    for (let own = run; own >= 0; own = deliveries.inRun[own]) {
      if (!inbox.has(deliveries.message[own])) return false;
    }
    return true;
  }

  /** The poison among the messages of a run; null = none. If there are several, the last kind in `poisons` wins. */
  private poisonOf(run: number): Poison | null {
    const { deliveries, messages } = this;
    let worst = 0;
    for (let own = run; own >= 0; own = deliveries.inRun[own]) {
      worst = Math.max(worst, messages.poison[deliveries.message[own]]);
    }
    return worst === 0 ? null : messages.poisons[worst - 1];
  }

  /** A poison message fails at once, kills the process, or hangs. */
  private poisoned(channel: Channel, run: number, { effect, restartNs }: Poison): void {
    const { outages } = this.world;
    if (effect === 'error') {
      this.failAt(run, engine.now);
    } else if (effect === 'crash') {
      outages.die(channel.instance, restartNs);
      this.letGo(run);
    } else {
      const { timeLimitNs } = channel.spec;
      if (timeLimitNs === null) this.letGo(run);
      else this.failAt(run, engine.now + timeLimitNs);
    }
  }

  private failAt(run: number, at: Ns): void {
    engine.at(at, PHASE.COMPLETION, this.failedOp, run, 0, 0);
  }

  private again(run: number): void {
    if (!this.isOver(run)) this.start(this.channels[this.deliveries.channel[run]], run);
  }

  private succeeded(channel: Channel, run: number): void {
    const { deliveries, messages, world } = this;
    const { meters } = world;
    const { consumed, duplicates, delays, inbox } = this.books[channel.consumer];
    for (let own = run; own >= 0; own = deliveries.inRun[own]) {
      const message = deliveries.message[own];
      if (inbox?.has(message) === true) continue;
      const isAgain = messages.effect(message, this.effect);
      if (isAgain && duplicates !== null) meters.count(duplicates);
      for (const book of this.books) book.inbox?.note(message);
      meters.count(consumed);
      meters.took(delays, messages.cell[message], messages.age(message));
    }
    if (channel.spec.spec.commit !== 'afterBatch') {
      this.judge(run, VERDICT.ack);
      return;
    }
    for (let own = run; own >= 0; own = deliveries.inRun[own]) channel.done.push(own);
  }

  /** Schedules an in-process retry, at once or after the backoff, if one is left. The messages behind it wait. */
  private triesAgain(channel: Channel, run: number): boolean {
    const { retry, onPoison } = channel.spec.spec;
    if (retry === null || retry.mode !== 'inProcess') return false;
    const { deliveries, messages } = this;
    const tries = deliveries.tries[run];
    if (tries >= retry.attempts && onPoison !== 'block') return false;
    const { backoff } = this.books[channel.consumer];
    const message = deliveries.message[run];
    const { lineageA, lineageB } = messages;
    const delay = backoff?.delayNs(tries, lineageA[message], lineageB[message]) ?? 0;
    engine.at(engine.now + delay, PHASE.RETRY, this.againOp, run, 0, 0);
    return true;
  }

  /**
   * Schedules the repetition of a throttled invocation; its message remains invisible meanwhile (AWS Lambda developer
   * guide, services-sqs-errorhandling; the delays are those of asynchronous events, invocation-async-error-handling).
   */
  private waitsForPlace({ spec }: Channel, run: number, outcome: Outcome): boolean {
    if (!spec.spec.invokes || (outcome & 31) !== OUTCOME.throttled) return false;
    const { began, tries } = this.deliveries;
    if (began[run] !== engine.now) return false;
    let waited = 0;
    let delay = 0;
    for (let k = 0; k < tries[run]; k++) {
      delay = Math.min(FIRST_WAIT_NS * powi(2, k), LAST_WAIT_NS);
      waited += delay;
    }
    if (waited >= Math.min(this.queue.spec.rules.inFlightNs, EVENT_AGE_NS)) return false;
    engine.at(engine.now + delay, PHASE.RETRY, this.againOp, run, 0, 0);
    return true;
  }

  /** True if a failure took no time: an immediate retry would repeat forever in one instant. */
  private isTooFast(channel: Channel, run: number): boolean {
    if (this.deliveries.began[run] !== engine.now) return false;
    const { retry } = channel.spec.spec;
    return this.queue.spec.rules.failure === 'back' || retry?.mode === 'inProcess';
  }

  private failed(channel: Channel, run: number): void {
    const { retry, onPoison } = channel.spec.spec;
    if (retry !== null && retry.mode !== 'inProcess' && this.failures(run) + 1 < retry.attempts) {
      this.tryLater(channel, run, retry.mode);
    } else if (onPoison === 'deadLetter') {
      this.forward(channel, run);
      this.judge(run, VERDICT.dead);
    } else if (onPoison === 'skip') {
      this.loseSettled(run);
      this.judge(run, VERDICT.skip);
    } else {
      this.loseSettled(run);
      const { failure } = this.queue.spec.rules;
      this.judge(run, failure === 'back' ? VERDICT.nack : VERDICT[failure]);
    }
  }

  private tryLater(channel: Channel, run: number, mode: 'requeue' | 'delayed'): void {
    const { deliveries, messages } = this;
    const isResent = channel.spec.spec.commit === 'before';
    if (!isResent) this.loseSettled(run);
    if (mode === 'requeue') {
      this.judge(run, VERDICT.nack);
      return;
    }
    const { backoff } = this.books[channel.consumer];
    const message = deliveries.message[run];
    const a = messages.lineageA[message];
    const delay = backoff!.delayNs(this.failures(run) + 1, a, messages.lineageB[message]);
    for (let own = run; own >= 0; own = deliveries.inRun[own]) {
      deliveries.delay[own] = delay;
      if (isResent) this.sendAgain(own, delay);
    }
    this.judge(run, VERDICT.later);
  }

  /** The consumer publishes a message that it has acknowledged once more, as Sidekiq and Celery do for a retry. */
  private sendAgain(delivery: number, delay: Ns): void {
    const { deliveries, queue } = this;
    invariant(
      deliveries.settled[delivery] !== 0,
      'a message is sent again once it is acknowledged',
    );
    // Without a delay it could be packed, and its tries would begin at one again.
    const entry = queue.accept(deliveries.message[delivery], -1, Math.max(1, delay));
    queue.entries.resent[entry] = deliveries.resent[delivery] + 1;
  }

  /** Counts lost effects for messages of a run that no consumer will get again. */
  private loseSettled(run: number): void {
    const { deliveries, dispatch } = this;
    for (let own = run; own >= 0; own = deliveries.inRun[own]) dispatch.loseSettled(own);
  }

  /** The consumer sends messages that the queue has already removed to the dead-letter target. */
  private forward(channel: Channel, run: number): void {
    const { deliveries, queue } = this;
    for (let own = run; own >= 0; own = deliveries.inRun[own]) {
      if (deliveries.settled[own] === 0) continue;
      queue.forward(deliveries.message[own], channel.spec.deadLetter, true);
    }
  }

  /** Earlier failed deliveries of a message. */
  private failures(run: number): number {
    const { deliveries, queue } = this;
    const entry = deliveries.entry[run];
    const isHere = queue.entries.isHere(entry, deliveries.life[run]);
    return deliveries.resent[run] + (isHere ? queue.entries.failures[entry] : 0);
  }

  /** Sends a verdict on all messages of a run, except those that the queue has taken back meanwhile. */
  private judge(run: number, verdict: number): void {
    for (let own = run; own >= 0;) {
      const next = this.deliveries.inRun[own];
      this.judgeOne(own, verdict);
      own = next;
    }
  }

  private judgeOne(delivery: number, verdict: number): void {
    if (this.deliveries.verdict[delivery] !== VERDICT.none) return;
    this.dispatch.send(delivery, verdict);
  }

  private finish(channel: Channel, run: number): void {
    invariant(channel.busy > 0, 'a handler ends once');
    this.letGo(run);
    channel.busy--;
    this.startAll(channel);
  }

  /** True if a message passes the filter; others are acknowledged without a run of the handler. */
  private isWanted(channel: Channel, delivery: number): boolean {
    const { filter } = channel.spec.spec;
    // A subscription of a bus filters messages before it accepts them.
    if (filter >= 1 || this.queue.spec.part >= 0) return true;
    const { lineageA, lineageB } = this.messages;
    const message = this.deliveries.message[delivery];
    const { a, b } = this.books[channel.consumer].key;
    return unit(a, b, lineageA[message], lineageB[message], 0) < filter;
  }

  private bookOf({ part, handler, spec }: PlanConsumer, registry: Registry): Book {
    const { meters, plan, replication } = this.world;
    const subject = { component: this.queue.spec.component, part };
    const name = `${plan.components[subject.component].name}.${plan.parts[part].name}`;
    const key = streamKey(plan.seed, replication, `consumer/${name}`);
    const config = spec.retry?.backoff ?? null;
    const again = meters.counter('duplicateEffects', subject);
    return {
      consumed: meters.counter('consumed', subject),
      duplicates: plan.parts[handler].idempotent ? null : again,
      delays: meters.durations('delay', subject),
      backoff: config === null ? null : registry.delaysOf(config, key),
      inbox: spec.inbox && new Inboxes(this.messages, this.effect, spec.inbox.windowNs),
      key,
    };
  }

  private pausingOf(registry: Registry): Pausing {
    const { world, dispatch } = this;
    return new Pausing(world, registry, dispatch, {
      start: (channel, run) => this.start(channel, run),
      startAll: (channel) => this.startAll(channel),
      again: (run) => this.again(run),
      isOver: (run) => this.isOver(run),
      giveBack: (run) => {
        this.judge(run, VERDICT.back);
        this.letGo(run);
      },
      letGo: (run) => this.letGo(run),
    });
  }
}
