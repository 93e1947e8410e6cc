import type { LabelSet } from './labels.js';

/** One element of a vector. */
export interface Element {
  readonly labels: LabelSet;
  readonly value: number;
}

/** What an expression gives: a number, or a vector. */
export type Value = number | readonly Element[];
