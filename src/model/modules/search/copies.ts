import { invariant } from '../../../kernel/invariant.js';
import { PHASE } from '../../../kernel/phase.js';
import { Slots, widenInt32 } from '../../../kernel/pool.js';
import { derive, lineage, streamKey, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import { OUTCOME, PENDING, withStatus, type Outcome } from '../../../contracts/outcome.js';
import { THREAD_POOLS, type CopyRoute } from '../../../contracts/scenario/search.js';
import type { PlanSearch, PlanThread } from '../../../contracts/plan/search.js';
import { JOURNAL, PROMOTED } from '../../../contracts/record/record.js';
import type { Act } from '../../data/acts.js';
import type { Instance } from '../../data/instances/instance.js';
import type { Counter } from '../../data/figures/meters.js';
import { shardOf } from '../../resources/replication/shards.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import { TaskDraft, type TaskContext } from '../../data/strands/task-context.js';
import type { Tasks } from '../../resources/tasks.js';
import type { ActRun } from '../../data/run.js';
import { Refreshes } from './refreshes.js';
import { ThreadPools } from './thread-pools.js';
import { engine } from '../../../kernel/engine.js';
import { samplers } from '../../../kernel/distribution.js';

interface CopiesParts extends ActRun {
  readonly tasks: Tasks;
}

/** Lineage tag of the work of a shard's copies for a write. */
const COPY_TAG = 0x6000;

/** The answer of a former primary to a write: no active primary shard. */
const UNAVAILABLE = withStatus(OUTCOME.serverError, 503);
const WRITE = THREAD_POOLS.indexOf('write');

/** The primary of a shard; numbers within the component. */
interface Shard {
  primary: number;
  /** The primary that callers know. */
  known: number;
  /** Number of deaths of primaries. */
  outages: number;
}

/**
 * The nodes of one search engine: each shard has a primary and replicas, each on its own node. The primary applies a
 * write first, then all in-sync copies at the same time; the write ends with the slowest. A copy whose process ends is
 * out of sync until it is back and can catch up with a primary.
 */
export class Copies {
  private readonly pools: ThreadPools;
  private readonly refreshes: Refreshes;
  private readonly nodes: readonly Instance[];
  private readonly inSync: Uint8Array;
  private readonly shards: readonly Shard[];
  /** By calling instance and shard: round-robin position. */
  private readonly turns: Int32Array;
  /** By write in progress: its strand with the stamp, and the number of copies that have not applied it. */
  private readonly slots = new Slots(64);
  private strand: Int32Array = new Int32Array(0);
  private stamp: Int32Array = new Int32Array(0);
  private left: Int32Array = new Int32Array(0);
  /** By write: the program that its copies run. */
  private program: Int32Array = new Int32Array(0);
  /** Number of messages between copies in flight, in both directions. */
  private messages = 0;
  private readonly way: StreamKey;
  private readonly failovers: Counter;
  private readonly owner: number;
  private readonly sendOp: number;
  private readonly doneOp: number;
  private readonly failoverOp: number;
  private readonly reconnectOp: number;

  constructor(
    private readonly world: CopiesParts,
    private readonly spec: PlanSearch,
  ) {
    const { meters, plan, instances, replication, tasks } = world;
    const { component, shards, copies } = spec;
    const { firstInstance, instances: count, name } = plan.components[component];
    this.refreshes = new Refreshes(world, spec);
    this.pools = new ThreadPools(world, spec);
    this.nodes = instances.slice(firstInstance, firstInstance + count);
    this.inSync = new Uint8Array(count).fill(1);
    this.shards = Array.from({ length: shards }, (_, shard) => ({
      primary: shard * copies,
      known: shard * copies,
      outages: 0,
    }));
    this.turns = new Int32Array(plan.instances.length * shards);
    this.way = streamKey(plan.seed, replication, `${name}/copies`);
    this.failovers = meters.counter('failovers', { component, part: -1 });
    this.slots.onGrow((capacity) => {
      for (const column of COLUMNS) this[column] = widenInt32(this[column], capacity);
    });
    this.nodes.forEach((node, index) =>
      node.residents.push({
        died: () => this.died(index),
        started: () => this.started(index),
      }),
    );
    this.owner = tasks.register({
      silent: true,
      taskEnded: (record) => this.taskEnded(record),
    });
    this.sendOp = engine.define('copy-sent', (write, index) => this.sent(write, index));
    this.doneOp = engine.define('copy-done', (write) => {
      this.messages--;
      this.done(write);
    });
    this.failoverOp = engine.define('copy-promoted', (shard, outage) =>
      this.promote(this.shards[shard], outage),
    );
    this.reconnectOp = engine.define('copy-known', (shard, index) => {
      const own = this.shards[shard];
      if (own.primary === index) own.known = index;
    });
    world.leaseOwners.set(component, { left: (strand) => this.pools.give(strand) });
    world.audits.push(() => this.audit());
  }

  /** Picks the node for an attempt; `value`: of the key of its route. */
  place({ shard, write }: CopyRoute, value: number, caller: Instance): number {
    const { shards, copies } = this.spec;
    const at = shard >= 0 ? shard : shardOf(value, shards);
    const { known } = this.shards[at];
    if (write || copies === 1) return known;
    const turn = this.turns[caller.id * shards + at]++;
    for (let k = 0; k < copies; k++) {
      const index = at * copies + ((turn + k) % copies);
      const node = this.nodes[index];
      if (this.inSync[index] === 1 && (!node.down || node.silent)) return index;
    }
    return known;
  }

  /** The act with which an operation begins. */
  thread(spec: PlanThread): Act {
    const act = this.pools.actOf(spec);
    if (spec.pool !== WRITE) return act;
    return {
      begin: (strand) => (this.takesWrites(strand) ? act.begin(strand, 0) : UNAVAILABLE),
      left: (strand) => act.left?.(strand),
    };
  }

  searched(): Act {
    return {
      begin: (strand) => {
        this.refreshes.search(this.indexOf(strand));
        return OUTCOME.ok;
      },
    };
  }

  /** The act that ends a write; `program`: the program that the other copies run. */
  indexed(program: number): Act {
    return { begin: (strand) => this.write(strand, program) };
  }

  private indexOf(strand: number): number {
    const { instances } = this.world;
    return instances[strands.instance[strand]].index;
  }

  private shardAt(index: number): Shard {
    return this.shards[Math.floor(index / this.spec.copies)];
  }

  /** A replica applies the writes of its primary; only the primary takes those of callers. */
  private takesWrites(strand: number): boolean {
    const index = this.indexOf(strand);
    return this.isTask(strand) || this.shardAt(index).primary === index;
  }

  private isTask(strand: number): boolean {
    return strands.returns[strand] === RETURN.task;
  }

  /** A copy has applied a write. The primary sends it to the others, and holds no thread while it waits. */
  private write(strand: number, program: number): Outcome {
    const index = this.indexOf(strand);
    this.refreshes.wrote(index);
    if (this.isTask(strand)) return OUTCOME.ok;
    this.pools.give(strand);
    const { copies } = this.spec;
    const first = index - (index % copies);
    let write = -1;
    for (let other = first; other < first + copies; other++) {
      if (other === index || this.inSync[other] === 0) continue;
      if (write < 0) {
        write = this.slots.take();
        this.strand[write] = strand;
        this.stamp[write] = strands.stamp[strand];
        this.program[write] = program;
        this.left[write] = 0;
      }
      this.left[write]++;
      this.send(write, index, other, strand);
    }
    return write < 0 ? OUTCOME.ok : PENDING;
  }

  private send(write: number, from: number, to: number, strand: number): void {
    const delay = this.delay(from, to, strands.lineageA[strand], strands.lineageB[strand], to);
    this.messages++;
    engine.at(engine.now + delay, PHASE.COMPLETION, this.sendOp, write, to, 0);
  }

  /** A write has arrived at a copy. */
  private sent(write: number, index: number): void {
    const { world } = this;
    this.messages--;
    invariant(this.messages >= 0, 'a message between copies arrives once');
    const node = this.nodes[index];
    const strand = this.strand[write];
    // The primary has died or abandoned the write.
    if (node.down || strands.stamp[strand] !== this.stamp[write]) {
      this.done(write);
      return;
    }
    const record = write * this.spec.copies + (index % this.spec.copies);
    const context = this.context(strand, index);
    const { part } = strands;
    world.tasks.start(this.owner, record, node.id, part[strand], context, this.program[write]);
  }

  private taskEnded(record: number): void {
    const { copies } = this.spec;
    const write = Math.floor(record / copies);
    const strand = this.strand[write];
    if (strands.stamp[strand] !== this.stamp[write]) {
      this.done(write);
      return;
    }
    const to = this.indexOf(strand);
    const from = to - (to % copies) + (record % copies);
    const { lineageA, lineageB } = strands;
    const back = this.delay(from, to, lineageA[strand], lineageB[strand], copies + from);
    if (back === 0) {
      this.done(write);
      return;
    }
    this.messages++;
    engine.at(engine.now + back, PHASE.COMPLETION, this.doneOp, write, 0, 0);
  }

  /** One copy fewer to wait for. */
  private done(write: number): void {
    invariant(this.left[write] > 0, 'a copy confirms a write once');
    const { interpreter } = this.world;
    if (--this.left[write] > 0) return;
    this.slots.give(write);
    const strand = this.strand[write];
    if (strands.stamp[strand] === this.stamp[write]) interpreter.acted(strand, OUTCOME.ok);
  }

  /** Checks that each copy a write waits for is working or has a message in flight. */
  private audit(): void {
    const { slots, returns, from } = strands;
    let under = this.messages;
    for (let strand = 0; strand < slots.touched; strand++) {
      if (!slots.has(strand)) continue;
      if (returns[strand] === RETURN.task && from[strand] === this.owner) under++;
    }
    let awaited = 0;
    for (let write = 0; write < this.slots.touched; write++) {
      if (this.slots.has(write)) awaited += this.left[write];
    }
    invariant(awaited === under, 'the writes under way are those of the copies');
  }

  /** Delay of a message from one node to another. */
  private delay(from: number, to: number, a: number, b: number, index: number): Ns {
    const { plan } = this.world;
    const peers = plan.peers[this.spec.component]!;
    const stride = Math.round(Math.sqrt(peers.length));
    const sampler = peers[(this.nodes[from].zone + 1) * stride + this.nodes[to].zone + 1];
    return samplers.draw(sampler, this.way.a, this.way.b, a, b, index);
  }

  /** The task context of a copy: it works for the request of the primary, with its own random draws. */
  private context(strand: number, index: number): TaskContext {
    const { prioritised, keys } = this.world;
    derive(strands.lineageA[strand], strands.lineageB[strand], COPY_TAG + index);
    return {
      ...new TaskDraft(),
      rootA: strands.rootA[strand],
      rootB: strands.rootB[strand],
      request: strands.request[strand],
      priority: prioritised ? strands.priority[strand] : 0,
      arrival: keys.inSequence ? strands.arrival[strand] : 0,
      callA: strands.callA[strand],
      callB: strands.callB[strand],
      lineageA: lineage.a,
      lineageB: lineage.b,
      level: strands.level[strand],
    };
  }

  private died(index: number): void {
    const { failover, copies } = this.spec;
    this.refreshes.died(index);
    const shard = this.shardAt(index);
    if (shard.primary !== index) {
      this.inSync[index] = 0;
      return;
    }
    shard.outages++;
    const at = engine.now + failover.detectNs + failover.promoteNs;
    const number = Math.floor(index / copies);
    engine.at(at, PHASE.COMPLETION, this.failoverOp, number, shard.outages, 0);
  }

  /** Once there is a primary, a returning copy catches up with it, which takes no time. */
  private started(index: number): void {
    const shard = this.shardAt(index);
    if (shard.primary !== index) {
      if (!this.nodes[shard.primary].down) this.inSync[index] = 1;
      return;
    }
    const first = index - (index % this.spec.copies);
    for (let other = first; other < first + this.spec.copies; other++) {
      if (!this.nodes[other].down) this.inSync[other] = 1;
    }
  }

  /** The first in-sync copy becomes the primary if the old one is still down. */
  private promote(shard: Shard, outage: number): void {
    const { meters, journal } = this.world;
    const { copies, failover } = this.spec;
    const old = shard.primary;
    if (outage !== shard.outages || !this.nodes[old].down) return;
    const first = old - (old % copies);
    for (let index = first; index < first + copies; index++) {
      if (index === old || this.inSync[index] === 0 || this.nodes[index].down) continue;
      shard.primary = index;
      invariant(this.inSync[index] === 1, 'a copy that takes over has all writes');
      this.inSync[old] = 0;
      meters.count(this.failovers);
      journal.tell(JOURNAL.promoted, this.nodes[index].id, PROMOTED.shard);
      const at = engine.now + failover.reconnectNs;
      const number = Math.floor(first / copies);
      engine.at(at, PHASE.COMPLETION, this.reconnectOp, number, index, 0);
      // Copies that came back without a primary now catch up with this one.
      for (let other = first; other < first + copies; other++) {
        if (!this.nodes[other].down) this.inSync[other] = 1;
      }
      return;
    }
  }
}

const COLUMNS = ['strand', 'stamp', 'left', 'program'] as const;
