// Prints the cost of one simulated attempt of the flagship with everything on: windows, histograms, digest, invariants.
// It runs in the thread that `faultline run` uses and measures from the order until the result is back. Run it with
// `npm run bench`; no test asserts these times.
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Bench } from 'tinybench';
import { compile, loadScenario } from '../dist/library/index.js';
import { tuneCompiler } from '../dist/run/compiling.js';

const FILE = 'scenarios/checkout.yaml';
const RUNS = 5;
tuneCompiler(1);
const THREAD = new URL('../dist/run/worker.js', import.meta.url);

const { file } = loadScenario(FILE, (path) => ({ text: readFileSync(path, 'utf8') }));
const plans = file.variants.map((variant) => compile(variant, file));
const row = (cells) =>
  console.log(cells.map((cell, k) => (k === 0 ? cell.padEnd(12) : cell.padStart(14))).join(''));
row(['variant', 'ns/attempt', 'M events/s', 'attempts', 'events', 'ms/run']);
for (const [place, variant] of file.variants.entries()) {
  const worker = new Worker(THREAD, { workerData: { plans, memory: null, audited: false } });
  const run = () =>
    new Promise((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', ({ value, error }) => {
        worker.off('error', reject);
        if (error === undefined) resolve(value);
        else reject(new Error(error.message));
      });
      worker.postMessage({ index: 0, task: { variant: place, replication: 0 } });
    });
  const { totals } = await run();
  const bench = new Bench({
    iterations: RUNS,
    time: 0,
    warmupIterations: 2,
    warmupTime: 0,
    retainSamples: true,
  });
  bench.add(variant.name, () => run());
  await bench.run();
  await worker.terminate();
  const samples = [...bench.tasks[0].result.latency.samples].sort((a, b) => a - b);
  const median = samples[samples.length >> 1];
  row([
    variant.name,
    ((median * 1e6) / totals.attempts).toFixed(0),
    (totals.events / median / 1e3).toFixed(2),
    String(totals.attempts),
    String(totals.events),
    median.toFixed(0),
  ]);
}
console.log(
  `\nmedian of ${RUNS} warm runs. An attempt is one try of a call on the wire; an event is one handler`,
);
console.log(
  'called by the engine (arrivals, ends of work and waits, answers, timers that fire, instants).',
);
console.log(
  `peak resident memory of this process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`,
);
