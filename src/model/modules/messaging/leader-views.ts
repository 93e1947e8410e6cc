import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type { KafkaTopic } from './kafka.js';
import type { Replicas } from './replicas.js';

/** A consumer without a response asks for the leader after this time (request.timeout.ms in ConsumerConfig.java). */
const CONSUMER_TIMEOUT_NS: Ns = 30 * NS_PER_SECOND;
/** The client follows the current leader. */
const CURRENT_LEADER = -1;
const NO_NODE = -1;

/**
 * The leader of each partition as the clients of a topic see it.
 *
 * A leader that dies resets its connections, and every client asks for the new leader at once. A paused leader resets
 * nothing: clients wait for their requests to it even after another node was elected. They look for the leader when
 * those requests time out (NetworkClient.handleTimedOutRequests) or when the paused node continues.
 */
export class LeaderViews {
  /** By producer, by partition: the node that it sends to, or CURRENT_LEADER. */
  private readonly asked: Int32Array[] = [];
  /** By partition: the node that consumers wait for, or `NO_NODE`; and since when. */
  private readonly awaited: Int32Array;
  private readonly since: Float64Array;
  private readonly noticeOp: number;

  constructor(
    private readonly topic: KafkaTopic,
    private readonly replicas: Replicas,
  ) {
    const count = topic.partitions.length;
    this.awaited = new Int32Array(count).fill(NO_NODE);
    this.since = new Float64Array(count);
    this.noticeOp = engine.define('fetch-timeout', (partition, node) =>
      this.noticed(partition, node),
    );
  }

  /** A producer starts and looks up the leaders. */
  joined(): void {
    this.asked.push(Int32Array.from(this.awaited, (_, partition) => this.leaderFor(partition)));
  }

  /** Node that a producer sends to; -1 = none. */
  reach(producer: number, partition: number): number {
    const node = this.asked[producer][partition];
    return node === CURRENT_LEADER ? this.replicas.reachable(partition) : node;
  }

  /** The leader of a partition is paused. */
  silent(partition: number, node: number): void {
    for (const own of this.asked) if (own[partition] === CURRENT_LEADER) own[partition] = node;
    this.topic.reachable(partition, false);
    if (this.awaited[partition] === NO_NODE) this.await(partition, node);
  }

  /** The requests of a producer to a node have timed out; the producer looks up the leaders. */
  gaveUp(producer: number, node: number): void {
    const own = this.asked[producer];
    own.forEach((asked, partition) => {
      if (asked === node) own[partition] = this.leaderFor(partition);
    });
  }

  /** The leader of a partition has changed or was lost, or the leader hangs or responds again. */
  led(partition: number): void {
    if (this.awaited[partition] === NO_NODE) this.look(partition);
  }

  /** A paused node continues or has died: the clients that wait for it notice and look up the leaders. */
  waitEnded(node: number): void {
    for (const own of this.asked) {
      own.forEach((asked, partition) => {
        if (asked === node) own[partition] = CURRENT_LEADER;
      });
    }
    this.awaited.forEach((awaited, partition) => {
      if (awaited === node) this.settle(partition);
    });
  }

  /** Consumers have waited for a node for the full timeout; if it still leads, they ask it again. */
  private noticed(partition: number, node: number): void {
    const age = engine.now - this.since[partition];
    if (this.awaited[partition] === node && age === CONSUMER_TIMEOUT_NS) this.settle(partition);
  }

  /** Consumers look up the leader. */
  private settle(partition: number): void {
    const leader = this.leaderFor(partition);
    if (leader === CURRENT_LEADER) {
      this.awaited[partition] = NO_NODE;
      this.look(partition);
    } else this.await(partition, leader);
  }

  private await(partition: number, node: number): void {
    this.awaited[partition] = node;
    this.since[partition] = engine.now;
    engine.at(engine.now + CONSUMER_TIMEOUT_NS, PHASE.TIMER, this.noticeOp, partition, node, 0);
  }

  /** The leader if it is paused, since clients still send to it; otherwise CURRENT_LEADER. */
  private leaderFor(partition: number): number {
    const leader = this.replicas.leaderOf(partition);
    return leader >= 0 && this.replicas.isPaused(leader) ? leader : CURRENT_LEADER;
  }

  private look(partition: number): void {
    const isThere = this.replicas.reachable(partition) >= 0 && !this.replicas.isHung(partition);
    this.topic.reachable(partition, isThere);
  }
}
