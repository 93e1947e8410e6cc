declare const isOneLine: unique symbol;
declare const areWholeLines: unique symbol;

/** A text on one line, without characters that are invisible, move the cursor or turn the writing direction. */
export type Line = string & { readonly [isOneLine]: true };

/** Whole lines of output, each with its end. No text inside a line can begin another one. */
export type Lines = string & { readonly [areWholeLines]: true };

/** The same value, of which every text is on one line. */
export type OneLine<T> = T extends string
  ? string extends T
    ? Line
    : T
  : T extends number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: OneLine<T[K]> };

/**
 * The text on one line: white space with a line end or a tab in it becomes one space, or nothing at the ends of the
 * text. Other white space keeps its width. This is the only definition of one line in the program.
 */
export function oneLine(text: string): Line {
  return visible(folded(text)) as Line;
}

/** Lines of output, one for each text, with colours. */
export function asLines(texts: readonly string[]): Lines {
  return texts.map((text) => `${visible(folded(text), true)}\n`).join('') as Lines;
}

/** Lines of output from a text that has several of them by its nature, such as a reference page or a stack. */
export function splitLines(text: string): Lines {
  return asLines(text.replace(/\n$/, '').split('\n'));
}

/**
 * The value with every text in it on one line, names of fields included: a result document may come from a file, and
 * its texts are those of its author. Parts without such a text are the same objects as before. A document is searched
 * once, for all of its reports.
 */
export function oneLineTexts<T extends object>(value: T): OneLine<T> {
  const known = SEARCHED.get(value);
  if (known !== undefined) return known as OneLine<T>;
  const found = inside(value) as OneLine<T>;
  SEARCHED.set(value, found as object);
  return found;
}

/** By document, which nothing changes: itself with all texts on one line. */
const SEARCHED = new WeakMap<object, object>();

/**
 * Control, bidirectional and invisible characters as `\u202e`, so that no text can hide or reorder another one. Line
 * feeds and tabs stay; `hasColors`: colour sequences, too.
 */
export function visible(text: string, hasColors = false): string {
  if (!SUSPECT.test(text)) return text;
  return text.replace(hasColors ? HIDDEN_NOT_COLOR : HIDDEN, (found) =>
    found.length > 1 ? found : escape(found),
  );
}

/** The same for texts that quote a source exactly: line ends and tabs are escaped, too. */
export function escaped(text: string): string {
  return visible(text).replace(/[\t\n\v\f\r\u0085\u2028\u2029]/g, escape);
}

/** The text with one character for each, so that a caret below it stays in position. */
export function masked(text: string): string {
  return text.replace(/[\t\n]/g, ' ').replace(HIDDEN, '\u00b7');
}

/**
 * Lines that no CI system takes for a command. GitHub runs `::error::` after any white space at the beginning of a
 * line, and `##[group]` anywhere; Azure Pipelines and TeamCity run `##vso[` and `##teamcity[`. A backslash ends that
 * and can be read. The runners ignore characters without width when they compare, and so does this.
 */
export function harmless(text: string): string {
  if (!COMMAND.test(text)) return text;
  return text
    .split('\n')
    .map((each) => each.replace(AT_START, '$1\\::').replace(ANYWHERE, '$1\\['))
    .join('\n');
}

const COMMAND = /:\p{DI}*:|#\p{DI}*#/u;
// eslint-disable-next-line no-control-regex
const AT_START = /^((?:[\s\p{DI}]|\u001b\[[0-9;]*m)*):\p{DI}*:/u;
const ANYWHERE = /(#\p{DI}*#[\p{DI}\w]*)\[/gu;

/** Without line ends and tabs. */
function folded(text: string): string {
  if (!BREAK.test(text)) return text;
  return text.replace(/[\s\u0085]+/g, (space, at: number) => {
    if (!BREAK.test(space)) return space;
    return at === 0 || at + space.length === text.length ? '' : ' ';
  });
}

const BREAK = /[\t\n\v\f\r\u0085\u2028\u2029]/;

function inside(value: unknown): unknown {
  if (typeof value === 'string') return plainOrFolded(value);
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? insideList(value) : insideFields(value);
}

function insideList(list: readonly unknown[]): readonly unknown[] {
  let made: unknown[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const own = list[i];
    // Almost everything in a result is a number of a series.
    if (typeof own === 'number' || own === null) continue;
    const one = inside(own);
    if (one !== own) (made ??= list.slice())[i] = one;
  }
  return made ?? list;
}

function insideFields(fields: object): object {
  const names = Object.keys(fields);
  const own = fields as Readonly<Record<string, unknown>>;
  let made: [string, unknown][] | null = null;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const before = own[name];
    const line = plainOrFolded(name);
    const field = typeof before === 'number' || before === null ? before : inside(before);
    if (made === null && (line !== name || field !== before)) {
      made = names.slice(0, i).map((each) => [each, own[each]]);
    }
    made?.push([line, field]);
  }
  return made === null ? fields : Object.fromEntries(made);
}

/** Almost all texts of a result are names, on which one test is enough. */
function plainOrFolded(text: string): string {
  return PLAIN.test(text) ? text : oneLine(text);
}

const PLAIN = /^[ -~]*$/;

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** C0 without tab and line feed, DEL, C1, zero width, line separators, bidi controls, lone surrogates and the like. */
const CLASS =
  String.raw`[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]` +
  String.raw`|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]`;
const SUSPECT = new RegExp(CLASS);
const HIDDEN = new RegExp(CLASS, 'g');
const HIDDEN_NOT_COLOR = new RegExp(String.raw`\u001b\[[0-9;]*m|${CLASS}`, 'g');
