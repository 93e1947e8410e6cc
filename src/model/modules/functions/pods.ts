import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { widenInt32 } from '../../../kernel/pool.js';
import { IntRing } from '../../../kernel/ring.js';
import { streamKey, unit, type StreamKey } from '../../../kernel/rng.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';
import { OUTCOME, PENDING, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { FunctionSettings, KpaSettings } from '../../../contracts/scenario/functions.js';
import type { PlanFunction } from '../../../contracts/plan/functions.js';
import type { Counter } from '../../data/figures/meters.js';
import { LEASED } from '../../data/strands/slot-bits.js';
import type { ActRun } from '../../data/run.js';
import { Autoscaler } from './autoscaler.js';
import { OVERDUE } from './environments.js';
import type { Host } from './host.js';
import { strands } from '../../data/strands/strands.js';
import { levels } from '../../data/figures/levels.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

const FULL = withStatus(OUTCOME.rejectedOverload, 503);

/** knative/serving: breakerQueueDepth in pkg/activator/net/throttler.go. */
const QUEUE_DEPTH = 10_000;
/** tickInterval in pkg/autoscaler/scaling/multiscaler.go. */
const TICK_NS = 2 * NS_PER_SECOND;
/** Up to this concurrency limit, the first pod with room is taken (pickLBPolicy in throttler.go). */
const FEW = 3;

const STATE = Object.freeze({ none: 0, starting: 1, ready: 2, closing: 3 } as const);

/**
 * The pods of a Knative service. Its activator holds requests until a pod has room, and the autoscaler sets the number
 * of pods. From zero, the first request starts a pod at once. A surplus pod takes no new requests and ends once it is
 * empty.
 */
export class Pods implements Host {
  readonly component: number;
  private readonly world: ActRun;
  private readonly spec: FunctionSettings;
  private readonly coldStart: number;
  private readonly autoscaler: Autoscaler;
  private readonly least: number;
  private readonly stream: StreamKey;
  private readonly picks: StreamKey;
  private readonly waiting = new IntRing();
  /** By pod: state, its requests, and a stamp that voids its start. */
  private readonly state: number[] = [];
  private readonly inside: number[] = [];
  private readonly stamp: number[] = [];
  /** Pods that are starting or ready, the oldest first. */
  private readonly alive: number[] = [];
  private ready = 0;
  private started = 0;
  /** Round-robin position. */
  private next = 0;
  private isTicking = false;
  private epoch = 0;
  /** By strand: its pod. */
  private of: Int32Array = new Int32Array(0);
  private readonly gauge: number;
  private readonly buffered: number;
  private readonly coldStarts: Counter;
  private readonly overdue: Counter;
  private readonly readyOp: number;
  private readonly admittedOp: number;
  private readonly tickOp: number;

  constructor(world: ActRun, plan: PlanFunction, kpa: KpaSettings) {
    this.world = world;
    this.spec = plan.spec;
    this.coldStart = plan.coldStart;
    this.component = plan.component;
    this.autoscaler = new Autoscaler(kpa);
    this.least = kpa.minScale;
    const { meters } = world;
    const { component } = plan;
    const { name, firstInstance } = world.plan.components[component];
    const { seed } = world.plan;
    this.stream = streamKey(seed, world.replication, `${name}/coldStart`);
    this.picks = streamKey(seed, world.replication, `${name}/pod`);
    this.gauge = meters.gauge('environments', { component, part: -1 });
    this.buffered = meters.gauge('buffered', { component, part: -1 });
    this.coldStarts = meters.counter('coldStarts', { component, part: -1 });
    this.overdue = meters.counter('timedOut', { component, part: -1 });
    strands.slots.onGrow((capacity) => (this.of = widenInt32(this.of, capacity)));
    this.readyOp = engine.define('pod-ready', (pod, stamp) => {
      if (this.stamp[pod] === stamp) this.begun(pod);
    });
    this.admittedOp = engine.define('pod-admits', (strand, stamp) => {
      if (strands.stamp[strand] === stamp) world.interpreter.acted(strand, OUTCOME.ok);
    });
    this.tickOp = engine.define('kpa-tick', (_, epoch) => {
      if (this.epoch === epoch) this.tick();
    });
    world.instances[firstInstance].residents.push({
      died: () => this.clear(),
      started: () => this.provide(),
    });
    this.provide();
  }

  /** All pods are in one zone. */
  place(candidates: Int32Array): number {
    return candidates[0];
  }

  begin(strand: number): Outcome {
    invariant((strands.slot[strand] & LEASED) === 0, 'a request enters one pod');
    const pod = this.waiting.length > 0 ? -1 : this.pick(strand);
    const isFull = pod < 0 && this.waiting.length >= QUEUE_DEPTH;
    if (isFull && this.spec.concurrencyPerInstance !== Infinity) return FULL;
    this.autoscaler.add(engine.now, 1);
    if (pod >= 0) {
      this.enter(strand, pod);
      strands.slot[strand] |= LEASED;
      return OUTCOME.ok;
    }
    this.waiting.push(strand);
    levels.add(this.buffered, 1);
    if (this.alive.length === 0) this.scaleTo(this.autoscaler.activate());
    this.keepTicking();
    return PENDING;
  }

  abandoned(strand: number): void {
    if (!this.waiting.remove(strand)) return;
    levels.add(this.buffered, -1);
    this.autoscaler.add(engine.now, -1);
  }

  timedOut(_strand: number, outcome: Outcome): void {
    if (outcome === OVERDUE) this.world.meters.count(this.overdue);
  }

  left(strand: number): void {
    strands.slot[strand] &= ~LEASED;
    const pod = this.of[strand];
    this.autoscaler.add(engine.now, -1);
    if (this.state[pod] === STATE.none) return;
    invariant(this.inside[pod] > 0, 'a request leaves the pod that it is in');
    this.inside[pod]--;
    if (this.state[pod] === STATE.closing) this.closeEmpty(pod);
    else this.admit();
  }

  environmentOf(strand: number): number {
    return (strands.slot[strand] & LEASED) === 0 ? -1 : this.of[strand];
  }

  private enter(strand: number, pod: number): void {
    invariant(this.state[pod] === STATE.ready, 'a request enters a pod that is ready');
    invariant(
      this.inside[pod] < this.spec.concurrencyPerInstance,
      'a pod has room for the request that it takes',
    );
    this.inside[pod]++;
    this.of[strand] = pod;
    this.keepTicking();
  }

  /** Admits the requests that have waited longest while pods have room. */
  private admit(): void {
    while (this.waiting.length > 0) {
      const strand = this.waiting.peek();
      const pod = this.pick(strand);
      if (pod < 0) return;
      this.waiting.shift();
      levels.add(this.buffered, -1);
      this.enter(strand, pod);
      strands.slot[strand] |= LEASED;
      engine.soon(PHASE.COMPLETION, this.admittedOp, strand, strands.stamp[strand], 0);
    }
  }

  /** Picks the pod for a request as the activator does, depending on the concurrency limit; -1 = none has room. */
  private pick(strand: number): number {
    if (this.ready === 0) return -1;
    const { concurrencyPerInstance: limit } = this.spec;
    if (limit === Infinity) return this.pickOfTwo(strand);
    const { alive } = this;
    const from = limit <= FEW ? 0 : this.next;
    for (let k = 0; k < alive.length; k++) {
      const place = (from + k) % alive.length;
      const pod = alive[place];
      if (this.state[pod] !== STATE.ready || this.inside[pod] >= limit) continue;
      this.next = place + 1;
      return pod;
    }
    return -1;
  }

  /** The emptier of two random pods. */
  private pickOfTwo(strand: number): number {
    const one = this.byChance(strand, 0);
    const other = this.byChance(strand, 1);
    return this.inside[other] < this.inside[one] ? other : one;
  }

  private byChance(strand: number, draw: number): number {
    const { a, b } = this.picks;
    const chance = unit(a, b, strands.lineageA[strand], strands.lineageB[strand], draw);
    let nth = Math.floor(chance * this.ready);
    for (const pod of this.alive) {
      if (this.state[pod] === STATE.ready && nth-- === 0) return pod;
    }
    return -1;
  }

  private tick(): void {
    this.isTicking = false;
    const { now } = engine;
    this.scaleTo(this.autoscaler.decide(now, this.ready));
    if (!this.autoscaler.isIdle || this.alive.length > this.least) this.keepTicking();
  }

  private keepTicking(): void {
    if (this.isTicking) return;
    this.isTicking = true;
    const at = (Math.floor(engine.now / TICK_NS) + 1) * TICK_NS;
    engine.at(at, PHASE.TIMER, this.tickOp, 0, this.epoch, 0);
  }

  private scaleTo(pods: number): void {
    while (this.alive.length < pods) this.make();
    // Removes pods that are not ready first, and among equals the newest.
    for (const state of [STATE.starting, STATE.ready]) {
      for (let k = this.alive.length - 1; k >= 0 && this.alive.length > pods; k--) {
        if (this.state[this.alive[k]] === state) this.close(k);
      }
    }
  }

  private make(): void {
    const { meters } = this.world;
    const pod = this.add(STATE.starting);
    meters.count(this.coldStarts);
    const { a, b } = this.stream;
    const time = this.coldStart < 0 ? 0 : samplers.draw(this.coldStart, a, b, this.started++, 0, 0);
    engine.at(engine.now + time, PHASE.COMPLETION, this.readyOp, pod, this.stamp[pod], 0);
  }

  private add(state: number): number {
    let pod = this.state.indexOf(STATE.none);
    if (pod < 0) {
      pod = this.state.push(state) - 1;
      this.stamp.push(0);
    }
    this.state[pod] = state;
    this.inside[pod] = 0;
    this.alive.push(pod);
    levels.add(this.gauge, 1);
    return pod;
  }

  private begun(pod: number): void {
    invariant(this.state[pod] === STATE.starting, 'a pod becomes ready that starts');
    this.state[pod] = STATE.ready;
    this.ready++;
    this.admit();
  }

  private close(place: number): void {
    const [pod] = this.alive.splice(place, 1);
    if (this.state[pod] === STATE.ready) this.ready--;
    invariant(this.ready >= 0, 'no more pods close than were ready');
    this.state[pod] = STATE.closing;
    this.stamp[pod]++;
    this.closeEmpty(pod);
  }

  private closeEmpty(pod: number): void {
    invariant(this.state[pod] === STATE.closing, 'only a closing pod ends');
    if (this.inside[pod] > 0) return;
    this.state[pod] = STATE.none;
    levels.add(this.gauge, -1);
  }

  private provide(): void {
    for (let k = 0; k < this.least; k++) {
      this.add(STATE.ready);
      this.ready++;
    }
  }

  /** All pods have ended, with their requests. */
  private clear(): void {
    this.state.forEach((state, pod) => {
      if (state !== STATE.none) levels.add(this.gauge, -1);
      this.state[pod] = STATE.none;
      this.stamp[pod]++;
    });
    this.alive.length = 0;
    this.ready = 0;
    this.isTicking = false;
    this.epoch++;
    this.autoscaler.reset(engine.now);
  }
}
