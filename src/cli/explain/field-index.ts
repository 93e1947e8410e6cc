import { scenarioJsonSchema } from '../../scenario/json-schema.js';

/** A part of a JSON Schema, as far as it is looked at here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** One field of the scenario language, wherever it means the same. */
export interface Field {
  readonly name: string;
  /** Such as `services.<name>.queue.capacity`. */
  readonly paths: readonly string[];
  readonly description: string;
  /** The words it may be, where it is one of a list. */
  readonly words: readonly string[];
  /** undefined where there is none. */
  readonly default: unknown;
  /** Names of the fields of its value, where that is a map. */
  readonly fields: readonly string[];
}

let language: JsonSchema | undefined;

/** The schema of the language; made once, for that takes longer than a page. */
export function languageSchema(): JsonSchema {
  language ??= scenarioJsonSchema() as JsonSchema;
  return language;
}

/** Deepest way that is followed: steps nest in steps without end. */
const DEEPEST = 9;

/** Every field of the language; fields that are described alike under one name are one. */
export function fieldsOf(root: JsonSchema): readonly Field[] {
  const found = new Map<string, Field>();
  const visit = (schema: JsonSchema, path: string, trail: readonly string[]): void => {
    if (trail.length > DEEPEST) return;
    const ref = schema.$ref;
    if (ref !== undefined) {
      if (!trail.includes(ref)) visit(resolve(root, ref), path, [...trail, ref]);
      return;
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const below = path === '' ? name : `${path}.${name}`;
      note(found, root, { name, path: below }, property);
      visit(property, below, [...trail, '.']);
    }
    for (const [part, below] of partsOf(schema)) visit(part, `${path}${below}`, [...trail, below]);
  };
  visit(root, '', []);
  return [...found.values()];
}

function note(
  found: Map<string, Field>,
  root: JsonSchema,
  { name, path }: { readonly name: string; readonly path: string },
  schema: JsonSchema,
): void {
  const target = schema.$ref === undefined ? schema : resolve(root, schema.$ref);
  const description = schema.description ?? target.description ?? '';
  const words = [target, ...(target.anyOf ?? [])].flatMap(wordsOf);
  const key = JSON.stringify([name, description, words]);
  const known = found.get(key);
  if (known !== undefined) {
    if (!known.paths.includes(path)) found.set(key, { ...known, paths: [...known.paths, path] });
    return;
  }
  const fields = [...new Set(ownFields(root, target, 0))];
  const standard = schema.default ?? target.default;
  found.set(key, { name, paths: [path], description, words, default: standard, fields });
}

/** The words a value may be, in the schema itself or in one of its forms. */
function wordsOf(schema: JsonSchema): readonly string[] {
  const literals = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  return literals.filter((word): word is string => typeof word === 'string');
}

/** Names of the fields of a map, whatever its kind; what lists hold is not looked into. */
function ownFields(root: JsonSchema, schema: JsonSchema, depth: number): readonly string[] {
  if (depth > 4) return [];
  if (schema.$ref !== undefined) return ownFields(root, resolve(root, schema.$ref), depth + 1);
  const parts = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])];
  return [
    ...Object.keys(schema.properties ?? {}),
    ...parts.flatMap((part) => ownFields(root, part, depth + 1)),
  ];
}

/** What a schema is made of, each with what it adds to the path. */
function partsOf(schema: JsonSchema): readonly (readonly [JsonSchema, string])[] {
  const parts: (readonly [JsonSchema, string])[] = [];
  for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]) {
    parts.push([part, '']);
  }
  const { items, additionalProperties } = schema;
  if (Array.isArray(items)) items.forEach((item: JsonSchema) => parts.push([item, '[]']));
  else if (items !== undefined) parts.push([items as JsonSchema, '[]']);
  if (typeof additionalProperties === 'object') parts.push([additionalProperties, '.<name>']);
  for (const part of Object.values(schema.patternProperties ?? {})) parts.push([part, '.<name>']);
  return parts;
}

/** The definition that a reference names. */
export function resolve(root: JsonSchema, ref: string): JsonSchema {
  if (ref === '#') return root;
  const name = ref.split('/').at(-1)!;
  return root.$defs?.[name] ?? root.definitions?.[name] ?? {};
}
