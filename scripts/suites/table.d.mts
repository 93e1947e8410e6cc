/** The suites of test/suites.json by name. A file is a path from the root; one that ends in a slash is a folder. */
export type Suites = Readonly<
  Record<string, { readonly what: string; readonly files: readonly string[] }>
>;

export interface Suite {
  readonly name: string;
  readonly what: string;
  readonly files: readonly string[];
}

/** What a run of a suite gave. */
export interface SuiteRun extends Omit<Suite, 'files'> {
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
}

export function namedSuites(suites: Suites, names: readonly string[]): readonly Suite[];
export function suiteTable(ran: readonly SuiteRun[]): string;
