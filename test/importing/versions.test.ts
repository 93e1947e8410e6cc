import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imported, ingress, loaded, source } from './support.js';

/** A stable and a canary Deployment, a Service for each, and one for both, as canaries are often deployed. */
const CANARY = [
  ...['stable', 'canary'].map(
    (track) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web-${track}, namespace: shop }
spec:
  selector: { matchLabels: { app: web, track: ${track} } }
  template:
    metadata: { labels: { app: web, track: ${track} } }
    spec: { containers: [ { name: web, image: shop/web } ] }
---
apiVersion: v1
kind: Service
metadata: { name: web-${track}, namespace: shop }
spec: { selector: { app: web, track: ${track} } }`,
  ),
  `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web } }`,
].join('\n---');

function read(...documents: readonly string[]): { scenario: any; reasons: readonly string[] } {
  const result = imported(source([CANARY, ...documents].join('\n---')));
  loaded(result);
  const { listed } = result.account;
  return { scenario: parse(result.scenario), reasons: listed.map(({ reason }) => reason) };
}

const VIRTUAL = (spec: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec: ${spec}`;
const GATEWAY = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec: { selector: { istio: ingressgateway } }`;
const SHARES =
  '[ { route: [ { destination: { host: web-stable }, weight: 90 }, { destination: { host: web-canary }, weight: 10 } ] } ]';

describe('a Service of one version of a component', () => {
  it('is this version in the weights of a mesh', () => {
    const { scenario } = read(VIRTUAL(`{ hosts: [ web ], http: ${SHARES} }`));
    expect(Object.keys(scenario.services)).toEqual(['web']);
    expect(scenario.mesh.routes.web).toEqual([
      { name: 'route-1', to: { 'web@web-stable': 90, 'web@web-canary': 10 } },
    ]);
    const split = `
apiVersion: split.smi-spec.io/v1alpha1
kind: TrafficSplit
metadata: { name: web, namespace: shop }
spec: { service: web, backends: [ { service: web-stable, weight: 900m }, { service: web-canary, weight: 100m } ] }`;
    expect(read(split).scenario.mesh.routes.web).toEqual([
      { name: 'split', to: { 'web@web-stable': 900, 'web@web-canary': 100 } },
    ]);
  });

  it('is this version in the routes of a gateway', () => {
    const istio = VIRTUAL(`{ hosts: [ "*" ], gateways: [ front ], http: ${SHARES} }`);
    expect(read(GATEWAY, istio).scenario.gateways.front.routes[0].to).toEqual({
      'web@web-stable': 90,
      'web@web-canary': 10,
    });
    const api = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { gatewayClassName: envoy }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web, namespace: shop }
spec:
  parentRefs: [ { name: edge } ]
  rules:
    - matches: [ { path: { value: /new } } ]
      backendRefs: [ { name: web-canary } ]
    - backendRefs: [ { name: web-stable, weight: 80 }, { name: web-canary, weight: 20 } ]`;
    const { routes } = read(api).scenario.gateways.edge;
    expect(routes.map(({ to }: any) => to)).toEqual([
      'web@web-canary',
      { 'web@web-stable': 80, 'web@web-canary': 20 },
    ]);
  });

  it('is this version beside the canary of an Ingress', () => {
    const notes = { canary: 'true', 'canary-weight': '5', 'canary-by-header': 'X-Try' };
    const { scenario } = read(
      ingress('web-stable', '/'),
      ingress('web-canary', '/', notes, { name: 'canary' }),
    );
    expect(scenario.gateways.ingress.routes.map(({ to }: any) => to)).toEqual([
      'web@web-canary',
      { 'web@web-stable': 95, 'web@web-canary': 5 },
    ]);
  });

  it('is a subset by any label of its pods', () => {
    const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: web, namespace: shop }
spec: { host: web, subsets: [ { name: old, labels: { track: stable } }, { name: new, labels: { track: canary } } ] }`;
    const route =
      '[ { route: [ { destination: { host: web, subset: old }, weight: 70 }, { destination: { host: web, subset: new }, weight: 30 } ] } ]';
    const { scenario } = read(rule, VIRTUAL(`{ hosts: [ web ], http: ${route} }`));
    expect(scenario.mesh.routes.web).toEqual([
      { name: 'route-1', to: { 'web@web-stable': 70, 'web@web-canary': 30 } },
    ]);
  });
});

describe('routes of a gateway to a service for which the mesh has routes', () => {
  it('have no versions of their own, because the mesh chooses', () => {
    const both = VIRTUAL(
      `{ hosts: [ web, web.example.com ], gateways: [ front, mesh ], http: ${SHARES} }`,
    );
    const { scenario } = read(GATEWAY, both);
    expect(scenario.gateways.front.routes[0].to).toBe('web.handle');
    expect(scenario.mesh.routes.web[0].to).toEqual({ 'web@web-stable': 90, 'web@web-canary': 10 });
    const { scenario: other, reasons } = read(
      VIRTUAL(`{ hosts: [ web ], http: ${SHARES} }`),
      ingress('web-stable', '/'),
      ingress('web-canary', '/', { canary: 'true', 'canary-weight': '5' }, { name: 'canary' }),
    );
    expect(other.gateways.ingress.routes[0].to).toBe('web.handle');
    expect(reasons).toContain(
      'the routes of the mesh choose the version, also for the calls of gateways',
    );
  });
});
