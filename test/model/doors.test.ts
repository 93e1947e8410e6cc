import { describe, expect, it } from 'vitest';
import { unit } from '../../src/kernel/rng.js';
import { simulate } from '../../src/model/simulate.js';
import type { World } from '../../src/model/modules/world.js';
import * as registry from '../../src/patterns/registry.js';
import { compile } from '../../src/plan/compile.js';
import { loadScenario } from '../../src/scenario/load.js';
import { OUTCOME_KINDS } from '../../src/contracts/outcome.js';
import { engine } from '../../src/kernel/engine.js';
import { frames } from '../../src/model/data/strands/frames.js';
import { strands } from '../../src/model/data/strands/strands.js';

/** All features of a server before, in and after its queue, under constant faults. */

const QUEUES = [
  'capacity: 6, discipline: priority, maxWait: 30ms',
  'capacity: 12, discipline: codel, target: 1ms, interval: 10ms',
  'capacity: 12, discipline: adaptiveLifo, interval: 10ms, target: 2ms',
  'capacity: 12, discipline: fair, key: tenant',
  'capacity: 6, discipline: adaptiveLifo, interval: 5ms, maxWait: 20ms',
] as const;
const SHEDS = [
  '{ kind: priority, above: 50%, below: 1 }',
  '{ kind: cpu, above: 90%, interval: 20ms }',
  '{ kind: queueDelay, target: 2ms, interval: 10ms, below: 2 }',
  '{ kind: dagor, target: 2ms, interval: 20ms, userLevels: 16, key: tenant }',
] as const;
const LIMITS = [
  '{ limit: 14 }',
  '{ kind: aimd, initial: 10, min: 2, max: 30, timeout: 20ms }',
  '{ kind: vegas, initial: 10, max: 30 }',
  '{ kind: gradient2, initial: 10, min: 4, max: 30 }',
  '{ kind: envoyGradient, requestCount: 10, minRttInterval: 200ms }',
] as const;
const CANCELLATIONS = ['ignore', 'onDequeue', 'atSteps', 'immediate'] as const;
const FAULTS = ['crash', 'pause', 'hang', 'slow', 'error'] as const;

interface Case {
  readonly queue: string;
  readonly runtime: string;
  readonly cancellation: string;
  readonly seed: number;
}

const cases: readonly Case[] = QUEUES.flatMap((queue, q) =>
  CANCELLATIONS.flatMap((cancellation, c) =>
    ['threads', 'async'].map((runtime, r) => ({
      queue,
      runtime,
      cancellation,
      seed: 1 + q * 8 + c * 2 + r,
    })),
  ),
);

function faults(seed: number): string {
  return Array.from({ length: 24 }, (_, k) => {
    const u = (index: number): number => unit(seed, 9, k, 0, index);
    const kind = FAULTS[Math.floor(u(0) * FAULTS.length)];
    const target = u(1) < 0.6 ? 'mid' : 'back';
    const own =
      kind === 'slow' ? ', factor: 3' : kind === 'error' ? ', status: 503, share: 50%' : '';
    const at = 30 + 40 * k;
    const length = 1 + Math.floor(u(2) * 60);
    return `  - { id: f${k}, kind: ${kind}, target: ${target}, instances: 1, at: ${at}ms, for: ${length}ms${own} }`;
  }).join('\n');
}

const text = ({ queue, runtime, cancellation, seed }: Case): string => `
faultline: 1
title: Shaken
run: { duration: 1s, drain: 600s, seed: ${seed} }
${seed % 4 < 2 ? '' : 'platform: { kind: custom, restart: { initial: 10ms, max: 40ms, resetAfter: 100ms }, endpointPropagation: exponential(20ms) }'}
keys: { tenant: hot(count=20 hotShare=50% hotKeys=1) }
policies: { calls: { timeout: 15ms, retry: { attempts: 2, on: [any] } } }
gateways:
  edge:
    rejectWork: 0.1ms
    middleware: [ { admit: ${LIMITS[seed % 5]} } ]
    admission: { rateLimit: { rate: 900/s, burst: 5, maxWait: 4ms } }
    outbound: calls
    routes: [ { name: api, to: mid.get } ]
services:
  mid:
    replicas: 2
    concurrency: 4
    cpu: 2
    runtime: { kind: ${runtime}, gc: { every: exponential(100ms), pause: exponential(8ms) } }
    queue: { ${queue} }
    cancellation: ${cancellation}
    rejectWork: ${seed % 2 === 0 ? '0.2ms' : '0ms'}
    ${seed % 3 === 0 ? 'memory: { limit: 12MiB, base: 1MiB, perRequest: 1MiB }' : ''}
    lifecycle: { startup: exponential(10ms), warmup: { duration: 50ms, factor: 3 } }
    admission: { shed: ${SHEDS[seed % 3]}, concurrencyLimit: ${LIMITS[(seed + 2) % 5]} }
    outbound: calls
    endpoints:
      get:
        concurrency: 3
        timeLimit: 25ms
        steps:
          - work: exponential(1ms)
          - parallel: [ [ call: back.get ], [ { call: back.get, optional: true } ] ]
          - respond: { status: 200, then: [ work: 0.3ms ] }
  back:
    concurrency: 6
    cancellation: ${cancellation}
    queue: { capacity: 10 }
    endpoints: { get: { priority: 1, steps: [ wait: exponential(3ms) ] } }
workloads:
  low: { patience: { after: 60ms, cancel: true }, arrivals: poisson(400/s), requests: [ { call: edge } ] }
  high: { priority: 2, patience: 80ms, arrivals: poisson(200/s), requests: [ { call: edge, policy: calls } ] }
faults:
${faults(seed)}
`;

function shake(one: Case, prepare: (world: World) => void = () => {}) {
  const { file, problems } = loadScenario('shaken.yaml', () => ({ text: text(one) }));
  if (file === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  let world: World | null = null;
  const record = simulate(compile(file.variants[0], file), one.seed, registry, {
    prepare: (made) => {
      world = made;
      prepare(made);
    },
  });
  return { record, world: world! as World };
}

const title = ({ queue, runtime, cancellation }: Case): string =>
  `${queue}; ${runtime}, ${cancellation}`;

describe('servers under constant faults', () => {
  it.each(cases.map((one) => [title(one), one] as const))(
    'return everything and respond to every request once: %s',
    (_title, one) => {
      const { record, world } = shake(one);
      const { instances, gates } = world;
      expect(record.stop === 'drained' || record.stop === 'horizon').toBe(true);
      expect(strands.slots.used).toBe(0);
      expect(frames.slots.used).toBe(0);
      expect(gates.held()).toBe(0);
      for (const instance of instances) {
        expect([instance.busy, instance.queue.length, instance.resuming.length]).toEqual([0, 0, 0]);
        expect([instance.cores.runnable, instance.held.length]).toEqual([0, 0]);
      }
      const users = record.parts.filter((_, part) => {
        const { component } = world.plan.parts[part];
        return world.plan.components[component].kind === 'workload';
      });
      const outcomes = users.flatMap((part) => [...part.outcomes]).reduce((a, b) => a + b, 0);
      expect(outcomes).toBe(record.totals.requests);
      for (const part of users) expect(part.outcomes[OUTCOME_KINDS - 1]).toBe(0);
    },
  );

  it('do the same again, without lanes, and with renumbered sequences', () => {
    for (const one of cases.filter((_, k) => k % 6 === 0)) {
      const { digest } = shake(one).record;
      expect(shake(one).record.digest, title(one)).toBe(digest);
      const noLanes = shake(one, () => (engine.useLanes = false));
      expect(noLanes.record.digest, title(one)).toBe(digest);
      const renumbered = shake(one, () => (engine.renumberEvery = 2000));
      expect(renumbered.record.digest, title(one)).toBe(digest);
    }
  });

  it('have something of everything', () => {
    const seen = new Set<string>();
    for (const one of cases.slice(0, 12)) {
      const { record, world } = shake(one);
      record.parts.forEach(({ outcomes }, part) => {
        const { component } = world.plan.parts[part];
        const { name } = world.plan.components[component];
        outcomes.forEach((count, k) => {
          if (count > 0) seen.add(`${name} ${k % OUTCOME_KINDS}`);
        });
      });
    }
    // At mid: ok, serverError, reset or refused, rejectedOverload; at the edge: throttled, rejectedOverload.
    for (const wanted of ['mid 0', 'mid 3', 'mid 13', 'edge 2', 'edge 13']) {
      expect([...seen]).toContain(wanted);
    }
  });
});
