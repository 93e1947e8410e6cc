import type { Plan } from '../spec/plan.js';
import type { RunRecord } from '../spec/record.js';
import type { Crew } from './crew.js';
import { GuardStop, RunFailure } from './failure.js';
import { OUT_OF_MEMORY, TaskFailure, runPool } from './pool.js';
import { NO_ROOM } from './replicate.js';

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

/** Takes the records of a case, `[variant][replication]`, when all of its runs are done. */
export type OnCase = (index: number, records: readonly (readonly RunRecord[])[]) => void;

/**
 * Runs all cases on the threads of a crew, at most `workers` of them, one after the other; what has been handed
 * on is forgotten, so memory does not grow with their number. A run that a guard stops ends nothing but itself.
 * Throws GuardStop where a thread runs out of memory and RunFailure where one fails.
 */
export async function runCases(
  cases: readonly Case[],
  options: { readonly crew: Crew; readonly workers: number; readonly onCase: OnCase },
): Promise<void> {
  const { crew, workers, onCase } = options;
  const open = new Open(cases, onCase);
  try {
    const take = (index: number, value: unknown): void => open.take(index, value as RunRecord);
    await runPool(open.tasks, { crew, workers, retries: 1, take });
  } catch (error) {
    if (!(error instanceof TaskFailure)) throw error;
    const { plan, replication } = open.tasks[error.index]!;
    const run = { variant: plan.variant, seed: plan.seed, replication };
    if (error.error.code !== OUT_OF_MEMORY) throw new RunFailure(run, error.error);
    throw new GuardStop(run, 'memory', NO_ROOM);
  }
}

/** Cases some of whose runs are done. */
class Open {
  readonly tasks: readonly PlanTask[];
  private readonly cases: readonly Case[];
  private readonly onCase: OnCase;
  /** By task: the case, the variant in it, the replication in it. */
  private readonly of: readonly (readonly [number, number, number])[];
  private readonly records = new Map<number, { rows: RunRecord[][]; missing: number }>();

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
    const [index, variant, run] = this.of[task]!;
    const { plans, count } = this.cases[index]!;
    let own = this.records.get(index);
    if (own === undefined) {
      own = { rows: plans.map(() => []), missing: plans.length * count };
      this.records.set(index, own);
    }
    own.rows[variant]![run] = record;
    if (--own.missing > 0) return;
    this.records.delete(index);
    this.onCase(index, own.rows);
  }
}
