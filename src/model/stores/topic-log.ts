import { engine } from '../../kernel/engine.js';
import { PHASE } from '../../kernel/phase.js';
import type { Ns } from '../../kernel/time.js';
import type { Follower, KafkaTopic } from '../messaging/kafka.js';
import type { Messages } from '../messaging/messages.js';
import type { World } from '../world.js';
import type { ReadModel } from './read-model.js';

/**
 * What a projection sees of a topic: its messages as they are appended, each partition in order. It is
 * beside all groups, and what the topic had at time 0 is in the view from the beginning.
 */
export class TopicLog implements Follower {
  /** Messages that were appended, those of time 0 included. */
  private appendedCount: number;
  /** Those that will be too old when a rebuild begins, and those that never came to the view. */
  private oldCount = 0;
  private expiredCount = 0;
  private isReplayed = false;
  private readonly world: World;
  private readonly messages: Messages;
  private readonly model: ReadModel;
  private readonly bit: number;
  private readonly retention: Ns;
  /** Up to when a message must have come to be gone when a rebuild begins. */
  private readonly oldUntil: Ns;
  private readonly expireOp: number;
  private guarded = false;

  constructor(world: World, messages: Messages, topic: KafkaTopic, model: ReadModel) {
    this.world = world;
    this.messages = messages;
    this.model = model;
    const { backlog, retentionNs } = topic.spec.spec;
    const { rebuild } = model.spec.spec;
    this.bit = topic.follow(this);
    this.retention = retentionNs ?? Infinity;
    const begins = rebuild === null ? -Infinity : world.plan.warmupNs + rebuild.atNs;
    this.oldUntil = begins - this.retention;
    this.appendedCount = backlog;
    if (this.oldUntil >= 0) this.oldCount = backlog;
    this.expireOp = engine.define('too-old', () => this.expire());
  }

  /** Messages that a replay reads. */
  get total(): number {
    return this.appendedCount - (this.isReplayed ? this.oldCount : 0);
  }

  /** A rebuild begins: what the topic has deleted will not be in the new view. */
  replayed(): void {
    this.isReplayed = true;
    this.model.segments!.lose(this.oldCount - Math.min(this.oldCount, this.expiredCount));
  }

  appended(message: number, partition: number): void {
    const { plan } = this.world;
    this.appendedCount++;
    if (engine.now <= this.oldUntil) this.oldCount++;
    this.model.published(
      this.messages,
      message,
      partition,
      this.messages.effect(message, this.bit),
    );
    if (this.retention < plan.horizonNs) this.guard();
  }

  reachable(partition: number, isLed: boolean): void {
    if (isLed) this.model.segments!.release(partition);
    else this.model.segments!.hold(partition);
  }

  /** An event looks after the age of what waits longest. */
  private guard(): void {
    if (this.guarded) return;
    const oldest = this.model.segments!.oldestWaiting();
    if (oldest < 0) return;
    this.guarded = true;
    const due = this.model.entries.committed[oldest] + this.retention;
    engine.at(Math.max(due, engine.now), PHASE.TIMER, this.expireOp, 0, 0, 0);
  }

  /** What is too old is deleted, read or not. */
  private expire(): void {
    this.guarded = false;
    this.expiredCount += this.model.segments!.expire(engine.now - this.retention);
    this.guard();
  }
}
