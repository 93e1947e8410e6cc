import { PHASE } from '../../kernel/phase.js';
import { Slots, widenInt32 } from '../../kernel/pool.js';
import { streamKey } from '../../kernel/rng.js';
import type { StreamKey } from '../../kernel/rng.js';
import { OUTCOME, PENDING } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanPublish } from '../../spec/messaging.js';
import type { Act } from '../acts.js';
import { Draws } from '../draws.js';
import type { World } from '../world.js';
import { KafkaTopic } from './kafka.js';
import { Messages } from './messages.js';

/** All topics of a run, and the way of messages to them. */
export class Channels {
  readonly messages: Messages;
  readonly topics: readonly KafkaTopic[];
  private readonly world: World;
  private readonly draws: Draws;
  private readonly writes = new Slots(64);
  /** By write under way: topic, message, and the strand that waits for it with its stamp, or -1. */
  private topic: Int32Array = new Int32Array(0);
  private message: Int32Array = new Int32Array(0);
  private waiter: Int32Array = new Int32Array(0);
  private stamp: Int32Array = new Int32Array(0);
  private readonly writtenOp: number;
  private readonly byComponent: ReadonlyMap<number, number>;
  /** By topic: the stream of its write latencies. */
  private readonly streams: readonly StreamKey[];

  constructor(world: World) {
    this.world = world;
    const { plan, replication, engine } = world;
    this.draws = new Draws(world);
    this.messages = new Messages(world);
    this.writes.onGrow((capacity) => {
      this.topic = widenInt32(this.topic, capacity);
      this.message = widenInt32(this.message, capacity);
      this.waiter = widenInt32(this.waiter, capacity);
      this.stamp = widenInt32(this.stamp, capacity);
    });
    this.writtenOp = engine.define('written', (write) => this.written(write));
    this.topics = plan.topics.map((spec) => new KafkaTopic(world, this.messages, spec));
    this.byComponent = new Map(plan.topics.map(({ component }, index) => [component, index]));
    this.streams = plan.topics.map(({ component }) =>
      streamKey(plan.seed, replication, `topic/${plan.components[component].name}/publishLatency`),
    );
  }

  /** The step that publishes. */
  actOf(spec: PlanPublish): Act {
    return {
      begin: (strand, pc) => this.publish(spec, strand, pc),
      // What was sent is written, whoever waits for it.
      left: () => {},
    };
  }

  /** A message that comes from a queue, not from a publisher. */
  send(component: number, message: number): void {
    this.topics[this.byComponent.get(component)!].append(message);
  }

  private publish(spec: PlanPublish, strand: number, pc: number): Outcome {
    const { strands } = this.world;
    const count = this.draws.count(strand, pc, spec.count);
    const topic = this.byComponent.get(spec.topic)!;
    const waits = spec.confirm && this.topics[topic].spec.latency >= 0;
    for (let k = 0; k < count; k++) {
      const tag = (this.draws.tag(strand, pc) + Math.imul(k, 0x9e3779b1)) | 0;
      const message = this.messages.ofStrand(strand, tag, spec.key);
      const last = waits && k === count - 1;
      this.write(topic, message, last ? strand : -1, strands.stamp[strand]);
    }
    return waits && count > 0 ? PENDING : OUTCOME.ok;
  }

  /** The message is on its way to the topic; `waiter` is told when it is there. */
  private write(topic: number, message: number, waiter: number, stamp: number): void {
    const { engine, samplers } = this.world;
    const { latency } = this.topics[topic].spec;
    if (latency < 0) {
      this.topics[topic].append(message);
      return;
    }
    const { a, b } = this.streams[topic];
    const { lineageA, lineageB } = this.messages;
    const time = samplers.draw(latency, a, b, lineageA[message], lineageB[message], 0);
    const write = this.writes.take();
    this.topic[write] = topic;
    this.message[write] = message;
    this.waiter[write] = waiter;
    this.stamp[write] = stamp;
    engine.at(engine.now + time, PHASE.COMPLETION, this.writtenOp, write, 0, 0);
  }

  private written(write: number): void {
    const { strands, interpreter } = this.world;
    const waiter = this.waiter[write];
    const stamp = this.stamp[write];
    const topic = this.topics[this.topic[write]];
    const message = this.message[write];
    this.writes.give(write);
    topic.append(message);
    if (waiter >= 0 && strands.stamp[waiter] === stamp) interpreter.acted(waiter, OUTCOME.ok);
  }
}
