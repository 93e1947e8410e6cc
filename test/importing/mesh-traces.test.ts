import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cardLines } from '../../src/importing/card.js';
import { Importing, type Imported } from '../../src/importing/import.js';
import { readTraces } from '../../src/importing/traces/index.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { exported } from '../telemetry/export.js';
import { deployed, loaded, source } from './support.js';
import { asMesh } from './traces/meshes.js';

const SHOP = `
run: { duration: 20s, warmup: 2s, replications: 1, seed: 8 }
mesh:
  kind: custom
  proxy: { work: 0ns, latency: 0ns }
  outbound: { payment: { retry: { attempts: 3, on: [5xx], backoff: { kind: constant, base: 5ms } } } }
services:
  order:
    endpoints:
      create:
        - wait: 2ms
        - call: payment.pay
          policy: { retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 20ms } } }
  payment: { endpoints: { pay: [ wait: 6ms, { fail: 503, probability: 50% } ] } }
workloads: { users: { arrivals: poisson(60/s), requests: [ { call: order.create } ] } }
`;

const MANIFESTS = `
${deployed(['order', 'payment'], { about: ', namespace: shop' })}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payment, namespace: shop }
spec: { hosts: [ payment ], http: [ { route: [ { destination: { host: payment } } ], retries: { attempts: 4, retryOn: 5xx } } ] }`;

describe('traces with proxies of a mesh', () => {
  let spans: string;
  beforeAll(() => {
    spans = exported(SHOP, otlp);
  });

  const imported = async (manifests: string, form: 'istio' | 'applications'): Promise<Imported> => {
    const texts = manifests === '' ? [] : source(manifests);
    const importing = new Importing(texts, { title: 'Shop', names: new Map() });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(asMesh(spans, form));
    };
    const model = await readTraces([{ path: 't', chunks }], importing.hints);
    const result = importing.finish(model);
    loaded(result);
    return result;
  };
  const retryOf = (scenario: any): unknown =>
    scenario.services.order.endpoints.create.steps[1].policy.retry;

  it('give tries of the application to the step, and those of the proxy to the mesh', async () => {
    const { scenario } = await imported('', 'istio');
    const read = parse(scenario);
    expect(retryOf(read)).toMatchObject({ attempts: 2, backoff: { base: '20ms' } });
    expect(read.mesh).toEqual({
      kind: 'istio',
      outbound: {
        payment: {
          retry: { attempts: 3, on: ['any'], backoff: { kind: 'constant', base: '5ms' } },
        },
      },
      proxy: { work: '0ns', latency: '0ns' },
    });
  });

  it('leave the tries of the proxy to manifests that have them', async () => {
    const { scenario } = await imported(MANIFESTS, 'istio');
    const read = parse(scenario);
    expect(retryOf(read)).toMatchObject({ attempts: 2, backoff: { base: '20ms' } });
    expect(Object.keys(read.services)).toEqual(['order', 'payment']);
    expect(read.mesh.outbound.payment.retry).toMatchObject({ attempts: 5 });
  });

  it('are one line of the card', async () => {
    const result = await imported('', 'istio');
    const line = cardLines(result, 'shop.yaml').find((text) => text.includes('proxies'));
    expect(line).toMatch(
      /^[\d,]+ spans of proxies \(component=proxy\) are part of order and payment: their time is network$/,
    );
    const without = cardLines(await imported('', 'applications'), 'shop.yaml');
    expect(without.join('\n')).not.toMatch(/proxies/);
  });
});

describe('settings of files and what traces show of the same call', () => {
  const settings = `
resilience4j:
  circuitbreaker: { instances: { payment: { slidingWindowSize: 50 } } }
  retry: { instances: { payment: { maxAttempts: 3 } } }`;
  const imported = async (manifests: string, text: string): Promise<any> => {
    const sources = [
      ...source(manifests, 'k8s.yaml'),
      { path: 'application-order.yml', text: settings },
    ];
    const importing = new Importing(sources, { title: 'Shop', names: new Map() });
    const chunks = async function* (): AsyncIterable<string> {
      yield await Promise.resolve(text);
    };
    const result = importing.finish(await readTraces([{ path: 't', chunks }], importing.hints));
    loaded(result);
    return parse(result.scenario);
  };

  // Right: a policy of a step replaces the bundle of `outbound`, so that the breaker would be gone.
  it('are one bundle, in which the files win', async () => {
    const limited = SHOP.replace('policy: { retry', 'policy: { timeout: 300ms, retry').replace(
      'wait: 6ms',
      'wait: exponential(100ms)',
    );
    const { services } = await imported(MANIFESTS, asMesh(exported(limited, otlp), 'applications'));
    const { payment } = services.order.outbound;
    expect(payment).toMatchObject({
      timeout: '300ms',
      circuitBreaker: { slidingWindowSize: 50 },
      retry: { kind: 'resilience4j', attempts: 3 },
    });
    const [, call] = services.order.endpoints.create.steps;
    expect(call.policy).toBeUndefined();
  });

  it('find the component by its label where a release of Helm has another name', async () => {
    const manifests = MANIFESTS.replaceAll(/name: (order|payment)\b/g, 'name: shop-$1')
      .replaceAll('host: payment', 'host: shop-payment')
      .replaceAll('hosts: [ payment', 'hosts: [ shop-payment')
      .replaceAll('app: ', 'app.kubernetes.io/name: ');
    const spans = exported(SHOP, otlp)
      .replaceAll('"order"', '"shop-order"')
      .replaceAll('"payment"', '"shop-payment"');
    const { services } = await imported(
      manifests,
      spans.replaceAll('order-proxy', 'shop-order-proxy'),
    );
    expect(Object.keys(services)).toEqual(['shop-order', 'shop-payment']);
    expect(services['shop-order'].outbound['shop-payment'].circuitBreaker.slidingWindowSize).toBe(
      50,
    );
  });
});
