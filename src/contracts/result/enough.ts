import type { z } from 'zod';
import { count, list, present, shape, text } from './shapes.js';

export const enoughChanges = shape({
  /** Of `changes`. */
  paths: list(text),
  /** Requests that fail in a run, as means: with these changes, with all of them, and with none. */
  failed: count,
  failedWithAll: count,
  failedBefore: count,
  /** Runs that were made. */
  runs: count,
  /** No runs were left to leave out each of them: fewer may be enough. */
  isCut: present,
});
/** The smallest part found of a variant's changes with which the baseline holds all budgets of that variant too. */
export type EnoughChanges = z.output<typeof enoughChanges>;
