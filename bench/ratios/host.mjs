// Runs one plan in the thread that `faultline run` uses, once for each line of input, and answers each with its CPU time.
// A process of its own, so that the time is that of the run with its compiler and garbage collection.
import { createInterface } from 'node:readline';
import { Worker, workerData } from 'node:worker_threads';
import { compile, loadScenario } from '../../dist/library/index.js';
import { tuneCompiler } from '../../dist/run/compiling.js';

const [text, variant] = JSON.parse(process.env.FAULTLINE_WORK);
tuneCompiler(2);
const { file, diagnostics } = loadScenario('work.yaml', () => ({ text }));
if (file === undefined || file === null) throw new Error(JSON.stringify(diagnostics));
const chosen = file.variants.find(({ name }) => name === variant) ?? file.variants[0];
const worker = new Worker(new URL('../../dist/run/worker.js', import.meta.url), {
  workerData: { plans: [compile(chosen, file)], memory: null, audited: false },
});
const run = () =>
  new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', ({ value, error }) => {
      worker.off('error', reject);
      if (error === undefined) resolve(value.totals);
      else reject(new Error(error.message));
    });
    worker.postMessage({ index: 0, task: { variant: 0, replication: 0 } });
  });

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'end') break;
  const from = process.cpuUsage();
  const { attempts, events } = await run();
  const { user, system } = process.cpuUsage(from);
  console.log(JSON.stringify({ seconds: (user + system) / 1e6, attempts, events }));
}
process.exit(0);
