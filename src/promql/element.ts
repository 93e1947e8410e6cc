import type { LabelSet } from './labels.js';

export interface Element {
  readonly labels: LabelSet;
  readonly value: number;
}

/** What an expression gives: a number, or a vector. */
export type Value = number | readonly Element[];
