import type { PolicyProblem } from '../../contracts/patterns/policy.js';

/** The problems of a configuration. By field: what is wrong and how to mend it, or false if the field is right. */
export function problemsOf(
  wrong: Readonly<Record<string, string | false>>,
): readonly PolicyProblem[] {
  return Object.entries(wrong).flatMap(([field, message]) =>
    message === false ? [] : { field, message },
  );
}
