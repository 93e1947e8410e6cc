import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imported, loaded } from './support.js';

/** The shape of open-telemetry/opentelemetry-demo (Apache-2.0): envsubst fills the addresses when the container starts. */
const route = (prefix: string, cluster: string): string =>
  `{ match: { prefix: ${prefix} }, route: { cluster: ${cluster} } }`;
const cluster = (name: string, host: string): string => `
    - name: ${name}
      load_assignment: { cluster_name: ${name}, endpoints: [ { lb_endpoints: [ { endpoint: { address: { socket_address: { address: "\${${host}}", port_value: 80 } } } } ] } ] }`;
const template = `
static_resources:
  listeners:
    - address: { socket_address: { address: "\${EDGE_ADDR}", port_value: 8080 } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                '@type': type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                route_config:
                  virtual_hosts: [ { name: all, domains: [ "*" ], routes: [ ${route('/charts', 'grafana')}, ${route('/', 'web')} ] } ]
  clusters:${cluster('web', 'WEB_HOST')}${cluster('grafana', 'CHARTS_HOST')}
`;
const compose = `
services:
  edge: { image: shop/edge, environment: [ WEB_HOST, EDGE_ADDR=0.0.0.0, CHARTS_HOST=grafana ], ports: [ "8080:8080" ] }
  shop: { image: shop/web, environment: [ EDGE_ADDR=edge ] }
`;

describe('a template of Envoy', () => {
  it('is that of the container with its variables, which give the addresses of its clusters', () => {
    const result = imported([
      { path: 'compose.yaml', text: compose },
      { path: 'src/edge/envoy.tmpl.yaml', text: template },
      { path: '.env', text: 'WEB_HOST=shop\n' },
    ]);
    loaded(result);
    const { gateways, services } = parse(result.scenario);
    expect(Object.keys(gateways)).toEqual(['edge']);
    // Grafana watches: it takes no part in the requests of users.
    expect(gateways.edge.routes.map(({ to }: { to: string }) => to)).toEqual(['shop.handle']);
    expect(Object.keys(services)).toEqual(['shop']);
  });

  it('is a gateway of its own where no container has half of its variables', () => {
    const { scenario } = imported([
      {
        path: 'compose.yaml',
        text: 'services: { shop: { image: shop/web, environment: [ WEB_HOST=x ] } }',
      },
      { path: 'src/edge/envoy.tmpl.yaml', text: template },
    ]);
    expect(Object.keys(parse(scenario).gateways)).toEqual(['envoy']);
  });
});
