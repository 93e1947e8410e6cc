import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { streamKey, type StreamKey } from '../../../kernel/rng.js';
import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { OUTCOME, PENDING, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { PlanReplication } from '../../../contracts/plan/replication.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Age, Counter } from '../../data/figures/meters.js';
import type { ActRun } from '../../data/run.js';
import { Backlog, rowOf } from './backlog.js';
import { Candidates } from './candidates.js';
import { Confirmations, NEVER } from './confirmations.js';
import { FROZEN } from '../../data/instances/process.js';
import { Roles } from './roles.js';
import { strands } from '../../data/strands/strands.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

/** A run, and by component id the nodes of databases with replicas. */
export interface ReplicatedRun extends ActRun {
  readonly replicas: ReadonlyMap<number, Replicas>;
}

/** The response to a commit on a node that is no longer the primary. */
const REFUSED = withStatus(OUTCOME.serverError, 500);

/** Number of replicas that must confirm a commit. */
function needed(mode: PlanReplication['mode'], replicas: number): number {
  if (mode === 'majority') return Math.ceil(replicas / 2);
  return mode === 'sync' ? replicas : 1;
}

interface Node {
  readonly instance: Instance;
  readonly backlog: Backlog;
  readonly lag: StreamKey;
  readonly age: Age;
  /** The last write that it has applied, and when. */
  applied: number;
  appliedAt: Ns;
  /** Number of the valid apply event; earlier ones are void. */
  generation: number;
}

/**
 * The nodes of one replicated database.
 *
 * Writes go to the primary. Each replica applies them in order, after its lag and at most at its apply rate. A failover
 * loses the writes that the new primary lacks, and the later writes that an unfenced old primary still accepts.
 */
export class Replicas {
  readonly roles: Roles;
  readonly candidates: Candidates;
  private readonly nodes: readonly Node[];
  private serial = 0;
  private readonly confirmations: Confirmations;
  /** The last write that was reported to its caller as committed. */
  private lastReported = 0;
  /** Writes that an old primary has reported as committed. */
  private diverged = 0;
  private readonly reads: Counter;
  private readonly staleReads: Counter;
  private readonly lostCommits: Counter;
  private readonly divergedWrites: Counter;
  private readonly applyOp: number;

  constructor(
    private readonly world: ActRun,
    private readonly spec: PlanReplication,
  ) {
    const { meters, plan, instances } = world;
    const { component } = spec;
    const { firstInstance, instances: count, name } = plan.components[component];
    const subject = { component, part: -1 };
    this.reads = meters.counter('reads', subject);
    this.staleReads = meters.counter('staleReads', subject);
    this.lostCommits = meters.counter('lostCommits', subject);
    this.divergedWrites = meters.counter('divergedWrites', subject);
    this.nodes = Array.from({ length: count }, (_, index): Node => {
      const instance = instances[firstInstance + index];
      instance.residents.push({
        died: () => this.died(index),
        started: () => this.started(index),
        paused: () => this.roles.silenced(index),
        resumed: () => this.heard(index),
        hung: () => {
          if (instance.frozen === FROZEN.hang) this.roles.silenced(index);
          else if (instance.frozen === FROZEN.no) this.heard(index);
        },
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
    this.roles = new Roles(world, component, spec.failover, {
      nodes: this.nodes,
      cut: () => this.cut(),
      resume: () => this.resume(),
      promoted: (chosen, stalePrimary) => this.promoted(chosen, stalePrimary),
      partitionHealed: () => this.partitionHealed(),
    });
    this.candidates = new Candidates(this.nodes, this.roles, (index) => this.lagOf(index));
    this.confirmations = new Confirmations(world, {
      limitNs: spec.semiSyncTimeoutNs ?? null,
      commits: (node) => this.roles.commits(node),
      gaveUp: (node, unreplicated) => {
        if (node === this.roles.primary) this.lastReported = this.serial;
        this.diverged += unreplicated;
      },
    });
  }

  /** The number of the last write, and of the last write applied by a node or by all nodes. */
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

  /**
   * A read begins on a node. It is stale if the node lacks a write of its row; a read without a row, if it lacks any
   * write.
   */
  read(strand: number, key: number): void {
    const { keys, meters } = this.world;
    const index = this.at(strand);
    const { backlog } = this.nodes[index];
    meters.count(this.reads);
    if (index === this.roles.primary || backlog.length === 0) return;
    const isStale = key < 0 || backlog.has(rowOf(key, keys.value(key, strand)));
    if (isStale) meters.count(this.staleReads);
  }

  /** True if a statement runs on a node that accepts writes. */
  isWritable(strand: number): boolean {
    return this.roles.writes(this.at(strand));
  }

  /** Sends the writes of a commit to the replicas; PENDING if the commit waits for them. */
  commit(strand: number, rows: readonly string[]): Outcome {
    if (rows.length === 0) return OUTCOME.ok;
    const { roles } = this;
    const at = this.at(strand);
    if (!roles.commits(at)) return REFUSED;
    const isDiverging = at === roles.stalePrimary;
    if (isDiverging) this.world.meters.count(this.divergedWrites, rows.length);
    else this.send(strand, rows);
    if (this.spec.mode === 'async' || this.confirmations.isOff(at)) {
      if (isDiverging) this.diverged += rows.length;
      else this.lastReported = this.serial;
      return OUTCOME.ok;
    }
    this.confirmations.add(strand, isDiverging ? NEVER : this.serial, rows.length, at);
    return PENDING;
  }

  /** The strand of a waiting commit has left. */
  left(strand: number): void {
    this.confirmations.left(strand);
  }

  private at(strand: number): number {
    const { instances } = this.world;
    return instances[strands.instance[strand]].index;
  }

  /** Adds a write for each row to the backlogs of the replicas. */
  private send(strand: number, rows: readonly string[]): void {
    const { lineageA, lineageB } = strands;
    for (const row of rows) {
      const serial = ++this.serial;
      this.nodes.forEach((node, index) => {
        if (index === this.roles.primary) {
          node.applied = serial;
          return;
        }
        const { a, b } = node.lag;
        const time = samplers.draw(this.spec.lag, a, b, lineageA[strand], lineageB[strand], serial);
        const ready = engine.now + time + node.instance.extraLag;
        node.backlog.push(serial, engine.now, ready, row);
        if (node.backlog.length === 1) this.plan(index);
      });
    }
  }

  /** Schedules the oldest write of a node, and updates its lag. */
  private plan(index: number): void {
    const { meters } = this.world;
    const node = this.nodes[index];
    const { backlog } = node;
    node.generation++;
    meters.turn(node.age, backlog.since);
    // Writes that have not reached a replica when its primary dies are lost with it.
    if (backlog.length === 0 || !this.roles.reaches(index)) return;
    const gap = Math.round(NS_PER_SECOND / this.spec.applyRate);
    const at = Math.max(engine.now, backlog.readyAt, node.appliedAt + gap);
    engine.at(at, PHASE.COMPLETION, this.applyOp, index, node.generation, 0);
  }

  private apply(index: number, generation: number): void {
    const node = this.nodes[index];
    if (generation !== node.generation) return;
    invariant(
      node.backlog.length > 0 && node.backlog.serial > node.applied,
      'a replica applies writes in their order',
    );
    invariant(node.backlog.readyAt <= engine.now, 'a replica applies a write after it has arrived');
    node.applied = node.backlog.serial;
    node.appliedAt = engine.now;
    node.backlog.shift();
    this.plan(index);
    this.confirm();
    const { semiSyncTimeoutNs } = this.spec;
    if (semiSyncTimeoutNs !== undefined && this.hasCaughtUp(index, semiSyncTimeoutNs))
      this.confirmations.on(this.roles.primary);
    if (node.backlog.length === 0) this.roles.caughtUp(index);
  }

  /** Ends commits that enough replicas have confirmed. */
  private confirm(): void {
    if (this.spec.mode === 'async') return;
    const replicas = this.nodes.filter((_, index) => index !== this.roles.primary);
    const applied = replicas.map((node) => node.applied).sort((a, b) => b - a);
    const confirmed = applied[needed(this.spec.mode, applied.length) - 1];
    invariant(confirmed <= this.serial, 'replicas confirm writes that were made');
    this.lastReported = Math.max(this.lastReported, confirmed);
    this.confirmations.answer((serial) => serial <= confirmed, OUTCOME.ok);
  }

  /** True if a replica lacks only writes in transit, and its lag is below the confirmation timeout. */
  private hasCaughtUp(index: number, waitNs: Ns): boolean {
    const { backlog } = this.nodes[index];
    return backlog.length === 0 || (backlog.readyAt > engine.now && this.lagOf(index) < waitNs);
  }

  private started(index: number): void {
    this.roles.started(index);
    if (index === this.roles.primary) this.resume();
    else this.plan(index);
  }

  private heard(index: number): void {
    this.roles.heard(index);
    if (index !== this.roles.primary) this.plan(index);
  }

  private died(index: number): void {
    this.confirmations.on(index);
    if (index === this.roles.primary) this.cut();
    else this.nodes[index].generation++;
    this.roles.died(index);
  }

  private cut(): void {
    for (const node of this.nodes) node.generation++;
  }

  private resume(): void {
    this.nodes.forEach((_, index) => this.plan(index));
  }

  /**
   * Makes a replica the primary, with the writes that it has. The old primary follows it, unless it still accepts
   * writes.
   */
  private promoted(chosen: number, stalePrimary: number): void {
    const { meters } = this.world;
    const { applied, backlog } = this.nodes[chosen];
    // Writes that were not reported as committed do not count as lost.
    backlog.dropAbove(Math.max(applied, this.lastReported));
    meters.count(this.lostCommits, backlog.dropAbove(applied));
    this.confirmations.on(chosen);
    if (stalePrimary < 0) this.confirmations.answer((serial) => serial > applied, REFUSED);
    else this.confirmations.suspend(applied);
    this.nodes.forEach((node, index) => {
      node.backlog.dropAbove(applied);
      node.applied = Math.min(node.applied, applied);
      this.plan(index);
    });
  }

  /**
   * The partition is over: commits that the stale primary has reported are lost, and its waiting commits are refused.
   */
  private partitionHealed(): void {
    this.world.meters.count(this.lostCommits, this.diverged);
    this.diverged = 0;
    this.confirmations.answer((serial) => serial === NEVER, REFUSED);
  }

  private lagOf(index: number): Ns {
    const { since } = this.nodes[index].backlog;
    return since === Infinity ? 0 : engine.now - since;
  }
}
