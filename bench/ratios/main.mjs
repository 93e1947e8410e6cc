// `npm run bench:ratios`: the CPU time of a unit of work, compared with the same model written by hand in C, or with
// another run. On a shared machine a time says little; a ratio of two CPU times that were measured in turns says much more.
// Prints the minimum and the median of the rounds. A ratio of minimums above its band in `bench/budget.json` ends with exit
// code 1. `--only TEXT` measures works whose names contain it, `--rounds N` repeats them, and `--quick` measures works of
// less than a second in three rounds.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GROUPS } from './works.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..', '..');
/** Runs before the first measured one, until the code of a thread is compiled. */
const WARM = 2;
const QUICK = ['W1', 'W2'];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const rounds = values.quick ? 3 : Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds is a whole number from 1');

const budget = JSON.parse(readFileSync(join(ROOT, 'bench', 'budget.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'faultline-ratios-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const limit = compiled();
if (limit === null) console.log('no C compiler here: works that are compared with C are left out');

const beyond = [];
console.log(row(['work', 'unit', 'min', 'median', 'ratio', 'median', 'band']));
for (const { unit, works } of GROUPS) {
  const chosen = chosenOf(works);
  if (chosen.length < 2) continue;
  const measured = await measure(chosen);
  measured.forEach(({ name, times }, place) => report(name, unit, times, place, measured[0].times));
}
for (const line of beyond) console.log(`\n${process.env.CI ? '::warning::' : ''}${line}`);
process.exitCode = beyond.length > 0 ? 1 : 0;

/** The reference of a group and the works that were asked for; fewer than two if none was, or the reference cannot run. */
function chosenOf([reference, ...others]) {
  if (reference.c !== undefined && limit === null) return [];
  const wanted = others.filter(({ name }) =>
    values.quick ? QUICK.includes(name) : name.includes(values.only ?? ''),
  );
  return [reference, ...wanted];
}

/** Runs the works in turns. Times are nanoseconds of CPU time per unit. */
async function measure(works) {
  const contenders = works.map((work) => ({
    work,
    once: starter(work),
    name: work.name,
    times: [],
  }));
  let reference;
  for (const { work, once } of contenders) {
    const runs = work.text === undefined ? 1 : WARM;
    for (let k = 0; k < runs; k++) {
      const first = await once.run();
      reference ??= first;
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { work, once, times } of contenders) {
      const run = await once.run();
      times.push((run.seconds * 1e9) / unitsOf(work, run, reference));
    }
  }
  for (const { once } of contenders) once.end();
  return contenders;
}

function unitsOf({ per, scale = 1 }, run, reference) {
  if (typeof per === 'number') return per;
  return per === 'events of the reference' ? reference.events * scale : run[per];
}

function report(name, unit, times, place, base) {
  const least = Math.min(...times);
  const ratio = least / Math.min(...base);
  const paired = median(times.map((time, k) => time / base[k]));
  const band = place === 0 ? undefined : budget[name];
  const [low, high] = band ?? [];
  const shown = band === undefined ? '' : `${low} to ${high}`;
  const ratios = place === 0 ? ['1', '1'] : [digits(ratio), digits(paired)];
  console.log(row([name, unit, timeText(least), timeText(median(times)), ...ratios, shown]));
  if (band === undefined) return;
  if (ratio > high)
    beyond.push(`${name} takes ${digits(ratio)} times its reference, more than ${high}`);
  if (ratio < low) console.log(`  ${name} is faster than its band: lower it in bench/budget.json`);
}

function starter(work) {
  if (work.c !== undefined) {
    return {
      run: () => JSON.parse(execFileSync(limit, work.c, { encoding: 'utf8' })),
      end: () => {},
    };
  }
  return work.command === undefined ? thread(work) : processOf(work);
}

/** A process that keeps a warm thread for one plan. */
function thread({ text, variant }) {
  const host = spawn(process.execPath, [join(HERE, 'host.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, FAULTLINE_WORK: JSON.stringify([text, variant]) },
  });
  const answers = createInterface({ input: host.stdout })[Symbol.asyncIterator]();
  return {
    run: async () => {
      host.stdin.write('run\n');
      const { value, done } = await answers.next();
      if (done) throw new Error('the process of a work has ended');
      return JSON.parse(value);
    },
    end: () => host.stdin.end('end\n'),
  };
}

/** A whole process of Node.js, by wall time: people wait for it. */
function processOf({ command }) {
  const args = command.at(-1) === '--out' ? [...command, folder] : command;
  return {
    run: () => {
      const from = process.hrtime.bigint();
      execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'ignore' });
      return { seconds: Number(process.hrtime.bigint() - from) / 1e9 };
    },
    end: () => {},
  };
}

function compiled() {
  const file = join(folder, 'limit');
  try {
    const source = join(HERE, 'limit.c');
    execFileSync('cc', ['-O3', '-march=native', '-o', file, source, '-lm'], { stdio: 'ignore' });
    return file;
  } catch {
    return null;
  }
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}

function timeText(nanoseconds) {
  return nanoseconds < 1e6 ? `${digits(nanoseconds)} ns` : `${digits(nanoseconds / 1e6)} ms`;
}

function digits(number) {
  return number.toPrecision(number >= 1000 ? 4 : 3);
}

function row(cells) {
  return cells
    .map((cell, k) => (k < 2 ? cell.padEnd(k === 0 ? 20 : 13) : cell.padStart(12)))
    .join('');
}
