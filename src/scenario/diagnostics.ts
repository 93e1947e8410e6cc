import { escaped, masked } from '../text/line.js';
import type { Code } from './codes.js';
import { pathText, type PathKey, type Place } from './located.js';
import { meant, wordFor } from './suggest.js';
import { caution } from './synonyms.js';

export type Severity = 'error' | 'warning';

/** A place in a file. Lines and columns count from 1. */
export interface Spot {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly endCol: number;
  /** The line of the place and the one before it; null if the file could not be read. */
  readonly frame: { readonly firstLine: number; readonly lines: readonly string[] } | null;
}

/** One problem of a scenario, ready to be shown or printed as JSON. */
export interface Diagnostic extends Spot {
  readonly code: Code;
  readonly severity: Severity;
  /** Path in the long form; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly found?: string;
  readonly allowed?: readonly string[];
  readonly suggestion?: string;
}

/** A message with the layout of a diagnostic. Later layers use it with codes of their own. */
export type Shown = Omit<Diagnostic, 'code'> & { readonly code: string };

/** A problem as it is raised. Its place is an offset, which is converted to a line later. */
export interface Problem {
  readonly code: Code;
  readonly severity?: Severity;
  readonly at: Place;
  readonly path: readonly PathKey[];
  readonly message: string;
  /** The wrong word and the valid ones, to suggest the nearest. */
  readonly found?: string;
  readonly allowed?: readonly string[];
}

/** Largest number of problems that are shown. More of them rarely help. */
const PROBLEMS_MAX = 100;

/** The text of a file, and the offsets at which its lines start. */
interface Source {
  readonly text: string;
  readonly starts: readonly number[];
}

/** The name of the command line where a message needs that of a file. */
export const COMMAND_LINE = '--set';

function isOption(file: string): boolean {
  return file === COMMAND_LINE || file.startsWith(`${COMMAND_LINE} #`);
}

/** Whether a text is one short line of an option: its name says where. */
function isOneLine(file: string): boolean {
  return /^--(as|set #\d+)$/.test(file);
}

function placeKey({ file, start, end }: Place): string {
  return `${file} ${start} ${end}`;
}

/** A remark about a setting that is accepted. */
interface Note {
  readonly at: Place;
  readonly text: string;
}

/** Collects problems. A problem that several variants or uses raise is kept once. */
export class Problems {
  private readonly byKey = new Map<string, Problem>();
  /** Exact places of the problems. */
  private readonly places = new Set<string>();
  private readonly sources = new Map<string, Source>();
  /** Remarks about settings that are accepted, by place and text. */
  private readonly remarks: Map<string, Note>;
  /** Problems of the file as a whole. */
  private readonly common: Problems | null;

  constructor(common: Problems | null = null) {
    this.common = common;
    this.remarks = common?.remarks ?? new Map<string, Note>();
  }

  /** Remarks on a setting that is accepted. The variants and the file share their remarks. */
  note(at: Place, text: string): void {
    const key = `${at.file} ${at.start} ${text}`;
    if (!this.remarks.has(key)) this.remarks.set(key, { at, text });
  }

  /** The remarks on settings of files. */
  notes(): readonly string[] {
    return this.noteTexts(({ file }) => !isOption(file));
  }

  /** The remarks on `--set`. */
  notesOnEdits(): readonly string[] {
    return this.noteTexts(({ file }) => isOption(file));
  }

  /** Remarks as `file:line:col TEXT`, in the order of the file. One that many places have is one text. */
  private noteTexts(isWanted: (at: Place) => boolean): readonly string[] {
    const byText = new Map<string, string[]>();
    for (const { at, text } of this.sortedNotes()) {
      if (!isWanted(at)) continue;
      const known = byText.get(text);
      if (known === undefined) byText.set(text, [this.placeText(at)]);
      else known.push(this.placeText(at));
    }
    return [...byText].map(([text, [first, ...others]]) => {
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      return `${first}${more} ${text}`;
    });
  }

  private sortedNotes(): readonly Note[] {
    return [...this.remarks.values()].sort((a, b) =>
      a.at.file < b.at.file ? -1 : a.at.file > b.at.file ? 1 : a.at.start - b.at.start,
    );
  }

  /** An empty collection for one variant, with the same files. */
  forVariant(): Problems {
    const own = new Problems(this);
    for (const [file, source] of this.sources) own.sources.set(file, source);
    return own;
  }

  /** `file:line:col` of a place; the option alone, which is one short line. */
  placeText(at: Place): string {
    if (isOneLine(at.file)) return `${at.file}:`;
    const before = (this.sources.get(at.file)?.text ?? '').slice(0, at.start).split('\n');
    return `${at.file}:${before.length}:${before[before.length - 1].length + 1}`;
  }

  /** A place with its line, for display. */
  spot(at: Place): Spot {
    const source = this.sources.get(at.file);
    return spotOf(at, source?.text, source?.starts);
  }

  /** The comment at the end of the line of a place; '' if there is none. */
  comment(at: Place): string {
    const line = /^[^\n]*/.exec((this.sources.get(at.file)?.text ?? '').slice(at.end))![0];
    return /(?:^|\s)#\s*(.*)$/.exec(line)?.[1] ?? '';
  }

  /** Registers the text of a file, to find lines and show frames. */
  source(file: string, text: string): void {
    this.sources.set(file, { text, starts: startsOf(text) });
  }

  add(problem: Problem): void {
    const { at } = problem;
    const key = `${problem.code} ${at.file} ${at.start} ${problem.message}`;
    const old = this.byKey.get(key);
    this.places.add(placeKey(at));
    if (old === undefined || problem.path.length < old.path.length) this.byKey.set(key, problem);
  }

  /** Whether this exact place has a problem. */
  knows(at: Place): boolean {
    return this.places.has(placeKey(at)) || (this.common?.knows(at) ?? false);
  }

  get hasErrors(): boolean {
    return [...this.byKey.values()].some((problem) => problem.severity !== 'warning');
  }

  get all(): readonly Problem[] {
    return [...this.byKey.values()];
  }

  /** All problems sorted by place, at most PROBLEMS_MAX; `first` is the file to list first. */
  diagnostics(first: string): Diagnostic[] {
    const sorted = [...this.byKey.values()]
      .sort((a, b) => compare(a, b, first))
      .slice(0, PROBLEMS_MAX);
    return sorted.map((problem) => {
      const source = this.sources.get(problem.at.file);
      return toDiagnostic(problem, source?.text, source?.starts);
    });
  }
}

/**
 * The text of all problems. Entries of one list that make the same mistake share a message: the first one is shown, the
 * others are places below it.
 */
export function formatDiagnostics(problems: readonly Shown[]): string {
  const byMistake = new Map<string, Shown[]>();
  for (const problem of problems) {
    const { file, code, path, message, suggestion = '' } = problem;
    const list = path.replace(/\[\d+\]/g, '[]');
    // Elsewhere the same words at two places are two mistakes.
    const owner = list === path ? `${problem.line}:${problem.col}` : '';
    const key = JSON.stringify([file, code, list, owner, message, suggestion]);
    const known = byMistake.get(key);
    if (known === undefined) byMistake.set(key, [problem]);
    else known.push(problem);
  }
  return [...byMistake.values()]
    .map(([first, ...others]) => formatDiagnostic(first) + alsoAt(others))
    .join('\n');
}

/** Places of the same mistake that are named. */
const PLACES_NAMED = 5;

function alsoAt(others: readonly Shown[]): string {
  if (others.length === 0) return '';
  const places = others.slice(0, PLACES_NAMED).map(({ line, col }) => `${line}:${col}`);
  const more = others.length - places.length;
  const rest = more > 0 ? ` and ${more} more places` : '';
  return `\n  the same at ${places.join(', ')}${rest}`;
}

/** `file:line:col FLnnn path: message`, then the line with a caret. Control characters are escaped. */
export function formatDiagnostic(diagnostic: Shown): string {
  const { file, line, col, code, path, message, severity, frame } = diagnostic;
  const kind = severity === 'warning' ? ' warning' : '';
  // The frame shows the single short line of an option.
  const where = isOneLine(file) ? `${file}:` : `${file}:${line}:${col}`;
  const head = `${where}${kind} ${code} ${path === '' ? '' : `${path}: `}${message}`;
  const lines = [escaped(head)];
  if (diagnostic.suggestion !== undefined) {
    lines[0] += escaped(` (${suggestionText(diagnostic)})`);
  }
  if (frame !== null) lines.push(...frameLines(diagnostic, frame));
  const allowed = allowedText(diagnostic);
  // The valid names of a path are those in the file, although others could be added.
  const label = code === 'FL302' ? 'there is' : 'allowed';
  if (allowed !== null) lines.push(escaped(`  ${label}: ${allowed}`));
  return lines.join('\n');
}

function suggestionText({ found = '', suggestion = '' }: Shown): string {
  const note = caution(found, suggestion);
  const text = `did you mean ${JSON.stringify(suggestion)}?`;
  return note === undefined ? text : `${text} ${note}`;
}

/** Problems whose `allowed` are words of the language instead of names in the scenario. */
const OF_THE_LANGUAGE: ReadonlySet<Code> = new Set<Code>([
  'FL201',
  'FL205',
  'FL206',
  'FL501',
  'FL502',
]);

/** Of longer lists, this many entries are shown, and the number of the rest. All sections of a scenario fit. */
const ALLOWED_SHOWN = 30;

/** The list of valid words, unless the message or the suggestion already has them; then null. */
function allowedText({ allowed, suggestion, message }: Shown): string | null {
  if (allowed === undefined || allowed.length === 0 || suggestion !== undefined) return null;
  if (allowed.slice(0, 2).every((name) => message.includes(name))) return null;
  const more = allowed.length - ALLOWED_SHOWN;
  const shown = [...allowed].sort().slice(0, ALLOWED_SHOWN).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** The line of a place with a caret below it; empty if the file could not be read. */
export function codeFrame(spot: Spot): readonly string[] {
  return spot.frame === null ? [] : frameLines(spot, spot.frame);
}

/** Largest number of columns shown of a source line. */
const FRAME_WIDTH = 120;

function frameLines(d: Spot, frame: NonNullable<Spot['frame']>): string[] {
  const gutter = String(frame.firstLine + frame.lines.length - 1).length;
  const cut = Math.max(0, d.col - 1 - (FRAME_WIDTH - 40));
  const shown = frame.lines.flatMap((text, index) => {
    // If the line is cut at its start, its neighbour would show unrelated text.
    if (cut > 0 && frame.firstLine + index !== d.line) return [];
    const number = String(frame.firstLine + index).padStart(gutter);
    const mark = frame.firstLine + index === d.line ? '>' : ' ';
    return [`${mark} ${number} | ${masked(text.slice(cut, cut + FRAME_WIDTH))}`.trimEnd()];
  });
  const width = Math.max(1, Math.min(d.endCol, cut + FRAME_WIDTH + 1) - d.col);
  shown.push(`  ${' '.repeat(gutter)} | ${' '.repeat(d.col - 1 - cut)}${'^'.repeat(width)}`);
  return shown;
}

function toDiagnostic(
  problem: Problem,
  source: string | undefined,
  lineStarts: readonly number[] | undefined,
): Diagnostic {
  const { code, at, message, found, allowed } = problem;
  // Suggestions are computed only for the problems that are shown.
  const near = OF_THE_LANGUAGE.has(code) ? wordFor : meant;
  const suggestion =
    found === undefined || allowed === undefined ? undefined : near(found, allowed);
  const extra = {
    ...(found === undefined ? {} : { found }),
    ...(allowed === undefined ? {} : { allowed }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
  return {
    code,
    severity: problem.severity ?? 'error',
    ...spotOf(at, source, lineStarts),
    path: pathText(problem.path),
    message,
    ...extra,
  };
}

function spotOf(
  at: Place,
  source: string | undefined,
  lineStarts: readonly number[] | undefined,
): Spot {
  if (source === undefined || lineStarts === undefined) {
    return { file: at.file, line: 1, col: 1, endCol: 1, frame: null };
  }
  const start = Math.min(at.start, source.length);
  const line = lineOf(lineStarts, start);
  const lineStart = lineStarts[line - 1];
  const textOf = (n: number): string => lineText(source, lineStarts, n);
  const lineEnd = lineStart + textOf(line).length;
  const end = Math.max(start + 1, Math.min(at.end, lineEnd));
  const firstLine = Math.max(1, line - 1);
  const lines = firstLine === line ? [textOf(line)] : [textOf(firstLine), textOf(line)];
  const place = { line, col: start - lineStart + 1, endCol: end - lineStart + 1 };
  return { file: at.file, ...place, frame: { firstLine, lines } };
}

function startsOf(source: string): number[] {
  const starts = [0];
  for (let i = source.indexOf('\n'); i >= 0; i = source.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

function lineText(source: string, starts: readonly number[], line: number): string {
  const end = line < starts.length ? starts[line] - 1 : source.length;
  return source.slice(starts[line - 1], end).replace(/\r$/, '');
}

function compare(a: Problem, b: Problem, first: string): number {
  if (a.at.file !== b.at.file) {
    if (a.at.file === first) return -1;
    if (b.at.file === first) return 1;
    return a.at.file < b.at.file ? -1 : 1;
  }
  if (a.at.start !== b.at.start) return a.at.start - b.at.start;
  if (a.code !== b.code) return a.code < b.code ? -1 : 1;
  return a.message < b.message ? -1 : a.message > b.message ? 1 : 0;
}
