/** docs/differences.md with the table of the cases in test/field as they are now. */
export function differencesPage(root: string): string;
