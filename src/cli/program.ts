import { oneLine, splitLines } from '../text/line.js';
import { Command, CommanderError, Option } from 'commander';
import { EngineNeeded, pilotsBy, type MakeRun } from '../api/pilots.js';
import { EXIT_MEANINGS, usageError } from './exit.js';
import {
  addCheck,
  addCompare,
  addExplain,
  addGraph,
  addLint,
  addRun,
  addSweep,
  addValidate,
} from './commands.js';
import {
  addAsk,
  addCapacity,
  addExplore,
  addFix,
  addSensitivity,
  addStory,
} from './commands-accounts.js';
import { actionsOf, type Perform } from './command-parts.js';
import { addCalibrate, addDrift } from './commands-calibrate.js';
import {
  addCompletion,
  addExport,
  addImport,
  addInit,
  addMcp,
  addWorker,
} from './commands-tools.js';
import type { Terminal } from './terminal.js';
import { VERSION } from '../text/version.js';

/** Commands for which a user may look, and what to use instead. */
const ELSEWHERE = {
  merge: 'run sweep again without --shard where the files of all shards lie together',
  tune: 'write faultline fix FILE',
  search: 'write faultline sweep FILE --set path=from..to --expect EXPRESSION',
} as const;

const EXAMPLES = `
Examples:
  faultline run scenarios/checkout.yaml            simulate all variants, write reports/
  faultline init                                   a scenario to begin with
  faultline import k8s/ istio/ --out shop.yaml     a scenario from manifests
  faultline calibrate shop.yaml traces.jsonl       its guesses from measurements
  faultline drift shop.yaml k8s/                   is it still what is deployed?
  faultline validate scenarios/*.yaml              only read and check
  faultline compare scenarios/checkout.yaml        variants side by side, with intervals
  faultline check scenarios/checkout.yaml          judge budgets and expectations, for CI
  faultline story scenarios/checkout.yaml          what happened and why, in sentences
  faultline ask scenarios/first.yaml users.success   any figure by name
  faultline explore scenarios/first.yaml           which faults break a budget?
  faultline fix scenarios/first.yaml               which setting holds the budgets?
  faultline capacity scenarios/first.yaml          how much load does it hold?
  faultline sensitivity scenarios/first.yaml       which guesses decide the answer?
  faultline sweep scenarios/retry-metastable.yaml edge   where does it break?
  faultline worker redis://localhost:6379          make runs for sweeps on other machines
  faultline mcp resilience/                        tools for an assistant
  faultline export scenarios/first.yaml --as chaos-mesh   the faults for a real cluster
  faultline lint scenarios/checkout.yaml           anti-patterns, each with reason and remedy
  faultline explain gobreaker                      reference page of a pattern, fault or metric

Exit codes:
${exitCodes()}`;

/** Forms of a report for which people expect an option of that name. */
const FORM = /unknown option '--(html|page|report|svg|md|markdown|csv)'/u;

/** An error of the command line, with the option that writes what an unknown one was meant to write. */
function withWay(text: string): string {
  const form = FORM.exec(text)?.[1];
  if (form === undefined || text.includes('Did you mean')) return text;
  const name = { page: 'html', report: 'html', markdown: 'md' }[form] ?? form;
  return `${text.trimEnd()}: run and sweep write reports/ with --format ${name}; --out names another folder\n`;
}

/** The command line. Each command loads its modules when it runs; `finish` receives the exit code. */
export function createProgram(terminal: Terminal, finish: (exitCode: number) => void): Command {
  const program = new Command('faultline')
    .description('Simulates a microservice topology under failure and compares configurations.')
    .version(VERSION, '-v, --version', 'print the version')
    .option('--no-color', 'no colours, also on a terminal')
    .addOption(new Option('-V').hideHelp())
    .on('option:V', () => {
      terminal.out(oneLine(VERSION));
      throw new CommanderError(0, 'commander.version', '');
    })
    .helpCommand('help [command]', 'show help for a command')
    .configureOutput({
      writeOut: (text) => terminal.out(splitLines(text)),
      writeErr: (text) => terminal.note(splitLines(text)),
      outputError: (text, write) => write(withWay(text.replace(/^error: /, 'faultline: '))),
    })
    .showHelpAfterError('(faultline help [command] shows what there is)')
    .addHelpText('after', EXAMPLES)
    .exitOverride();
  const commands = [
    addRun,
    addCompare,
    addCheck,
    addStory,
    addAsk,
    addExplore,
    addFix,
    addCapacity,
    addSensitivity,
    addSweep,
    addExport,
    addInit,
    addImport,
    addCalibrate,
    addDrift,
    addValidate,
    addLint,
    addGraph,
    addExplain,
  ];
  const perform: Perform = async (files, flags, body) => {
    if (flags.watch !== true) return finish(await withPilots(body));
    const { watch } = await import('./watch.js');
    finish(await watch(files, terminal));
  };
  for (const add of commands) add(program, actionsOf(perform, terminal), perform, terminal);
  for (const command of program.commands) {
    command.option('--no-color', 'no colours, also on a terminal');
    command.option('--watch', 'run again whenever the scenario or what it includes is saved');
    command.option('--debug', 'show the stack of an error');
  }
  // They read no file that could change, so that they have none of the options above.
  const simply: Perform = async (_files, _flags, body) => finish(await body());
  for (const add of [addWorker, addMcp, addCompletion])
    add(program, actionsOf(simply, terminal), simply, terminal);
  for (const [name, instead] of Object.entries(ELSEWHERE)) {
    refuse(program, name, `there is no ${name}: ${instead}`);
  }
  return program;
}

/** Performs a command; where a scenario needs runs before it is ready, again with the engine in this thread. */
async function withPilots(body: () => Promise<number>): Promise<number> {
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof EngineNeeded)) throw error;
    // The file of the library has the engine: another copy of it would be a tenth of the package.
    const library = new URL('../library/index.js', import.meta.url).href;
    const { runPlan } = (await import(library)) as { readonly runPlan: MakeRun };
    pilotsBy(runPlan);
    return body();
  }
}

/** One line for each code; long ones are broken at a space. */
function exitCodes(): string {
  return Object.entries(EXIT_MEANINGS)
    .map(([code, words]) => {
      const lines = words.replace(/(.{1,88})(?: |$)/g, '$1\n').trimEnd();
      return `  ${code.padEnd(5)}${lines.replaceAll('\n', '\n       ')}`;
    })
    .join('\n');
}

function refuse(program: Command, name: string, message: string): void {
  program
    .command(name, { hidden: true })
    .argument('[arguments...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(() => {
      throw usageError(message);
    });
}
