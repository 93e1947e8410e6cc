import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { CauseKind, CauseRef } from '../../contracts/result/cause.js';
import type { ChangedSetting } from '../../contracts/result/counterfactual.js';
import type { VariantResult } from '../../contracts/result/result.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';

/**
 * How a cause takes part in an incident: it starts it (`trigger`), it is there all the time and lets it happen
 * (`condition`), it is work that failures cause, and that keeps them up (`loop`), or it says how failures are met, so
 * that it is a cause only where there is no other one (`policy`). Another value of a setting is no cause (`setting`).
 */
type CausePart = 'trigger' | 'condition' | 'loop' | 'policy' | 'setting';

/** A variant whose plan an intervention changes. */
export interface Source {
  readonly plan: Plan;
  /** Compiles the variant with another scenario; for changes of programs, which a plan cannot express. */
  recompiled(edit: (scenario: Scenario) => Scenario): Plan;
}

/**
 * A change of a variant that takes one possible cause away. Names of draws stay, so that all that the change does not
 * reach has the same course.
 */
export interface Intervention extends CauseRef {
  /** Start of a sentence: `without the retries of front to mid`. */
  readonly words: string;
  readonly part: CausePart;
  /** The cause that it takes away, where its kind and subject say too little: `the load of users rises from 1/s to 2/s`. */
  readonly cause?: string;
  /** The setting that it changes, where one of the file says the same. */
  readonly setting?: ChangedSetting;
  /** Fields of its subject with which a file may say the same, such as `visibilityTimeout`. */
  readonly fields?: readonly string[];
  /** It changes the instances with which components begin: `replicas` of a file. */
  readonly changesReplicas?: true;
  /** How many times the present amount of its resource it gives, where it may begin with more than double. */
  readonly factor?: number;
  /** What to write for the same effect, where no value of one setting says it: `maxReceiveCount and a deadLetter queue`. */
  readonly remedy?: string;
  /** Of a change of load: when it begins, in seconds from the end of the warm-up. */
  readonly at?: number;
  apply(source: Source): Plan;
  /** Does the same from this absolute time on; null where that is impossible. Absent for kinds that cannot begin late. */
  applyFrom?(source: Source, fromNs: Ns): Plan | null;
  /** Its kind averts harm that no request of a user shows. */
  readonly isUnseen?: true;
  /** A stronger change of the same kind, to be tried where this one averts too little. */
  readonly stronger?: Intervention;
  /** It begins with this number of instances, the fewest that may be enough: more are tried until hardly any harm is left. */
  readonly least?: number;
}

export interface InterventionKind {
  readonly kind: CauseKind;
  /** It averts harm that no request of a user shows, such as a backlog. */
  readonly isUnseen?: true;
  /** It has consumers pass over what they cannot handle. */
  readonly passesOver?: true;
  /** Every intervention of this kind in a plan, in the order of the plan. */
  of(plan: Plan): readonly Intervention[];
  /** How much the figures of a variant suggest an intervention: 1 = most; 0 = it is not worth a run. */
  worth(variant: VariantResult, intervention: Intervention, plan: Plan): number;
  /** The strength to begin with, where figures of a variant show that weaker ones are not enough. */
  fitting?(variant: VariantResult, intervention: Intervention, plan: Plan): Intervention;
}
