import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import type { Ns } from '../../../kernel/time.js';
import type { Follower, KafkaTopic } from '../messaging/kafka.js';
import type { Messages } from '../messaging/messages.js';
import type { Run } from '../../data/run.js';
import type { ReadModel } from './read-model.js';

/**
 * A topic as a projection sees it: its messages as they are appended, each partition in order. It is independent of
 * consumer groups; the view has the backlog of time 0 from the start.
 */
export class TopicLog implements Follower {
  /** Messages appended so far, including those of time 0. */
  private appendedCount: number;
  /** Messages that will have expired when a rebuild begins; and messages that expired before the view had them. */
  private oldCount = 0;
  private expiredCount = 0;
  private isReplayed = false;
  private readonly bit: number;
  private readonly retention: Ns;
  /** Messages published up to this time have expired when a rebuild begins. */
  private readonly oldUntil: Ns;
  private readonly expireOp: number;
  private guarded = false;

  constructor(
    private readonly world: Run,
    private readonly messages: Messages,
    topic: KafkaTopic,
    private readonly model: ReadModel,
  ) {
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

  /** Number of messages that a replay reads. */
  get total(): number {
    return this.appendedCount - (this.isReplayed ? this.oldCount : 0);
  }

  /** A rebuild begins: expired messages will be missing in the new view. */
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

  /** Schedules an event for the expiry of the oldest waiting message. */
  private guard(): void {
    if (this.guarded) return;
    const oldest = this.model.segments!.oldestWaiting();
    if (oldest < 0) return;
    this.guarded = true;
    const due = this.model.entries.committed[oldest] + this.retention;
    engine.at(Math.max(due, engine.now), PHASE.TIMER, this.expireOp, 0, 0, 0);
  }

  /** Deletes messages older than the retention, read or not. */
  private expire(): void {
    invariant(this.guarded, 'messages expire when their time was set');
    this.guarded = false;
    this.expiredCount += this.model.segments!.expire(engine.now - this.retention);
    this.guard();
  }
}
