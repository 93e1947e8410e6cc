import { describe, expect, it } from 'vitest';
import { routeOf } from '../../src/language/routes.js';
import type { Gateway } from '../../src/contracts/scenario/scenario.js';
import type { Route } from '../../src/contracts/scenario/routes.js';
import { gateway, route } from '../support/scenario.js';

interface Line {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Record<string, string>;
}

function taken(routes: readonly Route[], line: Line, routing: Gateway['routing'] = 'firstMatch') {
  const found = routeOf(gateway('edge', routes, { routing }), {
    method: line.method ?? null,
    path: line.path ?? null,
    host: line.host ?? null,
    headers: new Map(Object.entries(line.headers ?? {})),
  });
  return found?.name ?? null;
}

const matches = (pattern: string, path: string): boolean =>
  taken([route('one', 'shop.buy', { paths: [pattern] })], { path }) !== null;

describe('path patterns', () => {
  it('match exactly without a wildcard, whatever the query string', () => {
    expect(matches('/orders', '/orders')).toBe(true);
    expect(matches('/orders', '/orders?page=2')).toBe(true);
    expect(matches('/orders', '/orders/')).toBe(false);
    expect(matches('/orders', '/order')).toBe(false);
  });

  it('take a star at the end for any continuation', () => {
    expect(matches('/products/*', '/products/1/reviews')).toBe(true);
    expect(matches('/products/*', '/products')).toBe(false);
    expect(matches('*', '/')).toBe(true);
  });

  it('take braces for one segment that is not empty', () => {
    expect(matches('/orders/{id}', '/orders/7')).toBe(true);
    expect(matches('/orders/{id}', '/orders/')).toBe(false);
    expect(matches('/orders/{id}', '/orders/7/items')).toBe(false);
    expect(matches('/orders/{id}/items', '/orders/7/items')).toBe(true);
    expect(matches('/orders/{id}/*', '/orders/7/items')).toBe(true);
  });
});

describe('the first match', () => {
  it('is the first route of the file whose fields all hold', () => {
    const routes = [
      route('create', 'a.b', { methods: ['POST'], paths: ['/orders'] }),
      route('gold', 'a.b', { headers: { 'X-Tier': 'gold' } }),
      route('rest', 'a.b', { paths: ['/orders', '/orders/*'] }),
    ];
    expect(taken(routes, { method: 'post', path: '/orders' })).toBe('create');
    expect(taken(routes, { path: '/orders', headers: { 'x-tier': 'gold' } })).toBe('gold');
    expect(taken(routes, { path: '/orders/7' })).toBe('rest');
    expect(taken(routes, { path: '/other' })).toBe(null);
  });

  it('takes a call that says nothing for GET /', () => {
    const routes = [
      route('write', 'a.b', { methods: ['POST'] }),
      route('root', 'a.b', { methods: ['GET'], paths: ['/'] }),
    ];
    expect(taken(routes, {})).toBe('root');
  });

  it('compares hosts without case, a star in front for any name below', () => {
    const routes = [
      route('shop', 'a.b', { hosts: ['Shop.example.com'] }),
      route('any', 'a.b', { hosts: ['*.example.com'] }),
    ];
    expect(taken(routes, { host: 'shop.EXAMPLE.com' })).toBe('shop');
    expect(taken(routes, { host: 'api.example.com' })).toBe('any');
    expect(taken(routes, { host: 'example.com' })).toBe(null);
    expect(taken(routes, {})).toBe(null);
  });
});

describe('the order of the Gateway API', () => {
  const api = (routes: readonly Route[], line: Line) => taken(routes, line, 'gatewayApi');

  it('prefers an exact path to a longer prefix, and a longer prefix to a shorter', () => {
    const routes = [
      route('any', 'a.b'),
      route('short', 'a.b', { paths: ['/orders/*'] }),
      route('long', 'a.b', { paths: ['/orders/open/*', '/*'] }),
      route('one', 'a.b', { paths: ['/orders/{id}'] }),
      route('exact', 'a.b', { paths: ['/orders/new'] }),
    ];
    expect(api(routes, { path: '/orders/new' })).toBe('exact');
    expect(api(routes, { path: '/orders/7' })).toBe('one');
    expect(api(routes, { path: '/orders/open/1' })).toBe('long');
    expect(api(routes, { path: '/orders/closed/1' })).toBe('short');
    expect(api(routes.slice(0, 1), { path: '/orders' })).toBe('any');
  });

  it('prefers a method, then more headers, then the order of the file', () => {
    const headers = { a: '1', b: '2' };
    const routes = [
      route('first', 'a.b'),
      route('second', 'a.b'),
      route('one', 'a.b', { headers: { a: '1' } }),
      route('two', 'a.b', { headers }),
      route('method', 'a.b', { methods: ['GET'] }),
    ];
    expect(api(routes, { headers })).toBe('method');
    expect(api(routes, { headers, method: 'PUT' })).toBe('two');
    expect(api(routes, { headers: { a: '1' }, method: 'PUT' })).toBe('one');
    expect(api(routes, { method: 'PUT' })).toBe('first');
  });
});
