import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, loaded, source } from './support.js';

function read(
  used: string,
  ...middlewares: readonly string[]
): { route: any; reasons: readonly string[] } {
  const documents = middlewares.map(
    (spec, k) => `
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: m${k}, namespace: shop }
spec: ${spec}`,
  );
  const ingress = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop, annotations: { traefik.ingress.kubernetes.io/router.middlewares: "${used}" } }
spec:
  ingressClassName: traefik
  rules: [ { http: { paths: [ { path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } } ] } } ]`;
  const text = [deployed(['web'], { about: ', namespace: shop' }), ingress, ...documents];
  const result = imported(source(text.join('\n---\n')));
  loaded(result);
  return {
    route: parse(result.scenario).gateways.ingress.routes[0],
    reasons: result.account.listed.map(({ reason }) => reason),
  };
}

describe('Middlewares of Traefik that an Ingress names', () => {
  it('repeat what could not be sent, the first try counted', () => {
    const { route } = read(
      'shop-m0@kubernetescrd',
      '{ retry: { attempts: 3, initialInterval: 100ms } }',
    );
    expect(route.policy.retry).toEqual({
      attempts: 3,
      on: ['connect'],
      backoff: { kind: 'exponential', base: '100ms', factor: 1.414, jitter: '50%' },
    });
    expect(
      read('shop-m0@kubernetescrd', '{ retry: { attempts: 4 } }').route.policy.retry.backoff,
    ).toBeUndefined();
  });

  it.each([
    ['{ average: 100, burst: 50 }', { rate: '100/s', burst: 50, maxWait: '5ms' }],
    ['{ average: 6, period: 1m }', { rate: '0.1/s', burst: 1, maxWait: '500ms' }],
  ])('limit the rate of each client: %s', (limit, expected) => {
    const { route } = read('shop-m0@kubernetescrd', `{ rateLimit: ${limit} }`);
    expect(route.middleware).toEqual([{ rateLimit: { ...expected, key: 'client', status: 429 } }]);
  });

  it('limit requests at once and their size, in a chain', () => {
    const { route } = read(
      'shop-m0@kubernetescrd',
      '{ chain: { middlewares: [ { name: m1 }, { name: m2 }, { name: m3 } ] } }',
      '{ inFlightReq: { amount: 20 } }',
      '{ buffering: { maxRequestBodyBytes: 2000000 } }',
      '{ circuitBreaker: { expression: NetworkErrorRatio() > 0.3 } }',
    );
    expect(route.middleware).toEqual([
      { filter: { kind: 'size', max: '2000000B' } },
      { admit: { limit: 20, status: 429 } },
    ]);
    expect(route.policy.circuitBreaker).toMatchObject({ kind: 'custom', threshold: '30%' });
  });

  it('are listed where no Ingress names them, or they count by a header', () => {
    const limit = '{ rateLimit: { average: 10, sourceCriterion: { requestHeaderName: X-Key } } }';
    const { route, reasons } = read('shop-m1@kubernetescrd', limit, limit);
    expect(route.middleware).toBeUndefined();
    expect(reasons).toContain(
      'no route of these files uses it, or it counts by another key than the address',
    );
  });
});
