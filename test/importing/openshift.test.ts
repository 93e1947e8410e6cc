import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, loaded, source } from './support.js';

function route(name: string, spec: string, annotations = ''): string {
  return `
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: ${name}, namespace: shop, annotations: { ${annotations} } }
spec: { ${spec} }`;
}

function read(...routes: readonly string[]): { router: any; requests: any } {
  const text = [deployed(['web', 'api'], { about: ', namespace: shop' }), ...routes];
  const result = imported(source(text.join('\n---\n')));
  loaded(result);
  const { values, placed, listed } = result.account;
  expect(placed + listed.length).toBe(values);
  const { gateways, workloads } = parse(result.scenario);
  return { router: gateways.router, requests: workloads.users.requests };
}

describe('a Route of OpenShift', () => {
  it('has a host of its own, and the limits of the router', () => {
    const { router, requests } = read(
      route('web', 'to: { kind: Service, name: web, weight: 100 }'),
      route(
        'api',
        'host: api.example, to: { kind: Service, name: api }',
        'haproxy.router.openshift.io/timeout: 150s',
      ),
    );
    const limits = {
      connections: { connectTimeout: '5s' },
      retry: { attempts: 4, on: ['connect'] },
    };
    expect(router.outbound.default).toEqual({ timeout: '30s', ...limits });
    expect(router.routes).toEqual([
      { name: 'web', match: { path: '/*', host: 'web-shop' }, to: 'web.handle' },
      {
        name: 'api',
        match: { path: '/*', host: 'api.example' },
        to: 'api.handle',
        policy: { timeout: '150s', ...limits },
      },
    ]);
    expect(requests.map(({ host }: any) => host)).toEqual(['web-shop', 'api.example']);
  });

  it('goes before one of a shorter path, and shares its requests by weights', () => {
    const { router } = read(
      route('rest', 'host: a, to: { name: web }'),
      route(
        'deep',
        'host: a, path: /api, to: { name: api, weight: 90 }, alternateBackends: [ { name: web, weight: 10 } ]',
      ),
    );
    expect(router.routes[0]).toMatchObject({
      match: { path: ['/api', '/api/*'], host: 'a' },
      to: { api: 90, web: 10 },
    });
    expect(router.routes[1].name).toBe('rest');
  });
});

it('a Route with the name of a service that users reach too makes a request of another name', () => {
  const open = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, selector: { app: web } }
---
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: web }
spec: { to: { kind: Service, name: web } }
`;
  const { workloads } = parse(imported(source(`${deployed(['web'])}\n---\n${open}`)).scenario);
  const names = workloads.users.requests.map(({ name }: { name: string }) => name);
  expect(new Set(names).size).toBe(names.length);
});
