import { invariant } from '../../../../kernel/invariant.js';
import { PHASE } from '../../../../kernel/phase.js';
import { Slots, widenInt32, widenUint8 } from '../../../../kernel/pool.js';
import { IntRing } from '../../../../kernel/ring.js';
import { derive, lineage, streamKey, type StreamKey } from '../../../../kernel/rng.js';
import type { Ns } from '../../../../kernel/time.js';
import type { PlanPublish } from '../../../../contracts/plan/messaging.js';
import { OUTCOME, PENDING, withStatus, type Outcome } from '../../../../contracts/outcome.js';
import type { Act } from '../../../data/acts.js';
import { Draws } from '../../../path/draws.js';
import type { Counter } from '../../../data/figures/meters.js';
import type { Registry } from '../../../data/registry.js';

import type { Channels, ChannelsParts } from '../channels.js';
import { isHitBy } from '../../../data/holder-knobs.js';
import type { Messages } from '../messages.js';
import { Cluster } from './cluster.js';
import { Dispatch } from './dispatch.js';
import { DOOR } from './door.js';
import { Inlet } from './inlet.js';
import { originOfTopic, topicOf } from './origins.js';
import { Redrive, type WayBack } from './redrive.js';
import { partsOf } from './call-quota.js';
import { Quota } from './quota.js';
import { QueuePlacement } from './placement.js';
import { ROW, Staged } from './staged.js';
import { StoredQueue } from './stored-queue.js';
import { strands } from '../../../data/strands/strands.js';
import { levels } from '../../../data/figures/levels.js';
import { engine } from '../../../../kernel/engine.js';
import { samplers } from '../../../../kernel/distribution.js';

/** By DOOR: the outcome for a publisher that waits for confirmations. */
const ANSWERS = [
  OUTCOME.ok,
  OUTCOME.rejectedOverload,
  OUTCOME.ok,
  OUTCOME.refused,
  withStatus(OUTCOME.throttled, 429),
];

/** All queues and buses of a run, and how messages reach them. */
export class Queues {
  private readonly world: ChannelsParts;
  private readonly messages: Messages;
  private readonly channels: Channels;
  private readonly draws: Draws;
  private readonly inlets: readonly Inlet[];
  /** By number of a queue: how dead letters return to it. */
  private readonly ways: readonly ReturnWay[];
  private readonly byComponent: ReadonlyMap<number, number>;
  /** By inlet: writes that wait for room, in order of arrival, and the gauge of their number. */
  private readonly waiting: readonly IntRing[];
  private readonly blocked: readonly number[];
  private readonly timeouts: readonly Counter[];
  private readonly streams: readonly StreamKey[];
  private readonly writes = new Slots(64);
  /** By write: its inlet, its message, the id of the message, and its publication. */
  private inlet: Int32Array = new Int32Array(0);
  private message: Int32Array = new Int32Array(0);
  private idA: Int32Array = new Int32Array(0);
  private idB: Int32Array = new Int32Array(0);
  private parts: Uint8Array = new Uint8Array(0);
  private publication: Int32Array = new Int32Array(0);
  /** Raised when the write stops waiting. */
  private turn: Int32Array = new Int32Array(0);
  private readonly publications = new Slots(64);
  /** By publication: the waiting strand with its stamp, the number of open writes, and the first failed outcome. */
  private strand: Int32Array = new Int32Array(0);
  private stamp: Int32Array = new Int32Array(0);
  private open: Int32Array = new Int32Array(0);
  private outcome: Int32Array = new Int32Array(0);
  /** By publication: 1 = its step is not notified of rejections. */
  private quiet: Uint8Array = new Uint8Array(0);
  /** Messages to be sent when their transaction commits. */
  private readonly staged: Staged;
  /** By inlet: 1 while an event to admit waiting writes is scheduled. */
  private readonly admitting: Uint8Array;
  private readonly roomOp: number;
  private readonly writtenOp: number;
  private readonly timeoutOp: number;

  constructor(world: ChannelsParts, registry: Registry, channels: Channels) {
    this.world = world;
    const { messages } = channels;
    this.messages = messages;
    this.channels = channels;
    this.draws = new Draws(world);
    this.staged = new Staged(world, messages);
    this.addColumns();
    const { plan, replication, meters } = world;
    this.writtenOp = engine.define('published', (write) => this.arrive(write));
    this.timeoutOp = engine.define('publish-timeout', (write, turn) => this.giveUp(write, turn));
    this.roomOp = engine.define('room', (inlet) => this.letIn(inlet));
    this.inlets = inletsOf(world, registry, messages, this);
    this.byComponent = new Map(this.inlets.map(({ component }, index) => [component, index]));
    this.waiting = this.inlets.map(() => new IntRing());
    this.admitting = new Uint8Array(this.inlets.length);
    const subjects = this.inlets.map(({ component }) => ({ component, part: -1 }));
    this.blocked = subjects.map((subject) => meters.gauge('blocked', subject));
    this.timeouts = subjects.map((subject) => meters.counter('publishTimeouts', subject));
    this.streams = this.inlets.map(({ component }) =>
      streamKey(plan.seed, replication, `queue/${plan.components[component].name}/publishLatency`),
    );
    this.ways = this.inlets.flatMap((inlet) => inlet.ways.map((way) => returnWay(inlet, way)));
    this.registerFaultTargets();
    for (const inlet of this.inlets) inlet.addBacklog();
  }

  /** True if a component is a queue or a bus. */
  has(component: number): boolean {
    return this.byComponent.has(component);
  }

  /**
   * The act of a publish step. Sent messages arrive even if the strand no longer waits; a write that waits for room
   * checks its strand then.
   */
  actOf(spec: PlanPublish): Act {
    const inlet = this.byComponent.get(spec.topic)!;
    return { begin: (strand, pc) => this.publish(inlet, spec, strand, pc) };
  }

  /** Sends a copy of a message of a queue to another component, as a new message of the same request. */
  send(component: number, message: number, origin: number, deaths: number): void {
    const { messages } = this;
    const copy = messages.copyOf(message);
    messages.deaths[copy] = deaths;
    const inlet = this.byComponent.get(component);
    if (inlet === undefined) {
      this.channels.forward(copy, component);
      return;
    }
    // Its age and its retention still count from the first publish.
    messages.published[copy] = messages.published[message];
    messages.cell[copy] = messages.cell[message];
    this.put(copy, inlet, origin);
  }

  /** Offers a dead letter whose source keeps it until it is confirmed. `origin`, `deaths`: as for `send`. */
  offer(component: number, message: number, origin: number, deaths: number): number {
    const answer = this.inlets[this.byComponent.get(component)!].admits();
    if (answer === DOOR.taken) this.send(component, message, origin, deaths);
    return answer;
  }

  /** Time from sending a dead letter to a queue to its confirmation. */
  letterLatencyNs(component: number, message: number, origin: number): Ns {
    const inlet = this.byComponent.get(component)!;
    const { latency } = this.inlets[inlet].rules;
    if (latency < 0) return 0;
    const { a, b } = this.streams[inlet];
    const { lineageA, lineageB } = this.messages;
    derive(lineageA[message], lineageB[message], origin);
    return samplers.draw(latency, a, b, lineage.a, lineage.b, 1);
  }

  /** A queue has a leader again: dead letters that wait for it are sent. */
  targetLed(): void {
    for (const { ways } of this.inlets) {
      for (const { queue } of ways) queue.aside.letters?.targetLed();
    }
  }

  /** Accepts a dead letter of a topic. */
  take(message: number, component: number, topic: number): void {
    this.put(message, this.byComponent.get(component)!, originOfTopic(topic));
  }

  /** Functions with which dead letters return to their sources. */
  private wayBack(): WayBack {
    const { channels, messages } = this;
    return {
      isOpen: (origin) => origin < 0 || this.ways[origin].isOpen,
      send: (letter, origin, isRepaired) => {
        const message = messages.restored(letter, isRepaired);
        if (origin < 0) {
          channels.forward(message, topicOf(origin));
          return;
        }
        messages.holders[message]++;
        this.ways[origin].takeBack(message);
        messages.release(message);
      },
    };
  }

  /** A queue has room; waiting writes are admitted in a separate event. */
  roomed(component: number): void {
    const inlet = this.byComponent.get(component)!;
    if (this.waiting[inlet].length === 0 || this.admitting[inlet] !== 0) return;
    this.admitting[inlet] = 1;
    engine.soon(PHASE.COMPLETION, this.roomOp, inlet, 0, 0);
  }

  /** Admits waiting writes, oldest first. */
  private letIn(inlet: number): void {
    invariant(
      this.admitting[inlet] === 1,
      'waiting writes are admitted when an event was set for them',
    );
    this.admitting[inlet] = 0;
    const line = this.waiting[inlet];
    while (line.length > 0) {
      const write = line.peek();
      // A write that waits for its broker has been sent; one that waits for room is dropped if its step has ended.
      const isSent = this.inlets[inlet].placement !== null || this.isAwaited(write);
      const answer = isSent ? this.knock(write) : DOOR.taken;
      if (answer === DOOR.waits) return;
      line.shift();
      this.stopWaiting(write);
      this.answered(write, answer);
    }
  }

  /** Registers the controls that faults set. */
  private registerFaultTargets(): void {
    const { world, messages } = this;
    for (const inlet of this.inlets) {
      const { component } = inlet;
      const redrive = isHitBy(world, 'redriven', component)
        ? new Redrive(world, messages, inlet.ways[0].queue, this.wayBack())
        : null;
      world.faultTargets.holders.set(component, {
        ...inlet.knobs(),
        redrive: redrive && ((perSecond, isRepaired) => redrive.start(perSecond, isRepaired)),
      });
    }
  }

  private put(message: number, inlet: number, origin: number): void {
    this.messages.holders[message]++;
    this.inlets[inlet].take(message, origin);
    this.messages.release(message);
  }

  private publish(inlet: number, spec: PlanPublish, strand: number, pc: number): Outcome {
    const count = this.draws.count(strand, pc, spec.count);
    if (count === 0) return OUTCOME.ok;
    if (spec.database >= 0) {
      this.stage(inlet, spec, strand, pc, count);
      return OUTCOME.ok;
    }
    const publication = this.publications.take();
    const { rules, placement } = this.inlets[inlet];
    const waits = spec.confirm || rules.overflow === 'block' || placement?.isBlocked === true;
    this.strand[publication] = waits ? strand : -1;
    this.stamp[publication] = strands.stamp[strand];
    this.outcome[publication] = OUTCOME.ok;
    this.quiet[publication] = spec.confirm ? 0 : 1;
    // The extra count keeps the publication open until all writes are sent.
    this.open[publication] = count + 1;
    const parts = partsOf(count);
    for (let k = 0; k < count; k++) {
      const tag = (this.draws.tag(strand, pc) + Math.imul(k, 0x9e3779b1)) | 0;
      const message = this.messages.ofStrand(strand, tag, spec.key);
      this.messages.bytes[message] = spec.bytes;
      // A retry of the same call publishes the same message id.
      derive(strands.callA[strand], strands.callB[strand], tag);
      this.write(inlet, message, publication, lineage.a, lineage.b, parts);
    }
    return this.closePublication(publication);
  }

  /** Stages the messages of a step until the surrounding transaction commits. */
  private stage(inlet: number, spec: PlanPublish, strand: number, pc: number, count: number): void {
    const { sections } = this.world;
    const branch = sections!.transactions.branchOf(strand, spec.database);
    for (let k = 0; k < count; k++) {
      const tag = (this.draws.tag(strand, pc) + Math.imul(k, 0x9e3779b1)) | 0;
      const message = this.messages.ofStrand(strand, tag, spec.key);
      this.messages.bytes[message] = spec.bytes;
      derive(strands.callA[strand], strands.callB[strand], tag);
      this.staged.add(branch, inlet, message, lineage.a, lineage.b);
    }
  }

  /** The act that follows a COMMIT: sends the messages of the transaction, without waiting for confirmations. */
  released(): Act {
    return {
      begin: (strand) => {
        const rows = this.staged.take(strand);
        if (rows.length > 0) this.sendStaged(rows);
        return OUTCOME.ok;
      },
    };
  }

  private sendStaged(rows: readonly number[]): void {
    const publication = this.publications.take();
    this.strand[publication] = -1;
    this.outcome[publication] = OUTCOME.ok;
    this.quiet[publication] = 1;
    this.open[publication] = rows.length / ROW + 1;
    for (let k = 0; k < rows.length; k += ROW) {
      const message = rows[k + 1];
      this.messages.published[message] = engine.now;
      this.write(rows[k], message, publication, rows[k + 2], rows[k + 3]);
      this.messages.release(message);
    }
    this.closePublication(publication);
  }

  /** The outcome of a step whose writes are all done; PENDING if it waits for others. */
  private closePublication(publication: number): Outcome {
    invariant(this.open[publication] > 0, 'a publication is closed once');
    if (--this.open[publication] > 0) return this.strand[publication] >= 0 ? PENDING : OUTCOME.ok;
    this.publications.give(publication);
    return this.outcome[publication];
  }

  private write(
    inlet: number,
    message: number,
    publication: number,
    idA: number,
    idB: number,
    parts = partsOf(1),
  ): void {
    const { latency } = this.inlets[inlet].rules;
    const write = this.writes.take();
    this.messages.holders[message]++;
    this.inlet[write] = inlet;
    this.message[write] = message;
    this.publication[write] = publication;
    this.idA[write] = idA;
    this.idB[write] = idB;
    this.parts[write] = parts;
    if (latency < 0) {
      this.arrive(write);
      return;
    }
    const { a, b } = this.streams[inlet];
    const { lineageA, lineageB } = this.messages;
    const time = samplers.draw(latency, a, b, lineageA[message], lineageB[message], 0);
    engine.at(engine.now + time, PHASE.COMPLETION, this.writtenOp, write, 0, 0);
  }

  private arrive(write: number): void {
    invariant(this.writes.has(write), 'a message arrives while its write is open');
    invariant(
      this.messages.holders[this.message[write]] > 0,
      'a write holds its message until it is done',
    );
    const inlet = this.inlet[write];
    const line = this.waiting[inlet];
    const answer = line.length === 0 ? this.knock(write) : DOOR.waits;
    if (answer !== DOOR.waits) {
      this.answered(write, answer);
      return;
    }
    line.push(write);
    levels.add(this.blocked[inlet], 1);
    const { publishTimeoutNs } = this.inlets[inlet].rules;
    if (publishTimeoutNs === Infinity) return;
    const at = engine.now + publishTimeoutNs;
    engine.at(at, PHASE.TIMER, this.timeoutOp, write, this.turn[write], 0);
  }

  /** A publisher without confirmations does not learn of a failure. */
  private answered(write: number, answer: number): void {
    const isQuiet = this.quiet[this.publication[write]] !== 0;
    if (isQuiet && answer !== DOOR.taken) this.inlets[this.inlet[write]].miss(this.message[write]);
    this.finish(write, isQuiet ? OUTCOME.ok : ANSWERS[answer]);
  }

  /** Offers a message to the queue. */
  private knock(write: number): number {
    const inlet = this.inlets[this.inlet[write]];
    return inlet.offer(this.message[write], this.idA[write], this.idB[write], this.parts[write]);
  }

  private giveUp(write: number, turn: number): void {
    if (!this.writes.has(write) || this.turn[write] !== turn) return;
    const inlet = this.inlet[write];
    invariant(this.waiting[inlet].remove(write), 'a publisher leaves the place where it waits');
    this.stopWaiting(write);
    this.world.meters.count(this.timeouts[inlet]);
    this.finish(write, OUTCOME.timeout);
  }

  private stopWaiting(write: number): void {
    this.turn[write]++;
    levels.add(this.blocked[this.inlet[write]], -1);
  }

  /** True if the step that published the message still waits. */
  private isAwaited(write: number): boolean {
    const publication = this.publication[write];
    const strand = this.strand[publication];
    return strand >= 0 && strands.stamp[strand] === this.stamp[publication];
  }

  private finish(write: number, outcome: Outcome): void {
    const publication = this.publication[write];
    invariant(this.publications.has(publication), 'a write belongs to an open publication');
    invariant(this.open[publication] > 0, 'a publication ends after its last write');
    this.messages.release(this.message[write]);
    this.turn[write]++;
    this.writes.give(write);
    if (this.outcome[publication] === OUTCOME.ok) this.outcome[publication] = outcome;
    if (--this.open[publication] > 0) return;
    const strand = this.strand[publication];
    const stamp = this.stamp[publication];
    const result = this.outcome[publication];
    this.publications.give(publication);
    const { interpreter } = this.world;
    if (strand >= 0 && strands.stamp[strand] === stamp) interpreter.acted(strand, result);
  }

  private addColumns(): void {
    this.writes.onGrow((capacity) => {
      this.inlet = widenInt32(this.inlet, capacity);
      this.message = widenInt32(this.message, capacity);
      this.idA = widenInt32(this.idA, capacity);
      this.idB = widenInt32(this.idB, capacity);
      this.publication = widenInt32(this.publication, capacity);
      this.turn = widenInt32(this.turn, capacity);
      this.parts = widenUint8(this.parts, capacity);
    });
    this.publications.onGrow((capacity) => {
      this.strand = widenInt32(this.strand, capacity);
      this.stamp = widenInt32(this.stamp, capacity);
      this.open = widenInt32(this.open, capacity);
      this.outcome = widenInt32(this.outcome, capacity);
      this.quiet = widenUint8(this.quiet, capacity);
    });
  }
}

/** The queue to which dead letters return. */
interface ReturnWay {
  readonly isOpen: boolean;
  takeBack(message: number): void;
}

/** Dead letters return to the queue itself, since other subscriptions of a bus have had the message. */
function returnWay(inlet: Inlet, { queue }: Dispatch): ReturnWay {
  return {
    get isOpen() {
      return (inlet.placement === null || inlet.placement.takes) && !queue.isFull();
    },
    takeBack: (message) => inlet.takeBack(message, queue),
  };
}

/** Builds all inlets, each with its queues in the order of their parts. */
function inletsOf(
  world: ChannelsParts,
  registry: Registry,
  messages: Messages,
  queues: Queues,
): readonly Inlet[] {
  let number = 0;
  const clusters = world.plan.clusters.map((spec) => new Cluster(world, spec));
  const quotas = new Map<number, Quota>();
  return world.plan.queues.map((inlet) => {
    const placement =
      inlet.placement === null
        ? null
        : new QueuePlacement(
            world,
            clusters[inlet.placement.cluster],
            inlet.placement,
            inlet.component,
          );
    const ways = inlet.queues.map((spec, effect) => {
      const own = number++;
      const queue = new StoredQueue(world, messages, spec, effect, placement);
      const dispatch = new Dispatch(world, registry, messages, queue, effect);
      queue.watch = {
        available: () => dispatch.pump(),
        overdue: (delivery) => dispatch.overdue(delivery),
        left: (entry) => dispatch.deliveries.leave(entry),
        roomed: () => queues.roomed(spec.component),
        deadLetter: (target, message, deaths) => queues.send(target, message, own, deaths),
        offer: (target, message, deaths) => queues.offer(target, message, own, deaths),
        latencyNs: (target, message) => queues.letterLatencyNs(target, message, own),
      };
      return dispatch;
    });
    placement?.setListener({
      cut: (node, isLeader) => {
        for (const way of ways) way.cut(placement, node, isLeader);
      },
      changed: () => {
        if (placement.isUsable) {
          for (const way of ways) way.leaderElected();
          queues.targetLed();
        }
        queues.roomed(inlet.component);
      },
    });
    const { quota } = inlet;
    if (quota === null) return new Inlet(world, messages, inlet, ways, placement, null);
    const shared = quotas.get(quota.component) ?? new Quota(quota.rate);
    quotas.set(quota.component, shared);
    return new Inlet(world, messages, inlet, ways, placement, shared);
  });
}
