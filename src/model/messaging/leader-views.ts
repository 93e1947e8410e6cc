import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import type { KafkaTopic } from './kafka.js';
import type { Replicas } from './replicas.js';

/** After so long without an answer a consumer asks who leads (request.timeout.ms in ConsumerConfig.java). */
const CONSUMER_TIMEOUT_NS: Ns = 30 * NS_PER_SECOND;
/** Whom a client would ask is whoever leads. */
const WHO_LEADS = -1;
const NOBODY = -1;

/**
 * Who leads, as clients of a topic see it. A leader that dies resets its connections, and everybody asks anew. One
 * that stands still resets nothing: clients wait for what they have asked it, though somebody else leads by then, and look again
 * when they have given that up (NetworkClient.handleTimedOutRequests), or when it goes on.
 */
export class LeaderViews {
  private readonly topic: KafkaTopic;
  private readonly replicas: Replicas;
  /** By producer, by partition: the node that it asks, or WHO_LEADS. */
  private readonly asked: Int32Array[] = [];
  /** By partition: the node that consumers wait for, or NOBODY; and since when. */
  private readonly awaited: Int32Array;
  private readonly since: Float64Array;
  private readonly noticeOp: number;

  constructor(topic: KafkaTopic, replicas: Replicas) {
    this.topic = topic;
    this.replicas = replicas;
    const count = topic.partitions.length;
    this.awaited = new Int32Array(count).fill(NOBODY);
    this.since = new Float64Array(count);
    this.noticeOp = engine.define('fetch-timeout', (partition, node) =>
      this.noticed(partition, node),
    );
  }

  /** A producer begins, and asks who leads. */
  joined(): void {
    this.asked.push(Int32Array.from(this.awaited, (_, partition) => this.leaderFor(partition)));
  }

  /** Node that a producer sends to, -1 = none. */
  reach(producer: number, partition: number): number {
    const node = this.asked[producer][partition];
    return node === WHO_LEADS ? this.replicas.reachable(partition) : node;
  }

  /** The leader of a partition stands still. */
  silent(partition: number, node: number): void {
    for (const own of this.asked) if (own[partition] === WHO_LEADS) own[partition] = node;
    this.topic.reachable(partition, false);
    if (this.awaited[partition] === NOBODY) this.await(partition, node);
  }

  /** A producer has given up what it had asked a node, and looks who leads. */
  gaveUp(producer: number, node: number): void {
    const own = this.asked[producer];
    own.forEach((asked, partition) => {
      if (asked === node) own[partition] = this.leaderFor(partition);
    });
  }

  /** Somebody else leads a partition, or nobody does; or who leads hangs, or answers again. */
  led(partition: number): void {
    if (this.awaited[partition] === NOBODY) this.look(partition);
  }

  /** A node that stood still goes on, or is gone: whoever waits for it hears of that, and asks who leads. */
  heard(node: number): void {
    for (const own of this.asked) {
      own.forEach((asked, partition) => {
        if (asked === node) own[partition] = WHO_LEADS;
      });
    }
    this.awaited.forEach((awaited, partition) => {
      if (awaited === node) this.settle(partition);
    });
  }

  /** Consumers have waited long enough for a node; while it leads, they ask it again. */
  private noticed(partition: number, node: number): void {
    const age = engine.now - this.since[partition];
    if (this.awaited[partition] === node && age === CONSUMER_TIMEOUT_NS) this.settle(partition);
  }

  /** Consumers ask who leads. */
  private settle(partition: number): void {
    const leader = this.leaderFor(partition);
    if (leader === WHO_LEADS) {
      this.awaited[partition] = NOBODY;
      this.look(partition);
    } else this.await(partition, leader);
  }

  private await(partition: number, node: number): void {
    this.awaited[partition] = node;
    this.since[partition] = engine.now;
    engine.at(engine.now + CONSUMER_TIMEOUT_NS, PHASE.TIMER, this.noticeOp, partition, node, 0);
  }

  /** The leader where that stands still: it is asked all the same. */
  private leaderFor(partition: number): number {
    const leader = this.replicas.leaderOf(partition);
    return leader >= 0 && this.replicas.isStill(leader) ? leader : WHO_LEADS;
  }

  private look(partition: number): void {
    const isThere = this.replicas.reachable(partition) >= 0 && !this.replicas.isMute(partition);
    this.topic.reachable(partition, isThere);
  }
}
