import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Importing, type Imported } from '../../src/importing/import.js';
import { readTraces } from '../../src/importing/traces/index.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { exported } from '../telemetry/export.js';
import { deployed, imported, loaded, source } from './support.js';

const INSIDE = `
apiVersion: v1
kind: Namespace
metadata: { name: default, annotations: { linkerd.io/inject: enabled } }
---`;

function read(...texts: readonly string[]): { readonly result: Imported; readonly scenario: any } {
  const result = imported(source(texts.join('\n---')));
  loaded(result);
  return { result, scenario: parse(result.scenario) };
}

function reasonsOf({ account }: Imported, path: string): readonly string[] {
  return account.listed.filter((one) => one.path.startsWith(path)).map(({ reason }) => reason);
}

/** The names follow BuoyantIO/booksapp (Apache-2.0); the values are those of the pages of Linkerd. */
describe('annotations of a Service', () => {
  const annotated = (annotations: string): string =>
    deployed(['books'], { about: `, annotations: { ${annotations} }` });

  it('are the bundle of the proxies that call it', () => {
    const { scenario } = read(
      INSIDE,
      deployed(['web']),
      annotated(
        'retry.linkerd.io/http: "gateway-error,500", retry.linkerd.io/limit: "2", retry.linkerd.io/timeout: 300ms, timeout.linkerd.io/request: 2s, ' +
          'balancer.linkerd.io/failure-accrual: consecutive, balancer.linkerd.io/failure-accrual-consecutive-max-failures: "3", ' +
          'balancer.linkerd.io/failure-accrual-consecutive-jitter-ratio: "0.25"',
      ),
    );
    expect(scenario.mesh).toEqual({
      kind: 'linkerd',
      outbound: {
        books: {
          deadline: '2s',
          timeout: '300ms',
          retry: {
            attempts: 3,
            on: [502, 503, 504, 500, 'timeout'],
            backoff: { kind: 'exponential', base: '37.5ms', max: '250ms', jitter: '33%' },
          },
          circuitBreaker: { kind: 'linkerd', maxFailures: 3, jitterRatio: '25%' },
        },
      },
    });
  });

  it('repeat once where they have no limit, and try no failed connection again', () => {
    const { scenario } = read(annotated('retry.linkerd.io/http: 5xx'));
    expect(scenario.mesh.outbound.books.retry).toMatchObject({ attempts: 2, on: ['5xx'] });
  });

  it('do nothing beside a ServiceProfile, whose retries have a budget and no limit', () => {
    const { result, scenario } = read(
      annotated('retry.linkerd.io/http: 5xx, balancer.linkerd.io/failure-accrual: consecutive'),
      `
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: books.default.svc.cluster.local }
spec:
  routes:
    - { name: GET /books, condition: { method: GET, pathRegex: /books }, isRetryable: true, timeout: 300ms }
    - { name: GET /book, condition: { method: GET, pathRegex: "/books/[^/]*" }, isRetryable: true, timeout: 300ms }
  retryBudget: { retryRatio: 0.3, minRetriesPerSecond: 5, ttl: 20s }
`,
    );
    expect(scenario.mesh.outbound.books).toEqual({
      deadline: '300ms',
      retry: {
        attempts: 'unlimited',
        on: ['5xx'],
        backoff: { kind: 'constant', base: '1ms' },
        budget: { ratio: '30%', minPerSecond: 5, window: '20s' },
      },
    });
    expect(reasonsOf(result, 'metadata.annotations.balancer')).toContain(
      'Linkerd ignores it beside a ServiceProfile',
    );
  });
});

it('a value of many places lists the first ones', () => {
  const routes = Array.from(
    { length: 12 },
    (_, k) => `
    - { name: r${k}, condition: { pathRegex: "/${k}" }, timeout: 1s }`,
  );
  const { result } = read(
    deployed(['books']),
    `
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: books.default.svc.cluster.local }
spec:
  routes:${routes.join('')}
`,
  );
  expect(result.scenario).toMatch(/deadline: 1s {2}# test\.yaml:(\d+, ){6}\d+ and 5 more$/m);
  expect(reasonsOf(result, 'spec.routes[11].timeout')).toEqual([]);
});

it('a ServiceProfile whose routes differ says what to write for their endpoints', () => {
  const { result, scenario } = read(
    deployed(['books']),
    `
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: books.default.svc.cluster.local }
spec:
  routes:
    - { name: GET, condition: { method: GET }, isRetryable: true }
    - { name: PUT, condition: { method: PUT }, timeout: 25ms }
`,
  );
  expect(scenario.mesh).toEqual({ kind: 'linkerd' });
  expect(reasonsOf(result, 'spec.routes[0].isRetryable')[0]).toContain(
    'write `retry` in `mesh.outbound`',
  );
  expect(reasonsOf(result, 'spec.routes[1].timeout')[0]).toContain(
    'write `deadline` in `mesh.outbound`',
  );
});

/** Source: linkerd2-proxy, linkerd/service-profiles/src/proto.rs. */
describe('rules that differ, with traces', () => {
  const TRUTH = `
run: { duration: 20s, warmup: 2s, replications: 1, seed: 4 }
services:
  web: { endpoints: { get: [ wait: 5ms, call: books.a, call: books.b, call: books.c ] } }
  books:
    endpoints:
      a: { method: GET, steps: [ wait: 5ms ] }
      b: { method: GET, steps: [ wait: 5ms ] }
      c: { method: PUT, steps: [ wait: 5ms ] }
workloads: { users: { arrivals: poisson(20/s), requests: [ { call: web.get } ] } }
`;

  async function traced(...texts: readonly string[]): Promise<Imported> {
    const spans = exported(TRUTH, otlp)
      .replace(/\/a"/g, '/books"')
      .replace(/\/[bc]"/g, '/books/{id}"');
    const importing = new Importing(source(texts.join('\n---')), {
      title: 'Books',
      names: new Map(),
    });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(spans);
    };
    const result = importing.finish(
      await readTraces([{ path: 'traces.json', chunks }], importing.hints),
    );
    loaded(result);
    return result;
  }

  it('of a ServiceProfile reach the endpoints that they take, with one budget of retries', async () => {
    const result = await traced(
      INSIDE,
      deployed(['web', 'books']),
      `
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: books.default.svc.cluster.local }
spec:
  routes:
    - { name: list, condition: { method: GET, pathRegex: /books }, isRetryable: true, timeout: 300ms }
    - { name: one, condition: { all: [ { method: GET }, { pathRegex: "/books/[^/]+" } ] }, isRetryable: true }
    - { name: write, condition: { not: { method: GET } }, timeout: 2s }
    - { name: none, condition: { pathRegex: /none }, timeout: 9s }
  retryBudget: { retryRatio: 0.3, minRetriesPerSecond: 5, ttl: 20s }
`,
    );
    const scenario = parse(result.scenario);
    expect(scenario.policies.books.retry.budget).toEqual({
      ratio: '30%',
      minPerSecond: 5,
      window: '20s',
    });
    const outbound = Object.values(scenario.mesh.outbound);
    expect(outbound).toEqual([
      { extends: 'books', deadline: '300ms' },
      { extends: 'books' },
      { deadline: '2s' },
    ]);
    expect(reasonsOf(result, 'spec.routes[3].timeout')[0]).toContain(
      'no trace has a request of this one',
    );
    expect(reasonsOf(result, 'spec.routes[2].timeout')).toEqual([]);
  });

  it('of a VirtualService reach them too, and the limits of the host stay shared', async () => {
    const result = await traced(
      deployed(['web', 'books']),
      `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: books }
spec:
  hosts: [ books ]
  http:
    - match: [ { uri: { exact: /books }, method: { exact: GET } } ]
      timeout: 1s
      route: [ { destination: { host: books } } ]
    - match: [ { uri: { prefix: /books/ }, method: { exact: PUT } } ]
      timeout: 5s
      retries: { attempts: 0 }
      route: [ { destination: { host: books } } ]
    - { timeout: 3s, route: [ { destination: { host: books } } ] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: books }
spec: { host: books, trafficPolicy: { connectionPool: { http: { http2MaxRequests: 10 } } } }
`,
    );
    const { mesh, policies } = parse(result.scenario);
    expect(policies.books).toMatchObject({ bulkhead: { kind: 'istio', http2MaxRequests: 10 } });
    expect(Object.values(mesh.outbound)).toEqual([
      { extends: 'books', deadline: '3s', retry: { kind: 'istio' } },
      { extends: 'books', deadline: '1s', retry: { kind: 'istio' } },
      { extends: 'books', deadline: '5s', retry: { kind: 'istio', attempts: 1 } },
    ]);
  });
});

it('pods with a proxy are the mesh, and one that opts out is outside', () => {
  const out = deployed(['legacy']).replace(
    'metadata: { labels: { app: legacy } }',
    'metadata: { labels: { app: legacy }, annotations: { linkerd.io/inject: disabled } }',
  );
  const { scenario } = read(INSIDE, deployed(['web', 'books']), out);
  expect(scenario.mesh).toEqual({ kind: 'linkerd', services: ['web', 'books'] });
});

it('a TrafficSplit gives a share of the calls to another service', () => {
  const { scenario } = read(
    deployed(['authors', 'authors-clone']),
    `
apiVersion: split.smi-spec.io/v1alpha1
kind: TrafficSplit
metadata: { name: authors-split }
spec:
  service: authors
  backends: [ { service: authors, weight: 900m }, { service: authors-clone, weight: 100m } ]
`,
  );
  expect(scenario.mesh).toEqual({
    kind: 'linkerd',
    routes: { authors: [{ name: 'split', to: { authors: 900, 'authors-clone': 100 } }] },
  });
});

/** The shape of the pages of Linkerd on retries of an HTTPRoute, and of GAMMA. */
it('an HTTPRoute of a Service has its limits, and divides its calls by headers and weights', () => {
  const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: books, annotations: { retry.linkerd.io/http: 5xx, retry.linkerd.io/limit: "2" } }
spec:
  parentRefs: [ { name: books, kind: Service, group: core, port: 80 } ]
  rules:
    - timeouts: { request: 2s }
      backendRefs: [ { name: books, port: 80, weight: 90 }, { name: books-next, port: 80, weight: 10 } ]
    - matches: [ { headers: [ { name: tester, value: "yes" } ] } ]
      backendRefs: [ { name: books-next, port: 80 } ]
`;
  const { scenario } = read(INSIDE, deployed(['web', 'books', 'books-next']), route);
  expect(scenario.mesh.outbound.books).toMatchObject({
    deadline: '2s',
    retry: { attempts: 3, on: ['5xx'] },
  });
  expect(scenario.mesh.routes.books).toEqual([
    { name: 'route-1', match: { headers: { tester: 'yes' } }, to: 'books-next' },
    { name: 'route-2', to: { books: 90, 'books-next': 10 } },
  ]);
  const users = scenario.workloads.users.requests.map(({ name }: { name: string }) => name);
  expect(users).toEqual(['web', 'books']);
});

/** Source: linkerd.io/2-edge/reference/httproute, and linkerd2-proxy (should_override_policy). */
describe('a ServiceProfile of the same Service', () => {
  const route = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: books, annotations: { retry.linkerd.io/http: 5xx } }
spec:
  parentRefs: [ { name: books, kind: Service, group: core, port: 80 } ]
  rules:
    - timeouts: { request: 2s }
      backendRefs: [ { name: books, weight: 90 }, { name: books-next, weight: 10 } ]
`;
  const profile = (routes: string): string => `
apiVersion: linkerd.io/v1alpha2
kind: ServiceProfile
metadata: { name: books.default.svc.cluster.local }
spec: { routes: [ ${routes} ] }
`;
  const every = '{ name: all, condition: { pathRegex: "/.*" }, timeout: 300ms }';

  it.each([
    ['before', [profile(every), route]],
    ['after', [route, profile(every)]],
  ])('counts instead of an HTTPRoute: %s it in the files', (_, documents) => {
    const { result, scenario } = read(deployed(['web', 'books', 'books-next']), ...documents);
    expect(scenario.mesh).toEqual({ kind: 'linkerd', outbound: { books: { deadline: '300ms' } } });
    for (const path of ['spec.rules[0].timeouts', 'spec.rules[0].backendRefs'])
      expect(reasonsOf(result, path)).toContain(
        'Linkerd uses the ServiceProfile of this Service, and no HTTPRoute',
      );
  });

  it('does not count without routes', () => {
    const { scenario } = read(deployed(['web', 'books', 'books-next']), profile(''), route);
    expect(scenario.mesh.outbound.books).toMatchObject({ deadline: '2s', retry: { attempts: 2 } });
    expect(scenario.mesh.routes.books).toHaveLength(1);
  });
});
