import { Option, InvalidArgumentError } from 'commander';
import {
  examples,
  withChanges,
  withRuns,
  withSearch,
  withSelection,
  withThreads,
  type Add,
} from './command-parts.js';
import { FIX_FORMATS, multiple, nameList, pathName, shareBetween, wholeNumber } from './flags.js';
import { OptionError } from '../api/errors.js';
import { dishesOf, type Dish } from '../api/explore/menu.js';
import { parseDuration } from '../contracts/quantities/quantity-text.js';

/** `story FILE|RESULT`. */
export const addStory: Add = (program, action) => {
  const command = program
    .command('story')
    .summary('what happened and why, for an incident channel or a post-mortem')
    .description(
      'Prints the account of a scenario, which it runs, or of a result document: verdict, timeline, causes ' +
        'with their proofs, recovery, budgets that are not met. Variants that fail come first.',
    )
    .argument('<file|result>', 'scenario (YAML) or result document (JSON); - is standard input');
  withRuns(command)
    .option('--markdown', 'print Markdown instead of plain text')
    .option(
      '--explain',
      'prove the causes in all variants that fail (default: in the baseline and the first that fails)',
    )
    .option('--no-explain', 'make no runs without single faults')
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline story scenarios/checkout.yaml',
        'faultline story scenarios/checkout.yaml --variant naive --markdown > post-mortem.md',
        'faultline run scenarios/first.yaml --quiet --json result.json && faultline story result.json',
        'faultline run scenarios/first.yaml --quiet --json - | faultline story -',
      ),
    )
    .action(action(async () => (await import('./commands/story.js')).story));
};

/** `ask FILE QUESTION…`. */
export const addAsk: Add = (program, action) => {
  const command = program
    .command('ask')
    .summary('any figure by name, in any window and variant')
    .description(
      'Runs the variants and prints the metrics that are asked for, each with its interval. With a limit, as in a ' +
        'budget, it says whether it holds.',
    )
    .argument('<file>', 'scenario (YAML) or result document (JSON); - is standard input')
    .argument(
      '[question...]',
      'METRIC [OP LIMIT] [WINDOW] [in VARIANT]; by default success, goodput and p99 of each workload',
    );
  withRuns(command)
    .option(
      '--draws <number>',
      'intervals include measured inputs (± in a comment): draws of all of them',
      wholeNumber(5, 1000),
    )
    .option(
      '--rare <component>',
      'estimate a rare share by importance splitting: this component fills on the way to the event',
    )
    .option('--json <file>', 'write the answers as JSON; - is standard output', pathName)
    .option('--csv <file>', 'write the answers as CSV; - is standard output', pathName)
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        "faultline ask scenarios/first.yaml 'users.success'",
        "faultline ask scenarios/checkout.yaml 'shoppers.latency.p99 during psp-hang in naive, full'",
        "faultline ask imported.yaml 'users.latency.p99' --draws 20",
        "faultline ask scenarios/checkout.yaml 'shoppers.success' 'shoppers.success before psp-hang'",
        "faultline ask scenarios/first.yaml 'users.success >= 99% during slow-payments'",
        "faultline ask scenarios/first.yaml 'users.goodput' --csv - --replications 10",
      ) +
        '\nfaultline explain metrics lists the metrics. The exit code does not depend on the answer.',
    )
    .action(action(async () => (await import('./commands/ask.js')).ask));
};

export const addExplore: Add = (program, action) => {
  const command = program
    .command('explore')
    .summary('the smallest sets of faults that break a budget')
    .description(
      'Tries single faults, then pairs of those that the system survives, on everything that the requests of ' +
        'the budgets use. The faults of the file are left out.',
    )
    .argument('<file>', 'scenario (YAML); - is standard input');
  withSearch(withRuns(command), 1000)
    .option(
      '--faults <list>',
      'faults to try (default: down,instance,slow=10,errors=50%,latency=250ms,loss=10%)',
      menuOf,
    )
    .option(
      '--at <duration>',
      'when they begin (default: as the first fault of the file)',
      instantOf,
    )
    .option(
      '--for <duration>',
      'how long they last (default: as the first fault of the file)',
      instantOf,
    )
    .option('--size <number>', 'largest number of faults at once', wholeNumber(1, 3), 2)
    .option('--max <number>', 'most sets to print', wholeNumber(1, 10_000), 10)
    .option('--with-faults', 'keep the faults of the file active')
    .option('--json <file>', 'write the sets as JSON; - is standard output', pathName)
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline explore scenarios/first.yaml',
        'faultline explore scenarios/checkout.yaml --variant full --replications 1',
        "faultline explore scenarios/first.yaml --budget 'users.success >= 95%' --faults down,slow=3",
        'faultline explore scenarios/first.yaml --json sets.json --max-runs 200',
      ),
    )
    .action(action(async () => (await import('./commands/explore.js')).explore));
};

export const addFix: Add = (program, action) => {
  const command = program
    .command('fix')
    .summary('the smallest change of settings that holds the budgets')
    .description(
      'Tries other values of the settings near the trouble, one at a time and then together: time limits, ' +
        'retries, breakers, bulkheads, pools, queues, workers, memory, floors of autoscalers. The faults, the ' +
        'load and the budgets stay as they are. The changes of another variant are tried too, and each one that ' +
        'is not needed is left out. Begins with the baseline, or with the first variant that breaks a budget.',
    )
    .argument('<file>', 'scenario (YAML); - is standard input');
  withSearch(withThreads(withChanges(withSelection(command), false)), 200)
    .option('--over <list>', 'only these settings: paths, * is every entry; repeatable', nameList)
    .addOption(
      new Option('--format <format>', 'how to print the answer')
        .choices(FIX_FORMATS)
        .default('text'),
    )
    .option(
      '--out <file|folder>',
      'write the change: a scenario that includes this one, or with --as that format',
      pathName,
    )
    .option(
      '--as <list>',
      'the change in the format of: resilience4j, istio, envoy, kubernetes, hikari, kafka',
      nameList,
    )
    .option('--json <file>', 'write the answer as JSON; - is standard output', pathName)
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline fix scenarios/checkout.yaml',
        'faultline fix scenarios/checkout.yaml --variant timeouts --max-runs 400',
        "faultline fix scenarios/first.yaml --budget 'users.success >= 99.9%'",
        'faultline fix scenarios/first.yaml --over services.payments.concurrency,services.payments.queue',
        'faultline fix scenarios/first.yaml --format md > comment.md',
        'faultline fix scenarios/checkout.yaml --out fixed.yaml && faultline run fixed.yaml',
        'faultline fix scenarios/first.yaml --as resilience4j,kubernetes',
      ),
    )
    .action(action(async () => (await import('./commands/fix.js')).fix));
};

export const addCapacity: Add = (program, action) => {
  const command = program
    .command('capacity')
    .summary('how much load the system holds, what gives in, and what more needs')
    .description(
      'Searches the largest multiple of the load at which the budgets hold: all workloads together, each one ' +
        'alone, and with each fault. Names the resource that gives in, and the settings for the next step. ' +
        'Autoscaled components begin each load with the replicas that the autoscaler has at it.',
    )
    .argument('<file>', 'scenario (YAML); - is standard input');
  withRuns(command)
    .option('--for <multiple>', 'the settings for this multiple of the load, such as 2x', multiple)
    .option(
      '--resolution <share>',
      'most that the two ends of a limit differ (0.5% to 50%)',
      shareBetween(0.005, 0.5, '5%'),
      0.05,
    )
    .option(
      '--draws <number>',
      'draws of measured inputs (± in a comment), which show how far the limit moves',
      wholeNumber(0, 1000),
      12,
    )
    .option('--json <file>', 'write the limits as JSON; - is standard output', pathName)
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline capacity scenarios/first.yaml',
        'faultline capacity scenarios/first.yaml --for 2x',
        'faultline capacity scenarios/checkout.yaml --variant full --resolution 10%',
        'faultline capacity scenarios/first.yaml --set services.payments.concurrency=32',
      ),
    )
    .action(action(async () => (await import('./commands/capacity.js')).capacity));
};

export const addSensitivity: Add = (program, action) => {
  const command = program
    .command('sensitivity')
    .summary('which guesses decide the answer, and at what value it turns')
    .description(
      'Varies every time, rate, share and size that describes the system or what happens to it: each alone, then ' +
        'all together at random; only those whose line has the comment # guess, if there are any. Says whether the budgets of each variant still hold or break as before, whether ' +
        'the best variant stays the best, and at what value that changes. Settings are not varied: they are yours.',
    )
    .argument('<file>', 'scenario (YAML); - is standard input');
  withRuns(command)
    .option(
      '--guess <share>',
      'by how much an input may be wrong (1% to 90%)',
      shareBetween(0.01, 0.9),
      0.3,
    )
    .option(
      '--over <list>',
      'only the inputs below these paths, such as services.payments',
      nameList,
    )
    .option('--all', 'all inputs, also where the file marks some with # guess')
    .option('--max-runs <number>', 'most runs', wholeNumber(1, 1_000_000), 1000)
    .option('--json <file>', 'write the figures as JSON; - is standard output', pathName)
    .option('--svg <file>', 'draw the inputs as a tornado; - is standard output', pathName)
    .option('--html <file>', 'write the answer, the tornado and all inputs as a page', pathName)
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline sensitivity scenarios/first.yaml',
        'faultline sensitivity scenarios/first.yaml --guess 50% --over services,faults',
        'faultline sensitivity scenarios/checkout.yaml --variant full --replications 3',
        'faultline sensitivity scenarios/first.yaml --json guesses.json --max-runs 200',
        'faultline sensitivity scenarios/first.yaml --html guesses.html',
      ),
    )
    .action(action(async () => (await import('./commands/sensitivity.js')).sensitivity));
};

/** `down,slow=3,errors=20%` as an option parser. */
function menuOf(text: string): readonly Dish[] {
  try {
    return dishesOf(text.split(','));
  } catch (error) {
    throw error instanceof OptionError ? new InvalidArgumentError(error.message) : error;
  }
}

/** `90s` as an option parser. Unit: ns. */
function instantOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError('a duration is expected, such as 90s.');
  }
}
