import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CommandError, EXIT, codeOf, systemMessage, usageError } from './exit.js';

/** Files begun and not yet in their place; removed when the program is interrupted. */
const begun = new Set<string>();
let count = 0;

/** Refuses, before any work, a file that could not be written. Exit code 2. */
export function checkOutputFile(path: string): void {
  const found = inspect(path);
  if (found?.isDirectory()) throw usageError(`cannot write ${path}: is a directory`);
  refuseSymlink(path, found);
  if (found !== null && !found.isFile()) return;
  checkOutputDirectory(dirname(path));
}

/** Refuses, before any work, a directory that could not be created or written to. Exit code 2. */
export function checkOutputDirectory(path: string): void {
  const existing = nearestExisting(resolve(path));
  if (!statSync(existing).isDirectory()) {
    throw usageError(`cannot write to ${path}: ${existing} is not a directory`);
  }
  try {
    // Rights alone do not tell: root has all of them, also where no file can be made.
    const probe = temporaryIn(existing);
    closeSync(openSync(probe, 'wx'));
    rmSync(probe);
  } catch (error) {
    throw usageError(`cannot write to ${existing}: ${systemMessage(error)}`);
  }
}

/**
 * Writes a file whole or not at all: into a new file beside it, flushed, then renamed. Never through a
 * symbolic link. Devices and pipes are written to as they are.
 */
export function writeOutput(path: string, text: string): void {
  const file = beginOutput(path);
  file.write(text);
  file.commit();
}

/** A file that is being written and has not yet its name. */
export interface OutputFile {
  /** Where the bytes are until commit(). */
  readonly temporary: string;
  write(text: string): void;
  /** Gives the file its name. */
  commit(): void;
}

/** Begins a file that is written piece by piece; it appears under its name with commit(). */
export function beginOutput(path: string): OutputFile {
  return guarded(path, () => {
    const found = inspect(path);
    refuseSymlink(path, found);
    if (found !== null && !found.isFile() && !found.isDirectory()) return openDevice(path);
    return openBeside(path);
  });
}

/** Removes the files that were begun and not committed. */
export function discardOutputs(): void {
  for (const temporary of begun) rmSync(temporary, { force: true });
  begun.clear();
}

function openBeside(path: string): OutputFile {
  const folder = dirname(path);
  makeFolder(folder);
  const temporary = temporaryIn(folder);
  const descriptor = openSync(temporary, 'wx', 0o666);
  begun.add(temporary);
  return {
    temporary,
    write: (text) => guarded(path, () => writeAll(descriptor, text)),
    commit: () =>
      guarded(path, () => {
        fsyncSync(descriptor);
        closeSync(descriptor);
        renameSync(temporary, path);
        begun.delete(temporary);
      }),
  };
}

function temporaryIn(folder: string): string {
  return join(folder, `.faultline-${process.pid}-${count++}.tmp`);
}

/**
 * Makes a folder with those above it. One at a time: the recursive way of Node.js goes round for ever in
 * file systems that answer "no such directory" to a new one, such as /proc.
 */
function makeFolder(path: string): void {
  const folder = resolve(path);
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been quicker.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function openDevice(path: string): OutputFile {
  const descriptor = openSync(path, 'w');
  return {
    temporary: path,
    write: (text) => guarded(path, () => writeAll(descriptor, text)),
    commit: () => guarded(path, () => closeSync(descriptor)),
  };
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  let at = 0;
  while (at < bytes.length) at += writeSync(descriptor, bytes, at);
}

/** A failed write is the machine's failure (3), unless the path itself can never be written (2). */
function guarded<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    discardOutputs();
    if (error instanceof CommandError) throw error;
    const exitCode = USER_CODES.has(codeOf(error)) ? EXIT.usage : EXIT.failed;
    throw new CommandError(exitCode, `cannot write ${path}: ${systemMessage(error)}`, {
      cause: error,
    });
  }
}

const USER_CODES = new Set([
  'ENOENT',
  'EACCES',
  'EPERM',
  'EISDIR',
  'ENOTDIR',
  'ENAMETOOLONG',
  'EEXIST',
  'EROFS',
]);

function refuseSymlink(path: string, found: Stats | null): void {
  if (found?.isSymbolicLink()) {
    throw usageError(`cannot write ${path}: it is a symbolic link; name the file itself`);
  }
}

function inspect(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw usageError(`cannot write ${path}: ${systemMessage(error)}`);
  }
}

function nearestExisting(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    try {
      statSync(at);
      return at;
    } catch (error) {
      const isMissing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
      if (!isMissing || at === dirname(at)) {
        throw usageError(`cannot write to ${path}: ${systemMessage(error)}`);
      }
    }
  }
}
