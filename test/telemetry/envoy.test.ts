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

it('a gateway of kind envoy has no status and the flag DC if its caller has left', () => {
  const { spans } = spansOf(`faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 5s }
policies: { short: { timeout: 50ms } }
gateways: { edge: { kind: envoy, cancellation: immediate, routes: [ { to: shop.buy } ] } }
services: { shop: { endpoints: { buy: [ { work: 500ms } ] } } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: edge, policy: short } ] } }
`);
  const { attributes, isError } = spans.find(
    ({ kind, resource }) => kind === 2 && resource['service.name'] === 'edge',
  )!;
  expect(attributes).not.toHaveProperty('http.response.status_code');
  expect(attributes['response_flags']).toBe('DC');
  expect(isError).toBe(false);
});
