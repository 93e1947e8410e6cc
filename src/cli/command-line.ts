import { oneLine, splitLines } from '../text/line.js';
import { CommanderError } from 'commander';
import { CommandError, EXIT } from './exit.js';
import { discardOutputs, leftBehind } from './output.js';
import { asCommandError } from './prepare.js';
import { createProgram } from './program.js';
import { foreignSystemError } from './system-errors.js';
import type { Terminal } from './terminal.js';

/** Performs one command line and returns the exit code; never throws. */
export async function perform(args: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = EXIT.ok;
  try {
    const program = createProgram(terminal, (code) => {
      exitCode = code;
    });
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    const left = discardOutputs();
    terminal.progress('');
    const failed = report(error, terminal, args.includes('--debug'));
    for (const path of left) terminal.note(leftBehind(path));
    return failed;
  }
}

/** Reports an error once and returns the exit code. Only `--debug` shows a stack. */
export function report(error: unknown, to: Terminal, withStack: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has already printed its message; `help` and `--version` end here with exit code 0.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const shown = asCommandError(foreignSystemError(error) ?? error);
  const isExpected = shown instanceof CommandError;
  const message = shown instanceof Error ? shown.message : String(shown);
  if (message !== '')
    to.note(splitLines(`faultline: ${isExpected ? '' : 'internal error: '}${message}`));
  if (withStack && error instanceof Error) to.note(splitLines(stackOf(error)));
  else if (!isExpected)
    to.note(oneLine('This is a fault of faultline. --debug shows where it happened.'));
  return isExpected ? shown.exitCode : EXIT.failed;
}

function stackOf(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}
