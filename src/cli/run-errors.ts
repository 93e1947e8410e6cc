import { changesOf, shellWord } from '../text/shell.js';
import { stopMessage } from '../api/stop-message.js';
import { GuardStop, RunFailure, type RunIdentity } from '../run/failure.js';
import type { WhatIfWords } from '../contracts/scenario/what-if.js';
import { STDIN } from './files.js';
import { CommandError, EXIT } from './exit.js';
import { codeOf, fileError, isMachineCode } from './system-errors.js';

/**
 * A message for the user about what ended a simulation; any other error is returned unchanged. `again`: the command that
 * repeats a run; by default that of the user, because the run may have changes that no command line can name.
 */
export function explainRunError(
  error: unknown,
  path: string,
  again: (run: RunIdentity) => string = repeated,
): unknown {
  if (error instanceof GuardStop) return guardError(error, path);
  if (error instanceof RunFailure) return failureError(error, path, again);
  return error;
}

let args: readonly string[] = [];

/** Notes the words of the command, for a message that repeats it. */
export function startedWith(words: readonly string[]): void {
  args = words;
}

/** The command of the user, on one thread. */
function repeated(): string {
  const workers = args.some((arg) => arg.startsWith('--workers')) ? [] : ['--workers', '1'];
  return ['faultline', ...args, ...workers].map(shellWord).join(' ');
}

/** The command that repeats exactly this replication, with the changes of the command line. */
export function replayCommand(path: string, run: RunIdentity, whatIf?: WhatIfWords): string {
  const file = path === STDIN ? '-' : shellWord(path);
  const { variant, seed, replication } = run;
  return (
    `faultline run ${file} --variant ${variant} --seed ${seed} ` +
    `--replications ${replication + 1} --workers 1${whatIf === undefined ? '' : ` ${changesOf(whatIf)}`}`
  );
}

function guardError(stop: GuardStop, path: string): CommandError {
  const { run, reason, message: detail } = stop;
  const message = stopMessage(path, [{ ...run, reason, atNs: null, detail }], true);
  return new CommandError(EXIT.guard, message, { cause: stop });
}

function failureError(
  failure: RunFailure,
  path: string,
  again: (run: RunIdentity) => string,
): CommandError {
  const { error, run } = failure;
  if (isMachineCode(error.code)) {
    return new CommandError(EXIT.failed, error.message, { cause: failure });
  }
  const original = new Error(error.message);
  original.stack = error.stack === '' ? `${error.name}: ${error.message}` : error.stack;
  return new CommandError(
    EXIT.failed,
    `internal error: ${error.message}` +
      `\n  scenario ${path}, variant ${run.variant}, seed ${run.seed}, replication ${run.replication}` +
      `\n  again: ${again(run)}` +
      '\n  This is a fault of faultline: please report it with the scenario. --debug shows where.',
    { cause: original },
  );
}

/** A failed write of a thread as plain words, with its code. */
export function asSystemError(error: unknown, path: string): unknown {
  const code = codeOf(error);
  if (code === '' || code.startsWith('ERR_')) return error;
  return Object.assign(new Error(fileError('cannot write', path, error).message), { code });
}
