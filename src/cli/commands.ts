import { Option } from 'commander';
import { SWEEP_STARTS } from '../contracts/scenario/sweeps.js';
import type { Command } from 'commander';
import {
  FORMATS,
  formatList,
  nameList,
  pathName,
  shardOf,
  textList,
  wholeNumber,
} from './flags.js';
import { examples, withChanges, withRuns, withSelection, withThreads } from './command-parts.js';
import type { Add } from './command-parts.js';
import { withExports } from './export-flags.js';
import type { ExplainFlags } from './commands/explain.js';
import type { Terminal } from './terminal.js';

export const addRun: Add = (program, action) => {
  const command = program
    .command('run')
    .summary('simulate every variant, print the tables, write the report')
    .description('Simulates every variant of each scenario, prints the summary, writes the report.')
    .argument('<file...>', 'scenarios (YAML); - is standard input');
  withRuns(command)
    .option('--out <dir>', 'directory of the report', pathName, 'reports')
    .option('--format <list>', `what to write: ${FORMATS.join(',')}`, formatList, ['html', 'svg'])
    .option('--open', 'show the page in the browser')
    .option('--json <file>', 'write the result document; - is standard output', pathName)
    .option('--explain', 'prove every cause: run every variant again without each fault and policy')
    .option('--no-explain', 'make no runs without possible causes; by default few are made')
    .option('--map', 'of variants with a loop: which fault lengths and loads they come back from')
    .option('--audit', 'check every law of the model at each step; slower, never changes a result')
    .option('--quiet', 'print no tables and no progress');
  withExports(command)
    .addHelpText(
      'after',
      examples(
        'faultline run scenarios/checkout.yaml',
        'faultline run scenarios/checkout.yaml --open                    # in the browser',
        'faultline run scenarios/checkout.yaml --variant naive,full --replications 10',
        'faultline run scenarios/checkout.yaml --explain         # which fault did it?',
        'faultline run scenarios/checkout.yaml --no-explain      # only the runs themselves',
        'faultline run scenarios/retry-metastable.yaml --variant retries --map',
        "faultline run scenarios/first.yaml --set 'workloads.*.arrivals.rate=x1.5'",
        'faultline run scenarios/first.yaml --set services.shop.concurrency=64 --as larger',
        'faultline run scenarios/first.yaml --watch             # again after each save',
        'faultline run scenarios/checkout.yaml --quiet --json - | jq .digest',
        'faultline run scenarios/checkout.yaml --spans jaeger=traces.json --sample 1%',
        'faultline run scenarios/checkout.yaml --metrics metrics.txt --scrape 15s',
      ) + '\nBudgets are shown with their verdicts; check judges them by its exit code.',
    )
    .action(action(async () => (await import('./commands/run.js')).run));
};

export const addCompare: Add = (program, action) => {
  const command = program
    .command('compare')
    .summary('the variants side by side, with paired differences and intervals')
    .description('Compares the variants metric by metric, paired over the replications.')
    .argument('<file>', 'scenario (YAML); - is standard input');
  withRuns(command)
    .option('--all', 'print every metric of every variant')
    .option('--json <file>', 'write the result document; - is standard output', pathName)
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline compare scenarios/checkout.yaml --replications 20',
        'faultline compare scenarios/checkout.yaml --all',
        "faultline compare scenarios/first.yaml --set 'services.*.concurrency=x2' --as doubled",
      ),
    )
    .action(action(async () => (await import('./commands/compare.js')).compare));
};

export const addCheck: Add = (program, action) => {
  const command = program
    .command('check')
    .summary('judge budgets and expectations, for CI')
    .description(
      'Runs the scenarios and judges their budgets and expectations: exit code 1 when one is not met.',
    )
    .argument('<file...>', 'scenarios (YAML); - is standard input');
  withRuns(command)
    .option('--junit <file>', 'write the verdicts as JUnit XML; - is standard output', pathName)
    .option('--markdown <file>', 'write a summary in Markdown; - is standard output', pathName)
    .option('--github', 'print GitHub workflow annotations')
    .option('--json <file>', 'write the result document; - is standard output', pathName)
    .option('--quiet', 'print only what is broken')
    .option('--baseline <file>', 'what budgets mean by `of saved`', pathName)
    .option('--update-baseline', 'write the figures of this run into that file')
    .option(
      '--against <ref|file|result>',
      'compare with the scenario at a git ref, another one, or a result of run --json',
    )
    .option('--strict', 'with --against: an undecided comparison or a trade is broken')
    .option(
      '--max-runs <number>',
      'with --against: most runs, both sides together (default: 400)',
      wholeNumber(1, 1_000_000),
    )
    .option('--explain', 'prove the causes of every broken budget: run again without each of them')
    .option('--no-explain', 'make no runs without possible causes; by default few are made')
    .addHelpText(
      'after',
      examples(
        'faultline check scenarios/*.yaml --junit budgets.xml',
        "sed 's/factor: 5/factor: 3/' scenarios/first.yaml | faultline check -",
        "faultline check scenarios/first.yaml --set 'faults[slow-payments].factor=3'",
        'faultline check scenarios/checkout.yaml --github --markdown "$GITHUB_STEP_SUMMARY"',
        'faultline check scenarios/baseline/shop.yaml --baseline scenarios/baseline/saved.json',
        'faultline check scenarios/first.yaml --against HEAD',
        'faultline check scenarios/first.yaml --set services.shop.concurrency=8 --against scenarios/first.yaml',
      ),
    )
    .action(action(async () => (await import('./commands/check.js')).check));
};

export const addSweep: Add = (program, action) => {
  const command = program
    .command('sweep')
    .summary('the same experiment with other values: where does it break?')
    .description(
      'Runs a sweep of the scenario, or one of the command line: all combinations of values, a random ' +
        'sample, or a search for the value at which an expectation ceases to hold.',
    )
    .argument('<file>', 'scenario (YAML); - is standard input')
    .argument('[name]', 'a sweep of the file; may be left out where there is one')
    .option(
      '--set <path=values>',
      'a path and its values: a,b,c or from..to:steps; from..to is searched',
      textList,
    )
    .option('--metric <metric>', 'with --set: what is recorded, with its window', textList)
    .option(
      '--expect <expression>',
      'with --set path=from..to: the budget whose limit is searched (default: all budgets)',
    )
    .option(
      '--samples <number>',
      'with --set: number of settings, drawn at random',
      wholeNumber(1, 10_000),
    )
    .addOption(
      new Option(
        '--start <how>',
        'with --set: replicas with which autoscaled components begin: settled (those that the autoscaler would have; default where a load is set) or written (those of the file)',
      ).choices(SWEEP_STARTS),
    );
  withSelection(command);
  withThreads(command)
    .option('--shard <i/n>', 'run only this part of the settings', shardOf)
    .option('--fresh', 'compute everything again, also what an earlier run has left')
    .option('--out <dir>', 'directory of the report', pathName, 'reports')
    .option('--format <list>', `what to write: ${FORMATS.join(',')}`, formatList, ['html', 'svg'])
    .option('--json <file>', 'write the result document; - is standard output', pathName)
    .option('--quiet', 'print no tables and no progress')
    .addHelpText(
      'after',
      examples(
        'faultline sweep scenarios/retry-metastable.yaml map',
        "faultline sweep scenarios/first.yaml --set 'workloads.users.arrivals.rate=50/s..500/s:5'",
        "faultline sweep scenarios/first.yaml --set 'workloads.users.arrivals.rate=50/s..500/s'",
        "faultline sweep scenarios/first.yaml --set 'workloads.users.arrivals.rate=50/s..500/s' \\\n      --expect 'users.latency.p99 < 300ms'",
      ) +
        '\nWhat is computed is kept beside the report: the same command goes on where it was interrupted.',
    )
    .action(action(async () => (await import('./commands/sweep.js')).sweep));
};

export const addValidate: Add = (program, action) => {
  const command = program
    .command('validate')
    .summary('read and check scenarios without running them')
    .description('Reports every problem of each scenario at once, with its place in the file.')
    .argument('<file...>', 'scenarios (YAML); - is standard input')
    .option('--quiet', 'print only problems')
    .option('--json <file>', 'write sizes and problems as JSON; - is standard output', pathName);
  withChanges(command, false)
    .addHelpText('after', examples('faultline validate scenarios/*.yaml'))
    .action(action(async () => (await import('./commands/validate.js')).validate));
};

export const addLint: Add = (program, action) => {
  const command = program
    .command('lint')
    .summary('anti-patterns of a scenario, each with reason and remedy')
    .description(
      'Looks for anti-patterns without running anything: exit code 1 when one of them is an error.',
    )
    .argument('<file...>', 'scenarios (YAML); - is standard input')
    .option('--variant <list>', 'only these variants', nameList)
    .option('--rule <list>', 'only these rules', nameList)
    .option('--ignore <list>', 'all rules but these', nameList)
    .option('--checklist', 'rate eight points, such as breakers on external calls, with numbers')
    .option('--all', 'show every finding with its lines, also in a file with more than 10')
    .option('--json <file>', 'write the findings as JSON; - is standard output', pathName)
    .option('--quiet', 'print only errors');
  withChanges(command)
    .addHelpText(
      'after',
      examples(
        'faultline lint scenarios/*.yaml',
        'faultline lint scenarios/checkout.yaml --variant full --ignore retry-without-budget',
        'faultline lint scenarios/checkout.yaml --rule timeout-inversion --json -',
        'faultline lint scenarios/checkout.yaml --checklist --quiet',
      ) + '\ndocs/lint.md lists the rules.',
    )
    .action(action(async () => (await import('./commands/lint.js')).lint));
};

export const addGraph: Add = (program, action) => {
  const command = program
    .command('graph')
    .summary('the topology as SVG, Mermaid or DOT')
    .description('Draws calls and message flows between components. Nothing is run.')
    .argument('<file>', 'scenario (YAML); - is standard input')
    .addOption(
      new Option(
        '--format <format>',
        'how to draw it (default: as the name of --out ends: .svg, .mmd, .md, .dot, .gv; without --out mermaid)',
      ).choices(['svg', 'mermaid', 'dot']),
    )
    .option('--variant <name>', 'draw this variant instead of the baseline')
    .addOption(
      new Option(
        '--show <details>',
        'policies: time limits, attempts, breakers, capacity, rates and faults',
      ).choices(['policies']),
    )
    .option('--out <file>', 'write to a file; its ending decides the format', pathName)
    .option('--all', 'draw every component, also of a topology that is too large to read')
    .option('--json <file>', 'write nodes and edges as JSON; - is standard output', pathName);
  withChanges(command, false)
    .addHelpText(
      'after',
      examples(
        'faultline graph scenarios/checkout.yaml --out checkout.svg',
        'faultline graph scenarios/checkout.yaml --show policies --variant full --out checkout.svg',
        'faultline graph scenarios/checkout.yaml --format dot | dot -Tpng > checkout.png',
      ),
    )
    .action(action(async () => (await import('./commands/graph.js')).graph));
};

export const addExplain: Add = (program, action) => {
  const command = program
    .command('explain')
    .summary('reference page of a name, or the resolved values of a scenario')
    .description(
      'Explains a section, policy, fault, metric, step or field; or what a scenario comes to.',
    )
    .argument('[name|file...]', 'a name of the scenario language, or a scenario (YAML)')
    .option('--variant <list>', 'only these variants of the scenario', nameList)
    .option(
      '--json <file>',
      'write pages or resolved values as JSON; - is standard output',
      pathName,
    );
  withChanges(command)
    .addHelpText(
      'after',
      examples(
        'faultline explain                       # everything that has a page',
        'faultline explain circuitBreaker',
        'faultline explain topics',
        'faultline explain latency.p99',
        'faultline explain scenarios/checkout.yaml --variant full',
        'faultline explain scenarios/first.yaml --set services.shop.concurrency=x2',
      ),
    )
    .action(
      action(async () => {
        const { explain } = await import('./commands/explain.js');
        return (words: readonly string[], flags: ExplainFlags, terminal: Terminal) =>
          explain(
            words.length === 0 ? undefined : words.join(' '),
            flags,
            terminal,
            helpsOf(program),
          );
      }),
    );
};

/** The help of each command, as `faultline help NAME` prints it. */
function helpsOf(program: Command) {
  const commands = program.commands.filter((command) => command.summary() !== '');
  const of = (name: string): string => {
    let text = '';
    const command = commands.find((own) => own.name() === name);
    command?.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
    return text;
  };
  return { names: commands.map((command) => command.name()), of };
}
