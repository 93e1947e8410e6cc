import type { Cell } from '../../cell.js';

/** Variables of `.env` files, the last value of a name. */
export type Variables = ReadonlyMap<string, Cell>;

/** A text with its variables put in. */
export interface Resolved {
  readonly text: string;
  /** Where the text and the variables in it come from. */
  readonly origins: readonly Cell[];
  /** Variables without a value and without a default. */
  readonly missing: readonly string[];
}

const NESTING_MAX = 8;
const TEXT_MAX = 4096;

/**
 * Puts variables in as Docker Compose does: `$NAME`, `${NAME}` with `:-`, `-`, `:+`, `+`, `:?`, `?`, and `$$`. `unset`: what a variable
 * without a value is, which is nothing in Docker Compose.
 * Source: docs.docker.com/reference/compose-file/interpolation.
 */
export function resolve(
  cell: Cell,
  variables: Variables,
  unset: (name: string) => string = () => '',
): Resolved {
  const origins = new Set<Cell>([cell]);
  const missing = new Set<string>();
  const valueOf = (name: string, depth: number): string | undefined => {
    const found = variables.get(name);
    if (found === undefined) return undefined;
    origins.add(found);
    return fill(found.text() ?? '', depth + 1);
  };
  const fill = (text: string, depth: number): string =>
    depth > NESTING_MAX
      ? ''
      : replaceAll(text.slice(0, TEXT_MAX), (name, operator, word) => {
          const value = valueOf(name, depth);
          const isSet = value !== undefined && (value !== '' || !operator.startsWith(':'));
          if (operator.endsWith('+')) return isSet ? fill(word, depth + 1) : '';
          if (isSet) return value;
          if (operator.endsWith('-')) return fill(word, depth + 1);
          missing.add(name);
          return unset(name);
        });
  const text = fill(cell.text() ?? '', 0);
  return { text, origins: [...origins], missing: [...missing] };
}

function replaceAll(
  text: string,
  valueOf: (name: string, operator: string, word: string) => string,
): string {
  let filled = '';
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const plain = /^\$(?:(\$)|([A-Za-z_]\w*))/.exec(rest);
    if (plain !== null) {
      filled += plain[1] ?? valueOf(plain[2]!, '', '');
      at += plain[0].length;
      continue;
    }
    const end = rest.startsWith('${') ? closing(rest) : -1;
    const braced = /^([A-Za-z_]\w*)(?:(:?[-+?])([\s\S]*))?$/.exec(rest.slice(2, Math.max(2, end)));
    if (end < 0 || braced === null) {
      filled += rest[0]!;
      at++;
      continue;
    }
    filled += valueOf(braced[1]!, braced[2] ?? '', braced[3] ?? '');
    at += end + 1;
  }
  return filled;
}

/** Index of the brace that closes the first one; -1 = none does. */
function closing(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '{') depth++;
    else if (text[index] === '}' && --depth === 0) return index;
  }
  return -1;
}
