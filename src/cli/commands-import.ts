import { examples, withSampling, type Add } from './command-parts.js';
import { pathName, textList } from './flags.js';

/** `import PATH...`. */
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
