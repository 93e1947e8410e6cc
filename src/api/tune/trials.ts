import {
  failsMore,
  failuresOf,
  fullLimits,
  growthOf,
  isNearer,
  judgeTuned,
  missedIn,
  penaltyOf,
  type FullLimit,
  type Judging,
  type TuningRuns,
} from '../../analysis/tune.js';
import { isStopped } from '../../run/run.js';
import { plain } from '../../scenario/located.js';
import { wholeOf } from '../../scenario/tuning/change.js';
import { flow } from '../../text/flow.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type { BudgetResult } from '../../contracts/result/budgets.js';
import type { TunedRuns } from '../../contracts/result/fix.js';
import type { Variant } from '../../contracts/scenario/scenario.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import { canonicalJson } from '../../text/canonical.js';
import { byCodeUnit } from '../../text/order.js';
import type { Prepared } from '../prepare.js';
import { unlessOver, untraced, type PlanRuns } from '../searching.js';
import type { Outcome } from './outcome.js';
import type { Moves } from './smallest.js';
import { variantWith } from './variant-with.js';

/** The outcome of a set of changes with its figures. */
export interface Shown extends Outcome {
  readonly limits: readonly FullLimit[];
  readonly runs: TunedRuns;
}

/** The value of a budget that is nearest to its limit, or beyond it. */
export interface Nearest extends Pick<BudgetResult, 'value' | 'margin'> {
  readonly isHeld: boolean;
  /** All goals held in that run. */
  readonly areAll: boolean;
  readonly moves: Moves;
}

/** Judges other runs of a variant by some budgets; null if the search is over, or if a guard stopped a run. */
export type Judge = (
  own: Pick<TuningRuns, 'variant' | 'plan'>,
  budgets: readonly BudgetSource[],
  count: number,
  first: number,
) => Promise<TunedRuns | null>;

/** Runs plans, and counts the runs. */
export class Runner {
  done = 0;
  /** Something can be reported, so that the end of the search leaves runs without records instead of an error. */
  isReportable = false;

  constructor(private readonly where: PlanRuns) {}

  /** The records of some replications of each plan. */
  async records(
    plans: readonly Plan[],
    count: number,
    first = 0,
  ): Promise<readonly (readonly RunRecord[])[]> {
    if (this.isReportable && this.where.isOver()) return plans.map(() => []);
    this.done += plans.length * count;
    const runs = this.where.execute(untraced(plans), count, first);
    if (!this.isReportable) return runs;
    return unlessOver(
      runs,
      plans.map(() => []),
      this.where,
    );
  }
}

/** Runs a variant with sets of changes, and judges them beside the variant as it is. */
export class Trials {
  /** By number of a budget: its value that is nearest to the limit. */
  readonly nearest = new Map<number, Nearest>();
  private readonly variant: Variant;
  private readonly judging: Judging;
  readonly base: TunedRuns;
  /** By set: its first run, if no goal breaks in it, because such a set is tried in more runs. */
  private readonly begun = new Map<string, RunRecord>();

  constructor(
    private readonly prepared: Prepared,
    usual: TuningRuns,
    judging: Omit<Judging, 'usual'>,
    private readonly runner: Runner,
  ) {
    this.variant = usual.variant;
    this.judging = { ...judging, usual: failuresOf(usual) };
    this.base = judgeTuned(usual, this.judging);
  }

  /** What each set shows in the first replications; null for one that cannot run. */
  async of(sets: readonly Moves[], count: number): Promise<readonly (Shown | null)[]> {
    const built = sets.map((moves) => {
      const own = variantWith(this.prepared, this.variant.name, moves);
      const key = keyOf(moves);
      return own === null ? null : { ...own, key, first: this.begun.get(key) };
    });
    const shown: (Shown | null)[] = sets.map(() => null);
    for (const isBegun of [false, true]) {
      const some = built.flatMap((own, k) =>
        own !== null && (own.first !== undefined && count > 1) === isBegun ? [{ own, k }] : [],
      );
      const first = isBegun ? 1 : 0;
      // A run that fails is named by its variant, which is not the one of the file.
      const plans = some.map(({ own, k }) => ({ ...own.plan, variant: this.named(sets[k]!) }));
      const rows = await this.runner.records(plans, count - first, first);
      for (const [index, { own, k }] of some.entries()) {
        const records = [...(isBegun ? [own.first!] : []), ...rows[index]!];
        if (records.length < count || records.some(isStopped)) continue;
        shown[k] = this.judged({ ...own, records }, sets[k]!);
        if (count === 1 && shown[k].mayHold === true) this.begun.set(own.key, records[0]!);
      }
    }
    return shown;
  }

  /** Judges other runs by other budgets, without a comparison. */
  readonly judge: Judge = async (own, budgets, count, first) => {
    const [records = []] = await this.runner.records([own.plan], count, first);
    if (records.length < count || records.some(isStopped)) return null;
    const runs = { ...own, records };
    return judgeTuned(runs, { ...this.judging, budgets, usual: failuresOf(runs) });
  };

  private judged(runs: TuningRuns, moves: Moves): Shown {
    const judged = judgeTuned(runs, this.judging);
    const isWorse = failsMore(judged, this.base);
    const own = { ...judged, holds: judged.holds && !isWorse };
    if (!isWorse) this.note(own, moves);
    const mayHold = !isWorse && own.budgets.every(({ verdict }) => verdict !== 'fail');
    const penalty = penaltyOf(own, this.base) + (isWorse ? WORSE : 0);
    const harm = own.failed + own.late;
    const growth = growthOf(own.price, this.base.price);
    return {
      holds: own.holds,
      mayHold,
      penalty,
      harm,
      growth,
      limits: fullLimits(runs),
      runs: own,
    };
  }

  private named(moves: Moves): string {
    const changes = wholeOf(moves).map(({ path, value }) =>
      value === null ? `without ${path}` : `with ${path}: ${flow(plain(value))}`,
    );
    return [this.variant.name, ...changes].join(' ');
  }

  private note(runs: TunedRuns, moves: Moves): void {
    const missed = new Set(missedIn(runs));
    for (const k of missedIn(this.base)) {
      const own = runs.budgets[k]!;
      const known = this.nearest.get(k);
      const isHeld = !missed.has(k);
      const isBetter =
        known?.isHeld !== true && (isHeld || isNearer(own, known ?? this.base.budgets[k]!));
      const { value, margin } = own;
      if (isBetter) this.nearest.set(k, { value, margin, isHeld, areAll: runs.holds, moves });
    }
  }
}

/** A change with which users fail more often counts as much as two goals that are broken. */
const WORSE = 2;

/** Changes as the key of a map, whatever their order. */
function keyOf(moves: Moves): string {
  const each = moves.map(({ path, value }) => [path, value === null ? null : plain(value)]);
  return each.map(canonicalJson).sort(byCodeUnit).join('\n');
}
