import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verdicts } from '../support/sagas.js';
import { run } from '../theory/program.js';

interface Shape {
  readonly seed: number;
  /** Steps of each stage. */
  readonly stages: readonly number[];
  readonly pivot: boolean;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly failing: number;
  readonly order: 'reverse' | 'parallel';
  readonly sagaTimeout: boolean;
  readonly engine: string;
  readonly crashes: readonly { readonly who: string; readonly at: number; readonly for: number }[];
}

const shape: fc.Arbitrary<Shape> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  stages: fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 3 }),
  pivot: fc.boolean(),
  timeoutMs: fc.integer({ min: 4, max: 40 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  failing: fc.integer({ min: 0, max: 20 }),
  order: fc.constantFrom('reverse' as const, 'parallel' as const),
  sagaTimeout: fc.boolean(),
  engine: fc.constantFrom('simple', 'temporal', 'stepFunctions', 'camunda'),
  crashes: fc.array(
    fc.record({
      who: fc.constantFrom('shop', 'worker', 'log'),
      at: fc.integer({ min: 1, max: 900 }),
      for: fc.integer({ min: 1, max: 80 }),
    }),
    { maxLength: 6 },
  ),
});

/** A scenario in which participants deduplicate, state is saved, and late commands are refused. */
function textOf(one: Shape): string {
  const endpoints: string[] = [];
  let number = 0;
  const step = (kind: string): string => {
    const k = number++;
    const fails = `{ fail: 503, probability: ${one.failing}% }`;
    endpoints.push(
      `do${k}: { idempotent: { key: order, storeErrors: false }, steps: [ wait: exponential(5ms), ${fails} ] }`,
    );
    if (kind !== 'compensable') return `{ name: s${k}, call: worker.do${k}, kind: ${kind} }`;
    endpoints.push(`undo${k}: { idempotent: order, steps: [ wait: exponential(4ms) ] }`);
    return `{ name: s${k}, call: worker.do${k}, compensation: worker.undo${k} }`;
  };
  const steps = one.stages.map((size) => {
    const own = Array.from({ length: size }, () => step('compensable'));
    return size === 1 ? own[0] : `[ ${own.join(', ')} ]`;
  });
  if (one.pivot) steps.push(step('pivot'), step('retryable'));
  const crashes = one.crashes.map(
    (crash, k) =>
      `{ id: dies-${k}, kind: crash, target: ${crash.who}, at: ${crash.at}ms, for: ${crash.for}ms }`,
  );
  return `
faultline: 1
title: Random sagas
run: { duration: 1s, warmup: 0s, drain: 600s, seed: ${one.seed} }
network: { latency: exponential(0.3ms) }
keys: { order: unique }
policies:
  hasty:
    timeout: ${one.timeoutMs}ms
    retry: { attempts: ${one.attempts}, backoff: { kind: constant, base: 2ms }, on: [connect, timeout, gateway, reset] }
services:
  shop: { replicas: 2, outbound: hasty, endpoints: { buy: [ saga: trip ] } }
  worker: { replicas: 2, endpoints: { ${endpoints.join(', ')} } }
databases: { log: { operations: { write: 0.1ms } } }
sagas:
  trip:
    kind: orchestrated
    engine: ${one.engine}
    orchestrator: shop
    persistence: log.write
    recoveryDelay: 10ms
    tombstones: true
    onCompensationFailure: retry
    compensationOrder: ${one.order}
    retry: { interval: 20ms, factor: 1 }
    ${one.sagaTimeout ? 'timeout: 60ms' : ''}
    steps: [ ${steps.join(', ')} ]
workloads:
  users: { arrivals: poisson(60/s), requests: [ { call: shop.buy } ] }
faults: [ ${crashes.join(', ')} ]
`;
}

describe('random sagas under random crashes', () => {
  it('are consistent in the end, and each has one outcome', () => {
    fc.assert(
      fc.property(shape, (one) => {
        const ran = run(textOf(one));
        expect(ran.records[0][0].stop).toMatch(/horizon|drained/);
        const { inconsistent = 0, lost = 0, running = 0, stuck = 0 } = verdicts({ ran });
        expect({ inconsistent, lost, running, stuck }).toEqual({
          inconsistent: 0,
          lost: 0,
          running: 0,
          stuck: 0,
        });
      }),
      { numRuns: 60, seed: 7 },
    );
  });
});
