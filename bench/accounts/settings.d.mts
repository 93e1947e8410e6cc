/** One setting that differs between two variants, as a document has it. */
interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What is wrong in a list of settings, or in a part of all of them; null if nothing is. */
export function settingsError(
  list: string,
  changes: readonly Change[],
  isPart?: boolean,
): string | null;
