import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importSources } from '../../src/cli/import-files.js';
import { imported, loaded, source } from './support.js';

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

/** What a service calls, with the place that says so. */
function calls(scenario: string, of: string): readonly string[] {
  const part = scenario.slice(scenario.indexOf(`\n  ${of}:`) + 1).split(/\n {0,2}\S/, 2)[0]!;
  return [...part.matchAll(/call: (\S+)\.handle {2}# (\S+?),? /g)].map(
    (each) => `${each[1]} ${each[2]}`,
  );
}

describe('files of nginx', () => {
  const files = [
    ...source(compose, 'shop/docker-compose.yaml'),
    ...source(dockerfile, 'shop/web/Dockerfile'),
    ...source(template, 'shop/web/default.conf.template'),
  ];

  it('give the service that runs them its calls, with the variables of the container and of its image', () => {
    const result = imported(files);
    loaded(result);
    const file = 'shop/web/default.conf.template';
    // The container overrides CART_HOST of its image, and USER_HOST is one of another stage.
    expect(calls(result.scenario, 'web')).toEqual([
      `cart-next shop/docker-compose.yaml:2`,
      `catalogue ${file}:7`,
      `ratings ${file}:3`,
    ]);
    const left = result.account.listed.filter(({ place }) => place.startsWith(file));
    expect(left).toMatchObject([{ place: `${file}:10`, value: 'http://${USER_HOST}:8080/' }]);
    expect(left[0]!.reason).toBe('a variable that neither the container nor its image sets');
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
    expect(calls(imported(named).scenario, 'web')).toContain('cart edge.conf:1');
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
});
