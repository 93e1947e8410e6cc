/** One system of the table: its scenarios below scenarios/, the decisive one first; none while the table has no answer. */
export interface Row {
  readonly id: string;
  readonly system: string;
  readonly shows: string;
  readonly scenarios: readonly string[];
  /** The figure, where it is not the decisive number of the first scenario on its page. */
  readonly number?: string;
  /** Page in docs/ which has these texts, and whose own tests compare them with a run. */
  readonly page?: string;
  readonly quotes?: readonly string[];
  readonly command?: string;
}

export interface Group {
  readonly group: string;
  readonly rows: readonly Row[];
}

export const GROUPS: readonly Group[];

/** docs/rows.md, from rows.json and the numbers of the pages that list scenarios. */
export function rowsPage(root: string): string;
