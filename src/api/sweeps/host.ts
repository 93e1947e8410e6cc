import type { MetricUnit } from '../../contracts/scenario/expression.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import type { Case, OnCase } from '../../run/cases.js';

/** Runs cases; passes each on when all of its runs are done. */
export type RunCases = (cases: readonly Case[], onCase: OnCase) => Promise<void>;

/** What the figures of a setting must be about. */
export interface CaseShape {
  readonly variants: readonly string[];
  readonly replications: number;
  /** By metric. */
  readonly units: readonly MetricUnit[];
  readonly budgets: number;
  readonly hasExpect: boolean;
}

/** Figures that were computed before, by everything on which they depend. */
export interface KnownCases {
  /** Undefined if there are none that can be used. */
  find(parts: object, shape: CaseShape): readonly SweepFigures[] | undefined;
  keep(parts: object, variants: readonly SweepFigures[]): void;
}

/** Makes the runs of a sweep, and follows it. */
export interface SweepHost {
  readonly store: KnownCases;
  /** `body` gets what runs cases, at most `runs` runs at once. */
  open<T>(runs: number, body: (run: RunCases) => Promise<T>): Promise<T>;
  /** Shows that `done` of `total` settings are done; returns what shows the next number. */
  bar(done: number, total: number): (done: number) => void;
  /** Nothing is shown any more. */
  onEnd(): void;
  /** `count` settings are in the store. */
  onStored(count: number): void;
  /** Another message about settings that are wrong. */
  note(message: string): void;
}
