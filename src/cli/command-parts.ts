import type { Command } from 'commander';
import { nameList, textList, wholeNumber } from './flags.js';
import { memorySize } from './memory.js';
import type { Terminal } from './terminal.js';

type Finish = (exitCode: number) => void;

/** Adds a command to the program. */
export type Add = (program: Command, terminal: Terminal, finish: Finish) => void;

/** Runs a command and, with --watch, again after each change of its files. */
export async function once(
  files: readonly string[],
  flags: { readonly watch?: boolean },
  terminal: Terminal,
  body: () => Promise<number>,
): Promise<number> {
  if (flags.watch !== true) return body();
  const { watch } = await import('./watch.js');
  return watch(files, terminal);
}

/** The variants, the seed and the number of runs. */
export function withSelection(command: Command): Command {
  return command
    .option('--variant <list>', 'only these variants', nameList)
    .option(
      '--seed <number>',
      'another seed than run.seed',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option('--replications <number>', 'another number of runs', wholeNumber(1, 10_000));
}

/** `--set` and `--as`. */
export function withChanges(command: Command, hasVariant = true): Command {
  const changed = command.option(
    '--set <path=value>',
    'what if: change a value; x1.5 multiplies, * is every entry; repeatable',
    textList,
  );
  if (!hasVariant) return changed;
  return changed.option(
    '--as <name>',
    'with --set: a variant of that name beside those of the file',
  );
}

/** Threads and memory. */
export function withThreads(command: Command): Command {
  return command
    .option(
      '--workers <number>',
      'threads that simulate (default: one per core); never changes a result',
      wholeNumber(1, 1024),
    )
    .option(
      '--max-memory <size>',
      'memory of the program, all threads together, such as 2GiB (default: half of the machine or container)',
      memorySize,
    );
}

/** The examples of a help page. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
