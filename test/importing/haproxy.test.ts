import { expect, it } from 'vitest';
import { imported, loaded, source } from './support.js';

const compose = `services:
  edge: { image: haproxy, volumes: [ "./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg" ], depends_on: [ web, api, old ] }
  web: { image: shop/web }
  api: { image: shop/api }
  old: { image: shop/old }
`;
const config = `defaults
  mode http
  timeout connect 500
  timeout server 1m   # of all
  timeout queue 2s
frontend web
  bind *:80
  acl api path_beg -i /api /v2
  acl reads method GET
  acl site hdr(host) shop.example:80
  use_backend api if api reads or { path /health }
  use_backend old if !api
  use_backend both if site
  default_backend web
backend api
  retries 1
  server a1 api:8080 check maxconn 10
  server a2 api:8081 maxconn 20
  server a3 old:80 backup
backend both
  server w web:80 weight 3
  server o old:80 weight 1
  timeout server 5s
backend web
  retries 0
  server w web:80
backend old
  server o old:80
`;

it('haproxy.cfg makes a gateway of the service that mounts it, with a route of each backend', () => {
  const result = imported([...source(compose, 'compose.yaml'), ...source(config, 'haproxy.cfg')]);
  loaded(result);
  const { scenario } = result;
  const gateway = scenario.slice(0, scenario.indexOf('\nservices:')).replace(/ {2}#.*/g, '');
  const limited = `        policy:
          timeout: 60000ms
          retry:
            attempts: 2
            on:
              - connect
            backoff:
              kind: constant
              base: 500ms
          bulkhead:
            maxConcurrent: 30
            maxQueue: unlimited
            maxWait: 2000ms
          connections:
            connectTimeout: 500ms`;
  expect(gateway.slice(gateway.indexOf('    runtime'))).toBe(`    runtime: async
    routes:
      - name: api
        match:
          path:
            - /api*
            - /v2*
          method: GET
        to: api.handle
${limited}
      - name: health
        match:
          path: /health
        to: api.handle
${limited}
      - name: both
        match:
          path: /*
          host: shop.example
        to:
          web: 3
          old: 1
        policy:
          timeout: 5000ms
          retry:
            attempts: 4
            on:
              - connect
          connections:
            connectTimeout: 500ms
      - name: web
        match:
          path: /*
        to: web.handle
        policy:
          timeout: 60000ms
          connections:
            connectTimeout: 500ms`);
  const reasons = result.account.listed.map(({ place, reason }) => `${place} ${reason}`);
  expect(reasons).toContain('haproxy.cfg:12 this condition has no counterpart: write the route');
  expect(scenario).not.toContain('call: old.handle');
});

it('haproxy.cfg of which one line has a million alternatives, or a weight is no number, is read at once', () => {
  const acls = Array.from({ length: 40 }, (_, k) => `  acl a hdr(host) shop${k}.example\n`).join(
    '',
  );
  const result = imported([
    ...source(compose, 'compose.yaml'),
    ...source(
      `defaults
  mode http
frontend web
${acls}  use_backend api if a a a a a a
  default_backend web
backend api
  server a api:80
backend web
  server w web:80 weight many
`,
      'haproxy.cfg',
    ),
  ]);
  loaded(result);
  expect(result.scenario).toMatch(/path: \/\*.*\n +to: web\.handle/);
  expect(result.scenario).not.toContain('api.handle');
});
