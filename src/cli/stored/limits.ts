import { FILE_BYTES_MAX } from '../../scenario/guards.js';
import { placeOf } from './problem.js';

/** Largest file of its own that the program reads back. Unit: bytes. */
export const STORED_BYTES_MAX = 256 * 1024 * 1024;
/** Deepest nesting: a scenario has 64 levels, and a patch of a variant quotes them at level 6. */
const DEPTH_MAX = 100;
/** Most entries of a list. The largest runs record about 10,000 events. */
const ENTRIES_MAX = 1_000_000;
/** Longest text: all texts come from a scenario. Unit: UTF-16 code units. */
const TEXT_MAX = FILE_BYTES_MAX;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether the brackets of a JSON text are nested too deep, which is known before it is parsed. Code that walks over a value
 * may then call itself.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = endOfText(text, i);
    else if (unit === 0x5b || unit === 0x7b) depth++;
    else if (unit === 0x5d || unit === 0x7d) depth--;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

export const TOO_DEEP = `has values that are nested more than ${DEPTH_MAX} deep`;

/** Index of the quote that ends the text which begins at `from`. */
function endOfText(text: string, from: number): number {
  let i = from + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) {
    i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  }
  return i;
}

/** The first value that no run writes because of its size, in words; null if there is none. */
export function sizeProblem(root: unknown): string | null {
  const place: (string | number)[] = [];
  const visit = (value: unknown): string | null => {
    const problem = ownProblem(value);
    if (problem !== null || typeof value !== 'object' || value === null) return problem;
    const parts: Iterable<[string | number, unknown]> = Array.isArray(value)
      ? value.entries()
      : Object.entries(value);
    for (const [key, part] of parts) {
      place.push(key);
      const inner = visit(part);
      if (inner !== null) return inner;
      place.pop();
    }
    return null;
  };
  const problem = visit(root);
  return problem === null ? null : `${placeOf(place)} ${problem}`;
}

function ownProblem(value: unknown): string | null {
  if (typeof value === 'string' && value.length > TEXT_MAX) {
    return `has ${value.length} characters; at most ${TEXT_MAX} are allowed`;
  }
  // JSON may write a number beyond the largest one, such as 1e999.
  if (typeof value === 'number' && !Number.isFinite(value)) return 'is not a finite number';
  if (!Array.isArray(value) || value.length <= ENTRIES_MAX) return null;
  return `has ${value.length} entries; at most ${ENTRIES_MAX} are allowed`;
}
