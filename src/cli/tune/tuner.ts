import {
  failuresOf,
  judgeTuned,
  penaltyOf,
  troubleOf,
  type Judging,
  type TuningRuns,
} from '../../analysis/tune.js';
import { exploredBudgets } from '../../analysis/explore.js';
import { slowLimits } from '../../analysis/verdicts/harm.js';
import { compile } from '../../plan/compile.js';
import { withFaults } from '../../plan/without.js';
import { runCases } from '../../run/cases.js';
import { simulators } from '../../run/replicate.js';
import { withWorkerThreads, type WorkerThreads } from '../../run/worker-threads.js';
import { beforeText, valueText } from '../../scenario/tuning/change.js';
import { differences } from '../../scenario/tuning/differences.js';
import type { Move } from '../../scenario/tuning/moves.js';
import { settingsOf } from '../../scenario/tuning/settings.js';
import type { Plan } from '../../spec/plan/plan.js';
import type { RunRecord } from '../../spec/record/record.js';
import type { TunedRuns, TunedSet, TunedVariant } from '../../spec/result/tune.js';
import type { Variant } from '../../spec/scenario/scenario.js';
import { CommandError, EXIT } from '../exit.js';
import { interruption, reporting } from '../interrupt.js';
import { memoryOf } from '../memory.js';
import type { Prepared } from '../prepare.js';
import { progressBar } from '../progress.js';
import { explainRunError } from '../run-errors.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { nearFirst } from './near.js';
import { variantWith } from './variant-with.js';
import { tuned, type Found, type Moves, type Outcome, type Tried } from './search.js';

/** Inputs of the search for settings. */
export interface TuneInputs {
  readonly prepared: Prepared;
  readonly variant: Variant;
  /** Most runs, all replications together. */
  readonly maxRuns: number;
  readonly options: SimulateOptions;
  readonly terminal: Terminal;
}

/** Searches the settings with which a variant holds its budgets. */
export async function tuneVariant(by: TuneInputs): Promise<TunedVariant> {
  const { prepared, variant, options } = by;
  const plan = compile(variant, prepared.file);
  const share = memoryOf(options, [plan], prepared.path);
  const setup = simulators(share.heapMiB, [], share.memory);
  return withWorkerThreads(setup, (threads) => new Tuner(by, plan, threads).tune());
}

/** The outcome of a set with its figures. */
interface Told extends Outcome {
  readonly runs: TunedRuns;
}

class Tuner {
  private readonly by: TuneInputs;
  private readonly plan: Plan;
  private readonly threads: WorkerThreads;
  private readonly replications: number;
  private done = 0;
  private judging: Judging | null = null;
  private base: TunedRuns | null = null;

  constructor(by: TuneInputs, plan: Plan, threads: WorkerThreads) {
    this.by = by;
    this.plan = plan;
    this.threads = threads;
    this.replications = by.variant.scenario.run.replications;
  }

  async tune(): Promise<TunedVariant> {
    const { by, plan, replications } = this;
    const { prepared, variant } = by;
    const { judged: budgets, leftOut } = exploredBudgets(prepared.file.budgets, variant.name, true);
    const [usual, calm] = await this.records(
      [plan, ...(plan.faults.length === 0 ? [] : [withFaults(plan, () => false)])],
      replications,
    );
    const runs: TuningRuns = { variant, plan, records: usual! };
    const limits = slowLimits(plan, calm ?? usual!);
    this.judging = { budgets, limits, usual: failuresOf(runs) };
    const base = (this.base = judgeTuned(runs, this.judging));
    const head = { name: variant.name, base, leftOut };
    const nothing = { answer: null, partOf: null, singles: [], settings: 0, tried: 0, untried: 0 };
    if (base.holds) return { ...head, ...nothing, runs: this.done };
    const texts = prepared.texts.get(variant.name)!;
    const { moves, settings } = nearFirst(settingsOf(texts.written), plan, troubleOf(runs));
    const known = this.other();
    const bar = this.bar();
    const found = await tuned({
      moves,
      known: known?.moves ?? [],
      replications,
      most: Math.max(0, by.maxRuns - this.done),
      isOver: () => interruption.aborted,
      ask: async (sets, count) => {
        const outcomes = await this.asked(sets, count);
        bar(this.done);
        reporting(`${this.done} runs were made, and are lost: there was no time to report them.`);
        return outcomes;
      },
    });
    by.terminal.progress('');
    return {
      ...head,
      ...this.told(found),
      partOf: partOf(found, known),
      settings,
      tried: found.tried,
      untried: found.untried,
      runs: this.done,
      ...(interruption.aborted && { interrupted: true }),
    };
  }

  private told({ answer, singles }: Found): Pick<TunedVariant, 'answer' | 'singles'> {
    return {
      answer: answer === null ? null : setOf(answer),
      singles: singles.map(setOf),
    };
  }

  /** The changes that make the first other variant with the same load and the same faults. */
  private other(): { readonly variant: string; readonly moves: Moves } | null {
    const { prepared, variant } = this.by;
    const from = prepared.texts.get(variant.name)!.patched;
    const others = prepared.file.variants.flatMap(({ name }) => {
      if (name === variant.name) return [];
      const { settings, others: rest } = differences(from, prepared.texts.get(name)!.patched);
      if (rest.length > 0 || settings.length === 0) return [];
      return [{ variant: name, moves: settings.map((own): Move => ({ ...own, effort: 1 })) }];
    });
    return others.sort((a, b) => b.moves.length - a.moves.length)[0] ?? null;
  }

  private bar(): (done: number) => void {
    const { options, terminal, maxRuns } = this.by;
    return options.quiet === true ? () => {} : progressBar(terminal, 'tuning (at most)', maxRuns);
  }

  private async asked(sets: readonly Moves[], count: number): Promise<readonly (Told | null)[]> {
    const { prepared, variant } = this.by;
    const built = sets.map((moves) => variantWith(prepared, variant.name, moves));
    const plans = built.flatMap((own) => (own === null ? [] : [own.plan]));
    const rows = await this.records(plans, count);
    let next = 0;
    return built.map((own) => {
      if (own === null) return null;
      const records = rows[next++]!;
      const isWhole =
        records.length === count &&
        records.every(({ stop }) => stop === 'horizon' || stop === 'drained');
      return isWhole ? this.outcome({ ...own, records }) : null;
    });
  }

  private outcome(runs: TuningRuns): Told {
    const own = judgeTuned(runs, this.judging!);
    return {
      holds: own.holds,
      penalty: penaltyOf(own, this.base!),
      harm: own.failed + own.late,
      runs: own,
    };
  }

  private async records(
    plans: readonly Plan[],
    count: number,
  ): Promise<readonly (readonly RunRecord[])[]> {
    const { path } = this.by.prepared;
    const { workers, aloneHeapMiB } = memoryOf(this.by.options, plans, path, plans.length * count);
    const cases = plans.map((plan) => ({ plans: [{ ...plan, traceShare: 0 }], first: 0, count }));
    const rows: (readonly RunRecord[])[] = cases.map(() => []);
    const onCase = (index: number, records: readonly (readonly RunRecord[])[]): void => {
      rows[index] = records[0]!;
    };
    try {
      const signal = interruption;
      await runCases(cases, { workerThreads: this.threads, workers, aloneHeapMiB, onCase, signal });
    } catch (error) {
      if (!interruption.aborted) throw explainRunError(error, path);
      if (this.base === null) throw new CommandError(EXIT.interrupted, '');
    }
    this.done += plans.length * count;
    return rows;
  }
}

function setOf({ moves, outcome }: Tried): TunedSet {
  const settings = moves.map((move) => ({
    path: move.path,
    from: beforeText(move),
    to: valueText(move),
  }));
  return { settings, ...(outcome as Told).runs };
}

/** Whether the answer consists of changes that another variant makes. */
function partOf(
  { answer }: Found,
  known: { readonly variant: string; readonly moves: Moves } | null,
): TunedVariant['partOf'] {
  if (answer === null || known === null) return null;
  const isPart = answer.moves.every((move) => known.moves.includes(move));
  return isPart ? { variant: known.variant, of: known.moves.length } : null;
}
