// One capacity by three ways: by hand, by the headroom of one run (below and above the limit), and by a sweep. `npm run
// bench:capacity`. Options: --count 20, --seed 1 (the first seed), --kind NAME, --command (the command `capacity` beside the
// value by hand, instead of the others).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { KIND_NAMES, systemOf } from './systems.mjs';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Loads of the runs, as multiples of the capacity; ends of the sweep. */
const LOADS = [0.6, 1.4];
const RANGE = [0.5, 1.7];
const NEAR = 0.05;

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
    command: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'faultline-capacity-'));
const rows = [];
try {
  for (let i = 0; i < Number(options.count); i++) {
    const kind = options.kind ?? KIND_NAMES[i % KIND_NAMES.length];
    const system = systemOf(kind, Number(options.seed) + i);
    rows.push(options.command ? asked(system) : measured(system));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const count = (holds) => `${rows.filter(holds).length} of ${rows.length}`;
const near = (a, b) => Math.abs(a / b - 1) <= NEAR;
if (options.command) {
  const worst = Math.max(...rows.map(({ off }) => Math.abs(off)));
  console.log(`within 3 % of the value by hand: ${count(({ off }) => Math.abs(off) <= 0.03)}`);
  console.log(
    `the same resource: ${count(({ isSame }) => isSame)}; largest difference ${percent(worst)}`,
  );
  if (worst > 0.03) process.exitCode = 1;
} else summary();

function summary() {
  console.log(
    `headroom within 5 % of the sweep: ${count(({ low, limit }) => near(low.rate, limit.rate))}`,
  );
  console.log(
    `headroom above the limit within 5 % of the sweep: ${count(({ high, limit }) => near(high.rate, limit.rate))}`,
  );
  console.log(
    `headroom within 5 % of the value by hand: ${count(({ low, by }) => near(low.rate, by.capacity))}`,
  );
  console.log(
    `headroom above the limit within 5 % of the value by hand: ${count(({ high, by }) => near(high.rate, by.capacity))}`,
  );
  console.log(
    `sweep within 5 % of the value by hand: ${count(({ limit, by }) => near(limit.rate, by.capacity))}`,
  );
  console.log(
    `the same resource in all: ${count(({ low, high, limit, by }) => [low, high, limit].every(({ name }) => name === by.resource))}`,
  );
}

/**
 * The answer of the command `capacity`, from a load that it holds, printed as a row. Runs of 300 s, and users that wait for
 * 2 s: a load that is too high by 1 % shows then, and long statements of a busy database are no failures.
 */
function asked(by) {
  const flags = ['--resolution', '1%', '--replications', '1'];
  const { limits, runs } = json('capacity', by.text(0.8 * by.capacity, 300, 2), flags, []);
  const [{ rate, full, gives }] = limits;
  const name = full === null ? (gives ?? 'none') : nameOf(full);
  const off = rate / by.capacity - 1;
  console.log(
    `| ${by.kind} ${by.seed} | ${by.capacity.toFixed(0)}/s, ${by.resource} | ${rate.toFixed(0)}/s, ${name} | ${percent(off)} | ${runs} |`,
  );
  return { off, isSame: name === by.resource };
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/** The capacity of a system by all ways, printed. */
function measured(by) {
  const [low, high] = LOADS.map((share) => headroom(by, share * by.capacity));
  const limit = swept(by);
  const text = ({ rate, name }) =>
    `${rate.toFixed(0)}/s${name === by.resource ? '' : ` (${name})`}`;
  console.log(
    `${by.kind} ${by.seed}: by hand ${by.capacity.toFixed(0)}/s (${by.resource}), headroom ${text(low)}, above ${text(high)}, sweep ${text(limit)}`,
  );
  return { by, low, high, limit };
}

function headroom(by, load) {
  const [variant] = json('run', by.text(load), ['--no-explain']).variants;
  const { rate, components } = variant.headroom;
  const [first] = components;
  return { rate: rate * first.factor, name: nameOf(first) };
}

/** The middle of the interval of a sweep, and the resource that is full beyond it. */
function swept(by) {
  const [from, to] = RANGE.map((share) => `${(share * by.capacity).toFixed(1)}/s`);
  const path = 'workloads.users.arrivals.rate';
  const set = ['--set', `${path}=${from}..${to}`, '--replications', '1'];
  const { axes, cases, edges } = json('sweep', by.text(by.capacity), set);
  const [{ holds, breaks, outcome }] = edges;
  if (outcome !== 'found') return { rate: NaN, name: outcome };
  const [{ values }] = axes;
  const { gives } = cases[breaks].variants[0];
  const name = gives?.full === undefined ? (gives?.subject ?? 'none') : nameOf(gives.full);
  return { rate: (values[holds].number + values[breaks].number) / 2, name };
}

function nameOf({ component, resource, of }) {
  return [component, resource, ...(of === null ? [] : [of])].join(' ');
}

function json(command, text, args, report = ['--out', folder, '--format', 'json']) {
  const [file, result] = [join(folder, 'system.yaml'), join(folder, 'result.json')];
  writeFileSync(file, text);
  const all = [command, file, ...args, '--quiet', '--json', result, ...report];
  execFileSync(process.execPath, [PROGRAM, ...all], { stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(result, 'utf8'));
}
