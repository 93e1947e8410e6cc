import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord } from '../contracts/record/record.js';
import type { TaskWorkers } from './worker-threads.js';
import { RunFailure } from './failure.js';
import { OUT_OF_MEMORY, TaskFailure, runPool } from './pool.js';

/** Runs of one setting: the plans of its variants, and their range of replications. */
export interface Case {
  readonly plans: readonly Plan[];
  /** First replication, and number of replications. */
  readonly first: number;
  readonly count: number;
}

/** A task that includes its plan. */
export interface PlanTask {
  readonly plan: Plan;
  readonly replication: number;
}

/**
 * Receives the records of a case, `[variant][replication]`, when all of its runs are done. A variant for which memory
 * was insufficient has no records.
 */
export type OnCase = (index: number, records: readonly (readonly RunRecord[])[]) => void;

export interface CaseThreads {
  readonly workerThreads: TaskWorkers;
  readonly workers: number;
  /** Heap limit of a thread that runs alone. Unit: MiB. */
  readonly aloneHeapMiB: number;
  /** Aborting it ends all runs, and the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
}

/** The records of some replications of each plan, `[plan][replication]`; none where memory was insufficient. */
export async function runRows(
  plans: readonly Plan[],
  { first, count }: Pick<Case, 'first' | 'count'>,
  threads: CaseThreads,
): Promise<readonly (readonly RunRecord[])[]> {
  const cases = plans.map((plan) => ({ plans: [plan], first, count }));
  const rows: (readonly RunRecord[])[] = cases.map(() => []);
  const onCase: OnCase = (index, [records]) => {
    rows[index] = records!;
  };
  await runCases(cases, { ...threads, onCase });
  return rows;
}

/**
 * Runs all cases on at most `workers` worker threads. Records are dropped once they are passed on, so memory does not
 * grow with the number of cases. A run that a guard stops, or that lacks memory, does not end the others; a run that
 * lacks memory is first repeated alone. Throws RunFailure if a run fails.
 */
export async function runCases(
  cases: readonly Case[],
  options: CaseThreads & { readonly onCase: OnCase },
): Promise<void> {
  const { workerThreads, workers, aloneHeapMiB, onCase, signal } = options;
  const open = new Open(cases, onCase);
  try {
    const take = (index: number, value: unknown): void => open.take(index, value as RunRecord);
    await runPool(open.tasks, {
      workerThreads,
      workers,
      retries: 1,
      take,
      aloneHeapMiB,
      isShort: (value) => (value as RunRecord).stop === 'memory',
      spares: (index, { code }) => code === OUT_OF_MEMORY && open.lose(index),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    const { plan, replication } = open.tasks[error.index]!;
    const run = { variant: plan.variant, seed: plan.seed, replication };
    throw new RunFailure(run, error.error);
  }
}

/** Cases with runs that are not done. */
class Open {
  readonly tasks: readonly PlanTask[];
  /** By task: its case, its variant in the case, and its run in the variant. */
  private readonly of: readonly (readonly [number, number, number])[];
  private readonly records = new Map<number, Ended>();

  constructor(
    private readonly cases: readonly Case[],
    private readonly onCase: OnCase,
  ) {
    const tasks: PlanTask[] = [];
    const of: [number, number, number][] = [];
    cases.forEach(({ plans, first, count }, index) => {
      for (let run = 0; run < count; run++) {
        plans.forEach((plan, variant) => {
          tasks.push({ plan, replication: first + run });
          of.push([index, variant, run]);
        });
      }
    });
    this.tasks = tasks;
    this.of = of;
  }

  /** Stores the record of a run; the last run of a case passes the case on. */
  take(task: number, record: RunRecord): void {
    const [, variant, run] = this.of[task]!;
    this.ended(task, (own) => (own.rows[variant]![run] = record));
  }

  /** A thread ran out of memory. Always returns true: only this variant of the case is lost. */
  lose(task: number): true {
    const [, variant] = this.of[task]!;
    this.ended(task, (own) => own.lost.add(variant));
    return true;
  }

  private ended(task: number, note: (own: Ended) => void): void {
    const [index] = this.of[task]!;
    const { plans, count } = this.cases[index]!;
    let own = this.records.get(index);
    if (own === undefined) {
      own = { rows: plans.map(() => []), lost: new Set(), missing: plans.length * count };
      this.records.set(index, own);
    }
    note(own);
    if (--own.missing > 0) return;
    this.records.delete(index);
    const { rows, lost } = own;
    this.onCase(
      index,
      rows.map((row, variant) => (lost.has(variant) ? [] : row)),
    );
  }
}

/** Results of the runs of a case so far. */
interface Ended {
  readonly rows: RunRecord[][];
  readonly lost: Set<number>;
  missing: number;
}
