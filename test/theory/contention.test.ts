import { describe } from 'vitest';
import { theory } from './case.js';
import type { Ran } from './program.js';
import { run } from './program.js';

const REPLICATIONS = 40;

/** Back-off of the tries after the first; null = none. */
const BACKOFFS: Readonly<Record<string, string | null>> = {
  none: null,
  expo: 'kind: exponential, base: 10ms, max: 2s',
  equal: 'kind: exponential, base: 10ms, max: 2s, jitter: equal',
  full: 'kind: exponential, base: 10ms, max: 2s, jitter: full',
  decorr: 'kind: decorrelated, base: 5ms, max: 2s',
};

/** Mean over the runs of a counter, and of the time of the last answer in ms. */
function seen(ran: Ran): { readonly writes: number; readonly lastMs: number } {
  const records = ran.records[0]!;
  const { parts, components } = ran.plans[0]!;
  const client = parts.findIndex(({ component }) => components[component]!.name === 'writers');
  let writes = 0;
  let last = 0;
  for (const record of records) {
    for (const meter of record.meters) {
      if (meter.name !== 'appends' || meter.form !== 'counter') continue;
      for (const count of meter.counts) writes += count;
    }
    last += Math.max(...record.parts[client]!.successLatency.map(({ max }) => max)) / 1e6;
  }
  return { writes: writes / records.length, lastMs: last / records.length };
}

describe('writers that contend for one row', () => {
  theory('occ-backoff-20', ({ p }) => {
    const clients = p['clients']!;
    const measured: Record<string, number> = {};
    for (const [name, backoff] of Object.entries(BACKOFFS)) {
      const ran = run(`
faultline: 1
title: Twenty writers of one row
run: { duration: 10m, replications: ${REPLICATIONS}, seed: 9 }
network: { latency: normal(${p['one_way_delay_mean_ms']}ms ${p['one_way_delay_sd_ms']}ms), links: [ { between: [writers, api], latency: 0ms } ] }
keys: { row: { kind: uniform, count: 1 } }
eventStores: { rows: { stream: { key: row } } }
services:
  api:
    runtime: async
    endpoints:
      write: [ { load: { store: rows } }, { append: { store: rows, maxConflictRetries: 0 } } ]
workloads:
  writers:
    arrivals: { at: [ ${Array.from({ length: clients }, () => '0ms').join(', ')} ] }
    requests: [ { name: write, call: api.write } ]
    policy: { retry: { attempts: 1000, on: [ clientError ]${backoff === null ? '' : `, backoff: { ${backoff} }`} } }
`);
      const { writes, lastMs } = seen(ran);
      measured[`${name}.write_calls_mean`] = writes;
      measured[`${name}.completion_ms_mean`] = lastMs;
    }
    const calls = (name: string): number => measured[`${name}.write_calls_mean`]!;
    const time = (name: string): number => measured[`${name}.completion_ms_mean`]!;
    const jittered = ['full', 'equal', 'decorr'];
    const bare = ['none', 'expo'];
    return {
      ...measured,
      'completion order: none < full,decorr < equal < expo':
        time('none') < Math.min(time('full'), time('decorr')) &&
        Math.max(time('full'), time('decorr')) < time('equal') &&
        time('equal') < time('expo'),
      'calls order: full,equal,decorr < none,expo':
        Math.max(...jittered.map(calls)) < Math.min(...bare.map(calls)),
    };
  });
});
