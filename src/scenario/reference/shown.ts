import { parse } from 'yaml';
import { SECTION } from '../../contracts/component-kind.js';
import { faultKinds, policyKinds } from '../../patterns/registry.js';
import { flow } from '../../text/flow.js';
import type { PathKey } from '../located.js';
import { REFERENCE } from '../reference.js';
import { NAMED } from '../salvage.js';
import { SECTION_EXAMPLES } from './sections.js';

/** Longest example that fits a message. */
const COLUMNS = 90;

/** Mappings with names that users choose: the example has others. */
const OF_NAMES: ReadonlySet<PathKey> = new Set(['endpoints', 'operations', 'versions', 'groups']);

const POLICIES: ReadonlySet<PathKey> = new Set(policyKinds.map(({ policy }) => policy));

/**
 * A field as the reference pages write it, such as `operations: { read: 5ms }` for `databases.orders.operations`; null
 * where no example has the field, or only a long value of it. Examples of the kind come before those of others.
 */
export function exampleOf(path: readonly PathKey[], kind: string | undefined): string | null {
  const field = path.at(-1);
  if (typeof field !== 'string' || path.length < 2) return null;
  const written = examples(path, kind).map(([text, at]) =>
    valuesAt(parse(text) as unknown, at)
      .flatMap((value) => (OF_NAMES.has(field) ? oneByOne(value) : [value]))
      .map((value) => `${field}: ${flow(value)}`)
      .filter(({ length }) => length <= COLUMNS),
  );
  // Entries with names are alike in all kinds.
  const own = OF_NAMES.has(field) ? written.flat() : written.find(({ length }) => length > 0);
  return own?.reduce((a, b) => (b.length < a.length ? b : a), own[0]) ?? null;
}

/** Texts of examples, those of the kind first, each with the path that the field has in it. */
function examples(
  path: readonly PathKey[],
  kind: string | undefined,
): (readonly [text: string, at: readonly PathKey[]])[] {
  const policy = path.findLastIndex((key) => POLICIES.has(key));
  if (policy >= 0) {
    const own = policyKinds.filter((one) => one.policy === path[policy]);
    return ofKindFirst(own, kind).map(({ example }) => [example, path.slice(policy)]);
  }
  if (path[0] === 'faults')
    return ofKindFirst(faultKinds, kind).map(({ example }) => [`faults:\n${example}`, path]);
  const section = SECTION_EXAMPLES.get(String(path[0]));
  const own = REFERENCE.filter(({ component }) => SECTION[component] === path[0]);
  const [first, ...others] = ofKindFirst(own, kind).map(({ example }) => example);
  const texts = first !== undefined && own.some((one) => one.kind === kind);
  const ordered = texts ? [first, section, ...others] : [section, first, ...others];
  return ordered.flatMap((text) => (text === undefined ? [] : [[text, path] as const]));
}

function ofKindFirst<T extends { readonly kind: string }>(
  all: readonly T[],
  kind: string | undefined,
): readonly T[] {
  return [...all.filter((one) => one.kind === kind), ...all.filter((one) => one.kind !== kind)];
}

/** Values that an example has at a path; other names and positions than those of the path count too. */
function valuesAt(value: unknown, path: readonly PathKey[], under?: PathKey): readonly unknown[] {
  if (path.length === 0) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const [key, ...rest] = path;
  const inner = value as Readonly<Record<string, unknown>>;
  const isNamed = under === undefined ? false : OF_NAMES.has(under) || isSection(under);
  const isEntry = Array.isArray(value) && typeof key === 'number';
  if (isEntry || isNamed) return Object.values(inner).flatMap((own) => valuesAt(own, rest, key));
  return Object.hasOwn(inner, String(key)) ? valuesAt(inner[String(key)], rest, key) : [];
}

/** Whether the entries of a section have names that users choose. */
function isSection(key: PathKey): boolean {
  return NAMED.has(String(key));
}

/** The entries of a mapping, each by itself: one name says as much as all. */
function oneByOne(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [value];
  return Object.entries(value).map(([name, own]) => ({ [name]: own as unknown }));
}
