import { describe, expect, it } from 'vitest';
import { possibleRoutes, routeOf, type RequestLine } from '../../src/language/routes.js';
import type { Gateway } from '../../src/contracts/scenario/scenario.js';
import type { Route } from '../../src/contracts/scenario/routes.js';
import { gateway, route } from '../support/scenario.js';

interface Line {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Record<string, string>;
}

function lineOf(line: Line): RequestLine {
  return {
    method: line.method ?? null,
    path: line.path ?? null,
    host: line.host ?? null,
    headers: new Map(Object.entries(line.headers ?? {})),
  };
}

const router =
  (routing: Gateway['routing']) =>
  (routes: readonly Route[], line: Line): string | null =>
    routeOf(gateway('edge', routes, { routing }), lineOf(line))?.name ?? null;

const kong = router('kong');
const api = router('gatewayApi');
const envoy = router('envoy');
const nginx = router('nginx');
const first = router('firstMatch');

describe('the traditional router of Kong', () => {
  it('takes the route that uses more fields, whatever they are', () => {
    const routes = [
      route('host', 'a.b', { hosts: ['shop.com'] }),
      route('path', 'a.b', { paths: ['/orders/open/*'] }),
      route('two', 'a.b', { methods: ['GET'], paths: ['/*'] }),
    ];
    expect(kong(routes, { host: 'shop.com', path: '/orders/open/1' })).toBe('two');
    expect(kong(routes, { host: 'shop.com', path: '/orders/open/1', method: 'PUT' })).toBe('host');
  });

  it('breaks a tie in the number of fields by host, headers, path, method', () => {
    const headers = { 'x-tier': 'gold' };
    const routes = [
      route('method', 'a.b', { methods: ['GET'] }),
      route('path', 'a.b', { paths: ['/*'] }),
      route('header', 'a.b', { headers }),
      route('host', 'a.b', { hosts: ['shop.com'] }),
    ];
    const line = { host: 'shop.com', path: '/a', headers };
    expect(kong(routes, line)).toBe('host');
    expect(kong(routes.slice(0, 3), line)).toBe('header');
    expect(kong(routes.slice(0, 2), line)).toBe('path');
    expect(kong(routes.slice(0, 1), line)).toBe('method');
  });

  it('puts a regular expression before a longer prefix', () => {
    const routes = [
      route('prefix', 'a.b', { paths: ['/orders/open/today/*'] }),
      route('regex', 'a.b', { paths: ['~/orders'] }),
    ];
    expect(kong(routes, { path: '/orders/open/today/1' })).toBe('regex');
  });

  it('asks regular expressions by priority, then by age: their length does not count', () => {
    const short = route('short', 'a.b', { paths: ['~/or'] });
    const long = route('long', 'a.b', { paths: ['~/orders/\\d+'] });
    const urgent = { ...long, name: 'urgent', regexPriority: 1 };
    expect(kong([short, long], { path: '/orders/7' })).toBe('short');
    expect(kong([long, short], { path: '/orders/7' })).toBe('long');
    expect(kong([short, urgent], { path: '/orders/7' })).toBe('urgent');
  });

  it('reads a regular expression from the beginning of the path, not to its end', () => {
    const routes = [route('regex', 'a.b', { paths: ['~/orders/\\d'] })];
    expect(kong(routes, { path: '/orders/7/items' })).toBe('regex');
    expect(kong(routes, { path: '/v1/orders/7' })).toBe(null);
  });

  it('ranks an exact path and {id} as the regular expressions they are written as there', () => {
    const routes = [
      route('prefix', 'a.b', { paths: ['/orders/new*'] }),
      route('one', 'a.b', { paths: ['/orders/{id}'] }),
      route('exact', 'a.b', { paths: ['/orders/new'] }),
    ];
    expect(kong(routes, { path: '/orders/new' })).toBe('one');
    expect(kong([...routes].reverse(), { path: '/orders/new' })).toBe('exact');
    expect(kong(routes, { path: '/orders/newer/1' })).toBe('prefix');
  });

  it('counts plain hosts before a regular expression, and a wildcard with a port before both', () => {
    const routes = [
      route('regex', 'a.b', { hosts: ['*.shop.com'], paths: ['~/a'] }),
      route('plain', 'a.b', { hosts: ['api.shop.com'], paths: ['/*'] }),
      route('port', 'a.b', { hosts: ['*.shop.com:80'], paths: ['/*'] }),
    ];
    const line = { host: 'api.shop.com', path: '/a' };
    expect(kong(routes, line)).toBe('port');
    expect(kong(routes.slice(0, 2), line)).toBe('plain');
    expect(kong(routes.slice(0, 1), line)).toBe('regex');
    const mixed = route('mixed', 'a.b', { hosts: ['api.shop.com', '*.de'], paths: ['/*'] });
    expect(kong([mixed, routes[0]!], line)).toBe('regex');
  });

  it('takes more headers before a longer prefix, the longest prefix, and then the oldest', () => {
    const headers = { a: '1', b: '2' };
    const routes = [
      route('long', 'a.b', { paths: ['/orders/*'], headers: { a: '1' } }),
      route('more', 'a.b', { paths: ['/*'], headers }),
      route('old', 'a.b', { paths: ['/*', '/orders/*'] }),
      route('young', 'a.b', { paths: ['/orders/*'] }),
    ];
    expect(kong(routes, { path: '/orders/1', headers })).toBe('more');
    expect(kong(routes, { path: '/orders/1', headers: { a: '1' } })).toBe('long');
    expect(kong(routes, { path: '/orders/1' })).toBe('old');
  });

  it('compares values of headers without case, and takes any of a list', () => {
    const routes = [{ ...route('x', 'a.b'), headers: new Map([['tier', ['gold', 'Silver']]]) }];
    expect(kong(routes, { headers: { Tier: 'GOLD' } })).toBe('x');
    expect(kong(routes, { headers: { Tier: 'silver' } })).toBe('x');
    expect(kong(routes, { headers: { Tier: 'bronze' } })).toBe(null);
    expect(first(routes, { headers: { Tier: 'gold' } })).toBe('x');
    expect(first(routes, { headers: { Tier: 'GOLD' } })).toBe(null);
  });
});

describe('the order of the Gateway API', () => {
  it('looks at the host first: exact names, then the longest', () => {
    const routes = [
      route('exact-path', 'a.b', { paths: ['/orders'] }),
      route('wide', 'a.b', { hosts: ['*.com'] }),
      route('narrow', 'a.b', { hosts: ['*.shop.com'] }),
      route('exact', 'a.b', { hosts: ['a.shop.com'] }),
    ];
    expect(api(routes, { host: 'a.shop.com', path: '/orders' })).toBe('exact');
    expect(api(routes, { host: 'other.shop.com', path: '/orders' })).toBe('narrow');
    expect(api(routes, { host: 'other.com', path: '/orders' })).toBe('wide');
    expect(api(routes, { path: '/orders' })).toBe('exact-path');
  });

  it('compares prefixes by elements of the path', () => {
    const routes = [route('orders', 'a.b', { paths: ['/orders/*'] })];
    expect(api(routes, { path: '/orders' })).toBe('orders');
    expect(api(routes, { path: '/orders/7' })).toBe('orders');
    const glued = [route('orders', 'a.b', { paths: ['/orders*'] })];
    expect(api(glued, { path: '/orders-old' })).toBe(null);
    expect(first(glued, { path: '/orders-old' })).toBe('orders');
  });

  it('puts a regular expression, which fits the whole path, between exact paths and prefixes', () => {
    const routes = [
      route('prefix', 'a.b', { paths: ['/orders/open/*'] }),
      route('regex', 'a.b', { paths: ['~/orders/[a-z/]+'] }),
      route('exact', 'a.b', { paths: ['/orders/open/x'] }),
    ];
    expect(api(routes, { path: '/orders/open/x' })).toBe('exact');
    expect(api(routes, { path: '/orders/open/y' })).toBe('regex');
    expect(api(routes, { path: '/orders/open/7' })).toBe('prefix');
  });
});

describe('virtual hosts of Envoy', () => {
  const routes = [
    route('all', 'a.b', { paths: ['/*'] }),
    route('before', 'a.b', { hosts: ['shop.*'] }),
    route('behind', 'a.b', { hosts: ['*.com'] }),
    route('longer', 'a.b', { hosts: ['*.shop.com'] }),
    route('narrow', 'a.b', { hosts: ['api.shop.com'], paths: ['/v1/*'] }),
    route('rest', 'a.b', { hosts: ['api.shop.com'], paths: ['/v1/a', '/v2/*'] }),
  ];

  it('are chosen by exact name, longest suffix, longest prefix, everything', () => {
    expect(envoy(routes, { host: 'x.shop.com', path: '/a' })).toBe('longer');
    expect(envoy(routes, { host: 'shop.com', path: '/a' })).toBe('behind');
    expect(envoy(routes, { host: 'shop.de', path: '/a' })).toBe('before');
    expect(envoy(routes, { host: 'other.de', path: '/a' })).toBe('all');
    expect(envoy(routes, { path: '/a' })).toBe('all');
  });

  it('have their routes asked in order, and no other virtual host afterwards', () => {
    expect(envoy(routes, { host: 'api.shop.com', path: '/v1/a' })).toBe('narrow');
    expect(envoy(routes, { host: 'api.shop.com', path: '/v2/a' })).toBe('rest');
    expect(envoy(routes, { host: 'api.shop.com', path: '/v3/a' })).toBe(null);
    expect(first(routes, { host: 'api.shop.com', path: '/v3/a' })).toBe('all');
  });
});

describe('locations of nginx', () => {
  it('are exact, or the first regular expression anywhere in the path, or the longest prefix', () => {
    const routes = [
      route('short', 'a.b', { paths: ['/*'] }),
      route('long', 'a.b', { paths: ['/images/*'] }),
      route('png', 'a.b', { paths: ['~\\.png$'] }),
      route('again', 'a.b', { paths: ['~/images/.*\\.png$'] }),
      route('logo', 'a.b', { paths: ['/images/logo.png'] }),
    ];
    expect(nginx(routes, { path: '/images/logo.png' })).toBe('logo');
    expect(nginx(routes, { path: '/images/other.png' })).toBe('png');
    expect(nginx(routes, { path: '/images/other.jpg' })).toBe('long');
    expect(nginx(routes, { path: '/other.jpg' })).toBe('short');
  });

  it('belong to the server with the best name', () => {
    const routes = [
      route('any', 'a.b', { paths: ['/a'] }),
      route('star', 'a.b', { hosts: ['*.shop.com'], paths: ['/*'] }),
    ];
    expect(nginx(routes, { host: 'x.shop.com', path: '/a' })).toBe('star');
    expect(nginx(routes, { host: 'x.de', path: '/b' })).toBe(null);
  });
});

describe('hosts', () => {
  it('may name a port; without one any fits, and a request without one is for 80', () => {
    const routes = [
      route('tls', 'a.b', { hosts: ['shop.com:443'] }),
      route('plain', 'a.b', { hosts: ['shop.com:80'] }),
      route('all', 'a.b', { hosts: ['shop.com'] }),
    ];
    expect(first(routes, { host: 'shop.com:443' })).toBe('tls');
    expect(first(routes, { host: 'shop.com' })).toBe('plain');
    expect(first(routes, { host: 'shop.com:8080' })).toBe('all');
  });

  it('take a star at either end, for at least one character', () => {
    const behind = [route('x', 'a.b', { hosts: ['shop.*'] })];
    expect(first(behind, { host: 'shop.de' })).toBe('x');
    expect(first(behind, { host: 'shop.' })).toBe(null);
    expect(first([route('x', 'a.b', { hosts: ['*'] })], {})).toBe('x');
  });
});

describe('what a request may reach with headers it gets on its way', () => {
  it('is every route whose other fields hold', () => {
    const routes = [
      route('gold', 'a.b', { headers: { tier: 'gold' } }),
      route('write', 'a.b', { methods: ['POST'] }),
      route('rest', 'a.b'),
    ];
    const found = possibleRoutes(gateway('edge', routes), lineOf({ path: '/a' }));
    expect(found.map(({ name }) => name)).toEqual(['gold', 'rest']);
  });
});
