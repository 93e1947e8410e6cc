import type { Intervention } from '../../plan/interventions/kind.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { RunRecord } from '../../contracts/record/record.js';
import type {
  CounterfactualIntervention,
  FailingTime,
  HarmPrice,
  InterventionRole,
} from '../../contracts/result/counterfactual.js';
import { CAUSE, estimateOf, inBoth } from './counterfactual.js';
import { mean, nothingOf } from './fault-sets.js';
import { failingSteps, failingTime, recoversAfter } from './failing-time.js';
import { failedLike, failedOf, harmLike, harmOf, priceOf, type SlowLimits } from './harm.js';

/** An intervention and its runs, of the first replications of the usual ones. */
export interface Trial {
  readonly intervention: Intervention;
  readonly records: readonly RunRecord[];
}

/** The usual runs, and whether a fault is the cause of most of their harm. */
export interface Usual {
  readonly plan: Plan;
  readonly records: readonly RunRecord[];
  readonly limits: SlowLimits;
  readonly hasFault: boolean;
  /** How much goes wrong in a run that no request shows; a change of how messages are handled averts that. */
  readonly unseen: (record: RunRecord) => number;
}

/** The share of the harm that a trial averts, as a mean. */
export function avertedShare(trial: Trial, { plan, records, limits, unseen }: Usual): number {
  const same = records.slice(0, trial.records.length);
  const { isUnseen = false } = trial.intervention;
  const usual = mean(
    same.map((record) => (isUnseen ? unseen(record) : harmOf(plan, record, limits))),
  );
  const own = mean(isUnseen ? trial.records.map(unseen) : harmsOf(trial, plan, records, limits));
  return usual === 0 ? 0 : (usual - own) / usual;
}

/** Whether users recover in a trial, or fail for half the time at most. */
export function endsFailures(trial: Trial, { plan, records }: Usual): boolean {
  const [usual, changed] = [records.slice(0, trial.records.length), trial.records].map((own) =>
    failingTime(own.map((record) => failingSteps(plan, record))),
  );
  return endsFailing(usual, changed);
}

function isOfOthers({ components }: Plan, subject: string): boolean {
  return components.some(({ name, external }) => external && name === subject);
}

/**
 * What the trials show, those that change most first. A trial with fewer runs than usual shows that it changes little,
 * or nothing.
 */
export function interventionResults(
  trials: readonly Trial[],
  usual: Usual,
): readonly CounterfactualIntervention[] {
  const { plan, records, limits } = usual;
  const harms = records.map((record) => harmOf(plan, record, limits));
  const steps = records.map((record) => failingSteps(plan, record));
  const rows = trials.map((trial) => {
    const { kind, subject, resource, cause, at, words, part, setting } = trial.intervention;
    const own = harmsOf(trial, plan, records, limits);
    const changed = trial.records.map((record) => failingSteps(plan, record));
    return {
      part,
      kind,
      subject,
      ...(resource === undefined ? {} : { resource }),
      ...(cause === undefined ? {} : { cause }),
      ...(at === undefined ? {} : { at }),
      words,
      ...(setting === undefined ? {} : { setting }),
      ...(isOfOthers(plan, subject) && { external: true as const }),
      runs: own.length,
      harm: mean(own),
      failed: mean(trial.records.map((record, run) => failedLike(plan, record, records[run]))),
      price: meanPrice(plan, trial.records),
      averted: estimateOf(own.map((value, run) => harms[run] - value)),
      failing: failingTime(changed),
      recovers: recoversAfter(steps, changed),
    };
  });
  const harm = mean(harms);
  const failed = mean(records.map((record) => failedOf(plan, record)));
  const hasTrigger = rows.some(({ part, averted }) => part === 'trigger' && isMost(averted, harm));
  const hasOther = rows.some(
    ({ part, averted }) => part !== 'policy' && part !== 'setting' && isMost(averted, harm),
  );
  const failing = failingTime(steps);
  const found = rows.map(({ part, ...row }) => {
    const ends = endsFailing(failing, row.failing);
    const starters = { hasFault: usual.hasFault, hasTrigger, hasOther, ends };
    const role = inBoth(roleOf(row.averted, harm, part, starters), failed - row.failed, harm);
    const isShort = row.runs < records.length;
    return { ...row, role: isShort && role !== 'none' ? ('undecided' as const) : role };
  });
  const size = ({ averted }: CounterfactualIntervention): number => Math.abs(averted.value ?? 0);
  return found.sort((a, b) => size(b) - size(a));
}

/** The trials without those whose stronger form averts more, or alone holds the budgets. */
export function withoutWeaker(
  trials: readonly Trial[],
  usual: Usual,
  holds: (trial: Trial) => boolean,
): readonly Trial[] {
  const shares = new Map(trials.map((trial) => [trial, avertedShare(trial, usual)]));
  const isSurpassed = (trial: Trial): boolean => {
    const next = trials.find(({ intervention }) => intervention === trial.intervention.stronger);
    if (next === undefined) return false;
    if (holds(next) !== holds(trial)) return holds(next);
    return shares.get(next)! > shares.get(trial)! + 0.02;
  };
  const isVain = ({ intervention }: Trial): boolean =>
    trials.some((other) => other.intervention.stronger === intervention && !isSurpassed(other));
  return trials.filter((trial) => !isSurpassed(trial) && !isVain(trial));
}

/** The mean price of some runs. */
export function meanPrice(plan: Plan, records: readonly RunRecord[]): HarmPrice {
  const each = records.map((record) => priceOf(plan, record));
  return {
    degraded: mean(each.map(({ degraded }) => degraded)),
    attempts: mean(each.map(({ attempts }) => attempts)),
  };
}

function harmsOf(
  trial: Trial,
  plan: Plan,
  usual: readonly RunRecord[],
  limits: SlowLimits,
): readonly number[] {
  return trial.records.map((record, run) => harmLike(plan, record, usual[run], limits));
}

type Averted = CounterfactualIntervention['averted'];

/** Whether the interval excludes no effect; a single run has none, and is repeated with the same random numbers. */
function isSure({ ci95 }: Averted): boolean {
  return ci95 === null || ci95[0] > 0 || ci95[1] < 0;
}

function isMost(averted: Averted, harm: number): boolean {
  return isSure(averted) && (averted.value ?? 0) >= CAUSE * harm;
}

/** Causes that started the harm, beside which conditions and loops are none. */
interface Starters {
  readonly hasFault: boolean;
  readonly hasTrigger: boolean;
  /** Something else than a policy is enough. */
  readonly hasOther: boolean;
  /** With the intervention users recover, or fail for half the time at most. */
  readonly ends: boolean;
}

/** Whether users recover with an intervention, or fail for half the time at most. */
function endsFailing(usual: FailingTime, changed: FailingTime): boolean {
  if (usual.seconds === 0) return false;
  return (usual.toEnd && !changed.toEnd) || changed.seconds <= CAUSE * usual.seconds;
}

function roleOf(
  averted: Averted,
  harm: number,
  part: Intervention['part'],
  { hasFault, hasTrigger, hasOther, ends }: Starters,
): InterventionRole {
  const value = averted.value ?? 0;
  const [low, high] = averted.ci95 ?? [value, value];
  if (Math.max(Math.abs(low), Math.abs(high)) <= nothingOf(harm).mean) return 'none';
  if (!isSure(averted)) return 'undecided';
  if (value < 0) return 'protection';
  if (part === 'loop') {
    // A loop outlasts the failures that began it, so the time counts too.
    if (!isMost(averted, harm) && !ends) return 'amplifier';
    return hasFault || hasTrigger ? 'sustainer' : 'cause';
  }
  if (!isMost(averted, harm)) return 'part';
  if (part === 'setting') return 'remedy';
  if (part === 'policy') return hasFault || hasOther ? 'remedy' : 'cause';
  return part === 'condition' && hasFault ? 'remedy' : 'cause';
}
