import { stringify } from 'yaml';
import { parseDuration } from '../contracts/quantities/quantity-text.js';

/** A duration as Spring, Istio and Envoy read it: whole seconds or milliseconds; null if it is none. */
export function duration(value: unknown): string | null {
  const ns = nanoseconds(value);
  if (ns === null) return null;
  return ns % 1e9 === 0 ? `${ns / 1e9}s` : `${Math.max(1, Math.round(ns / 1e6))}ms`;
}

/** A duration in whole milliseconds; null if it is none. */
export function milliseconds(value: unknown): number | null {
  const ns = nanoseconds(value);
  return ns === null ? null : Math.max(1, Math.round(ns / 1e6));
}

/** A duration as Protobuf writes it in JSON, such as `0.25s`; null if it is none. */
export function seconds(value: unknown): string | null {
  const ns = nanoseconds(value);
  return ns === null ? null : `${ns / 1e9}s`;
}

function nanoseconds(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d+(\.\d+)?[a-z]+$/.test(value)) return null;
  try {
    return parseDuration(value);
  } catch {
    return null;
  }
}

/** A share in percent: `50%` and 0.5 are 50; null if it is none. */
export function percent(value: unknown): number | null {
  if (typeof value === 'number') return Number((100 * value).toPrecision(12));
  const [, digits] = /^(\d+(?:\.\d+)?)%$/.exec(String(value)) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** A number; null if it is none. */
export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A flag or a word as it is. */
export function asIs(value: unknown): unknown {
  return typeof value === 'object' ? null : value;
}

/** By the name of a setting: the field of a product, and how its value is written there; null = it cannot be. */
export type Fields = Readonly<
  Record<string, readonly [path: string, write: (value: unknown) => unknown]>
>;

/** The field of a product for a setting, and its value there; null = it has none for it. */
export function fieldIn(
  fields: Fields | undefined,
  name: string,
  value: unknown,
): readonly [path: string, value: unknown] | null {
  const field = fields?.[name];
  const written = field?.[1](value) ?? null;
  return field === undefined || written === null ? null : [field[0], written];
}

/** The fields for a setting, or for all settings in a mapping, as far as the product has them. */
export function fieldsIn(
  fields: Fields,
  name: string,
  value: unknown,
): readonly (readonly [path: string, value: unknown])[] {
  return settingsIn(name, value).flatMap(([each, own]) => {
    const field = fieldIn(fields, each, own);
    return field === null ? [] : [field];
  });
}

/** A setting, or all settings in a mapping, by their dotted names. */
export function settingsIn(
  name: string,
  value: unknown,
): readonly (readonly [name: string, value: unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[name, value]];
  return Object.entries(value).flatMap(([key, own]: [string, unknown]) =>
    settingsIn(name === '' ? key : `${name}.${key}`, own),
  );
}

/** The part of a file with this name; it begins empty. */
export function partOf(
  parts: Map<string, Record<string, unknown>>,
  name: string,
  start: Record<string, unknown> = {},
): Record<string, unknown> {
  const own = parts.get(name) ?? start;
  parts.set(name, own);
  return own;
}

/** Nested mappings, made on the way. */
export function put(root: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  let node = root;
  for (const key of keys.slice(0, -1)) {
    node[key] ??= {};
    node = node[key] as Record<string, unknown>;
  }
  node[keys.at(-1)!] = value;
}

/** Documents of YAML, with a comment before each. */
export function documents(all: readonly (readonly [comment: string, value: unknown])[]): string {
  return all
    .map(([comment, value]) => {
      const head = comment === '' ? '' : `${comment.replace(/^/gm, '# ')}\n`;
      return `${head}${stringify(value, { lineWidth: 0 })}`;
    })
    .join('---\n');
}
