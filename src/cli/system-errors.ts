import { CommandError, EXIT } from './exit.js';

/** A system error in words on which a user can act, without the path. */
export function systemMessage(error: unknown): string {
  const words = SYSTEM[codeOf(error)]?.words;
  return words ?? (error instanceof Error ? error.message : String(error));
}

/** The error code of a failed system call, '' if it has none. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? '';
}

/** True for the code of a machine failure, which is neither the user's mistake nor a defect of the program. */
export function isMachineCode(code: string): boolean {
  return SYSTEM[code]?.isMachine === true;
}

/** An extra line on what a user can do, '' if the message already says it. */
export function remedyOf(error: unknown): string {
  const remedy = SYSTEM[codeOf(error)]?.remedy;
  return remedy === undefined ? '' : `\n  ${remedy}`;
}

/** The system error and its remedy in one line, for diagnostics, which have only one. */
export function adviceOf(error: unknown): string {
  const remedy = remedyOf(error).trim().replace(/\.$/, '');
  const words = systemMessage(error);
  return remedy === '' ? words : `${words}: ${remedy[0]!.toLowerCase()}${remedy.slice(1)}`;
}

/**
 * A failed file operation in words: exit code 2 if the path cannot be right, else 3. `action` is such as
 * `cannot write`; `kept` says what is not lost.
 */
export function fileError(
  action: string,
  path: string,
  error: unknown,
  kept: string = '',
): CommandError {
  const exitCode = exitCodeOf(codeOf(error));
  const keeps = kept === '' ? '' : `\n  ${kept}`;
  const message = `${action} ${path}: ${systemMessage(error)}${keeps}${remedyOf(error)}`;
  return new CommandError(exitCode, message, { cause: error });
}

/** The exit code of a failed system call: 2 where the path cannot be right, else 3. */
export function exitCodeOf(code: string): number {
  const known = SYSTEM[code];
  return known === undefined || known.isMachine ? EXIT.failed : EXIT.usage;
}

/**
 * The message for a failed system call that no command has handled, such as one of loading a module; null for every
 * other error.
 */
export function foreignSystemError(error: unknown): CommandError | null {
  if (SYSTEM[codeOf(error)] === undefined) return null;
  const { syscall, path } = error as NodeJS.ErrnoException;
  return fileError(`the system call ${syscall ?? '(unknown)'} failed for`, path ?? 'a file', error);
}

interface SystemCode {
  readonly words: string;
  readonly remedy?: string;
  /** The machine failed, independent of the path. */
  readonly isMachine: boolean;
}

const pathCode = (words: string, remedy?: string): SystemCode =>
  remedy === undefined ? { words, isMachine: false } : { words, remedy, isMachine: false };
const machineCode = (words: string, remedy: string): SystemCode => {
  return { words, remedy, isMachine: true };
};

const SYSTEM: Readonly<Record<string, SystemCode>> = {
  ENOENT: pathCode('no such file or directory'),
  EACCES: pathCode('permission denied', 'Check the rights of the file and of its directory.'),
  EPERM: pathCode('operation not permitted', 'Check the rights of the file and of its directory.'),
  EEXIST: pathCode('the file exists already'),
  EISDIR: pathCode('is a directory'),
  ENOTDIR: pathCode('a part of the path is not a directory'),
  EROFS: pathCode(
    'the file system is read-only',
    'Name a place on a file system that is writable.',
  ),
  ENAMETOOLONG: pathCode('the name is too long'),
  ELOOP: pathCode('too many symbolic links'),
  ENOSPC: machineCode('no space left on the device', 'Free space there, or name another place.'),
  EDQUOT: machineCode('the disk quota is used up', 'Free space there, or name another place.'),
  EFBIG: machineCode(
    'the file would become larger than the system allows',
    'Write less (run fewer replications), or name another place.',
  ),
  EIO: machineCode(
    'the device reports an input/output error',
    'Try again; if it fails again, check the device, or name another place.',
  ),
  EMFILE: machineCode(
    'too many open files',
    'Raise the limit of open files (ulimit -n), then run the command again.',
  ),
  ENFILE: machineCode(
    'too many open files on this machine',
    'Close other programs, then run the command again.',
  ),
  ENOMEM: machineCode('out of memory', 'Free memory, then run the command again.'),
  EBUSY: machineCode('the file is in use', 'Close what uses it, then run the command again.'),
};
