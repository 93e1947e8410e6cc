import { describe, expect, it } from 'vitest';
import { remarksOn } from '../lint/lint-text.js';
import { problemsOf } from '../theory/program.js';
import { golden } from './tracing.js';

const SYSTEM = `
network: { zones: { a: { latency: 0ms }, b: { latency: 0ms } } }
gateways:
  edge: { runtime: async, replicas: 2, cpu: 2, memory: { limit: 1GB }, zone: a, routes: [ { name: all, to: api.get } ] }
services:
  api:
    replicas: 3
    cpu: 4
    resources: { requests: { cpu: 0.5 } }
    zone: b
    endpoints: { get: { requestSize: 1MB, responseSize: 9MB, steps: [ wait: 1ms, call: psp.pay ] } }
  psp: { external: true, cpu: 8, endpoints: { pay: [ wait: 1ms ] } }
workloads: { users: { arrivals: { at: [ 0s, 1s, 2s, 3s ] }, requests: [ { call: edge } ] } }
`;

const PRICES =
  'report: { prices: { cpuHour: 0.04, memoryGbHour: 0.005, requests: 1e6, crossZoneGb: 0.02 } }';

describe('costs of one hour', () => {
  const costOf = (body: string, name: string): number | undefined =>
    golden(body).ran.variant().components[name]!.cost;

  it('are instances by time, requests of gateways, and bytes between zones for the caller', () => {
    const body = SYSTEM + PRICES;
    // 2 x (2 cores x 0.04 + 1 GB x 0.005) = 0.17; 4 requests x 1; 4 x (1 + 9 MB) = 0.04 GB x 0.02.
    expect(costOf(body, 'edge')).toBeCloseTo(0.17 + 4 + 0.0008, 12);
    // 3 x 0.5 requested cores x 0.04.
    expect(costOf(body, 'api')).toBeCloseTo(0.06, 12);
    expect(costOf(body, 'psp')).toBeUndefined();
    const { summary } = golden(body).ran.variant();
    expect(summary.cost?.value).toBeCloseTo(4.2308, 12);
    expect(summary.costPerMillion?.value).toBeCloseTo(4.2308e6 / 4, 6);
  });

  it('count failed responses without a body, and nothing inside a zone', () => {
    const failing = SYSTEM.replace('call: psp.pay', 'fail: 503');
    const traffic = 'report: { prices: { crossZoneGb: 1 } }';
    // 4 requests of 1 MB.
    expect(costOf(failing + traffic, 'edge')).toBeCloseTo(0.004, 12);
    expect(costOf(SYSTEM.replace('zone: b', 'zone: a') + traffic, 'edge')).toBeUndefined();
  });

  it('follow the version that an instance runs, and its request of memory', () => {
    const body = `
services:
  api:
    cpu: 1
    memory: { limit: 4GB }
    resources: { requests: { memory: 2GB } }
    versions: { v1: {}, v2: { cpu: 3 } }
    replicas: { v1: 2, v2: 1 }
    endpoints: { get: [ wait: 1ms ] }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: api.get } ] } }
report: { prices: { cpuHour: 0.1, memoryGbHour: 0.01 } }
`;
    // 2 x 1 core and 1 x 3 cores; 3 x 2 GB.
    expect(costOf(body, 'api')).toBeCloseTo(0.5 + 0.06, 12);
  });

  it('of a function are its environments by time', () => {
    const body = `
functions:
  resize: { kind: simple, coldStart: 0s, keepAlive: 9m, cpu: 0.5, endpoints: { run: [ wait: 60s ] } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: resize.run } ] } }
report: { prices: { cpuHour: 6 } }
`;
    // One environment for 60 s of work and 9 min of idling: 1/6 h x 0.5 cores x 6.
    expect(costOf(body, 'resize')).toBeCloseTo(0.5, 12);
  });

  it('of a disk count each node, whatever it does', () => {
    const body = `
databases: { db: { cpu: 1, storage: 73GB, operations: { read: 1ms } } }
services: { api: { endpoints: { get: [ query: db.read ] } } }
workloads: { users: { arrivals: { at: [ 0s ] }, requests: [ { call: api.get } ] } }
report: { prices: { storageGbMonth: 0.1 } }
`;
    // 73 GB x 0.1 / 730 h.
    expect(costOf(body, 'db')).toBeCloseTo(0.01, 12);
  });

  it('are absent without prices', () => {
    expect(golden(SYSTEM).ran.variant().summary.cost).toBeUndefined();
  });
});

describe('prices', () => {
  const problems = (more: string): string =>
    problemsOf(`faultline: 1\ntitle: t\nrun: { duration: 10s }\n${SYSTEM}${more}`);

  it('are needed by the metrics of costs', () => {
    expect(problems('budgets: [ run.costPerMillion < 3 ]')).toContain(
      'costPerMillion needs prices: write report: { prices: { cpuHour: 0.04 } }',
    );
  });

  it('are refused if all of them are 0', () => {
    expect(problems('report: { prices: { cpuHour: 0 } }')).toContain('all prices are 0');
  });
});

describe('lint', () => {
  const remarks = (system: string, prices: string): readonly string[] =>
    remarksOn(
      `faultline: 1\ntitle: t\nrun: { duration: 10s }\n${system}report: { prices: { ${prices} } }`,
    ).flatMap(({ rule, message }) => (rule === 'option-without-effect' ? [message] : []));

  it('names prices of what no component has', () => {
    const bare = `
services: { api: { endpoints: { get: [ wait: 1ms ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.get } ] } }
`;
    const all = 'cpuHour: 1, memoryGbHour: 1, requests: 1, crossZoneGb: 1, storageGbMonth: 1';
    expect(remarks(bare, all)).toEqual([
      'cpuHour changes no cost',
      'memoryGbHour changes no cost',
      'requests changes no cost',
      'crossZoneGb changes no cost',
      'storageGbMonth changes no cost',
    ]);
    expect(remarks(SYSTEM, all)).toEqual(['storageGbMonth changes no cost']);
  });

  it('names disks without a price', () => {
    const body = `
databases: { db: { storage: 73GB, operations: { read: 1ms } } }
services: { api: { endpoints: { get: [ query: db.read ] } } }
workloads: { users: { arrivals: poisson(1/s), requests: [ { call: api.get } ] } }
`;
    expect(remarks(body, 'requests: 1')).toContain('storage of db changes no cost');
    expect(remarks(body, 'storageGbMonth: 1')).toEqual([]);
  });
});
