// Do 95 % intervals cover the truth 95 times of 100? `npm run bench:intervals`. Options: --each 250 (experiments of each
// system with 30 runs, three and six times as many with 10 and 5), --from 1 (seed of the first one), --only M/M/1 --only tandem, --workers 2.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Histogram } from '../../dist/stats/histogram.js';
import { APART, CASES } from './cases.mjs';

const PART = fileURLToPath(new URL('part.mjs', import.meta.url));
const { values: options } = parseArgs({
  options: {
    each: { type: 'string', default: '250' },
    from: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    workers: { type: 'string', default: '2' },
  },
});
const EACH = Number(options.each);
/** Experiments of a process. */
const CHUNK = 25;

const names = Object.keys(CASES).filter((name) => options.only?.includes(name) ?? true);
const jobs = names.flatMap((name) =>
  Array.from({ length: Math.ceil(EACH / CHUNK) }, (_, i) => ({
    name,
    first: Number(options.from) + i * CHUNK,
  })),
);
const results = new Map(names.map((name) => [name, []]));
await Promise.all(Array.from({ length: Number(options.workers) }, work));
report();

async function work() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const { name, first } = job;
    const args = [PART, name, String(first), String(CHUNK)];
    const out = await new Promise((resolve, reject) =>
      execFile(process.execPath, args, { maxBuffer: 2 ** 28 }, (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      ),
    );
    results.get(name).push(JSON.parse(out));
  }
}

function report() {
  const rows = new Map();
  const runs = new Map();
  const widths = new Map();
  for (const name of names) {
    const parts = results.get(name);
    const truth = truthOf(parts.map(({ pooled }) => pooled));
    console.log(
      `${name}: ${Object.entries(truth)
        .map(([figure, value]) => `${figure} ${value.toPrecision(4)}`)
        .join(', ')}`,
    );
    for (const [figure, size, low, high] of parts.flatMap(({ intervals }) => intervals)) {
      if (figure === 'runs') {
        runs.set(`${name} ${size}`, [...(runs.get(`${name} ${size}`) ?? []), low]);
        continue;
      }
      const key = `${figure}\t${size}`;
      if (!rows.has(key)) rows.set(key, new Map());
      const own = rows.get(key);
      if (!own.has(name)) own.set(name, []);
      // Where no request fails, there is nothing to estimate.
      const isNone = low === null || (figure.startsWith('success') && truth.success === 1);
      own.get(name).push(isNone ? 'none' : low <= truth[figure] && truth[figure] <= high);
      widths.set(`${key}\t${name}`, (widths.get(`${key}\t${name}`) ?? 0) + (high - low) / 2);
    }
  }
  console.log(
    `\n| figure | runs | all | ${names.join(' | ')} |\n|---|---|---|${names.map(() => '---|').join('')}`,
  );
  for (const [key, own] of rows) {
    const [figure, size] = key.split('\t');
    const all = names
      .filter((name) => !APART.includes(name))
      .flatMap((name) => own.get(name) ?? []);
    const cells = names.map(
      (name) =>
        `${shareOf(own.get(name) ?? [])} ±${(widths.get(`${key}\t${name}`) / (own.get(name)?.length ?? 1)).toPrecision(2)}`,
    );
    console.log(`| ${figure} | ${size} | ${shareOf(all)} | ${cells.join(' | ')} |`);
  }
  console.log(
    `\nRuns until, mean: ${[...runs].map(([key, list]) => `${key} ${(list.reduce((a, b) => a + b, 0) / list.length).toFixed(1)}`).join(', ')}`,
  );
}

/** The figures of all runs together, and the differences of the other variant. */
function truthOf(parts) {
  const [one, other] = [0, 1].map((variant) => {
    const latency = new Histogram();
    const sum = { hits: 0, trials: 0 };
    for (const part of parts) {
      latency.addAll(part[variant].latency);
      sum.hits += part[variant].hits;
      sum.trials += part[variant].trials;
    }
    const success = sum.hits / sum.trials;
    return { mean: latency.mean() / 1e9, p99: latency.quantile(0.99) / 1e9, success };
  });
  const differences = Object.keys(one).map((figure) => [
    `${figure} difference`,
    other[figure] - one[figure],
  ]);
  return { ...one, ...Object.fromEntries(differences) };
}

/** The share of the intervals that cover the truth. */
function shareOf(covers) {
  const known = covers.filter((one) => one !== 'none');
  if (known.length === 0) return '–';
  return ((100 * known.filter((one) => one).length) / known.length).toFixed(1);
}
