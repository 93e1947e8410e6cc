import { describe, expect, it } from 'vitest';
import { pathBefore, rewriteOf, stripped } from '../../src/importing/rewrites.js';

describe('the path at a gateway that rewrites it', () => {
  it.each([
    ['/api', '/', '/orders/1', '/api/orders/1'],
    ['/api/', '/', '/orders', '/api/orders'],
    ['/api', '', '/', '/api/'],
    ['/shop', '/v1', '/v1/orders', '/shop/orders'],
    ['/shop', '/v1', '/v1', '/shop'],
    ['', '/v1', '/v1/orders', '/orders'],
    ['/shop', '/v1', '/v10/orders', null],
    ['/shop', '/v1', '/orders', null],
  ])('of %s to %s, as %s, was %s', (from, to, path, before) => {
    expect(pathBefore({ from, to }, path)).toBe(before);
  });

  it.each([
    ['/api(/|$)(.*)', '/$2', '/api', '/'],
    ['^/api/(.*)$', '/\\1', '/api', '/'],
    ['/api/?(?<segment>.*)', '/$\\{segment}', '/api', '/'],
    ['/red/(?<rest>.*)', '/blue/${rest}', '/red', '/blue/'],
  ])('is known of %s and %s', (expression, replacement, from, to) => {
    expect(rewriteOf(expression, replacement)).toEqual({ from, to });
  });

  it.each([
    ['/api/(\\d+)/(.*)', '/$2'],
    ['/(.*)/api', '/$1'],
    ['/api/(.*)', '/$1/end'],
    ['/api', '/other'],
  ])('is not known of %s and %s', (expression, replacement) => {
    expect(rewriteOf(expression, replacement)).toBeNull();
  });

  it('is that of the elements that are left out, if none of them is a variable', () => {
    expect(stripped('/api/v1/orders/**', 2)).toEqual({ from: '/api/v1', to: '' });
    expect(stripped('/{tenant}/orders/**', 1)).toBeNull();
  });
});
