// PetShop with 26 injected faults: tables of a normal part, without traces, are imported, and the page is predicted for each
// fault.
//
// The rule. The model is what `import` makes of the normal part, unchanged. The effect of a fault on the faulty service is read
// there: how much its mean time grows, or which share of its requests fails, from the first piece of five minutes to the
// first one that begins after the fault. A delay of each call, or an abort of that share, predicts how much the mean time or the
// availability of the page changes. Where the delay is published, it predicts the page too, without a look at the service.
//
// The range. Where several services call the faulty one, its table does not say whose requests are delayed or fail. Each
// end of the range has the whole effect at the calls of one caller, and none at those of the others. How many calls a caller
// makes is a guess of the import too: where more requests fail than the guess has, it makes as many as fail.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse, stringify } from 'yaml';
import { metric, simulate } from '../../dist/library/index.js';
import { grouped, percent, quantile, rowsOf } from './rows.mjs';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const FILES = new URL('../../test/fixtures/measured/', import.meta.url);
const PAGE = 'PetSite';

/** The scenario that `import` makes of the normal part, and the names of its components. */
function imported() {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-petshop-'));
  try {
    const [services, calls, out, account] = [
      'services.csv',
      'calls.csv',
      'petshop.yaml',
      'account.json',
    ].map((name) => join(folder, name));
    writeFileSync(services, gunzipSync(readFileSync(new URL('petshop-services.csv.gz', FILES))));
    writeFileSync(calls, readFileSync(new URL('petshop-calls.csv', FILES)));
    const tables = ['--metrics', services, '--metrics', calls];
    execFileSync(process.execPath, [
      ...[CLI, 'import', ...tables, '--out', out, '--json', account, '--quiet'],
    ]);
    const scenario = parse(readFileSync(out, 'utf8'));
    scenario.run = { duration: '20000s', warmup: '10s', seed: 1 };
    return { scenario, names: JSON.parse(readFileSync(account, 'utf8')).renamed };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function pageOf(scenario, faults) {
  const result = await simulate(stringify({ ...scenario, faults }));
  const value = (name) => metric(result, `users.${PAGE}.${name}`).value;
  return {
    result,
    mean: value('latency.mean'),
    p50: value('latency.p50'),
    p95: value('latency.p95'),
    p99: value('latency.p99'),
    success: value('success'),
  };
}

const always = { at: '0s', for: 'none' };
const delayOf = (edge, seconds) => ({
  ...{ id: 'delay', kind: 'latency', target: edge, direction: 'to', ...always },
  add: `${Math.max(1, Math.round(1e6 * seconds))}us`,
});
const abortOf = (target, share) => ({
  ...{ id: 'abort', kind: 'abort', target, status: 500, share: `${(100 * share).toFixed(3)}%` },
  ...always,
});

const APART = 'apart';

/** Steps in which calls of `found` have another target, and are more frequent by a factor. */
function moved(steps, found, [to, factor]) {
  if (Array.isArray(steps)) return steps.map((one) => moved(one, found, [to, factor]));
  if (steps === null || typeof steps !== 'object') return steps;
  const inner = Object.entries(steps).map(([key, value]) => [
    key,
    moved(value, found, [to, factor]),
  ]);
  const step = Object.fromEntries(inner);
  if (step.call !== found) return step;
  const probability = Math.min(1, (step.probability ?? 1) * factor);
  return { ...step, call: to, ...(probability < 1 && { probability }) };
}

/** The scenario in which the calls of one caller have an endpoint of their own, and their share; null without such calls. */
async function apart(scenario, caller, target, factor) {
  const [from, callee] = [scenario.services[caller], scenario.services[target]];
  const found = `${target}.handle`;
  if (!stringify(from ?? {}).includes(found)) return null;
  const services = {
    ...scenario.services,
    [caller]: moved(from, found, [`${target}.${APART}`, factor]),
    [target]: { ...callee, endpoints: { ...callee.endpoints, [APART]: callee.endpoints.handle } },
  };
  const calm = await pageOf({ ...scenario, services }, []);
  const rate = (name) => metric(calm.result, `${name}.throughput`).value;
  const share = rate(`${target}.${APART}`) / rate(target);
  return share > 0 ? { scenario: { ...scenario, services }, calm, share } : null;
}

/** Each issue: the page before, during and as predicted. Unit: seconds, shares. */
export async function petshop() {
  const { scenario, names } = imported();
  const calm = await pageOf(scenario, []);
  const known = new Map();
  const apartFor = async (caller, target, factor = 1) => {
    const key = `${caller}->${target} ${factor}`;
    if (!known.has(key)) known.set(key, await apart(scenario, caller, target, factor));
    return known.get(key);
  };
  const callers = grouped(rowsOf('petshop-calls.csv'), ({ callee }) => callee);
  const all = [];
  for (const [issue, rows] of grouped(rowsOf('petshop-issues.csv'), (row) => row.issue)) {
    const [{ metric: kind, published, 'faulty service': faulty }] = rows;
    const of = (service, window) =>
      rows.find((row) => row.service === service && row.window === window);
    const target = names[faulty] ?? faulty;
    const growth = (column) => of(faulty, 'during')[column] - of(faulty, 'before')[column];
    const isTime = kind === 'latency';
    const column = isTime ? 'mean ms' : 'availability';
    const unit = isTime ? 1e-3 : 1e-2;
    const read = (isTime ? 1 : -1) * growth(column) * unit;
    const said =
      isTime && /^\d+ ms$/.test(String(published)) ? Number.parseFloat(published) * unit : null;
    const before = of(PAGE, 'before')[column] * unit;
    const measured = of(PAGE, 'during')[column] * unit;
    const fault = (size, endpoint) =>
      isTime ? delayOf(`all->${endpoint}`, size) : abortOf(endpoint, Math.min(1, size));
    const change = isTime
      ? (page, other) => page.mean - other.mean
      : (page, other) => page.success - other.success;
    const predict = async (size) =>
      before + change(await pageOf(scenario, [fault(size, target)]), calm);
    const range = [];
    const own = (callers.get(faulty) ?? []).map(({ caller }) => names[caller] ?? caller);
    for (const caller of own.length > 1 ? own : []) {
      const guessed = await apartFor(caller, target);
      if (guessed === null) continue;
      // Not more requests can fail than there are.
      const factor = isTime ? 1 : Math.max(1, read / guessed.share);
      const one = await apartFor(caller, target, factor);
      const size = isTime ? read / one.share : read / (guessed.share * factor);
      const page = await pageOf(one.scenario, [fault(size, `${target}.${APART}`)]);
      range.push(before + change(page, one.calm));
    }
    all.push({
      ...{ issue, kind, faulty, published, read, before, measured, range },
      predicted: await predict(read),
      fromPublished: said === null ? null : await predict(said),
    });
  }
  return { calm, all };
}

const ms = (seconds) => `${(1e3 * seconds).toFixed(0)} ms`;
const points = (share) => `${(100 * share).toFixed(2)} %`;
const rangeText = (range, text) =>
  range.length === 0 ? '' : `${text(Math.min(...range))} to ${text(Math.max(...range))}`;
const short = (name) => name.replace(/_AWS::.*/, '');

/** Lines of the tables: one for each issue. */
export function petshopTables({ all }) {
  const times = all.filter(({ kind }) => kind === 'latency');
  const shares = all.filter(({ kind }) => kind !== 'latency');
  return [
    '| issue | faulty service | published delay | its mean grows by | page before | page predicted | measured | error | range | predicted from the published delay | error |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...times.map(
      ({ issue, faulty, published, read, before, predicted, measured, range, fromPublished }) =>
        `| ${issue} | ${short(faulty)} | ${published === '' ? 'none' : published} | ${ms(read)} | ${ms(before)} | ${ms(predicted)} | ${ms(measured)} | ${percent(predicted / measured - 1)} | ${rangeText(range, ms)} | ${fromPublished === null ? '' : ms(fromPublished)} | ${fromPublished === null ? '' : percent(fromPublished / measured - 1)} |`,
    ),
    '',
    '| issue | faulty service | published share | it fails | page before | page predicted | measured | error, points | range |',
    '|---|---|---|---|---|---|---|---|---|',
    ...shares.map(
      ({ issue, faulty, published, read, before, predicted, measured, range }) =>
        `| ${issue} | ${short(faulty)} | ${published === '' ? 'none' : published} | ${points(read)} | ${points(before)} | ${points(predicted)} | ${points(measured)} | ${(100 * (predicted - measured)).toFixed(2)} | ${rangeText(range, points)} |`,
    ),
  ];
}

/** How many measurements are in their range, and how far the others are from its nearest end. */
function rangeLine(all, name, text) {
  const ranged = all.filter(({ range }) => range.length > 0);
  const outside = ranged.flatMap((one) => {
    const [low, high] = [Math.min(...one.range), Math.max(...one.range)];
    const gap = Math.max(low - one.measured, one.measured - high);
    return gap > 0 ? [`${one.issue} by ${text(gap, one)}`] : [];
  });
  const rest = outside.length === 0 ? '' : `; outside: ${outside.join(', ')}`;
  return `Ranges of ${name}: ${ranged.length - outside.length} of ${ranged.length} measurements are inside${rest}.`;
}

/** Errors of all issues by the two bars. */
export function petshopLines({ calm, all }) {
  const times = all.filter(({ kind }) => kind === 'latency');
  const shares = all.filter(({ kind }) => kind !== 'latency');
  const line = (name, errors) => {
    const within = errors.filter((error) => Math.abs(error) <= 0.15).length;
    const size = (share) => percent(quantile(errors.map(Math.abs), share), false);
    return `${name}: ${within} of ${errors.length} within 15 %, median ${size(0.5)}, largest ${size(1)}.`;
  };
  const gaps = shares.map(({ predicted, measured }) => Math.abs(predicted - measured));
  const near = gaps.filter((gap) => gap <= 0.005).length;
  const gap = (share) => `${(100 * quantile(gaps, share)).toFixed(2)} points`;
  return [
    line(
      'Mean time of the page, the fault read at the faulty service',
      times.map(({ predicted, measured }) => predicted / measured - 1),
    ),
    line(
      'Mean time of the page, from the published delay',
      times.flatMap(({ fromPublished, measured }) =>
        fromPublished === null ? [] : [fromPublished / measured - 1],
      ),
    ),
    `Availability of the page: ${near} of ${gaps.length} within 0.5 points, median ${gap(0.5)}, largest ${gap(1)}.`,
    rangeLine(times, 'mean times', (gap, { measured }) => percent(gap / measured, false)),
    rangeLine(shares, 'availabilities', (gap) => `${(100 * gap).toFixed(2)} points`),
    `The page without a fault, predicted: mean ${ms(calm.mean)}, p50 ${ms(calm.p50)}, p95 ${ms(calm.p95)}, p99 ${ms(calm.p99)}, availability ${points(calm.success)}.`,
  ];
}
