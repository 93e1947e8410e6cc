import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { metric, simulate } from '../../src/index.js';
import { deployed, fixtures, imported, ingress, loaded, source } from './support.js';

const about = { about: ', namespace: shop' };
const shop = deployed(['web', 'next', 'auth'], about);

/** The scenario of services with some Ingresses, and its questions. */
function read(...ingresses: readonly string[]): any {
  const result = imported(source([shop, ...ingresses].join('\n---\n')));
  loaded(result);
  const reasonOf = (path: string): string | undefined =>
    result.account.listed.find((one) => one.path.endsWith(path))?.reason;
  return { ...parse(result.scenario), questions: result.questions, reasonOf };
}

/** The run of a scenario with these requests of users at the gateway, and with a fault. */
function run(
  scenario: any,
  request: object,
  faults: readonly object[] = [],
): ReturnType<typeof simulate> {
  const { questions, reasonOf, ...rest } = scenario;
  const workloads = {
    users: { arrivals: 'constant(20/s)', requests: [{ name: 'own', call: 'ingress', ...request }] },
  };
  const settings = { duration: '10s', warmup: '0s', seed: 1 };
  return simulate(JSON.stringify({ ...rest, run: settings, workloads, faults }), {
    replications: 1,
  });
}

const routes = ({ gateways }: any): any => Object.values<any>(gateways)[0].routes;

describe('an Ingress', () => {
  it('is a gateway with a route for each host and path', () => {
    const scenario = read(
      ingress('web', '/api/', {}, { type: 'Prefix', host: 'shop.example' }),
      ingress('next', '/api/ping', {}, { name: 'exact', type: 'Exact', host: '"*.example"' }),
      ingress('next', '/static', {}, { name: 'loose' }),
    );
    expect(Object.keys(scenario.gateways)).toEqual(['ingress']);
    expect(scenario.gateways.ingress.kind).toBe('nginx');
    expect(routes(scenario).map(({ match, to }: any) => [match, to])).toEqual([
      [{ path: ['/api', '/api/*'], host: 'shop.example' }, 'web.handle'],
      [{ path: '/api/ping', host: '*.example' }, 'next.handle'],
      [{ path: '/static*' }, 'next.handle'],
    ]);
    expect(scenario.workloads.users.requests.slice(1, 3)).toEqual([
      { name: 'route-1', call: 'ingress', path: '/api', host: 'shop.example' },
      { name: 'route-2', call: 'ingress', path: '/api/ping', host: 'www.example' },
    ]);
  });

  it('of an earlier version has a backend by its name, and a default one', () => {
    const old = `
apiVersion: extensions/v1beta1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { kubernetes.io/ingress.class: nginx } }
spec:
  backend: { serviceName: next, servicePort: 80 }
  rules: [ { host: shop.example, http: { paths: [ { path: /api, backend: { serviceName: web, servicePort: http } } ] } } ]`;
    const scenario = read(old);
    expect(routes(scenario).map(({ match, to }: any) => [match, to])).toEqual([
      [{ path: '/api*', host: 'shop.example' }, 'web.handle'],
      [{ path: '/*', host: 'shop.example' }, 'next.handle'],
      [{ path: '/*' }, 'next.handle'],
    ]);
  });

  it('has the settings of ingress-nginx for all routes, and those of its annotations for its own', () => {
    const scenario = read(
      ingress('web', '/', {}, { type: 'Prefix' }),
      ingress(
        'next',
        '/slow',
        {
          'proxy-connect-timeout': '2',
          'proxy-read-timeout': '600',
          'proxy-next-upstream': 'error http_502',
          'proxy-next-upstream-tries': '2',
          'proxy-next-upstream-timeout': '4',
        },
        { name: 'slow' },
      ),
      ingress('next', '/once', { 'proxy-next-upstream': 'off' }, { name: 'once' }),
    );
    const pool = { idleTimeout: '60s', maxRequests: 10000, lifetime: '1h' };
    expect(scenario.gateways.ingress.outbound.default).toEqual({
      timeout: '60s',
      retry: { kind: 'nginx', attempts: 3 },
      connections: { connectTimeout: '5s', ...pool },
    });
    const policies = routes(scenario).map(({ policy }: any) => policy);
    expect(policies).toEqual([
      {
        timeout: '600s',
        retry: { kind: 'nginx', attempts: 2, on: ['connect', 'reset', 502], startBefore: '4s' },
        connections: { connectTimeout: '2s', ...pool },
      },
      {
        timeout: '60s',
        retry: { kind: 'nginx', attempts: 1 },
        connections: { connectTimeout: '5s', ...pool },
      },
      undefined,
    ]);
    expect(scenario.questions.join('\n')).toContain(
      'nginx does not repeat those after a 502; write the `method`',
    );
  });

  it('has no settings for all routes where each one has its own', () => {
    const { gateways } = read(ingress('web', '/', { 'proxy-read-timeout': '9' }));
    expect(gateways.ingress).not.toHaveProperty('outbound');
    expect(gateways.ingress.routes[0].policy.timeout).toBe('9s');
  });

  it('limits requests and connections of an address, and asks for the addresses', () => {
    const scenario = read(
      ingress('web', '/', {
        'limit-rps': '10',
        'limit-rpm': '300',
        'limit-burst-multiplier': '3',
        'limit-connections': '20',
        'proxy-body-size': '8m',
        'auth-url': 'http://auth.shop.svc.cluster.local/check',
      }),
    );
    expect(routes(scenario)[0].middleware).toEqual([
      { authenticate: { kind: 'introspection', call: 'auth.handle' } },
      { filter: { kind: 'size', max: '8MiB' } },
      { admit: { limit: 20, key: 'client', status: 503 } },
      {
        rateLimit: {
          kind: 'leakyBucket',
          rate: '300/min',
          burst: 900,
          delay: 900,
          key: 'client',
          status: 503,
        },
      },
      {
        rateLimit: {
          kind: 'leakyBucket',
          rate: '10/s',
          burst: 30,
          delay: 30,
          key: 'client',
          status: 503,
        },
      },
    ]);
    expect(scenario.questions.join('\n')).toContain('How many addresses send requests?');
  });

  it('sends a share and the requests with a header to its canary', () => {
    const main = ingress('web', '/', { 'proxy-read-timeout': '9' }, { type: 'Prefix' });
    const canary = ingress(
      'next',
      '/',
      { canary: 'true', 'canary-weight': '5', 'canary-by-header': 'x-canary' },
      { name: 'canary', type: 'Prefix' },
    );
    const scenario = read(canary, main);
    expect(routes(scenario)).toMatchObject([
      {
        match: { path: '/*', headers: { 'x-canary': 'always' } },
        to: 'next.handle',
        policy: { timeout: '9s' },
      },
      { match: { path: '/*' }, to: { web: 95, next: 5 }, policy: { timeout: '9s' } },
    ]);
    expect(
      scenario.workloads.users.requests.filter(({ call }: any) => call === 'ingress'),
    ).toHaveLength(1);
  });

  it('lists what has no counterpart with the reason', () => {
    const { reasonOf } = read(
      ingress('web', '/', {
        affinity: 'cookie',
        'enable-cors': 'true',
        'app-root': '/x',
        'configuration-snippet': 'x',
      }),
    );
    expect(reasonOf('affinity')).toBeUndefined();
    expect(reasonOf('enable-cors')).toBe('the content of requests is not simulated');
    expect(reasonOf('app-root')).toBe('a redirect reaches no service');
    expect(reasonOf('configuration-snippet')).toBe('lines of nginx.conf are not read');
    expect(reasonOf('note')).toBe('another program reads this annotation');
  });

  it('makes all paths of a host expressions, the longest first, if one of them is', () => {
    const scenario = read(
      ingress('next', '/', {}, { name: 'rest', type: 'Prefix', host: 'a.example' }),
      ingress('web', '/api(/|$)(.*)', { 'rewrite-target': '/$2' }, { host: 'a.example' }),
      ingress('next', '/', {}, { name: 'other', type: 'Prefix', host: 'b.example' }),
    );
    expect(routes(scenario).map(({ match }: any) => match.path)).toEqual([
      '~(?i)^/api(/|$)(.*)',
      '~(?i)^/',
      '/*',
    ]);
    expect(scenario.workloads.users.requests).toContainEqual({
      name: 'route-1',
      call: 'ingress',
      path: '/api',
      host: 'a.example',
    });
  });

  it.each([
    ['/API/orders', 'web'],
    ['/apis', 'next'],
  ])('passes %s to %s', async (path, to) => {
    const scenario = read(
      ingress('next', '/', {}, { name: 'rest', type: 'Prefix', host: 'a.example' }),
      ingress('web', '/api(/|$)(.*)', { 'rewrite-target': '/$2' }, { host: 'a.example' }),
    );
    const result = await run(scenario, { path, host: 'a.example' });
    expect(metric(result, `${to}.throughput`).value).toBeGreaterThan(19);
  });

  it.each([
    ['goes to the next pod by default', {}, 1],
    ['fails if it may not go to another one', { 'proxy-next-upstream': 'off' }, 0.5],
  ])('of which one pod refuses connections %s', async (_, annotations, share) => {
    const scenario = read(ingress('web', '/', annotations, { type: 'Prefix' }));
    scenario.services.web.replicas = 2;
    // The controller has the old endpoints for the whole run.
    scenario.platform = { endpointPropagation: '20s' };
    const fault = { id: 'down', kind: 'crash', target: 'web[0]', at: '0s', for: '10s' };
    const result = await run(scenario, { path: '/' }, [fault]);
    expect(metric(result, 'users.success').value).toBeCloseTo(share, 1);
  });

  it('of a class without a controller in these files asks which one reads it', () => {
    const bare = ingress('web', '/').replace('  ingressClassName: nginx\n', '');
    const { gateways, questions } = read(bare);
    expect(gateways.ingress).not.toHaveProperty('outbound');
    expect(questions.join('\n')).toContain('Which controller reads the Ingress web?');
  });

  it.each([
    ['alb', { timeout: '60s' }],
    ['gce', { timeout: '30s' }],
    ['traefik', undefined],
  ])('of the class %s has its time limit', (name, bundle) => {
    const text = ingress('web', '/', {}, { type: 'Prefix' }).replace(
      'Name: nginx',
      `Name: ${name}`,
    );
    expect(read(text).gateways.ingress.outbound?.default).toEqual(bundle);
  });

  it('of the class nginx is read by that of F5 where another one of it has its annotations', () => {
    const plain = ingress('web', '/', {}, { type: 'Prefix' });
    const own = ingress('next', '/next', {}, { name: 'next' }).replace(
      'note: text',
      'nginx.org/hsts: "true"',
    );
    const { gateways, reasonOf } = read(plain, own);
    expect(gateways.ingress.kind).toBe('nginx');
    expect(gateways.ingress).not.toHaveProperty('outbound');
    expect(reasonOf('hsts')).toContain('nginx.org');
  });

  it('before a gateway of Spring gets the paths that this one has routes for', async () => {
    const edge = `${deployed(['edge'], about)}
---
spring:
  application: { name: edge }
  cloud: { gateway: { routes: [ { id: a, uri: "http://web:80", predicates: [ "Path=/web/**" ] }, { id: b, uri: "http://next:80", predicates: [ "Path=/next/**" ] } ] } }`;
    const result = imported(
      source(`${shop}\n---\n${edge}\n---\n${ingress('edge', '/', {}, { type: 'Prefix' })}`),
    );
    loaded(result);
    const { workloads } = parse(result.scenario);
    expect(workloads.users.requests.slice(1)).toEqual([
      { name: 'route-1', call: 'ingress', path: '/web' },
      { name: 'route-2', call: 'ingress', path: '/next' },
    ]);
    const done = await simulate(result.scenario, { replications: 1 });
    expect(metric(done, 'users.success').value).toBe(1);
    expect(metric(done, 'edge.throughput').value).toBeGreaterThan(5);
  });

  it('of GKE has the time limit of the BackendConfig of its Service', () => {
    const text = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { kubernetes.io/ingress.global-static-ip-name: shop } }
spec:
  defaultBackend: { service: { name: web, port: { number: 80 } } }
  rules:
    - http: { paths: [ { path: /*, pathType: ImplementationSpecific, backend: { service: { name: web, port: { number: 80 } } } }, { path: /next, backend: { service: { name: next, port: { number: 80 } } } } ] }
---
apiVersion: cloud.google.com/v1
kind: BackendConfig
metadata: { name: slow, namespace: shop }
spec: { timeoutSec: 90, healthCheck: { requestPath: /ready } }`;
    const named = shop.replace(
      'kind: Service\nmetadata: { name: web, namespace: shop }',
      `kind: Service\nmetadata: { name: web, namespace: shop, annotations: { cloud.google.com/backend-config: '{"default": "slow"}' } }`,
    );
    const result = imported(source(`${named}\n---${text}`));
    loaded(result);
    const { ingress: own } = parse(result.scenario).gateways;
    expect(own.outbound.default).toEqual({ timeout: '30s' });
    expect(own.routes).toEqual([
      { name: 'route-1', match: { path: '/next' }, to: 'next.handle' },
      { name: 'route-2', match: { path: '/*' }, to: 'web.handle', policy: { timeout: '90s' } },
    ]);
  });

  it('of several load balancers is one gateway for each group', () => {
    const alb = (name: string, group?: string): string =>
      ingress('web', '/', {}, { name, type: 'Prefix' })
        .replace('Name: nginx', 'Name: alb')
        .replace(
          'note: text',
          group === undefined ? 'note: text' : `alb.ingress.kubernetes.io/group.name: ${group}`,
        );
    const { gateways } = read(alb('one'), alb('two', 'both'), alb('three', 'both'));
    expect(Object.keys(gateways)).toEqual(['one', 'both']);
  });
});

describe('an Ingress beside its controller', () => {
  const result = imported(fixtures('ingress-nginx'));
  loaded(result);
  const { gateways, workloads, services } = parse(result.scenario);

  it('is the component of the controller, and users enter there', () => {
    expect(Object.keys(gateways)).toEqual(['ingress-nginx-controller']);
    expect(Object.keys(services)).toEqual(['http-svc']);
    expect(gateways['ingress-nginx-controller']).toMatchObject({
      kind: 'nginx',
      runtime: 'eventLoop',
      lifecycle: { terminationGrace: '300s' },
    });
    expect(result.questions.join('\n')).toContain(
      'How much CPU does one request take in ingress-nginx-controller',
    );
    expect(workloads.users.requests).toEqual([
      {
        name: 'route-1',
        call: 'ingress-nginx-controller',
        path: '/something',
        host: 'rewrite.bar.com',
      },
      {
        name: 'route-2',
        call: 'ingress-nginx-controller',
        path: '/',
        host: 'stickyingress.example.com',
      },
    ]);
  });

  it('has the settings of its ConfigMap', () => {
    const files = fixtures('ingress-nginx').map((file) => ({
      ...file,
      text: file.text.replace(
        'data: null',
        'data: { proxy-read-timeout: "20", upstream-keepalive-timeout: "30" }',
      ),
    }));
    const changed = parse(imported(files).scenario).gateways['ingress-nginx-controller'];
    expect(changed.outbound.default).toMatchObject({
      timeout: '20s',
      connections: { idleTimeout: '30s' },
    });
  });

  it('serves every request in a run', async () => {
    const done = await simulate(result.scenario, { replications: 1 });
    expect(metric(done, 'users.success').value).toBe(1);
  });
});

it('An Ingress of AKS is read by nginx, which its class runs', () => {
  const result = imported([
    ...fixtures('aks-store', ['aks-store-all-in-one.yaml']),
    ...fixtures('aks-store-ingress'),
  ]);
  loaded(result);
  const { gateways, workloads } = parse(result.scenario);
  expect(gateways.ingress).toMatchObject({
    kind: 'nginx',
    routes: [{ match: { path: '/*' }, to: 'store-front.handle' }],
  });
  expect(workloads.users.requests).toContainEqual({ name: 'route-1', call: 'ingress', path: '/' });
});
