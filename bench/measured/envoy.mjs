// Envoy with the number of its threads and its limit of the CPU: calibrated with two rows, p90 predicted in all others.
//
// The rule, for each deployment and message size. It was written before other measurements than those of `quota.mjs` were looked for.
// - Envoy handles one request after the other on each of its threads: `concurrency` is their number. `cpu` is the same number
//   of cores, with the published limit as a quota. Where the number is not published, it is the one that this release of
//   Envoy starts by itself. Published delays of the backend are a part of the wait.
// - CPU: the smaller of threads and limit, divided by the throughput of the row with the fewest users that has 90 % of the
//   largest throughput, at the shortest delay of the backend.
// - Wait: the one with which the simulated mean of the fewest users, at the same delay, is the measured one. Half of it is
//   on each way, outside of the threads.
// - All other rows are predicted: p90 of each, and the throughput of each but the one that gives the CPU. Rows in which 1 % of
//   the requests fail are left out. A group whose row of the fewest users is full itself gives no wait, and is listed.
//   The same work and wait hold for all delays.
import { figuresOf, micros, waitFor } from './closed.mjs';
import { grouped, percent, quantile, rowsOf } from './rows.mjs';

const FULL = 0.9;

/** Every predicted row with its errors. Rows: deployment, threads, limit, size, delay (ms), users, throughput, mean, p90 (ms). */
export async function envoyThreads(all) {
  const rows = [];
  for (const group of grouped(all, ({ deployment, size }) => `${deployment} ${size}`).values()) {
    const shortest = Math.min(...group.map(({ delay }) => delay));
    const base = group
      .filter(({ delay }) => delay === shortest)
      .toSorted((a, b) => a.users - b.users);
    const most = Math.max(...base.map(({ throughput }) => throughput));
    const full = base.find(({ throughput }) => throughput >= FULL * most);
    const calm = base[0];
    if (full === calm) {
      rows.push(...group.map((row) => ({ ...row, isLeftOut: true })));
      continue;
    }
    const work = Math.min(full.threads, full.limit) / full.throughput;
    const mean = calm.mean / 1e3;
    const wait = await waitFor(mean, mean - calm.delay / 1e3, (own) => run(calm, work, own));
    for (const row of group) {
      if (row === calm) continue;
      const found = await run(row, work, wait);
      rows.push({
        ...row,
        ...{ work, wait, found, isFitted: row === full },
        p90Error: (found.p90 * 1e3) / row.p90 - 1,
        throughputError: found.throughput / row.throughput - 1,
      });
    }
  }
  return rows;
}

function run({ threads, limit, users, delay }, work, wait) {
  return figuresOf(`faultline: 1
title: Envoy
run: { duration: 20s, warmup: 5s, replications: 1 }
network: { latency: ${micros((wait + delay / 1e3) / 2)} }
services:
  router:
    cpu: { cores: ${threads}${limit < threads ? `, quota: { limit: ${limit} }` : ''} }
    concurrency: ${threads}
    queue: { capacity: 10000 }
    endpoints: { get: [ work: exponential(${micros(work)}) ] }
workloads:
  users: { arrivals: { kind: closed, users: ${users}, think: 0ms }, requests: [ { call: router.get } ] }
`);
}

/** The releases of Choreo Connect that were looked for after the rule was written. */
export async function envoyReleases() {
  const all = rowsOf('wso2-choreo-connect-releases.csv');
  return envoyThreads(all.filter(({ errorPercent }) => errorPercent < 1));
}

/** Lines of a table: one for each row. */
export function envoyTable(rows) {
  const lines = rows.map((row) => {
    const start = `| ${row.deployment.replace('Choreo Connect ', '')} | ${row.size} | ${row.users} |`;
    if (row.isLeftOut) return `${start} left out | ${row.p90} ms | | | | |`;
    const { found } = row;
    const rate = row.isFitted ? 'calibrated' : percent(row.throughputError);
    return `${start} ${(found.p90 * 1e3).toFixed(0)} ms | ${row.p90} ms | ${percent(row.p90Error)} | ${found.throughput.toFixed(0)}/s | ${row.throughput.toFixed(0)}/s | ${rate} |`;
  });
  return [
    '| release | message | users | p90 predicted | measured | error | throughput predicted | measured | error |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ];
}

/** The errors of p90 of each deployment, and of those with the same limit of the CPU. */
export function envoyLines(rows) {
  const line = (name, group) => {
    const sizes = group.flatMap((row) => (row.isLeftOut ? [] : [Math.abs(row.p90Error)]));
    const within = sizes.filter((size) => size <= 0.2).length;
    const size = (share) => percent(quantile(sizes, share), false);
    return `| ${name} | ${within} of ${sizes.length} | ${size(0.5)} | ${size(1)} |`;
  };
  const each = (key) => [...grouped(rows, key)].map(([name, group]) => line(name, group));
  return [
    '| deployment | p90 within 20 % | median | largest |',
    '|---|---|---|---|',
    ...each(({ deployment }) => deployment),
    ...each(({ limit }) => `all with ${limit} ${limit === 1 ? 'CPU' : 'CPUs'}`),
  ];
}
