import type { Result } from '../contracts/result/result.js';
import { chosen, type Selection } from '../api/prepare.js';
import { CommandError, EXIT, usageError } from './exit.js';
import { STDIN, readGuarded, readStandardInput } from './files.js';
import { asCommandError } from './prepare.js';
import type { SimulateOptions } from './simulate.js';
import { NoJson, Unusable, isRecord, opened, parsedJson } from './stored/envelope.js';
import { STORED_BYTES_MAX } from './stored/limits.js';
import { RESULT } from './stored/result.js';
import { codeOf, fileError, isMachineCode, systemMessage } from './system-errors.js';

/** The result in a file that `run`, `compare` or `check` has written with --json; null if it is a scenario. */
export function resultIn(path: string): Result | null {
  return parseResult(textOf(path), path);
}

/** The result in the text of a file; null if it is a scenario. Exit code 2 if it is a document that cannot be used. */
export function parseResult(text: string, path: string): Result | null {
  const isJson = /^\s*\{/.test(text);
  const isNamed = path.endsWith('.json');
  if (!isJson && !isNamed) return null;
  try {
    const document = parsedJson(text);
    return isRecord(document) && isScenario(document) ? null : opened(document, RESULT);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    // A scenario may be written in JSON, too, and YAML in braces is no JSON.
    if (error instanceof NoJson && !isNamed) return null;
    throw usageError(`${path}: ${error.message}${AGAIN}`);
  }
}

/** The result with the chosen variants only. */
export function chosenOf(result: Result, { variant }: Selection, path: string): Result {
  if (variant === undefined) return result;
  return { ...result, variants: chosen(result.variants, variant, path) };
}

/** Flags that change a run. */
type RunFlags = Pick<Selection, 'seed' | 'replications' | 'set' | 'as'> &
  Pick<SimulateOptions, 'workers' | 'maxMemory'>;

/** Rejects flags that change a run where there is none. */
export function refuseRunFlags(flags: RunFlags, path: string): void {
  const given = (['seed', 'replications', 'set', 'as', 'workers', 'maxMemory'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (given === undefined) return;
  const flag = `--${given === 'maxMemory' ? 'max-memory' : given}`;
  throw usageError(`${path} is a result, and nothing is run: ${flag} needs the scenario`);
}

/**
 * Renders a document. A checksum can be forged: values that do not fit together are then reported like any other document
 * that cannot be used.
 */
export function rendered<T>(path: string, render: () => T): T {
  try {
    return render();
  } catch (error) {
    const own = asCommandError(error);
    if (own instanceof CommandError) throw own;
    const message = `${path}: is no sound result document: its values do not fit together${AGAIN}`;
    throw new CommandError(EXIT.usage, message, { cause: error });
  }
}

function textOf(path: string): string {
  try {
    const read = path === STDIN ? readStandardInput : (most: number) => readGuarded(path, most);
    return read(STORED_BYTES_MAX);
  } catch (error) {
    const code = codeOf(error);
    if (isMachineCode(code)) throw fileError('cannot read', path, error);
    throw usageError(`${path}: ${systemMessage(error)}`);
  }
}

/** The remedy for every document that cannot be used. */
const AGAIN =
  '\n  Write it again with faultline run FILE --json RESULT.json, or name the scenario.';

/** A scenario has components; the documents of the program have the version of their engine. */
function isScenario(value: Readonly<Record<string, unknown>>): boolean {
  return !('engine' in value) && (value['faultline'] === 1 || 'workloads' in value);
}
