import type { Command } from 'commander';
import { nameList, shareBetween, textList, wholeNumber } from './flags.js';
import { memorySize } from './memory.js';
import { queueAddress } from './queue/address.js';
import type { Terminal } from './terminal.js';

/** Performs a command: runs `body` and, with --watch, again after each change of these files. */
export type Perform = (
  files: readonly string[],
  flags: { readonly watch?: boolean },
  body: () => Promise<number>,
) => Promise<void>;

/** The function of a command. It gets the arguments, the flags and the terminal, and returns the exit code. */
type Body = (...given: never[]) => number | Promise<number>;

/** The action of a command, from its function. The first argument names the files that it reads. */
export type Action = (load: () => Body | Promise<Body>) => (...given: unknown[]) => Promise<void>;

/** The actions of commands that `perform` performs. */
export function actionsOf(perform: Perform, terminal: Terminal): Action {
  return (load) =>
    async (...given) => {
      // The last value is the command itself.
      const own = given.slice(0, -1) as never[];
      const files = [own[0]].flat().filter((file) => file !== undefined);
      await perform(files, own.at(-1)!, async () => (await load())(...own, terminal as never));
    };
}

/** Adds a command to the program. */
export type Add = (program: Command, action: Action, perform: Perform, terminal: Terminal) => void;

/** The options of a command that runs the variants of a scenario. */
export function withRuns(command: Command): Command {
  return withThreads(withChanges(withSelection(command)));
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

/** Where the runs are made: on threads, or by the workers of a queue. */
export function withThreads(command: Command): Command {
  return withOwnThreads(command).option(
    '--queue <address>',
    'workers at this Redis make the runs, such as redis://host:6379; never changes a result',
    queueAddress,
  );
}

/** Threads and memory. */
export function withOwnThreads(command: Command): Command {
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

/** How much of the load traces have. */
export function withSampling(command: Command): Command {
  return command.option(
    '--sampled <share>',
    'share of all requests that is traced (default: as the spans say)',
    shareBetween(0.00001, 1),
  );
}

/** The examples of a help page. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** Options of the searches for faults and for settings. `most`: runs without --max-runs. */
export function withSearch(command: Command, most: number): Command {
  return command
    .option(
      '--budget <expression>',
      'must hold, instead of the budgets of the file; repeatable',
      textList,
    )
    .option(
      '--max-runs <number>',
      'most runs, all replications together',
      wholeNumber(1, 1_000_000),
      most,
    );
}
