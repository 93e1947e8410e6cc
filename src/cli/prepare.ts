import { oneLine, splitLines } from '../text/line.js';
import { OptionError, ScenarioError } from '../api/errors.js';
import { prepared, type Prepared, type Selection } from '../api/prepare.js';
import { formatDiagnostics, type Shown } from '../scenario/diagnostics.js';
import { meant } from '../scenario/suggest.js';
import { ImportError } from '../importing/error.js';
import type { ReadFile } from '../scenario/load.js';
import { CommandError, EXIT, usageError } from './exit.js';
import { scenarioPath, scenarioReader } from './files.js';
import type { Terminal } from './terminal.js';

/** Receives the problems of a scenario. */
export type Reporter = (problems: readonly Shown[]) => void;

/** Prints problems for people. */
export function reporterTo(terminal: Terminal): Reporter {
  return (problems) => {
    if (problems.length > 0) terminal.note(splitLines(formatDiagnostics(problems)));
  };
}

/** A selection, and whether remarks are printed. */
export interface Asked extends Selection {
  readonly quiet?: boolean;
}

/**
 * Reads, checks and compiles a scenario; prints its problems, and the remarks on `--set`. Exit code 2 if it has
 * problems.
 */
export function prepare(
  argument: string,
  selection: Asked,
  terminal: Terminal,
  report: Reporter = reporterTo(terminal),
): Prepared {
  const path = scenarioPath(argument);
  return prepareFrom(path, scenarioReader(path), selection, terminal, report);
}

/** The same for a scenario whose files `read` returns. `path` begins the names of its files in messages. */
export function prepareFrom(
  path: string,
  read: ReadFile,
  selection: Asked,
  terminal: Terminal,
  report: Reporter = reporterTo(terminal),
): Prepared {
  const { set, as, quiet } = selection;
  if (set === undefined && as !== undefined) {
    throw usageError(`--as ${as} names what --set changes: add --set path=value`);
  }
  const own = reported(() => prepared(path, read, selection), report);
  report(own.warnings);
  if (quiet !== true) showNotes(own.places.notesOnEdits(), terminal);
  return own;
}

/** Index of the baseline among variants; 0 where the chosen ones have none. */
export function baselineAt(variants: readonly { readonly baseline: boolean }[]): number {
  const at = variants.findIndex(({ baseline }) => baseline);
  return Math.max(0, at);
}

/** The format that `--as` names. */
export function formatNamed<F extends { readonly name: string }>(
  formats: readonly F[],
  name: string,
): F {
  const found = formats.find((one) => one.name === name);
  if (found !== undefined) return found;
  const known = formats.map((one) => one.name);
  const near = meant(name, known);
  const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
  throw usageError(`--as ${name} is no format${hint}; there are ${known.join(', ')}`);
}

/** Prints remarks on settings. */
export function showNotes(notes: readonly string[], terminal: Terminal): void {
  for (const note of notes) terminal.note(oneLine(`  note: ${note}`));
}

/** The value of `make`; reports the problems of a scenario that it finds to be wrong. Exit code 2 then. */
export function reported<T>(make: () => T, report: Reporter): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw asCommandError(error);
    report(error.diagnostics);
    throw tooWrong(error);
  }
}

function tooWrong({ path, diagnostics }: ScenarioError): CommandError {
  const count = diagnostics.filter(({ severity }) => severity === 'error').length;
  return usageError(`${path}: ${count} ${count === 1 ? 'problem' : 'problems'}`);
}

/** An error of what lies below the command line as one of its own; any other is unchanged. */
export function asCommandError(error: unknown): unknown {
  if (error instanceof ScenarioError) return commandError(error, error.message);
  if (error instanceof ImportError) return commandError(error, error.message);
  if (!(error instanceof OptionError)) return error;
  const { option, message } = error;
  return commandError(error, message.replaceAll(`\`${option}\``, `--${kebab(option)}`));
}

/** The flag of an option: `maxRuns` is `--max-runs`. */
function kebab(option: string): string {
  return option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function commandError(cause: Error, message: string): CommandError {
  return new CommandError(EXIT.usage, message, { cause });
}
