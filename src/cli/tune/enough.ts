import { judgeTuned, type TuningRuns } from '../../analysis/tune.js';
import { recommendedOf } from '../../report/recommended.js';
import { viewOf } from '../../report/view.js';
import { differences } from '../../scenario/tuning/differences.js';
import { isStopped } from '../../run/run.js';
import type { Move } from '../../scenario/tuning/moves.js';
import type { RunRecord } from '../../spec/record/record.js';
import type { EnoughChanges } from '../../spec/result/enough.js';
import type { Result, VariantResult } from '../../spec/result/result.js';
import type { TunedRuns } from '../../spec/result/tune.js';
import { interruption } from '../interrupt.js';
import { runEach, unlessInterrupted, type PlanRuns } from '../plan-runs.js';
import type { Prepared } from '../prepare.js';
import { progressBar } from '../progress.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { smallest, type Moves, type TriedSet } from './smallest.js';
import { variantWith } from './variant-with.js';

/** Inputs of the runs with fewer changes. */
export interface EnoughInputs {
  readonly prepared: Prepared;
  /** The runs of each variant, in the order of the file. */
  readonly records: readonly (readonly RunRecord[])[];
  /** Events that these runs may handle. */
  readonly events: number;
  readonly runs: PlanRuns;
  readonly options: SimulateOptions;
  readonly terminal: Terminal;
}

/**
 * The result, in which the variant that it recommends says which of its changes are enough for all budgets, and the
 * number of runs for it. The same result where nothing is recommended, or there are too few events to try.
 */
export async function withEnough(
  result: Result,
  by: EnoughInputs,
): Promise<{ readonly made: Result; readonly count: number }> {
  const name = recommendedOf(viewOf(result))?.variant.name;
  const own = result.variants.find((variant) => variant.name === name);
  if (own === undefined) return { made: result, count: 0 };
  const ablation = new Ablation(result, own, by);
  const enough = await ablation.make();
  const count = ablation.done;
  if (enough === null) return { made: result, count };
  const variants = result.variants.map((one) => (one === own ? { ...one, enough } : one));
  return { made: { ...result, variants }, count };
}

/** Runs the baseline with some of the changes that make the recommended variant of it. */
class Ablation {
  private readonly by: EnoughInputs;
  private readonly variant: VariantResult;
  private readonly baseline: string;
  private readonly replications: number;
  private left: number;
  done = 0;

  constructor(result: Result, variant: VariantResult, by: EnoughInputs) {
    this.by = by;
    this.variant = variant;
    this.baseline = (result.variants.find(({ baseline }) => baseline) ?? result.variants[0]!).name;
    this.replications = result.replications;
    const own = this.recordsOf(variant.name);
    const perRun = own.reduce((sum, { totals }) => sum + totals.events, 0) / own.length;
    this.left = Math.floor(by.events / perRun);
  }

  async make(): Promise<EnoughChanges | null> {
    const moves = this.moves();
    const canBeJudged = this.by.prepared.file.budgets.every(
      ({ expression: { limit } }) => limit.kind !== 'ofVariant' && limit.kind !== 'ofSaved',
    );
    if (moves.length < 2 || !canBeJudged || this.left < FEWEST + this.replications) return null;
    const whole: TriedSet<TunedRuns> = { moves, outcome: this.outcome(this.variant.name) };
    const { options, terminal } = this.by;
    const isQuiet = options.quiet === true;
    const bar = isQuiet ? () => {} : progressBar(terminal, 'leaving out changes', this.left);
    const found = await smallest(whole, {
      replications: this.replications,
      left: () => (interruption.aborted ? 0 : this.left),
      ask: async (sets, count) => {
        const outcomes = await this.ask(sets, count);
        bar(this.done);
        return outcomes;
      },
    });
    terminal.progress('');
    const before = this.outcome(this.baseline);
    const isUnknown = found.isCut && found.moves.length === moves.length;
    const isWorse = found.outcome.failed > before.failed;
    if (interruption.aborted || isUnknown || isWorse) return null;
    return {
      paths: found.moves.map(({ path }) => path),
      failed: found.outcome.failed,
      failedWithAll: whole.outcome.failed,
      failedBefore: before.failed,
      runs: this.done,
      ...(found.isCut && { isCut: true }),
    };
  }

  private moves(): Moves {
    const { texts } = this.by.prepared;
    const [from, to] = [this.baseline, this.variant.name].map((name) => texts.get(name)!.patched);
    return differences(from!, to!).settings.map((own): Move => ({ ...own, effort: 1 }));
  }

  private async ask(sets: readonly Moves[], count: number): Promise<readonly (TunedRuns | null)[]> {
    const { prepared, runs } = this.by;
    const built = sets.map((moves) => variantWith(prepared, this.baseline, moves));
    const plans = built.flatMap((own) => (own === null ? [] : [{ ...own.plan, traceShare: 0 }]));
    this.left -= plans.length * count;
    this.done += plans.length * count;
    const rows = await unlessInterrupted(runEach(plans, count, runs), []);
    let next = 0;
    return built.map((own) => {
      const records = own === null ? [] : (rows[next++] ?? []);
      const isWhole = records.length === count && !records.some(isStopped);
      if (own === null || !isWhole) return null;
      return this.judged({ ...own, records });
    });
  }

  /** What the usual runs of a variant show. */
  private outcome(name: string): TunedRuns {
    const { prepared } = this.by;
    const at = prepared.plans.findIndex(({ variant }) => variant === name);
    const own = { variant: prepared.file.variants[at]!, plan: prepared.plans[at]! };
    return this.judged({ ...own, records: this.recordsOf(name) });
  }

  /** Runs as the recommended variant is judged: only budgets and failed requests count. */
  private judged(runs: TuningRuns): TunedRuns {
    const { budgets } = this.by.prepared.file;
    const variant = { ...runs.variant, name: this.variant.name };
    return judgeTuned({ ...runs, variant }, { budgets, limits: new Map(), usual: [] });
  }

  private recordsOf(name: string): readonly RunRecord[] {
    const { prepared, records } = this.by;
    return records[prepared.plans.findIndex(({ variant }) => variant === name)]!;
  }
}

/** Runs before those of an answer without which none is likely. */
const FEWEST = 3;
