import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** The page that compares the kinds of breakers. Its tables are the only list of kinds that the tests keep. */
export const BREAKER_PAGE = 'docs/breakers.md';

/** Its tables, each named by its second column, and the content of a row. */
const TABLES = {
  behaviour: ['opens', 'when it opens and closes, and what late results do'],
  counting: ['refusals of an inner bulkhead, limiter, pool', 'which calls count, and as what'],
  same: ['settings', 'settings with which two failures open it for 1s and one probe closes it'],
  study: ['success at 50 % errors', 'the figures of its variant in breaker-zoo'],
} as const;
export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

export const breakerPage = readFileSync(new URL(`../../${BREAKER_PAGE}`, import.meta.url), 'utf8');

const tables: readonly (readonly (readonly string[])[])[] = breakerPage
  .split('\n\n')
  .filter((block) => block.startsWith('| kind |'))
  .map((block) =>
    block
      .split('\n')
      .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim())),
  );

/** Every row of a table, by the name in its first cell; a cell is found by its column. */
export function breakerRows(name: TableName): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const [head, , ...rows] = tables.find(([columns]) => columns![1] === TABLES[name][0])!;
  return new Map(
    rows.map((row) => [
      /`([\w-]+)`/.exec(row[0]!)?.[1] ?? row[0]!,
      new Map(head!.map((column, k) => [column, row[k] ?? ''])),
    ]),
  );
}

/** What to add to the page where a table has no row of a kind, or a row without a cell. */
export function missingRow(name: TableName, kind: string): string {
  const columns = [...breakerRows(name).values()][0]!.keys();
  const cells = [...columns]
    .slice(1)
    .map((column) => `<${column}>`)
    .join(' | ');
  return (
    `${BREAKER_PAGE}, table \`| kind | ${TABLES[name][0]} |\`: ` +
    `add the row | \`${kind}\` | ${cells} | (${TABLES[name][1]})`
  );
}

/** Settings with which two failures open a breaker of this kind for `wait`, as text; undefined where the page has none. */
export function twoFailuresText(kind: string, wait = '1s'): string | undefined {
  return breakerRows('same').get(kind)?.get('settings')?.replaceAll('`', '').replaceAll('1s', wait);
}

/** The same, as they are in a file. */
export function twoFailures(kind: string, wait?: string): Record<string, unknown> | undefined {
  const text = twoFailuresText(kind, wait);
  return text === undefined ? undefined : (parse(text) as Record<string, unknown>);
}
