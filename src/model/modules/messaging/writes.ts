import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import type { Lane } from '../../../kernel/lanes.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey } from '../../../kernel/rng.js';
import { NS_PER_SECOND } from '../../../kernel/time.js';
import { OUTCOME, isSuccess, type Outcome } from '../../../contracts/outcome.js';
import type { PlanBroker, PlanPublish } from '../../../contracts/plan/messaging.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { emptyBatch, type Batch, type Opening } from './batch.js';
import type { KafkaTopic } from './kafka.js';
import type { Messages } from './messages.js';
import { LeaderViews } from './leader-views.js';
import { Producer, type Send, type Sending } from './producer.js';
import { producerDials, type ProducerDials } from './producer-dials.js';
import { Replicas } from './replicas.js';
import { Timed } from './timed.js';

/** Batches on their way to one node. */
interface Request {
  slot: number;
  readonly id: number;
  readonly producer: number;
  readonly node: number;
  readonly batches: readonly Batch[];
  /** Batches that are not acknowledged. */
  left: number;
}

/** The messages of a publish, and its waiter. */
export interface Publication {
  readonly messages: readonly number[];
  /** Instance that publishes; -1 = none. */
  readonly instance: number;
  readonly keyed: boolean;
  readonly acks: PlanPublish['acks'];
  readonly confirm: boolean;
  readonly waiter: number;
  readonly stamp: number;
}

/** By node of a broker: when it has handled all requests so far. All topics of the broker share it. */
export type Lines = Float64Array;

export interface WritesSetup {
  readonly world: BackgroundRun;
  readonly messages: Messages;
  readonly topic: KafkaTopic;
  readonly broker: PlanBroker;
  readonly lines: Lines;
  readonly notify: (waiter: number, stamp: number, outcome: Outcome) => void;
}

/** The write path to a topic on a broker: producers, requests, replicas. */
export class Writes {
  private readonly world: BackgroundRun;
  private readonly messages: Messages;
  private readonly topic: KafkaTopic;
  private readonly broker: PlanBroker;
  private readonly lines: Lines;
  private readonly notify: WritesSetup['notify'];
  private readonly replicas: Replicas;
  private readonly views: LeaderViews;
  /** Connections of the producers; null if they cost nothing. */
  private readonly dials: ProducerDials | null;
  private readonly producers: Producer[] = [];
  private readonly byInstance = new Map<number, number>();
  private readonly batches = new Timed<Batch>();
  private readonly waiting = new Timed<Request>();
  private readonly requests = new Map<number, Request>();
  private requestCount = 0;
  private readonly owner: number;
  private readonly sending: Sending;
  private readonly linger: Lane;
  private readonly delivery: Lane;
  private readonly timeout: Lane;
  private readonly drainOp: number;
  private readonly blockOp: number;
  private readonly startOp: number;

  constructor({ world, messages, topic, broker, lines, notify }: WritesSetup) {
    this.world = world;
    this.messages = messages;
    this.topic = topic;
    this.broker = broker;
    this.lines = lines;
    this.notify = notify;
    this.owner = world.tasks.register(this);
    world.kept.set(`requests.${topic.spec.component}`, () => this.requests.size);
    const { lingerNs, deliveryTimeoutNs, requestTimeoutNs } = topic.spec.spec.producer;
    const { batches, waiting } = this;
    this.linger = batches.lane('linger', lingerNs, (batch) => this.lingered(batch));
    this.delivery = batches.lane('delivery-timeout', deliveryTimeoutNs, (own) => {
      if (!own.settled) this.settle(own, OUTCOME.timeout);
    });
    this.timeout = waiting.lane('request-timeout', requestTimeoutNs, (request) =>
      this.disconnect(request),
    );
    this.drainOp = engine.define('produce', (producer) => this.producers[producer].drain());
    this.blockOp = engine.define('max-block', (producer) => this.producers[producer].expire());
    this.startOp = engine.define('request', (id) => this.start(id));
    this.replicas = new Replicas(world, broker, topic, {
      visible: (batch) => this.visible(batch),
      lost: (batch) => this.lost(batch),
      cut: (partition, from) => this.topic.cut(partition, from),
      unanswered: (batch) => this.unanswered(batch),
      ledBy: (partition, node) => {
        this.views.led(partition);
        if (node >= 0) this.wakeAll();
      },
      answers: (partition) => this.views.led(partition),
      silent: (partition, node) => this.views.silent(partition, node),
      waitEnded: (node) => {
        this.views.waitEnded(node);
        this.wakeAll();
      },
    });
    this.views = new LeaderViews(topic, this.replicas);
    this.dials = producerDials(world, broker.component, topic.partitions.length, this.producers);
    this.sending = this.sendingOf();
  }

  /** Publishes messages; true if the publisher has to wait. */
  publish(publication: Publication): boolean {
    const { messages, keyed, confirm, waiter, stamp, instance } = publication;
    const { producer } = this.topic.spec.spec;
    for (const message of messages) this.messages.holders[message]++;
    const index = this.producerOf(instance);
    const ticket = { waiter: confirm ? waiter : -1, stamp, left: 0 };
    const acks = publication.acks ?? producer.acks;
    const since = engine.now;
    const request: Send = { messages, next: 0, keyed, acks, ticket, waiter, stamp, since };
    return !this.producers[index].publish(request) || confirm;
  }

  /** A node has handled a request, or has died with it. */
  taskEnded(id: number, outcome: Outcome): void {
    const request = this.requests.get(id);
    if (request === undefined) return;
    if (!isSuccess(outcome)) this.failed(id);
    else for (const batch of request.batches) this.handled(id, batch);
  }

  private sendingOf(): Sending {
    const { world, topic } = this;
    const { plan, replication } = world;
    const { name } = plan.components[topic.spec.component];
    return {
      key: streamKey(plan.seed, replication, `topic/${name}/producer`),
      spec: topic.spec.spec.producer,
      partitions: topic.partitions.length,
      now: () => engine.now,
      workEnded: (home) => this.world.outages.terminations.look(home),
      sizeOf: (message) => this.messages.bytes[message],
      partitionOf: (message) => topic.partitionOf(message),
      open: (place, message, memory) => this.open(place, message, memory),
      reach: (producer, partition) => this.views.reach(producer, partition),
      send: (producer, node, batches) => this.send(producer, node, batches),
      wake: (producer) => engine.soon(PHASE.COMPLETION, this.drainOp, producer, 0, 0),
      blocks: (producer, until) => engine.at(until, PHASE.TIMER, this.blockOp, producer, 0, 0),
      accepted: ({ waiter, stamp, ticket }) => {
        // All messages of a step that waits for confirmation may already be confirmed.
        if (ticket.waiter === -1 || ticket.left === 0) this.notify(waiter, stamp, OUTCOME.ok);
      },
      refused: ({ messages, next, waiter, stamp }) => {
        for (let k = next; k < messages.length; k++) this.messages.release(messages[k]);
        this.notify(waiter, stamp, OUTCOME.timeout);
      },
    };
  }

  private producerOf(instance: number): number {
    const known = this.byInstance.get(instance);
    if (known !== undefined) return known;
    const index = this.producers.length;
    this.byInstance.set(instance, index);
    const home = instance < 0 ? null : this.world.instances[instance];
    const producer = new Producer(this.sending, index, home);
    this.producers.push(producer);
    this.views.joined();
    // Messages that no instance publishes have a separate producer, which never dies.
    if (home === null) return index;
    const died = (): void => {
      // The node handles requests in flight, but they have no waiter and are not retried.
      for (const batch of producer.died()) this.abandon(batch);
    };
    home.residents.push(producer.resident(died));
    return index;
  }

  private open(place: Opening, message: number, memory: number): Batch {
    const { lineageA, lineageB } = this.messages;
    const from = { lineageA: lineageA[message], lineageB: lineageB[message] };
    const batch = emptyBatch(place, from, memory);
    this.batches.add(batch);
    this.batches.arm(this.linger, batch);
    this.batches.arm(this.delivery, batch);
    return batch;
  }

  private lingered(batch: Batch): void {
    if (batch.ready) return;
    batch.ready = true;
    this.producers[batch.producer].drain();
  }

  /** Queues a request at its node. */
  private send(producer: number, node: number, batches: readonly Batch[]): void {
    const id = ++this.requestCount;
    const request: Request = { slot: -1, id, producer, node, batches, left: batches.length };
    this.requests.set(id, request);
    this.waiting.add(request);
    let count = 0;
    for (const batch of batches) {
      invariant(batch.request < 0, 'a batch is in one request at a time');
      invariant(!batch.settled, 'a batch that is settled is not sent again');
      batch.request = id;
      count += batch.messages.length;
    }
    const { maxThroughput } = this.broker.spec;
    const begin = Math.max(engine.now, this.lines[node]);
    this.lines[node] = begin + Math.round((count / maxThroughput) * NS_PER_SECOND);
    engine.at(this.lines[node], PHASE.COMPLETION, this.startOp, id, 0, 0);
    this.waiting.arm(this.timeout, request);
    for (const batch of batches) if (batch.acks === 0) this.settle(batch, OUTCOME.ok);
  }

  private start(id: number): void {
    const request = this.requests.get(id);
    if (request === undefined) return;
    const instance = this.replicas.instanceOf(request.node);
    if (instance.down) {
      this.failed(id);
      return;
    }
    if (this.dials?.waits(request.producer, request.node, () => this.start(id)) === true) return;
    const [first] = request.batches;
    const context = this.messages.contextOf(first.lineageA, first.lineageB, first.failures);
    this.world.tasks.start(this.owner, id, instance.id, this.broker.part, context);
  }

  /** The leader has handled a batch: it writes or refuses it. */
  private handled(id: number, batch: Batch): void {
    const { idempotence } = this.topic.spec.spec.producer;
    if (batch.request !== id) return;
    // The node was paused or died, and another node leads (NotLeaderOrFollowerException).
    if (this.isElsewhere(batch)) return this.refuse(batch);
    if (batch.acks === 'all' && !this.replicas.isEnough(batch.partition)) {
      this.retry(batch);
      return;
    }
    if (idempotence && (batch.visible || batch.copies > 0)) {
      // An earlier try has already written it.
      if (batch.visible) this.settle(batch, OUTCOME.ok);
      return;
    }
    // The sequence numbers of a batch continue those of the previous one (OutOfOrderSequenceException).
    if (idempotence && batch.acks === 'all' && this.producers[batch.producer].lacks(batch)) {
      this.retry(batch);
      return;
    }
    batch.copies++;
    this.replicas.written(batch);
    if (batch.acks === 1) this.settle(batch, OUTCOME.ok);
    // The producer expects no response, so its next request does not wait for followers.
    if (batch.acks === 0) this.answered(batch);
  }

  /** A timeout closes the connection and fails all requests to the node (NetworkClient.handleTimedOutRequests). */
  private disconnect({ producer, node }: Request): void {
    this.views.gaveUp(producer, node);
    for (const [id, other] of this.requests) {
      if (other.producer === producer && other.node === node) this.failed(id);
    }
  }

  /** A request has failed without a response: its batches are retried, or lost with acks=0. */
  private failed(id: number): void {
    const request = this.requests.get(id);
    if (request === undefined) return;
    for (const batch of request.batches) {
      if (batch.request === id) this.refuse(batch);
    }
  }

  private refuse(batch: Batch): void {
    if (batch.acks === 0) this.forget(batch, true);
    else this.retry(batch);
  }

  private retry(batch: Batch): void {
    if (batch.settled) {
      this.answered(batch);
      this.forget(batch, false);
      return;
    }
    const { retries } = this.topic.spec.spec.producer;
    const producer = this.producers[batch.producer];
    batch.failures++;
    this.answered(batch);
    if (batch.failures > retries) {
      this.settle(batch, OUTCOME.serverError);
      return;
    }
    const wait = producer.backoffNs(batch);
    batch.readyAt = engine.now + wait;
    engine.at(batch.readyAt, PHASE.RETRY, this.drainOp, batch.producer, 0, 0);
  }

  /** The request is finished for this batch. */
  private answered(batch: Batch): void {
    const id = batch.request;
    if (id < 0) return;
    batch.request = -1;
    const request = this.requests.get(id);
    if (request === undefined || --request.left > 0) return;
    invariant(request.left === 0, 'a request ends with the answer to its last batch');
    this.requests.delete(id);
    this.waiting.end(request);
    this.producers[request.producer].answered(request.node);
    this.sending.wake(request.producer);
  }

  /** Notifies the publisher, once. */
  private settle(batch: Batch, outcome: Outcome): void {
    if (batch.acks !== 0) this.answered(batch);
    if (batch.settled) {
      this.forget(batch, false);
      return;
    }
    batch.settled = true;
    batch.confirmed = isSuccess(outcome);
    for (const ticket of batch.tickets) {
      ticket.left--;
      invariant(ticket.left >= 0, 'a publisher waits for each batch once');
      const isOver = !isSuccess(outcome) || ticket.left === 0;
      if (!isOver || ticket.waiter === -1) continue;
      this.notify(ticket.waiter, ticket.stamp, outcome);
    }
    this.producers[batch.producer].settled(batch);
    if (batch.visible || !isSuccess(outcome)) this.forget(batch, false);
  }

  /** All in-sync replicas have the batch: its messages are now in the log. */
  private visible(batch: Batch): void {
    const { messages, partition } = batch;
    for (const message of messages) this.topic.appendTo(message, partition);
    // A duplicated request repeats whole batches.
    if (this.topic.comesTwice(messages[0])) {
      for (const message of messages) this.topic.repeat(message, partition);
    }
    batch.copies--;
    invariant(batch.copies >= 0, 'each write of a batch becomes visible once');
    batch.visible = true;
    if (batch.settled) {
      this.answered(batch);
      this.forget(batch, false);
    } else if (batch.acks === 'all' && batch.request >= 0 && !this.isElsewhere(batch)) {
      // Only the leader that wrote the batch can acknowledge it to the producer.
      this.settle(batch, OUTCOME.ok);
    }
  }

  /** The only node that had the batch is lost. */
  private lost(batch: Batch): void {
    batch.copies--;
    invariant(batch.copies >= 0, 'each write of a batch is lost once');
    if (batch.settled) this.forget(batch, true);
  }

  /** The acknowledgement for acks=all will not come. */
  private unanswered(batch: Batch): void {
    if (batch.acks === 'all' && batch.request >= 0) this.retry(batch);
  }

  private wakeAll(): void {
    this.producers.forEach((_, index) => this.sending.wake(index));
  }

  /** True if the node that a batch was sent to does not lead its partition. */
  private isElsewhere({ request, partition }: Batch): boolean {
    return this.requests.get(request)?.node !== this.replicas.leaderOf(partition);
  }

  /** The process that published the batch has died. */
  private abandon(batch: Batch): void {
    batch.settled = true;
    if (batch.request < 0) this.forget(batch, false);
  }

  /** The batch is not sent again. `isLost`: it counts as lost if its publisher was notified of success. */
  private forget(batch: Batch, isLost: boolean): void {
    if (batch.acks === 0) this.answered(batch);
    // A batch that the leader has will reach the log, even if its publisher was notified of a failure.
    if (batch.copies > 0 || !this.batches.end(batch)) return;
    if (isLost && batch.confirmed && !batch.visible) {
      for (const message of batch.messages) this.topic.lose(message);
    }
    for (const message of batch.messages) this.messages.release(message);
  }
}
