// Compares each sentence of accounts with the runs of the same document: of every shipped scenario and variant, of files
// and folders that are named, and of random topologies. `npm run bench:accounts -- --help` lists the options.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { categoryOf, draftOf } from '../causes/cases.mjs';
import { textOf } from '../causes/simulate.mjs';
import { loadScenario } from '../../dist/library/index.js';
import { accountOf } from './account.mjs';
import { contradictionsIn } from './contradictions.mjs';

const USAGE = `Usage: npm run bench:accounts -- [options] [file or folder]...
  --random N     N random topologies (default 0)
  --first N      the first of their seeds (default 9000001)
  --explain      with all further runs, as with --explain; --none: without any
  --none
  --workers N    threads (default: one per core)
Without files, it reads scenarios/.
`;

const SCENARIOS = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** What to do, in order: a variant of a file, or a seed. */
function tasksOf({ positionals, values }) {
  const files = (positionals.length > 0 ? positionals : [SCENARIOS]).flatMap(yamlsIn);
  const shipped = files.flatMap((path) => {
    const { file } = loadScenario(path, (name) => ({ text: readFileSync(name, 'utf8') }));
    return (file?.variants ?? []).map((_, only) => ({ path, only }));
  });
  const first = Number(values.first);
  const random = Array.from({ length: Number(values.random) }, (_, k) => ({ seed: first + k }));
  return [...(values.random > 0 && positionals.length === 0 ? [] : shipped), ...random];
}

function yamlsIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => {
      const inner = join(path, name);
      return statSync(inner).isDirectory() || name.endsWith('.yaml') ? yamlsIn(inner) : [];
    });
}

/** The contradictions of one account, and what its runs and proofs cost. */
async function checked({ path, only = 0, seed }, proof) {
  const text = path === undefined ? randomText(seed) : readFileSync(path, 'utf8');
  if (text === null) return null;
  const replications = path === undefined ? 2 : null;
  const { variant, blocks, events, spent } = await accountOf(text, {
    proof,
    only,
    replications,
    path,
  });
  const name = path === undefined ? `seed ${seed}` : `${path} ${variant.name}`;
  const { sentence } = variant.cascade;
  return { name, sentence, events, spent, found: contradictionsIn(variant, blocks) };
}

/** The first draft of a seed that the program accepts. */
function randomText(seed) {
  for (let attempt = 0; attempt < 30; attempt++) {
    const draft = draftOf(seed, attempt, { only: null, category: categoryOf(seed) });
    if (draft === null) continue;
    const text = textOf(draft.scenario);
    if (loadScenario('case.yaml', () => ({ text })).file !== null) return text;
  }
  return null;
}

async function main() {
  const parsed = parseArgs({
    allowPositionals: true,
    options: {
      random: { type: 'string', default: '0' },
      first: { type: 'string', default: '9000001' },
      explain: { type: 'boolean', default: false },
      none: { type: 'boolean', default: false },
      workers: { type: 'string', default: String(availableParallelism()) },
      sentences: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (parsed.values.help) return void process.stdout.write(USAGE);
  const { values } = parsed;
  const proof = values.explain ? 'full' : values.none ? 'none' : 'usual';
  const tasks = tasksOf(parsed);
  const done = await all(tasks, proof, Math.min(tasks.length, Number(values.workers)));
  const own = done.filter((one) => one !== null);
  for (const { name, error, found = [], sentence } of own) {
    if (error !== undefined) console.log(`${name}: ${error}`);
    for (const words of found) console.log(`${name}: ${words}`);
    if (values.sentences) console.log(`${name}\t${sentence}`);
  }
  const wrong = own.filter(({ found = [], error }) => found.length > 0 || error !== undefined);
  const sum = (of) => own.reduce((all, one) => all + (of(one) ?? 0), 0);
  const ratio = sum(({ spent }) => spent) / sum(({ events }) => events);
  console.log(
    `${own.length} accounts, ${wrong.length} with a contradiction; the proofs handled ${ratio.toFixed(2)} times the events of the runs`,
  );
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

/** The results in the order of the tasks, whichever thread is faster. */
function all(tasks, proof, threads) {
  const results = Array.from({ length: tasks.length });
  let next = 0;
  let open = tasks.length;
  return new Promise((resolve, reject) => {
    for (let k = 0; k < threads; k++) {
      const worker = new Worker(new URL(import.meta.url), { workerData: { proof } });
      const give = () => {
        if (next < tasks.length) worker.postMessage({ id: next, task: tasks[next++] });
        else void worker.terminate();
      };
      worker.on('error', reject);
      worker.on('message', ({ id, result }) => {
        results[id] = result;
        if (process.stderr.isTTY)
          process.stderr.write(`\r${tasks.length - open} of ${tasks.length} `);
        if (--open === 0) resolve(results);
        give();
      });
      give();
    }
  });
}

if (parentPort === null) await main();
else
  parentPort.on('message', async ({ id, task }) => {
    const result = await checked(task, workerData.proof).catch((error) => ({
      name: task.path ?? `seed ${task.seed}`,
      error: String(error.stack ?? error),
    }));
    parentPort.postMessage({ id, result });
  });
