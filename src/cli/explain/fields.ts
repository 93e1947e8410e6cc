import { UNITS, nameOf, plainText, quantityText, type Unit } from './values.js';

type PlainWord = 'always' | 'hidden' | 'ifSet' | 'ifGiven' | Unit;
/**
 * How a section prints a field: always, never, only if it is set, only if it is not null (`ifGiven`, or a unit that its
 * name does not show), or by a function, where null omits it.
 */
export type Word<T, V> = PlainWord | ((value: V, own: T) => string | null);
export type Words<T> = { readonly [K in keyof T]?: Word<T, T[K]> };

/** Texts of default values, which need not be shown. */
const NEUTRAL = /^(none|unlimited|false|0(s|B|%|\/s)?|\[\]|\{\}|)$/;
/** Fields without an effect on a run. */
const FOR_READERS: ReadonlySet<PropertyKey> = new Set(['name', 'title', 'description', 'critical']);

/** `sqs, visibilityTimeout: 30s, fifo: false`: the kind, then the other fields, as they are written in YAML. */
export function fieldsText<T extends object>(
  own: T,
  words: Words<T> = {},
  usual: PlainWord = 'always',
): string {
  const keys = (Object.keys(own) as (keyof T & string)[]).filter((key) => !FOR_READERS.has(key));
  return [...keys.filter((key) => key === 'kind'), ...keys.filter((key) => key !== 'kind')]
    .flatMap((key) => {
      const text = valueOf(own, key, words[key] ?? usual, usual);
      return text === null ? [] : [key === 'kind' ? text : `${nameOf(key)}: ${text}`];
    })
    .join(', ');
}

/** Only the fields that are set, and those printed by a function. */
export function setFieldsText<T extends object>(own: T, words: Words<T> = {}): string {
  return fieldsText(own, words, 'ifSet');
}

function valueOf<T extends object, K extends keyof T & string>(
  own: T,
  key: K,
  word: Word<T, T[K]>,
  usual: PlainWord,
): string | null {
  const value: unknown = own[key];
  if (typeof word === 'function') return word(own[key], own);
  if (word === 'hidden' || value === undefined) return null;
  const unit = UNITS.find((one) => one === word);
  if (value === null && (word === 'ifGiven' || unit !== undefined)) return null;
  const text = unit === undefined ? plainText(value, key) : quantityText(value, unit);
  return (unit === undefined ? word : usual) === 'ifSet' && NEUTRAL.test(text) ? null : text;
}

/** A group of fields inside a line. */
export function braced(text: string): string | null {
  return text === '' ? null : `{ ${text} }`;
}

/** `100 codel { target: 5ms }`: the values of the first fields, then the names of the others that are set. */
export function leadText<T extends object>(
  own: T,
  first: readonly (keyof T)[],
  words: Words<T> = {},
): string {
  const hidden = Object.fromEntries(first.map((key) => [key, 'hidden']));
  const rest = braced(setFieldsText(own, { ...words, ...hidden }));
  return [...first.map((key) => plainText(own[key])), ...(rest === null ? [] : [rest])].join(' ');
}

type Names<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Names<Rest> : S;

/** One word for several fields, whose names are separated by spaces. */
export function all<W extends PlainWord, const S extends string>(
  word: W,
  names: S,
): Readonly<Record<Names<S>, W>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, word])) as Record<Names<S>, W>;
}
