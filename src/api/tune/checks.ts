import { NS_PER_SECOND } from '../../kernel/time.js';
import { missedIn } from '../../analysis/tune.js';
import { budgetsUnder } from '../../analysis/capacity/loads.js';
import { withFaults } from '../../plan/without.js';
import { estimatesIn, loadTimes, scaledBy } from '../../scenario/tuning/estimates.js';
import { scalar } from '../../scenario/located.js';
import { wholeOf, type SettingChange } from '../../scenario/tuning/change.js';
import { quantityOf, textOf } from '../../scenario/tuning/range.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { FixCheck, TunedRuns } from '../../contracts/result/fix.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';
import type { Prepared } from '../prepare.js';
import type { Moves } from './smallest.js';
import { variantWith } from './variant-with.js';
import type { Judge } from './trials.js';

/** The winner, and what is needed to run it under other conditions. */
interface CheckInputs {
  readonly prepared: Prepared;
  readonly variant: string;
  readonly moves: Moves;
  readonly budgets: readonly BudgetSource[];
  readonly replications: number;
  readonly judge: Judge;
  /** Runs that may still be made. */
  left(): number;
  /** True = no further check begins. */
  isOver(): boolean;
  /** Called after each check. */
  onCheck(): void;
}

/** Checks, and the number of those for which no runs were left. */
export interface Checked {
  readonly checks: readonly FixCheck[];
  readonly unchecked: number;
}

/** By how much values that may be wrong are changed. */
const WRONG = 0.3;
/** The load for which a change should still do. */
const MORE_LOAD = 1.5;
/** Most runs of a check, besides that with fresh seeds. */
const RUNS = 2;

/** Runs of a check that fewer do not decide. Where one run is made, as with each of many values, it stays one. */
const DECIDING = 6;

/** A run of the winner under another condition. */
interface Condition extends Pick<FixCheck, 'kind' | 'subject' | 'by'> {
  /** Changes beside those of the winner. */
  readonly changes: readonly SettingChange[];
  readonly faults: ((plan: Plan) => Plan) | null;
  readonly budgets: readonly BudgetSource[];
  readonly count: number;
  /** The first replication: later ones have other random numbers. */
  readonly first: number;
}

/**
 * Runs a change with other random numbers, without the faults, with each of them alone, with more load, with a longer
 * warm-up, and with wrong estimates, each longer and shorter.
 */
export async function checked(by: CheckInputs): Promise<Checked> {
  const { prepared, variant, moves, judge } = by;
  const winner = variantWith(prepared, variant, moves);
  if (winner === null) return { checks: [], unchecked: 0 };
  const conditions = conditionsOf(by, winner.plan);
  const checks: FixCheck[] = [];
  for (const condition of conditions) {
    const { changes, faults, budgets, count, first, kind, subject, by: amount } = condition;
    if (by.isOver() || by.left() < count) break;
    const built =
      changes.length === 0
        ? winner
        : variantWith(prepared, variant, [...without(moves, changes), ...changes]);
    if (built === null) continue;
    const plan = faults === null ? built.plan : faults(built.plan);
    const shownIn = async (runs: number): Promise<FixCheck | null> => {
      const own = await judge({ ...built, plan }, budgets, runs, first);
      return own === null ? null : { kind, subject, by: amount, runs, ...verdictOf(own) };
    };
    const few = await shownIn(count);
    if (few === null) continue;
    const isOpen = few.holds === null && count > 1 && count < DECIDING && by.left() >= DECIDING;
    checks.push((isOpen ? await shownIn(DECIDING) : null) ?? few);
    by.onCheck();
  }
  return { checks, unchecked: conditions.length - checks.length };
}

/** A budget that a few runs do not decide is not broken. */
function verdictOf(runs: TunedRuns): Pick<FixCheck, 'holds' | 'broken'> {
  const missed = missedIn(runs).map((k) => runs.budgets[k]!);
  const failed = missed.filter(({ verdict }) => verdict === 'fail');
  const broken = (failed.length > 0 ? failed : missed).map(({ text, name, value, unit }) => ({
    text,
    name,
    value,
    unit,
  }));
  return { holds: failed.length > 0 ? false : missed.length > 0 ? null : true, broken };
}

/** The changes of the winner but those of values that a condition sets. */
function without(moves: Moves, changes: readonly SettingChange[]): Moves {
  const paths = new Set(changes.map(({ path }) => path));
  return moves.filter(({ path }) => !paths.has(path));
}

function conditionsOf(by: CheckInputs, plan: Plan): readonly Condition[] {
  const { prepared, variant, budgets, replications } = by;
  const usual = { subject: null, by: null, changes: [], faults: null, budgets, first: 0 };
  const count = Math.min(RUNS, replications);
  const { patched } = prepared.texts.get(variant)!;
  const { areMarked, values } = estimatesIn(patched, (node) => prepared.places.comment(node));
  const own = (path: string): boolean => by.moves.every((move) => move.path !== path);
  const open = values.filter(({ path }) => own(path));
  const factors = [1 + WRONG, 1 - WRONG];
  const wrong = (some: typeof values, subject: string | null): readonly Condition[] =>
    factors.map((factor) => ({
      ...usual,
      kind: areMarked ? 'guess' : 'times',
      subject,
      by: factor,
      changes: scaledBy(some, factor),
      count: subject === null ? count : 1,
    }));
  const load = loadTimes(patched, MORE_LOAD);
  return [
    { ...usual, kind: 'seeds', count: replications, first: replications },
    ...faultsOf(plan, { ...usual, kind: 'fault', count }),
    ...(load.length === 0
      ? []
      : [{ ...usual, kind: 'moreLoad' as const, by: MORE_LOAD, changes: load, count }]),
    ...warmer(by, plan).map((own) => ({ ...usual, ...own, kind: 'warmup' as const, count })),
    ...(open.length === 0 ? [] : wrong(open, null)),
    ...(open.length < 2 ? [] : open.flatMap((one) => wrong([one], one.path))),
  ];
}

/** A warm-up of this many times a changed time: entries of a cache have all ages by then. */
const AGES = 2;

/**
 * A longer warm-up, if that of the run is too short for a time of the change: the entries of a cache that began empty are
 * of one age, and none of them may expire during a fault.
 */
function warmer(
  { moves, prepared, variant }: CheckInputs,
  { warmupNs }: Plan,
): readonly Pick<Condition, 'subject' | 'changes'>[] {
  const times = wholeOf(moves).flatMap(({ value }) => {
    const own = quantityOf(value ?? undefined);
    return own?.unit === 's' ? [own.number] : [];
  });
  const needed = AGES * Math.max(0, ...times);
  if (needed * NS_PER_SECOND <= warmupNs) return [];
  const subject = String(textOf({ number: needed, unit: 's' }));
  const { at } = prepared.texts.get(variant)!.patched;
  return [{ subject, changes: [{ path: 'run.warmup', value: scalar(subject, at) }] }];
}

/** Without the faults, and with each of several alone, where some budget can be judged. */
function faultsOf({ faults }: Plan, usual: Condition): readonly Condition[] {
  if (faults.length === 0) return [];
  const some = [null, ...(faults.length < 2 ? [] : faults.map(({ id }) => id))];
  return some.flatMap((id): readonly Condition[] => {
    const budgets = budgetsUnder(usual.budgets, id);
    const keep = (plan: Plan): Plan => withFaults(plan, (k) => plan.faults[k]!.id === id);
    return budgets.length === 0 ? [] : [{ ...usual, subject: id, faults: keep, budgets }];
  });
}
