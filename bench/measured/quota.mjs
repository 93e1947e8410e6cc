// Envoy with one CPU (a quota) and two threads: calibrated with 10 and 50 users, p90 predicted up to 1,000.
//
// The rule, for each message size. The throughput of 50 users, at which the quota is used up, gives the CPU of a request.
// The mean time of 10 users gives the wait outside of the CPU: the one with which the simulated mean is the measured one.
// Requests share two cores, as an import writes a service. `envoy.mjs` has the rule with threads.
import { figuresOf, micros, waitFor } from './closed.mjs';
import { envoyThreads } from './envoy.mjs';
import { grouped, percent, quantile, rowsOf } from './rows.mjs';

/** Every predicted row with its errors. */
export async function quota() {
  const all = rowsOf('wso2-choreo-connect.csv');
  const groups = grouped(all, (row) => row['Message Size (Bytes)']);
  const rows = [];
  for (const [size, group] of groups) {
    const of = (users) => group.find((row) => row['Concurrent Users'] === users);
    const work = 1 / of(50)['Throughput (Requests/sec)'];
    const mean = of(10)['Average Response Time (ms)'] / 1e3;
    const wait = await waitFor(mean, mean, (own) => run(10, work, own));
    for (const row of group) {
      const users = row['Concurrent Users'];
      if (users === 10) continue;
      const found = await run(users, work, wait);
      const p90 = row['90th Percentile of Response Time (ms)'];
      rows.push({
        size,
        users,
        work,
        wait,
        found,
        measured: { p90, throughput: row['Throughput (Requests/sec)'] },
        p90: (found.p90 * 1e3) / p90 - 1,
        throughput: found.throughput / row['Throughput (Requests/sec)'] - 1,
        isFitted: users === 50,
      });
    }
  }
  return rows;
}

function run(users, work, wait) {
  return figuresOf(`faultline: 1
title: Envoy with a quota
run: { duration: 20s, warmup: 5s, replications: 1 }
services:
  router:
    cpu: { cores: 2, quota: { limit: 1 } }
    concurrency: 10000
    endpoints: { get: [ work: exponential(${micros(work)}), wait: ${micros(wait + 1e-9)} ] }
workloads:
  users: { arrivals: { kind: closed, users: ${users}, think: 0ms }, requests: [ { call: router.get } ] }
`);
}

/** The same rows with the rule of threads. */
export async function quotaThreads() {
  const rows = await envoyThreads(
    rowsOf('wso2-choreo-connect.csv').map((row) => ({
      ...{ deployment: 'Choreo Connect', threads: 2, limit: 1, delay: 0 },
      size: row['Message Size (Bytes)'],
      users: row['Concurrent Users'],
      throughput: row['Throughput (Requests/sec)'],
      mean: row['Average Response Time (ms)'],
      p90: row['90th Percentile of Response Time (ms)'],
    })),
  );
  return rows.map((row) => ({
    ...row,
    measured: { p90: row.p90, throughput: row.throughput },
    p90: row.p90Error,
    throughput: row.throughputError,
  }));
}

/** Lines of a table: one for each row. */
export function quotaTable(rows) {
  const lines = rows.map(
    ({ size, users, found, measured, p90, throughput, isFitted }) =>
      `| ${size} | ${users} | ${(found.p90 * 1e3).toFixed(0)} ms | ${measured.p90} ms | ${percent(p90)} | ${found.throughput.toFixed(0)}/s | ${measured.throughput.toFixed(0)}/s | ${isFitted ? 'calibrated' : percent(throughput)} |`,
  );
  return [
    '| message | users | p90 predicted | measured | error | throughput predicted | measured | error |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
  ];
}

/** The errors of p90 by the bar of 20 %. */
export function quotaLine(rows) {
  const sizes = rows.map(({ p90 }) => Math.abs(p90));
  const within = sizes.filter((size) => size <= 0.2).length;
  const size = (share) => percent(quantile(sizes, share), false);
  return [`p90: ${within} of ${rows.length} within 20 %, median ${size(0.5)}, largest ${size(1)}.`];
}
