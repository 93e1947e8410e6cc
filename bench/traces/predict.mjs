// `npm run bench:predictions`: reads the spans of each system at 0.3 of saturation, writes what was found as a scenario,
// and runs it at 0.6 and 0.85. Beside it the same figures of the system itself, and how many of the intervals have them.
// `npm run bench:predictions 10 0` draws no inputs.
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { perSecondOf, scenarioOf, systemOf } from './systems.mjs';

const SPANS = 100_000;
const TARGETS = [0.6, 0.85];
/** Replications of each figure: at 0.85 the p99 of one run differs by 30 % from that of another one of the same system. */
const REPLICATIONS = '10';
const DRAWS = Number(process.argv[3] ?? 20);
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { predict: predicted } = await import(
  new URL('../../dist/library/index.js', import.meta.url)
);
const { halfOf } = await import(
  new URL('../../dist/importing/traces/measured.js', import.meta.url)
);
const { readTraces } = await import(
  new URL('../../dist/importing/traces/index.js', import.meta.url)
);
const folder = mkdtempSync(join(tmpdir(), 'faultline-predict-'));

try {
  const errors = new Map(
    TARGETS.map((load) => [load, { mean: [], p99: [], covered: [], sampling: [] }]),
  );
  for (let seed = 1; seed <= Number(process.argv[2] ?? 10); seed++) await predict(seed, errors);
  for (const [load, figures] of errors) {
    for (const figure of ['mean', 'p99']) {
      const list = figures[figure];
      const sizes = list.map(Math.abs).sort((a, b) => a - b);
      const at = (share) => `${(100 * sizes[Math.ceil(share * sizes.length) - 1]).toFixed(1)} %`;
      console.log(
        `${figure} at ${load}: median ${at(0.5)}, 90 % below ${at(0.9)}, largest ${at(1)}`,
      );
    }
    const { covered, sampling } = figures;
    const part = (list) => `${list.filter(Boolean).length} of ${list.length}`;
    if (covered.length > 0) {
      console.log(
        `intervals at ${load}: ${part(covered)} have the truth, ${part(sampling)} without the uncertainty of the inputs`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function predict(seed, errors) {
  const services = systemOf(seed);
  const spans = join(folder, 'spans.jsonl');
  run(scenarioOf(services, 0.3, SPANS), ['--spans', spans]);
  const cores = new Map(services.map((service) => [service.name, service.cores]));
  const hints = { cores: (name) => cores.get(name) ?? null, replicas: () => null };
  const chunks = () => createReadStream(spans, { encoding: 'utf8' });
  const model = await readTraces([{ path: spans, chunks }], hints);
  for (const load of TARGETS) {
    const rate = perSecondOf(services, load);
    const truth = run(scenarioOf(services, load, SPANS), ['--seed', '7']);
    const imported = importedOf(model, cores, rate, SPANS / 20 / rate);
    const found = run(imported, ['--seed', '8']);
    if (DRAWS > 0) await cover(imported, truth, found, errors.get(load));
    const error = (figure) => found[figure] / truth[figure] - 1;
    for (const figure of ['mean', 'p99']) errors.get(load)[figure].push(error(figure));
    const texts = ['mean', 'p99'].map(
      (figure) =>
        `${figure} ${ms(found[figure])} for ${ms(truth[figure])} (${(100 * error(figure)).toFixed(1)} %)`,
    );
    console.log(`system ${seed} at ${load}: ${texts.join(', ')}`);
  }
}

/** Whether the intervals of the prediction have the truth, with the uncertainty of the inputs and without it. */
async function cover(imported, truth, found, { covered, sampling }) {
  const texts = ['users.latency.mean', 'users.latency.p99'];
  const options = { seed: 8, replications: Number(REPLICATIONS), draws: DRAWS };
  const { answers } = await predicted(imported, texts, options);
  // The truth is measured by ten runs, and has an interval of its own: independent errors add up as squares.
  const has = (ci95, value, figure) => {
    const end = ci95?.[truth[figure] > value ? 1 : 0] ?? value;
    const own = truth.ci95[figure]?.[truth[figure] > value ? 0 : 1] ?? truth[figure];
    return Math.abs(truth[figure] - value) <= Math.hypot(end - value, own - truth[figure]);
  };
  ['mean', 'p99'].forEach((figure, k) => {
    covered.push(has(answers[k].ci95, answers[k].value, figure));
    sampling.push(has(found.ci95[figure], found[figure], figure));
    const [low, high] = answers[k].ci95;
    const [from, to] = truth.ci95[figure] ?? [NaN, NaN];
    console.log(
      `  ${figure}: interval ${ms(low)} to ${ms(high)}, of the truth ${ms(from)} to ${ms(to)}: ${covered.at(-1) ? 'has it' : 'misses it'}`,
    );
  });
}

/** Mean and 99th percentile of the latency of users over all requests, seconds. */
function run(scenario, flags) {
  const file = join(folder, 'system.yaml');
  const json = join(folder, 'result.json');
  writeFileSync(file, scenario);
  const long = flags.includes('--spans') ? [] : ['--replications', REPLICATIONS];
  const all = [
    ...long,
    '--quiet',
    '--no-explain',
    '--json',
    json,
    '--out',
    join(folder, 'reports'),
  ];
  execFileSync(process.execPath, [cli, 'run', file, ...all, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // `contributors` has the 400 requests that a report traces, and their p99 is that of four requests.
  const { mean, p99 } = JSON.parse(readFileSync(json, 'utf8')).variants[0].summary.latency;
  return {
    mean: mean.value,
    p99: p99.value,
    ci95: { mean: mean.ci95 ?? null, p99: p99.ci95 ?? null },
  };
}

/** What was found, as a scenario, with the interval of each value. */
function importedOf(model, cores, rate, seconds) {
  const services = model.components.filter(({ kind }) => kind === 'service');
  const texts = services.map(
    ({ name, endpoints }) =>
      `  ${name}:\n    cpu: { cores: ${cores.get(name)} }\n    concurrency: 10000\n    endpoints:\n      get:\n${stepsOf(endpoints[0].steps, '        ')}`,
  );
  const stores = model.components.filter(({ kind }) => kind === 'database');
  const operations = stores.map(
    ({ name, endpoints }) =>
      `  ${name}:\n    kind: postgres\n    cpu: 16\n    operations:\n      ${endpoints[0].name}: ${noted(endpoints[0].steps[0].time)}`,
  );
  return `faultline: 1
title: Imported
run: { duration: ${Math.max(5, Math.round(seconds))}s, warmup: 5s, replications: 1 }
network:
  latency: ${noted(model.network)}
services:
${texts.join('\n')}
${stores.length === 0 ? '' : `databases:\n${operations.join('\n')}\n`}workloads:
  users: { arrivals: poisson(${rate.toFixed(3)}/s), requests: [ { call: ${model.entries[0].to}.get } ] }
`;
}

function stepsOf(steps, indent) {
  return steps.map((step) => stepOf(step, indent)).join('\n');
}

function stepOf(step, indent) {
  const below = `${indent}    `;
  switch (step.kind) {
    case 'work':
    case 'wait':
      return `${indent}- ${step.kind}: ${noted(step.time)}`;
    case 'parallel':
      return [
        `${indent}- parallel:`,
        ...step.branches.map((branch) => {
          const [first, ...rest] = stepsOf(branch, `${below}  `).split('\n');
          return [`${below}- ${first.trimStart()}`, ...rest].join('\n');
        }),
      ].join('\n');
    case 'repeat':
      return `${indent}- loop:\n${below}times: ${noted(step.times)}\n${below}steps:\n${stepsOf(step.steps, `${below}  `)}`;
    case 'query':
      return `${indent}- query: ${step.to}.${step.endpoint}`;
    default:
      return `${indent}- call: ${step.to}.get${step.chance === null ? '' : `\n${indent}  probability: ${noted(step.chance)}`}`;
  }
}

/** A value with its interval, as `import` writes it. */
function noted({ text, interval }) {
  const half = halfOf(interval);
  return half === null ? text : `${text} # ± ${Number((100 * half).toPrecision(2))} %`;
}

function ms(seconds) {
  return `${(1000 * seconds).toFixed(1)} ms`;
}
