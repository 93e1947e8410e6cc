// Prints the user time of the runs, of their analysis and of writing each format, for the flagship and for thirty
// services in five variants. Each round is a process of its own, because a report is written once per process, with
// code that is not compiled yet; the scenarios alternate. Run it with `npm run bench:reports`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as library from '../dist/library/index.js';
import { runThreaded } from '../dist/run/replicate.js';
import { tuneCompiler, tuneForCommand, tuneForReport } from '../dist/run/compiling.js';
import { thirtyByFive } from './reports-case.mjs';

const ROUNDS = 5;
const CASES = {
  flagship: () => readFileSync('scenarios/checkout.yaml', 'utf8'),
  '30 x 5': () => thirtyByFive(),
};
const THREAD = { workers: 1, heapMiB: 2048 };

const only = process.argv[2];
if (only === undefined) compareCases();
else process.stdout.write(JSON.stringify(await round(CASES[only]())));

function compareCases() {
  const rounds = Object.fromEntries(Object.keys(CASES).map((name) => [name, []]));
  for (let k = 0; k < ROUNDS; k++)
    for (const [name, all] of Object.entries(rounds)) all.push(fresh(name));
  for (const [name, all] of Object.entries(rounds)) print(name, all);
  console.log(`median of ${ROUNDS} processes, in user time of all their threads.`);
}

function fresh(name) {
  const args = [fileURLToPath(import.meta.url), name];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** User time of each phase of one process in ms, and the size of the page in bytes. */
async function round(text) {
  const { compile, loadScenario, renderCsv, renderHtml, renderMarkdown, renderSvgs } = library;
  const { resultText, summarise } = library;
  const { file } = loadScenario('case.yaml', () => ({ text }));
  const plans = file.variants.map((variant) => compile(variant, file));
  const { replications } = file.variants[0].scenario.run;
  const times = {};
  const timed = async (phase, work) => {
    const before = process.cpuUsage();
    const made = await work();
    times[phase] = process.cpuUsage(before).user / 1e3;
    return made;
  };
  tuneCompiler(1);
  const records = await timed('run', () => runThreaded(plans, replications, THREAD));
  tuneForCommand();
  const result = await timed('analysis', () => summarise(file, plans, records, '0'));
  tuneForReport();
  const page = await timed('html', () =>
    renderHtml(result, { command: 'faultline run case.yaml', version: '0' }),
  );
  await timed('svg', () => renderSvgs(result));
  await timed('md', () => renderMarkdown(result, { command: 'faultline run case.yaml' }));
  await timed('csv', () => renderCsv(result));
  await timed('json', () => resultText(result));
  return { times, bytes: Buffer.byteLength(page) };
}

function print(name, rounds) {
  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
  const run = median(rounds.map(({ times }) => times.run));
  console.log(`${name}: page of ${(median(rounds.map(({ bytes }) => bytes)) / 1e6).toFixed(2)} MB`);
  for (const phase of Object.keys(rounds[0].times)) {
    const time = median(rounds.map(({ times }) => times[phase]));
    const share = `${((100 * time) / run).toFixed(1)} %`;
    console.log(`  ${phase.padEnd(20)}${time.toFixed(0).padStart(8)} ms${share.padStart(10)}`);
  }
}
