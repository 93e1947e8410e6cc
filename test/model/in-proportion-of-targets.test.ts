import { describe, expect, it } from 'vitest';
import { EdgePool } from '../../src/model/resources/connections/edge-pool.js';
import { Targets } from '../../src/model/resources/picking/targets.js';
import { simulate } from '../../src/model/simulate.js';
import type { World } from '../../src/model/modules/world.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { load } from '../theory/program.js';

const REPLICAS = 200;
const CALLS = 300;

interface Options {
  readonly outbound?: string;
  readonly stock?: string;
}

/** Each replica of one service may call each of another, and of the 40,000 pairs at most 300 do. */
function ran(
  { outbound = '{}', stock = '' }: Options,
  calls = CALLS,
): { record: RunRecord; world: World } {
  const file = load(`faultline: 1
title: many pairs
run: { duration: 5s }
services:
  shop: { replicas: ${REPLICAS}, runtime: async, outbound: { default: ${outbound} }, endpoints: { page: [ call: stock.get ] } }
  stock: { replicas: ${REPLICAS}${stock}, endpoints: { get: [ wait: 5ms ] } }
workloads:
  users: { arrivals: constant(${calls / 2}/s), stop: 2s, requests: [ { call: shop.page } ] }
`);
  let world: World | null = null;
  const plan = compile(file.variants[0]!, file);
  const record = simulate(plan, 0, registry, { prepare: (made) => (world = made) });
  return { record, world: world as unknown as World };
}

const REFUSING =
  '{ circuitBreaker: { kind: simple, failureThreshold: 7, openDuration: 1s, per: target } }';

describe('of the pairs of two services, those without a call', () => {
  it.each([
    ['a breaker for each instance called', { outbound: REFUSING }, 1],
    ['a breaker of kind finagle', { outbound: '{ circuitBreaker: { kind: finagle } }' }, 1],
    ['a breaker of kind linkerd', { outbound: '{ circuitBreaker: { kind: linkerd } }' }, 1],
    ['a pool of connections', { outbound: '{ connections: { max: 4 } }' }, 1],
    [
      'limits of Envoy and connections',
      { outbound: '{ bulkhead: { kind: envoy, per: target }, connections: { max: 4 } }' },
      2,
    ],
  ] as const)('have no state: %s', (_, options, layers) => {
    const { world } = ran(options);
    const split = world.instances.flatMap(({ policies }) =>
      policies.filter((policy) => policy instanceof Targets),
    );
    const made = split.flatMap((one) => one.made());
    expect(split.length).toBeGreaterThan(REPLICAS / 2);
    expect(split.length).toBeLessThanOrEqual(REPLICAS * layers);
    // At most one for each call, and the first of each caller, which shows how the others are journalled.
    expect(made.length).toBeLessThanOrEqual(layers * (CALLS + REPLICAS));
    expect(made.length).toBeGreaterThanOrEqual(layers * REPLICAS);
  });

  it('have no pool in the table of connections', () => {
    const { world } = ran({ outbound: '{ connections: { max: 4 } }' });
    const { pools } = world.connections;
    expect(pools.every((pool) => pool instanceof EdgePool)).toBe(true);
    expect(pools.length).toBeLessThanOrEqual(CALLS + REPLICAS);
  });

  it('have machines in the record all the same, in one block', () => {
    const { record } = ran({ outbound: REFUSING });
    expect(record.machines).toHaveLength(1);
    const [{ callers, targets, stride, step, machine }] = record.machines as [
      RunRecord['machines'][number],
    ];
    expect([callers, targets, stride, step]).toEqual([REPLICAS, REPLICAS, REPLICAS, 1]);
    expect(machine.policy).toBe('circuitBreaker');
  });

  it.each([
    ['an outlier detection', { stock: ', outlierDetection: { consecutive5xx: 3 }' }, 'outliers'],
    [
      'a balancer with a subset',
      { stock: ', loadBalancing: { kind: roundRobin, subset: { size: 20 } }' },
      'subsets',
    ],
    ['a room in which calls wait', { outbound: '{ circuitBreaker: { kind: linkerd } }' }, 'rooms'],
  ] as const)('are known to no caller without a call: %s', (_, options, what) => {
    const { world } = ran(options, REPLICAS / 2);
    const edge = world.edges.find((one) => one[what] !== null)!;
    const made = edge[what]!.filter((one: unknown) => one !== undefined);
    const called = [...edge.chains].filter((chain) => chain >= 0);
    expect(made).toHaveLength(called.length);
    expect(called.length).toBeLessThanOrEqual(REPLICAS / 2 + 1);
  });
});
