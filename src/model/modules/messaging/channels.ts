import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { Slots } from '../../../kernel/pool.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import { OUTCOME, PENDING, type Outcome } from '../../../contracts/outcome.js';
import type { PlanPublish } from '../../../contracts/plan/messaging.js';
import type { Act } from '../../data/acts.js';
import { Draws } from '../../path/draws.js';
import type { Registry } from '../../data/registry.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import type { Sections } from '../../resources/sections/sections.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import type { Forwarding, Group } from './group.js';
import { KafkaTopic } from './kafka.js';
import { linkGroups } from './linked-groups.js';
import { Messages } from './messages.js';
import { OutboxTable } from './outbox.js';
import { Writes } from './writes.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

export interface ChannelsParts extends BackgroundRun {
  readonly sections: Sections | null;
}

/** Waiters <= RELAYS are outbox relays: relay k is RELAYS - k, and its stamp is the number of the round. */
const RELAYS = -2;

/** All topics of a run, and how messages reach them. */
export class Channels {
  readonly messages: Messages;
  readonly topics: readonly KafkaTopic[];
  /**
   * Takes messages for components that are not topics, such as queues. `topic`: source topic of a dead letter, or -1.
   */
  elsewhere!: (message: number, component: number, topic: number) => void;
  private readonly world: ChannelsParts;
  private readonly draws: Draws;
  private readonly underWay = new Slots(64);
  /** By topic: the write path through its broker; null = the topic has no broker. */
  private readonly writes: readonly (Writes | null)[];
  /** By write in flight: topic, message, and the waiting strand with its stamp; -1 = no waiter. */
  private topic: Int32Array = new Int32Array(0);
  private message: Int32Array = new Int32Array(0);
  private waiter: Int32Array = new Int32Array(0);
  private stamp: Int32Array = new Int32Array(0);
  private readonly writtenOp: number;
  private readonly byComponent: ReadonlyMap<number, number>;
  /** By task owner: groups whose members publish in transactions. */
  private readonly transactions: ReadonlyMap<number, Group>;
  private readonly relays: readonly OutboxTable[];
  /** By component id of the service. */
  private readonly outboxes: ReadonlyMap<number, OutboxTable>;
  /** By topic: the random stream of its publish latencies. */
  private readonly streams: readonly StreamKey[];

  constructor(world: ChannelsParts, registry: Registry) {
    this.world = world;
    const { plan, replication } = world;
    this.draws = new Draws(world);
    this.messages = new Messages(world);
    const { slots, packed } = this.messages;
    world.kept.set('messages', () => slots.used + packed.count);
    world.kept.set('messages.slots', () => slots.peak);
    this.underWay.addColumns(this);
    this.writtenOp = engine.define('written', (write) => this.written(write));
    this.byComponent = new Map(plan.topics.map(({ component }, index) => [component, index]));
    const forwarding: Forwarding = {
      copy: (message, component, topic) =>
        this.forward(this.messages.copyOf(message), component, topic),
      settle: (outputs, isCommitted) => this.settle(outputs, isCommitted),
    };
    const { messages } = this;
    this.topics = plan.topics.map((spec) => {
      const canBeCut = spec.broker >= 0 && plan.brokers[spec.broker].spec.uncleanElection;
      return new KafkaTopic({ world, registry, messages, forwarding, canBeCut }, spec);
    });
    linkGroups(this.topics);
    const lines = plan.brokers.map(
      ({ component }) => new Float64Array(plan.components[component].instances),
    );
    const notify = (waiter: number, stamp: number, outcome: Outcome): void =>
      this.notify(waiter, stamp, outcome);
    this.writes = this.topics.map((topic) => {
      const { broker } = topic.spec;
      if (broker < 0) return null;
      const own = { broker: plan.brokers[broker], lines: lines[broker], notify };
      return new Writes({ world, messages: this.messages, topic, ...own });
    });
    this.transactions = transactionsOf(this.topics);
    const publishing = {
      publish: (
        topic: number,
        message: number,
        outbox: number,
        round: number,
        instance: number,
      ): void => this.write(topic, message, outbox < 0 ? -1 : RELAYS - outbox, round, instance),
    };
    this.relays = plan.outboxes.map(
      (spec, index) => new OutboxTable(world, this.messages, spec, index, publishing),
    );
    this.outboxes = new Map(this.relays.map((relay, k) => [plan.outboxes[k].component, relay]));
    for (const relay of this.relays) {
      world.sections?.whenEnded.push((branch) => relay.ended(branch));
    }
    this.streams = plan.topics.map(({ component }) =>
      streamKey(plan.seed, replication, `topic/${plan.components[component].name}/publishLatency`),
    );
  }

  /** The act of a publish step. The messages are sent at once: they are written even if the strand no longer waits. */
  actOf(spec: PlanPublish): Act {
    const topic = this.byComponent.get(spec.topic)!;
    return { begin: (strand, pc) => this.publish(spec, topic, strand, pc) };
  }

  private publish(spec: PlanPublish, topic: number, strand: number, pc: number): Outcome {
    const count = this.draws.count(strand, pc, spec.count);
    if (spec.via === 'outbox') {
      this.writeRows(spec, topic, strand, pc, count);
      return OUTCOME.ok;
    }
    const group = this.transactions.size === 0 ? null : this.transactionOf(strand);
    if (group !== null) {
      const member = group.loop.memberOf(strands.link[strands.jobOf(strand)]);
      const to = this.topics[topic];
      for (let k = 0; k < count; k++) {
        const message = this.make(spec, strand, pc, k);
        member.outputs.push(topic, message);
        group.transactions!.wrote(member, to, to.partitionOf(message));
      }
      return OUTCOME.ok;
    }
    const writes = this.writes[topic];
    if (writes !== null) return this.produce(writes, spec, strand, pc, count);
    const waits = spec.confirm && this.topics[topic].spec.latency >= 0;
    for (let k = 0; k < count; k++) {
      const message = this.make(spec, strand, pc, k);
      const last = waits && k === count - 1;
      this.write(topic, message, last ? strand : -1, strands.stamp[strand]);
    }
    return waits && count > 0 ? PENDING : OUTCOME.ok;
  }

  /** Sends the messages of a step through the producer of its instance. */
  private produce(
    writes: Writes,
    spec: PlanPublish,
    strand: number,
    pc: number,
    count: number,
  ): Outcome {
    if (count === 0) return OUTCOME.ok;
    const { acks, confirm, key } = spec;
    const messages = [this.make(spec, strand, pc, 0)];
    for (let k = 1; k < count; k++) messages.push(this.make(spec, strand, pc, k));
    const isWaiting = writes.publish({
      messages,
      instance: strands.instance[strand],
      keyed: key >= 0,
      acks,
      confirm,
      waiter: strand,
      stamp: strands.stamp[strand],
    });
    return isWaiting ? PENDING : OUTCOME.ok;
  }

  /** Writes the messages of a step as rows of the outbox. */
  private writeRows(
    spec: PlanPublish,
    topic: number,
    strand: number,
    pc: number,
    count: number,
  ): void {
    const { plan, sections } = this.world;
    const table = this.outboxes.get(plan.parts[spec.from].component)!;
    const branch = spec.database < 0 ? -1 : sections!.transactions.branchOf(strand, spec.database);
    for (let k = 0; k < count; k++) table.write(branch, topic, this.make(spec, strand, pc, k));
  }

  /** Makes the kth message of a step. */
  private make(spec: PlanPublish, strand: number, pc: number, k: number): number {
    const tag = (this.draws.tag(strand, pc) + Math.imul(k, 0x9e3779b1)) | 0;
    const message = this.messages.ofStrand(strand, tag, spec.key);
    this.messages.bytes[message] = spec.bytes;
    return message;
  }

  /** The act that follows the COMMIT of a service's transaction. */
  outboxCommit(service: number): Act {
    return this.outboxes.get(service)!.committed();
  }

  /** Publishes a message without a waiter. */
  forward(message: number, component: number, from = -1): void {
    const topic = this.byComponent.get(component);
    if (topic === undefined) this.elsewhere(message, component, from);
    else this.write(topic, message, -1, 0);
  }

  /** The group in whose transaction a strand publishes; null = no transaction. */
  private transactionOf(strand: number): Group | null {
    const job = strands.jobOf(strand);
    if (strands.returns[job] !== RETURN.task) return null;
    return this.transactions.get(strands.from[job]) ?? null;
  }

  /**
   * Writes the outputs of a committed transaction, or drops those of an aborted one. The broker already has them, so
   * they go through a producer that does not die with the process.
   */
  private settle(outputs: number[], isCommitted: boolean): void {
    for (let k = 0; k < outputs.length; k += 2) {
      if (isCommitted) this.write(outputs[k], outputs[k + 1], -1, 0);
      else this.messages.drop(outputs[k + 1]);
    }
    outputs.length = 0;
  }

  /** Sends a message to a topic; `waiter` is notified when it is written. */
  private write(
    topic: number,
    message: number,
    waiter: number,
    stamp: number,
    instance = -1,
  ): void {
    const writes = this.writes[topic];
    if (writes !== null) {
      const confirm = waiter !== -1;
      const messages = [message];
      writes.publish({ messages, instance, keyed: true, acks: null, confirm, waiter, stamp });
      return;
    }
    const { latency } = this.topics[topic].spec;
    if (latency < 0) {
      this.topics[topic].append(message);
      if (waiter <= RELAYS) this.notify(waiter, stamp, OUTCOME.ok);
      return;
    }
    const { a, b } = this.streams[topic];
    const { lineageA, lineageB } = this.messages;
    const time = samplers.draw(latency, a, b, lineageA[message], lineageB[message], 0);
    const write = this.underWay.take();
    // The publisher may release the message before it is written, as an outbox does.
    this.messages.holders[message]++;
    this.topic[write] = topic;
    this.message[write] = message;
    this.waiter[write] = waiter;
    this.stamp[write] = stamp;
    engine.at(engine.now + time, PHASE.COMPLETION, this.writtenOp, write, 0, 0);
  }

  private written(write: number): void {
    const waiter = this.waiter[write];
    const stamp = this.stamp[write];
    const topic = this.topics[this.topic[write]];
    const message = this.message[write];
    invariant(this.messages.holders[message] > 0, 'a message is kept while it is written');
    this.underWay.give(write);
    topic.append(message);
    this.messages.release(message);
    this.notify(waiter, stamp, OUTCOME.ok);
  }

  private notify(waiter: number, stamp: number, outcome: Outcome): void {
    const { interpreter } = this.world;
    if (waiter <= RELAYS) this.relays[RELAYS - waiter].confirmed(stamp, outcome);
    else if (waiter >= 0 && strands.stamp[waiter] === stamp) interpreter.acted(waiter, outcome);
  }
}

/** By task owner: groups whose members publish in transactions. */
function transactionsOf(topics: readonly KafkaTopic[]): ReadonlyMap<number, Group> {
  const own = topics.flatMap(({ groups }) =>
    groups
      .filter(({ transactions }) => transactions !== null)
      .map((group) => [group.loop.owner, group] as const),
  );
  return new Map(own);
}
