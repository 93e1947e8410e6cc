import { NoRoom } from '../kernel/room.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import { expectedCalls } from '../plan/loads.js';
import { withWorkerThreads, type TaskWorkers } from './worker-threads.js';
import type { GuardReason } from './failure.js';
import type { PlanTask } from './cases.js';
import { identify, tasksOf, type Records, type RunTask } from './here.js';
import { OUT_OF_MEMORY, TaskFailure, runPool, type PoolOptions } from './pool.js';
import {
  NO_ROOM,
  failureOf,
  schedule,
  simulators,
  type SimulatorSetup,
  type ThreadOptions,
} from './replicate.js';
import { isStopped } from './run.js';
import { stopDetail } from './stop-detail.js';
import type { TaskError } from './task-error.js';

/** The guard that stopped a variant, with the replication and the time. */
export interface VariantStop {
  readonly reason: GuardReason;
  readonly replication: number;
  /** Simulated time; null if the thread ended without reporting it. */
  readonly atNs: number | null;
  readonly detail: string;
}

/** Results of the runs of a scenario, whether or not all of them finished. */
export interface Kept {
  /** By variant: the finished replications, from the first one that was asked for without a gap. */
  readonly records: Records;
  /** By variant: the guard that stopped it; null if none did. */
  readonly stops: readonly (VariantStop | null)[];
  readonly interrupted: boolean;
}

export interface KeptOptions extends ThreadOptions {
  /** Heap limit of a thread that runs alone. Unit: MiB. */
  readonly aloneHeapMiB: number;
  /** The first replication that is made. Default: 0. */
  readonly first?: number;
  /** Threads for these and later runs; by default the runs have threads of their own. */
  readonly workerThreads?: TaskWorkers;
}

/**
 * Makes `replications` runs of every plan on worker threads and keeps the finished runs. A guard ends only its variant.
 * The variant's stop is that of the first stopped replication, so only a shortage of memory can depend on the number of
 * threads. Aborting `signal` ends all runs. Throws RunFailure if a run fails.
 */
export async function runKept(
  plans: readonly Plan[],
  replications: number,
  options: KeptOptions,
): Promise<Kept> {
  const { workers, heapMiB, memory, aloneHeapMiB, workerThreads, onDone, signal } = options;
  const { first = 0 } = options;
  const tasks = tasksOf(plans.length, replications, first);
  const keeper = new Keeper(plans, replications, first);
  const pool: Omit<PoolOptions, 'workerThreads'> = {
    ...schedule(plans.length, replications),
    workers,
    calls: plans.reduce((sum, plan) => sum + expectedCalls(plan), 0) * replications,
    take: (index, value) => keeper.take(index, value as RunRecord),
    isShort: (value) => (value as RunRecord).stop === 'memory',
    isSibling: (a, b) => a % plans.length === b % plans.length,
    aloneHeapMiB,
    isNeeded: (index) => keeper.needs(index),
    spares: (index, error) => error.code === OUT_OF_MEMORY && keeper.lose(index, error),
    ...(onDone === undefined ? {} : { onDone }),
    ...(signal === undefined ? {} : { signal }),
  };
  let interrupted = false;
  try {
    if (workerThreads === undefined)
      await withWorkerThreads(simulators(heapMiB, plans, memory), (own) =>
        runPool(tasks, { ...pool, workerThreads: own }),
      );
    else await runPool(tasksFor(workerThreads, plans, tasks), { ...pool, workerThreads });
  } catch (error) {
    if (error instanceof TaskFailure) {
      throw failureOf(identify(plans, tasks[error.index]!), error);
    }
    if (signal?.aborted !== true) throw error;
    interrupted = true;
  }
  return { records: keeper.records(), stops: keeper.stops, interrupted };
}

/** The tasks, with their plans unless the threads have these from their start. */
function tasksFor(
  { setup }: TaskWorkers,
  plans: readonly Plan[],
  tasks: readonly RunTask[],
): readonly (RunTask | PlanTask)[] {
  if ((setup.shared as SimulatorSetup).plans === plans) return tasks;
  return tasks.map(({ variant, replication }) => ({ plan: plans[variant]!, replication }));
}

/** Finished runs by variant and replication. */
class Keeper {
  readonly stops: (VariantStop | null)[];
  private readonly rows: RunRecord[][];
  /** By variant: replications from here on, counted from the first, are not needed. */
  private readonly end: number[];

  constructor(
    private readonly plans: readonly Plan[],
    replications: number,
    private readonly first: number,
  ) {
    this.stops = plans.map(() => null);
    this.rows = plans.map(() => []);
    this.end = plans.map(() => replications);
  }

  needs(index: number): boolean {
    const { length } = this.plans;
    return Math.floor(index / length) < this.end[index % length]!;
  }

  take(index: number, record: RunRecord): RunRecord {
    const variant = index % this.plans.length;
    const { replication, stop, stopNs } = record;
    if (!isStopped(record)) this.rows[variant]![replication - this.first] = record;
    else {
      const detail = stopDetail(this.plans[variant]!, record);
      const reason = stop as GuardReason;
      this.stop(variant, { reason, replication, atNs: stopNs ?? null, detail });
    }
    return record;
  }

  /** A thread ran out of memory. Always returns true: only this variant ends. */
  lose(index: number, { name }: TaskError): true {
    const { length } = this.plans;
    const replication = this.first + Math.floor(index / length);
    const { instances } = this.plans[index % length]!;
    const filled = `its ${instances.length} instances fill the memory before its first event: lower replicas`;
    const detail = name === NoRoom.name ? filled : NO_ROOM;
    this.stop(index % length, { reason: 'memory', replication, atNs: null, detail });
    return true;
  }

  /** The records of each variant up to the first gap, and before the replication that a guard stopped. */
  records(): Records {
    return this.rows.map((row, variant) => {
      const records: RunRecord[] = [];
      for (let at = 0; at < this.end[variant]! && row[at] !== undefined; at++) {
        records.push(row[at]!);
      }
      return records;
    });
  }

  private stop(variant: number, stop: VariantStop): void {
    const at = stop.replication - this.first;
    if (at >= this.end[variant]!) return;
    this.end[variant] = at;
    this.stops[variant] = stop;
  }
}
