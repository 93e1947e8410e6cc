import { expect, it } from 'vitest';
import { dice } from '../support/dice.js';
import { imported, loaded, source } from './support.js';

const FILES: readonly (readonly [name: string, text: string])[] = [
  [
    'nginx.conf',
    `upstream both { server api:80 weight=3; server web:80 backup; }
limit_req_zone $binary_remote_addr zone=z:1m rate=10r/s;
server { listen 80; server_name shop.example *.shop.example; proxy_read_timeout 1m30s;
  location ^~ /static/ { proxy_pass http://web:80/; }
  location ~* \\.js$ { proxy_pass http://web:80; limit_req zone=z burst=20 nodelay; }
  location / { try_files $uri @app; } location @app { proxy_pass http://both; proxy_next_upstream error timeout; } }`,
  ],
  [
    'Caddyfile',
    `(to) {
  reverse_proxy {args[0]} { lb_try_duration 5s }
}
shop.example, www.shop.example {
  @get { method GET
  path /a* }
  request_body { max_size 10MB }
  handle_path /api/* { import to api:80 }
  route { reverse_proxy @get web:80 }
  reverse_proxy api:80 web:80
}`,
  ],
  [
    'haproxy.cfg',
    `defaults
  mode http
  timeout server 30s
frontend f
  acl a path_beg /api
  acl b hdr(host) -m end .shop.example
  use_backend one if a !b or { method GET }
  default_backend two
backend one
  retries 2
  server s api:80 weight 3 maxconn 10
backend two
  server s web:80 check`,
  ],
  [
    'appsettings.json',
    `{ "ReverseProxy": { "Routes": { "r": { "ClusterId": "c", "Order": 1, "Match": { "Path": "/a/{**all}", "Hosts": [ "shop.example" ],
  "Methods": [ "GET" ], "Headers": [ { "Name": "x", "Values": [ "y" ] } ] }, "Transforms": [ { "PathRemovePrefix": "/a" } ] } },
  "Clusters": { "c": { "LoadBalancingPolicy": "FirstAlphabetical", "Destinations": { "d": { "Address": "http://api:80" } },
  "HttpClient": { "MaxConnectionsPerServer": 10 } } } } }`,
  ],
  [
    'ocelot.json',
    `{ "Routes": [ { "UpstreamPathTemplate": "/a/{any}", "UpstreamHttpMethod": [ "GET" ], "ServiceName": "api", "Timeout": 5,
  "DownstreamHostAndPorts": [ { "Host": "web", "Port": 80 } ], "LoadBalancerOptions": { "Type": "RoundRobin" },
  "RateLimitOptions": { "EnableRateLimiting": true, "Limit": 5, "Period": "1s" } } ] }`,
  ],
];

const WORDS = [
  '',
  '{',
  '}',
  '@x',
  '""',
  '-1',
  'NaN',
  '/*',
  '~(',
  '!',
  '[]',
  '{}',
  'null',
  '$x',
  'import',
  '\n',
];

it.each(FILES)(
  '%s with words that are missing, twice or others is read, or refused',
  (name, text) => {
    const compose = `services:
  edge: { image: proxy, build: ., volumes: [ "./${name}:/etc/${name}" ], environment: { ReverseProxy__Routes__r__Order: 2 } }
  api: { image: shop/api }
  web: { image: shop/web }
`;
    const tokens = text.split(/(\s+|[{}[\],;:"])/).filter((token) => token !== '');
    const roll = dice(7);
    const read = (config: string): number =>
      loaded(imported([...source(compose, 'compose.yaml'), ...source(config, name)])).variants
        .length;
    expect(read(text)).toBeGreaterThan(0);
    for (let k = 0; k < 60; k++) {
      const broken = [...tokens];
      for (let times = 1 + roll(3); times > 0; times--) {
        const at = roll(broken.length);
        const other = [WORDS[roll(WORDS.length)]!, broken[roll(broken.length)]!];
        broken.splice(at, roll(3), ...other.slice(0, roll(3)));
      }
      const config = broken.join('');
      try {
        read(config);
      } catch (error) {
        // A file that cannot be read says where; any other error is one of the program, or the scenario does not load.
        expect((error as Error).name, `${String((error as Error).stack)}\n${config}`).toBe(
          'ImportError',
        );
      }
    }
  },
);
