import { invariant } from '../../../../kernel/invariant.js';
import { derive, lineage, streamKey, unit, type StreamKey } from '../../../../kernel/rng.js';
import type { Ns } from '../../../../kernel/time.js';
import type { PlanInlet } from '../../../../contracts/plan/queues.js';
import type { QueueRules } from '../../../../contracts/scenario/queues.js';
import type { Counter } from '../../../data/figures/meters.js';
import type { Run } from '../../../data/run.js';
import { isAmong, isHitBy, MESSAGE_INDEX } from '../../../data/holder-knobs.js';
import type {
  HeldShare,
  HolderKnobs,
  MessageShare,
  PoisonShare,
} from '../../../data/holder-knobs.js';
import type { Messages } from '../messages.js';
import { CallQuota } from './call-quota.js';
import type { Dispatch } from './dispatch.js';
import { DOOR } from './door.js';
import { Purge } from './purge.js';
import { NOWHERE } from './origins.js';
import type { Quota } from './quota.js';
import { Recent } from './recent.js';
import type { QueuePlacement } from './placement.js';
import type { StoredQueue } from './stored-queue.js';
import { engine } from '../../../../kernel/engine.js';
import { samplers } from '../../../../kernel/distribution.js';

/** The entrance for messages: one queue, or the subscriptions of a bus. */
export class Inlet {
  readonly component: number;
  readonly rules: QueueRules;
  private readonly key: StreamKey;
  private readonly isBus: boolean;
  private readonly recent: Recent | null;
  private poisons: readonly PoisonShare[] = [];
  private doubles: readonly MessageShare[] = [];
  private held: readonly HeldShare[] = [];
  private readonly purges: readonly Purge[];
  /** Null if no fault duplicates messages. */
  private readonly duplicated: Counter | null;
  /** Calls of its publishers; null if the queue does not limit them. */
  private readonly calls: CallQuota | null;
  private readonly published: Counter;
  private readonly rejected: Counter;

  constructor(
    private readonly world: Run,
    private readonly messages: Messages,
    spec: PlanInlet,
    readonly ways: readonly Dispatch[],

    /** The broker nodes that hold the queue; null = it never fails. */
    readonly placement: QueuePlacement | null,
    private readonly quota: Quota | null,
  ) {
    const { component, rules } = spec;
    const { meters, plan, replication } = world;
    this.component = component;
    this.rules = rules;
    this.isBus = plan.components[component].kind === 'topic';
    const { name } = plan.components[component];
    this.key = streamKey(plan.seed, replication, `queue/${name}/filter`);
    const subject = { component, part: -1 };
    this.published = meters.counter('published', subject);
    this.rejected = meters.counter('publishRejected', subject);
    const isDoubled = isHitBy(world, 'duplicated', component);
    this.duplicated = isDoubled ? meters.counter('duplicated', subject) : null;
    this.purges = ways.map((way) => new Purge(world, messages, way));
    this.calls = rules.callLimit === null ? null : new CallQuota(rules.callLimit);
    this.recent = this.rules.dedupNs > 0 ? new Recent(this.rules.dedupNs) : null;
    world.kept.set(`${name}.ids`, () => this.recent?.length ?? 0);
  }

  /** Controls that faults set here. */
  knobs(): Omit<HolderKnobs, 'redrive'> {
    return {
      poison: (shares) => (this.poisons = shares),
      duplicate: (shares) => (this.doubles = shares),
      reorder: (shares) => (this.held = shares),
      purge: (shares) => {
        for (const purge of this.purges) purge.run(shares);
      },
    };
  }

  /** Adds the messages that exist at time 0. */
  addBacklog(): void {
    const { plan, replication } = this.world;
    const { name } = plan.components[this.component];
    const { a, b } = streamKey(plan.seed, replication, `queue/${name}/backlog`);
    for (let number = 0; number < this.rules.backlog; number++) {
      const message = this.messages.withoutRequest(a, b, number);
      this.messages.holders[message]++;
      this.spread(message, -1);
      this.messages.release(message);
    }
  }

  /**
   * Offers a message of a publisher, which must hold it. `a` and `b`: the id of the message, for deduplication; `parts`:
   * its share of a call.
   */
  offer(message: number, a: number, b: number, parts: number): number {
    invariant(this.messages.holders[message] > 0, 'a publisher holds the message that it offers');
    const { rules, world } = this;
    const { meters } = world;
    if (this.placement !== null && !this.placement.takes) {
      if (!this.placement.isAbsent) return DOOR.waits;
      meters.count(this.rejected);
      return DOOR.absent;
    }
    const key = this.messages.key[message];
    if (this.quota?.take() === false || this.calls?.take(key, parts) === false) {
      meters.count(this.rejected);
      return DOOR.throttled;
    }
    if (this.recent?.has(engine.now, a, b) === true) return DOOR.taken;
    if (rules.overflow === 'block' && this.isFull()) return DOOR.waits;
    if (this.isRefusing()) {
      meters.count(this.rejected);
      if (rules.overflow === 'rejectPublishDlx') this.divert(message);
      return DOOR.rejected;
    }
    this.recent?.add(engine.now, a, b);
    meters.count(this.published);
    engine.note(this.component, this.messages.lineageA[message]);
    if (this.poisons.length > 0) this.messages.taint(message, this.poisons);
    this.spread(message, -1, this.held.length === 0 ? 0 : this.heldFor(message));
    if (this.doubles.length > 0) this.repeat(message);
    return DOOR.taken;
  }

  /** Extra delay of a message by faults, so that later messages overtake it. */
  private heldFor(message: number): Ns {
    const { lineageA, lineageB } = this.messages;
    const [a, b] = [lineageA[message], lineageB[message]];
    let time = 0;
    for (const one of this.held) {
      if (!isAmong(one, a, b, MESSAGE_INDEX.reorder)) continue;
      const { key, sampler } = one;
      time += samplers.draw(sampler, key.a, key.b, a, b, MESSAGE_INDEX.reorder);
    }
    return time;
  }

  /**
   * Duplicates a message if a fault says so, as when a publisher resends it after a lost confirmation. A FIFO queue of
   * SQS deduplicates it by its id; a full or unattended queue drops it.
   */
  private repeat(message: number): void {
    if (this.recent !== null) return;
    const { lineageA, lineageB } = this.messages;
    const [a, b] = [lineageA[message], lineageB[message]];
    if (!this.doubles.some((one) => isAmong(one, a, b, MESSAGE_INDEX.duplicate))) return;
    const { overflow, stored } = this.rules;
    const isClosed = (overflow !== 'dropHead' && this.isFull()) || (!stored && !this.isAttended());
    if (isClosed) return;
    this.world.meters.count(this.duplicated!);
    this.world.meters.count(this.published);
    this.spread(message, -1);
  }

  private isAttended(): boolean {
    return this.ways.every((way) => way.isAttended());
  }

  /** A message is lost unnoticed, because its publisher does not wait for confirmations; a diverted one is not lost. */
  miss(message: number): void {
    if (this.rules.overflow === 'rejectPublishDlx' && this.placement?.isAbsent !== true) return;
    for (const { queue } of this.ways) queue.refuse(message);
  }

  /** Accepts a dead letter that its sender forgets: a queue without a leader, or a full one that refuses it, loses it. */
  take(message: number, origin: number): void {
    const { placement, rules, world } = this;
    world.meters.count(this.published);
    const isLost = placement !== null && !placement.isUsable;
    if (!isLost && !(rules.refusesLetters && this.isRefusing())) {
      this.spread(message, origin);
      return;
    }
    if (!isLost && rules.overflow === 'rejectPublishDlx') this.divert(message);
    else this.miss(message);
  }

  /** The answer to a dead letter whose sender keeps it until it is confirmed. It is no publisher that an alarm blocks. */
  admits(): number {
    const { placement } = this;
    if (placement?.isUsable === false) return placement.isAbsent ? DOOR.absent : DOOR.waits;
    return this.isRefusing() ? DOOR.rejected : DOOR.taken;
  }

  /** Accepts a dead letter that returns to its source queue. */
  takeBack(message: number, queue: StoredQueue): void {
    this.world.meters.count(this.published);
    queue.accept(message, NOWHERE, 0, true);
  }

  /** Full, and its publishers are refused. */
  private isRefusing(): boolean {
    const { overflow } = this.rules;
    return (overflow === 'reject' || overflow === 'rejectPublishDlx') && this.isFull();
  }

  private isFull(): boolean {
    for (const { queue } of this.ways) if (queue.isFull()) return true;
    return false;
  }

  private spread(message: number, origin: number, held = 0): void {
    const { overflow, stored } = this.rules;
    this.messages.copies.add(message);
    this.ways.forEach((way, index) => {
      if (!this.isWanted(way, index, message)) return;
      const { queue } = way;
      const isFull = overflow === 'dropTail' && queue.isFull();
      if (isFull || (!stored && !way.isAttended())) queue.refuse(message);
      else queue.accept(message, origin, held);
    });
  }

  /** True if a queue accepts the message: a subscription of a bus filters messages before it accepts them. */
  private isWanted({ queue }: Dispatch, index: number, message: number): boolean {
    if (!this.isBus) return true;
    const { filter } = queue.spec.consumers[0].spec;
    if (filter >= 1) return true;
    const { lineageA, lineageB } = this.messages;
    derive(lineageA[message], lineageB[message], index);
    return unit(this.key.a, this.key.b, lineage.a, lineage.b, 0) < filter;
  }

  private divert(message: number): void {
    const { queue } = this.ways[0];
    queue.forward(message, queue.spec.deadLetter, false);
  }
}
