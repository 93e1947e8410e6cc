import { invariant } from '../../../kernel/invariant.js';
import { engine } from '../../../kernel/engine.js';
import { PHASE } from '../../../kernel/phase.js';
import { IntRing } from '../../../kernel/ring.js';
import { OUTCOME, PENDING, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { PlanSearch, PlanThread } from '../../../contracts/plan/search.js';
import type { ThreadPool } from '../../../contracts/scenario/search.js';
import type { Act } from '../../data/acts.js';
import type { Durations } from '../../data/figures/meters.js';
import { LEASED } from '../../data/strands/slot-bits.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import type { ActRun } from '../../data/run.js';
import { levels } from '../../data/figures/levels.js';
import { sink } from '../../data/figures/sink.js';

/** es_rejected_execution_exception. */
const REJECTED = withStatus(OUTCOME.throttled, 429);

/** The threads of one node for one purpose. */
interface Pool {
  readonly spec: ThreadPool;
  readonly queue: IntRing;
  busy: number;
}

/**
 * The thread pools of the nodes of one search engine. An operation takes a thread of its pool, waits in the queue of
 * that pool, or is rejected. Writes from a primary to its replicas are never rejected.
 */
export class ThreadPools {
  private readonly world: ActRun;
  private readonly pools: readonly Pool[];
  private readonly first: number;
  private readonly perNode: number;
  /** By strand: its pool, and since when and in which cell it waits. */
  private of: Int32Array = new Int32Array(0);
  private since: Float64Array = new Float64Array(0);
  private cell: Int32Array = new Int32Array(0);
  /** By part. */
  private readonly gauges = new Map<number, number>();
  private readonly waits = new Map<number, Durations>();
  private readonly grantOp: number;

  constructor(world: ActRun, { component, threadPools }: PlanSearch) {
    this.world = world;
    const { meters, plan } = world;
    const { firstInstance, instances, firstPart, parts } = plan.components[component];
    this.first = firstInstance;
    this.perNode = threadPools.length;
    this.pools = Array.from({ length: instances * this.perNode }, (_, at) => ({
      spec: threadPools[at % this.perNode],
      queue: new IntRing(),
      busy: 0,
    }));
    for (let part = firstPart; part < firstPart + parts; part++) {
      this.gauges.set(part, meters.gauge('threadPool.queue', { component, part }));
      this.waits.set(part, meters.durations('threadPool.wait', { component, part }));
    }
    strands.slots.addColumns(this);
    world.audits.push(() => this.audit());
    this.grantOp = engine.define('thread-granted', (strand, stamp) => {
      if (strands.stamp[strand] === stamp) world.interpreter.acted(strand, OUTCOME.ok);
    });
  }

  /** The first step of an operation. */
  actOf({ pool }: PlanThread): Act {
    return {
      begin: (strand) => this.take(strand, pool),
      left: (strand) => this.left(strand),
    };
  }

  /** A strand releases its thread. */
  give(strand: number): void {
    invariant(
      (strands.slot[strand] & LEASED) !== 0,
      'a thread is given back by the operation that has it',
    );
    strands.slot[strand] &= ~LEASED;
    const pool = this.pools[this.of[strand]];
    invariant(pool.busy > 0, 'a thread that is given back was busy');
    const next = pool.queue.shift();
    if (next < 0) {
      pool.busy--;
      return;
    }
    this.leaveQueue(next);
    strands.slot[next] |= LEASED;
    engine.soon(PHASE.COMPLETION, this.grantOp, next, strands.stamp[next], 0);
  }

  private take(strand: number, kind: number): Outcome {
    const at = (strands.instance[strand] - this.first) * this.perNode + kind;
    const pool = this.pools[at];
    invariant((strands.slot[strand] & LEASED) === 0, 'an operation takes one thread');
    invariant(
      pool.queue.length === 0 || pool.busy === pool.spec.size,
      'no operation waits beside a free thread',
    );
    const isReplica = strands.returns[strand] === RETURN.task;
    this.of[strand] = at;
    this.since[strand] = engine.now;
    this.cell[strand] = isReplica ? -1 : sink.cell;
    if (pool.busy < pool.spec.size) {
      pool.busy++;
      strands.slot[strand] |= LEASED;
      this.waited(strand);
      return OUTCOME.ok;
    }
    if (!isReplica && pool.queue.length >= pool.spec.queueSize) return REJECTED;
    pool.queue.push(strand);
    levels.add(this.gauges.get(strands.part[strand])!, 1);
    return PENDING;
  }

  /** A strand leaves before it runs. If it was granted a thread already, it returns it at its end. */
  private left(strand: number): void {
    if ((strands.slot[strand] & LEASED) !== 0) return;
    const { queue } = this.pools[this.of[strand]];
    invariant(queue.remove(strand), 'an operation that waits is in the queue of its pool');
    this.leaveQueue(strand);
  }

  private leaveQueue(strand: number): void {
    levels.add(this.gauges.get(strands.part[strand])!, -1);
    this.waited(strand);
  }

  private waited(strand: number): void {
    const { meters } = this.world;
    const waits = this.waits.get(strands.part[strand])!;
    meters.took(waits, this.cell[strand], engine.now - this.since[strand]);
  }
  /** Checks that every busy thread has one strand, and that none waits beside a free thread. */
  private audit(): void {
    const { slots, slot, instance } = strands;
    const held = new Int32Array(this.pools.length);
    for (let strand = 0; strand < slots.touched; strand++) {
      if (!slots.has(strand) || (slot[strand] & LEASED) === 0) continue;
      const node = instance[strand] - this.first;
      if (node >= 0 && node * this.perNode < held.length) held[this.of[strand]]++;
    }
    this.pools.forEach(({ busy, queue, spec }, at) => {
      invariant(busy === held[at], 'the threads of the pools are those in use');
      invariant(queue.length === 0 || busy === spec.size, 'no work waits while a thread is free');
    });
  }
}
