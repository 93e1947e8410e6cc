import { z } from 'zod';
import { faultKinds, policyKinds } from '../patterns/registry.js';
import { INHERITS, SHORT_FORMS } from './schema/common.js';
import { buildSchemas } from './schema/scenario.js';

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  [key: string]: unknown;
}

/** Where the schema is found by name. */
const SCHEMA_ID = 'https://faultline.dev/schema/scenario.schema.json';

/**
 * The JSON Schema (draft-7) of a scenario file as users write it, short forms included: for completion,
 * documentation and early errors in editors. References between things are checked by the loader alone.
 */
export function scenarioJsonSchema(): JsonSchema {
  const { file } = buildSchemas(policyKinds, faultKinds);
  const schema = z.toJSONSchema(file, { target: 'draft-7', io: 'input' }) as JsonSchema;
  const { $schema, ...rest } = finished(schema) as JsonSchema;
  return { $schema, $id: SCHEMA_ID, title: 'faultline scenario', ...rest };
}

/** What our metadata says about a schema is put into its JSON form, from the inside out. */
function finished(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(finished);
  if (typeof value !== 'object' || value === null) return value;
  let json: JsonSchema = {};
  for (const [key, inner] of Object.entries(value)) {
    // Bounds that only mean "exact in a double", and the names of definitions, do not help readers.
    if ((key === 'maximum' || key === 'minimum') && isDoubleBound(inner)) continue;
    if (key === 'id' && typeof inner === 'string') continue;
    json[key] = key === 'default' || key === 'enum' || key === 'const' ? inner : finished(inner);
  }
  if ('propertyNames' in json) json = asPatternProperties(json);
  const { [INHERITS]: inherits, [SHORT_FORMS]: short, ...bare } = json;
  if (inherits === true) deleteRequired(bare);
  return short === undefined ? bare : withForms(bare, short as readonly JsonSchema[]);
}

function isDoubleBound(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER;
}

/** Required fields may be inherited, and every field may be deleted. */
function deleteRequired(json: JsonSchema): void {
  // One form for each kind.
  const { oneOf } = json;
  if (Array.isArray(oneOf)) for (const form of oneOf as JsonSchema[]) deleteRequired(form);
  delete json.required;
  const properties = (json.properties ?? {}) as Record<string, JsonSchema>;
  for (const [name, field] of Object.entries(properties)) properties[name] = orNull(field);
}

/** `null` deletes what is inherited. */
function orNull(field: JsonSchema): JsonSchema {
  const { description, default: standard, ...rest } = field;
  const forms =
    'anyOf' in rest && Object.keys(rest).length === 1 ? (rest.anyOf as JsonSchema[]) : [rest];
  return {
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard }),
    anyOf: [...forms, { type: 'null', description: 'Deletes what is inherited.' }],
  };
}

function withForms(json: JsonSchema, short: readonly JsonSchema[]): JsonSchema {
  const { description, default: standard, ...long } = json;
  return {
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard }),
    anyOf: [...short, long],
  };
}

/** Names as a pattern, so that editors complete the fields below them. */
function asPatternProperties(json: JsonSchema): JsonSchema {
  const { propertyNames, additionalProperties, ...rest } = json;
  const { pattern = '^.+$' } = propertyNames as { pattern?: string };
  return {
    ...rest,
    patternProperties: { [pattern]: additionalProperties },
    additionalProperties: false,
  };
}
