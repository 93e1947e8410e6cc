import { stringify } from 'yaml';
import type { Cell } from './cell.js';

/** A value of the scenario: where it comes from, or that it is a guess. */
export interface WrittenScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean;
  readonly origins: readonly Cell[];
  /** Comment instead of the places: `guess`, or how it was measured. */
  readonly note: string | null;
}

export interface WrittenList {
  readonly kind: 'list';
  readonly items: readonly Written[];
}

export interface WrittenMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Written>;
  /** Values that decided that this mapping exists, such as the name of a Deployment. */
  readonly origins: readonly Cell[];
  readonly note: string | null;
}

export type Written = WrittenScalar | WrittenList | WrittenMap;

/** A value that some values of the files give. */
export function from(
  value: WrittenScalar['value'],
  ...origins: readonly (Cell | undefined)[]
): WrittenScalar {
  const known = origins.filter((cell) => cell !== undefined);
  return { kind: 'scalar', value, origins: known, note: null };
}

/** The same for a value that is known only once everything is read. */
export function fromLater(value: () => string, ...origins: readonly Cell[]): WrittenScalar {
  return {
    kind: 'scalar',
    origins,
    note: null,
    get value() {
      return value();
    },
  };
}

/** A value that nothing gives. */
export function guess(value: WrittenScalar['value']): WrittenScalar {
  return { kind: 'scalar', value, origins: [], note: 'guess' };
}

/** A value that follows from what is written elsewhere in the scenario. */
export function plain(value: WrittenScalar['value']): WrittenScalar {
  return { kind: 'scalar', value, origins: [], note: null };
}

/** A list of values. */
export function list(items: readonly Written[]): WrittenList {
  return { kind: 'list', items };
}

/** One value as it is, several as a list; undefined = none. */
export function oneOrAll(values: readonly Written[]): Written | undefined {
  return values.length > 1 ? list(values) : values[0];
}

/** A mapping of the values that are there. */
export function map(
  entries:
    Readonly<Record<string, Written | undefined | null>> | Iterable<readonly [string, Written]>,
  origins: readonly (Cell | undefined)[] = [],
  note: string | null = null,
): WrittenMap {
  const pairs: Iterable<readonly [string, Written | undefined | null]> =
    Symbol.iterator in entries
      ? (entries as Iterable<readonly [string, Written]>)
      : Object.entries(entries);
  const known = [...pairs].filter(
    (pair): pair is readonly [string, Written] => pair[1] !== null && pair[1] !== undefined,
  );
  return {
    kind: 'map',
    entries: new Map(known),
    origins: origins.filter((cell) => cell !== undefined),
    note,
  };
}

/** The mapping, or undefined if it has no entries. */
export function filled(written: WrittenMap): WrittenMap | undefined {
  return written.entries.size === 0 ? undefined : written;
}

/** Where the values of a part come from. */
export function originsIn(written: Written): readonly Cell[] {
  if (written.kind === 'list') return written.items.flatMap(originsIn);
  const inner = written.kind === 'map' ? [...written.entries.values()].flatMap(originsIn) : [];
  return [...written.origins, ...inner];
}

/** The text of a scenario. Values of the files that it contains are marked as placed. */
export function render(root: WrittenMap): string {
  return `${mapLines(root, '').join('\n')}\n`;
}

function mapLines({ entries }: WrittenMap, indent: string): readonly string[] {
  return [...entries].flatMap(([key, value]) =>
    entryLines(`${indent}${quoted(key)}:`, value, indent),
  );
}

function entryLines(head: string, value: Written, indent: string): readonly string[] {
  if (value.kind === 'scalar') return [`${head} ${quoted(value.value)}${comment(value)}`];
  const below = `${indent}  `;
  if (value.kind === 'map') {
    if (value.entries.size === 0) return [`${head} {}${comment(value)}`];
    return [`${head}${comment(value)}`, ...mapLines(value, below)];
  }
  if (value.items.length === 0) return [`${head} []`];
  return [head, ...value.items.flatMap((item) => itemLines(item, below))];
}

function itemLines(item: Written, indent: string): readonly string[] {
  if (item.kind === 'scalar') return [`${indent}- ${quoted(item.value)}${comment(item)}`];
  const lines =
    item.kind === 'map'
      ? mapLines(item, `${indent}  `)
      : item.items.flatMap((each) => itemLines(each, `${indent}  `));
  if (lines.length === 0) return [`${indent}- ${item.kind === 'map' ? '{}' : '[]'}`];
  const own = item.kind === 'map' ? comment(item) : '';
  const [first, ...rest] = lines;
  const start = `${indent}- ${first!.slice(indent.length + 2)}`;
  // The comment of a mapping is a line of its own, because the first line below may have one.
  return own === '' ? [start, ...rest] : [`${indent}${own.trim()}`, start, ...rest];
}

/** A scalar as YAML writes it on one line. */
function quoted(value: string | number | boolean): string {
  return stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd();
}

function comment({ origins, note }: WrittenScalar | WrittenMap): string {
  for (const cell of origins) if (cell.isScalar) cell.put();
  const words = [placesText(origins), note ?? ''].filter((word) => word !== '');
  return words.length === 0 ? '' : `  # ${printable(words.join(', '))}`;
}

/** Lines of a file that a comment lists. */
const LINES_MAX = 8;

/** `k8s/orders.yaml:4, 38, istio.yaml:7`; of many lines the first ones, `and 97 more`. */
function placesText(origins: readonly Cell[]): string {
  const lines = new Map<string, Set<number>>();
  for (const { file, line } of origins) {
    const known = lines.get(file);
    if (known === undefined) lines.set(file, new Set([line]));
    else known.add(line);
  }
  return [...lines].map(([file, all]) => `${file}:${shown([...all])}`).join(', ');
}

function shown(lines: readonly number[]): string {
  if (lines.length <= LINES_MAX) return lines.join(', ');
  return `${lines.slice(0, LINES_MAX - 1).join(', ')} and ${lines.length - LINES_MAX + 1} more`;
}

/** File names may contain anything. A line end would end the comment. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, '?');
}
