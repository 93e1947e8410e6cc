import { oneLine, visible } from '../../text/line.js';

/** Text that is already markup. All other text is escaped on its way into a page. */
export interface Markup {
  readonly markup: string;
}

/**
 * Values for a template: text is escaped, markup passes unchanged, lists are joined, null and false print nothing.
 */
export type Part = Markup | string | number | null | undefined | false | readonly Part[];

/**
 * Template tag for HTML and SVG: every interpolated text is escaped, for element text and for quoted attributes alike.
 * A line break of the template, with the spaces around it, is one space; `<pre>` and `<script>` stay on one line.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const pieces = piecesOf(strings);
  let text = pieces[0]!;
  for (let i = 0; i < parts.length; i++) text += render(parts[i]) + pieces[i + 1]!;
  return { markup: text };
}

/** Declares text to be markup; only for strings that this program built itself. */
export function raw(text: string): Markup {
  return { markup: text };
}

/** Markup of a part, escaped where it is text. */
export function render(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  if (isList(part)) return part.map(render).join('');
  return part.markup;
}

/** The bracket comes first, so that a long word is read once and not from each of its letters. */
const ESCAPED = /[&<>"']|\[(?<=##\w*\[)/g;

/** Escapes text for element content and quoted attributes, hidden characters made visible. */
export function escapeText(text: string): string {
  return visible(text).replace(ESCAPED, (c) => ENTITIES[c]!);
}

/** Shortens a label to a number of characters, with an ellipsis in the middle; both ends are kept. */
export function shorten(text: string, limit: number): string {
  const characters = Array.from(oneLine(text));
  if (characters.length <= limit) return characters.join('');
  const tail = Math.floor((limit - 1) / 3);
  const head = limit - 1 - tail;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

/** Shortens a text to a number of characters; the beginning is kept. */
export function cut(text: string, limit: number): string {
  const characters = Array.from(oneLine(text));
  return characters.length <= limit
    ? characters.join('')
    : `${characters.slice(0, limit - 1).join('')}…`;
}

/** A template's own text without the line breaks of its source, computed once. */
function piecesOf(strings: TemplateStringsArray): readonly string[] {
  const known = PIECES.get(strings);
  if (known !== undefined) return known;
  const pieces = strings.map((text) => text.replace(/[ \t]*\n\s*/g, ' ').replace(/ (?=\/?>)/g, ''));
  PIECES.set(strings, pieces);
  return pieces;
}

const PIECES = new WeakMap<TemplateStringsArray, readonly string[]>();

function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // A document on standard output is in a log: `##[error]` is a command there.
  '[': '&#91;',
};
