import { z } from 'zod';
import { formatDuration } from '../../spec/quantities/quantity-text.js';

/** The configuration of a policy or fault on one line, in the units of its schema. */
export function configText(schema: z.ZodType, config: unknown): string {
  const text = valueText(config, schema);
  return text.startsWith('{ ') ? text.slice(2, -2) : text === '{}' ? '' : text;
}

/** Splits a configuration into the values that the user set, by dotted paths, and the defaults. */
export function bySource(
  config: object,
  written: readonly string[],
  prefix = '',
): { readonly user: object; readonly rest: object } {
  const user: [string, unknown][] = [];
  const rest: [string, unknown][] = [];
  for (const [key, value] of Object.entries(config)) {
    if (value === undefined) continue;
    const path = `${prefix}${key}`;
    const inside = written.filter((each) => each.startsWith(`${path}.`));
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (written.includes(path)) user.push([key, value]);
    else if (inside.length === 0 || !isMap) (inside.length > 0 ? user : rest).push([key, value]);
    else {
      const parts = bySource(value as object, inside, `${path}.`);
      if (Object.keys(parts.user).length > 0) user.push([key, parts.user]);
      if (Object.keys(parts.rest).length > 0) rest.push([key, parts.rest]);
    }
  }
  return { user: Object.fromEntries(user), rest: Object.fromEntries(rest) };
}

/** Any value of an explicit scenario in words; keys that end in Ns are durations. */
export function plainText(value: unknown, key = ''): string {
  return valueText(value, undefined, key);
}

function valueText(value: unknown, schema: z.ZodType | undefined, key = ''): string {
  if (value === null) return 'none';
  if (value === Infinity) return 'unlimited';
  if (typeof value === 'number') return numberText(value, unitOf(schema, key));
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  if (value instanceof Set) return listText([...value]);
  if (value instanceof Map) return entriesText([...value], undefined);
  if (Array.isArray(value)) return listText(value, key);
  if (typeof value === 'object' && !ArrayBuffer.isView(value)) return objectText(value, schema);
  return '…';
}

function numberText(value: number, unit: string): string {
  if (unit === 'duration') return formatDuration(value);
  if (unit === 'share') return `${Math.round(value * 1e6) / 1e4}%`;
  if (unit === 'rate') return `${value}/s`;
  return String(Number(value.toPrecision(6)));
}

function listText(items: readonly unknown[], key = ''): string {
  return `[${items.map((item) => valueText(item, undefined, key)).join(', ')}]`;
}

/** A distribution is printed as a function call, any other mapping key by key. */
function objectText(value: object, schema: z.ZodType | undefined): string {
  const entries = Object.entries(value).filter(([, item]) => isShown(item));
  const kind = (value as { kind?: unknown }).kind;
  const shape = shapeOf(schema, value);
  const isLaw = typeof kind === 'string' && shape === undefined;
  if (!isLaw) return entriesText(entries, shape);
  const fields = entries.filter(([key]) => key !== 'kind');
  if (kind === 'constant' && fields.length === 1)
    return valueText(fields[0]![1], undefined, fields[0]![0]);
  const words = fields.map(([key, item]) => `${nameOf(key)}=${valueText(item, undefined, key)}`);
  return `${kind}${words.length === 0 ? '' : `(${words.join(' ')})`}`;
}

function entriesText(
  entries: readonly (readonly [string, unknown])[],
  shape: Readonly<Record<string, z.ZodType>> | undefined,
): string {
  if (entries.length === 0) return '{}';
  const words = entries.map(
    ([key, item]) => `${nameOf(key)}: ${valueText(item, shape?.[key], key)}`,
  );
  return `{ ${words.join(', ')} }`;
}

function isShown(item: unknown): boolean {
  return item !== undefined && typeof item !== 'function' && !ArrayBuffer.isView(item);
}

function nameOf(key: string): string {
  return key.replace(/Ns$/, '');
}

function unitOf(schema: z.ZodType | undefined, key: string): string {
  if (key.endsWith('Ns')) return 'duration';
  for (let at = schema; at !== undefined; at = unwrapped(at)) {
    const unit = /\bUnit: (\w+)/.exec(at.description ?? '')?.[1];
    if (unit !== undefined) return unit;
  }
  return '';
}

/** The fields of the mapping schema that fits a value best. */
function shapeOf(
  schema: z.ZodType | undefined,
  value: object,
): Readonly<Record<string, z.ZodType>> | undefined {
  for (let at = schema; at !== undefined; at = unwrapped(at)) {
    if (at instanceof z.ZodObject) return at.shape as Record<string, z.ZodType>;
    if (at instanceof z.ZodUnion) {
      const shapes = (at.options as z.ZodType[]).map((option) => shapeOf(option, value));
      const keys = Object.keys(value);
      return shapes.find((shape) => shape !== undefined && keys.every((key) => key in shape));
    }
  }
  return undefined;
}

function unwrapped(schema: z.ZodType): z.ZodType | undefined {
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  if (isWrapper) return schema.unwrap() as z.ZodType;
  return schema instanceof z.ZodPipe ? (schema.in as z.ZodType) : undefined;
}

/** The entries of a mapping, sorted by name. */
export function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
