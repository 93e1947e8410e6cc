import { Option, type Command } from 'commander';
import { examples, withChanges, withSampling, withThreads } from './command-parts.js';
import type { Add } from './command-parts.js';
import { FIX_FORMATS, nameList, pathName, shareBetween, textList, wholeNumber } from './flags.js';

/** How traces are read, and with which random numbers the scenario runs. */
function withTraces(command: Command): Command {
  return withSampling(command)
    .option(
      '--map <name=name>',
      'the component behind another name in the traces or manifests; repeatable',
      textList,
    )
    .option(
      '--seed <number>',
      'another seed than run.seed',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    );
}

/** `calibrate FILE DATA...`. */
export const addCalibrate: Add = (program, action) => {
  const command = program
    .command('calibrate')
    .summary('fits the guesses of a scenario to traces, and says which they cannot determine')
    .description(
      'Fits every value whose line has the comment # guess, so that the first part of the traces is predicted ' +
        'best, and prints predicted beside measured for the part that was held back: p50, p95, p99, throughput and ' +
        'failures of each endpoint and each call. A guess that the traces do not determine is named and gets no ' +
        'number. The faults of the file are left out.',
    )
    .argument('<file>', 'scenario (YAML)')
    .argument('<data...>', 'files and folders with traces (OTLP, Jaeger, Zipkin; also .gz)')
    .option('--variant <name>', 'the variant that the traces are from (default: the baseline)')
    .option('--over <list>', 'the values below these paths instead of the guesses', nameList)
    .option('--fit <share>', 'share of the data to fit to', shareBetween(0.1, 0.9), 0.7)
    .addOption(
      new Option('--by <what>', 'how the data are divided: by time, or at random by trace')
        .choices(['time', 'trace'])
        .default('time'),
    )
    .option('--with-faults', 'keep the faults of the file active')
    .option('--replications <number>', 'runs of each point', wholeNumber(1, 10_000), 1)
    .option('--max-runs <number>', 'most runs', wholeNumber(1, 1_000_000), 500);
  withThreads(withChanges(withTraces(command), false))
    .option('--out <file>', 'the scenario with the fitted values; - is standard output', pathName)
    .option('--all', 'print every endpoint and call')
    .option('--json <file>', 'write the figures as JSON; - is standard output', pathName)
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline calibrate shop.yaml traces.jsonl.gz',
        'faultline calibrate shop.yaml traces/ --out fitted.yaml && faultline run fitted.yaml',
        'faultline calibrate shop.yaml monday.jsonl tuesday.jsonl --fit 50% --by trace',
        'faultline calibrate shop.yaml traces.jsonl --over services.payments,network',
        'faultline calibrate shop.yaml jaeger.json --sampled 1% --map payment-svc=payments --json - ',
      ).trimEnd(),
    )
    .action(action(async () => (await import('./commands/calibrate.js')).calibrate));
};

/** `drift FILE PATH...`. */
export const addDrift: Add = (program, action) => {
  const command = program
    .command('drift')
    .summary('where a scenario differs from manifests and traces of today, for CI')
    .description(
      'Imports manifests and compares each of their settings with the scenario, and what the scenario predicts ' +
        'with what traces measure. Lists each difference with both values and places: exit code 1 if there is one.',
    )
    .argument('<file>', 'scenario (YAML)')
    .argument('<path...>', 'manifests, files of settings and traces, as import reads them')
    .option('--variant <name>', 'the variant that is deployed (default: the baseline)')
    .option('--ignore <list>', 'paths and figures that may differ; repeatable', nameList)
    .option(
      '--tolerance <share>',
      'differences of figures up to this are none',
      shareBetween(0, 1),
      0.1,
    )
    .option('--replications <number>', 'another number of runs', wholeNumber(1, 10_000));
  withThreads(withChanges(withTraces(command), false))
    .addOption(
      new Option('--format <format>', 'how to print the differences')
        .choices(FIX_FORMATS)
        .default('text'),
    )
    .option('--json <file>', 'write the differences as JSON; - is standard output', pathName)
    .addHelpText(
      'after',
      examples(
        'faultline drift shop.yaml k8s/ istio/',
        'faultline drift shop.yaml k8s/ traces.jsonl.gz --tolerance 20%',
        'helm template chart/ | faultline drift shop.yaml -',
        'faultline drift shop.yaml k8s/ --ignore services.legacy,services.orders.replicas',
        'faultline drift shop.yaml k8s/ --format md > comment.md',
      ),
    )
    .action(action(async () => (await import('./commands/drift.js')).drift));
};
