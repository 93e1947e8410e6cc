import type { Ns } from '../../kernel/time.js';
import type { Consecutive, Evidence } from '../../spec/patterns/policy-traits.js';

/** A minimum of `calls` within a window; null if the minimum is 0, so that the breaker needs none. */
export function evidenceWithin(
  field: string,
  calls: number,
  windowField: string,
  windowNs: Ns,
): Evidence | null {
  return calls === 0 ? null : { field: [field], calls, windowField, windowNs };
}

/** This many failures in a row; null where 0 turns the count off. */
export function consecutive(field: readonly string[], failures: number): Consecutive | null {
  return failures === 0 ? null : { field, failures };
}
