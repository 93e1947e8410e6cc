import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fixtures, imported, loaded, source } from './support.js';

function scenarioOf(text: string): any {
  const result = imported(source(text));
  loaded(result);
  return parse(result.scenario);
}

const service = (name: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [ { name: main, image: example/${name}:1 } ] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} } }
---`;

const gateway = (className: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: front }
spec: { gatewayClassName: ${className}, listeners: [ { name: http, port: 80, protocol: HTTP } ] }
---`;

const route = (rules: string, more = ''): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web }
spec:
  parentRefs: [ { name: front } ]
  ${more}
  rules: ${rules}
`;

const system = (rules: string, more = ''): string =>
  `${service('web')}${service('copy')}${gateway('istio')}${route(rules, more)}`;

describe('an HTTPRoute', () => {
  it('gives routes with time limits, retries and weights', () => {
    const rules = `
    - matches: [ { path: { type: PathPrefix, value: /api/ }, method: POST } ]
      timeouts: { request: 10s, backendRequest: 2s }
      retry: { attempts: 2, codes: [ 500, 503 ], backoff: 100ms }
      backendRefs: [ { name: web, port: 80, weight: 9 }, { name: copy, port: 80, weight: 1 } ]`;
    const { gateways, workloads } = scenarioOf(system(rules));
    expect(gateways.front).toMatchObject({
      kind: 'envoy',
      routes: [
        {
          match: { path: ['/api', '/api/*'], method: 'POST' },
          to: { web: 9, copy: 1 },
          policy: {
            deadline: '10s',
            timeout: '2s',
            retry: {
              attempts: 3,
              on: ['connect', 'reset', 'timeout', 500, 503],
              backoff: { kind: 'constant', base: '100ms' },
            },
          },
        },
      ],
    });
    expect(workloads.users.requests).toContainEqual({
      name: 'route-1',
      call: 'front',
      path: '/api',
      method: 'POST',
    });
  });

  it('mirrors a share of its requests', () => {
    const mirror = (how: string): unknown =>
      scenarioOf(
        system(
          `[ { filters: [ { type: RequestMirror, requestMirror: { backendRef: { name: copy }${how} } } ], backendRefs: [ { name: web } ] } ]`,
        ),
      ).gateways.front.routes[0].mirror;
    expect(mirror('')).toEqual({ to: 'copy.handle' });
    expect(mirror(', percent: 30')).toEqual({ to: 'copy.handle', share: '30%' });
    expect(mirror(', fraction: { numerator: 1, denominator: 8 }')).toEqual({
      to: 'copy.handle',
      share: '12.5%',
    });
  });

  it('of which the most exact condition goes first, whatever their order', () => {
    const rules = `
    - backendRefs: [ { name: copy } ]
    - matches: [ { path: { value: /api } } ]
      backendRefs: [ { name: copy } ]
    - matches: [ { path: { value: /api }, headers: [ { name: env, value: canary } ] } ]
      backendRefs: [ { name: copy } ]
    - matches: [ { path: { type: Exact, value: /api/users } } ]
      backendRefs: [ { name: web } ]`;
    const { gateways } = scenarioOf(system(rules));
    expect(gateways.front.routes.map(({ match }: any) => match)).toEqual([
      { path: '/api/users' },
      { path: ['/api', '/api/*'], headers: { env: 'canary' } },
      { path: ['/api', '/api/*'] },
      { path: '/*' },
    ]);
  });

  it('with a condition on the query is listed', () => {
    const rules =
      '[ { matches: [ { queryParams: [ { name: a, value: b } ] } ], backendRefs: [ { name: web } ] }, { backendRefs: [ { name: web } ] } ]';
    const { account } = imported(source(system(rules)));
    expect(account.listed.map(({ reason }) => reason)).toContain(
      'a condition on the query or by an expression has no counterpart',
    );
  });

  it('of gRPC has the path of its method', () => {
    const grpc = route(
      '[ { matches: [ { method: { service: shop.Cart, method: Get } } ], backendRefs: [ { name: web } ] } ]',
    ).replace('HTTPRoute', 'GRPCRoute');
    const { gateways } = scenarioOf(`${service('web')}${gateway('istio')}${grpc}`);
    expect(gateways.front.routes[0].match).toEqual({ path: '/shop.Cart/Get' });
  });

  it('of a class that names another product has the gateway of that product', () => {
    const rules = route('[ { backendRefs: [ { name: web } ] } ]');
    const kindOf = (name: string): unknown =>
      scenarioOf(`${service('web')}${gateway(name)}${rules}`).gateways.front.kind;
    expect([kindOf('kong'), kindOf('nginx'), kindOf('eg')]).toEqual(['kong', 'nginx', 'envoy']);
  });
});

describe('the example of Envoy Gateway', () => {
  it('has four services behind one gateway, by host and header', () => {
    const { gateways, services } = parse(imported(fixtures('envoy-gateway')).scenario);
    expect(Object.keys(services)).toHaveLength(4);
    const [, routes] = Object.entries<any>(gateways)[0]!;
    expect(routes.routes.map(({ match, to }: any) => [match.host, match.headers?.env, to])).toEqual(
      [
        ['foo.example.com', undefined, 'foo-svc.handle'],
        ['bar.example.com', 'canary', 'bar-canary-svc.handle'],
        ['example.com', undefined, 'example-svc.handle'],
        ['bar.example.com', undefined, 'bar-svc.handle'],
      ],
    );
  });
});

describe('a BackendTrafficPolicy of Envoy Gateway', () => {
  const result = imported(fixtures('examples/gateway-api'));
  loaded(result);
  const { gateways } = parse(result.scenario);
  const [checkout, pages] = gateways.edge.routes;

  // Right: envoyproxy/gateway, api/v1alpha1: numRetries leaves out the first try, a passive check looks every 3 s by default.
  it('gives the routes of its gateway limits, retries and balancing', () => {
    expect(pages.policy).toEqual({
      connections: { connectTimeout: '500ms' },
      bulkhead: { kind: 'envoy', maxConnections: 200, maxPendingRequests: 50, maxRequests: 400 },
      deadline: '2s',
      timeout: '600ms',
      retry: {
        kind: 'envoy',
        attempts: 3,
        on: ['connect', 503],
        backoff: { base: '50ms', max: '500ms' },
        budget: { kind: 'concurrent', max: 20 },
      },
      loadBalancing: { kind: 'leastRequest' },
    });
  });

  it('of a rule replaces that of the gateway, and leaves the limit that the route has', () => {
    expect(checkout.policy).toEqual({
      connections: {},
      bulkhead: { kind: 'envoy', maxRequests: 100 },
      outlierDetection: {
        kind: 'envoy',
        consecutive5xx: 10,
        interval: '5s',
        baseEjectionTime: '15s',
        maxEjectionPercent: '50%',
      },
      deadline: '4s',
    });
  });

  it('retries twice after a failed connection or a 503 where it says only that it retries', () => {
    const { gateways: own } = scenarioOf(
      `${system('[ { backendRefs: [ { name: web } ] } ]')}---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: { name: p }
spec: { targetRef: { kind: HTTPRoute, name: web }, retry: {}, rateLimit: { type: Local } }
`,
    );
    expect(own.front.routes[0].policy).toEqual({
      retry: { kind: 'envoy', attempts: 3, on: ['connect', 503] },
    });
  });
});
