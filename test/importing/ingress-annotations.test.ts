import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, ingress, loaded, source } from './support.js';

const shop = deployed(['web', 'next'], { about: ', namespace: shop' });

/** The scenario of two services with some Ingresses, its questions, and the reasons of what has no place. */
function read(...texts: readonly string[]): any {
  const result = imported(source([shop, ...texts].join('\n---\n')));
  loaded(result);
  const reasonOf = (path: string): string | undefined =>
    result.account.listed.find((one) => one.path.endsWith(path))?.reason;
  return { ...parse(result.scenario), questions: result.questions, reasonOf };
}

/** The same Ingress for a class, with the annotations of its controller. */
function ofClass(
  name: string,
  text: string,
  annotations: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(annotations).map(([key, value]) => `    ${key}: '${value}'`);
  return text.replace('Name: nginx', `Name: ${name}`).replace('    note: text', lines.join('\n'));
}

const routes = ({ gateways }: any): any => Object.values<any>(gateways)[0].routes;
const web = ingress('web', '/', {}, { type: 'Prefix' });

describe('a client that stays with an instance', () => {
  const ring = { kind: 'ringHash', key: 'session' };
  const keys = { session: { kind: 'uniform', count: 1000 } };

  it.each([
    ['nginx', ingress('web', '/', { affinity: 'cookie', 'session-cookie-name': 'SRV' })],
    [
      'ALB',
      ofClass('alb', web, {
        'alb.ingress.kubernetes.io/target-group-attributes':
          'stickiness.enabled=true,stickiness.lb_cookie.duration_seconds=60',
      }),
    ],
  ])('by a cookie of %s has a key, whose values are a guess', (_, text) => {
    const scenario = read(text);
    expect(routes(scenario)[0].policy.loadBalancing).toEqual(ring);
    expect(scenario.keys).toEqual(keys);
    expect(scenario.questions.join()).toContain('`keys.session` is a guess');
  });

  it('by a cookie of Traefik is said at the Service', () => {
    const about = `, namespace: shop, annotations: { "traefik.ingress.kubernetes.io/service.sticky.cookie": "true" }`;
    const result = imported(
      source(`${deployed(['web'], { about })}\n---\n${ofClass('traefik', web, {})}`),
    );
    loaded(result);
    expect(routes(parse(result.scenario))[0].policy).toEqual({ loadBalancing: ring });
  });

  it('by a hash of the request has a key of its own', () => {
    const scenario = read(
      ingress('web', '/', { 'upstream-hash-by': '$request_uri' }, { type: 'Prefix' }),
      ingress('next', '/next', {}, { name: 'next' }),
    );
    expect(Object.keys(scenario.keys)).toEqual(['hash-request_uri']);
    const [next, hashed] = routes(scenario);
    expect(hashed.policy.loadBalancing).toEqual({ kind: 'ringHash', key: 'hash-request_uri' });
    expect(next.policy).toBeUndefined();
  });
});

describe('limits of an Ingress with several paths', () => {
  const two = ingress('web', '/api', { 'limit-rps': '10' }, { type: 'Prefix' }).replace(
    'paths: [',
    "paths: [ { path: '/next', pathType: Prefix, backend: { service: { name: next, port: { name: http } } } },",
  );

  it('count for all of them together where the gateway has no other', () => {
    const scenario = read(two);
    expect(routes(scenario)).toHaveLength(2);
    for (const route of routes(scenario)) expect(route.middleware).toBeUndefined();
    expect(scenario.gateways.ingress.middleware).toMatchObject([{ rateLimit: { rate: '10/s' } }]);
    expect(scenario.questions.join()).not.toContain('share its limit');
  });

  it('are asked about beside another Ingress', () => {
    const scenario = read(two, ingress('next', '/other', {}, { name: 'other' }));
    expect(scenario.gateways.ingress.middleware).toBeUndefined();
    expect(scenario.questions.join()).toContain(
      'How do the 2 paths of the Ingress web share its limit',
    );
  });
});

describe('annotations of ALB', () => {
  const checks = {
    'alb.ingress.kubernetes.io/healthcheck-interval-seconds': '10',
    'alb.ingress.kubernetes.io/unhealthy-threshold-count': '3',
    'alb.ingress.kubernetes.io/healthcheck-path': '/up',
    'alb.ingress.kubernetes.io/load-balancer-attributes': 'idle_timeout.timeout_seconds=120',
    'alb.ingress.kubernetes.io/target-group-attributes':
      'load_balancing.algorithm.type=least_outstanding_requests',
  };

  it('are checks of the service, its balancing, and a time limit', () => {
    const { services, gateways, reasonOf } = read(ofClass('alb', web, checks));
    expect(services.web.healthChecks).toEqual({
      interval: '10s',
      timeout: '5s',
      unhealthyThreshold: 3,
      healthyThreshold: 2,
    });
    expect(gateways.ingress.routes[0].policy).toEqual({
      timeout: '120s',
      loadBalancing: { kind: 'leastConnections' },
    });
    expect(reasonOf('healthcheck-path')).toContain('what a check asks');
  });

  it('are no checks where another component calls the service', () => {
    const caller = deployed(['next'], {
      about: ', namespace: shop',
      more: ', env: [ { name: WEB_URL, value: "http://web:80" } ]',
    });
    const { services, reasonOf } = read(caller, ofClass('alb', web, checks));
    expect(services.web.healthChecks).toBeUndefined();
    expect(reasonOf('healthcheck-interval-seconds')).toContain('other components call the service');
  });
});

it('annotations of nginx.org are time limits, balancing and a limit of requests', () => {
  const text = ofClass('nginx', web, {
    'nginx.org/proxy-read-timeout': '20s',
    'nginx.org/lb-method': 'least_conn',
    'nginx.org/client-max-body-size': '4m',
    'nginx.org/limit-req-rate': '5r/s',
    'nginx.org/limit-req-burst': '10',
    'nginx.org/limit-req-no-delay': 'true',
    'nginx.org/hsts': 'true',
  });
  const scenario = read(text);
  expect(routes(scenario)[0]).toMatchObject({
    policy: {
      timeout: '20s',
      connections: { connectTimeout: '60s' },
      loadBalancing: { kind: 'leastConnections' },
    },
    middleware: [
      { filter: { kind: 'size', max: '4MiB' } },
      { rateLimit: { kind: 'leakyBucket', rate: '5/s', burst: 10, delay: 10, status: 429 } },
    ],
  });
  expect(scenario.reasonOf('hsts')).toContain('nginx.org');
});

/** The shape of the examples of Kong/kubernetes-ingress-controller (Apache-2.0). */
it('a KongPlugin of an Ingress is its middleware, and annotations of the Service are its limits', () => {
  const plugin = (name: string, text: string): string => `
apiVersion: configuration.konghq.com/v1
kind: KongPlugin
metadata: { name: ${name}, namespace: shop }
${text}`;
  const service = deployed(['web'], {
    about:
      ', namespace: shop, annotations: { "konghq.com/read-timeout": "2000", "konghq.com/retries": "1" }',
  });
  const result = imported(
    source(
      [
        service,
        ofClass('kong', web, { 'konghq.com/plugins': 'five-a-minute, off' }),
        plugin('five-a-minute', 'plugin: rate-limiting\nconfig: { minute: 5, policy: local }'),
        plugin('off', 'plugin: key-auth\ndisabled: true'),
      ].join('\n---\n'),
    ),
  );
  loaded(result);
  expect(routes(parse(result.scenario))[0]).toMatchObject({
    policy: {
      timeout: '2000ms',
      retry: { kind: 'kong', attempts: 2 },
      connections: { connectTimeout: '60s' },
    },
    middleware: [{ rateLimit: { kind: 'kong', minute: 5 } }],
  });
  const policy = result.account.listed.find(({ path }) => path === 'config.policy');
  expect(policy?.reason).toContain('no counterpart');
});
