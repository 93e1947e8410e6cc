import { describe, expect, it } from 'vitest';
import { logs } from '../../src/telemetry/logs.js';
import { openMetrics } from '../../src/telemetry/openmetrics.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { exported } from './export.js';
import type { Told } from './laws.js';
import { brokenLaws, spansOf, toldIn } from './laws.js';

const [SERVER, CLIENT] = [2, 3];

/** One request each second; the second service speaks gRPC. */
const scenario = (bank: string, more = ''): string => `faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 5s }
network: { latency: 10ms }
services:
  shop: { protocol: { tls: tls13 }, endpoints: { buy: [ { call: bank.pay } ] } }
  bank: { protocol: { kind: grpc, tls: mtls }, ${bank} }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
${more}
`;

const PAY = 'endpoints: { pay: [ { work: 100ms } ] }';
const answers = (status: number): string =>
  scenario(
    PAY,
    `faults: [ { id: broken, kind: error, target: bank, status: ${status}, at: 0s, for: 1s } ]`,
  );

function spansBetween(text: string): { readonly client: Told; readonly server: Told | undefined } {
  const { spans, partial } = spansOf(text);
  expect(brokenLaws(spans, partial)).toEqual([]);
  const of = (service: string, kind: number): Told | undefined =>
    spans.find((span) => span.resource['service.name'] === service && span.kind === kind);
  return { client: of('shop', CLIENT)!, server: of('bank', SERVER) };
}

describe('a call of a service that speaks gRPC', () => {
  it('has RPC spans on both sides', () => {
    const { client, server } = spansBetween(scenario(PAY));
    const common = {
      'rpc.system.name': 'grpc',
      'rpc.method': 'bank/pay',
      'rpc.status_code': 'OK',
      'server.address': 'bank',
    };
    expect(client).toMatchObject({ name: 'bank/pay', isError: false });
    expect(client.attributes).toEqual({ ...common, 'faultline.outcome': 'ok' });
    expect(server).toMatchObject({ name: 'bank/pay', isError: false, attributes: common });
  });

  // google/rpc/code.proto for the codes, docs/rpc/grpc.md for what is an error of the server.
  it.each([
    [400, 'INVALID_ARGUMENT', false],
    [404, 'NOT_FOUND', false],
    [409, 'ABORTED', false],
    [422, 'INVALID_ARGUMENT', false],
    [429, 'RESOURCE_EXHAUSTED', false],
    [500, 'UNKNOWN', true],
    [501, 'UNIMPLEMENTED', true],
    [503, 'UNAVAILABLE', true],
    [504, 'DEADLINE_EXCEEDED', true],
    [507, 'UNKNOWN', true],
  ])('that fails with %d has the code %s', (status, code, isServerError) => {
    const { client, server } = spansBetween(answers(status));
    expect(client.attributes).toMatchObject({ 'rpc.status_code': code, 'error.type': code });
    expect(server!.attributes).toMatchObject({ 'rpc.status_code': code });
    expect([client.isError, server!.isError]).toEqual([true, isServerError]);
  });

  it('that times out has the code of the client, and that of the server', () => {
    const text = (cancellation: string): string =>
      scenario(`cancellation: ${cancellation}, ${PAY}`).replace(
        'shop: {',
        'shop: { outbound: { bank: { timeout: 50ms } },',
      );
    const stopped = spansBetween(text('immediate'));
    expect(stopped.client.attributes['rpc.status_code']).toBe('DEADLINE_EXCEEDED');
    expect(stopped.server!.attributes['rpc.status_code']).toBe('CANCELLED');
    expect(stopped.server!.isError).toBe(false);
    expect(spansBetween(text('ignore')).server!.attributes['rpc.status_code']).toBe('OK');
  });

  it('that reaches no process is UNAVAILABLE, and so is its second try', () => {
    const text = scenario(
      PAY,
      'faults: [ { id: dead, kind: crash, target: bank, at: 0s, for: 9s } ]',
    ).replace(
      'shop: {',
      'shop: { outbound: { bank: { retry: { attempts: 2, backoff: { kind: constant, base: 10ms }, on: [connect] } } },',
    );
    const { spans } = spansOf(text);
    const tries = spans.filter(({ name, kind }) => name === 'bank/pay' && kind === CLIENT);
    expect(
      tries.map(({ attributes }) => [
        attributes['rpc.status_code'],
        attributes['faultline.attempt'],
      ]),
    ).toEqual([
      ['UNAVAILABLE', undefined],
      ['UNAVAILABLE', 2],
    ]);
  });

  it('is logged and counted by its method and code', () => {
    const text = answers(503);
    const body = text.slice(text.indexOf('run:'));
    const messages = exported(body, logs)
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly message: string }).message);
    expect(messages).toContain('bank/pay UNAVAILABLE in 0 s');
    expect(messages).toContain('call to bank/pay failed: UNAVAILABLE after 20 ms');
    expect(messages).toContain('POST /buy 503 in 20 ms');
    const samples = exported(body, openMetrics).split('\n');
    const handled = samples.filter((line) => line.startsWith('grpc_server_handled_total'));
    expect(handled.at(-1)).toMatch(
      /service="bank",instance="bank\[0\]",grpc_type="unary",grpc_service="bank",grpc_method="pay",grpc_code="Unavailable"\} 1 /,
    );
    expect(samples.some((line) => /^grpc_server_handling_seconds_count.* 1 /.test(line))).toBe(
      true,
    );
    expect(samples.filter((line) => /^http_requests_total.*service="bank"/.test(line))).toEqual([]);
  });
});

describe('a request of HTTP', () => {
  it('has the version and the scheme that the scenario says, on the sides that know them', () => {
    const { spans } = spansOf(scenario(PAY));
    const of = (service: string, kind: number): Told['attributes'] =>
      spans.find((span) => span.resource['service.name'] === service && span.kind === kind)!
        .attributes;
    expect(of('users', CLIENT)).toMatchObject({
      'server.address': 'shop',
      'network.protocol.version': '1.1',
    });
    expect(of('shop', SERVER)).toMatchObject({
      'server.address': 'shop',
      'network.protocol.version': '1.1',
      'url.scheme': 'https',
      'url.path': '/buy',
    });
  });

  it('has neither where the scenario does not say them, and no path for a pattern', () => {
    const { spans } = spansOf(`faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 1s }
gateways: { edge: { routes: [ { name: one, match: { path: "/orders/*" }, to: shop.get } ] } }
services: { shop: { endpoints: { get: { method: GET, steps: [ { work: 1ms } ] } } } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: edge, path: /orders/7 } ] } }
`);
    const servers = spans.filter(({ kind }) => kind === SERVER);
    const edge = servers.find(({ attributes }) => attributes['http.route'] === '/orders/*');
    expect(Object.keys(edge!.attributes)).not.toContain('url.path');
    for (const { attributes } of servers) {
      expect(Object.keys(attributes)).not.toContain('url.scheme');
      expect(Object.keys(attributes)).not.toContain('network.protocol.version');
    }
  });

  it('whose server throws has the status of its response on both sides', () => {
    const { spans } = spansOf(`faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 1s }
services: { shop: { endpoints: { buy: [ fail: serverError ] } } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
`);
    const statuses = spans
      .filter(({ kind }) => kind !== 1)
      .map(({ attributes }) => [attributes['http.response.status_code'], attributes['error.type']]);
    expect(statuses).toEqual([
      [500, '500'],
      [500, '500'],
    ]);
  });
});

describe('the method of a request', () => {
  it('is the one that the call writes, and a gateway passes it on', () => {
    const { spans } = spansOf(`faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 1s }
network: { latency: 1ms }
gateways: { edge: { routes: [ { match: { path: /orders/* }, to: shop.get }, { match: { path: /bills }, to: shop.pay } ] } }
services:
  shop: { endpoints: { get: [ work: 1ms, call: bank.pay ], pay: { method: PUT, steps: [ work: 1ms, call: bank.pay ] } } }
  bank: { endpoints: { pay: [ work: 1ms ] } }
workloads:
  users:
    arrivals: { kind: at, times: [500ms] }
    requests: [ { name: both, steps: [ call: { to: edge, method: DELETE, path: /orders/7 }, call: { to: edge, path: /bills } ] } ]
`);
    const servers = spans.filter(({ kind }) => kind === SERVER);
    const names = servers.sort((a, b) => Number(a.from - b.from)).map(({ name }) => name);
    // The endpoint of the bank changes data, and no call of it writes a method; its callers do not pass theirs on.
    expect(names).toEqual([
      ...['DELETE /orders/*', 'DELETE /get', 'POST /pay'],
      ...['POST /bills', 'PUT /pay', 'POST /pay'],
    ]);
  });
});

it('a request that the platform of a function throttles has no span of the function', () => {
  const { spans } = spansOf(`faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 5s }
functions: { resize: { kind: lambda, coldStart: 100ms, reserved: 1, steps: [ wait: 200ms ] } }
services: { shop: { endpoints: { put: [ call: resize.invoke ] } } }
workloads: { users: { arrivals: { kind: at, times: [500ms, 510ms] }, requests: [ { call: shop.put } ] } }
`);
  const of = (service: string, kind: number): readonly unknown[] =>
    spans
      .filter((span) => span.resource['service.name'] === service && span.kind === kind)
      .map(({ attributes }) => attributes['http.response.status_code'])
      .sort();
  expect(of('shop', CLIENT)).toEqual([200, 429]);
  expect(of('resize', SERVER)).toEqual([200]);
});

it('messages have the address of the broker that holds their topic or queue', () => {
  const { spans, partial } = spansOf(`faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 5s }
brokers: { log: { kind: kafka, nodes: 1 }, rabbit: { kind: rabbitmq, nodes: 3 } }
topics: { placed: { kind: kafka, broker: log, subscribers: [ { group: mail, call: mail.send } ] } }
queues: { paid: { kind: rabbitmq, broker: rabbit, consumers: [ { name: mailer, call: mail.send } ] } }
services:
  shop: { endpoints: { buy: [ publish: placed, publish: paid ] } }
  mail: { endpoints: { send: [ { work: 1ms } ] } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
`);
  expect(brokenLaws(spans, partial)).toEqual([]);
  const addresses = spans
    .filter(({ kind }) => kind >= 4)
    .map(({ name, attributes }) => `${name}: ${attributes['server.address']}`);
  expect(addresses.sort()).toEqual([
    'process paid: rabbit',
    'process placed: log',
    'publish paid: rabbit',
    'send placed: log',
  ]);
});

it('a trace with an error of gRPC is kept whatever the sample, also if a hedge cancelled its call', () => {
  const text = scenario(
    'replicas: 2, endpoints: { pay: [ { wait: uniform(60ms 90ms) } ] }',
  ).replace('shop: {', 'shop: { outbound: { bank: { hedge: { after: 10ms } } },');
  const { spans } = spansOf(text);
  const cancelled = spans.filter(({ attributes }) => attributes['error.type'] === 'CANCELLED');
  expect(cancelled).toHaveLength(1);
  const kept = exported(text.slice(text.indexOf('run:')), otlp, { sample: 0 });
  expect(toldIn(kept)).toHaveLength(spans.length);
});

describe('a call of a service with a protocol of its own over TCP', () => {
  const tcp = scenario(PAY).replace('kind: grpc, tls: mtls', 'kind: tcp');

  it('has spans on both sides, without the attributes of HTTP', () => {
    const { client, server } = spansBetween(tcp);
    const common = { 'network.transport': 'tcp', 'server.address': 'bank' };
    expect(client).toMatchObject({ name: 'pay bank', isError: false });
    expect(client.attributes).toEqual({ ...common, 'faultline.outcome': 'ok' });
    expect(server).toMatchObject({ name: 'pay bank', isError: false, attributes: common });
  });

  it('has the outcome as the type of an error', () => {
    const fault = 'faults: [ { id: f, kind: error, target: bank, status: 503, at: 0s, for: 1s } ]';
    const { client, server } = spansBetween(`${tcp}${fault}\n`);
    expect(client.attributes['error.type']).toBe('serverError');
    expect(server!.attributes['error.type']).toBe('serverError');
    const lines = exported(tcp.slice(tcp.indexOf('run:')), logs);
    expect(lines).toMatch(/"service":"bank".*"message":"pay ok in 100 ms"/u);
    const series = exported(tcp.slice(tcp.indexOf('run:')), openMetrics);
    expect(series).toMatch(
      /^tcp_requests_total\{.*service="bank".*endpoint="pay",outcome="ok"\} 1 /mu,
    );
    expect(series).not.toMatch(/^http_requests_total\{.*service="bank"/mu);
  });
});
