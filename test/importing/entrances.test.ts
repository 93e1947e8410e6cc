import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cardLines } from '../../src/importing/card.js';
import { Importing, type Imported } from '../../src/importing/import.js';
import { readTraces } from '../../src/importing/traces/index.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { exported } from '../telemetry/export.js';
import { deployed, ingress, loaded, source } from './support.js';
import { asGateway } from './traces/meshes.js';

const SHOP = `
run: { duration: 20s, warmup: 2s, replications: 1, seed: 8 }
network: { latency: 0.3ms }
gateways:
  ingress:
    kind: envoy
    replicas: 3
    routes:
      - { name: orders, match: { path: /api/orders }, to: shop.order }
      - { name: browse, match: { path: /* }, to: shop.browse }
services:
  shop: { endpoints: { order: [ wait: 4ms ], browse: [ wait: 2ms, call: stock.get ] } }
  stock: { endpoints: { get: [ wait: 1ms ] } }
workloads:
  users:
    arrivals: poisson(60/s)
    requests: [ { name: order, weight: 1, call: ingress, path: /api/orders }, { name: browse, weight: 3, call: ingress, path: / } ]
`;

const SERVICES = deployed(['shop', 'stock'], { about: ', namespace: shop' });

const gateway = (name: string): string => `
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: ${name}, namespace: shop }
spec: { selector: { istio: ingressgateway }, servers: [ { hosts: [ shop.example ], port: { number: 80 } } ] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name}, namespace: shop }
spec:
  hosts: [ shop.example ]
  gateways: [ ${name} ]
  http:
    - { match: [ { uri: { prefix: /order } } ], route: [ { destination: { host: shop } } ], timeout: 10s }
    - { route: [ { destination: { host: shop } } ], timeout: 5s }`;

describe('a gateway of manifests and the entrance of traces', () => {
  let spans: string;
  beforeAll(() => {
    spans = exported(SHOP, otlp);
  });

  const imported = async (
    manifests: string,
    text: string,
    names: readonly (readonly [string, string])[] = [],
  ): Promise<Imported> => {
    const importing = new Importing(source(SERVICES + manifests), {
      title: 'Shop',
      names: new Map(names),
    });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(text);
    };
    const model = await readTraces([{ path: 't', chunks }], importing.hints);
    const result = importing.finish(model);
    loaded(result);
    return result;
  };
  const assumed = (result: Imported): string | undefined =>
    cardLines(result, 'shop.yaml').find((line) => line.includes('is the gateway'));

  it.each([
    ['that writes its own span of a request', (text: string) => text, 'ingress', 3],
    [
      'of Istio, which writes the spans of calls only',
      asGateway,
      'istio-ingressgateway.istio-system',
      2,
    ],
  ])('are one %s', async (_, form, traced, replicas) => {
    const result = await imported(gateway('shop-gw'), form(spans));
    const { gateways, services, workloads } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['shop', 'stock']);
    expect(gateways['shop-gw'].replicas).toBe(replicas);
    expect(gateways['shop-gw'].routes.slice(0, 2)).toMatchObject([
      { match: { path: '/browse' }, to: 'shop.browse', policy: { deadline: '5s' } },
      { match: { path: '/order' }, to: 'shop.order', policy: { deadline: '10s' } },
    ]);
    const requests = workloads.users.requests;
    expect(requests).toMatchObject([
      { name: 'browse', call: 'shop-gw', path: '/browse' },
      { name: 'order', call: 'shop-gw', path: '/order' },
    ]);
    expect(requests[0].weight / requests[1].weight).toBeCloseTo(3, 0);
    expect(assumed(result)).toBe(
      `  ${traced} of the traces is the gateway shop-gw, which leads to the same services; ` +
        `if not, add --map ${traced}=${traced.replace('.', '-')}`,
    );
    const unknown = result.traces!.unknown.map(({ path }) => path);
    expect(unknown.join()).not.toContain(traced);
    expect(unknown.some((path) => path.startsWith('gateways.shop-gw.'))).toBe(traced === 'ingress');
  });

  it('of ingress-nginx keep the policies of its expressions, which match the beginning of a path', async () => {
    const part = ingress('shop', '/ord', { 'use-regex': 'true', 'proxy-read-timeout': '10' });
    const rest = ingress('shop', '/', {}, { name: 'rest', type: 'Prefix' });
    const result = await imported(`\n---${part}\n---${rest}`, spans);
    const { gateways, services } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['shop', 'stock']);
    expect(gateways.ingress.routes.slice(0, 2)).toMatchObject([
      { match: { path: '/browse' }, to: 'shop.browse' },
      { match: { path: '/order' }, to: 'shop.order', policy: { timeout: '10s' } },
    ]);
    expect(gateways.ingress.routes[0]).not.toHaveProperty('policy');
  });

  it('are two where the user says so', async () => {
    const result = await imported(gateway('shop-gw'), spans, [['ingress', 'ingress']]);
    const { services, workloads } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['shop', 'stock', 'ingress']);
    expect(workloads.users.requests[0].call).toBe('ingress.ingress');
    expect(assumed(result)).toBeUndefined();
  });

  it('are asked about where two gateways lead to these services, and one where the user says which', async () => {
    const both = gateway('shop-gw') + gateway('partners');
    const result = await imported(both, spans);
    expect(Object.keys(parse(result.scenario).services)).toContain('ingress');
    expect(result.questions).toContain(
      'Which gateway is ingress of the traces: shop-gw or partners? Add --map ingress=shop-gw, for instance',
    );
    const named = await imported(both, spans, [['ingress', 'partners']]);
    const { services, workloads } = parse(named.scenario);
    expect(Object.keys(services)).toEqual(['shop', 'stock']);
    expect(workloads.users.requests[0].call).toBe('partners');
    expect(assumed(named)).toBeUndefined();
    expect(named.questions.join('\n')).not.toMatch(/Which gateway/);
  });

  const rule = (more: string): string =>
    gateway('shop-gw').replace(
      /http:[^]*/,
      `http:\n    - { ${more}, route: [ { destination: { host: shop } } ], timeout: 10s }`,
    );
  const api = (more: string): string => `
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: shop-gw, namespace: shop }
spec: { gatewayClassName: envoy, listeners: [ { name: http, port: 80, protocol: HTTP } ] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: api, namespace: shop }
spec:
  parentRefs: [ { name: shop-gw } ]
  rules:
    - matches: [ { path: { type: PathPrefix, value: /api } } ]
      filters: [ { type: URLRewrite, urlRewrite: { path: { ${more} } } } ]
      backendRefs: [ { name: shop, port: 80 } ]
      timeouts: { request: 10s }`;
  const envoy = (more: string): string => `
---
static_resources:
  listeners:
    - address: { socket_address: { address: 0.0.0.0, port_value: 80 } }
      filter_chains:
        - filters:
            - typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                route_config: { virtual_hosts: [ { domains: [ '*' ], routes: [ { match: { prefix: /api/ }, route: { cluster: shop, timeout: 10s, ${more} } } ] } ] }
  clusters:
    - { name: shop, load_assignment: { endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: shop, port_value: 80 } } } } ] } ] } }`;

  const spring = (own: string, more = ''): string =>
    `${deployed(['edge'], { about: ', namespace: shop' })}\n---\nspring: { application: { name: edge }, ${own} }\n${more}`;

  it.each([
    ['a VirtualService', rule('match: [ { uri: { prefix: /api/ } } ], rewrite: { uri: / }')],
    [
      'a VirtualService by an expression',
      rule(
        'match: [ { uri: { prefix: /api/ } } ], rewrite: { uriRegexRewrite: { match: "^/api/(.*)$", rewrite: /\\1 } }',
      ),
    ],
    ['an HTTPRoute', api('type: ReplacePrefixMatch, replacePrefixMatch: /')],
    ['Envoy', envoy('prefix_rewrite: /')],
    [
      'Envoy by an expression',
      envoy('regex_rewrite: { pattern: { regex: "^/api(/|$)(.*)" }, substitution: /\\2 }'),
    ],
    [
      'Kong',
      '\n---\n_format_version: "3.0"\nservices: [ { name: shop, url: "http://shop:80", read_timeout: 10000, routes: [ { name: api, paths: [ /api ] } ] } ]',
    ],
    [
      'Spring Cloud Gateway',
      spring(
        'cloud: { gateway: { routes: [ { id: a, uri: "http://shop:80", predicates: [ "Path=/api/**" ], filters: [ StripPrefix=1 ] } ] } }',
      ),
    ],
    [
      'Spring Cloud Gateway by an expression',
      spring(
        `cloud: { gateway: { routes: [ { id: a, uri: "http://shop:80", predicates: [ "Path=/api/**" ], filters: [ 'RewritePath=/api/?(?<rest>.*), /$\\{rest}' ] } ] } }`,
      ),
    ],
    [
      'ingress-nginx',
      `
---
${ingress('shop', '/api(/|$)(.*)', { 'rewrite-target': '/$2', 'proxy-read-timeout': '10' })}`,
    ],
    ['Zuul', spring('', 'zuul: { routes: { a: { path: "/api/**", serviceId: shop } } }')],
  ])('are joined through the paths that %s rewrites', async (_, manifests) => {
    const result = await imported(manifests, asGateway(spans));
    const { gateways, workloads, services } = parse(result.scenario);
    expect(Object.keys(services)).toEqual(['shop', 'stock']);
    const [own] = Object.values<{ routes: unknown[]; kind: string }>(gateways);
    const limit = own!.kind === 'envoy' ? { policy: { deadline: '10s' } } : {};
    expect(own!.routes.slice(0, 2)).toMatchObject([
      { match: { path: '/api/browse' }, to: 'shop.browse', ...limit },
      { match: { path: '/api/order' }, to: 'shop.order', ...limit },
    ]);
    expect(workloads.users.requests).toMatchObject([
      { name: 'browse', path: '/api/browse' },
      { name: 'order', path: '/api/order' },
    ]);
  });

  it('are refused as one where the entrance makes several calls for a request', async () => {
    const front = SHOP.replace(
      /gateways:[^]*?services:/,
      'services:\n  front: { endpoints: { page: [ call: shop.browse, call: stock.get ] } }',
    ).replace(/requests:.*/, 'requests: [ { call: front.page } ]');
    const text = exported(front, otlp);
    await expect(imported(gateway('shop-gw'), text, [['front', 'shop-gw']])).rejects.toThrow(
      '--map front=shop-gw: front of the traces does more than pass each request to one service, so it is no gateway',
    );
  });
});
