// `npm run bench:predictions`: reads the spans of each system at 0.3 of saturation, writes what was found as a scenario,
// and runs it at 0.6 and 0.85. Beside it the same figures of the system itself.
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
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { readTraces } = await import(
  new URL('../../dist/importing/traces/index.js', import.meta.url)
);
const folder = mkdtempSync(join(tmpdir(), 'faultline-predict-'));

try {
  const errors = new Map(TARGETS.map((load) => [load, { mean: [], p99: [] }]));
  for (let seed = 1; seed <= Number(process.argv[2] ?? 10); seed++) await predict(seed, errors);
  for (const [load, figures] of errors) {
    for (const [figure, list] of Object.entries(figures)) {
      const sizes = list.map(Math.abs).sort((a, b) => a - b);
      const at = (share) => `${(100 * sizes[Math.ceil(share * sizes.length) - 1]).toFixed(1)} %`;
      console.log(
        `${figure} at ${load}: median ${at(0.5)}, 90 % below ${at(0.9)}, largest ${at(1)}`,
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
    const found = run(importedOf(model, cores, rate, SPANS / 20 / rate), ['--seed', '8']);
    const error = (figure) => found[figure] / truth[figure] - 1;
    for (const figure of ['mean', 'p99']) errors.get(load)[figure].push(error(figure));
    const texts = ['mean', 'p99'].map(
      (figure) =>
        `${figure} ${ms(found[figure])} for ${ms(truth[figure])} (${(100 * error(figure)).toFixed(1)} %)`,
    );
    console.log(`system ${seed} at ${load}: ${texts.join(', ')}`);
  }
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
  return { mean: mean.value, p99: p99.value };
}

/** What was found, as a scenario. */
function importedOf(model, cores, rate, seconds) {
  const services = model.components.filter(({ kind }) => kind === 'service');
  const texts = services.map(
    ({ name, endpoints }) =>
      `  ${name}: { cpu: { cores: ${cores.get(name)} }, concurrency: 10000, endpoints: { get: [ ${stepsOf(endpoints[0].steps)} ] } }`,
  );
  const stores = model.components.filter(({ kind }) => kind === 'database');
  const operations = stores.map(
    ({ name, endpoints }) =>
      `  ${name}: { kind: postgres, cpu: 16, operations: { ${endpoints[0].name}: ${endpoints[0].steps[0].time.text} } }`,
  );
  return `faultline: 1
title: Imported
run: { duration: ${Math.max(5, Math.round(seconds))}s, warmup: 5s, replications: 1 }
network: { latency: ${model.network.text} }
services:
${texts.join('\n')}
${stores.length === 0 ? '' : `databases:\n${operations.join('\n')}\n`}workloads:
  users: { arrivals: poisson(${rate.toFixed(3)}/s), requests: [ { call: ${model.entries[0].to}.get } ] }
`;
}

function stepsOf(steps) {
  return steps.map((step) => `{ ${stepOf(step)} }`).join(', ');
}

function stepOf(step) {
  switch (step.kind) {
    case 'work':
    case 'wait':
      return `${step.kind}: ${step.time.text}`;
    case 'parallel':
      return `parallel: [ ${step.branches.map((branch) => `[ ${stepsOf(branch)} ]`).join(', ')} ]`;
    case 'repeat':
      return `loop: { times: ${step.times.text}, steps: [ ${stepsOf(step.steps)} ] }`;
    case 'query':
      return `query: ${step.to}.${step.endpoint}`;
    default:
      return `call: ${step.to}.get${step.chance === null ? '' : `, probability: ${step.chance.text}`}`;
  }
}

function ms(seconds) {
  return `${(1000 * seconds).toFixed(1)} ms`;
}
