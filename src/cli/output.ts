import { oneLine, type Line } from '../text/line.js';
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
import { dirname, join, parse, resolve } from 'node:path';
import { CommandError, EXIT, usageError } from './exit.js';
import { codeOf, fileError, isMachineCode } from './system-errors.js';

/** Temporary files that are not in their place yet; removed when the program is interrupted. */
const begun = new Set<string>();
let onTracked: (path: string, isBegun: boolean) => void = () => {};
let count = 0;

/** Notes that a temporary file is about to be created, or that it is no longer there. */
export function track(path: string, isBegun: boolean): void {
  if (isBegun) begun.add(path);
  else begun.delete(path);
  onTracked(path, isBegun);
}

/** `listener` is called with each temporary file before it is created and once it is no longer there. */
export function onOutput(listener: (path: string, isBegun: boolean) => void): void {
  onTracked = listener;
}

/** Rejects, before any work, a file that could not be written. Exit code 2. */
export function checkOutputFile(path: string): void {
  const found = inspect(path);
  if (found?.isDirectory())
    throw usageError(`cannot write ${path}: is a directory; name a file in it`);
  refuseSymlink(path, found);
  if (found !== null && !found.isFile()) return;
  checkOutputDirectory(dirname(path));
}

/** A path; where it is a directory, a file in it that is named after its source: `shop-fixed.yaml`. */
export function fileIn(path: string, source: string, suffix: string): string {
  const isDirectory = path !== '-' && inspect(path)?.isDirectory() === true;
  return isDirectory ? join(path, `${parse(source).name}-${suffix}.yaml`) : path;
}

/** Rejects, before any work, a directory that could not be created or written to. Exit code 2. */
export function checkOutputDirectory(path: string): void {
  const { existing, isDirectory } = nearestExisting(resolve(path));
  if (!isDirectory) {
    throw usageError(`cannot write to ${path}: ${existing} is not a directory`);
  }
  const probe = temporaryIn(existing);
  try {
    // Permissions are not enough: root has all of them, even where no file can be created.
    closeSync(create(probe));
    rmSync(probe);
    track(probe, false);
  } catch (error) {
    discardOutputs();
    throw refusal('cannot write to', existing, error);
  }
}

/** An error of a check before any work: the user's mistake, unless the machine failed. */
function refusal(action: string, path: string, error: unknown): CommandError {
  const shown = fileError(action, path, error);
  if (isMachineCode(codeOf(error))) return shown;
  return new CommandError(EXIT.usage, shown.message, { cause: error });
}

/**
 * Writes a file completely or not at all: into a new file next to it, flushed, then renamed. It never writes through
 * a symbolic link. Devices and pipes are written directly.
 */
export function writeOutput(path: string, text: string): void {
  const file = beginOutput(path);
  file.write(text);
  file.commit();
}

/** A file that is being written and does not have its final name yet. */
export interface OutputFile {
  /** Path of the bytes until commit(). */
  readonly temporary: string;
  write(text: string): void;
  /** Renames the file to its final name. */
  commit(): void;
}

/** Begins a file that is written piece by piece; it gets its name with commit(). */
export function beginOutput(path: string): OutputFile {
  return guarded(path, () => {
    const found = inspect(path);
    refuseSymlink(path, found);
    if (found !== null && !found.isFile() && !found.isDirectory()) return openDevice(path);
    return openBeside(path);
  });
}

/** Removes the files that were begun and not committed; returns those that could not be removed. */
export function discardOutputs(): readonly string[] {
  for (const temporary of begun) {
    try {
      rmSync(temporary, { force: true });
      track(temporary, false);
    } catch {
      // The original failure is the one to report; the file is tried again at the end.
    }
  }
  return [...begun];
}

function openBeside(path: string): OutputFile {
  const folder = dirname(path);
  makeFolder(folder);
  const temporary = temporaryIn(folder);
  const descriptor = create(temporary);
  return {
    temporary,
    write: (text) => guarded(path, () => writeAll(descriptor, text)),
    commit: () =>
      guarded(path, () => {
        fsyncSync(descriptor);
        closeSync(descriptor);
        renameSync(temporary, path);
        track(temporary, false);
      }),
  };
}

/** Creates a temporary file. A file of that name belongs to someone else, and is left alone. */
function create(temporary: string): number {
  track(temporary, true);
  try {
    return openSync(temporary, 'wx', 0o666);
  } catch (error) {
    track(temporary, false);
    throw error;
  }
}

function temporaryIn(folder: string): string {
  return join(folder, `.faultline-${process.pid}-${count++}.tmp`);
}

/**
 * Creates a folder and its parents, one at a time: the recursive version of Node.js loops forever in file systems
 * that answer "no such directory" to a new one, such as /proc.
 */
function makeFolder(path: string): void {
  const folder = resolve(path);
  if (existsSync(folder) || folder === dirname(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
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

/** A failed write is a failure of the machine (3), unless the path can never be written (2). */
function guarded<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    discardOutputs();
    if (error instanceof CommandError) throw error;
    const kept = isRegular(path) ? 'The file that was there before is unchanged.' : '';
    throw fileError('cannot write', path, error, kept);
  }
}

function isRegular(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

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
    throw refusal('cannot write', path, error);
  }
}

function nearestExisting(path: string): { existing: string; isDirectory: boolean } {
  for (let at = path; ; at = dirname(at)) {
    try {
      return { existing: at, isDirectory: statSync(at).isDirectory() };
    } catch (error) {
      const isMissing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
      if (!isMissing || at === dirname(at)) {
        throw refusal('cannot write to', path, error);
      }
    }
  }
}

/** A temporary file that could not be removed. */
export function leftBehind(path: string): Line {
  return oneLine(`  ${path} is left behind: remove it.`);
}
