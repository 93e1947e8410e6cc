// WSO2 API Manager on two cores: calibrated where they are busy to at most 45 %, predicted up to saturation.
//
// The rule, for each API and message size. Rows with at most 45 % (`calm`) of the CPU busy give CPU a request and background CPU by
// the utilisation law (src/importing/metrics/demand.ts, as import --metrics has it), and the median of what is left of the
// mean time gives a wait. All other rows are predicted: closed users without a pause, processor sharing on two cores.
import { metric, simulate } from '../../dist/library/index.js';
import { demandOf } from '../../dist/importing/metrics/demand.js';
import { grouped, percent, quantile, rowsOf } from './rows.mjs';

const CORES = 2;

/** Every predicted row with its errors, and the calibrations. `calm` is the largest busy share of rows that calibrate. */
export async function apim(file, calmShare) {
  const all = rowsOf(file).filter(({ errorPercent }) => errorPercent < 1);
  const groups = grouped(all, ({ scenario, messageBytes }) => `${scenario}, ${messageBytes} B`);
  const rows = [];
  for (const [name, group] of groups) {
    const busy = (row) => 1 - row.gatewayIdlePercent / 100;
    const calm = group.filter((row) => busy(row) <= calmShare);
    const demand = demandOf(
      calm.map((row) => CORES * busy(row)),
      calm.map((row) => row.throughput_per_s),
    );
    const left = calm.map(
      (row) => row.mean_ms / 1e3 - row.backendDelay_ms / 1e3 - demand.perRequest,
    );
    const wait = Math.max(0, quantile(left, 0.5));
    for (const row of group) {
      if (calm.includes(row)) continue;
      const found = await run(row, demand, wait);
      rows.push({
        name,
        row,
        busy: busy(row),
        demand,
        wait,
        calm: calm.length,
        ...errorsOf(found, row),
      });
    }
  }
  return rows;
}

async function run({ users, backendDelay_ms: delay }, { perRequest, background }, wait) {
  const work = (seconds) => `exponential(${(seconds * 1e6).toFixed(3)}us)`;
  const rest = wait * 1e3 + delay;
  const scenario = `faultline: 1
title: WSO2 API Manager
run: { duration: 20s, warmup: 5s, replications: 1 }
services:
  gateway:
    cpu: ${CORES}
    concurrency: 10000
    endpoints:
      get: [ work: ${work(perRequest)}${rest > 0 ? `, wait: ${rest.toFixed(3)}ms` : ''} ]
      background: [ work: ${work(Math.max(1e-6, background / 100))} ]
workloads:
  users: { arrivals: { kind: closed, users: ${users}, think: 0ms }, requests: [ { call: gateway.get } ] }
  housekeeping: { arrivals: poisson(100/s), requests: [ { call: gateway.background } ] }
`;
  const result = await simulate(scenario);
  const value = (text) => metric(result, text).value;
  return { throughput: value('users.throughput'), mean: value('users.latency.mean') };
}

function errorsOf(found, row) {
  return {
    found,
    throughput: found.throughput / row.throughput_per_s - 1,
    mean: (found.mean * 1e3) / row.mean_ms - 1,
  };
}

/** Saturated rows: 90 % of the CPU busy or more. */
export function saturated(rows) {
  return rows.filter(({ busy }) => busy >= 0.9);
}

/** Lines of a table: one for each saturated row. */
export function apimPoints(rows) {
  return [
    '| API, message | users | delay of the backend | throughput predicted | measured | error | mean predicted | measured | error |',
    '|---|---|---|---|---|---|---|---|---|',
    ...saturated(rows).map(
      ({ name, row, found, throughput, mean }) =>
        `| ${name} | ${row.users} | ${row.backendDelay_ms} ms | ${found.throughput.toFixed(0)}/s | ${row.throughput_per_s.toFixed(0)}/s | ${percent(throughput)} | ${(found.mean * 1e3).toFixed(0)} ms | ${row.mean_ms.toFixed(0)} ms | ${percent(mean)} |`,
    ),
  ];
}

/** Errors of all saturated rows by the bar of 20 %. */
export function apimLines(rows) {
  const full = saturated(rows);
  const line = (name, errors) => {
    const within = errors.filter((one) => Math.abs(one) <= 0.2).length;
    const size = (share) => percent(quantile(errors.map(Math.abs), share), false);
    return `${name} of all saturated rows: ${within} of ${errors.length} within 20 %, median ${size(0.5)}, 90 % below ${size(0.9)}, largest ${size(1)}.`;
  };
  return [
    line(
      'Throughput',
      full.map((row) => row.throughput),
    ),
    line(
      'Mean time',
      full.map((row) => row.mean),
    ),
  ];
}

/** Lines of a table: one for each API and size. */
export function apimTable(rows) {
  const groups = grouped(rows, ({ name }) => name);
  const lines = [...groups].map(([name, group]) => {
    const [{ demand, wait, calm }] = group;
    const full = saturated(group);
    const most = (key) =>
      full.reduce((a, b) => (Math.abs(b[key]) > Math.abs(a[key]) ? b : a), full[0]);
    const size = (key) =>
      percent(
        quantile(
          full.map((one) => Math.abs(one[key])),
          0.5,
        ),
        false,
      );
    return `| ${name} | ${calm} | ${(demand.perRequest * 1e3).toFixed(3)} ms | ${demand.background.toFixed(2)} | ${(wait * 1e3).toFixed(1)} ms | ${full.length} | ${size('throughput')} | ${percent(most('throughput').throughput)} | ${size('mean')} | ${percent(most('mean').mean)} |`;
  });
  return [
    '| API, message | rows to calibrate | CPU a request | background cores | wait | saturated rows | throughput: median error | largest | mean time: median error | largest |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ];
}
