import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importSources } from '../../src/cli/import-files.js';
import { deployed, imported, loaded, source } from './support.js';

const compose = `services:
  web: { build: web, environment: { CART_HOST: cart-next } }
  catalogue: { image: shop/catalogue }
  cart: { image: shop/cart }
  cart-next: { image: shop/cart }
  ratings: { image: shop/ratings }
`;
const template = `
# location /old/ { proxy_pass http://cart:8080/; }
upstream stars { server ratings:80 weight=2; server "ratings:81"; }
server {
  resolver 127.0.0.11;
  set $catalogue http://catalogue:8080;
  location /api/catalogue/ { proxy_pass $catalogue; }
  location /api/cart/ { proxy_pass http://\${CART_HOST}:8080/; }
  location /api/ratings/ { proxy_pass http://stars; proxy_set_header Host $host; }
  location /api/user/ { proxy_pass http://\${USER_HOST}:8080/; }
}
`;
const dockerfile = `FROM node AS build
ENV USER_HOST=cart
FROM nginx:1.21
ENV CATALOGUE_HOST=catalogue \\
    CART_HOST=cart
`;

/** The routes of a gateway: path, target, and the place of its address. */
function routes(scenario: string, of: string): readonly string[] {
  const part = scenario.slice(scenario.indexOf(`\n  ${of}:`) + 1).split(/\n {0,2}\S/, 2)[0]!;
  const route = /path: (\S+) .*\n(?: .*\n)*? {8}to: (\S+?)(?:\.handle)? {2}# ([^,\s]+)/g;
  return [...part.matchAll(route)].map((each) => `${each[1]} ${each[2]} ${each[3]}`);
}

describe('files of nginx', () => {
  const files = [
    ...source(compose, 'shop/docker-compose.yaml'),
    ...source(dockerfile, 'shop/web/Dockerfile'),
    ...source(template, 'shop/web/default.conf.template'),
  ];

  it('give the service that runs them a route of each location, with the variables of the container and of its image', () => {
    const result = imported(files);
    loaded(result);
    const file = 'shop/web/default.conf.template';
    // The container overrides CART_HOST of its image, and USER_HOST is one of another stage.
    expect(routes(result.scenario, 'web')).toEqual([
      `/api/catalogue/* catalogue ${file}:7`,
      `/api/cart/* cart-next ${file}:8`,
      `/api/ratings/* ratings ${file}:3`,
    ]);
    const left = result.account.listed.filter(({ place }) => place === `${file}:10`);
    expect(left).toContainEqual({
      path: 'nginx',
      place: `${file}:10`,
      value: 'http://${USER_HOST}:8080/',
      reason: 'a variable that neither the container nor its image sets',
    });
  });

  it('belong to the container that mounts them, else the card asks', () => {
    const mounting = compose.replace(
      'build: web',
      'image: nginx, volumes: [ "./edge.conf:/etc/n" ]',
    );
    const named = [
      ...source(mounting, 'a.yaml'),
      ...source('proxy_pass http://cart;', 'edge.conf'),
    ];
    expect(imported(named).scenario).toContain('call: cart.handle  # edge.conf:1, guess');
    const unknown = [...source(compose, 'a.yaml'), ...source('proxy_pass http://cart;', 'x.conf')];
    expect(imported(unknown).questions).toContain(
      'Which component runs nginx with x.conf? --map x.conf=NAME',
    );
  });

  it('are read from a folder, with a Dockerfile beside them, and files of other programs are not', () => {
    const root = mkdtempSync(join(tmpdir(), 'nginx-'));
    mkdirSync(join(root, 'web'));
    mkdirSync(join(root, 'cart'));
    for (const [path, text] of [
      ['web/Dockerfile', dockerfile],
      ['web/default.conf.template', template],
      ['cart/Dockerfile', dockerfile],
    ] as const)
      writeFileSync(join(root, path), text);
    const { texts } = importSources([root]);
    expect(texts.map(({ path }) => path.slice(root.length + 1))).toEqual([
      'web/Dockerfile',
      'web/default.conf.template',
    ]);
    const other = source('[mysqld]\nport: { broken', 'shop/my.conf');
    expect(imported([...files, ...other]).documents).toBe(3);
  });

  const settings = `
limit_req_zone $binary_remote_addr zone=api:10m rate=10r/s;
proxy_read_timeout 1m30s;
upstream pool { server catalogue:80 weight=3; server cart:80; server ratings:80 backup; }
server {
  client_max_body_size 2m;
  location / { try_files $uri @app; }
  location @app { proxy_pass http://pool; }
  location ~* ^/(img|css)/ { proxy_pass http://ratings; }
  location ^~ /img/raw/ { proxy_pass http://cart-next/raw/; }
  location = /login { limit_req zone=api burst=20 nodelay; proxy_read_timeout 500ms; proxy_pass http://cart; }
}
`;

  it('limit requests and calls as their directives say, and those of a block count inside of it', () => {
    const mounting = compose.replace(
      '{ build: web,',
      '{ image: nginx, volumes: [ "./e.conf:/n" ],',
    );
    const more = mounting.replace('shop/cart }\n  cart-next', 'shop/cart, scale: 3 }\n  cart-next');
    const { scenario } = imported([...source(more, 'a.yaml'), ...source(settings, 'e.conf')]);
    const gateway = scenario.slice(0, scenario.indexOf('\nservices:')).replace(/ {2}#.*/g, '');
    // A path with ^~ goes before expressions; the only retry is that of three addresses.
    expect(gateway.slice(gateway.indexOf('    kind: nginx'))).toBe(`    kind: nginx
    cpu: 4
    runtime: eventLoop
    middleware:
      - filter:
          kind: size
          max: 2MiB
    routes:
      - name: img-raw
        match:
          path: ~^/img/raw/
        to: cart-next.handle
        policy:
          timeout: 90s
          connections:
            connectTimeout: 60s
      - name: root
        match:
          path: /*
        to:
          catalogue: 3
          cart: 1
        policy:
          timeout: 90s
          connections:
            connectTimeout: 60s
      - name: root-2-other
        match:
          path: ~(?i)^/(img|css)/
        to: ratings.handle
        policy:
          timeout: 90s
          connections:
            connectTimeout: 60s
      - name: login
        match:
          path: /login
        to: cart.handle
        policy:
          timeout: 500ms
          retry:
            kind: nginx
            attempts: 3
          connections:
            connectTimeout: 60s
        middleware:
          - rateLimit:
              kind: leakyBucket
              rate: 10/s
              burst: 20
              delay: 20
              key: client
              status: 503`);
  });

  it('are read in a ConfigMap, whose Services are one address each', () => {
    const volumes = 'volumes: [ { name: c, configMap: { name: edge } } ]';
    const pods = deployed(['web', 'cart']).replace(' } ] }', ` } ], ${volumes} }`);
    const config = `
---
apiVersion: v1
kind: ConfigMap
metadata: { name: edge }
data:
  nginx.conf: |
    http {
      server { server_name a.example; location / { proxy_pass http://cart.default.svc.cluster.local; } }
      server { server_name .b.example; location / { proxy_pass http://cart; } }
    }
`;
    const result = imported(source(pods + config, 'k8s.yaml'));
    const line = pods.split('\n').length + 8;
    expect(routes(result.scenario, 'web')).toEqual([
      `/* cart k8s.yaml:${line}`,
      `/* cart k8s.yaml:${line + 1}`,
    ]);
    expect(result.scenario).toContain('host: a.example');
    loaded(result);
  });
});

it('asks about MinIO behind a location: no route leads to a database', () => {
  const { account, questions } = imported([
    ...source(
      'services: { web: { build: web }, api: { image: api }, files: { image: minio/minio } }',
      'shop/compose.yaml',
    ),
    ...source('FROM nginx', 'shop/web/Dockerfile'),
    ...source(
      `server {
  location / { proxy_pass http://api:80; }
  location /uploads { proxy_pass http://files:9000; }
}`,
      'shop/web/default.conf',
    ),
  ]);
  expect(account.listed.map(({ place, reason }) => `${place} ${reason}`)).toContain(
    'shop/web/default.conf:3 a route leads to services and gateways, and this is a database',
  );
  expect(questions).toContain(
    'Do users reach files through the route of shop/web/default.conf:3? The scenario has it as a database, to which no route leads: if so, write it as a service',
  );
});
