// Prints how the cost of commands grows with the size of a scenario, and fails where four times the size costs more than
// six times the time, or where `run` of 1,000 services in layers with its page needs more than 400 MB.
// `npm run bench:scale` measures all commands and shapes, then memory; arguments select commands (`lint`), shapes
// (`layers`) or only `memory`. `--quick` measures what tests check. User CPU time, so that other processes matter little;
// the time of the same command for two services is subtracted.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SHAPES, chain } from './topologies.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const PROGRAM = join(HERE, '..', 'dist', 'cli', 'main.js');
const USAGE = pathToFileURL(join(HERE, 'scale-usage.mjs')).href;
const work = mkdtempSync(join(tmpdir(), 'faultline-scale-'));
process.once('exit', () => rmSync(work, { recursive: true, force: true }));

/** Arguments of each command. */
const COMMANDS = {
  validate: (file) => ['validate', file],
  lint: (file) => ['lint', file],
  explain: (file) => ['explain', file],
  graph: (file) => ['graph', file, '--out', join(work, 'graph.svg')],
  run: (file) => ['run', file, '--quiet', '--no-explain', '--workers', '1', '--out', work],
};

/** Growth of the time for four times the size that is still in proportion, garbage collection included. */
const GROWTH_MAX = 6;
/** Seconds below which a time is mostly noise; it counts as this long. */
const FLOOR = 0.15;
/** Measurements of a step that seems to grow too fast. The fastest of each size counts. */
const TRIES = 3;
/** A command that takes longer grows too fast in any case. */
const TIMEOUT_MS = 300_000;

/** The most resident memory at once of `run` with its page, with this many services in layers. Unit: MB. */
const MEMORY_MAX = 400;
const MEMORY_SERVICES = 1000;
const SLOW = '{ id: slow, kind: slow, target: l1-s5, factor: 5, at: 500ms, for: 1s }';

const SIZES = [100, 400, 1600];
/** A file has at most 200 variants. */
const FEWER = { variants: [12, 48, 192] };

/** The steps of the tests: where rules, layout and texts once grew with the square of the size. */
const QUICK = [
  ['lint', 'layers', [100, 400]],
  ['lint', 'mesh', [100, 400]],
  ['lint', 'endpoints', [100, 400]],
  ['graph', 'layers', [100, 400]],
  ['explain', 'chain', [100, 400]],
  ['validate', 'variants', [48, 192]],
  ['run', 'layers', [100, 400]],
];

const args = process.argv.slice(2);
const starts = new Map();
let failed = false;
const isQuick = args.includes('--quick');
const isWhole = isQuick || args.length === 0;
if (!args.includes('memory')) {
  for (const [command, shape, sizes] of isQuick ? QUICK : chosen()) {
    measureShape(command, shape, sizes);
  }
}
if (isWhole || args.includes('memory')) measureMemory();
process.exitCode = failed ? 1 : 0;

/** All commands and shapes, or those that the arguments name. */
function chosen() {
  const named = (names) => {
    const own = names.filter((name) => args.includes(name));
    return own.length === 0 ? names : own;
  };
  return named(Object.keys(COMMANDS)).flatMap((command) =>
    named(Object.keys(SHAPES))
      // A run is stopped where a request calls through more than 64 services.
      .filter((shape) => command !== 'run' || shape !== 'chain')
      .map((shape) => [command, shape, FEWER[shape] ?? SIZES]),
  );
}

function measureShape(command, shape, sizes) {
  const start = startOf(command);
  const times = sizes.map((size) => secondsOf(command, SHAPES[shape](size)));
  const own = (index) => Math.max(FLOOR, times[index] - start);
  const growth = (index) => own(index) / own(index - 1);
  for (let index = 1; index < sizes.length; index++) {
    for (
      let more = 1;
      more < TRIES && growth(index) > GROWTH_MAX && times[index] < Infinity;
      more++
    ) {
      for (const at of [index - 1, index]) {
        times[at] = Math.min(times[at], secondsOf(command, SHAPES[shape](sizes[at])));
      }
    }
  }
  const cells = sizes.map((size, index) => {
    const growthText = index === 0 ? '' : ` (${growth(index).toFixed(1)}x)`;
    return `${size}: ${(times[index] - start).toFixed(2)} s${growthText}`;
  });
  const tooFast = sizes.some((_, index) => index > 0 && !(growth(index) <= GROWTH_MAX));
  failed ||= tooFast;
  const verdict = tooFast ? `  more than ${GROWTH_MAX}x for 4x the size` : '';
  console.log(`${command.padEnd(9)}${shape.padEnd(10)} ${cells.join(', ')}${verdict}`);
}

/** Everything that a user gets without any flag, about a service that is slow for a while. The least of a few counts. */
function measureMemory() {
  const text = `${SHAPES.layers(MEMORY_SERVICES)}faults:\n  - ${SLOW}\n`;
  const args = (file) => ['run', file, '--quiet', '--out', work];
  let peak = Infinity;
  for (let at = 0; at < TRIES && peak > MEMORY_MAX; at++) {
    peak = Math.min(peak, usageOf('run', args, text)?.megabytes ?? Infinity);
  }
  const isTooMuch = !(peak <= MEMORY_MAX);
  failed ||= isTooMuch;
  const verdict = isTooMuch ? `  more than ${MEMORY_MAX} MB` : '';
  console.log(`run      layers     ${MEMORY_SERVICES}: ${peak.toFixed(0)} MB${verdict}`);
}

/** Seconds of a command for a scenario of two services: mostly its start. */
function startOf(command) {
  if (!starts.has(command)) {
    const times = [1, 2].map(() => secondsOf(command, chain(2)));
    starts.set(command, Math.min(...times));
  }
  return starts.get(command);
}

/** User CPU time of a command; Infinity if it takes too long or ends with an error of its own. */
function secondsOf(command, text) {
  return usageOf(command, COMMANDS[command], text)?.seconds ?? Infinity;
}

/** What a command used; null if it takes too long or ends with an error of its own. */
function usageOf(command, argsOf, text) {
  const file = join(work, 'scale.yaml');
  const usage = join(work, 'usage');
  writeFileSync(file, text);
  rmSync(usage, { force: true });
  const ran = spawnSync(process.execPath, ['--import', USAGE, PROGRAM, ...argsOf(file)], {
    env: { ...process.env, FAULTLINE_USAGE: usage },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  if (ran.error?.code === 'ETIMEDOUT') return null;
  // A finding of lint is exit code 1.
  if (ran.status !== 0 && ran.status !== 1) {
    console.log(`${command}: exit code ${ran.status}: ${ran.stderr.slice(0, 300)}`);
    return null;
  }
  return JSON.parse(readFileSync(usage, 'utf8'));
}
