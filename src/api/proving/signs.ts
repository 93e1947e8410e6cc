import { CAUSE, type FaultProof } from '../../analysis/verdicts/counterfactual.js';
import {
  avertedShare,
  endsFailures,
  type Trial,
  type Usual,
} from '../../analysis/verdicts/interventions.js';
import type { CascadeResult } from '../../contracts/result/cascade.js';
import { PASSING } from '../../plan/interventions/index.js';
import type { Intervention } from '../../plan/interventions/kind.js';

/** The share of the harm that a run with an intervention has to change to be repeated. */
const NOTHING_AT_ALL = 0.002;

/** Whether a run with an intervention differs enough to be repeated in all replications. */
export function isTelling(trial: Trial, usual: Usual): boolean {
  return Math.abs(avertedShare(trial, usual)) > NOTHING_AT_ALL || endsFailures(trial, usual);
}

/** A backlog that is halved still grows: more is tried until this share of it is gone. */
const CLEARED = 0.9;

/** Whether no stronger change than that of a trial is worth a run. `holds`: it holds the budgets; null = none is broken. */
export function isEnough({ intervention }: Trial, share: number, holds: boolean | null): boolean {
  const { isUnseen = false, least } = intervention;
  if (holds !== null) return holds && (isUnseen || share >= CAUSE);
  return share >= (isUnseen || least !== undefined ? CLEARED : CAUSE);
}

/** Whether most of the harm is that of faults, of one or of several together. */
export function isByFaults({ harm, background }: FaultProof): boolean {
  return harm > 0 && harm - background >= CAUSE * harm;
}

/** Whether two interventions change the same. */
export function isSame(a: Intervention, b: Intervention): boolean {
  return a.kind === b.kind && a.subject === b.subject && a.words === b.words;
}

/** Whether a change has consumers pass over the messages that hold up a backlog to the end of the usual runs. */
export function isFreeing({ kind, subject }: Intervention, { endings }: CascadeResult): boolean {
  const isHeld = endings.some((own) => own.reason === 'poison' && own.subject === subject);
  return isHeld && PASSING.has(kind);
}

/** The most promising possible causes, and after them as many other values of settings. */
export function firstOf(
  candidates: readonly Intervention[],
  most: number,
): readonly Intervention[] {
  const of = (isSetting: boolean): readonly Intervention[] =>
    candidates.filter(({ part }) => (part === 'setting') === isSetting).slice(0, most);
  return [...of(false), ...of(true)];
}
