/**
 * The lists of expressions by which a file judges its variants. They share one language. `survival`: a variant that
 * fails one breaks, so rankings, searches and proofs ask these. `check`: what its author expects of the model, such as
 * an outage that does happen; it decides no more than whether `check` passes.
 */
export const JUDGED = {
  budgets: { results: 'budgets', decides: 'survival' },
  expect: { results: 'expectations', decides: 'check' },
} as const;

/** Section of a file that has such a list. */
export type JudgedSection = keyof typeof JUDGED;

/** All of them, in the order in which reports show them. */
export const JUDGED_SECTIONS = Object.keys(JUDGED) as readonly JudgedSection[];
