import { dice } from './dice.js';

/** The parts of a random world that can be left out. */
export interface Around {
  readonly registry: boolean;
  readonly mesh: boolean;
  readonly faults: boolean;
}

const EVERYTHING: Around = { registry: true, mesh: true, faults: true };

/** Registries with intervals short enough to act within a few seconds. */
const REGISTRIES = [
  '{ kind: eureka, leaseRenewal: 1s, leaseDuration: 1s, evictionInterval: 1s, responseCache: 500ms, emptyWait: 1s }',
  '{ kind: eureka, replicas: 2, leaseRenewal: 500ms, leaseDuration: 700ms, evictionInterval: 600ms, responseCache: 0s, selfPreservation: false, emptyWait: 0s }',
  '{ kind: consul, checkInterval: 700ms, checkTimeout: 300ms, failuresBeforeCritical: 2 }',
  '{ kind: consul, replicas: 3, checkInterval: 500ms, deregisterAfter: 1m }',
  '{ kind: kubernetes, propagation: exponential(200ms) }',
  '{ kind: dns, ttl: 900ms }',
  '{ kind: dns, ttl: 400ms, serveStale: true }',
] as const;

const MESHES = [
  '{ kind: istio, mtls: true, policy: { timeout: 200ms, outlierDetection: { kind: istio } } }',
  '{ kind: istio, configPropagation: exponential(300ms) }',
  '{ kind: linkerd, services: [s0, s1, s2] }',
  '{ kind: istioAmbient, waypoint: { services: all, replicas: 2 } }',
  '{ kind: istioAmbient }',
  '{ kind: istio, configPropagation: uniform(0s 400ms), policy: proxied }',
  '{ kind: custom, proxy: { work: 100us, latency: 0ms }, outbound: { s0: proxied, s2: none } }',
  '{ kind: custom, proxy: { work: exponential(300us), latency: 100us, concurrency: 1 }, policy: { retry: { attempts: 2 } } }',
] as const;

const POLICIES = [
  'timeout: 150ms',
  'timeout: 150ms, retry: { attempts: 3, backoff: { kind: constant, base: 5ms } }',
  'timeout: 200ms, connections: { max: 6 }, circuitBreaker: { kind: simple, failureThreshold: 5, openDuration: 500ms }',
  'timeout: 100ms, bulkhead: { maxConcurrent: 10 }, fallback: {}',
] as const;

/**
 * A random topology of 3 to 6 services with a gateway, a random registry, mesh, configuration changes and faults. The
 * services, their steps and the load are the same whatever is left out.
 */
export function platformWorld(seed: number, around: Around = EVERYTHING): string {
  const roll = dice(seed);
  const one = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  const count = 3 + roll(4);
  const names = Array.from({ length: count }, (_, k) => `s${k}`);
  const services = names.map((name, k) => {
    const below = names.slice(k + 1);
    const calls = below.length === 0 ? [] : Array.from({ length: roll(3) }, () => one(below));
    const steps = [
      `{ ${one(['wait', 'work'])}: exponential(${1 + roll(5)}ms) }`,
      ...calls.map((callee) => `{ call: ${callee}.get }`),
    ];
    return {
      name,
      replicas: 1 + roll(4),
      concurrency: 4 + roll(12),
      onEmpty: one(['fail', 'lastKnown', 'panic']),
      mode: one(['client', 'client', 'server']),
      isFound: roll(3) > 0,
      steps,
    };
  });
  const [registry, mesh, policy] = [one(REGISTRIES), one(MESHES), one(POLICIES)];
  const rate = 40 + roll(100);
  const isProxied = mesh.includes('proxied');
  const faults = faultsOf(roll, names, around, isProxied);
  const discovery = ({ isFound, mode, onEmpty }: (typeof services)[number]): string => {
    if (!around.registry || !isFound) return '';
    const refresh = /eureka|consul/.test(registry) ? ', refresh: 800ms' : '';
    const found = mode === 'client' && registry.includes('kind: dns') ? 'dns' : mode;
    return `discovery: { registry: names, mode: ${found}, onEmpty: ${onEmpty}${refresh} }, `;
  };
  return `faultline: 1
title: A random platform
run: { duration: 8s, drain: 60s, seed: ${seed}, replications: 1 }
network: { latency: 500us }
${around.registry ? `registries: { names: ${registry} }` : ''}
${around.mesh ? `mesh: ${mesh}` : ''}
policies: { out: { ${policy} }, proxied: { timeout: 180ms, retry: { attempts: 2 } } }
gateways:
  edge: { replicas: 2, outbound: out, routes: [ { name: all, to: s0.get } ] }
services:
${services.map((one) => `  ${one.name}: { replicas: ${one.replicas}, concurrency: ${one.concurrency}, queue: { capacity: 40 }, outbound: { default: out }, ${discovery(one)}endpoints: { get: [ ${one.steps.join(', ')} ] } }`).join('\n')}
workloads:
  users: { arrivals: poisson(${rate}/s), requests: [ { call: edge, patience: 2s } ] }
${faults.length === 0 ? '' : `faults:\n${faults.map((text, k) => `  - { id: f${k}, ${text}, optional: true }`).join('\n')}`}
`;
}

function faultsOf(
  roll: (n: number) => number,
  names: readonly string[],
  around: Around,
  isProxied: boolean,
): string[] {
  const one = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  const all = Array.from({ length: 1 + roll(4) }, (_, k) => {
    const service = one(names);
    const time = `at: ${1 + roll(4)}s, for: ${1 + roll(2)}s`;
    const kinds: readonly (readonly [text: string, needs: keyof Around | null])[] = [
      [`kind: crash, target: ${service}, instances: 1, ${time}`, null],
      [`kind: hang, target: ${service}, instances: 1, ${time}`, null],
      [`kind: stop, target: ${service}, instances: 1, ${time}`, null],
      [`kind: crash, target: names, ${time}`, 'registry'],
      [`kind: dns, target: names, mode: ${one(['error', 'random', 'stale'])}, ${time}`, 'registry'],
      [`kind: freeze, what: discovery, target: names, ${time}`, 'registry'],
      [`kind: freeze, what: mesh, target: ${service}, ${time}`, 'mesh'],
      // Two changes of one path may not overlap.
      [`kind: change, set: { services.${service}.concurrency: 2 }, at: ${2 * k}s, for: 1s`, null],
      [`kind: change, set: { policies.out.timeout: 60ms }, at: ${2 * k}s, for: 1s`, null],
      isProxied
        ? [`kind: change, set: { policies.proxied.timeout: 40ms }, at: ${2 * k}s, for: 1s`, 'mesh']
        : [`kind: crash, target: ${service}, ${time}`, null],
    ];
    return one(kinds);
  });
  if (!around.faults) return [];
  return all.filter(([, needs]) => needs === null || around[needs]).map(([text]) => text);
}
