// PetShop with 26 injected faults: tables of a normal part, without traces, are imported, and the page is predicted for each
// fault.
//
// The rule. The model is what `import` makes of the normal part, unchanged. The effect of a fault on the faulty service is read
// there: how much its mean time grows, or which share of its requests fails, from the first piece of five minutes to the
// first one that begins after the fault. A delay of each call, or an abort of that share, predicts how much the mean time or the
// availability of the page changes. Where the delay is published, it predicts the page too, without a look at the service.
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
    mean: value('latency.mean'),
    p50: value('latency.p50'),
    p95: value('latency.p95'),
    p99: value('latency.p99'),
    success: value('success'),
  };
}

const always = { at: '0s', for: 'none' };
const delayOf = (target, seconds) => ({
  ...{ id: 'delay', kind: 'latency', target: `all->${target}`, direction: 'to', ...always },
  add: `${Math.max(1, Math.round(1e6 * seconds))}us`,
});
const abortOf = (target, share) => ({
  ...{ id: 'abort', kind: 'abort', target, status: 500, share: `${(100 * share).toFixed(3)}%` },
  ...always,
});

/** Each issue: the page before, during and as predicted. Unit: seconds, shares. */
export async function petshop() {
  const { scenario, names } = imported();
  const calm = await pageOf(scenario, []);
  const all = [];
  for (const [issue, rows] of grouped(rowsOf('petshop-issues.csv'), (row) => row.issue)) {
    const [{ metric: kind, published, 'faulty service': faulty }] = rows;
    const of = (service, window) =>
      rows.find((row) => row.service === service && row.window === window);
    const target = names[faulty] ?? faulty;
    const change = (column) => of(faulty, 'during')[column] - of(faulty, 'before')[column];
    const isTime = kind === 'latency';
    const column = isTime ? 'mean ms' : 'availability';
    const unit = isTime ? 1e-3 : 1e-2;
    const read = isTime ? change(column) * unit : -change(column) * unit;
    const said =
      isTime && /^\d+ ms$/.test(String(published)) ? Number.parseFloat(published) * unit : null;
    const before = of(PAGE, 'before')[column] * unit;
    const measured = of(PAGE, 'during')[column] * unit;
    const predict = async (size) => {
      const fault = isTime ? delayOf(target, size) : abortOf(target, size);
      const page = await pageOf(scenario, [fault]);
      return before + (isTime ? page.mean - calm.mean : page.success - calm.success);
    };
    all.push({
      ...{ issue, kind, faulty, published, read, before, measured },
      predicted: await predict(read),
      fromPublished: said === null ? null : await predict(said),
    });
  }
  return { calm, all };
}

const ms = (seconds) => `${(1e3 * seconds).toFixed(0)} ms`;
const points = (share) => `${(100 * share).toFixed(2)} %`;
const short = (name) => name.replace(/_AWS::.*/, '');

/** Lines of the tables: one for each issue. */
export function petshopTables({ all }) {
  const times = all.filter(({ kind }) => kind === 'latency');
  const shares = all.filter(({ kind }) => kind !== 'latency');
  return [
    '| issue | faulty service | published delay | its mean grows by | page before | page predicted | measured | error | predicted from the published delay | error |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...times.map(
      ({ issue, faulty, published, read, before, predicted, measured, fromPublished }) =>
        `| ${issue} | ${short(faulty)} | ${published === '' ? 'none' : published} | ${ms(read)} | ${ms(before)} | ${ms(predicted)} | ${ms(measured)} | ${percent(predicted / measured - 1)} | ${fromPublished === null ? '' : ms(fromPublished)} | ${fromPublished === null ? '' : percent(fromPublished / measured - 1)} |`,
    ),
    '',
    '| issue | faulty service | published share | it fails | page before | page predicted | measured | error, points |',
    '|---|---|---|---|---|---|---|---|',
    ...shares.map(
      ({ issue, faulty, published, read, before, predicted, measured }) =>
        `| ${issue} | ${short(faulty)} | ${published === '' ? 'none' : published} | ${points(read)} | ${points(before)} | ${points(predicted)} | ${points(measured)} | ${(100 * (predicted - measured)).toFixed(2)} |`,
    ),
  ];
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
    `The page without a fault, predicted: mean ${ms(calm.mean)}, p50 ${ms(calm.p50)}, p95 ${ms(calm.p95)}, p99 ${ms(calm.p99)}, availability ${points(calm.success)}.`,
  ];
}
