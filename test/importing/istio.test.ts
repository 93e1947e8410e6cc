import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, fixtures, imported, loaded, source } from './support.js';

function scenarioOf(text: string): any {
  const result = imported(source(text));
  loaded(result);
  return parse(result.scenario);
}

/** A Deployment with its Service. */
function service(name: string, version = 'v1'): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}-${version} }
spec:
  template:
    metadata: { labels: { app: ${name}, version: ${version} } }
    spec: { containers: [ { name: main, image: x } ] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} } }
---`;
}

const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front }
spec: { selector: { istio: ingressgateway } }
---`;

describe('a VirtualService of a gateway', () => {
  it('leads to a service of Docker Compose by its name in a namespace', () => {
    const compose = `
services:
  catalogue: { image: x }
  web: { image: x, environment: { CATALOGUE_URL: "http://catalogue:8080" } }
`;
    const istio = `${GATEWAY}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [ "*" ]
  gateways: [ front ]
  http:
    - timeout: 3s
      retries: { attempts: 2, perTryTimeout: 1s }
      route: [ { destination: { host: web.robot-shop.svc.cluster.local } } ]
`;
    const result = imported([
      { path: 'compose.yaml', text: compose },
      { path: 'gateway.yaml', text: istio },
    ]);
    loaded(result);
    const { gateways } = parse(result.scenario);
    expect(gateways.front.routes).toMatchObject([
      { to: 'web.handle', policy: { deadline: '3s', timeout: '1s' } },
    ]);
    // A service of Kubernetes in another namespace is another one.
    const other = imported(
      source(`${deployed(['web'], { about: ', namespace: shop' })}\n---${istio}`),
    );
    expect(parse(other.scenario).gateways.front.routes[0].policy).toBeUndefined();
  });

  it('gives routes with time limits and retries; Istio counts tries after the first', () => {
    const { gateways, workloads } = scenarioOf(`${service('web')}${GATEWAY}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [ "*" ]
  gateways: [ front ]
  http:
    - match: [ { uri: { prefix: /api } }, { uri: { exact: /login } } ]
      route: [ { destination: { host: web.default.svc.cluster.local } } ]
      timeout: 10s
      retries: { attempts: 2, perTryTimeout: 2s, retryOn: "5xx,reset,connect-failure" }
    - route: [ { destination: { host: web } } ]
      timeout: 0s
      retries: { attempts: 0 }`);
    expect(gateways.front).toMatchObject({
      kind: 'envoy',
      routes: [
        {
          match: { path: ['/api*', '/login'] },
          to: 'web.handle',
          policy: {
            deadline: '10s',
            timeout: '2s',
            retry: { kind: 'istio', attempts: 3, on: ['5xx', 'reset', 'connect'] },
          },
        },
        { match: { path: '/*' }, to: 'web.handle', policy: { retry: { attempts: 1 } } },
      ],
    });
    // Every route gets requests: a route that no request takes would be of no use, and a wrong path is a 404.
    expect(workloads.users.requests).toEqual([
      { name: 'route-1', call: 'front', path: '/api' },
      { name: 'route-2', call: 'front', path: '/' },
    ]);
  });

  it.each([
    ['connect-failure,refused-stream,unavailable,cancelled', ['connect', 503]],
    ['refused-stream,reset-before-request', ['connect']],
    ['refused-stream', ['refused']],
    ['retriable-4xx,envoy-ratelimited', [409, 'throttled']],
    ['resource-exhausted,internal', [429, 500]],
  ])('reads retryOn: %s', (words, on) => {
    const { gateways } = scenarioOf(`${service('web')}${GATEWAY}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [ "*" ]
  gateways: [ front ]
  http: [ { route: [ { destination: { host: web } } ], retries: { attempts: 1, retryOn: "${words}" } } ]`);
    expect(gateways.front).toMatchObject({ routes: [{ policy: { retry: { on } } }] });
  });
});

describe('a VirtualService and a DestinationRule inside the mesh', () => {
  it('give the bundle of the proxy, whatever their order', () => {
    const { mesh, services } = scenarioOf(`${service('web')}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [ web ]
  http:
    - timeout: 5s
      route: [ { destination: { host: web, subset: v1 } } ]
---
apiVersion: networking.istio.io/v1beta1
kind: DestinationRule
metadata: { name: web }
spec:
  host: "*.default.svc.cluster.local"
  trafficPolicy:
    tls: { mode: ISTIO_MUTUAL }
    loadBalancer: { simple: LEAST_REQUEST }
    connectionPool: { tcp: { maxConnections: 200 }, http: { http2MaxRequests: 1000, maxRetries: 3 } }
    outlierDetection: { consecutive5xxErrors: 7, maxEjectionPercent: 50, splitExternalLocalOriginErrors: true }
  subsets: [ { name: v1, labels: { version: v1 } } ]`);
    expect(mesh).toEqual({
      kind: 'istio',
      mtls: true,
      outbound: {
        web: {
          retry: { kind: 'istio' },
          outlierDetection: {
            kind: 'istio',
            consecutive5xxErrors: 7,
            maxEjectionPercent: 50,
            splitExternalLocalOriginErrors: true,
          },
          connections: {},
          bulkhead: { kind: 'istio', maxConnections: 200, http2MaxRequests: 1000, maxRetries: 3 },
          deadline: '5s',
        },
      },
    });
    expect(services.web.loadBalancing).toEqual({ kind: 'leastRequest' });
  });

  it('order instances by labels, or turn the levels off', () => {
    const rule = (setting: string): string => `${service('web')}
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: web }
spec: { host: web, trafficPolicy: { loadBalancer: { localityLbSetting: ${setting} } } }`;
    const by = (setting: string): unknown => scenarioOf(rule(setting)).services.web.loadBalancing;
    expect(by('{ failoverPriority: [ topology.kubernetes.io/zone, version=v2 ] }')).toEqual({
      kind: 'leastRequest',
      priorities: { failoverPriority: ['topology.kubernetes.io/zone', 'version=v2'] },
    });
    expect(by('{ enabled: false }')).toEqual({ kind: 'leastRequest', priorities: false });
    expect(by('{ failoverPriority: [ tier ] }')).toBeUndefined();
  });

  it('send shares and testers to versions', () => {
    const { mesh } = scenarioOf(`${service('web')}${service('web', 'v2')}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [ web ]
  http:
    - match: [ { headers: { end-user: { exact: jason } } } ]
      route: [ { destination: { host: web, subset: second } } ]
    - route:
        - { destination: { host: web, subset: first }, weight: 80 }
        - { destination: { host: web, subset: second }, weight: 20 }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: web }
spec:
  host: web
  subsets: [ { name: first, labels: { version: v1 } }, { name: second, labels: { version: v2 } } ]`);
    expect(mesh.routes.web).toEqual([
      { name: 'route-1', match: { headers: { 'end-user': 'jason' } }, to: 'web@v2' },
      { name: 'route-2', to: { 'web@v1': 80, 'web@v2': 20 } },
    ]);
  });
});

/** The shape of the rules of FudanSELab/train-ticket (Apache-2.0): two rules without a match. */
describe('a rule without a match', () => {
  it('takes all requests, so that the rules after it are listed', () => {
    const rules = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: voucher }
spec:
  hosts: [ voucher ]
  http:
    - route: [ { destination: { host: voucher, subset: v1 } } ]
    - timeout: 2s
      route: [ { destination: { host: voucher, subset: v2 } } ]
`;
    const text = `${service('voucher')}${service('voucher', 'v2')}${service('web')}${rules}`;
    const result = imported(source(text));
    loaded(result);
    const { mesh } = parse(result.scenario);
    expect(mesh.routes.voucher).toEqual([{ name: 'route-1', to: 'voucher@v1' }]);
    expect(mesh.outbound?.voucher?.deadline).toBeUndefined();
    const reasons = result.account.listed
      .filter(({ path }) => path.startsWith('spec.http[1]'))
      .map(({ reason }) => reason);
    expect(reasons).toHaveLength(3);
    expect(new Set(reasons)).toEqual(new Set(['a rule before it takes all requests']));
  });
});

/** The shape of argoproj/rollouts-demo (Apache-2.0): the stable and the canary Service select the same pods. */
it('two Services of the same pods are one target with both weights', () => {
  const text = `${service('web')}${GATEWAY}
apiVersion: v1
kind: Service
metadata: { name: web-canary }
spec: { selector: { app: web } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [ web.example.com ]
  gateways: [ front ]
  http:
    - route:
        - { destination: { host: web }, weight: 100 }
        - { destination: { host: web-canary }, weight: 0 }
`;
  const result = imported(source(text));
  loaded(result);
  expect(parse(result.scenario).gateways.front.routes[0].to).toBe('web.handle');
});

describe('Bookinfo with its traffic', () => {
  it('enters through the gateway and gives 20 % of the reviews to v2', () => {
    const { gateways, mesh, workloads } = parse(imported(fixtures('bookinfo')).scenario);
    expect(gateways['bookinfo-gateway'].routes[0]).toMatchObject({
      match: { path: ['/productpage', '/static*', '/login', '/logout', '/api/v1/products*'] },
      to: 'productpage.handle',
    });
    expect(mesh.routes.reviews).toEqual([
      { name: 'route-1', to: { 'reviews@v1': 80, 'reviews@v2': 20 } },
    ]);
    expect(workloads.users.requests[0]).toEqual({
      name: 'route-1',
      call: 'bookinfo-gateway',
      path: '/productpage',
    });
  });
});

describe('an autoscaler', () => {
  it('gives bounds, target and rules', () => {
    const text = `${service('web').replace(
      'image: x',
      'image: x, resources: { requests: { cpu: 500m } }',
    )}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web-v1 }
  minReplicas: 2
  maxReplicas: 10
  metrics: [ { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } } ]
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 120
      selectPolicy: Min
      policies: [ { type: Percent, value: 50, periodSeconds: 60 }, { type: Pods, value: 4, periodSeconds: 30 } ]`;
    expect(scenarioOf(text).services.web.autoscaling).toEqual({
      min: 2,
      max: 10,
      metrics: [{ metric: 'cpu', target: '70%' }],
      scaleDown: {
        stabilization: '120s',
        policies: [
          { percent: '50%', period: '60s' },
          { pods: 4, period: '30s' },
        ],
        selectPolicy: 'min',
      },
    });
  });
});

describe('what a VirtualService does beside routing', () => {
  const route = (host: string): string => `route: [ { destination: { host: ${host} } } ]`;
  const virtual = (
    hosts: string,
    gateways: string,
    rule: string,
  ): string => `${service('web')}${service('copy')}${GATEWAY}
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec: { hosts: ${hosts}${gateways}, http: [ { ${rule} } ] }`;
  const AT_GATEWAY = ', gateways: [ front ]';

  it('mirrors a share of the requests of a route', () => {
    const rule = `${route('web')}, mirror: { host: copy }, mirrorPercentage: { value: 25.0 }`;
    const { gateways } = scenarioOf(virtual('[ "*" ]', AT_GATEWAY, rule));
    expect(gateways.front.routes[0].mirror).toEqual({ to: 'copy.handle', share: '25%' });
    const several = `${route('web')}, mirrors: [ { destination: { host: copy }, percentage: { value: 5 } } ]`;
    const other = scenarioOf(virtual('[ "*" ]', AT_GATEWAY, several));
    expect(other.gateways.front.routes[0].mirror).toEqual({ to: 'copy.handle', share: '5%' });
  });

  it('takes the requests of its hosts alone', () => {
    const { gateways, workloads } = scenarioOf(
      virtual('[ "*.shop.example.com", shop.example.com ]', AT_GATEWAY, route('web')),
    );
    expect(gateways.front.routes[0].match).toEqual({
      path: '/*',
      host: ['*.shop.example.com', 'shop.example.com'],
    });
    expect(workloads.users.requests).toContainEqual({
      name: 'route-1',
      call: 'front',
      path: '/',
      host: 'www.shop.example.com',
    });
  });

  it('aborts requests inside the mesh for the whole run', () => {
    const rule = `${route('web')}, fault: { abort: { httpStatus: 503, percentage: { value: 10 } } }`;
    expect(scenarioOf(virtual('[ web ]', '', rule)).faults).toEqual([
      {
        id: 'abort-web',
        kind: 'abort',
        target: 'web',
        status: 503,
        share: '10%',
        at: '0s',
        for: 'none',
      },
    ]);
  });

  it('holds requests inside the mesh for the whole run, before it aborts some', () => {
    const both = 'delay: { fixedDelay: 7s, percentage: { value: 10 } }, abort: { httpStatus: 503 }';
    const rule = `${route('web')}, fault: { ${both} }`;
    const faults = scenarioOf(virtual('[ web ]', '', rule)).faults;
    expect(faults).toHaveLength(2);
    expect(faults).toContainEqual({
      id: 'delay-web',
      kind: 'delay',
      target: 'web',
      add: '7s',
      share: '10%',
      at: '0s',
      for: 'none',
    });
  });

  it('lists a fault of some requests only', () => {
    const fault = 'fault: { delay: { fixedDelay: 7s } }';
    const match = 'match: [ { headers: { end-user: { exact: jason } } } ]';
    const text = virtual('[ web ]', '', `${route('web')}, ${match}, ${fault}`);
    expect(scenarioOf(text).faults).toBeUndefined();
    expect(imported(source(text)).account.listed.map(({ reason }) => reason)).toContain(
      'a fault of the requests of a gateway, or of some requests only, is an experiment: write it under `faults`',
    );
  });
});

describe('a gateway whose routes lead to other files', () => {
  it('has one route, as a guess', () => {
    const text = `apiVersion: networking.istio.io/v1beta1
kind: Gateway
metadata: { name: edge }
spec: { selector: { istio: ingressgateway }, servers: [ { port: { number: 80, protocol: HTTP }, hosts: ["*"] } ] }
---
apiVersion: networking.istio.io/v1beta1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: ["*"]
  gateways: [edge]
  http: [ { route: [ { destination: { host: web.elsewhere.svc.cluster.local } } ] } ]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: cart }
spec: { template: { metadata: { labels: { app: cart } }, spec: { containers: [ { name: main, image: x } ] } } }
`;
    const result = imported(source(text));
    loaded(result);
    expect(result.scenario).toMatch(
      /routes:\n.*name: route-1\n.*\n.*path: .*\n +to: cart.handle {2}# guess/,
    );
  });
});

describe('proxies of a mesh', () => {
  const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders }
spec: { host: orders, trafficPolicy: { connectionPool: { http: { http2MaxRequests: 10 } } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: orders }
spec: { template: { spec: { containers: [ { name: orders } ] } } }
`;
  const config = (spec: string): string =>
    `${rule}---\napiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: { name: all }\nspec: ${spec}\n`;
  const meshOf = (text: string): any => {
    const result = imported(source(text));
    loaded(result);
    return parse(result.scenario).mesh;
  };

  it('have the threads of a ProxyConfig of all pods, or of the installation', () => {
    expect(meshOf(config('{ concurrency: 4 }')).proxy).toEqual({ concurrency: 4 });
    const operator = `${rule}---\napiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: { meshConfig: { defaultConfig: { concurrency: 3 } } }\n`;
    expect(meshOf(operator).proxy).toEqual({ concurrency: 3 });
  });

  it('keep the usual threads where a file names some pods, or leaves it to the machine', () => {
    const some = '{ concurrency: 4, selector: { matchLabels: { app: orders } } }';
    for (const spec of [some, '{ concurrency: 0 }'])
      expect(meshOf(config(spec)).proxy).toBeUndefined();
  });
});
