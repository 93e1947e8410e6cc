import { PHASE } from '../../kernel/phase.js';
import type { StreamKey } from '../../kernel/rng.js';
import { streamKey } from '../../kernel/rng.js';
import type { Ns } from '../../kernel/time.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { OUTCOME, PENDING } from '../../spec/outcome.js';
import type { Outcome } from '../../spec/outcome.js';
import type { PlanReplication, PlanRoute } from '../../spec/replication.js';
import type { Instance } from '../instance.js';
import type { Age, Counter } from '../meters.js';
import type { World } from '../world.js';
import { Backlog, rowOf } from './backlog.js';

/** One node as a replica. */
interface Node {
  readonly instance: Instance;
  readonly backlog: Backlog;
  readonly lag: StreamKey;
  readonly age: Age;
  /** The last write it has applied, and when. */
  applied: number;
  appliedAt: Ns;
  /** Which of the events that are out still counts. */
  generation: number;
}

/** A commit that waits for confirmations: its strand with the stamp, and its number. */
interface Waiting {
  readonly strand: number;
  readonly stamp: number;
  readonly serial: number;
}

/**
 * The nodes of one database (DB-9 to DB-11): writes go to the primary and are applied by each replica in
 * their order, so long after the commit as the lag says and no faster than its rate. When the primary has
 * been down for long enough, the replica that misses least takes its place, and what it misses is lost.
 */
export class Replicas {
  /** Number of the primary within the component, and the one that clients ask. */
  primary = 0;
  private known = 0;
  private readonly world: World;
  private readonly spec: PlanReplication;
  private readonly nodes: readonly Node[];
  private serial = 0;
  private waiting: Waiting[] = [];
  /** The last write that as many replicas have confirmed as commits wait for. */
  private confirmed = 0;
  /** By calling instance: its place in the round. */
  private readonly turns: Int32Array;
  private readonly reads: Counter;
  private readonly staleReads: Counter;
  private readonly lostCommits: Counter;
  private readonly failovers: Counter;
  private readonly applyOp: number;
  private readonly failoverOp: number;
  private readonly reconnectOp: number;
  private outages = 0;

  constructor(world: World, spec: PlanReplication) {
    this.world = world;
    this.spec = spec;
    const { engine, meters, plan, instances } = world;
    const { component } = spec;
    const { firstInstance, instances: count, name } = plan.components[component];
    const subject = { component, part: -1 };
    this.turns = new Int32Array(plan.instances.length);
    this.reads = meters.counter('reads', subject);
    this.staleReads = meters.counter('staleReads', subject);
    this.lostCommits = meters.counter('lostCommits', subject);
    this.failovers = meters.counter('failovers', subject);
    this.nodes = Array.from({ length: count }, (_, index): Node => {
      const instance = instances[firstInstance + index];
      instance.residents.push({
        died: () => this.died(index),
        started: () => this.started(index),
      });
      return {
        instance,
        backlog: new Backlog(),
        lag: streamKey(plan.seed, world.replication, `${name}[${index}]/lag`),
        age: meters.age('replicaLag', subject),
        applied: 0,
        appliedAt: -Infinity,
        generation: 0,
      };
    });
    this.applyOp = engine.define('replica-applies', (index, generation) =>
      this.apply(index, generation),
    );
    this.failoverOp = engine.define('failover', (outage) => this.promote(outage));
    this.reconnectOp = engine.define('reconnect', (primary) => {
      if (primary === this.primary) this.known = primary;
    });
  }

  /** The number of the last write, and those of the last that a node, or each of them, has applied. */
  get written(): number {
    return this.serial;
  }

  get appliedByAll(): number {
    let least = Infinity;
    for (const { applied } of this.nodes) least = Math.min(least, applied);
    return least;
  }

  appliedBy(node: number): number {
    return this.nodes[node].applied;
  }

  /** Where a statement of a strand goes. */
  place(route: PlanRoute, caller: Instance, strand: number): number {
    if (route.kind === 'primary') return this.known;
    const isAllowed = (index: number): boolean => {
      const { instance } = this.nodes[index];
      if (instance.down && !instance.silent) return false;
      switch (route.kind) {
        case 'nearest':
          return instance.zone === caller.zone;
        case 'replicaIfLag':
          return index !== this.known && this.lagOf(index) <= route.maxLagNs;
        default:
          return index !== this.known;
      }
    };
    const turn =
      route.client === undefined
        ? this.turns[caller.id]++
        : this.world.keys.value(route.client, strand);
    // Who keeps to one node does so whoever else is down.
    const own = route.client === undefined ? -1 : this.ownOf(route, caller, turn);
    if (own >= 0 && isAllowed(own)) return own;
    const found = this.nth(turn, isAllowed);
    if (found >= 0) return found;
    if (route.kind === 'replicaIfLag') return this.known;
    // Nobody is near, or no replica is up: whoever is up, and else one that refuses.
    if (route.kind === 'nearest') {
      const up = this.nth(turn, (index) => !this.nodes[index].instance.down);
      return up >= 0 ? up : this.known;
    }
    return this.nth(turn, (index) => index !== this.known);
  }

  /** A read begins at a node: it is stale where the node misses a write of its row, or any without a row. */
  read(strand: number, key: number): void {
    const { instances, strands, keys, meters } = this.world;
    const { index } = instances[strands.instance[strand]];
    const { backlog } = this.nodes[index];
    meters.count(this.reads);
    if (index === this.primary || backlog.length === 0) return;
    const isStale = key < 0 || backlog.has(rowOf(key, keys.value(key, strand)));
    if (isStale) meters.count(this.staleReads);
  }

  /** Whether a statement is at a node that takes writes. */
  isPrimary(strand: number): boolean {
    const { instances, strands } = this.world;
    return instances[strands.instance[strand]].index === this.primary;
  }

  /** The writes of a commit are sent to the replicas; PENDING where it waits for them. */
  commit(strand: number, rows: readonly string[]): Outcome {
    const { engine, samplers, strands } = this.world;
    const { lag, mode } = this.spec;
    for (const row of rows) {
      const serial = ++this.serial;
      this.nodes.forEach((node, index) => {
        if (index === this.primary) {
          node.applied = serial;
          return;
        }
        const { a, b } = node.lag;
        const { lineageA, lineageB } = strands;
        const time = samplers.draw(lag, a, b, lineageA[strand], lineageB[strand], serial);
        const ready = engine.now + time + node.instance.extraLag;
        node.backlog.push(serial, engine.now, ready, row);
        if (node.backlog.length === 1) this.plan(index);
      });
    }
    if (mode === 'async' || rows.length === 0) return OUTCOME.ok;
    this.waiting.push({ strand, stamp: strands.stamp[strand], serial: this.serial });
    return PENDING;
  }

  /** A commit that waited has left. */
  left(strand: number): void {
    this.waiting = this.waiting.filter((one) => one.strand !== strand);
  }

  /** Schedules the application of the oldest write of a node, and turns its lag. */
  private plan(index: number): void {
    const { engine, meters } = this.world;
    const node = this.nodes[index];
    const { backlog, instance } = node;
    node.generation++;
    meters.turn(node.age, backlog.since);
    // What a replica has not got before its primary dies does not come any more.
    if (backlog.length === 0 || instance.down || this.nodes[this.primary].instance.down) return;
    const gap = Math.round(NS_PER_SECOND / this.spec.applyRate);
    const at = Math.max(engine.now, backlog.readyAt, node.appliedAt + gap);
    engine.at(at, PHASE.COMPLETION, this.applyOp, index, node.generation, 0);
  }

  private apply(index: number, generation: number): void {
    const node = this.nodes[index];
    if (generation !== node.generation) return;
    node.applied = node.backlog.serial;
    node.appliedAt = this.world.engine.now;
    node.backlog.shift();
    this.plan(index);
    this.confirm();
  }

  /** Commits that enough replicas have confirmed are over. */
  private confirm(): void {
    if (this.spec.mode === 'async') return;
    const { strands, interpreter } = this.world;
    const replicas = this.nodes.filter((_, index) => index !== this.primary);
    const applied = replicas.map((node) => node.applied);
    const confirmed = this.spec.mode === 'sync' ? Math.min(...applied) : Math.max(...applied);
    this.confirmed = Math.max(this.confirmed, confirmed);
    const done = this.waiting.filter(({ serial }) => serial <= confirmed);
    if (done.length === 0) return;
    this.waiting = this.waiting.filter(({ serial }) => serial > confirmed);
    for (const { strand, stamp } of done) {
      if (strands.stamp[strand] === stamp) interpreter.acted(strand, OUTCOME.ok);
    }
  }

  private started(index: number): void {
    if (index !== this.primary) this.plan(index);
    else this.nodes.forEach((_, other) => this.plan(other));
  }

  private died(index: number): void {
    const { engine } = this.world;
    const { failover } = this.spec;
    if (index !== this.primary) {
      this.nodes[index].generation++;
      return;
    }
    for (const node of this.nodes) node.generation++;
    this.outages++;
    if (failover === null) return;
    const at = engine.now + failover.detectNs + failover.promoteNs;
    engine.at(at, PHASE.COMPLETION, this.failoverOp, this.outages, 0, 0);
  }

  /** The replica that misses least becomes the primary, if the old one is still down. */
  private promote(outage: number): void {
    const { engine, meters } = this.world;
    const before = this.nodes[this.primary];
    if (outage !== this.outages || !before.instance.down) return;
    let chosen = -1;
    this.nodes.forEach(({ instance, applied }, index) => {
      if (index === this.primary || instance.down) return;
      if (chosen < 0 || applied > this.nodes[chosen].applied) chosen = index;
    });
    if (chosen < 0) return;
    const { applied } = this.nodes[chosen];
    // Without a confirmation nobody was told that it had been committed.
    const told = this.spec.mode === 'async' ? this.serial : Math.max(applied, this.confirmed);
    this.nodes[chosen].backlog.dropAbove(told);
    meters.count(this.lostCommits, this.nodes[chosen].backlog.dropAbove(applied));
    this.primary = chosen;
    this.nodes.forEach((node, index) => {
      node.backlog.dropAbove(applied);
      // The old primary follows the new one, without what only it had.
      node.applied = Math.min(node.applied, applied);
      this.plan(index);
    });
    meters.count(this.failovers);
    const at = engine.now + this.spec.failover!.reconnectNs;
    engine.at(at, PHASE.COMPLETION, this.reconnectOp, chosen, 0, 0);
  }

  /** The node of a client among all that its route may ask, up or not. */
  private ownOf({ kind }: PlanRoute, { zone }: Instance, client: number): number {
    return this.nth(client, (index) =>
      kind === 'nearest' ? this.nodes[index].instance.zone === zone : index !== this.known,
    );
  }

  private lagOf(index: number): Ns {
    const { since } = this.nodes[index].backlog;
    return since === Infinity ? 0 : this.world.engine.now - since;
  }

  /** The nth node that is allowed, around and around; -1 where none is. */
  private nth(n: number, isAllowed: (index: number) => boolean): number {
    let count = 0;
    for (let index = 0; index < this.nodes.length; index++) if (isAllowed(index)) count++;
    if (count === 0) return -1;
    let left = n % count;
    for (let index = 0; ; index++) {
      if (isAllowed(index) && left-- === 0) return index;
    }
  }
}
