// Compares each sentence of a document with the runs of the same document: on a terminal, in the story, in Markdown, and
// in the first part of the page. It reads every shipped scenario, files and folders that are named, and random topologies.
// `npm run bench:accounts -- --help` lists the options.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { categoryOf, draftOf } from '../causes/cases.mjs';
import { textOf } from '../causes/simulate.mjs';
import { loadScenario } from '../../dist/library/index.js';
import { yamlsIn } from '../scenario-files.mjs';
import { documentOf } from './account.mjs';
import { contradictionsIn } from './contradictions.mjs';
import { readingOf } from './reader.mjs';
import { blocksOf, textsOf } from './surfaces.mjs';

const USAGE = `Usage: npm run bench:accounts -- [options] [file or folder]...
  --random N     N random topologies (default 0)
  --first N      the first of their seeds (default 9000001)
  --explain      with all further runs, as with --explain; --none: without any
  --none
  --part K/N     the K-th of N parts of all of these
  --workers N    threads (default: one per core)
Without files, it reads scenarios/.
`;

const SCENARIOS = fileURLToPath(new URL('../../scenarios', import.meta.url));

/** What to do, in order: a file, or a seed. */
function tasksOf({ positionals, values }) {
  const files = positionals.length > 0 ? positionals : values.random > 0 ? [] : [SCENARIOS];
  const first = Number(values.first);
  const random = Array.from({ length: Number(values.random) }, (_, k) => ({ seed: first + k }));
  const all = [...files.flatMap(yamlsIn).map((path) => ({ path })), ...random];
  const [part, parts] = values.part.split('/').map(Number);
  return all.filter((_, k) => k % parts === part - 1);
}

/** The contradictions of one document, the sentences that are of no known kind, and what its runs and proofs cost. */
async function checked({ path, seed }, proof) {
  const text = path === undefined ? randomText(seed) : readFileSync(path, 'utf8');
  if (text === null) return null;
  const replications = path === undefined ? 2 : undefined;
  const { result, blocks, events, spent } = await documentOf(text, { proof, replications, path });
  const { read, unread, wrong } = readingOf(result, textsOf(result, blocks));
  const found = result.variants.flatMap((variant) =>
    contradictionsIn(variant, blocksOf(blocks, variant)),
  );
  return {
    name: path ?? `seed ${seed}`,
    accounts: result.variants.map(({ name, cascade }) => `${name}\t${cascade.sentence}`),
    events,
    spent,
    read,
    unread,
    found: [...found, ...wrong],
  };
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
      part: { type: 'string', default: '1/1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      sentences: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (parsed.values.help) return void process.stdout.write(USAGE);
  const { values } = parsed;
  const proof = values.explain ? 'full' : values.none ? 'none' : 'usual';
  const tasks = tasksOf(parsed);
  const print = (one) => {
    if (one === null) return;
    const { name, error, found = [], unread = [], accounts = [] } = one;
    if (error !== undefined) console.log(`${name}: ${error}`);
    for (const words of found) console.log(`${name}: ${words}`);
    for (const words of new Set(unread)) console.log(`${name}: not read: ${words}`);
    if (values.sentences) for (const words of accounts) console.log(`${name} ${words}`);
  };
  const threads = Math.min(tasks.length, Number(values.workers));
  const own = (await all(tasks, proof, threads, print)).filter((one) => one !== null);
  const wrong = own.filter(({ found = [] }) => found.length > 0);
  const failed = own.filter(({ error }) => error !== undefined).length;
  const sum = (of) => own.reduce((all, one) => all + (of(one) ?? 0), 0);
  const ratio = sum(({ spent }) => spent) / sum(({ events }) => events);
  const unread = sum(({ unread: some }) => some?.length);
  console.log(
    `${sum(({ accounts }) => accounts?.length)} accounts in ${own.length - failed} documents, ${wrong.length} of them with a contradiction; ` +
      `${failed} more could not be made; ` +
      `of ${sum(({ read }) => read)} sentences ${unread} are of no known kind; ` +
      `the proofs handled ${ratio.toFixed(2)} times the events of the runs`,
  );
  process.exitCode = wrong.length + unread + failed > 0 ? 1 : 0;
}

/** The results in the order of the tasks, whichever thread is faster; `print` gets each as soon as all before it are there. */
function all(tasks, proof, threads, print) {
  const results = Array.from({ length: tasks.length });
  let next = 0;
  let printed = 0;
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
        while (results[printed] !== undefined) print(results[printed++]);
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
