/** A file of tests: its path from the root, the seconds that its tests took, and how many it has. */
export interface SlowFile {
  readonly path: string;
  readonly seconds: number;
  readonly tests: number;
}

/** What is read of a report of vitest. Durations in ms. */
export interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly duration?: number }[];
  }[];
}

export const MARKS: readonly [string, string];
export function tested(report: TestReport, pathOf: (name: string) => string): readonly SlowFile[];
export function slowTable(files: readonly SlowFile[], unit: string): string;
export function withTable(page: string, table: string): string;
export function longest(files: readonly SlowFile[]): readonly string[];
