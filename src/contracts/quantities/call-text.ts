import { QUANTITY_TEXT_MAX, QuantityError, show } from './quantity-text.js';

/** Parsed arguments of `kind(a b c=d 80%=e)`: positional, named and weighted. */
export interface CallText {
  readonly kind: string;
  readonly positional: readonly (string | number)[];
  readonly named: ReadonlyMap<string, string | number>;
  /** Arguments whose name is a percentage, in the order written. */
  readonly weighted: readonly (readonly [share: string, value: string | number])[];
}

const HEAD = /^([A-Za-z][A-Za-z0-9]*)\(/;
const NAMED = /^([A-Za-z][A-Za-z0-9]*|\d+(?:\.\d+)?%) ?= ?(.+)$/s;
const NUMERIC = /^-?\d+(?:\.\d+)?$/;
/** Deepest nesting of parentheses that is parsed. */
const DEPTH_MAX = 8;

/**
 * Parses text such as `lognormal(p50=8ms p99=60ms)`. Arguments are separated by spaces, or by commas where
 * YAML allows them. Returns null for text without an opening parenthesis after a word. Throws QuantityError.
 */
export function parseCallText(input: string, example: (kind: string) => string): CallText | null {
  const text = input.trim();
  const head = HEAD.exec(text);
  if (head === null) return null;
  const kind = head[1];
  if (text.length > QUANTITY_TEXT_MAX) {
    throw new QuantityError(`${kind}( ... ) is longer than ${QUANTITY_TEXT_MAX} characters`);
  }
  const close = closing(text, kind.length);
  if (close < 0) {
    throw new QuantityError(`a comma inside { } ends the value: write ${example(kind)}`);
  }
  if (close !== text.length - 1) {
    throw new QuantityError(
      `unexpected ${show(text.slice(close + 1))} after the closing parenthesis`,
    );
  }
  return sort(kind, split(text.slice(kind.length + 1, close)));
}

function sort(kind: string, parts: readonly string[]): CallText {
  const positional: (string | number)[] = [];
  const named = new Map<string, string | number>();
  const weighted: (readonly [string, string | number])[] = [];
  for (const part of parts) {
    const match = NAMED.exec(part);
    if (match === null) positional.push(scalar(part));
    else if (match[1].endsWith('%')) weighted.push([match[1], scalar(match[2])]);
    else if (named.has(match[1])) throw new QuantityError(`${kind}: ${match[1]} is given twice`);
    else named.set(match[1], scalar(match[2]));
  }
  return { kind, positional, named, weighted };
}

function scalar(text: string): string | number {
  return NUMERIC.test(text) ? Number(text) : text;
}

/** Index of the parenthesis that closes the one at `from`, or -1. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '(') {
      if (++depth > DEPTH_MAX) throw new QuantityError('parentheses are nested too deeply');
    } else if (text[i] === ')' && --depth === 0) return i;
  }
  return -1;
}

/** Splits at spaces and commas outside parentheses; spaces around `=` do not split. */
function split(text: string): string[] {
  const parts: string[] = [];
  const joined = text.replace(/ *= */g, '=');
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= joined.length; i++) {
    const char = joined[i];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (i === joined.length || (depth === 0 && /[\s,]/.test(char))) {
      if (i > start) parts.push(joined.slice(start, i));
      start = i + 1;
    }
  }
  return parts;
}
