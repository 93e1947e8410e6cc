import type { JsonSchema } from './json-schema.js';

/** A schema with a shorter compact text is written inline, because a reference would not be shorter. */
const SHORTEST = 60;

/** Keywords whose value maps names to schemas. */
const MAPS: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions']);

/** Keywords whose value is a list of schemas. */
const LISTS: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf']);

/** Keywords whose value is one schema, unless it is a boolean. */
const SINGLES: ReadonlySet<string> = new Set(['items', 'additionalProperties']);

type Visit = (schema: JsonSchema, name: string) => JsonSchema;

/**
 * Moves schemas that occur more than once to `definitions` and refers to them by `$ref`. This reduces the file from 2.1
 * MB to 0.6 MB without a change in meaning. A definition has the name of the property at which it first occurs.
 */
export function shareDefinitions(schema: JsonSchema): JsonSchema {
  const counts = new Map<string, number>();
  const count: Visit = (part, name) => {
    const text = JSON.stringify(part);
    const before = counts.get(text) ?? 0;
    counts.set(text, before + 1);
    // Parts of a repeated schema are counted once. Only a part that also occurs elsewhere is shared itself.
    if (before === 0) mapParts(part, name, count);
    return part;
  };
  count(schema, 'scenario');

  const { definitions = {}, ...root } = schema;
  const own = definitions as Record<string, JsonSchema>;
  const taken = new Set(Object.keys(own));
  const names = new Map<string, string>();
  const shared: Record<string, JsonSchema> = {};
  const share: Visit = (part, name) => {
    const text = JSON.stringify(part);
    if (text.length < SHORTEST || counts.get(text) === 1) return mapParts(part, name, share);
    let known = names.get(text);
    if (known === undefined) {
      known = freeName(name, taken);
      names.set(text, known);
      shared[known] = mapParts(part, name, share);
    }
    return { $ref: `#/definitions/${known}` };
  };
  const compact = mapParts(root, 'scenario', share);
  for (const [name, part] of Object.entries(own)) {
    shared[name] = mapParts(part, name, share);
  }
  return { ...compact, definitions: shared };
}

/** A copy of a schema with each schema directly inside it replaced. */
function mapParts(schema: JsonSchema, name: string, visit: Visit): JsonSchema {
  const mapped: JsonSchema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (MAPS.has(key)) {
      const parts = Object.entries(value as Record<string, JsonSchema>).map(
        ([field, part]) => [field, visit(part, key === 'properties' ? field : name)] as const,
      );
      mapped[key] = Object.fromEntries(parts);
    } else if (LISTS.has(key)) {
      mapped[key] = (value as JsonSchema[]).map((part) => visit(part, name));
    } else if (SINGLES.has(key) && typeof value === 'object') {
      mapped[key] = Array.isArray(value)
        ? (value as JsonSchema[]).map((part) => visit(part, name))
        : visit(value as JsonSchema, name);
    } else {
      mapped[key] = value;
    }
  }
  return mapped;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let k = 2; taken.has(free); k++) free = `${name}${k}`;
  taken.add(free);
  return free;
}

/** Longest value that is printed on one line. Unit: characters. */
const LINE = 100;

/** The text of a schema: a value that fits on a line is on one line, which is shorter and still easy to compare. */
export function printSchema(value: unknown): string {
  const short = JSON.stringify(value);
  if (short.length <= LINE || typeof value !== 'object' || value === null) return short;
  const isList = Array.isArray(value);
  const lines = isList
    ? value.map((item) => printSchema(item))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${printSchema(item)}`);
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${lines.join(',\n')}\n${close}`;
}
