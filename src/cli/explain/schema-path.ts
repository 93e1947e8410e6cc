import { SECTION } from '../../contracts/component-kind.js';
import { Fields, fieldsOf, languageSchema, partsOf, resolve } from './field-index.js';
import type { Field, Form, JsonSchema, Part } from './field-index.js';

/** A place in the schema, and the form that was chosen there; null if all of them apply. */
interface Position {
  readonly schema: JsonSchema;
  readonly path: string;
  readonly form: Form | null;
  /** The field at this place; null for an entry, a kind or a word. */
  readonly field: { readonly name: string; readonly schema: JsonSchema } | null;
  /** The form of the mapping to which the field belongs. */
  readonly owner: Form | null;
}

/** A mapping of one kind: `pool.hikari`. */
export interface FoundForm {
  readonly path: string;
  readonly kind: string;
  readonly schema: JsonSchema;
}

/** The places to which a dotted name leads. */
export interface FoundPath {
  readonly fields: readonly Field[];
  readonly forms: readonly FoundForm[];
}

/** The section of an entry, by the name for one entry: `service`, `policy`, `eventStore`. */
export function sectionOfEntry(name: string): string | undefined {
  return Object.keys(languageSchema().properties ?? {}).find(
    (section) => singular(section) === name,
  );
}

/** The name for one entry of a section. */
function singular(section: string): string {
  if (section.endsWith('ies')) return `${section.slice(0, -3)}y`;
  return section.endsWith('s') && !section.endsWith('sis') ? section.slice(0, -1) : section;
}

/**
 * The fields and kinds to which a dotted name leads: `autoscaling.target`, `services.orders.queue.capacity`,
 * `retry.envoy.attempts`, `pool.hikari`. It may begin anywhere: with a section, one of its entries, a kind or a
 * field. Lists and the names of entries may be left out. A name chosen by the user matches `<name>`.
 */
export function pathsNamed(dotted: string): FoundPath {
  const [first = '', ...rest] = dotted.replace(/\[[^\]]*\]/g, '').split('.');
  let positions = startsAt(first);
  for (const word of rest) {
    positions = positions.flatMap((position) => stepInto(position, word));
  }
  const fields = new Fields(languageSchema());
  const forms = new Map<string, FoundForm>();
  for (const { schema, path, form, field, owner } of positions) {
    if (field !== null) {
      fields.add({ name: field.name, path, schema: field.schema, form: owner });
    } else if (form !== null) {
      const key = JSON.stringify([form.kind, schema]);
      const isRepetition = /^(templates|defaults)\./.test(path);
      if (!forms.has(key) || !isRepetition) forms.set(key, { path, kind: form.kind, schema });
    }
  }
  return { fields: fields.all(), forms: [...forms.values()] };
}

/** The longest beginning of a dotted name that leads somewhere, and the words that may follow it. */
export function knownBeginning(
  dotted: string,
): { readonly known: string; readonly next: readonly string[] } | null {
  const words = dotted.split('.');
  for (let length = words.length - 1; length > 0; length--) {
    const known = words.slice(0, length).join('.');
    const next = nextOf(known);
    if (next.length > 0) return { known, next };
  }
  return null;
}

function nextOf(dotted: string): readonly string[] {
  const { fields, forms } = pathsNamed(dotted);
  const below = forms.flatMap(({ schema }) => Object.keys(leafProperties(schema)));
  return [...new Set([...fields.flatMap((field) => field.fields.map(([name]) => name)), ...below])];
}

function leafProperties(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (
    (schema.$ref === undefined ? schema : resolve(languageSchema(), schema.$ref)).properties ?? {}
  );
}

/** The whole language. */
function topPosition(): Position {
  return { schema: languageSchema(), path: '', form: null, field: null, owner: null };
}

/** Every place at which a name may begin. */
function startsAt(word: string): readonly Position[] {
  const root = languageSchema();
  const top = topPosition();
  const starts = propertiesOf(top, word);
  const section = sectionOfEntry(word) ?? SECTION[word as keyof typeof SECTION];
  if (section !== undefined) {
    for (const position of propertiesOf(top, section)) starts.push(...entriesOf(position));
  }
  const definition = root.definitions?.[word];
  if (definition !== undefined && section === undefined) {
    starts.push({ schema: definition, path: word, form: null, field: null, owner: null });
  }
  for (const path of fieldPaths().get(word) ?? []) starts.push(...positionsAt(path));
  for (const path of kindPaths().get(word) ?? []) {
    starts.push(...positionsAt(path).flatMap((position) => formsNamed(position, word)));
  }
  return starts;
}

let byName: ReadonlyMap<string, readonly string[]> | undefined;
let byKind: ReadonlyMap<string, readonly string[]> | undefined;

/** Paths of the fields of each name. */
function fieldPaths(): ReadonlyMap<string, readonly string[]> {
  byName ??= grouped(
    languageFields().flatMap(({ name, paths }) => paths.map((path) => [name, path])),
  );
  return byName;
}

/** Paths of the mappings that may have each kind. */
function kindPaths(): ReadonlyMap<string, readonly string[]> {
  const kinds = languageFields().filter(({ name }) => name === 'kind');
  byKind ??= grouped(
    kinds.flatMap(({ words, paths }) =>
      words.flatMap((word) => paths.map((path) => [word, path.replace(/\.kind$/, '')] as const)),
    ),
  );
  return byKind;
}

function grouped(pairs: readonly (readonly string[])[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, path] of pairs) {
    const known = groups.get(name!);
    if (known === undefined) groups.set(name!, [path!]);
    else if (!known.includes(path!)) known.push(path!);
  }
  return groups;
}

const known = new Map<string, readonly Position[]>();

/** Positions of a full path, as written in the index of fields. */
function positionsAt(path: string): readonly Position[] {
  const cached = known.get(path);
  if (cached !== undefined) return cached;
  const dot = path.lastIndexOf('.');
  const parents = dot < 0 ? [topPosition()] : positionsAt(path.slice(0, dot));
  const word = path.slice(dot + 1).replace(/\[\]/g, '');
  const found = parents.flatMap((parent) =>
    word === '<name>' ? entriesOf(parent) : propertiesOf(parent, word),
  );
  known.set(path, found);
  return found;
}

/**
 * The places to which one word of a dotted name leads: a field, an entry, a kind, or a word that the field accepts.
 */
function stepInto(position: Position, word: string): readonly Position[] {
  if (word === '<name>') return entriesOf(position);
  // A word may be both: the kind `stages` of arrivals has a field of that name.
  const own = [...propertiesOf(position, word), ...formsNamed(position, word)];
  if (own.length > 0) return own;
  const entries = entriesOf(position);
  const below = entries.flatMap((entry) => [
    ...propertiesOf(entry, word),
    ...formsNamed(entry, word),
  ]);
  if (below.length > 0) return below;
  // The page of a word that the field accepts is that of the field.
  if (position.field !== null && takes(position.schema, word)) return [position];
  return entries;
}

function takes(schema: JsonSchema, word: string): boolean {
  return leavesOf(schema, null).some(
    ({ schema: leaf }) => leaf.const === word || (leaf.enum ?? []).includes(word),
  );
}

function propertiesOf(position: Position, word: string): Position[] {
  return leavesOf(position.schema, position.form).flatMap(({ schema, form, below }) => {
    const property = schema.properties?.[word];
    if (property === undefined || below.includes('<name>')) return [];
    const start = `${position.path}${below}`;
    const path = start === '' ? word : `${start}.${word}`;
    const field = { name: word, schema: property };
    return [{ schema: property, path, form: null, field, owner: form }];
  });
}

/** Entries of a mapping whose names the user chooses. */
function entriesOf(position: Position): Position[] {
  return leavesOf(position.schema, position.form).flatMap(({ schema, form, below }) =>
    below.endsWith('.<name>')
      ? [{ schema, path: `${position.path}${below}`, form, field: null, owner: null }]
      : [],
  );
}

function formsNamed(position: Position, kind: string): Position[] {
  return leavesOf(position.schema, position.form).flatMap(({ schema, form, below }) =>
    form?.kind === kind && !below.includes('<name>')
      ? [{ schema, path: `${position.path}${below}`, form, field: null, owner: null }]
      : [],
  );
}

const leaves = new WeakMap<JsonSchema, readonly Part[]>();

/**
 * The forms of a schema and of the entries of its lists. For mappings with names these are the values, without
 * further steps.
 */
function leavesOf(schema: JsonSchema, form: Form | null): readonly Part[] {
  const cached = form === null ? leaves.get(schema) : undefined;
  if (cached !== undefined) return cached;
  const root = languageSchema();
  const found: Part[] = [];
  const visit = (
    part: JsonSchema,
    below: string,
    own: Form | null,
    trail: readonly string[],
  ): void => {
    if (part.$ref !== undefined) {
      if (trail.includes(part.$ref)) return;
      return visit(resolve(root, part.$ref), below, own, [...trail, part.$ref]);
    }
    found.push({ schema: part, below, form: own });
    for (const inner of partsOf(root, part, own)) {
      // Nested lists count as one list of their contents.
      const deeper =
        below.endsWith('[]') && inner.below === '[]' ? below : `${below}${inner.below}`;
      if (inner.below === '.<name>') found.push({ ...inner, below: deeper });
      else visit(inner.schema, deeper, inner.form, trail);
    }
  };
  visit(schema, '', form, []);
  if (form === null) leaves.set(schema, found);
  return found;
}

let language: readonly Field[] | undefined;

/** Every field of the language. */
export function languageFields(): readonly Field[] {
  language ??= fieldsOf(languageSchema());
  return language;
}
