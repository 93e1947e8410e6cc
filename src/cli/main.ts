#!/usr/bin/env node
import { oneLine, splitLines } from '../text/line.js';
import { CommanderError } from 'commander';
import { CommandError, EXIT } from './exit.js';
import { interruptRuns } from './interrupt.js';
import { discardOutputs } from './output.js';
import { createProgram } from './program.js';
import { foreignSystemError } from './system-errors.js';
import { processTerminal } from './terminal.js';
import type { Terminal } from './terminal.js';

const terminal = processTerminal(process.argv.includes('--no-color'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
// A process started by --watch ends silently when the next run begins, or when --watch itself has ended.
process.once('disconnect', () => {
  discardOutputs();
  terminal.progress('');
  process.exit(EXIT.interrupted);
});
process.channel?.unref();
// Any other error is a defect of the program, and must not end like a broken budget (1).
process.once('uncaughtException', (error) => {
  process.exit(report(error, terminal, process.argv.includes('--debug')));
});
process.exitCode = await main(process.argv.slice(2));

/** Runs one command line; never throws. */
async function main(args: readonly string[]): Promise<number> {
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
    for (const path of left) terminal.note(oneLine(`  ${path} is left behind: remove it.`));
    return failed;
  }
}

/** Reports an error once and returns the exit code. Only `--debug` shows a stack. */
function report(error: unknown, to: Terminal, withStack: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has already printed its message; `help` and `--version` end here with exit code 0.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  const shown = foreignSystemError(error) ?? error;
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

/**
 * Ends the runs, whose results so far are then reported. Without runs, or at the second interrupt, it removes
 * unfinished files and exits without waiting for active threads.
 */
function interrupt(): void {
  if (interruptRuns()) return;
  discardOutputs();
  terminal.progress('');
  terminal.note(oneLine('faultline: interrupted'));
  process.exit(EXIT.interrupted);
}
