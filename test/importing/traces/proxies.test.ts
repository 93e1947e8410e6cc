import { beforeAll, describe, expect, it } from 'vitest';
import type { TraceModel } from '../../../src/importing/traces/model.js';
import { callsIn } from '../../../src/importing/traces/steps.js';
import { otlp } from '../../../src/telemetry/otlp.js';
import { exported } from '../../telemetry/export.js';
import { asMesh, type Form } from './meshes.js';
import { dangling, endpoint, modelOf, ownMs, shape } from './read.js';
import { otlpLines, type TestSpan } from './spans.js';

/** Of the calls to `payment` 30 % fail; its proxy tries twice, and `order` itself twice: nine of 1,000 orders fail. */
const SHOP = `
run: { duration: 40s, warmup: 2s, replications: 1, seed: 8 }
network: { latency: 0.3ms }
mesh:
  kind: custom
  proxy: { work: 0ns, latency: 0ns }
  outbound: { payment: { retry: { attempts: 2, on: [5xx], backoff: { kind: constant, base: 5ms } } } }
services:
  web: { endpoints: { buy: [ wait: exponential(1ms), call: order.create ] } }
  order:
    endpoints:
      create:
        - wait: exponential(2ms)
        - parallel: [ [ { call: price.get } ], [ { call: stock.get } ] ]
        - call: payment.pay
          policy: { retry: { attempts: 2, on: [any], backoff: { kind: constant, base: 20ms } } }
  price: { endpoints: { get: [ wait: 3ms ] } }
  stock: { endpoints: { get: [ wait: exponential(4ms) ] } }
  payment: { endpoints: { pay: [ wait: lognormal(mean=6ms cv=1), { fail: 503, probability: 30% } ] } }
workloads: { users: { arrivals: poisson(60/s), requests: [ { call: web.buy } ] } }
`;

const FORMS: readonly Form[] = [
  'applications',
  'simulated',
  'istio',
  'istio alone',
  'linkerd',
  'linkerd alone',
  'consul',
  'named',
];

let spans: string;
beforeAll(() => {
  spans = exported(SHOP, otlp);
});

describe.each(FORMS)('a mesh whose spans are %s', (form) => {
  let model: TraceModel;
  /** Names of services and endpoints in the traces. */
  let named: (service: string, name: string) => readonly [string, string];

  beforeAll(async () => {
    model = await modelOf([asMesh(spans, form)]);
    named = (service, name) => {
      if (!form.endsWith('alone')) return [service, `POST /${name}`];
      return [
        form === 'istio alone' ? `${service}.shop` : service,
        `${service}.shop.svc.cluster.local:80/*`,
      ];
    };
  });

  const stepsOf = (service: string, name: string) => {
    const [component, own] = named(service, name);
    return endpoint(model, component, own.replace(/^[\w.-]+:\d+(?=\/)/, '')).steps;
  };

  it('has the components of the run, and no proxy', () => {
    const names = ['order', 'payment', 'price', 'stock', 'web'].map((name) => named(name, '')[0]);
    expect(model.components.map(({ name }) => name)).toEqual(names);
    expect(dangling(model)).toEqual([]);
  });

  it('has the structure of the run', () => {
    const to = (service: string, name: string): string => {
      const [component, own] = named(service, name);
      return `${component} ${own.replace(/^[\w.-]+:\d+(?=\/)/, '')}`;
    };
    expect(shape(stepsOf('order', 'create'))).toBe(
      `wait, {${to('price', 'get')} | ${to('stock', 'get')}}, ${to('payment', 'pay')}`,
    );
    expect(shape(stepsOf('web', 'buy'))).toBe(`wait, ${to('order', 'create')}`);
  });

  it('tells the tries of the application from those of the proxy', () => {
    const [pay] = callsIn(stepsOf('order', 'create')).slice(-1);
    expect(pay!.retry).toMatchObject({ maxRetries: 1, backoff: { text: '20ms' } });
    expect(pay!.below).toMatchObject({ maxRetries: 1, timeout: null });
    const [create] = callsIn(stepsOf('web', 'buy'));
    expect(create).toMatchObject({ retry: null, below: null });
    expect(create!.timeout).toBeNull();
  });

  it('has the times and the failures of the run, within 5 %, without those of proxies', () => {
    const means: readonly (readonly [string, string, number])[] = [
      ['web', 'buy', 1],
      ['order', 'create', 2],
      ['price', 'get', 3],
      ['stock', 'get', 4],
      ['payment', 'pay', 6],
    ];
    for (const [service, name, ms] of means) {
      expect(ownMs(stepsOf(service, name)) / ms, service).toBeGreaterThan(0.95);
      expect(ownMs(stepsOf(service, name)) / ms, service).toBeLessThan(1.05);
    }
    const [component, own] = named('payment', 'pay');
    const { errors } = endpoint(model, component, own.replace(/^[\w.-]+:\d+(?=\/)/, ''));
    expect(Number(errors!.text)).toBeGreaterThan(0.285);
    expect(Number(errors!.text)).toBeLessThan(0.315);
  });

  it('has the network of the run, and its load once', () => {
    // Spans of proxies alone lack what the inbound side adds: 4 us each way.
    expect(model.network!.text).toBe(form.endsWith('alone') ? '296us' : '300us');
    expect(model.entries).toHaveLength(1);
    expect(Number.parseFloat(model.entries[0]!.rate.text) / 60).toBeCloseTo(1, 1);
  });

  it('says which proxies became a part of their services', () => {
    const tags = model.proxies.map(({ tag, services }) => [tag, services.length]);
    const tag = /linkerd/.test(form) ? 'direction' : 'component=proxy';
    if (form === 'applications') expect(tags).toEqual([]);
    else if (form === 'named') expect(tags).toContainEqual(['name order-sidecar', 1]);
    // In the run only a proxy with a policy writes spans.
    else expect(tags).toEqual([[tag, form === 'simulated' ? 1 : 5]]);
  });
});

/** Forty requests: a span of each maker, each inside of the one before. */
function rows(makers: readonly Partial<TestSpan>[], trace = 't'): readonly TestSpan[] {
  return Array.from({ length: 40 }, (_, k) =>
    makers.map((maker, depth): TestSpan => {
      const id = `${trace}${k}-${depth}`;
      const parent = depth === 0 ? undefined : `${trace}${k}-${depth - 1}`;
      const [from, to] = [100 * k + depth, 100 * k + 90 - depth];
      return {
        trace: `${trace}${k}`,
        id,
        parent,
        service: 'web',
        kind: 2,
        name: 'GET /',
        from,
        to,
        ...maker,
      };
    }),
  ).flat();
}

const PROXY = { component: 'proxy' };
const SIDECAR = { ...PROXY, node_id: 'sidecar~10.0.0.7~web-6f89b6c557-sg2bc.shop~shop' };

describe('proxies', () => {
  const names = async (spans: readonly TestSpan[]): Promise<readonly string[]> =>
    (await modelOf([otlpLines(spans)])).components.map(({ name }) => name);

  it('of an entrance are a component', async () => {
    const router = {
      ...PROXY,
      node_id: 'router~10.0.0.7~ingressgateway-6f89b6c557-sg2bc.istio~istio',
    };
    const service = 'istio-ingressgateway.istio-system';
    expect(
      await names(
        rows([
          { service, attributes: router },
          { service, kind: 3, attributes: PROXY },
          { service: 'web.shop', attributes: SIDECAR },
          {},
        ]),
      ),
    ).toEqual([service, 'web']);
  });

  it('without a tag of whom they are remain components, as in front of all services', async () => {
    const front = { service: 'front', attributes: PROXY };
    expect(await names(rows([front, { ...front, kind: 3 }, {}]))).toEqual(['front', 'web']);
  });

  it('of a name alone remain components where they do more than pass requests on', async () => {
    const proxy = { service: 'web-proxy' };
    expect(await names(rows([proxy, { ...proxy, kind: 3 }, {}]))).toEqual(['web']);
    const query = { ...proxy, kind: 3, attributes: { 'db.system': 'redis', 'db.name': 'keys' } };
    const spans = rows([proxy, { ...proxy, kind: 3 }, {}]);
    const queries = rows([proxy, query], 'u');
    expect(await names([...spans, ...queries])).toEqual(['keys', 'web', 'web-proxy']);
  });

  it('of which the shared name says nothing are those of the application beside', async () => {
    const attributes = { direction: 'inbound' };
    const linkerd = { service: 'linkerd-proxy', attributes };
    expect(await names(rows([linkerd, { ...linkerd, kind: 3 }, {}]))).toEqual(['web']);
  });

  it('in traces of their own are no second load', async () => {
    const own = rows([{ service: 'web.shop', attributes: SIDECAR }], 'p');
    const model = await modelOf([otlpLines([...rows([{}]), ...own])]);
    expect(model.components.map(({ name }) => name)).toEqual(['web']);
    expect(model.entries.map(({ rate }) => rate.n)).toEqual([40]);
    expect(model.leftOut).toEqual([
      { reason: expect.stringMatching(/traces without spans of their services/), count: 40 },
    ]);
  });

  it('that give up are told from an application that does', async () => {
    const tags = { ...SIDECAR, response_flags: 'UT', 'http.status_code': 504 };
    const call = { kind: 3, isError: true };
    const spans = rows([
      {},
      call,
      { ...call, service: 'web.shop', attributes: tags },
      { service: 'bank' },
    ]);
    const late = spans.map((span) =>
      span.service === 'bank' ? { ...span, to: span.to + 20 } : span,
    );
    const [pay] = callsIn(endpoint(await modelOf([otlpLines(late)]), 'web', 'GET /').steps);
    expect(pay).toMatchObject({
      timeout: null,
      below: { maxRetries: 0, timeout: { text: '86ms' } },
    });
  });

  it('are followed through a chain of 20,000', async () => {
    const chain = Array.from({ length: 20_000 }, (_, k): TestSpan => {
      const [service, attributes] = ['web.shop', SIDECAR];
      const parent = k === 0 ? undefined : `${k - 1}`;
      return {
        trace: 't',
        id: `${k}`,
        parent,
        service,
        kind: 2,
        name: '/',
        from: 0,
        to: 9,
        attributes,
      };
    });
    expect(await names(chain)).toEqual(['web.shop']);
  });
});
