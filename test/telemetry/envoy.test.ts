import { describe, expect, it } from 'vitest';
import type { Told } from './laws.js';
import { brokenLaws, spansOf } from './laws.js';

/** One request. The proxy of the shop makes two tries, 100 ms at most each time; the bank works for `work`. */
const scenario = (own: {
  readonly work?: string;
  readonly shop?: string;
  readonly bank?: string;
  readonly fault?: string;
}): string => `faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 5s }
network: { latency: 10ms }
mesh:
  kind: istio
  services: all
  proxy: { work: 0ms, latency: 0ms }
  policy: { timeout: 100ms, retry: { kind: istio, attempts: 2, on: [connect, reset, timeout, 5xx], backoff: { kind: envoy, base: 1ms, max: 1ms } } }
services:
  shop: { ${own.shop ?? ''} endpoints: { buy: [ { call: bank.pay } ] } }
  bank: { ${own.bank ?? ''} endpoints: { pay: [ { work: ${own.work ?? '20ms'} } ] } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
${own.fault === undefined ? '' : `faults: [ { id: f, target: bank, at: 0s, for: 9s, ${own.fault} } ]`}
`;

/** The tags of each try, without those that all tries have. */
function triesOf(text: string): readonly Partial<Told['attributes']>[] {
  const { spans, partial } = spansOf(text);
  expect(brokenLaws(spans, partial)).toEqual([]);
  const tries = spans.filter(({ name }) => name === 'router bank egress');
  return tries
    .sort((a, b) => Number(a.from - b.from))
    .map(({ attributes, isError }) => {
      const { component, 'faultline.outcome': _outcome, ...rest } = attributes;
      const { upstream_cluster, 'upstream_cluster.name': name, ...own } = rest;
      expect([component, upstream_cluster, name]).toEqual(['proxy', 'bank', 'bank']);
      expect(isError).toBe(own['error'] === 'true');
      return own;
    });
}

/** Without a response there is no status, and a try without a status is an error. */
const NONE = { 'http.status_code': '0', error: 'true' };
const twice = (own: object): readonly object[] => [own, { ...own, 'retry.count': '1' }];

describe('the tries of a proxy have the tags of Envoy:', () => {
  it('a response has its status and no flag', () => {
    expect(triesOf(scenario({}))).toEqual([{ 'http.status_code': '200', response_flags: '-' }]);
  });

  it('a status of 5xx is an error', () => {
    expect(triesOf(scenario({ fault: 'kind: error, status: 503' }))).toEqual(
      twice({ 'http.status_code': '503', response_flags: '-', error: 'true' }),
    );
  });

  it('after the time of a try the proxy cancels it: UT', () => {
    expect(triesOf(scenario({ work: '500ms' }))).toEqual(
      twice({ ...NONE, response_flags: 'UT', canceled: 'true' }),
    );
  });

  it('a refused connection is UF, with its reason', () => {
    expect(triesOf(scenario({ fault: 'kind: crash' }))).toEqual(
      twice({ ...NONE, response_flags: 'UF', 'error.reason': 'remote connection failure' }),
    );
  });

  it('a connection that breaks is UC, with its reason', () => {
    const [first] = triesOf(scenario({ fault: 'kind: crash' }).replace('at: 0s', 'at: 535ms'));
    expect(first).toEqual({
      ...NONE,
      response_flags: 'UC',
      'error.reason': 'connection termination',
    });
  });

  it('a try that ends because the application has left is canceled, and DC is not its flag', () => {
    const shop = 'outbound: { bank: { timeout: 50ms } },';
    expect(triesOf(scenario({ work: '500ms', shop }))).toEqual([
      { ...NONE, response_flags: '-', canceled: 'true' },
    ]);
  });

  it('a response of gRPC has the status 200 and its code', () => {
    const bank = 'protocol: grpc,';
    expect(triesOf(scenario({ bank }))).toEqual([
      {
        'http.protocol': 'HTTP/2',
        'http.status_code': '200',
        'grpc.status_code': '0',
        response_flags: '-',
      },
    ]);
    const failed = { 'http.protocol': 'HTTP/2', 'http.status_code': '200', response_flags: '-' };
    expect(triesOf(scenario({ bank, fault: 'kind: error, status: 503' }))).toEqual(
      twice({ ...failed, 'grpc.status_code': '14', error: 'true' }),
    );
  });
});

it('an application whose proxy gets no response of gRPC has UNAVAILABLE', () => {
  const { spans } = spansOf(scenario({ bank: 'protocol: grpc,', work: '500ms' }));
  const own = spans.find(
    ({ name, resource }) => name === 'bank/pay' && resource['service.name'] === 'shop',
  );
  expect(own!.attributes).toMatchObject({
    'rpc.status_code': 'UNAVAILABLE',
    'error.type': 'UNAVAILABLE',
  });
});

/** The tags of the request of the shop as its proxy sees it, without those that all have. */
function requestOf(text: string): Told {
  const { spans, partial } = spansOf(text);
  expect(brokenLaws(spans, partial)).toEqual([]);
  const [own, ...others] = spans.filter(({ name }) => name === 'egress bank');
  expect(others).toEqual([]);
  return own!;
}

describe('the request of an application is a span of its proxy that covers all tries:', () => {
  const flags = (text: string): readonly unknown[] => {
    const { attributes, isError } = requestOf(text);
    return [attributes['http.status_code'], attributes['response_flags'], isError];
  };

  it('it is a server between the application and the tries', () => {
    const text = scenario({ fault: 'kind: error, status: 503' });
    const own = requestOf(text);
    const { spans } = spansOf(text);
    const app = spans.find(({ spanId }) => spanId === own.parentSpanId)!;
    const tries = spans.filter(({ parentSpanId }) => parentSpanId === own.spanId);
    expect(own).toMatchObject({ kind: 2, resource: { 'service.name': 'shop-proxy' } });
    expect(own.resource['service.instance.id']).toBe('shop[0]');
    expect(own.attributes).toEqual({
      component: 'proxy',
      'http.method': 'POST',
      upstream_cluster: 'bank',
      'upstream_cluster.name': 'bank',
      'http.status_code': '503',
      response_flags: 'URX',
      error: 'true',
    });
    expect([app.kind, app.resource['service.name'], app.name]).toEqual([3, 'shop', 'POST /pay']);
    expect([app.from, app.until]).toEqual([own.from, own.until]);
    expect(tries.map(({ name }) => name)).toEqual(['router bank egress', 'router bank egress']);
  });

  it('a response of the first try has no flag', () => {
    expect(flags(scenario({}))).toEqual(['200', '-', false]);
  });

  it('it has the flag of its last try, and URX if there is no other one', () => {
    expect(flags(scenario({ fault: 'kind: crash' }))).toEqual(['503', 'UF,URX', true]);
    expect(flags(scenario({ work: '500ms' }))).toEqual(['504', 'UT,URX', true]);
  });

  it('it is DC, without a status, if the application has left', () => {
    const shop = 'outbound: { bank: { timeout: 50ms } },';
    expect(flags(scenario({ work: '500ms', shop }))).toEqual(['0', 'DC', true]);
  });

  it('a response of gRPC has the status 200 and its code', () => {
    const { attributes, isError } = requestOf(scenario({ bank: 'protocol: grpc,', work: '500ms' }));
    expect(attributes).toMatchObject({ 'http.status_code': '200', 'grpc.status_code': '14' });
    expect(isError).toBe(true);
  });
});

describe('a gateway of kind envoy', () => {
  const gateway = (own: {
    readonly user?: string;
    readonly edge?: string;
    readonly work?: string;
    readonly fault?: string;
  }): string => `faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 20s }
policies:
  short: { timeout: ${own.user ?? '60s'} }
  twice: { retry: { kind: envoy, attempts: 2, on: [5xx], backoff: { kind: envoy, base: 1ms, max: 1ms } } }
gateways: { edge: { kind: envoy, cancellation: immediate, routes: [ { to: shop.buy${own.edge ?? ''} } ] } }
services: { shop: { endpoints: { buy: [ { work: ${own.work ?? '20ms'} } ] } } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: edge, policy: short } ] } }
${own.fault === undefined ? '' : `faults: [ { id: f, target: shop, at: 0s, for: 90s, ${own.fault} } ]`}
`;
  const ingressOf = (text: string): { readonly own: Told; readonly tries: readonly Told[] } => {
    const { spans, partial } = spansOf(text);
    expect(brokenLaws(spans, partial)).toEqual([]);
    const own = spans.find(({ name }) => name === 'ingress')!;
    const tries = spans.filter(({ parentSpanId }) => parentSpanId === own.spanId);
    return { own, tries: [...tries].sort((a, b) => Number(a.from - b.from)) };
  };

  it('writes the request as ingress, and each try below it', () => {
    const { own, tries } = ingressOf(gateway({}));
    expect(own).toMatchObject({ kind: 2, isError: false, resource: { 'service.name': 'edge' } });
    expect(own.attributes).toEqual({
      component: 'proxy',
      'http.method': 'POST',
      upstream_cluster: 'shop',
      'upstream_cluster.name': 'shop',
      'http.status_code': '200',
      response_flags: '-',
    });
    expect(
      tries.map(({ name, kind, attributes }) => [name, kind, attributes['response_flags']]),
    ).toEqual([['router shop egress', 3, '-']]);
  });

  it.each([
    ['DC without a status if its caller has left', { user: '50ms', work: '500ms' }, '0', 'DC', 1],
    [
      'the status of its callee without a flag',
      { fault: 'kind: error, status: 503' },
      '503',
      '-',
      1,
    ],
    ['UF for a refused connection', { fault: 'kind: crash' }, '503', 'UF', 1],
    ['UT after the time of the route', { work: '60s' }, '504', 'UT', 1],
    [
      'URX after all tries',
      { edge: ', policy: twice', fault: 'kind: error, status: 503' },
      '503',
      'URX',
      2,
    ],
  ] as const)('has %s', (_, own, status, flags, count) => {
    const { own: span, tries } = ingressOf(gateway(own));
    expect(span.attributes['http.status_code']).toBe(status);
    expect(span.attributes['response_flags']).toBe(flags);
    expect(span.isError).toBe(true);
    expect(tries.map(({ attributes }) => attributes['retry.count'] ?? '0')).toEqual(
      Array.from({ length: count }, (__, k) => String(k)),
    );
  });
});
