// Do 95 % intervals cover the truth 95 times of 100? `npm run bench:intervals`. Options: --each 250 (seeds of each
// system), --from 1 (the first seed), --only M/M/1 --only tandem, --workers 2, --keep FILE (writes what the intervals
// need of each run), --from-kept FILE (reads it in place of simulating, so that other formulas see the same runs).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { APART, CASES } from './cases.mjs';
import { CELLS, intervalsOf, Truth } from './judge.mjs';

const PART = fileURLToPath(new URL('part.mjs', import.meta.url));
const { values: options } = parseArgs({
  options: {
    each: { type: 'string', default: '250' },
    from: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true },
    workers: { type: 'string', default: '2' },
    keep: { type: 'string' },
    'from-kept': { type: 'string' },
  },
});
const EACH = Number(options.each);
/** Seeds of a process. */
const CHUNK = 25;

const names = Object.keys(CASES).filter((name) => options.only?.includes(name) ?? true);
const truths = new Map(names.map((name) => [name, new Truth()]));
/** By system: all intervals of all seeds. */
const intervals = new Map(names.map((name) => [name, []]));
const kept = options['from-kept'];
if (kept === undefined) await simulate();
else await readAll(createReadStream(kept));
report();

async function simulate() {
  const keep = options.keep === undefined ? null : createWriteStream(options.keep);
  const jobs = names.flatMap((name) =>
    Array.from({ length: Math.ceil(EACH / CHUNK) }, (_, i) => ({
      name,
      first: Number(options.from) + i * CHUNK,
      count: Math.min(CHUNK, EACH - i * CHUNK),
    })),
  );
  const work = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
      const { name, first, count } = job;
      const part = spawn(process.execPath, [PART, name, String(first), String(count)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(part, 'close');
      await readAll(part.stdout, keep);
      const [code] = await ended;
      if (code !== 0) throw new Error(`${name}: seeds from ${first} ended with ${code}`);
    }
  };
  await Promise.all(Array.from({ length: Number(options.workers) }, work));
  if (keep !== null) await new Promise((resolve) => keep.end(resolve));
}

async function readAll(stream, keep = null) {
  for await (const line of createInterface({ input: stream })) {
    keep?.write(`${line}\n`);
    const { name, variants } = JSON.parse(line);
    if (!intervals.has(name)) continue;
    truths.get(name).add(variants);
    intervals.get(name).push(...intervalsOf(variants));
  }
}

function report() {
  const cells = new Map(names.map((name) => [name, cellsOf(name)]));
  console.log(
    `\n| figure | runs | all | ${names.join(' | ')} |\n|---|---|---|${names.map(() => '---|').join('')}`,
  );
  for (const key of CELLS) {
    const columns = names.map((name) => cells.get(name).get(key) ?? []);
    const all = columns.flatMap((own, i) => (APART.includes(names[i]) ? [] : own));
    console.log(`| ${[key, shareOf(all), ...columns.map(shareAndWidth)].join(' | ')} |`);
    const sought = all.filter(({ confidence }) => confidence !== undefined);
    if (sought.length === 0) continue;
    const confidence = 100 * meanOf(sought, (one) => one.confidence);
    const made = meanOf(sought, (one) => one.made);
    console.log(`  after ${made.toFixed(1)} runs, with a confidence of ${confidence.toFixed(1)} %`);
  }
}

/** By figure and number of runs: the intervals of a system, and whether they cover the truth. */
function cellsOf(name) {
  const truth = truths.get(name).values();
  const words = Object.entries(truth).map(([figure, value]) => `${figure} ${value.toPrecision(4)}`);
  console.log(`${name}: ${words.join(', ')}`);
  const cells = new Map(CELLS.map((key) => [key, []]));
  for (const { figure, runs, ends, ...sought } of intervals.get(name)) {
    const key = `${figure} | ${runs}`;
    // Where no request fails, there is nothing to estimate; equal pairs, and shares of 0 or 100 %, have no interval.
    if (ends === null || (figure.startsWith('success') && truth.success === 1)) continue;
    const [low, high] = ends;
    const value = truth[figure];
    cells.get(key).push({ ...sought, isRight: low <= value && value <= high, width: high - low });
  }
  return cells;
}

function shareAndWidth(cell) {
  return cell.length === 0
    ? shareOf(cell)
    : `${shareOf(cell)} ±${(meanOf(cell, ({ width }) => width) / 2).toPrecision(2)}`;
}

/** The share of the intervals that cover the truth. */
function shareOf(cell) {
  return cell.length === 0 ? '–' : (100 * meanOf(cell, ({ isRight }) => isRight)).toFixed(1);
}

function meanOf(list, of) {
  return list.reduce((sum, one) => sum + of(one), 0) / list.length;
}
