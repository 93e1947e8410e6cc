import type { Plan } from '../spec/plan/plan.js';
import type { RunRecord } from '../spec/record/record.js';
import type { WorkerThreads } from './worker-threads.js';
import { RunFailure } from './failure.js';
import { OUT_OF_MEMORY, TaskFailure, runPool } from './pool.js';

/** Runs of one setting: the plans of its variants, and which replications of them. */
export interface Case {
  readonly plans: readonly Plan[];
  /** First replication and how many. */
  readonly first: number;
  readonly count: number;
}

/** A run whose plan travels with it. */
export interface PlanTask {
  readonly plan: Plan;
  readonly replication: number;
}

/**
 * Takes the records of a case, `[variant][replication]`, when all of its runs are done; of a variant that a thread had
 * no memory for there are none.
 */
export type OnCase = (index: number, records: readonly (readonly RunRecord[])[]) => void;

/**
 * Runs all cases on the worker threads, at most `workers` of them, one after the other; what has been handed
 * on is forgotten, so memory does not grow with their number. A run that a guard stops, or for which a thread has not
 * enough memory, ends nothing but itself; for want of memory it is run once more by itself before that. Throws
 * RunFailure where one fails.
 */
export async function runCases(
  cases: readonly Case[],
  options: {
    readonly workerThreads: WorkerThreads;
    readonly workers: number;
    /** Limit of the heap of a thread that runs by itself. Unit: MiB. */
    readonly aloneHeapMiB: number;
    readonly onCase: OnCase;
  },
): Promise<void> {
  const { workerThreads, workers, aloneHeapMiB, onCase } = options;
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
    });
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    const { plan, replication } = open.tasks[error.index]!;
    const run = { variant: plan.variant, seed: plan.seed, replication };
    throw new RunFailure(run, error.error);
  }
}

/** Cases some of whose runs are done. */
class Open {
  readonly tasks: readonly PlanTask[];
  private readonly cases: readonly Case[];
  private readonly onCase: OnCase;
  /** By task: the case, the variant in it, the replication in it. */
  private readonly of: readonly (readonly [number, number, number])[];
  private readonly records = new Map<number, Ended>();

  constructor(cases: readonly Case[], onCase: OnCase) {
    this.cases = cases;
    this.onCase = onCase;
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

  /** Hands the case on when this was the last of its runs. */
  take(task: number, record: RunRecord): void {
    const [, variant, run] = this.of[task]!;
    this.ended(task, (own) => (own.rows[variant]![run] = record));
  }

  /** A thread has run out of memory: always true, as nothing but this variant of the case ends there. */
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

/** What has become of the runs of a case. */
interface Ended {
  readonly rows: RunRecord[][];
  readonly lost: Set<number>;
  missing: number;
}
