/** A value that `JSON.parse` gave, of unknown shape. */
export type Json = unknown;

/** An own property of an object; undefined for everything else, also for inherited names. */
export function at(value: Json, key: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as { readonly [key: string]: Json })[key] : undefined;
}

/** The elements of a list; none for everything else. */
export function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** A text; a number or a truth value as its text; '' for everything else. */
export function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Id in lower case, hexadecimal, without leading zeros: exporters pad it differently. '' = none. */
export function idOf(value: Json): string {
  const text = textOf(value);
  const hex = BASE64_ID.test(text) ? hexOf(text) : text.toLowerCase();
  let from = 0;
  while (from < hex.length && hex.charCodeAt(from) === 48) from++;
  return hex.slice(from);
}

/** Ids of 8 or 16 bytes in base64, as protobuf writes bytes in JSON. */
const BASE64_ID = /^(?:[A-Za-z0-9+/_-]{11}=|[A-Za-z0-9+/_-]{22}==)$/;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function hexOf(base64: string): string {
  let hex = '';
  let bits = 0;
  let held = 0;
  for (const digit of base64.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')) {
    bits = ((bits << 6) | DIGITS.indexOf(digit)) & 0xfff;
    held += 6;
    while (held >= 4 && hex.length < 32) {
      held -= 4;
      hex += ((bits >> held) & 15).toString(16);
    }
  }
  return base64.length === 12 ? hex.slice(0, 16) : hex;
}
