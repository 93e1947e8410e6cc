// `npm run bench:traces`: reads the spans of generated systems back, and compares what was found with what was written. Then
// time and memory of a million spans. `npm run bench:traces -- 5` takes five systems; `-- memory` only the million.
import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scenarioOf, systemOf } from './systems.mjs';

const LOADS = [0.3, 0.6, 0.85];
const SAMPLES = [1, 0.1, 0.01];
const SPANS = 60_000;
const WITHIN = 0.05;
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const reader = new URL('../../dist/importing/traces/index.js', import.meta.url);
const laws = new URL('../../dist/contracts/quantities/distribution-text.js', import.meta.url);
const distributions = new URL('../../dist/kernel/distribution.js', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'faultline-traces-'));
const [, , mode = '20', path] = process.argv;

try {
  if (mode === 'read') await readOne(path);
  else {
    if (mode !== 'memory') await compare(Number(mode));
    million();
  }
} finally {
  rmSync(folder, { recursive: true });
}

function spansOf(scenario, name) {
  const file = join(folder, `${name}.yaml`);
  const spans = join(folder, `${name}.jsonl`);
  writeFileSync(file, scenario);
  const flags = ['--quiet', '--no-explain', '--spans', spans, '--out', join(folder, 'reports')];
  execFileSync(process.execPath, [cli, 'run', file, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return spans;
}

/** The lines of a file with a share of the traces, whole traces by their ids. */
function sampled(spans, share) {
  if (share === 1) return readFileSync(spans, 'utf8');
  const isKept = ({ traceId }) => Number.parseInt(traceId.slice(0, 8), 16) / 4_294_967_296 < share;
  return readFileSync(spans, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const document = JSON.parse(line);
      for (const { scopeSpans } of document.resourceSpans)
        for (const scope of scopeSpans) scope.spans = scope.spans.filter(isKept);
      return `${JSON.stringify(document)}\n`;
    })
    .join('');
}

async function compare(count) {
  const { readTraces } = await import(reader);
  const totals = new Map();
  for (let seed = 1; seed <= count; seed++) {
    const services = systemOf(seed);
    for (const load of LOADS) {
      const spans = spansOf(scenarioOf(services, load, SPANS), `s${seed}`);
      for (const share of SAMPLES) {
        const text = sampled(spans, share);
        const model = await readTraces(
          [{ path: spans, chunks: () => chunksOf(text) }],
          hintsOf(services, share),
        );
        const key = `${load} ${share}`;
        if (!totals.has(key)) totals.set(key, []);
        for (const service of services)
          totals.get(key).push(await judge(service, model, { seed, load, share }));
      }
      rmSync(spans);
    }
  }
  table(totals);
}

async function* chunksOf(text) {
  for (let from = 0; from < text.length; from += 65_536) yield text.slice(from, from + 65_536);
}

function hintsOf(services, sampled) {
  const cores = new Map(services.map((service) => [service.name, service.cores]));
  return { cores: (name) => cores.get(name) ?? null, replicas: () => null, sampled };
}

/** Structure and mean time of one service against the truth. */
async function judge(service, model, at) {
  const { parseDistribution } = await import(laws);
  const { meanOf } = await import(distributions);
  const found = model.components.find(({ name }) => name === service.name)?.endpoints[0];
  if (found === undefined) return { isMissing: true };
  const isFew = found.executions < 30;
  const path = `services.${service.name}.endpoints`;
  const own = model.unknown.filter((one) => one.path.startsWith(path));
  const isMarked = own.some(({ reason }) => reason.startsWith('n = '));
  const isUnknown = own.some(({ reason }) => reason.startsWith('not identifiable'));
  const shape = found.steps.map(shapeOf).join(', ');
  const truth = service.shape.join(', ');
  const times = found.steps.filter(({ kind }) => kind === 'work' || kind === 'wait');
  const ms = times.reduce((sum, { time }) => sum + meanOf(parseDistribution(time.text)) / 1e6, 0);
  const error = ms / service.ms - 1;
  const isExact = shape.replaceAll('wait', 'work') === truth;
  const isCovered = times.length === 1 && covers(times[0].time.interval, service.ms, error);
  if (!isFew && !isMarked && !isUnknown && (!isExact || !(Math.abs(error) < WITHIN))) {
    console.log(
      `${JSON.stringify(at)} ${service.name} n=${found.executions}: ${shape} for ${truth}; ${(100 * error).toFixed(1)} %`,
    );
  }
  return {
    isFew,
    isMarked,
    isUnknown,
    isExact,
    isWithin: Math.abs(error) < WITHIN,
    isCovered,
    error,
  };
}

function covers(interval, ms, error) {
  if (interval === null) return false;
  const [low, high] = interval.split(' to ').map(msOf);
  return Math.abs(error) < WITHIN || (low <= ms && ms <= high);
}

function msOf(text) {
  const [, number, unit] = /^([\d.]+)(ns|us|ms|s)$/.exec(text);
  return Number(number) * { ns: 1e-6, us: 1e-3, ms: 1, s: 1000 }[unit];
}

function shapeOf(step) {
  if (step.kind === 'work' || step.kind === 'wait') return step.kind;
  if (step.kind === 'parallel')
    return `{${step.branches
      .map((one) => one.map(shapeOf).join(', '))
      .sort()
      .join(' | ')}}`;
  if (step.kind === 'repeat') return `${step.times.text} x [${step.steps.map(shapeOf).join(', ')}]`;
  return `${step.chance === null ? '' : 'maybe '}${step.to} ${step.endpoint}`;
}

function table(totals) {
  const share = (list, has) =>
    list.length === 0 ? '-' : `${((100 * list.filter(has).length) / list.length).toFixed(1)} %`;
  console.log(
    'load  traces  endpoints  n < 30  marked  structure  not identifiable  mean within 5 %  or in the interval',
  );
  for (const [key, all] of totals) {
    const [load, sample] = key.split(' ').map(Number);
    const few = all.filter(({ isMissing, isFew }) => isMissing === true || isFew);
    const enough = all.filter((one) => one.isMissing !== true && !one.isFew);
    const cells = [load, `${100 * sample} %`, all.length, few.length];
    cells.push(
      share(
        few.filter(({ isMissing }) => isMissing !== true),
        ({ isMarked }) => isMarked,
      ),
    );
    cells.push(share(enough, ({ isExact, isMarked }) => isExact || isMarked));
    const sure = enough.filter(({ isUnknown }) => !isUnknown);
    cells.push(enough.length - sure.length);
    cells.push(share(sure, ({ isWithin }) => isWithin));
    cells.push(share(sure, ({ isWithin, isCovered }) => isWithin || isCovered));
    console.log(cells.join('  '));
  }
}

/** In a process of its own, so that its memory is that of reading alone. */
function million() {
  const services = systemOf(1);
  const spans = spansOf(scenarioOf(services, 0.3, 1_000_000), 'million');
  const text = execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'read', spans], {
    encoding: 'utf8',
  });
  console.log(text.trim());
}

async function readOne(file) {
  if (!existsSync(file)) throw new Error(`${file} does not exist`);
  const { readTraces } = await import(reader);
  const start = process.hrtime.bigint();
  const chunks = () => createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 });
  const model = await readTraces([{ path: file, chunks }], hintsOf(systemOf(1), 1));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const busy = (userCPUTime + systemCPUTime) / 1e6;
  const size = (statSync(file).size / 1e6).toFixed(0);
  console.log(
    `${model.spans} spans, ${size} MB: ${seconds.toFixed(1)} s (${busy.toFixed(1)} s of a core), ${(maxRSS / 1024).toFixed(0)} MiB`,
  );
}
