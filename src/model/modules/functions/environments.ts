import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { widenFloat64, widenInt32 } from '../../../kernel/pool.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { OUTCOME, PENDING, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { FunctionSettings } from '../../../contracts/scenario/functions.js';
import type { PlanFunction } from '../../../contracts/plan/functions.js';
import type { Counter } from '../../data/figures/meters.js';
import { LEASED } from '../../data/strands/slot-bits.js';
import type { ActRun } from '../../data/run.js';
import type { Account, Host } from './host.js';
import { Pending } from './pending.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import { levels } from '../../data/figures/levels.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

const THROTTLED = withStatus(OUTCOME.throttled, 429);
/** Outcome of an execution that exceeds the time limit of its function; that of an endpoint has another one. */
export const OVERDUE = withStatus(OUTCOME.serverError, 504);

/**
 * The environments of one function. A request takes the most recently used one with room. If none has room, a new one
 * is made while the limits allow, and the request waits for its cold start; otherwise it is throttled. A new
 * environment serves the request it was made for, even if another one becomes free first. An environment is removed
 * after being idle for the keep-alive time. The time limit of a function may end the runtime of the environment too, whose
 * next request then waits for its start (AWS Lambda developer guide, lambda-runtime-environment: failures during the
 * invoke phase).
 *
 * A function in several zones has an instance in each, and each environment belongs to one of them. A new one goes to
 * the zone with the fewest (AWS Lambda developer guide, security-resilience: functions run in multiple zones).
 */
export class Environments implements Host {
  private readonly stream: StreamKey;
  /** By environment: its requests, when it is ready, the stamp of its keep-alive, and whether it exists. */
  private inside: Int32Array = new Int32Array(64);
  private ready: Float64Array = new Float64Array(64);
  private stamp: Int32Array = new Int32Array(64);
  private isAlive: Int32Array = new Int32Array(64);
  /** By environment: 1 = its next request waits for its runtime to start again. */
  private isReset: Int32Array = new Int32Array(64);
  /** By environment: its instance. */
  private placeOf: Int32Array = new Int32Array(64);
  /** By instance: environments, requests sent there at this instant, and requests sent there in total. */
  private readonly madeAt: Int32Array;
  private readonly claims: Int32Array;
  private readonly sent: Float64Array;
  private claimedAt: Ns = -1;
  private readonly spare: number[] = [];
  private count = 0;
  /** Environments with room; the most recently used is last. */
  private readonly open: number[] = [];
  /** By strand: its environment. */
  private of: Int32Array = new Int32Array(0);
  /** Number of environments that may be made, as of `refilled`. */
  private tokens: number;
  private refilled: Ns = 0;
  private readonly gauge: number;
  private readonly coldStarts: Counter;
  private readonly overdue: Counter;
  private readonly readyOp: number;
  private readonly idleOp: number;
  /** Null = a request that finds no place is throttled at once. */
  private readonly pending: Pending | null;
  private readonly spec: FunctionSettings = this.plan.spec;
  readonly component: number = this.plan.component;

  constructor(
    private readonly world: ActRun,
    private readonly plan: PlanFunction,
    private readonly account: Account,
  ) {
    const { meters } = world;
    const { component } = plan;
    const { name, firstInstance, instances } = world.plan.components[component];
    this.madeAt = new Int32Array(instances);
    this.claims = new Int32Array(instances);
    this.sent = new Float64Array(instances);
    this.stream = streamKey(world.plan.seed, world.replication, `${name}/coldStart`);
    this.tokens = this.spec.burst;
    this.gauge = meters.gauge('environments', { component, part: -1 });
    this.coldStarts = meters.counter('coldStarts', { component, part: -1 });
    this.overdue = meters.counter('timedOut', { component, part: -1 });
    strands.slots.onGrow((capacity) => (this.of = widenInt32(this.of, capacity)));
    this.readyOp = engine.define('environment-ready', (strand, stamp, outcome) => {
      if (strands.stamp[strand] === stamp) world.interpreter.acted(strand, outcome);
    });
    this.idleOp = engine.define('environment-idle', (environment, stamp) => {
      if (this.stamp[environment] === stamp) this.takeDown(environment);
    });
    const { pendingNs } = this.spec;
    const late = (strand: number): void => world.interpreter.acted(strand, THROTTLED);
    this.pending = pendingNs > 0 ? new Pending(world, component, pendingNs, late) : null;
    for (let place = 0; place < instances; place++) {
      world.instances[firstInstance + place].residents.push({
        died: () => this.clear(place),
        started: () => this.provideAgain(place),
      });
    }
    for (let k = 0; k < this.spec.provisioned; k++) this.add(k % instances);
  }

  /**
   * Picks the instance for a request among those that are up: the one with the most recently used environment with
   * room, else the one with the fewest environments.
   */
  place(candidates: Int32Array, count: number): number {
    const { claims, madeAt, open, sent } = this;
    if (this.claimedAt !== engine.now) claims.fill(0);
    this.claimedAt = engine.now;
    const left = Int32Array.from(claims);
    let chosen = -1;
    for (let k = open.length - 1; k >= 0 && chosen < 0; k--) {
      const place = this.placeOf[open[k]];
      if (isAmong(candidates, count, place) && left[place]-- <= 0) chosen = place;
    }
    if (chosen < 0) {
      chosen = candidates[0];
      for (let k = 1; k < count; k++) {
        const other = candidates[k];
        const more = madeAt[other] - madeAt[chosen] || sent[other] - sent[chosen];
        if (more < 0) chosen = other;
      }
    }
    claims[chosen]++;
    sent[chosen]++;
    return chosen;
  }

  /** A request has ended, for any reason. */
  left(strand: number): void {
    this.free(strand);
    const next = this.pending?.take() ?? -1;
    if (next < 0) return;
    const outcome = this.enter(next);
    if (outcome !== PENDING)
      engine.soon(PHASE.COMPLETION, this.readyOp, next, strands.stamp[next], outcome);
  }

  private free(strand: number): void {
    invariant(
      (strands.slot[strand] & LEASED) !== 0,
      'a request leaves the environment that it has',
    );
    invariant(this.account.running > 0, 'an account counts each running request once');
    strands.slot[strand] &= ~LEASED;
    this.account.running--;
    const environment = this.of[strand];
    const wasFull = this.inside[environment]-- === this.spec.concurrencyPerInstance;
    invariant(this.inside[environment] >= 0, 'an environment frees a place that it gave');
    if (this.isAlive[environment] === 0) return;
    if (!wasFull) this.open.splice(this.open.indexOf(environment), 1);
    this.open.push(environment);
    if (this.inside[environment] > 0 || environment < this.spec.provisioned) return;
    const stamp = ++this.stamp[environment];
    const at = engine.now + this.spec.keepAliveNs;
    engine.at(at, PHASE.TIMER, this.idleOp, environment, stamp, 0);
  }

  timedOut(strand: number, outcome: Outcome): void {
    invariant((strands.slot[strand] & LEASED) !== 0, 'an execution runs in an environment');
    if (outcome !== OVERDUE) return;
    this.world.meters.count(this.overdue);
    if (this.spec.resetsOnTimeout) this.isReset[this.of[strand]] = 1;
  }

  environmentOf(strand: number): number {
    return (strands.slot[strand] & LEASED) === 0 ? -1 : this.of[strand];
  }

  begin(strand: number): Outcome {
    invariant((strands.slot[strand] & LEASED) === 0, 'a request has one environment');
    if (this.account.running >= this.account.limit) {
      if (this.pending === null) return THROTTLED;
      this.pending.add(strand);
      return PENDING;
    }
    const isCall = strands.returns[strand] !== RETURN.task;
    if (isCall && !this.account.takesCall(engine.now)) return THROTTLED;
    return this.enter(strand);
  }

  /** Gives a request a place in an environment: returns its outcome, or PENDING. */
  private enter(strand: number): Outcome {
    const place = this.world.instances[strands.instance[strand]].index;
    if (this.claims[place] > 0) this.claims[place]--;
    let at = this.open.length - 1;
    while (at >= 0 && this.placeOf[this.open[at]] !== place) at--;
    if (at < 0) {
      if (!this.mayMake()) return THROTTLED;
      this.start(strand, this.add(place));
      at = this.open.length - 1;
    }
    const environment = this.open[at];
    invariant(this.isAlive[environment] === 1, 'a request enters an environment that exists');
    invariant(
      this.inside[environment] < this.spec.concurrencyPerInstance,
      'an environment takes no more requests at once than it may',
    );
    if (this.isReset[environment] !== 0) this.start(strand, environment);
    this.account.running++;
    this.stamp[environment]++;
    if (++this.inside[environment] === this.spec.concurrencyPerInstance) this.open.splice(at, 1);
    this.of[strand] = environment;
    strands.slot[strand] |= LEASED;
    const ready = this.ready[environment];
    if (ready <= engine.now) return OUTCOME.ok;
    engine.at(ready, PHASE.COMPLETION, this.readyOp, strand, strands.stamp[strand], OUTCOME.ok);
    return PENDING;
  }

  /** Takes a token to make an environment; returns false if there is none. */
  private mayMake(): boolean {
    const { now } = engine;
    const { burst, scaleRate } = this.spec;
    const since = (now - this.refilled) / NS_PER_SECOND;
    this.tokens = Math.min(burst, this.tokens + since * scaleRate);
    this.refilled = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }

  /** The runtime of an environment starts, and a request waits for it. */
  private start(strand: number, environment: number): void {
    this.isReset[environment] = 0;
    this.world.meters.count(this.coldStarts);
    const { coldStart } = this.plan;
    const { a, b } = this.stream;
    const { lineageA, lineageB } = strands;
    const time =
      coldStart < 0 ? 0 : samplers.draw(coldStart, a, b, lineageA[strand], lineageB[strand], 0);
    this.ready[environment] = engine.now + time;
  }

  /** Adds an environment without requests. */
  private add(place: number): number {
    const environment = this.spare.pop() ?? this.count++;
    if (environment >= this.inside.length) this.widen();
    this.placeOf[environment] = place;
    this.settle(environment);
    return environment;
  }

  private settle(environment: number): void {
    invariant(this.isAlive[environment] === 0, 'an environment is made whose number is free');
    this.isAlive[environment] = 1;
    this.inside[environment] = 0;
    this.isReset[environment] = 0;
    this.ready[environment] = engine.now;
    this.open.push(environment);
    this.madeAt[this.placeOf[environment]]++;
    levels.add(this.gauge, 1);
  }

  private takeDown(environment: number): void {
    invariant(
      this.isAlive[environment] === 1 && this.inside[environment] === 0,
      'only an idle environment is taken down',
    );
    invariant(this.open.includes(environment), 'an idle environment has room');
    this.open.splice(this.open.indexOf(environment), 1);
    this.isAlive[environment] = 0;
    this.spare.push(environment);
    this.madeAt[this.placeOf[environment]]--;
    levels.add(this.gauge, -1);
  }

  /** Restores the provisioned environments of an instance; they have the lowest numbers. */
  private provideAgain(place: number): void {
    for (let k = 0; k < this.spec.provisioned; k++) if (this.placeOf[k] === place) this.settle(k);
  }

  /** `left` releases the environment of a request that leaves while it waits for the cold start. */
  abandoned(strand: number): void {
    this.pending?.remove(strand);
  }

  /** All environments of an instance have ended, with their requests. */
  private clear(place: number): void {
    levels.add(this.gauge, -this.madeAt[place]);
    this.madeAt[place] = 0;
    const kept = this.open.filter((environment) => this.placeOf[environment] !== place);
    this.open.length = 0;
    this.open.push(...kept);
    for (let k = 0; k < this.count; k++) {
      if (this.placeOf[k] !== place || this.isAlive[k] === 0) continue;
      this.isAlive[k] = 0;
      this.stamp[k]++;
      if (k >= this.spec.provisioned) this.spare.push(k);
    }
  }

  private widen(): void {
    const size = this.inside.length * 2;
    this.inside = widenInt32(this.inside, size);
    this.stamp = widenInt32(this.stamp, size);
    this.isAlive = widenInt32(this.isAlive, size);
    this.isReset = widenInt32(this.isReset, size);
    this.placeOf = widenInt32(this.placeOf, size);
    this.ready = widenFloat64(this.ready, size);
  }
}

function isAmong(candidates: Int32Array, count: number, place: number): boolean {
  for (let k = 0; k < count; k++) if (candidates[k] === place) return true;
  return false;
}
