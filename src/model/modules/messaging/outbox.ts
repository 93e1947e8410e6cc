import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { IntRing } from '../../../kernel/ring.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, isSuccess, type Outcome } from '../../../contracts/outcome.js';
import type { PlanOutbox } from '../../../contracts/plan/messaging.js';
import type { Act } from '../../data/acts.js';
import { FROZEN } from '../../data/instances/process.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Age, Counter, Durations } from '../../data/figures/meters.js';
import type { BackgroundRun } from '../../platform/background-run.js';
import { Connector } from './connector.js';
import type { Messages } from './messages.js';
import { levels } from '../../data/figures/levels.js';
import { sink } from '../../data/figures/sink.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

/** Publishes messages for an outbox; the outbox is notified when a message is written or has failed. */
export interface Publishing {
  publish(topic: number, message: number, outbox: number, round: number, instance: number): void;
}

/** Numbers per row: topic and message. */
const ROW = 2;

/**
 * The outbox of a service: messages that are committed with its data and published later. One instance at a time
 * relays, the first that is up, so messages keep their order. If the relay dies after a row was published and before it
 * was marked, the row is published again.
 */
export class OutboxTable {
  private readonly owner: number;
  private readonly tickOp: number;
  private readonly tailOp: number;
  private readonly key: StreamKey;
  /** Rows in the order of their commits; `polling` also needs their topics. */
  private readonly topics = new IntRing();
  private readonly rows = new IntRing();
  /** For `cdc`, by message: topic of a row that is being published. */
  private readonly tailing = new Map<number, number>();
  /** By branch of a transaction: uncommitted rows. */
  private readonly staged = new Map<number, number[]>();
  private readonly gauge: number;
  private readonly age: Age;
  private readonly delays: Durations;
  private readonly again: Counter;
  /** Rows at the front that were published, but not marked. */
  private published = 0;
  /** Rows at the front that were confirmed: their delay is recorded. */
  private measured = 0;
  /**
   * The current batch: number of its round, which rises when the batch is abandoned; relay; rows; missing
   * confirmations.
   */
  private round = 0;
  private leader: Instance | null = null;
  private batch = 0;
  private missing = 0;
  /** Relay programs run so far; each has its own random draws. */
  private runs = 0;
  /** For `cdc`: when the last row is published, and the processes that publish; null = one that never fails. */
  private last: Ns = 0;
  private readonly connector: Connector | null;

  constructor(
    private readonly world: BackgroundRun,
    private readonly messages: Messages,
    private readonly spec: PlanOutbox,

    /** Index among the outboxes. */
    private readonly index: number,
    private readonly publishing: Publishing,
  ) {
    const { meters, plan, replication } = world;
    const { name } = plan.components[spec.component];
    this.key = streamKey(plan.seed, replication, `${name}/cdcLatency`);
    const subject = { component: spec.component, part: -1 };
    world.kept.set(`${name}.rows`, () => this.rows.length);
    this.gauge = meters.gauge('outbox.rows', subject);
    this.age = meters.age('outbox.age', subject);
    this.delays = meters.durations('outbox.delay', subject);
    this.again = meters.counter('outbox.republished', subject);
    this.owner = world.tasks.register(this);
    this.tickOp = engine.define('outbox-poll', () => this.tick());
    this.tailOp = engine.define('outbox-tail', (topic, message) => this.tailed(topic, message));
    this.connector = spec.connector < 0 ? null : this.connectorOf(name);
    if (spec.spec.mode === 'cdc') return;
    this.schedule();
    for (const instance of this.fleet(spec.component)) {
      instance.residents.push({
        died: () => {
          if (this.leader === instance) this.giveUp();
        },
        started: () => {},
        isBusy: () => this.leader === instance,
      });
    }
  }

  private connectorOf(name: string): Connector {
    const { spec, messages } = this;
    const send = (topic: number, message: number, isAgain: boolean): void => {
      if (isAgain) this.world.meters.count(this.again);
      this.tailing.set(message, topic);
      this.send(topic, message);
    };
    const fleet = this.fleet(spec.connector);
    const [database] = this.fleet(spec.database);
    const { log } = spec.spec;
    const subject = { component: spec.component, part: -1 };
    const retained = log === null ? -1 : this.world.meters.gauge('outbox.retained', subject);
    const keeps = (rows: number): void => levels.add(retained, rows);
    // It stays down until an operator makes room, which no part of the run does.
    const full = (): void => this.world.outages.die(database, this.world.plan.horizonNs);
    return new Connector(fleet, messages, { send, keeps, full }, spec.spec, name);
  }

  /** A strand writes a row; `branch` is its transaction, or -1. */
  write(branch: number, topic: number, message: number): void {
    this.messages.holders[message]++;
    if (branch < 0) {
      this.commit(topic, message);
      return;
    }
    const rows = this.staged.get(branch);
    if (rows === undefined) this.staged.set(branch, [topic, message]);
    else rows.push(topic, message);
  }

  /** The act that follows a COMMIT. */
  committed(): Act {
    return {
      begin: (strand) => {
        const rows = this.staged.get(strand) ?? [];
        this.staged.delete(strand);
        for (let k = 0; k < rows.length; k += ROW) this.commit(rows[k], rows[k + 1]);
        return OUTCOME.ok;
      },
    };
  }

  /** A transaction has ended; its uncommitted rows are discarded. */
  ended(branch: number): void {
    const rows = this.staged.get(branch);
    if (rows === undefined) return;
    this.staged.delete(branch);
    for (let k = 0; k < rows.length; k += ROW) this.messages.release(rows[k + 1]);
  }

  /** A row of a round was written to its topic or failed. For `cdc` the round is the message of the row. */
  confirmed(round: number, outcome: Outcome): void {
    if (this.spec.spec.mode === 'cdc') {
      this.tailEnded(round, isSuccess(outcome));
      return;
    }
    if (round !== this.round) return;
    invariant(this.missing > 0, 'each row of a batch is confirmed once');
    if (!isSuccess(outcome)) {
      this.giveUp();
      return;
    }
    if (--this.missing > 0) return;
    for (let k = this.measured; k < this.batch; k++) this.note(this.rows.get(k));
    this.measured = Math.max(this.measured, this.batch);
    this.mark();
  }

  /** A query or a mark of the relay has ended. */
  taskEnded(round: number, outcome: Outcome): void {
    if (round !== this.round) return;
    if (!isSuccess(outcome)) this.giveUp();
    else if (this.batch === 0) this.take();
    else this.marked();
  }

  private commit(topic: number, message: number): void {
    const { messages, spec } = this;
    messages.published[message] = engine.now;
    messages.cell[message] = sink.cell;
    levels.add(this.gauge, 1);
    this.rows.push(message);
    this.turnAge();
    if (spec.spec.mode === 'polling') {
      this.topics.push(topic);
      return;
    }
    const { lineageA, lineageB } = messages;
    const { a, b } = this.key;
    const delay = samplers.draw(spec.cdcLatency, a, b, lineageA[message], lineageB[message], 0);
    // CDC reads the database log in order.
    this.last = Math.max(this.last, engine.now + delay);
    engine.at(this.last, PHASE.COMPLETION, this.tailOp, topic, message, 0);
  }

  private tailed(topic: number, message: number): void {
    if (this.connector !== null) {
      this.connector.came(topic, message);
      return;
    }
    this.tailing.set(message, topic);
    this.send(topic, message);
  }

  /** The CDC connector is a separate process: it does not die with the service. */
  private send(topic: number, message: number): void {
    this.publishing.publish(topic, message, this.index, message, -1);
  }

  /** CDC drops a row that was written, and publishes one again until it is. */
  private tailEnded(message: number, isThere: boolean): void {
    invariant(this.tailing.has(message), 'a row ends that was being published');
    if (!isThere) {
      this.world.meters.count(this.again);
      this.send(this.tailing.get(message)!, message);
      return;
    }
    const topic = this.tailing.get(message)!;
    this.tailing.delete(message);
    if (this.connector?.published(topic, message) === true) return;
    this.note(message);
    this.removeRow(message);
  }

  /** SAMPLE runs after all other phases of an instant, so the query sees every row committed in it. */
  private schedule(): void {
    engine.at(engine.now + this.spec.spec.pollNs, PHASE.SAMPLE, this.tickOp, 0, 0, 0);
  }

  private tick(): void {
    this.schedule();
    if (this.leader !== null) return;
    const leader = this.fleet().find(({ shut, frozen }) => !shut && frozen === FROZEN.no);
    if (leader === undefined) return;
    this.leader = leader;
    if (this.spec.look < 0) this.take();
    else this.run(this.spec.look);
  }

  private take(): void {
    invariant(this.leader !== null && this.batch === 0, 'one relay takes one batch at a time');
    invariant(this.topics.length === this.rows.length, 'each row has its topic');
    this.batch = Math.min(this.spec.spec.batchSize, this.rows.length);
    if (this.batch === 0) {
      this.rest();
      return;
    }
    this.missing = this.batch;
    const { round, batch, published } = this;
    const leader = this.leader!.id;
    this.published = Math.max(published, batch);
    for (let k = 0; k < batch; k++) {
      const message = this.rows.get(k);
      if (k < published) this.world.meters.count(this.again);
      this.publishing.publish(this.topics.get(k), message, this.index, round, leader);
    }
  }

  private mark(): void {
    invariant(this.missing === 0, 'rows are marked after all were confirmed');
    while (this.batch > 0) {
      if (this.spec.mark >= 0) {
        this.run(this.spec.mark);
        return;
      }
      this.drop();
    }
    this.rest();
  }

  private rest(): void {
    const { leader } = this;
    this.leader = null;
    if (leader !== null) this.world.outages.terminations.look(leader);
  }

  private marked(): void {
    this.drop();
    this.mark();
  }

  private drop(): void {
    this.batch--;
    this.published--;
    this.measured--;
    invariant(
      this.batch >= 0 && this.measured >= this.batch,
      'a row is dropped after it was confirmed',
    );
    invariant(this.published >= this.measured, 'a confirmed row was published');
    this.topics.shift();
    this.removeRow(this.rows.peek());
  }

  /** Abandons the batch; its unmarked rows are published again. */
  private giveUp(): void {
    this.round++;
    this.rest();
    this.batch = this.missing = 0;
  }

  private run(program: number): void {
    const { plan, replication, tasks } = this.world;
    const { component, part } = this.spec;
    const name = `${plan.components[component].name}/outbox`;
    const { a, b } = streamKey(plan.seed, replication, name);
    const context = this.messages.contextOf(a, b, ++this.runs);
    tasks.start(this.owner, this.round, this.leader!.id, part, context, program);
  }

  /** A row is confirmed: records its delay, even if it is published again later. */
  private note(message: number): void {
    const { messages, world } = this;
    world.meters.took(this.delays, messages.cell[message], messages.age(message));
  }

  private removeRow(message: number): void {
    levels.add(this.gauge, -1);
    // With `cdc` a row may be written before an earlier one that failed.
    if (this.rows.peek() === message) this.rows.shift();
    else invariant(this.rows.remove(message), 'a row leaves the outbox once');
    this.turnAge();
    this.messages.release(message);
  }

  private turnAge(): void {
    const oldest = this.rows.peek();
    const since = oldest < 0 ? Infinity : this.messages.published[oldest];
    this.world.meters.turn(this.age, since);
  }

  private fleet(component = this.spec.component): readonly Instance[] {
    const { instances, plan } = this.world;
    const { firstInstance, instances: size } = plan.components[component];
    return instances.slice(firstInstance, firstInstance + size);
  }
}
