import type { Code } from './codes.js';

/** Largest size of a file in bytes of UTF-8. */
export const FILE_BYTES_MAX = 4 * 1024 * 1024;
/** Deepest nesting of values. */
export const DEPTH_MAX = 64;
/** Largest number of values in a file. Each use of an alias counts in full. */
export const NODES_MAX = 100_000;
/** Nesting at which a text is rejected before it is parsed. The check is an estimate. */
const ROUGH_DEPTH_MAX = 512;

// eslint-disable-next-line no-control-regex
const BAD_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Why a text is rejected before it is parsed. */
export interface Refusal {
  readonly code: Code;
  readonly offset: number;
  readonly message: string;
}

/** Rejects text that could harm a parser, a terminal or a file, by size, characters or nesting. */
export function guardText(source: string): Refusal | null {
  if (source.length > FILE_BYTES_MAX || utf8Length(source) > FILE_BYTES_MAX) {
    return { code: 'FL102', offset: 0, message: 'the file is larger than 4 MiB' };
  }
  const bad = badCharacter(source);
  if (bad !== null) return { code: 'FL103', ...bad };
  const deep = roughDepth(source);
  if (deep >= 0) {
    return {
      code: 'FL104',
      offset: deep,
      message: `values are nested more than ${DEPTH_MAX} deep`,
    };
  }
  return null;
}

/** The first invalid character of a text, including characters from escapes. */
export function badCharacter(text: string): { offset: number; message: string } | null {
  const control = BAD_CHARACTER.exec(text);
  if (control !== null) {
    const hex = control[0].charCodeAt(0).toString(16).padStart(4, '0').toUpperCase();
    return { offset: control.index, message: `the control character U+${hex} is not allowed` };
  }
  const lone = LONE_SURROGATE.exec(text);
  return lone === null
    ? null
    : { offset: lone.index, message: 'half a surrogate pair is not a character' };
}

function utf8Length(source: string): number {
  let bytes = 0;
  for (let i = 0; i < source.length; i++) {
    const unit = source.charCodeAt(i);
    // Each half of a surrogate pair counts 2 bytes; the pair has 4.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}

/** Offset at which the nesting is certainly too deep, or -1. Ignores quotes: counting too much is safe. */
function roughDepth(source: string): number {
  const indents: number[] = [];
  let brackets = 0;
  let offset = 0;
  for (const line of source.split('\n')) {
    let i = 0;
    let dashes = 0;
    while (
      line[i] === ' ' ||
      line[i] === '\t' ||
      ((line[i] === '-' || line[i] === '?') && /[\s]/.test(line[i + 1] ?? ' '))
    ) {
      if (line[i] === '-' || line[i] === '?') dashes++;
      i++;
    }
    if (i < line.length && line[i] !== '#') {
      while (indents.length > 0 && indents[indents.length - 1] >= i) indents.pop();
      indents.push(i);
    }
    for (let j = i; j < line.length; j++) {
      const char = line[j];
      if (char === '[' || char === '{') brackets++;
      else if ((char === ']' || char === '}') && brackets > 0) brackets--;
      if (brackets > ROUGH_DEPTH_MAX) return offset + j;
    }
    if (indents.length + dashes > ROUGH_DEPTH_MAX) return offset + i;
    offset += line.length + 1;
  }
  return -1;
}
