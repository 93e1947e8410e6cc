import { availableParallelism } from 'node:os';
import {
  allOf,
  counterfactuals,
  faultSets,
  harmOf,
  holds,
  MOST_FAULTS,
  slowLimits,
} from '../analysis/verdicts/counterfactual.js';
import type { SlowLimits } from '../analysis/verdicts/counterfactual.js';
import type { Proofs } from '../analysis/story/proof.js';
import { withFaults } from '../plan/without.js';
import { GuardStop } from '../run/failure.js';
import { runThreaded } from '../run/replicate.js';
import type { Records, ThreadOptions } from '../run/replicate.js';
import type { Plan } from '../spec/plan/plan.js';
import type { RunRecord } from '../spec/record/record.js';
import type { Counterfactuals } from '../spec/result/counterfactual.js';
import { interruptible } from './interrupt.js';
import { defaultBudget, shareMemory } from './memory.js';
import type { Prepared } from './prepare.js';
import { progressBar, stopwatch } from './progress.js';
import { explainRunError } from './run-errors.js';
import type { SimulateOptions } from './simulate.js';
import type { Terminal } from './terminal.js';

/** Plans whose records are in memory at the same time. */
const AT_ONCE = 8;

/** The runs to make of each variant. */
interface Task {
  readonly plan: Plan;
  readonly sets: readonly number[];
  /** The runs with all faults. */
  readonly records: readonly RunRecord[];
}

/**
 * Runs variants again without their faults, without each one and with each one alone. Variants without faults have
 * nothing to compare, and after an interrupt none has.
 */
export async function counterfactualsOf(
  prepared: Prepared,
  records: Records,
  isAsked: (variant: string) => boolean,
  options: SimulateOptions,
  terminal: Terminal,
): Promise<Proofs> {
  const { plans, replications } = prepared;
  const tasks = plans.flatMap((plan, k): readonly Task[] => {
    const count = plan.faults.length;
    if (!isAsked(plan.variant) || count === 0) return [];
    if (count <= MOST_FAULTS) return [{ plan, sets: faultSets(count), records: records[k]! }];
    terminal.note(
      `${plan.variant}: not explained, because it has more than ${MOST_FAULTS} faults\n`,
    );
    return [];
  });
  const total = tasks.reduce((sum, { sets }) => sum + sets.length * replications, 0);
  if (total === 0) return new Map();
  const took = stopwatch();
  const found = await runAll(prepared, tasks, total, options, terminal);
  if (found === null) terminal.note('interrupted: the report has no runs without faults\n');
  else if (options.quiet !== true) {
    terminal.note(`explained with ${total} more runs in ${took()}\n`);
  }
  return found ?? new Map();
}

/** By variant what its runs show; null after an interrupt. */
async function runAll(
  { plans, replications, path, file }: Prepared,
  tasks: readonly Task[],
  total: number,
  options: SimulateOptions,
  terminal: Terminal,
): Promise<Proofs | null> {
  const wanted = Math.min(options.workers ?? availableParallelism(), total);
  const budget = options.maxMemory ?? defaultBudget();
  const { note, ...limits } = shareMemory(budget, wanted, plans, path);
  if (note !== null && options.quiet !== true) terminal.note(`${note}\n`);
  const progress = options.quiet === true ? () => {} : progressBar(terminal, 'explaining', total);
  const found = new Map<string, Counterfactuals>();
  let before = 0;
  try {
    for (const task of tasks) {
      const onDone = (done: number): void => progress(before + done);
      const isOver = await interruptible(async (signal) => {
        try {
          const own = await ofVariant(task, replications, { ...limits, signal }, onDone);
          found.set(task.plan.variant, own);
        } catch (error) {
          // The result exists already: runs that end early only leave it without an explanation.
          if (!signal.aborted && !(error instanceof GuardStop)) throw error;
          if (!signal.aborted) terminal.note(endedEarly(task.plan, error as GuardStop));
        }
        return signal.aborted;
      });
      if (isOver) return null;
      before += task.sets.length * replications;
    }
    return found;
  } catch (error) {
    throw explainRunError(error, path, file.whatIf);
  } finally {
    terminal.progress('');
  }
}

function endedEarly({ variant }: Plan, { message }: GuardStop): string {
  return `${variant}: not explained, because a run without a fault ended early: ${message}\n`;
}

async function ofVariant(
  { plan, sets, records }: Task,
  replications: number,
  options: ThreadOptions,
  onDone: (done: number) => void,
): Promise<Counterfactuals> {
  const harms = new Map<number, readonly number[]>();
  let limits: SlowLimits = new Map();
  for (let from = 0; from < sets.length; from += AT_ONCE) {
    const masks = sets.slice(from, from + AT_ONCE);
    const own = masks.map((mask) => withFaults(plan, (index) => holds(mask, index)));
    const report = (count: number): void => onDone(from * replications + count);
    const runs = await runThreaded(own, replications, { ...options, onDone: report });
    // The first set is the empty one.
    if (from === 0) limits = slowLimits(plan, runs[0]!);
    const harmsOf = (some: readonly RunRecord[]): readonly number[] =>
      some.map((one) => harmOf(plan, one, limits));
    masks.forEach((mask, k) => harms.set(mask, harmsOf(runs[k]!)));
    harms.set(allOf(plan.faults.length), harmsOf(records));
  }
  return counterfactuals(plan, harms, limits);
}
