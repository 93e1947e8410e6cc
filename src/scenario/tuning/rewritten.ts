import { scaledText } from '../../contracts/quantities/scaled-text.js';
import { items, get, type Node, type Place, type ScalarNode } from '../located.js';

/** A value with its replacement, and what the comment of its line says from now on. */
export interface Rewrite {
  readonly before: Node;
  readonly after: Node;
  /** `after` as a multiple of `before`: short forms such as `poisson(10/s)` have no node of their own for the rate. */
  readonly factor: number;
  readonly comment: string;
}

/** Words by which a comment calls a value a guess, with what follows up to the next comma. */
const GUESS = /\b(?:guess|assum|estimat)/i;

/**
 * The text of a file with some of its values replaced, and everything else as it is written. The part of a comment that
 * calls the value a guess is replaced; places of other files stay. Values of other files are not in the text.
 */
export function rewritten(text: string, file: string, rewrites: readonly Rewrite[]): string {
  const changes: { readonly at: Place; readonly text: string }[] = [];
  const comments = new Map<number, string[]>();
  for (const { before, after, factor, comment } of rewrites) {
    for (const own of changesOf(before, after)) {
      if (own.before.at.file === file) changes.push(changeIn(text, own, factor));
    }
    if (before.at.file !== file) continue;
    const end = lineEnd(text, before.at.end);
    const known = comments.get(end) ?? [];
    if (!known.includes(comment)) known.push(comment);
    comments.set(end, known);
  }
  for (const [end, words] of comments) {
    const from = lineStart(text, end);
    const line = text.slice(from, end);
    const found = /(?:^|\s)#.*$/.exec(line.replace(/\r$/, ''));
    const start = from + line.slice(0, found?.index).trimEnd().length;
    const kept = found === null ? '' : found[0].trim().slice(1).trim();
    const others = kept.split(', ').filter((part) => part !== '' && !GUESS.test(part));
    const at = { file, start, end };
    changes.push({ at, text: `  # ${[...others, ...words].join(', ')}` });
  }
  return changes
    .sort((a, b) => b.at.start - a.at.start)
    .reduce((all, { at, text: own }) => all.slice(0, at.start) + own + all.slice(at.end), text);
}

interface ChangedScalar {
  readonly before: ScalarNode;
  readonly after: ScalarNode;
}

/** The scalars that differ. */
function changesOf(before: Node, after: Node): readonly ChangedScalar[] {
  if (before === after) return [];
  if (before.type === 'scalar') {
    return after.type === 'scalar' && before.value !== after.value ? [{ before, after }] : [];
  }
  if (before.type === 'list') {
    const others = items(after);
    return before.items.flatMap((item, k) => changesOf(item, others[k] ?? item));
  }
  return [...before.entries].flatMap(([key, { value }]) =>
    changesOf(value, get(after, key) ?? value),
  );
}

/** The new text at the place of a scalar, in the quotes and the form of the old one. */
function changeIn(
  text: string,
  { before: { at, value: old }, after: { value } }: ChangedScalar,
  factor: number,
): { readonly at: Place; readonly text: string } {
  const raw = text.slice(at.start, at.end);
  const quote = /^(["']).*\1$/s.exec(raw)?.[1] ?? '';
  const inner = quote === '' ? raw : raw.slice(1, -1);
  const isWhole = inner === String(old) || Number(inner) === old;
  const own = isWhole ? String(value) : (scaledText(inner, factor) ?? String(value));
  return { at, text: `${quote}${own}${quote}` };
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
