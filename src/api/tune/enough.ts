import { judgeTuned, type TuningRuns } from '../../analysis/tune.js';
import { recommendedOf } from '../../report/words/recommended.js';
import { viewOf } from '../../report/view/view.js';
import type { SettingChange } from '../../scenario/tuning/change.js';
import { differences, type Differences } from '../../scenario/tuning/differences.js';
import { plain } from '../../scenario/located.js';
import { isStopped } from '../../run/run.js';
import type { Move } from '../../scenario/tuning/moves.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { EnoughChanges } from '../../contracts/result/enough.js';
import type { Result, VariantResult } from '../../contracts/result/result.js';
import type { TunedRuns } from '../../contracts/result/fix.js';
import { canonicalJson } from '../../text/canonical.js';
import { byCodeUnit } from '../../text/order.js';
import type { Prepared } from '../prepare.js';
import type { Execute } from '../execute.js';
import { eventsOf } from '../proving/events.js';
import { smallest, type Moves, type TriedSet } from './smallest.js';
import { bySubject } from './near.js';
import { variantWith } from './variant-with.js';

/** Inputs of the runs with fewer changes. */
interface EnoughInputs {
  readonly prepared: Prepared;
  /** The runs of each variant, in the order of the file. */
  readonly records: readonly (readonly RunRecord[])[];
  /** Events that these runs may handle. */
  readonly events: number;
  readonly execute: Execute;
  readonly watcher: EnoughWatcher;
}

/** Follows these runs, and may end them. */
export interface EnoughWatcher {
  /** True = nothing new begins, and a run may fail. */
  isOver(): boolean;
  /** `done` runs were made, of at most about `most`. */
  onTried(done: number, most: number): void;
  /** No further run is made. */
  onEnd(): void;
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

/** Runs that say whether less than the recommended variant is enough: without fewer none begins; 0 if there is none. */
export function fewestRuns(result: Result): number {
  const { changes = [] } = recommendedOf(viewOf(result)) ?? {};
  return changes.length < 2 ? 0 : FEWEST + result.replications;
}

/** Runs the baseline with some of the changes that make the recommended variant of it. */
class Ablation {
  private readonly by: EnoughInputs;
  private readonly variant: VariantResult;
  private readonly baseline: string;
  private readonly replications: number;
  /** Components and edges in the order in which they degrade without the changes. */
  private readonly trouble: readonly string[];
  /** Events of a run with all changes, and those that may still be handled. */
  private readonly perRun: number;
  private events: number;
  done = 0;
  /** By changes: what the usual runs of other variants of the file show, which are these changes. */
  private readonly known = new Map<string, TunedRuns>();
  /** By changes: the first run with them, if all goals hold in it. */
  private readonly begun = new Map<string, RunRecord>();

  constructor(result: Result, variant: VariantResult, by: EnoughInputs) {
    this.by = by;
    this.variant = variant;
    const base = result.variants.find(({ baseline }) => baseline) ?? result.variants[0]!;
    this.baseline = base.name;
    this.trouble = base.cascade.events.map(({ subject }) => subject);
    this.replications = result.replications;
    const own = this.recordsOf(variant.name);
    this.perRun = Math.max(1, eventsOf(own) / own.length);
    this.events = by.events;
  }

  private get left(): number {
    return Math.floor(this.events / this.perRun);
  }

  async make(): Promise<EnoughChanges | null> {
    const moves = this.moves();
    const canBeJudged = this.by.prepared.file.budgets.every(
      ({ expression: { limit } }) => limit.kind !== 'ofVariant' && limit.kind !== 'ofSaved',
    );
    if (moves.length < 2 || !canBeJudged || this.left < FEWEST + this.replications) return null;
    this.learn(moves);
    const whole: TriedSet<TunedRuns> = { moves, outcome: this.outcome(this.variant.name) };
    const { watcher } = this.by;
    const most = this.left;
    watcher.onTried(0, most);
    const found = await smallest(whole, {
      replications: this.replications,
      left: () => (watcher.isOver() ? 0 : this.left),
      ask: async (sets, count) => {
        const outcomes = await this.ask(sets, count);
        watcher.onTried(this.done, most);
        return outcomes;
      },
    });
    watcher.onEnd();
    const before = this.outcome(this.baseline);
    const isUnknown = found.isCut && found.moves.length === moves.length;
    const isWorse = found.outcome.failed > before.failed;
    if (watcher.isOver() || isUnknown || isWorse) return null;
    return {
      paths: found.moves.map(({ path }) => path),
      failed: found.outcome.failed,
      failedWithAll: whole.outcome.failed,
      failedBefore: before.failed,
      runs: this.done,
      ...(found.isCut && { isCut: true }),
    };
  }

  /** The changes, those where the trouble begins first. */
  private moves(): Moves {
    const { plans } = this.by.prepared;
    const plan = plans.find(({ variant }) => variant === this.baseline)!;
    const { settings } = this.changesTo(this.variant.name);
    const moves = settings.map((own): Move => ({ ...own, effort: 1 }));
    return bySubject(moves, plan, this.trouble);
  }

  private changesTo(name: string): Differences {
    const { texts } = this.by.prepared;
    return differences(texts.get(this.baseline)!.patched, texts.get(name)!.patched);
  }

  /** Other variants that are a part of the changes, and need no further runs. */
  private learn(moves: Moves): void {
    const all = new Map(moves.map((move) => [move.path, keyOf([move])]));
    for (const { name } of this.by.prepared.file.variants) {
      const { settings, others } = this.changesTo(name);
      const isPart = settings.every((own) => all.get(own.path) === keyOf([own]));
      if (isPart && others.length === 0 && settings.length < moves.length)
        this.known.set(keyOf(settings), this.outcome(name));
    }
  }

  private async ask(sets: readonly Moves[], count: number): Promise<readonly (TunedRuns | null)[]> {
    const outcomes: (TunedRuns | null)[] = [];
    for (const moves of sets) outcomes.push(await this.askOne(moves, count));
    return outcomes;
  }

  private async askOne(moves: Moves, count: number): Promise<TunedRuns | null> {
    const key = keyOf(moves);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const own = variantWith(this.by.prepared, this.baseline, moves);
    if (own === null) return null;
    const plan = { ...own.plan, traceShare: 0 };
    const begun = count > 1 ? this.begun.get(key) : undefined;
    const first = begun === undefined ? [] : [begun];
    const open = count - first.length;
    this.done += open;
    const made = await this.made(plan, open, first.length);
    this.events -= eventsOf(made) + (open - made.length) * this.perRun;
    const records = [...first, ...made];
    if (records.length < count || records.some(isStopped)) return null;
    const outcome = this.judged({ ...own, records });
    if (count === 1 && outcome.holds) this.begun.set(key, records[0]!);
    return outcome;
  }

  /** Further runs of a plan; none where they are over. */
  private async made(plan: Plan, count: number, first: number): Promise<readonly RunRecord[]> {
    try {
      return (await this.by.execute([plan], count, first))[0] ?? [];
    } catch (error) {
      if (!this.by.watcher.isOver()) throw error;
      return [];
    }
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

/** Changes as the key of a map, whatever their order. */
function keyOf(changes: readonly SettingChange[]): string {
  const each = changes.map(({ path, value }) => [path, value === null ? null : plain(value)]);
  return each.map(canonicalJson).sort(byCodeUnit).join('\n');
}

/** Runs before those of an answer without which none is likely. */
const FEWEST = 3;
