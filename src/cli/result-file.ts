import { isUnchanged } from '../run/result-text.js';
import type { Result } from '../spec/result/result.js';
import { CommandError, EXIT, usageError } from './exit.js';
import { STDIN, readGuarded, readStandardInput } from './files.js';
import { codeOf, fileError, isMachineCode, systemMessage } from './system-errors.js';
import { packageVersion } from './version.js';

/** Largest result document that is read. Unit: bytes. */
const MAX_BYTES = 256 * 1024 * 1024;

/** The result in a file that `run`, `compare` or `check` has written with --json; null if it is a scenario. */
export function resultIn(path: string): Result | null {
  return parseResult(textOf(path), path);
}

/** The result in the text of a file; null if it is a scenario. Exit code 2 if it is a document that cannot be used. */
export function parseResult(text: string, path: string): Result | null {
  const isJson = /^\s*\{/.test(text);
  const isNamed = path.endsWith('.json');
  if (!isJson && !isNamed) return null;
  const value = parsed(text, path);
  // A scenario may be written in JSON, too, and YAML in braces is no JSON.
  if (value === null && !isNamed) return null;
  if (value === null) throw notJson(text, path);
  if (isRecord(value) && isScenario(value)) return null;
  return sound(value, path);
}

/**
 * Renders a document. A checksum can be forged: values that do not fit together are then reported like any other document
 * that cannot be used.
 */
export function rendered<T>(path: string, render: () => T): T {
  try {
    return render();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const message = `${path}: is no sound result document: its values do not fit together${AGAIN}`;
    throw new CommandError(EXIT.usage, message, { cause: error });
  }
}

function textOf(path: string): string {
  try {
    return path === STDIN ? readStandardInput(MAX_BYTES) : readGuarded(path, MAX_BYTES);
  } catch (error) {
    const code = codeOf(error);
    if (isMachineCode(code)) throw fileError('cannot read', path, error);
    throw usageError(`${path}: ${systemMessage(error)}`);
  }
}

/** The value of a JSON text; null if it is none. */
function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw usageError(`${path}: cannot be read as JSON: ${systemMessage(error)}`);
  }
}

function notJson(text: string, path: string): CommandError {
  if (text.trim() === '') return usageError(`${path}: is empty${AGAIN}`);
  const isCut = /^\s*\{/.test(text) && !/\}\s*$/.test(text);
  const why = isCut ? ': it ends in the middle of a value, so a part is missing' : '';
  return usageError(`${path}: is not valid JSON${why}${AGAIN}`);
}

/** The remedy for every document that cannot be used. */
const AGAIN =
  '\n  Write it again with faultline run FILE --json RESULT.json, or name the scenario.';

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A scenario has components; the documents of the program have the version of their engine. */
function isScenario(value: Readonly<Record<string, unknown>>): boolean {
  return !('engine' in value) && (value['faultline'] === 1 || 'workloads' in value);
}

/**
 * The document, if it is one that this version has written and that is unchanged since. Its checksum covers every
 * value, so no value needs a check of its own.
 */
function sound(value: unknown, path: string): Result {
  const refuse = (why: string): CommandError => usageError(`${path}: ${why}${AGAIN}`);
  if (!isRecord(value)) throw refuse('is no result document: it is not a mapping');
  const { faultline, engine, cases, explored } = value;
  if (cases !== undefined || explored !== undefined) {
    const kind = cases === undefined ? 'an exploration' : 'a sweep';
    throw refuse(`is the document of ${kind}: a result of run, compare or check is expected`);
  }
  if (typeof faultline === 'string') throw refuse(`is a ${faultline} file, not a result document`);
  const version = isRecord(engine) ? engine['version'] : undefined;
  if (faultline !== 1 || typeof version !== 'string') {
    throw refuse('is no result document: it has no version of faultline');
  }
  if (version !== packageVersion()) {
    throw refuse(`was written by faultline ${version}, and this is ${packageVersion()}`);
  }
  if (!('checksum' in value)) throw refuse('is no complete result document: it has no checksum');
  if (!isUnchanged(value)) {
    throw refuse('was changed by hand, or is damaged: its checksum is not that of its values');
  }
  return value as unknown as Result;
}
