import { UNITS, nameOf, plainText, quantityText } from './values.js';
import type { Unit } from './values.js';

/**
 * How a section prints a field: always, never, only if it is set, only if it is not null (`ifGiven`, or a unit that
 * its name does not show), or in words of its own, where null leaves it out.
 */
export type Word<T, V> =
  ('always' | 'hidden' | 'ifSet' | 'ifGiven') | Unit | ((value: V, own: T) => string | null);
export type Words<T> = { readonly [K in keyof T]?: Word<T, T[K]> };

/** Values that a field has while nothing is written. */
const NEUTRAL = new Set([
  'none',
  'unlimited',
  'false',
  '0',
  '0s',
  '0B',
  '0/s',
  '0%',
  '',
  '[]',
  '{}',
]);
/** Fields without an effect on a run. */
const FOR_READERS: ReadonlySet<PropertyKey> = new Set(['name', 'title', 'description', 'critical']);

/** `sqs, visibilityTimeout: 30s, fifo: false`: the kind, then the other fields, as they are written in YAML. */
export function fieldsText<T extends object>(
  own: T,
  words: Words<T> = {},
  usual?: 'ifSet',
): string {
  const keys = (Object.keys(own) as (keyof T & string)[]).filter((key) => !FOR_READERS.has(key));
  return [...keys.filter((key) => key === 'kind'), ...keys.filter((key) => key !== 'kind')]
    .flatMap((key) => {
      const text = valueOf(own, key, words[key], usual);
      return text === null ? [] : [key === 'kind' ? text : `${nameOf(key)}: ${text}`];
    })
    .join(', ');
}

/** Only the fields that are set, besides those with words of their own. */
export function setFieldsText<T extends object>(own: T, words: Words<T> = {}): string {
  return fieldsText(own, words, 'ifSet');
}

/** A group of fields inside a line. */
export function braced(text: string): string | null {
  return text === '' ? null : `{ ${text} }`;
}

/** `codel { target: 5ms }`: a kind, with the fields that it has. */
export function kindText(kind: string, fields: string): string {
  return fields === '' ? kind : `${kind} { ${fields} }`;
}

/** One word for several fields. */
export function all<
  K extends string,
  W extends Exclude<Word<never, never>, (...args: never) => unknown>,
>(word: W, ...names: readonly K[]): Readonly<Record<K, W>> {
  return Object.fromEntries(names.map((name) => [name, word])) as Record<K, W>;
}

function valueOf<T extends object, K extends keyof T & string>(
  own: T,
  key: K,
  word: Word<T, T[K]> | undefined,
  usual: 'ifSet' | undefined,
): string | null {
  const value: unknown = own[key];
  if (typeof word === 'function') return word(own[key], own);
  if (word === 'hidden' || value === undefined) return null;
  const unit = UNITS.find((one) => one === word);
  if (value === null && (word === 'ifGiven' || unit !== undefined)) return null;
  const text = unit === undefined ? plainText(value, key) : quantityText(value, unit);
  const needed = word === undefined || unit !== undefined ? usual : word;
  return needed === 'ifSet' && NEUTRAL.has(text) ? null : text;
}
