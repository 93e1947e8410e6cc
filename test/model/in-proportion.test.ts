import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/model/simulate.js';
import type { World } from '../../src/model/modules/world.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import { GAUGE_KINDS } from '../../src/contracts/record/record.js';
import { load } from '../theory/program.js';

const SERVICES = 31;
const REPLICAS = 1000;

/** Five floors of services, each of which calls two below it through a breaker, and 400 requests in all. */
function tree(): string {
  const services = Array.from({ length: SERVICES }, (_, index) => {
    const below = [2 * index + 1, 2 * index + 2].filter((other) => other < SERVICES);
    const steps = ['work: 1ms', ...below.map((other) => `call: s${other}.get`)];
    const breaker = '{ default: { circuitBreaker: { failureThreshold: 5 } } }';
    return `  s${index}: { replicas: ${REPLICAS}, endpoints: { get: [ ${steps.join(', ')} ] }, outbound: ${breaker} }`;
  });
  return `faultline: 1
title: many replicas
run: { duration: 5s }
services:
${services.join('\n')}
workloads:
  users: { arrivals: constant(100/s), stop: 4s, requests: [ { call: s0.get } ] }
`;
}

function ran() {
  const file = load(tree());
  const plan = compile(file.variants[0], file);
  let world: World | null = null;
  const record = simulate(plan, 0, registry, { prepare: (made) => (world = made) });
  return { plan, record, world: world as unknown as World };
}

describe('of many replicas, those that see no call', () => {
  const { plan, record, world } = ran();
  const { gauges } = record;
  const calling = GAUGE_KINDS.indexOf('inFlight');
  const pairs = [...gauges.kind.keys()].filter((row) => gauges.kind[row] === calling);
  const called = pairs.filter((row) => gauges.until[row] > gauges.from[row]);

  it('are the most', () => {
    // Of 400 requests each service sees as many calls, and most of its instances none.
    expect(pairs).toHaveLength(30 * REPLICAS + 1);
    expect(called.length).toBeGreaterThan(30 * 100);
    expect(called.length).toBeLessThanOrEqual(30 * 400 + 1);
  });

  it('have no view, balancer, chain or breaker, but the first of each caller', () => {
    const first = pairs.filter((row) => plan.instances[gauges.instance[row]].index === 0);
    const made = new Set([...called, ...first]).size;
    const all = <T>(of: (edge: World['edges'][number]) => readonly T[]): number =>
      world.edges.reduce(
        (sum, edge) => sum + of(edge).filter((one) => one !== undefined).length,
        0,
      );
    expect(all((edge) => edge.views)).toBe(made);
    expect(all((edge) => edge.balancers)).toBe(made);
    expect(all((edge) => [...edge.chains].filter((chain) => chain >= 0))).toBe(made);
    const breakers = world.instances.reduce((sum, { policies }) => sum + policies.length, 0);
    expect(breakers).toBe(made - 1);
  });

  it('have machines and gauges in the record all the same', () => {
    const numbers = record.machines.map(({ callers, targets }) => callers * targets);
    expect(numbers).toEqual(Array.from({ length: 30 }, () => REPLICAS));
    const callers = new Set(record.machines.map(({ machine }) => machine.callerComponent));
    expect(callers.size).toBe(15);
    const queue = GAUGE_KINDS.indexOf('queue');
    const queues = gauges.kind.reduce((count, kind) => count + (kind === queue ? 1 : 0), 0);
    expect(queues).toBe(SERVICES * REPLICAS + 1);
  });

  it('have no figures by cell', () => {
    const attempts = record.edges.reduce(
      (sum, edge) => sum + edge.attempts.reduce((total, sent) => total + sent, 0),
      0,
    );
    // A call shows in up to five gauges of its callee and of the view of its caller, in one cell or in two.
    expect(gauges.cell.length).toBeGreaterThan(attempts);
    expect(gauges.cell.length).toBeLessThan(5 * 2 * attempts);
  });
});
