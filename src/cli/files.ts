import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { adviceOf, codeOf, fileError, isMachineCode } from './system-errors.js';

/** Largest scenario or fragment that is read. Unit: bytes. */
export const MAX_BYTES = 4 * 1024 * 1024;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Name of a scenario from standard input in messages. Its includes are below the current folder. */
export const STDIN = '<stdin>';

/** The file that an argument of the command line names: `-` is standard input. */
export function scenarioPath(argument: string): string {
  return argument === '-' ? STDIN : argument;
}

/** The text of a file, or the reason why it cannot be read. */
export type ReadAnswer = { readonly text: string } | { readonly error: string };

/**
 * A reader for one scenario: the file itself and its includes, as paths that begin with the folder of the scenario as
 * given. It rejects every path that leads out of that folder, also through links; there is no way to opt out. A
 * message never quotes the contents of the file.
 */
export function scenarioReader(scenario: string): (path: string) => ReadAnswer {
  const folder = scenario.slice(0, scenario.search(/[^/\\]*$/));
  return (path) => {
    try {
      if (path === STDIN) return { text: readStandardInput() };
      if (path !== scenario) refuseForeign(folder, path);
      return { text: readGuarded(path) };
    } catch (error) {
      if (isMachineCode(codeOf(error))) throw fileError('cannot read', path, error);
      return { error: adviceOf(error) };
    }
  };
}

function refuseForeign(folder: string, path: string): void {
  refuseUnplain(folder, path);
  const real = relative(realpathSync(folder === '' ? '.' : folder), realpathSync(path));
  if (real.split(sep)[0] === '..' || isAbsolute(real)) {
    throw new Error('leads out of the folder of the scenario');
  }
}

/** Rejects a path that is not plainly below a folder. */
export function refuseUnplain(folder: string, path: string): void {
  const inner = path.slice(folder.length);
  const isPlain =
    path.startsWith(folder) &&
    !isAbsolute(inner) &&
    !/^(~|[a-z][a-z0-9+.-]*:)|[\\\0]/i.test(inner) &&
    !inner.split('/').some((part) => part.endsWith('.') || WINDOWS_DEVICE.test(part));
  if (!isPlain) throw new Error('an include is a plain path below the folder of the scenario');
}

/** Reads a regular file of at most `most` bytes that is valid UTF-8. `adviceOf` describes the errors that it throws. */
export function readGuarded(path: string, most = MAX_BYTES): string {
  // Without O_NONBLOCK, opening a pipe without a writer would block forever.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (stats.isDirectory()) throw new Error('is a directory; name a file');
    if (!stats.isFile()) throw new Error('is not a regular file');
    if (stats.size > most) throw new Error(tooLarge(stats.size, most));
    return decode(readAll(descriptor, stats.size, most));
  } finally {
    closeSync(descriptor);
  }
}

let standardInput: string | null = null;
let readInput = (most: number): Uint8Array => readAll(0, 0, most);

/** Standard input is read by `read`, to its end or to more than `most` bytes. */
export function readInputWith(read: (most: number) => Uint8Array): void {
  readInput = read;
}

/** A pipe can be read only once, so its text is kept for a scenario that is read again. */
export function readStandardInput(most = MAX_BYTES): string {
  if (standardInput === null) {
    const bytes = readInput(most);
    if (bytes.length > most) throw new Error(tooLarge(bytes.length, most));
    standardInput = decode(bytes);
  }
  return standardInput;
}

/** Reads to the end, not to the stated size: files below /proc state 0. */
function readAll(descriptor: number, stated: number, most: number): Uint8Array {
  let bytes = Buffer.alloc(Math.max(stated, 4096) + 1);
  let length = 0;
  for (;;) {
    const got = readSome(descriptor, bytes, length);
    if (got === 0) return bytes.subarray(0, length);
    length += got;
    if (length > most) throw new Error(tooLarge(length, most));
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
  }
}

/** Number of bytes read, 0 at the end. A non-blocking pipe may have none yet. */
function readSome(descriptor: number, bytes: Uint8Array, from: number): number {
  for (;;) {
    try {
      return readSync(descriptor, bytes, from, bytes.length - from, null);
    } catch (error) {
      if (codeOf(error) === 'EOF') return 0;
      if (codeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}

const PAUSE_MS = 10;

/** The text of bytes that are valid UTF-8, or UTF-16 with its mark: files that PowerShell writes. */
export function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (error) {
    if (codeOf(error) !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw new Error('is not valid UTF-8 text', { cause: error });
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** The message for more bytes than a scenario may have. */
export function tooLarge(bytes: number, most: number): string {
  return `is larger than ${most} bytes (${bytes}), which nothing here needs`;
}
