import type { Fault, Scenario } from '../../contracts/scenario/scenario.js';
import type { BudgetSource } from '../../contracts/scenario/judgement.js';

/** What an experiment is made of. */
export interface Experimental {
  readonly title: string;
  readonly variant: string;
  readonly scenario: Scenario;
  readonly faults: readonly Fault[];
  /** The budgets that judge the variant. */
  readonly budgets: readonly BudgetSource[];
  readonly namespace: string;
  /** By callee: the components that call it. */
  readonly callers: ReadonlyMap<string, readonly string[]>;
}

/** Something that a format cannot write, or writes in another way, with the reason. */
export interface Remark {
  /** `faults[slow-payments]`, `workloads.users`. */
  readonly of: string;
  readonly reason: string;
}

/** An experiment in the format of a product. */
export interface Experiment {
  /** The text of the file; '' if nothing of the scenario has a counterpart. */
  readonly text: string;
  readonly unwritten: readonly Remark[];
  /** What is written, and is not quite the same. */
  readonly otherwise: readonly Remark[];
}

/** A product in whose format faults or loads can be written. */
export interface ExperimentFormat {
  /** Its name on the command line. */
  readonly name: string;
  /** What it writes, for the help. */
  readonly summary: string;
  /** Begins a comment in it; null = it has none. */
  readonly comment: string | null;
  readonly write: (of: Experimental) => Experiment;
}
