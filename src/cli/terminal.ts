import pc from 'picocolors';
import { harmless, oneLine, visible, type Line, type Lines } from '../text/line.js';
import { EXIT } from './exit.js';
import { codeOf, remedyOf, systemMessage } from './system-errors.js';

/** Output of a command: results go to standard output, everything else to standard error. */
export interface Terminal extends TerminalTraits {
  /** A result for people. */
  out(text: Line | Lines): void;
  /** A result for programs, byte by byte. */
  raw(text: string): void;
  /** A message. */
  note(text: Line | Lines): void;
  /** Replaces the progress line; '' removes it. Does nothing unless standard error is a terminal. */
  progress(line: string): void;
}

/** What a command may know of the streams. */
export interface TerminalTraits {
  readonly colors: { readonly out: boolean; readonly err: boolean };
  /** Columns of standard output; 100 where it is not a terminal or the width is unknown. */
  readonly columns: number;
  /** Standard output goes to a file or a CI log: names are printed in full, however long the line. */
  readonly isLog: boolean;
  /** False = progress is not shown. */
  readonly hasProgress: boolean;
  /** A person can be asked. */
  readonly canAsk: boolean;
}

/** The layout of a text for people. A log has 100 columns. */
export function lookOf({ columns, isLog, colors }: TerminalTraits) {
  return { columns: isLog ? 100 : columns, paint: palette(colors.out) };
}

/**
 * The streams of this process, without colours if `isPlain`. A reader that goes away (EPIPE), or a terminal that is
 * closed (EIO), is not an error: the remaining output is dropped.
 */
export function processTerminal(isPlain = false): Terminal {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error) => endWhereUnwritable(error, stream.isTTY === true));
  }
  const colors = {
    out: !isPlain && wantsColor(stdout, env),
    err: !isPlain && wantsColor(stderr, env),
  };
  let hasLine = false;
  const clear = (): void => {
    if (hasLine) stderr.write('\r\u001b[K');
    hasLine = false;
  };
  return {
    out: (text) => {
      clear();
      stdout.write(written(text, colors.out));
    },
    raw: (text) => {
      clear();
      stdout.write(text);
    },
    note: (text) => {
      clear();
      stderr.write(written(text, colors.err));
    },
    progress: (line) => {
      if (stderr.isTTY !== true) return;
      clear();
      if (line === '') return;
      stderr.write(oneLine(line).slice(0, Math.max(10, (stderr.columns || 80) - 1)));
      hasLine = true;
    },
    colors,
    columns: stdout.isTTY === true ? stdout.columns || 100 : 100,
    isLog: stdout.isTTY !== true || !UNSET.includes(env['CI'] ?? ''),
    hasProgress: stderr.isTTY === true,
    canAsk:
      process.stdin.isTTY === true && stderr.isTTY === true && UNSET.includes(env['CI'] ?? ''),
  };
}

/** What a thread asks the owner of the streams to print. */
export type OutputPart =
  | { readonly kind: 'out' | 'note'; readonly text: Line | Lines }
  | { readonly kind: 'raw' | 'progress'; readonly text: string };

/** The terminal of a thread that does not own the streams: `post` receives what to print, in order. */
export function postingTerminal(
  traits: TerminalTraits,
  post: (part: OutputPart) => void,
): Terminal {
  return {
    ...traits,
    out: (text) => post({ kind: 'out', text }),
    raw: (text) => post({ kind: 'raw', text }),
    note: (text) => post({ kind: 'note', text }),
    progress: (text) => {
      if (traits.hasProgress) post({ kind: 'progress', text });
    },
  };
}

/** Values of an environment variable that mean no. */
const UNSET: readonly string[] = ['', '0', 'false'];

/** Colour functions for a stream; without colour they return their argument. */
export function palette(enabled: boolean): ReturnType<typeof pc.createColors> {
  return pc.createColors(enabled);
}

/** Lines as they are written: colours only where they are on, no command of a CI system, an end for each. */
function written(text: Line | Lines, hasColors: boolean): string {
  return harmless(visible(text.endsWith('\n') ? text : `${text}\n`, hasColors));
}

function wantsColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  if (env['FORCE_COLOR'] !== undefined) return !UNSET.includes(env['FORCE_COLOR']);
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** A stream that cannot be written, such as a full disk behind `> file`, is a failure of the machine. */
function endWhereUnwritable(error: Error, isTerminal: boolean): void {
  const code = codeOf(error);
  if (code === 'EPIPE' || (isTerminal && code === 'EIO')) return;
  process.stderr.write(
    `faultline: cannot write output: ${systemMessage(error)}${remedyOf(error)}\n`,
  );
  process.exit(EXIT.failed);
}
