import { describe, expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { load, problemsOf } from '../theory/program.js';

const REGISTRIES =
  'eureka: { kind: eureka }, consul: { kind: consul }, cluster: { kind: kubernetes }, names: { kind: dns }';

/** A file with a service `shop` with this discovery. */
const fileOf = (discovery: string, registries = REGISTRIES, more = ''): string => `
faultline: 1
title: Discovery
run: { duration: 10s }
registries: { ${registries} }
services:
  shop: { replicas: 2, discovery: ${discovery}, endpoints: { buy: [ wait: 1ms ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
${more}`;
const problems = (...parts: Parameters<typeof fileOf>): string => problemsOf(fileOf(...parts));
const registry = (fields: string): string => problems('r', `r: { ${fields} }`);
const fault = (fields: string, discovery = 'eureka'): string =>
  problems(discovery, REGISTRIES, `faults: [ { id: bad, at: 1s, for: 1s, ${fields} } ]`);

/** Compiles the first variant of a file. */
function planOf(text: string): unknown {
  const file = load(text);
  return compile(file.variants[0]!, file);
}

describe('bad discovery', () => {
  it.each([
    ['an unknown registry', problems('eurek'), /there is no registry eurek(.|\n)*eureka/],
    ['a name that is no registry', problems('shop'), /shop is in services, not in registries/],
    ['an unknown mode', problems('{ registry: eureka, mode: proxy }'), /client.*server.*dns/s],
    ['a hop without mode server', problems('{ registry: eureka, hop: {} }'), /needs mode: server/],
    [
      'names of a registry without names',
      problems('{ registry: consul, mode: dns }'),
      /has no names to resolve: write mode: client or server/,
    ],
    ['a list of names', problems('{ registry: names, mode: client }'), /write mode: dns or server/],
    [
      'fetches where the TTL decides',
      problems('{ registry: names, refresh: 1s }'),
      /its ttl decides: set registries.names.ttl/,
    ],
    [
      'fetches where changes are sent',
      problems('{ registry: cluster, refresh: 1s }'),
      /set registries.cluster.propagation/,
    ],
    ['a field of another kind', registry('kind: consul, ttl: 1s'), /unknown key ttl/],
    ['an unknown kind', registry('kind: zookeeper'), /eureka.*consul.*kubernetes.*dns/s],
    [
      'a lease shorter than its renewal',
      registry('kind: eureka, leaseDuration: 10s'),
      /a lease would end before its renewal/,
    ],
    [
      'a deregistration that is too early',
      registry('kind: consul, deregisterAfter: 30s'),
      /expected at least 1m/,
    ],
    [
      'a fault of requests on a registry',
      fault('kind: error, target: eureka'),
      /eureka is a registry, which serves no requests/,
    ],
    [
      'a call of a registry',
      problems('eureka', REGISTRIES, 'sagas: {}').concat(
        problemsOf(
          'faultline: 1\ntitle: x\nrun: { duration: 1s }\nregistries: { eureka: { kind: eureka } }\nworkloads: { users: { arrivals: constant(1/s), requests: [ { call: eureka } ] } }',
        ),
      ),
      /eureka is a registry: write discovery/,
    ],
  ])('reports %s', (_what, found, message) => {
    expect(found).toMatch(message);
  });

  it('refuses a fault of DNS that no caller uses', () => {
    const faults = 'faults: [ { id: bad, kind: dns, target: shop, at: 1s, for: 1s } ]';
    const file = fileOf('eureka', REGISTRIES, faults);
    expect(() => planOf(file)).toThrow(/no caller resolves `shop` through DNS/);
  });

  it('refuses to freeze discovery of a component without it', () => {
    const file = `
faultline: 1
title: Discovery
run: { duration: 10s }
services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: bad, kind: freeze, target: shop, what: discovery, at: 1s, for: 1s } ]`;
    expect(() => planOf(file)).toThrow(/has no `discovery` to freeze/);
  });

  it('refuses a balancer in front of a gateway, and a name that it would share', () => {
    const file = (more: string): string => `
faultline: 1
title: Discovery
run: { duration: 10s }
registries: { eureka: { kind: eureka } }
gateways: { edge: { routes: [ { to: shop } ], discovery: ${more === '' ? 'eureka' : '{ registry: eureka, mode: server }'} } }
services:
  shop: { discovery: { registry: eureka, mode: server }, endpoints: { buy: [ wait: 1ms ] } }
  ${more === 'name' ? 'shop-balancer: { endpoints: { a: [ wait: 1ms ] } }' : ''}
workloads: { users: { arrivals: constant(10/s), requests: [ { call: edge } ] } }`;
    expect(problemsOf(file(''))).toBe('');
    expect(problemsOf(file('gateway'))).toMatch(/unknown key mode/);
    expect(problemsOf(file('name'))).toMatch(/duplicate name shop-balancer/);
  });
});
