import { examples, withChanges, withOwnThreads, withSampling, type Add } from './command-parts.js';
import { nameList, pathName, textList, wholeNumber } from './flags.js';
import { EXIT, usageError } from './exit.js';
import { statSync } from 'node:fs';
import { queueAddress } from './queue/address.js';
import { Argument } from 'commander';
import { splitLines } from '../text/line.js';
import type { Terminal } from './terminal.js';

export const addImport: Add = (program, action) => {
  const command = program
    .command('import')
    .summary('a scenario from the manifests and traces of a system')
    .description(
      'Reads manifests of Kubernetes and Istio, Envoy, Kong and Kafka, files of Docker Compose, application.yml of Spring Boot, and traces, ' +
        'as files or folders, ' +
        'and writes one scenario that runs as it is. Each value has its place as a comment ' +
        '(# k8s/orders.yaml:31), or is marked "# guess". The card says what has no counterpart, what is ' +
        'guessed, and which questions would help most.',
    )
    .argument('[path...]', 'files and folders (YAML, JSON, traces); - is standard input')
    .option('--out <file>', 'the scenario (default: imported.yaml); - is standard output', pathName)
    .option('--map <name=name>', 'another name for a component; repeatable', textList)
    .option(
      '--metrics <file>',
      'range export of Prometheus, or a table (CSV) of services or calls; repeatable',
      textList,
    )
    .option('--json <file>', 'write the whole account as JSON; - is standard output', pathName)
    .option('--force', 'overwrite files that exist')
    .option('--quiet', 'print no card');
  withSampling(command)
    .addHelpText(
      'after',
      examples(
        'faultline import k8s/ traces.jsonl --out shop.yaml && faultline run shop.yaml',
        'faultline import k8s/ traces.jsonl --sampled 10% --out shop.yaml      # one request of ten is traced',
        'faultline import k8s/ --metrics prometheus.json --out shop.yaml',
        'faultline import --metrics services.csv --metrics calls.csv --out shop.yaml',
        'faultline import compose.yaml .env --out shop.yaml',
        'docker compose config | faultline import - --out shop.yaml',
        'helm template chart/ | faultline import - --out shop.yaml',
        'kubectl get deploy,svc,hpa -o yaml | faultline import - --out live.yaml --json account.json',
        'faultline import k8s/ --map productpage-v1=productpage --out shop.yaml --force',
      ),
    )
    .action(action(async () => (await import('./commands/import.js')).importFiles));
};

export const addExport: Add = (program, action) => {
  const command = program
    .command('export')
    .summary('the faults of a scenario for Chaos Mesh or AWS FIS, its load for k6')
    .description(
      'Writes the faults of a scenario as an experiment of Chaos Mesh or AWS FIS, or its load as a script of k6, so that the real ' +
        'system can confirm what the runs predict. Whatever has no counterpart is listed with the reason.',
    )
    .argument('<file>', 'scenario (YAML); - is standard input')
    .option('--as <format>', 'chaos-mesh, litmus, fis or k6', 'chaos-mesh')
    .option('--variant <name>', 'the variant; by default the baseline')
    .option('--faults <list>', 'only these faults, such as those that explore has found', nameList)
    .option('--namespace <name>', 'namespace of the pods', 'default');
  withChanges(command, false)
    .option('--out <file>', 'the experiment; - is standard output', pathName, '-')
    .option('--json <file>', 'write the experiment and the list as JSON', pathName)
    .option('--quiet', 'do not list what is written otherwise, or not at all')
    .addHelpText(
      'after',
      examples(
        'faultline export scenarios/first.yaml --as chaos-mesh --namespace shop',
        'faultline export scenarios/first.yaml --as k6 --out load.js',
        'faultline export scenarios/checkout.yaml --as chaos-mesh --faults psp-hang --out chaos.yaml',
      ),
    )
    .action(action(async () => (await import('./commands/export.js')).exportFile));
};

export const addInit: Add = (program, _action, perform, terminal) => {
  program
    .command('init')
    .summary('a scenario to begin with')
    .description(
      'Writes a scenario that runs as it is: a chain of services, a load, a fault and budgets. Values that you have to ' +
        'measure are marked "# guess". With --from it is made of manifests and traces, as import does. On a terminal and ' +
        'without these options, it asks.',
    )
    .argument('[file]', 'the scenario; - is standard output', 'resilience.yaml')
    .option('--services <list>', 'each calls the next one (default: shop,payments)', nameList)
    .option('--rate <rate>', 'arrivals of requests (default: 200/s)')
    .option('--success <share>', 'the success that users need (default: 99%)')
    .option('--from <path>', 'a file or folder to import instead; repeatable', textList)
    .option('--force', 'overwrite a file that exists')
    .option('--quiet', 'ask and print nothing')
    .addHelpText(
      'after',
      examples(
        'faultline init && faultline run resilience.yaml',
        'faultline init checkout.yaml --services web,orders,payments --rate 350/s',
        'faultline init shop.yaml --from k8s/ --from traces.jsonl',
      ),
    )
    .action(async (file: string, flags) => {
      const { watch, from } = flags as { readonly watch?: boolean; readonly from?: string[] };
      if (watch === true && from === undefined)
        throw usageError('--watch follows files: add --from PATH');
      await perform(from ?? [], flags, async () => {
        const { init } = await import('./commands/init.js');
        return init(pathName(file), flags, terminal);
      });
    });
};

export const addMcp: Add = (program, action) => {
  program
    .command('mcp')
    .summary('a server for assistants (Model Context Protocol)')
    .description(
      'Serves validate, lint, run, ask, compare, fix and explain as tools on standard input and output. It reads scenarios ' +
        'below the folder, writes nothing there, and opens no connection. It needs the package @modelcontextprotocol/sdk.',
    )
    .argument('[folder]', 'the folder with the scenarios', pathName, '.')
    .option('--timeout <seconds>', 'longest time of one call', wholeNumber(1, 86_400), 120)
    .addHelpText(
      'after',
      examples(
        'faultline mcp                        # in the settings of the assistant: command faultline, argument mcp',
        'faultline mcp resilience/ --timeout 300',
      ),
    )
    .action(
      action(() => async (folder: string, flags: { readonly timeout: number }) => {
        if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
          throw usageError(`${folder} is no folder: name the one with the scenarios`);
        const { serve } = await import('./mcp/server.js');
        return serve({ folder, seconds: flags.timeout });
      }),
    );
};

export const addWorker: Add = (program, action) => {
  const command = program
    .command('worker')
    .summary('make runs for commands with --queue on other machines')
    .description(
      'Takes runs from a queue in Redis until it gets a signal; the runs that it has begun go back then. It needs the packages ' +
        'bullmq and ioredis, and serves commands of the same build only.',
    )
    .argument('<address>', 'the Redis, such as redis://host:6379', queueAddress);
  withOwnThreads(command)
    .option('--quiet', 'print nothing')
    .addHelpText(
      'after',
      examples(
        'faultline worker redis://localhost:6379',
        'faultline worker rediss://user:password@queue.example:6380 --workers 8',
        'faultline sweep scenarios/retry-metastable.yaml map --queue redis://localhost:6379   # on your machine',
      ),
    )
    .action(action(async () => (await import('./commands/worker.js')).work));
};

export const addCompletion: Add = (program, action) => {
  program
    .command('completion')
    .summary('a script that completes commands and options with the tab key')
    .description(
      'Prints a script for a shell. It completes commands, options, their values and the names of files.',
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        'source <(faultline completion bash)     # in ~/.bashrc',
        'source <(faultline completion zsh)      # in ~/.zshrc, after compinit',
        'faultline completion fish | source      # in ~/.config/fish/config.fish',
      ),
    )
    .action(
      action(() => async (shell: 'bash' | 'zsh' | 'fish', _flags: unknown, terminal: Terminal) => {
        const { completions } = await import('./completion/index.js');
        const { wordsOf } = await import('./completion/words.js');
        terminal.out(splitLines(completions[shell](wordsOf(program)).trimEnd()));
        return EXIT.ok;
      }),
    );
};
