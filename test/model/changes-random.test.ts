import { describe, expect, it } from 'vitest';
import { withFaults } from '../../src/plan/without.js';
import { dice } from '../support/dice.js';
import { runThreaded } from '../../src/run/replicate.js';
import { library } from '../support/built.js';

/** A change of one path: its value, whether it can move in steps, and whether it belongs to a whole component. */
interface Path {
  readonly path: string;
  readonly value: string;
  readonly steps: boolean;
  readonly whole?: true;
}

const PATHS: readonly Path[] = [
  { path: 'policies.out.timeout', value: '35ms', steps: true },
  {
    path: 'policies.out.retry',
    value: '{ attempts: 3, backoff: { kind: constant, base: 2ms } }',
    steps: false,
  },
  {
    path: 'policies.out.circuitBreaker',
    value: '{ kind: simple, failureThreshold: 3, openDuration: 1s }',
    steps: false,
  },
  {
    path: 'policies.out.fallback',
    value: '{ steps: [ { wait: 1ms } ] }',
    steps: false,
  },
  { path: 'services.cart.outbound.stock', value: 'none', steps: false },
  {
    path: 'services.stock.endpoints.take',
    value: '[ { wait: exponential(30ms) }, { query: db.get } ]',
    steps: false,
  },
  { path: 'services.stock.concurrency', value: '3', steps: true },
  { path: 'services.stock.queue.capacity', value: '2', steps: true },
  { path: 'services.stock.replicas', value: '5', steps: true, whole: true },
  { path: 'services.cart.replicas', value: '1', steps: false, whole: true },
  { path: '"gateways.edge.routes[all].to"', value: '{ cart.buy: 20, old.buy: 80 }', steps: true },
  { path: 'databases.db.operations.get.work', value: 'exponential(6ms)', steps: false },
  { path: 'databases.db.pool.maxOpen', value: '1', steps: true },
];

const TIMES = ['10ms', '100ms', '700ms', '1500ms'] as const;

function scenario(seed: number): string {
  const roll = dice(seed);
  const one = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  const left = [...PATHS];
  const faults = Array.from({ length: 1 + roll(4) }, (_, k) => {
    const { path, value, steps, whole } = left.splice(roll(left.length), 1)[0]!;
    const more = [
      steps && roll(2) === 0
        ? `, ramp: { up: ${one(TIMES)}, down: ${one(TIMES)}, steps: ${2 + roll(3)} }`
        : '',
      roll(3) === 0 ? ', propagation: uniform(0s 1s)' : '',
      roll(4) === 0 ? ', rollback: uniform(0s 500ms)' : '',
      whole !== true && roll(4) === 0 ? ', instances: 50%' : '',
      roll(4) === 0 ? ', probability: 50%' : '',
      roll(3) === 0 ? ', every: 3s, count: 2' : '',
    ].join('');
    return `  - { id: c${k}, kind: change, set: { ${path}: ${value} }, at: ${roll(3)}s, for: ${1 + roll(2)}s${more} }`;
  });
  const policy = one([
    'timeout: 60ms',
    'timeout: 60ms, bulkhead: { maxConcurrent: 8 }',
    'timeout: 60ms, connections: { max: 4 }',
  ]);
  return `
faultline: 1
title: Random changes
run: { duration: 6s, drain: 20s, seed: ${seed}, replications: 2 }
policies: { out: { ${policy} } }
gateways:
  edge: { routes: [ { name: all, match: { path: / }, to: { cart.buy: 90, old.buy: 10 } } ] }
services:
  cart: { replicas: 2, outbound: { stock: out }, endpoints: { buy: [ { wait: 2ms }, { call: stock.take } ] } }
  old: { outbound: { default: out }, endpoints: { buy: [ { wait: exponential(5ms) }, { call: stock.take } ] } }
  stock: { replicas: 2, concurrency: 8, queue: { capacity: 20 }, endpoints: { take: [ { wait: exponential(20ms) }, { query: db.get } ] } }
databases: { db: { cpu: 2, pool: { kind: ${one(['simple', 'go'])}, maxOpen: 4 }, operations: { get: exponential(2ms) } } }
workloads:
  users: { arrivals: poisson(150/s), requests: [ { call: edge } ] }
faults:
${faults.join('\n')}
  - { id: hurt, kind: crash, target: ${one(['stock', 'cart'])}, instances: 1, at: ${1 + roll(3)}s, for: ${one(TIMES)} }
`;
}

function plansOf(seed: number): ReturnType<typeof library.compile>[] {
  const { file, problems } = library.loadScenario('case.yaml', () => ({ text: scenario(seed) }));
  expect(problems.map((problem) => library.formatDiagnostic(problem)).join('\n')).toBe('');
  return file!.variants.map((variant) => library.compile(variant, file!));
}

describe('random configuration changes', () => {
  it('keep the laws of every run: each request has one outcome, and nothing remains', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const [records] = library.runHere(plansOf(seed), 2);
      for (const { totals, stop } of records!) {
        // Idle connections can close after the last request.
        expect([seed, totals.unfinished, 'drained horizon'.includes(stop)]).toEqual([
          seed,
          0,
          true,
        ]);
      }
    }
  }, 120_000);

  it('give the same digests on two threads as on one', async () => {
    const plans = [7, 19, 42].flatMap(plansOf);
    const here = library.runHere(plans, 2).flat();
    const threaded = await runThreaded(plans, 2, { workers: 2, heapMiB: 200 });
    expect(threaded.flat().map(({ digest }) => digest)).toEqual(here.map(({ digest }) => digest));
  }, 60_000);
});

describe('a run without some of its changes', () => {
  it('has the configurations of the others, and the same plan of draws', () => {
    for (let seed = 1; seed <= 12; seed++) {
      for (const plan of plansOf(seed)) {
        plan.faults.forEach((_, dropped) => {
          const [records] = library.runHere([withFaults(plan, (index) => index !== dropped)], 1);
          expect(records![0]!.totals.unfinished).toBe(0);
        });
      }
    }
  }, 60_000);
});
