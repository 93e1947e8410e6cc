import { z } from 'zod';
import { faultKinds, policyKinds } from '../patterns/registry.js';
import { INHERITS, SHORT_FORMS } from '../contracts/fields/common.js';
import { buildSchemas } from './schema/scenario.js';
import { saysAbsent } from './switched-off.js';

/** A JSON Schema, or a part of one. */
export interface JsonSchema {
  [key: string]: unknown;
}

/** URL that identifies the schema. */
const SCHEMA_ID = 'https://faultline.dev/schema/scenario.schema.json';

/**
 * The JSON Schema (draft-7) of a scenario file, including short forms, for completion, documentation and early errors
 * in editors. Only the loader checks references.
 */
export function scenarioJsonSchema(): JsonSchema {
  const { file } = buildSchemas(policyKinds, faultKinds);
  const schema = z.toJSONSchema(file, { target: 'draft-7', io: 'input' }) as JsonSchema;
  const { $schema, ...rest } = finished(schema) as JsonSchema;
  return { $schema, $id: SCHEMA_ID, title: 'faultline scenario', ...rest };
}

/** Merges our metadata into the JSON form of a schema, innermost schemas first. */
function finished(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(finished);
  if (typeof value !== 'object' || value === null) return value;
  let json: JsonSchema = {};
  for (const [key, inner] of Object.entries(value)) {
    // Bounds that only keep numbers exact, and names of definitions, do not help readers.
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

/** Removes `required`, because fields can be inherited, and allows null for every field. */
function deleteRequired(json: JsonSchema): void {
  // Each kind has one alternative.
  const { oneOf } = json;
  if (Array.isArray(oneOf)) for (const form of oneOf as JsonSchema[]) deleteRequired(form);
  const required = new Set((json.required ?? []) as readonly string[]);
  delete json.required;
  const properties = (json.properties ?? {}) as Record<string, JsonSchema>;
  for (const [name, field] of Object.entries(properties)) {
    properties[name] = orNull(field, !required.has(name) && isSwitch(name, field));
  }
}

/** Whether `none` switches a field off, by the rule of `withoutSwitchedOff`. */
function isSwitch(name: string, field: JsonSchema): boolean {
  return isStructure(field) && saysAbsent(name, field.description as string | undefined);
}

function isStructure({ type, anyOf, oneOf, $ref }: JsonSchema): boolean {
  const forms = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined;
  if (forms !== undefined) return forms.some(isStructure);
  return type === 'object' || type === 'array' || $ref !== undefined;
}

const DELETES = { type: 'null', description: 'Deletes what is inherited.' };
const SWITCHES = {
  enum: [null, 'none'],
  description: 'Deletes what is inherited; `none` is without it.',
};

/** `null` deletes what is inherited. */
function orNull(field: JsonSchema, isOff: boolean): JsonSchema {
  const { description, default: standard, ...rest } = field;
  const forms =
    'anyOf' in rest && Object.keys(rest).length === 1 ? (rest.anyOf as JsonSchema[]) : [rest];
  return {
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard }),
    anyOf: [...forms, isOff ? SWITCHES : DELETES],
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

/** Replaces `propertyNames` by a pattern, so that editors complete the fields of the entries. */
function asPatternProperties(json: JsonSchema): JsonSchema {
  const { propertyNames, additionalProperties, ...rest } = json;
  const { pattern = '^.+$' } = propertyNames as { pattern?: string };
  return {
    ...rest,
    patternProperties: { [pattern]: additionalProperties },
    additionalProperties: false,
  };
}
