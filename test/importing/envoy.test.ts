import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fixtures, imported, loaded, source } from './support.js';

describe('a bootstrap of Envoy', () => {
  const result = imported(fixtures('examples/envoy'));
  const scenario: any = parse(result.scenario);
  const [pay, exported, cart, rest] = scenario.gateways.edge.routes;

  it('has a gateway for its listener of HTTP, with the routes that lead to a cluster', () => {
    loaded(result);
    expect(Object.keys(scenario.gateways)).toEqual(['edge']);
    expect(scenario.gateways.edge.routes).toHaveLength(4);
    expect(pay).toMatchObject({
      match: { path: '/pay*', host: 'shop.example' },
      to: 'payments.handle',
    });
    expect(exported.match).toEqual({ path: '/export*', method: 'POST', host: 'shop.example' });
    expect(cart).toMatchObject({ match: { path: '/cart' }, to: { orders: 90, 'orders-next': 10 } });
    expect(rest.mirror).toEqual({ to: 'orders-next.handle', share: '5%' });
    expect(scenario.workloads.users.requests[1]).toEqual({
      name: 'route-2',
      call: 'edge',
      path: '/export',
      method: 'POST',
      host: 'shop.example',
    });
  });

  it('has the time limits and retries of each route, else those of its virtual host', () => {
    expect(pay.policy).toEqual({
      cluster: 'payments',
      deadline: '60s',
      timeout: '2s',
      retry: {
        kind: 'envoy',
        attempts: 3,
        on: ['5xx', 'reset', 409],
        backoff: { base: '0.03s', max: '0.3s' },
        // Source: circuit_breaker.proto, Thresholds.max_retries.
        budget: { kind: 'concurrent', max: 4 },
        otherInstance: true,
      },
    });
    const own = { kind: 'envoy', on: ['connect'] };
    // 0s takes the limit away; without a timeout it is 15 s. Source: route_components.proto, RouteAction.timeout.
    expect(exported.policy).toEqual({ cluster: 'orders', deadline: 'none', retry: own });
    expect(rest.policy).toEqual({ cluster: 'orders', retry: own, deadline: '15s' });
  });

  it('shares the limits and ejections of a cluster between its routes', () => {
    expect(scenario.clusters).toEqual({
      payments: {
        connections: { connectTimeout: '0.5s' },
        bulkhead: {
          kind: 'envoy',
          maxConnections: 100,
          maxPendingRequests: 50,
          maxRequests: 'unlimited',
        },
        outlierDetection: {
          kind: 'envoy',
          consecutive5xx: 6,
          interval: '11s',
          baseEjectionTime: '31s',
          maxEjectionPercent: '20%',
          alwaysEjectOneHost: true,
        },
      },
      orders: { connections: { connectTimeout: '0.25s' } },
    });
    expect(scenario.services.payments).toMatchObject({
      replicas: 2,
      loadBalancing: { kind: 'leastRequest' },
    });
  });

  it('lists what has no counterpart with its reason', () => {
    const reasonOf = (path: string): string | undefined =>
      result.account.listed.find((one) => one.path.includes(path))?.reason;
    expect(reasonOf('thresholds[1].max_connections')).toContain('another priority');
    expect(reasonOf('redirect')).toBe('a redirect reaches no service');
    expect(reasonOf('health_checks')).toContain('active checks');
    expect(reasonOf('listeners[1].filter_chains[0].filters[0].typed_config.cluster')).toContain(
      'only the routes of HTTP',
    );
  });

  it('of several processes has gateways and clusters of their own, and finds the services of other files', () => {
    const edge = (name: string): string => `
node: { cluster: ${name} }
static_resources:
  listeners:
    - filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                route_config: { virtual_hosts: [ { domains: ["*"], routes: [ { match: { prefix: / }, route: { cluster: web } } ] } ] }
  clusters:
    - name: web
      connect_timeout: 1s
      load_assignment: { endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: web } } } } ] } ] }
`;
    const compose = 'services:\n  web: { image: example/web:1, deploy: { replicas: 3 } }\n';
    const all = [
      ...source(edge('one'), 'one.yaml'),
      ...source(edge('two'), 'two.yaml'),
      ...source(compose, 'compose.yaml'),
    ];
    const both = imported(all);
    loaded(both);
    const { gateways, services, clusters, workloads } = parse(both.scenario) as any;
    expect(Object.keys(gateways)).toEqual(['one', 'two']);
    expect(Object.keys(clusters)).toEqual(['web', 'web-2']);
    expect(services).toMatchObject({ web: { replicas: 3 } });
    expect(workloads.users.requests.map(({ name }: any) => name)).toEqual([
      'route-1',
      'two-route-1',
    ]);
  });
});

const one = (path: string, text: string) => ({ path, text });

describe('a container that runs Envoy', () => {
  const bootstrap = (cluster: string, port: number): string => `
static_resources:
  listeners:
    - address: { socket_address: { address: 0.0.0.0, port_value: ${port} } }
      filter_chains:
        - filters:
            - typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ingress
                route_config:
                  virtual_hosts:
                    - { name: all, domains: ["*"], routes: [ { match: { prefix: / }, route: { cluster: ${cluster} } } ] }
  clusters:
    - name: ${cluster}
      load_assignment:
        endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: ${cluster}, port_value: 80 } } } } ] } ]
`;
  const compose = `
services:
  edge:
    image: envoyproxy/envoy:v1.31
    command: -c /etc/envoy.yaml --concurrency 2
    cpus: 1
    volumes: [ ./edge.yaml:/etc/envoy.yaml ]
    ports: [ "8080:8080" ]
  side:
    image: envoyproxy/envoy:v1.31
    volumes: [ ./side.yaml:/etc/envoy/envoy.yaml ]
  web: { image: shop/web, ports: [ "8081:80" ] }
`;
  const result = imported([
    one('side.yaml', bootstrap('web', 80)),
    one('compose.yaml', compose),
    one('edge.yaml', bootstrap('side', 8080)),
  ]);
  const scenario: any = parse(result.scenario);

  it('is the gateway of the file that it mounts, also behind another one', () => {
    loaded(result);
    expect(Object.keys(scenario.services)).toEqual(['web']);
    expect(scenario.gateways.edge.routes).toMatchObject([{ to: 'side' }]);
    expect(scenario.gateways.side.routes).toMatchObject([{ to: 'web.handle' }]);
  });

  it('has the threads of its command, each of which handles one request after the other', () => {
    expect(scenario.gateways.edge).toMatchObject({
      runtime: 'eventLoop',
      cpu: { cores: 2, quota: { limit: 1 } },
    });
    expect(result.scenario).toMatch(/cores: 2 +# compose.yaml:5/);
    expect(result.scenario).toMatch(/cores: 4 +# guess/);
    expect(result.questions[0]).toMatch(/^How many threads run in side .* And how much CPU/);
    expect(result.questions[1]).toMatch(/^Threads of edge are known. How much CPU/);
  });

  it('is the entrance, and no published port of a service behind it', () => {
    expect(scenario.workloads.users.requests.map(({ call }: any) => call)).toEqual(['edge']);
  });

  it('is found in a cluster by the name of its node, and not taken for the service beside it', () => {
    const pods = (name: string, image: string, args: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template: { spec: { containers: [ { name: main, image: ${image}, args: [${args}] } ] } }
`;
    const files = [
      one('edge.yaml', `node: { cluster: edge }\n${bootstrap('web', 80)}`),
      one('web-side.yaml', `node: { cluster: web }\n${bootstrap('web', 80)}`),
      one('pods.yaml', pods('edge', 'envoyproxy/envoy', '"--concurrency=3"')),
      one('web.yaml', pods('web', 'shop/web', '')),
    ];
    const found = imported(files);
    const read: any = parse(found.scenario);
    expect(read.gateways.edge.cpu.cores).toBe(3);
    expect(Object.keys(read.services)).toEqual(['web']);
  });
});

describe('a service with a published port', () => {
  it('is no entrance behind a gateway of another file', () => {
    const compose = 'services: { orders: { image: shop/orders, ports: [ "8081:80" ] } }';
    const result = imported([...fixtures('examples/envoy'), one('compose.yaml', compose)]);
    const { requests } = (parse(result.scenario) as any).workloads.users;
    expect(requests.map(({ call }: any) => call)).not.toContain('orders.handle');
  });
});

describe('listeners of one bootstrap', () => {
  const listener = (port: number, more: string, cluster: string): string => `
  - name: at-${port}
    ${more}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: at-${port}
          route_config: { virtual_hosts: [ { name: all, domains: ["*"], routes: [ { match: { prefix: / }, route: { cluster: ${cluster} } } ] } ] }`;
  const cluster = (name: string): string =>
    `  - { name: ${name}, load_assignment: { endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: ${name}, port_value: 80 } } } } ] } ] } }`;
  const open = 'address: { socket_address: { address: 0.0.0.0, port_value: 8080 } }';
  const bootstrap = (first: string, second: string) =>
    imported(
      source(
        `node: { cluster: edge }\nstatic_resources:\n  listeners:${listener(9001, first, 'bank')}${listener(8080, second, 'shop')}\n  clusters:\n${cluster('shop')}\n${cluster('bank')}\n`,
        'envoy.yaml',
      ),
    );
  const callsOf = (result: ReturnType<typeof bootstrap>): readonly string[] =>
    parse(result.scenario).workloads.users.requests.map(({ call }: { call: string }) => call);

  it.each([
    ['of requests that leave', 'traffic_direction: OUTBOUND'],
    [
      'at the loopback address',
      'address: { socket_address: { address: 127.0.0.1, port_value: 9001 } }',
    ],
    ['for other listeners', 'internal_listener: {}'],
  ])('%s get no load of users', (_, inner) => {
    const result = bootstrap(inner, open);
    loaded(result);
    const { gateways } = parse(result.scenario);
    expect(gateways.edge.routes[0].to).toBe('shop.handle');
    expect(gateways['edge-2'].routes[0].to).toBe('bank.handle');
    expect(callsOf(result)).toEqual(['edge']);
    expect(result.questions.join()).toMatch(/Which component calls edge-2\?/);
  });

  it('get the load of users if all of them are open', () => {
    expect(callsOf(bootstrap(open, open))).toEqual(['edge', 'edge-2']);
  });

  it('get it if none of them is, as on the machine of a developer', () => {
    const local = 'address: { socket_address: { address: 127.0.0.1, port_value: 9001 } }';
    expect(callsOf(bootstrap(local, local))).toEqual(['edge', 'edge-2']);
  });
});

/** The shape of envoyproxy/examples (Apache-2.0): a build copies the envoy.yaml of its folder. */
it('the container that is built in the folder of envoy.yaml runs it, whatever other bootstraps are there', () => {
  const bootstrap = (node: string, to: string): string => `
node: { id: ${node}, cluster: ${node} }
static_resources:
  listeners:
    - address: { socket_address: { address: 0.0.0.0, port_value: 8000 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                route_config:
                  virtual_hosts: [ { name: all, domains: [ "*" ], routes: [ { match: { prefix: / }, route: { cluster: ${to} } } ] } ]
  clusters:
    - name: ${to}
      load_assignment: { cluster_name: ${to}, endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: ${to}, port_value: 80 } } } } ] } ] }
    - name: spans
      load_assignment: { cluster_name: spans, endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: tracing, port_value: 9411 } } } } ] } ] }
`;
  const compose = `
services:
  front: { build: { context: ., dockerfile: ../shared/envoy/Dockerfile }, ports: [ "10000:10000" ] }
  web: { image: web }
  orders: { image: orders }
  tracing: { image: jaegertracing/all-in-one }
`;
  const { scenario } = imported([
    { path: 'shop/compose.yaml', text: compose },
    { path: 'shop/envoy.yaml', text: bootstrap('edge', 'web') },
    { path: 'shop/orders-envoy.yaml', text: bootstrap('side', 'orders') },
  ]);
  const { gateways, services } = parse(scenario);
  expect(Object.keys(gateways)).toContain('front');
  expect(gateways.front.routes[0].to).toBe('web.handle');
  expect(Object.keys(services)).toEqual(['web', 'orders']);
});
