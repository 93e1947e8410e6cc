import { z } from 'zod';
import { fieldsOf, languageSchema, type Field, type JsonSchema } from './field-index.js';
import { columns, firstSentence, indented, wrap } from './layout.js';
import type { FoundForm } from './schema-path.js';

/** Most fields of one name on a page; further ones are repetitive. */
const FIELDS_SHOWN = 12;
/** Most places listed for one field. */
const PATHS_SHOWN = 3;
/** Most fields on a page whose own fields are described; on longer pages they are only named. */
const DESCRIBED = 4;

/** Fields of a distribution, a back-off, a pool, a CPU or a policy: they are on their own pages. */
const ELSEWHERE = /publishLatency\.|backoff\.|pools?\.|cpu\.|[pP]olicy\./;

/** The page of the fields to which a name or a path leads. */
export function fieldsPage(name: string, fields: readonly Field[]): string {
  const sorted = [...fields].sort((a, b) => rankOfField(a) - rankOfField(b));
  const isShort = sorted.length <= DESCRIBED;
  const isStep = ({ paths }: Field): boolean => paths.some((path) => STEP.test(path));
  const shown = sorted
    .slice(0, FIELDS_SHOWN)
    .map((field) => fieldText(field, isShort || isStep(field)));
  const rest = fields.length - shown.length;
  const more = rest > 0 ? [`and ${rest} more`] : [];
  return [`${name}, in a scenario`, ...shown, ...more].join('\n\n');
}

/** The page of a mapping of one kind, such as a pool of HikariCP. */
export function formPage(name: string, { kind, path, schema }: FoundForm): string {
  const fields = fieldsTable(schema);
  return [`${name}, in a scenario`, `${path}, kind ${kind}`, fields].join('\n\n');
}

/** The places of a field; the number of further ones where there are many. */
function headOf({ paths, words }: Field): string {
  const sorted = [...paths].sort((a, b) => rankOf(a) - rankOf(b) || a.length - b.length);
  const shown = sorted.slice(0, PATHS_SHOWN).join(', ');
  const rest = sorted.length - PATHS_SHOWN;
  const more = rest > 0 ? ` and ${rest} more places` : '';
  return `${shown}${words.length === 1 ? `: ${words[0]}` : ''}${more}`;
}

function rankOfField({ paths }: Field): number {
  return Math.min(...paths.map(rankOf));
}

/** A step of an endpoint is what its verb means first. */
const STEP = /^services\.<name>\.endpoints\.<name>\[\]\.\w+$/;

/** Steps and services come first; fields of defaults and templates are repetitions. */
function rankOf(path: string): number {
  if (STEP.test(path)) return -1;
  if (path.startsWith('services.')) return 0;
  return /^(defaults|templates)\./.test(path) ? 2 : 1;
}

/** One field: its places, description, words, kinds, fields and default. */
function fieldText(field: Field, isDescribed: boolean): string {
  const { description, words, default: standard, fields, isList, kinds } = field;
  const lines = [headOf(field), ...wrap(description, '  ')];
  if (kinds.length > 0) lines.push(...wrap(`Of kind ${kinds.join(', ')}.`, '  '));
  if (words.length > 1) lines.push(...wrap(`One of: ${words.join(', ')}.`, '  '));
  if (fields.length > 0) {
    const rows = fields.map(([name, text]) => [name, firstSentence(text)] as const);
    const what = isList ? 'Fields of an entry' : 'Fields';
    const named = wrap(`${what}: ${fields.map(([name]) => name).join(', ')}.`, '  ');
    const table = indented(`${what}:`, columns(rows)).replace(/^/gm, '  ').split('\n');
    lines.push(...(isDescribed ? table : named));
  }
  const isSaid = standard === undefined || description.includes('Defaults to');
  if (!isSaid) lines.push(`  Default: ${JSON.stringify(standard)}`);
  return lines.join('\n');
}

/** The fields of one kind of component, from the schema of its section. */
export function formTable(component: string, kind: string): string {
  const own = (languageSchema().definitions ?? {})[component];
  const one = own?.properties === undefined ? [] : [own];
  const forms = (own?.['oneOf'] ?? own?.['anyOf'] ?? one) as readonly JsonSchema[];
  const found = forms.find(({ properties }) =>
    JSON.stringify(properties?.['kind'] ?? null).includes(`"${kind}"`),
  );
  // The levels of a cache have kinds, and all kinds of caches have the same fields.
  const form = found ?? (own?.properties === undefined ? undefined : own);
  return form === undefined ? 'Its fields are those of its section.' : fieldsTable(form);
}

/** Fields of a mapping of the language. */
function fieldsTable(form: JsonSchema): string {
  const { definitions = {} } = languageSchema();
  const fields = fieldsOf({ ...form, definitions } as JsonSchema).flatMap((field) => {
    const paths = field.paths.filter((path) => !ELSEWHERE.test(path));
    return paths.length === 0 ? [] : [{ ...field, paths }];
  });
  return tableOf(fields);
}

/** Fields of a policy, a fault or a balancer. */
export function schemaTable(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const fields = fieldsOf(json);
  return fields.length === 0 ? 'It has no fields of its own.' : tableOf(fields);
}

function tableOf(fields: readonly Field[]): string {
  const texts = fields.map((field) => fieldText(field, false).replace(/^/gm, '  '));
  return ['Fields:', ...texts].join('\n');
}
