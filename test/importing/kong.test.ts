import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fixtures, imported, loaded, source } from './support.js';

describe('a declarative file of Kong', () => {
  const result = imported(fixtures('examples/kong'));
  const { gateways, services, workloads }: any = parse(result.scenario);
  const [orders, pay, refunds] = gateways.kong.routes;

  it('has one gateway with the routes to services that are enabled', () => {
    loaded(result);
    expect(gateways.kong.routes.map(({ name, to }: any) => [name, to])).toEqual([
      ['orders', 'orders.handle'],
      ['pay', 'payments.handle'],
      ['refunds', 'payments.handle'],
    ]);
    expect(orders).toMatchObject({
      match: {
        path: ['/orders*', '~/v[0-9]+/orders'],
        method: ['GET', 'POST'],
        host: 'shop.example',
      },
      regexPriority: 5,
    });
    expect(pay.match).toEqual({ path: '/pay*', headers: { 'x-tenant': ['a', 'b'] } });
    expect(refunds.match).toEqual({ path: '/refunds*' });
    expect(workloads.users.requests[1]).toEqual({
      name: 'pay',
      call: 'kong',
      path: '/pay',
      headers: { 'x-tenant': 'a' },
    });
  });

  it('has the limits of a service with what the preset of the gateway would have', () => {
    expect(gateways.kong.outbound).toEqual({
      orders: {
        timeout: '10000ms',
        // Kong makes this many tries after the first one. Source: Kong, Admin API, service `retries`.
        retry: { kind: 'kong', attempts: 3 },
        connections: { connectTimeout: '2000ms' },
      },
    });
  });

  it('has plugins as middleware: those of a route instead of those of its service', () => {
    expect(orders.middleware).toEqual([
      { rateLimit: { kind: 'kong', minute: 60, hour: 1000 } },
      { filter: { kind: 'size', max: '8KiB' } },
    ]);
    expect(pay.middleware).toEqual([{ authorize: { kind: 'roles', work: '20us' } }]);
    expect(gateways.kong.middleware).toEqual([{ authenticate: { kind: 'jwt' } }]);
  });

  it('counts the targets of an upstream that get requests', () => {
    expect(services.payments).toMatchObject({
      replicas: 2,
      loadBalancing: { kind: 'leastRequest' },
    });
    expect(services.legacy).toBeUndefined();
  });

  it('lists what has no counterpart with its reason', () => {
    const reasonOf = (path: string): string | undefined =>
      result.account.listed.find((one) => one.path.startsWith(path))?.reason;
    expect(reasonOf('services[0].write_timeout')).toContain('sent at once');
    expect(reasonOf('services[0].routes[1].destinations')).toBe('addresses are not simulated');
    expect(reasonOf('upstreams[0].healthchecks')).toContain('outlierDetection');
    expect(reasonOf('plugins[1]')).toContain('this plugin');
    expect(reasonOf('consumers')).toContain('identities');
  });

  it('reads the expressions of files before version 3, and finds services of other files', () => {
    const kong = `_format_version: "1.1"
services: [ { name: web-service, host: web, routes: [ { name: r, paths: [ '/v\\d+/x', /y ] } ] } ]
`;
    const compose = 'services:\n  web: { image: example/web:1, deploy: { replicas: 3 } }\n';
    const both = imported([...source(kong, 'kong.yaml'), ...source(compose, 'compose.yaml')]);
    loaded(both);
    const scenario = parse(both.scenario) as any;
    expect(scenario.gateways.kong.routes[0].match.path).toEqual(['~/v\\d+/x', '/y*']);
    expect(Object.keys(scenario.services)).toEqual(['web']);
  });
});
