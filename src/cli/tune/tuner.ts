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
import { simulators } from '../../run/replicate.js';
import { isStopped } from '../../run/run.js';
import { withWorkerThreads, type WorkerThreads } from '../../run/worker-threads.js';
import { beforeText, valueText } from '../../scenario/tuning/change.js';
import { differences } from '../../scenario/tuning/differences.js';
import type { Move } from '../../scenario/tuning/moves.js';
import { settingsOf } from '../../scenario/tuning/settings.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { TunedRuns, TunedSet, TunedVariant } from '../../contracts/result/tune.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import { UNREPORTED, interruption, reporting } from '../interrupt.js';
import { memoryOf, type MemoryShare } from '../memory.js';
import { runEach, unlessInterrupted } from '../plan-runs.js';
import type { Prepared } from '../prepare.js';
import { progressBar } from '../progress.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { nearFirst } from './near.js';
import { variantWith } from './variant-with.js';
import { tuned, type Found, type Outcome, type Tried } from './search.js';
import type { Moves } from './smallest.js';

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
  return withWorkerThreads(setup, (threads) => new Tuner(by, plan, threads, share).tune());
}

/** The outcome of a set with its figures. */
interface Told extends Outcome {
  readonly runs: TunedRuns;
}

class Tuner {
  private readonly by: TuneInputs;
  private readonly plan: Plan;
  private readonly threads: WorkerThreads;
  private readonly share: MemoryShare;
  private readonly replications: number;
  private done = 0;
  private judging: Judging | null = null;
  private base: TunedRuns | null = null;

  constructor(by: TuneInputs, plan: Plan, threads: WorkerThreads, share: MemoryShare) {
    this.by = by;
    this.share = share;
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
    const others = this.others();
    const bar = this.bar();
    const found = await tuned({
      moves,
      known: others.map(({ moves: own }) => own),
      replications,
      most: Math.max(0, by.maxRuns - this.done),
      isOver: () => interruption.aborted,
      ask: async (sets, count) => {
        const outcomes = await this.asked(sets, count);
        bar(this.done);
        const made = `${this.done} runs were made`;
        reporting(`writing the report: ${made}`, `${made}, and are lost: ${UNREPORTED}.`);
        return outcomes;
      },
    });
    by.terminal.progress('');
    return {
      ...head,
      ...this.told(found),
      partOf: partOf(found, others),
      settings,
      tried: found.tried,
      untried: found.untried,
      ...(found.isCut && { cut: true }),
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

  /** The changes that make the other variants with the same load and the same faults. */
  private others(): readonly Other[] {
    const { prepared, variant } = this.by;
    const from = prepared.texts.get(variant.name)!.patched;
    return prepared.file.variants.flatMap(({ name }) => {
      const { settings, others } = differences(from, prepared.texts.get(name)!.patched);
      if (others.length > 0 || settings.length === 0) return [];
      return [{ variant: name, moves: settings.map((own): Move => ({ ...own, effort: 1 })) }];
    });
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
      const isWhole = records.length === count && !records.some(isStopped);
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

  /** The runs of some plans. An interrupt leaves them without records, once there is something to report. */
  private async records(
    plans: readonly Plan[],
    count: number,
  ): Promise<readonly (readonly RunRecord[])[]> {
    const { threads, share, by } = this;
    const untraced = plans.map((plan) => ({ ...plan, traceShare: 0 }));
    const runs = runEach(untraced, count, { threads, share, path: by.prepared.path });
    this.done += plans.length * count;
    if (this.base === null) return runs;
    return unlessInterrupted(
      runs,
      plans.map(() => []),
    );
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

/** Another variant as changes of the one that is tuned. */
interface Other {
  readonly variant: string;
  readonly moves: Moves;
}

/** The variant of whose changes the answer consists, if it does. */
function partOf({ answer }: Found, others: readonly Other[]): TunedVariant['partOf'] {
  const whole = others.find(({ moves }) => answer?.moves.every((move) => moves.includes(move)));
  return whole === undefined ? null : { variant: whole.variant, of: whole.moves.length };
}
