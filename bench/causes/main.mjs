// Scores the account of causes on random topologies with known causes. `npm run bench:causes -- --help` lists the
// options. docs/analysis.md describes the cases and has the scores.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { kindsOf, categoryOf } from './cases.mjs';
import { tablesOf } from './score.mjs';

const USAGE = `Usage: npm run bench:causes -- [options]
  --cases N      number of seeds (default 100)
  --first N      first seed (default 1)
  --fresh        seeds that nothing was developed with: from 1000001 on, with --harmless from 3000001 on
  --harmless N   N harmless runs only, which count false alarms
  --kinds LIST   only these kinds of faults and conditions, such as slow,ramp
  --workers N    threads (default: one per core)
  --explain      with all further runs, as with the flag of the program; --none: without any
  --none
  --keep DIR     write the scenario of each case, with its true causes, to DIR
  --json FILE    write the scores
  --known FILE   scores written before: their cases are not confirmed again
`;
const FRESH = 1_000_001;
const FRESH_HARMLESS = 3_000_001;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100' },
    first: { type: 'string' },
    fresh: { type: 'boolean', default: false },
    harmless: { type: 'string' },
    kinds: { type: 'string' },
    workers: { type: 'string' },
    explain: { type: 'boolean', default: false },
    none: { type: 'boolean', default: false },
    keep: { type: 'string' },
    json: { type: 'string' },
    known: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(USAGE);
else await main();

async function main() {
  const isHarmless = values.harmless !== undefined;
  const fresh = isHarmless ? FRESH_HARMLESS : FRESH;
  const first = Number(values.first ?? (values.fresh ? fresh : 1));
  const kinds = isHarmless ? null : (values.kinds?.split(',') ?? null);
  const cases = Number(values.harmless ?? values.cases);
  const seeds = Array.from({ length: cases }, (_, i) => first + i);
  const wanted = seeds.filter((seed) => kinds === null || wantedOf(seed, kinds).length > 0);
  const start = performance.now();
  const scores = await scoreAll(wanted, kinds);
  const seconds = (performance.now() - start) / 1000;
  if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(scores, null, 1));
  const kept = scores.filter(({ error, isGivenUp }) => error === undefined && isGivenUp !== true);
  for (const { seed, error } of scores)
    if (error !== undefined) console.log(`seed ${seed}: ${error}`);
  const lost = scores.length - kept.length;
  console.log(
    `${kept.length} cases in ${seconds.toFixed(0)} s, seeds ${first} to ${first + seeds.length - 1}; ${lost} seeds without a case`,
  );
  console.log(tablesOf(kept));
}

/** The wanted kinds that the category of a seed has. */
function wantedOf(seed, kinds) {
  return kindsOf(categoryOf(seed)).filter((kind) => kinds.includes(kind));
}

/** Scores of an earlier run, by seed. */
function earlier() {
  if (values.known === undefined) return {};
  const scores = JSON.parse(readFileSync(values.known, 'utf8'));
  return Object.fromEntries(
    scores.filter(({ attempt }) => attempt !== undefined).map((score) => [score.seed, score]),
  );
}

/** The scores in the order of the seeds, whichever thread is faster. */
function scoreAll(seeds, kinds) {
  const known = earlier();
  const threads = Math.min(seeds.length, Number(values.workers ?? availableParallelism()));
  const scores = new Map();
  let next = 0;
  return new Promise((resolve, reject) => {
    const give = (worker) => {
      if (next < seeds.length) worker.postMessage(seeds[next++]);
      else worker.terminate();
    };
    for (let i = 0; i < threads; i++) {
      const { keep = null, harmless } = values;
      const proof = values.explain ? 'full' : values.none ? 'none' : 'usual';
      const category = harmless === undefined ? undefined : 'harmless';
      const setup = { kinds, proof, keep, known, category };
      const worker = new Worker(new URL('./one.mjs', import.meta.url), { workerData: setup });
      worker.on('error', reject);
      worker.on('message', (score) => {
        scores.set(score.seed, score);
        if (process.stderr.isTTY) process.stderr.write(`\r${scores.size} of ${seeds.length} `);
        if (scores.size === seeds.length) resolve(seeds.map((seed) => scores.get(seed)));
        give(worker);
      });
      give(worker);
    }
  });
}
