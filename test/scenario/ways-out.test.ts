import { describe, expect, it } from 'vitest';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { load } from './support.js';

type Place = 'service' | 'first' | 'policy' | 'route' | 'budget' | 'caches' | 'budgets';

/** A scenario with a gap in each place where something of another product is pasted. */
const right: Readonly<Record<Place, string>> = {
  service: '',
  first: '',
  policy: '',
  route: 'to: shop.buy',
  budget: 'people.success >= 1%',
  caches: '',
  budgets: '',
};

function scenario(place?: Place, pasted = ''): string {
  const gaps: Record<Place, string> = { ...right };
  if (place !== undefined) gaps[place] = pasted;
  const { service, first, policy, route, budget, caches, budgets } = gaps;
  return `faultline: 1
title: Pasted
run: { duration: 20s }
${caches}
gateways: { edge: { routes: [ { ${route} } ] } }
services:
  shop: { concurrency: 8, ${service}
    endpoints: { buy: [ ${first} { call: pay.charge, policy: { ${policy} } } ] } }
  pay: { endpoints: { charge: [ wait: 10ms ] } }
workloads: { people: { arrivals: poisson(20/s), requests: [ { call: edge, path: /orders } ] } }
${budgets === '' ? `budgets: [ ${budget} ]` : budgets}
`;
}

interface Case {
  /** Place and text of the paste. */
  readonly paste: readonly [Place, string];
  /** The line that the message tells the user to write. */
  readonly write: string;
  /** Where that line goes: [place, the text there]; without it, it replaces the pasted text. */
  readonly goes?: readonly [Place, string];
}

const inPolicy = (paste: string, write: string): Case => ({ paste: ['policy', paste], write });
const inRetry = (paste: string, write: string, kind = 'envoy'): Case => ({
  paste: ['policy', `retry: { kind: ${kind}, ${paste} }`],
  write,
  goes: ['policy', `retry: { kind: ${kind}, ${write} }`],
});
const inBreaker = (paste: string, write: string): Case => ({
  paste: ['policy', `circuitBreaker: { kind: resilience4j, ${paste} }`],
  write,
  goes: ['policy', `circuitBreaker: { kind: resilience4j, ${write} }`],
});
const inRoute = (paste: string, write: string): Case => ({
  paste: ['route', `${paste}, to: shop.buy`],
  write,
  goes: ['route', `${write}, to: shop.buy`],
});
const inService = (paste: string, write: string, place: Place = 'service'): Case => ({
  paste: ['service', `${paste},`],
  write,
  goes: [place, place === 'caches' || place === 'budgets' ? write : `${write},`],
});
const inBudget = (paste: string, write: string): Case => ({ paste: ['budget', paste], write });

const CASES: readonly Case[] = [
  inPolicy('timelimiter: 2s', 'timeout: 2s'),
  inPolicy('retries: 2', 'retry: { attempts: 3 }'),
  inPolicy(
    'retryOn: "5xx,retriable-headers"',
    'retry: { kind: envoy, on: [5xx, timeout, reset, connect] }',
  ),
  inPolicy('lb_policy: MAGLEV', 'loadBalancing: { kind: maglev, key: KEY }'),
  inPolicy(
    'loadBalancer: { consistentHash: { useSourceIp: true } }',
    'loadBalancing: { kind: ringHash, key: KEY }',
  ),
  inPolicy(
    'circuit_breakers: { thresholds: [ { priority: HIGH, max_connections: 100 } ] }',
    'connections: {}, bulkhead: { kind: envoy, maxConnections: 1024, maxPendingRequests: 1024 }',
  ),
  inRetry('retry_on: "gateway-error,retriable-headers"', 'on: [gateway, timeout, reset, connect]'),
  inPolicy('attempts: 3', 'retry: { attempts: 3 }'),
  inPolicy(
    'retryBudget: { budgetPercent: 20% }',
    'retry: { attempts: 3, budget: { kind: envoy, ratio: 20%, minConcurrent: 3 } }',
  ),
  inPolicy(
    'maxPendingRequests: 10',
    'connections: {}, bulkhead: { kind: envoy, maxPendingRequests: 10 }',
  ),
  inRetry('retryExceptions: [ java.io.IOException ]', 'on: [serverError, timeout, connect]'),
  inRetry('retryHostPredicate: [ previous_hosts ]', 'otherInstance: true'),
  {
    paste: ['policy', 'retry: { kind: envoy, on: "5xx,connect-failure" }'],
    write: '[5xx, timeout, reset, connect]',
    goes: ['policy', 'retry: { kind: envoy, on: [5xx, timeout, reset, connect] }'],
  },
  {
    paste: ['policy', 'retry: { kind: istio, on: [gateway-error] }'],
    write: 'gateway, timeout, reset, connect',
    goes: ['policy', 'retry: { kind: istio, on: [gateway, timeout, reset, connect] }'],
  },
  inBreaker('recordExceptions: [ java.io.IOException ]', 'failOn: [serverError, timeout, connect]'),
  inBreaker('ignoreExceptions: [ a.BadRequest ]', 'ignore: [clientError]'),
  inRoute('timeout: 3s', 'policy: { deadline: 3s }'),
  inRoute('perTryTimeout: 2s', 'policy: { timeout: 2s }'),
  inRoute(
    'retries: { attempts: 3, perTryTimeout: 2s }',
    'policy: { timeout: 2s, retry: { kind: istio, attempts: 4 } }',
  ),
  inRoute('retry: { attempts: 3 }', 'policy: { timeout: 2s, retry: { attempts: 3 } }'),
  inRoute('prefix: /orders', 'match: { path: /orders* }'),
  {
    paste: ['route', 'match: { prefix: /orders }, to: shop.buy'],
    write: 'path: /orders*',
    goes: ['route', 'match: { path: /orders* }, to: shop.buy'],
  },
  inService('availability: 99.9%', '{ fail: 503, probability: 0.1% }', 'first'),
  inService('availability: 0.995', '{ fail: 503, probability: 0.5% }', 'first'),
  inService('errorRate: 2%', '{ fail: 503, probability: 2% }', 'first'),
  inService('latency: 20ms', 'wait: 20ms', 'first'),
  inService('slo: 99.9%', 'budgets: [ people.success >= 99.9% ]', 'budgets'),
  inService(
    'cache: redis',
    'caches: { pages: { hitRatio: 90%, levels: [ { name: shared, kind: redis } ] } }',
    'caches',
  ),
  {
    paste: ['service', 'timeout: 2s,'],
    write: 'policy: { timeout: 2s }',
    goes: ['policy', 'timeout: 2s'],
  },
  inService('livenessProbe: true', 'probes: { liveness: { period: 10s, failureThreshold: 3 } }'),
  inService('readinessProbe: true', 'probes: { readiness: { period: 10s, failureThreshold: 3 } }'),
  inService('maxReplicas: 5', 'cpu: 2, autoscaling: { min: 2, max: 5, metric: cpu, target: 70% }'),
  inService(
    'hpa: { minReplicas: 1 }',
    'cpu: 2, autoscaling: { min: 1, max: 10, metric: cpu, target: 70% }',
  ),
  inService('terminationGracePeriod: 30', 'lifecycle: { terminationGrace: 30s }'),
  inService('resources: { limits: { cpu: 500m } }', 'cpu: { cores: 4, quota: { limit: 0.5 } }'),
  {
    paste: ['caches', 'caches: { pages: redis }'],
    write: '{ hitRatio: 90%, levels: [ { name: shared, kind: redis } ] }',
    goes: [
      'caches',
      'caches: { pages: { hitRatio: 90%, levels: [ { name: shared, kind: redis } ] } }',
    ],
  },
  {
    paste: ['caches', 'caches: redis'],
    write: '{ pages: { hitRatio: 90%, levels: [ { name: shared, kind: redis } ] } }',
    goes: [
      'caches',
      'caches: { pages: { hitRatio: 90%, levels: [ { name: shared, kind: redis } ] } }',
    ],
  },
  inBudget('latency.p99 < 300ms', 'people.latency.p99'),
  inBudget('success >= 99%', 'users.success'),
  {
    paste: ['budget', '{ metric: latency, max: 300ms }'],
    write: 'expect: users.latency.p99 <= 300ms',
    goes: ['budget', '{ expect: people.latency.p99 <= 300ms }'],
  },
];

describe('a line of another product', () => {
  it('has a scenario that is right without it', () => {
    expect(load(scenario()).problems).toEqual([]);
  });

  it.each(CASES.map((one) => [one.paste[1], one] as const))(
    '%s: the way out is shown',
    (_, one) => {
      const [place, pasted] = one.paste;
      const text = scenario(place, pasted);
      const { problems } = load(text);
      const told = problems.map(formatDiagnostic);
      expect(told.join('\n')).toContain(one.write.replace('people.success >=', 'users.success >='));
      const line = text.split('\n').findIndex((row) => row.includes(pasted)) + 1;
      expect(problems[0]).toMatchObject({ line });
      expect(told[0]).toContain('^');
    },
  );

  // The suggestion of the message can be pasted. For an expression it has only the beginning.
  it.each(
    CASES.filter(
      ({ paste: [place], goes, write }) =>
        (place !== 'budget' || goes !== undefined) && !write.includes('KEY'),
    ).map((one) => [one.write, one] as const),
  )('%s: loads where it goes', (_, { paste, write, goes }) => {
    const { problems } = load(scenario(...(goes ?? [paste[0], write])));
    expect(problems.map(formatDiagnostic)).toEqual([]);
  });

  it('says what is allowed, beside the line to write', () => {
    const [problem] = load(scenario('policy', 'attempts: 3')).problems;
    expect(formatDiagnostic(problem!)).toContain(
      'policy.attempts: unknown key attempts: it is a field of retry; write retry: { attempts: 3 }',
    );
    expect(problem!.allowed).toContain('retry');
    expect(formatDiagnostic(problem!)).toContain('allowed: bulkhead, circuitBreaker');
  });
});
