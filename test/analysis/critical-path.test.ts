import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CriticalPath, pooledEdges } from '../../src/analysis/measure/critical-path.js';
import { TraceTree } from '../../src/analysis/measure/trace-tree.js';
import { partName } from '../../src/contracts/plan/names.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { TraceRecord } from '../../src/contracts/record/record.js';
import type { PathKind } from '../../src/contracts/result/path.js';
import { load, run } from '../theory/program.js';

interface Walked {
  readonly latencyNs: number;
  readonly parts: readonly (readonly [kind: PathKind, subject: string, ms: number])[];
  readonly sumNs: number;
}

function walkedOf(plan: Plan, traces: TraceRecord): readonly Walked[] {
  const tree = TraceTree.of(traces);
  let parts: [PathKind, string, number][] = [];
  let sumNs = 0;
  const path = new CriticalPath(tree, pooledEdges(plan), (kind, subject, lengthNs) => {
    const isInside = kind === 'own' || kind === 'queue';
    const { from, to } = isInside ? { from: subject, to: subject } : plan.statEdges[subject];
    const name = isInside
      ? partName(plan, subject)
      : `${partName(plan, from)}->${partName(plan, to)}`;
    parts.push([kind, name, lengthNs / 1e6]);
    sumNs += lengthNs;
  });
  return tree.roots().map((row) => {
    parts = [];
    sumNs = 0;
    path.request(row);
    return { latencyNs: tree.rootEnd(row) - traces.called[row], parts: parts.sort(byName), sumNs };
  });
}

function byName(a: Walked['parts'][number], b: Walked['parts'][number]): number {
  const [one, other] = [a, b].map(([kind, subject]) => `${kind} ${subject}`);
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The first request of a scenario in which one arrives each second. */
function firstOf(text: string): Walked {
  const ran = run(text, { traceShare: 1 });
  return walkedOf(ran.plans[0], ran.records[0][0].traces)[0];
}

const scenario = (rest: string): string => `
faultline: 1
title: One at a time
run: { duration: 5s, warmup: 0s }
${rest}
workloads:
  users: { arrivals: { at: [0ms, 1s, 2s] }, requests: [ { call: shop.buy } ] }
`;

describe('the critical path of a request', () => {
  it('alternates own work and calls, the latter with their way there and back', () => {
    const { parts } = firstOf(
      scenario(`
network: { latency: 1ms }
services:
  shop: { endpoints: { buy: [ { wait: 2ms }, { call: bank.pay }, { wait: 3ms } ] } }
  bank: { endpoints: { pay: [ { wait: 10ms } ] } }`),
    );
    expect(parts).toEqual([
      ['network', 'shop.buy->bank.pay', 1],
      ['network', 'shop.buy->bank.pay', 1],
      ['network', 'users.buy->shop.buy', 1],
      ['network', 'users.buy->shop.buy', 1],
      ['own', 'bank.pay', 10],
      ['own', 'shop.buy', 3],
      ['own', 'shop.buy', 2],
    ]);
  });

  it('follows the branch that ends last', () => {
    const { parts } = firstOf(
      scenario(`
network: { latency: 0ms }
services:
  shop: { endpoints: { buy: [ { parallel: [ { call: fast.get }, { call: slow.get } ] } ] } }
  fast: { endpoints: { get: [ { wait: 4ms } ] } }
  slow: { endpoints: { get: [ { wait: 9ms } ] } }`),
    );
    expect(parts).toEqual([['own', 'slow.get', 9]]);
  });

  it('counts the attempts that time out, and the pauses between them', () => {
    const { parts, sumNs, latencyNs } = firstOf(
      scenario(`
network: { latency: 0ms }
services:
  shop: { endpoints: { buy: [ { call: bank.pay, policy: { timeout: 20ms, retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 5ms } } } } ] } }
  bank: { endpoints: { pay: [ { wait: 100ms } ] } }`),
    );
    expect(parts).toEqual([
      ['own', 'bank.pay', 20],
      ['own', 'bank.pay', 20],
      ['retries', 'shop.buy->bank.pay', 5],
    ]);
    expect(sumNs).toBe(latencyNs);
  });

  it('separates the queue of the callee from the pool of the caller', () => {
    const ran = run(
      `
faultline: 1
title: Two at once
run: { duration: 5s, warmup: 0s }
network: { latency: 0ms }
services:
  shop: { concurrency: 10, endpoints: { buy: [ { query: db.read }, { call: bank.pay } ] } }
  bank: { concurrency: 1, endpoints: { pay: [ { wait: 10ms } ] } }
databases:
  db: { pool: { maxOpen: 1 }, operations: { read: { wait: 4ms } } }
workloads:
  users: { arrivals: { at: [1s, 1s] }, requests: [ { call: shop.buy } ] }
`,
      { traceShare: 1 },
    );
    const second = walkedOf(ran.plans[0], ran.records[0][0].traces)[1];
    // The connection is free after 4 ms; its query ends at 8 ms, when the worker of the bank has 6 ms to go.
    expect(second.parts.filter(([, , ms]) => ms > 0.5)).toEqual([
      ['connection', 'shop.buy->db.read', 4],
      ['own', 'bank.pay', 10],
      ['own', 'db.read', 4],
      ['queue', 'bank.pay', 6],
    ]);
  });
});

describe('the parts of every traced request', () => {
  const files = readdirSync('scenarios/patterns').filter((file) => file.endsWith('.yaml'));
  const some = files.sort().filter((file, k) => k % 7 === 0 && !file.includes('traffic'));
  it.each(some)('add up to its latency: %s', (file) => {
    const text = readFileSync(`scenarios/patterns/${file}`, 'utf8').replace(
      /replications: \d+/,
      'replications: 1',
    );
    // The last variant usually has the most policies.
    const variant = load(text).variants.at(-1)!.name;
    const { plans, records } = run(text, { traceShare: 0.05, variant });
    for (const { latencyNs, sumNs } of walkedOf(plans[0], records[0][0].traces)) {
      expect(sumNs).toBe(latencyNs);
    }
  });
});
