// One capacity by three ways: by hand, by the headroom of one run (below and above the limit), and by a sweep. `npm run
// bench:capacity`. Options: --count 20, --seed 1 (the first seed), --kind NAME.
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
  },
});
const folder = mkdtempSync(join(tmpdir(), 'faultline-capacity-'));
const rows = [];
try {
  for (let i = 0; i < Number(options.count); i++) {
    const kind = options.kind ?? KIND_NAMES[i % KIND_NAMES.length];
    rows.push(measured(systemOf(kind, Number(options.seed) + i)));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const count = (holds) => `${rows.filter(holds).length} of ${rows.length}`;
const near = (a, b) => Math.abs(a / b - 1) <= NEAR;
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

function json(command, text, args) {
  const [file, result] = [join(folder, 'system.yaml'), join(folder, 'result.json')];
  writeFileSync(file, text);
  const all = [
    command,
    file,
    ...args,
    '--quiet',
    '--json',
    result,
    '--out',
    folder,
    '--format',
    'json',
  ];
  execFileSync(process.execPath, [PROGRAM, ...all], { stdio: ['ignore', 'ignore', 'inherit'] });
  return JSON.parse(readFileSync(result, 'utf8'));
}
