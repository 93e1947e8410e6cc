import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { matchesOf } from '../../src/importing/kinds/traefik/rule.js';
import { deployed, imported, loaded, source } from './support.js';

function read(
  text: string,
  path = 'test.yaml',
): { gateway: any; card: ReturnType<typeof imported> } {
  const card = imported(source(text, path));
  loaded(card);
  return { gateway: parse(card.scenario).gateways.traefik, card };
}

function routed(routes: string, ...others: readonly string[]): ReturnType<typeof read> {
  const route = `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: shop, namespace: shop }
spec: { entryPoints: [ web ], routes: [ ${routes} ] }`;
  return read(
    [deployed(['web', 'api'], { about: ', namespace: shop' }), route, ...others].join('\n---\n'),
  );
}

describe('a rule of Traefik', () => {
  const none = { hosts: null, paths: null, methods: null, headers: null };
  it.each([
    ['Host(`a.example`)', [{ ...none, hosts: ['a.example'] }]],
    ['Host(`a.example`, `b.example`)', [{ ...none, hosts: ['a.example', 'b.example'] }]],
    ['Host(`a`) || Host(`b`)', [{ ...none, hosts: ['a', 'b'] }]],
    [
      'Host(`a`) && (PathPrefix(`/x`) || Path(`/y`))',
      [{ ...none, hosts: ['a'], paths: ['/x*', '/y'] }],
    ],
    [
      'Header(`X-Team`, `red`) && Method(`GET`)',
      [{ ...none, methods: ['GET'], headers: [['X-Team', 'red']] }],
    ],
    [
      'Host(`a`) && Path(`/x`) || Host(`b`)',
      [
        { ...none, hosts: ['a'], paths: ['/x'] },
        { ...none, hosts: ['b'] },
      ],
    ],
    ['Path(`/orders/{id:[0-9]+}`)', [{ ...none, paths: ['~/orders/(?:[0-9]+)'] }]],
    ['PathRegexp(`^/v[12]/`)', [{ ...none, paths: ['~/v[12]/.*'] }]],
    ['HostRegexp(`{any:.+}`)', [none]],
    ['HostRegexp(`^.+\\.shop\\.example$`)', [{ ...none, hosts: ['*.shop.example'] }]],
    ['Host(``)', [none]],
  ])('%s', (rule, expected) => {
    expect(matchesOf(rule)).toEqual(expected);
  });

  it.each([
    '!Host(`a`)',
    'Query(`a`, `b`)',
    'ClientIP(`10.0.0.0/8`)',
    'Host(`a`) &&',
    'Host(`a`',
    'Path(`/a`) && PathPrefix(`/`)',
    '',
  ])('has no counterpart: %s', (rule) => {
    expect(matchesOf(rule)).toBeNull();
  });
});

describe('an IngressRoute', () => {
  it('gives the longest rule the first place, unless a priority says more', () => {
    const rules =
      '{ match: PathPrefix(`/`), services: [ { name: web } ] }, { match: PathPrefix(`/api`), services: [ { name: api } ] }';
    const first = routed(rules).gateway.routes.map(({ to }: any) => to);
    expect(first).toEqual(['api.handle', 'web.handle']);
    const other = routed(rules.replace('{ match', '{ priority: 50, match')).gateway.routes;
    expect(other[0].to).toBe('web.handle');
  });

  it('shares requests by the weights of a TraefikService, and copies them', () => {
    const { gateway, card } = routed(
      '{ match: Host(`a`), services: [ { name: split, kind: TraefikService } ] }, { match: Host(`bb`), services: [ { name: copied, kind: TraefikService } ] }',
      'apiVersion: traefik.io/v1alpha1\nkind: TraefikService\nmetadata: { name: split, namespace: shop }\nspec: { weighted: { services: [ { name: web, weight: 9 }, { name: api, weight: 1 } ] } }',
      'apiVersion: traefik.io/v1alpha1\nkind: TraefikService\nmetadata: { name: copied, namespace: shop }\nspec: { mirroring: { name: web, mirrors: [ { name: api, percent: 20 } ] } }',
    );
    const [copied, split] = gateway.routes;
    expect(split.to).toEqual({ web: 9, api: 1 });
    expect(copied).toMatchObject({ to: 'web.handle', mirror: { to: 'api.handle', share: '20%' } });
    const { values, placed, listed } = card.account;
    expect(placed + listed.length).toBe(values);
  });

  it('is a route of the Traefik that runs in the files, and none of those that redirect', () => {
    const text = [
      deployed(['web'], { about: ', namespace: shop' }),
      deployed(['edge'], { about: ', namespace: traefik' }).replace(
        'shop/edge',
        'docker.io/traefik:v3.1',
      ),
      `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: plain, namespace: shop }
spec: { routes: [ { match: Host(\`a\`), middlewares: [ { name: secure } ], services: [ { name: web } ] } ] }`,
      `
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: tls, namespace: shop }
spec: { routes: [ { match: Host(\`a\`), services: [ { name: web } ] } ] }`,
      'apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: { name: secure, namespace: shop }\nspec: { redirectScheme: { scheme: https } }',
    ].join('\n---\n');
    const card = imported(source(text));
    loaded(card);
    const { edge } = parse(card.scenario).gateways;
    expect(edge.routes).toHaveLength(1);
    expect(card.account.listed.map(({ reason }) => reason)).toContain(
      'another router takes these requests, or this one redirects to it',
    );
  });

  it('with a condition without a counterpart is listed', () => {
    const { card } = routed(
      '{ match: Host(`a`) && !Path(`/x`), services: [ { name: web } ] }, { match: Host(`b`), services: [ { name: web } ] }',
    );
    expect(card.account.listed.find(({ path }) => /routes.*0.*match$/.test(path))?.reason).toBe(
      'a condition by the query, the client, an exclusion or an expression of hosts has no counterpart: write the route',
    );
  });
});

describe('the CircuitBreaker of Traefik', () => {
  const middleware = (spec: string): string =>
    `apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata: { name: cb, namespace: shop }\nspec: { circuitBreaker: { ${spec} } }`;
  const breaker = (spec: string): any =>
    routed(
      '{ match: Host(`a`), middlewares: [ { name: cb } ], services: [ { name: web } ] }',
      middleware(spec),
    ).gateway.routes[0].policy?.circuitBreaker;

  it('opens above a share of failures of the last ten seconds, checked each 100 ms, for ten seconds', () => {
    expect(breaker('expression: NetworkErrorRatio() > 0.30')).toEqual({
      kind: 'custom',
      window: 'time',
      windowSize: '10s',
      threshold: '30%',
      tripOp: '>',
      evaluateEvery: '100ms',
      open: '10s',
      failOn: ['connect', 'reset', 'timeout', 502, 504],
    });
  });

  it.each([
    ['ResponseCodeRatio(500, 600, 0, 600) >= 0.25', { threshold: '25%', tripOp: '>=' }],
    [
      'LatencyAtQuantileMS(95.0) > 200',
      { windowSize: '60s', buckets: 6, threshold: '100%', slow: '200ms', slowRate: '5%' },
    ],
    [
      'ResponseCodeRatio(500, 600, 0, 600) > 0.1 && RequestThreshold() >= 50',
      { threshold: '10%', minCalls: 50 },
    ],
    [
      'LatencyAtQuantileMS(50.0) > 100 || NetworkErrorRatio() > 0.1',
      { threshold: '10%', slow: '100ms', slowRate: '50%' },
    ],
  ])('opens by %s', (expression, expected) => {
    expect(breaker(`expression: '${expression}', fallbackDuration: 30s`)).toMatchObject({
      ...expected,
      open: '30s',
    });
  });

  it.each([
    'ResponseCodeRatio(400, 500, 0, 600) > 0.1',
    'NetworkErrorRatio() > 0.1 && LatencyAtQuantileMS(50.0) > 100',
    'NetworkErrorRatio() < 0.1',
    'x',
  ])('has no counterpart for %s', (expression) => {
    expect(breaker(`expression: '${expression}'`)).toBeUndefined();
  });
});

describe('labels of Traefik', () => {
  const compose = `
services:
  proxy:
    image: traefik:v3.1
    ports: [ "80:80" ]
  web:
    image: shop/web
    labels:
      - traefik.enable=true
      - "traefik.http.routers.web.rule=Host(\`\${SHOP_HOST:-shop.example}\`)"
      - traefik.http.routers.web.entrypoints=web
      - traefik.http.routers.web.middlewares=limit,again@docker
      - traefik.http.middlewares.limit.ratelimit.average=100
      - traefik.http.middlewares.again.retry.attempts=2
      - traefik.http.services.web.loadbalancer.server.port=8080
  api:
    image: shop/api
    labels:
      traefik.http.routers.api.rule: PathPrefix(\`/api\`)
  off:
    image: shop/off
    labels: { traefik.enable: "false", traefik.http.routers.off.rule: Host(\`off\`) }`;

  it('are routes of the container that runs Traefik', () => {
    const card = imported(source(compose, 'compose.yaml'));
    loaded(card);
    const { gateways, services, workloads } = parse(card.scenario);
    const [api, web] = gateways.proxy.routes.toReversed().map((route: any) => route);
    expect([api.name, web.name].toSorted()).toEqual(['api', 'web']);
    const byName = Object.fromEntries(
      gateways.proxy.routes.map((route: any) => [route.name, route]),
    );
    expect(byName.web).toMatchObject({
      match: { path: '/*', host: 'shop.example' },
      to: 'web.handle',
      policy: { retry: { attempts: 2, on: ['connect'] } },
      middleware: [
        { rateLimit: { rate: '100/s', burst: 1, maxWait: '5ms', key: 'client', status: 429 } },
      ],
    });
    expect(byName.api.match).toEqual({ path: '/api*' });
    expect(Object.keys(services)).toEqual(['web', 'api', 'off']);
    expect(workloads.users.requests).toHaveLength(3);
    const { values, placed, listed } = card.account;
    expect(placed + listed.length).toBe(values);
  });

  /** The shape of avogt-sundn/traefik-microstack: a Traefik of an own image, and a rule that two containers have. */
  it('are of the container that is started as Traefik is, the greatest priority of a rule alone', () => {
    const text = `
services:
  gateway: { image: team/edge, command: [ --providers.docker=true ] }
  first: { image: a, labels: [ "traefik.http.routers.first.rule=PathPrefix(\`/one\`)" ] }
  second:
    image: b
    labels: [ "traefik.http.routers.second.rule=PathPrefix(\`/one\`)", traefik.http.routers.second.priority=100 ]`;
    const card = imported(source(text, 'compose.yaml'));
    loaded(card);
    const { routes } = parse(card.scenario).gateways.gateway;
    expect(routes.map(({ name }: any) => name)).toEqual(['second']);
  });

  /** The shape of mbachmann/traefik-v2-dev-ci-pipeline: hosts in a file that is not in the repository. */
  it('have the names of variables that no file sets, so that their routes stay apart', () => {
    const text = `
services:
  proxy: { image: "traefik:2.11" }
  shop: { image: a, labels: [ "traefik.http.routers.shop.rule=Host(\`\${SHOP_HOST}\`)" ] }
  blog: { image: b, labels: { traefik.http.routers.blog.rule: "Host(\`blog.\${DOMAIN}\`)" } }`;
    const card = imported(source(text, 'compose.yaml'));
    loaded(card);
    const { routes } = parse(card.scenario).gateways.proxy;
    const hosts = routes.map(({ to, match }: any) => [to, match.host]);
    expect(hosts).toEqual([
      ['blog.handle', 'blog.domain'],
      ['shop.handle', 'shop-host'],
    ]);
    const questions = card.questions.filter((one) => one.startsWith('Which host'));
    expect(questions).toEqual([
      'Which host is SHOP_HOST (compose.yaml:4)? No file sets this variable, and routes have its name: add the .env file',
    ]);
  });

  it('and a file of Traefik are one configuration', () => {
    const file = `
http:
  routers:
    web: { rule: Path(\`/\`), service: web, middlewares: [ breaker ] }
  middlewares:
    breaker: { circuitBreaker: { expression: NetworkErrorRatio() > 0.5 } }
  services:
    web: { loadBalancer: { servers: [ { url: "http://web:8080" } ] } }`;
    const text = 'services: { web: { image: shop/web }, edge: { image: "traefik:3" } }';
    const card = imported([...source(text, 'compose.yaml'), ...source(file, 'dynamic.yml')]);
    loaded(card);
    const [route] = parse(card.scenario).gateways.edge.routes;
    expect(route).toMatchObject({ name: 'web', match: { path: '/' }, to: 'web.handle' });
    expect(route.policy.circuitBreaker.threshold).toBe('50%');
  });
});

it('Ingresses and IngressRoutes of a Traefik that no file runs are one gateway', () => {
  const text = `${deployed(['web'])}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: a }
spec:
  ingressClassName: traefik
  rules: [ { host: a.shop, http: { paths: [ { path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } } ] } } ]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: b }
spec: { routes: [ { match: Host(\`b.shop\`), kind: Rule, services: [ { name: web, port: 80 } ] } ] }`;
  const card = imported(source(text));
  loaded(card);
  const { gateways } = parse(card.scenario);
  expect(Object.keys(gateways)).toEqual(['ingress']);
  const hosts = gateways.ingress.routes.map(({ match }: any) => match.host);
  expect(hosts.sort()).toEqual(['a.shop', 'b.shop']);
});
