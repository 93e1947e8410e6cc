import { describe, expect, it } from 'vitest';
import { logs } from '../../src/telemetry/logs.js';
import { openMetrics } from '../../src/telemetry/openmetrics.js';
import { exported } from './export.js';
import type { Told } from './laws.js';
import { spansOf } from './laws.js';

const EPOCH_NS = BigInt(Date.parse('2026-01-01T00:00:00Z')) * 1_000_000n;
const [SERVER, CLIENT, PRODUCER, CONSUMER] = [2, 3, 4, 5];

/** Spans of one kind of a service: begin and end in ms, name, status and error. */
function told(spans: readonly Told[], service: string, kind: number): readonly unknown[] {
  return spans
    .filter((span) => span.resource['service.name'] === service && span.kind === kind)
    .map(({ from, until, attributes, isError }) => [
      ms(from),
      ms(until),
      attributes['http.response.status_code'] ?? null,
      isError ? attributes['error.type'] : null,
    ]);
}

function ms(at: bigint): number {
  return Number(at - EPOCH_NS) / 1e6;
}

const head = (more = ''): string => `faultline: 1
title: Exported
run: { duration: 1s, replications: 1, drain: 5s${more} }
network: { latency: 10ms }
`;

/** One request, at 500 ms, each hop 10 ms. The shop leaves its call of 100 ms after 50 ms. */
const impatient = (bank: string): string => `${head()}
services:
  shop:
    outbound: { bank: { timeout: 50ms } }
    endpoints: { buy: [ { call: bank.pay } ] }
${bank}
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
`;

const BANK = (cancellation: string): string => `  bank:
    cancellation: ${cancellation}
    endpoints: { pay: { method: POST, steps: [ { work: 100ms } ] } }`;

describe('a server whose caller has left', () => {
  it('writes the status of its own, when it finishes', () => {
    const scenario = impatient(BANK('ignore'));
    const { spans } = spansOf(scenario);
    expect(told(spans, 'bank', SERVER)).toEqual([[520, 620, 200, null]]);
    expect(told(spans, 'shop', CLIENT)).toEqual([[510, 560, null, 'timeout']]);
    expect(told(spans, 'shop', SERVER)).toEqual([[510, 560, 504, '504']]);
    const body = scenario.slice(scenario.indexOf('run:'));
    const lines = exported(body, logs).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"bank"')).join('\n')).toMatch(
      /"level":"INFO".*POST \/pay 200 in 100 ms/,
    );
    const served = exported(body, openMetrics)
      .split('\n')
      .filter((line) => /^http_requests_total\{.*service="bank"/.test(line));
    expect(served.at(-1)).toMatch(/status_code="200"\} 1 /);
    for (const line of served) expect(line).toContain('status_code="200"');
  });

  it('writes 499 if it stops, which is no error of its own', () => {
    const { spans } = spansOf(impatient(BANK('immediate')));
    // The cancellation is sent at 560 ms.
    expect(told(spans, 'bank', SERVER)).toEqual([[520, 570, 499, null]]);
  });
});

describe('a process that dies', () => {
  const spans = (): ReturnType<typeof spansOf> =>
    spansOf(`${impatient(BANK('ignore')).replace('timeout: 50ms', 'timeout: 500ms')}
faults: [ { id: dead, kind: crash, target: bank, at: 570ms, for: 200ms } ]
`);

  it('takes its spans along', () => {
    const { spans: all, partial } = spans();
    expect(told(all, 'bank', SERVER)).toEqual([]);
    expect(told(all, 'shop', CLIENT)).toEqual([[510, 580, null, 'reset']]);
    expect(partial.size).toBe(1);
  });
});

describe('work that has not ended with the run', () => {
  it('has no spans', () => {
    const scenario = impatient(BANK('ignore')).replace('work: 100ms', 'work: 100s');
    const { spans, partial } = spansOf(scenario.replace('timeout: 50ms', 'timeout: 200s'));
    expect(spans).toEqual([]);
    expect(partial.size).toBe(1);
  });
});

describe('the tries of a proxy', () => {
  const scenario = `${head()}
mesh: { kind: istio, services: all, policy: { retry: { kind: istio, on: [connect, 503] } }, proxy: { work: 0ms, latency: 0ms } }
services:
  shop:
    outbound: { bank: { retry: { attempts: 2, backoff: { kind: constant, base: 100ms }, on: [5xx] } } }
    endpoints: { buy: [ { call: bank.pay } ] }
  bank: { replicas: 3, endpoints: { pay: { method: POST, steps: [ { work: 1ms } ] } } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: broken, kind: error, target: bank, status: 503, at: 0s, for: 1s } ]
`;
  const { spans } = spansOf(scenario);
  const byName = (name: string): readonly Told[] =>
    spans.filter((span) => span.name === name).sort((a, b) => Number(a.from - b.from));

  it('are its own, below one span for each try of the application', () => {
    const own = spans.filter(
      ({ kind, resource }) => kind === CLIENT && resource['service.name'] === 'shop',
    );
    // Two tries of the application, three tries of the proxy for each.
    expect(own.map(({ attributes }) => attributes['http.request.resend_count'] ?? 0)).toEqual([
      0, 1,
    ]);
    const tries = byName('router bank egress');
    expect(tries.map(({ attributes }) => attributes['retry.count'] ?? '0')).toEqual([
      '0',
      '1',
      '2',
      '0',
      '1',
      '2',
    ]);
    const requests = byName('egress bank');
    expect(requests.map(({ parentSpanId }) => parentSpanId)).toEqual(
      own.map(({ spanId }) => spanId),
    );
    expect(
      tries.map(({ parentSpanId }) => requests.findIndex(({ spanId }) => spanId === parentSpanId)),
    ).toEqual([0, 0, 0, 1, 1, 1]);
    for (const { resource, attributes } of tries) {
      expect(resource).toMatchObject({
        'service.name': 'shop-proxy',
        'service.instance.id': 'shop[0]',
      });
      expect(attributes).toMatchObject({ component: 'proxy', 'http.status_code': '503' });
    }
  });

  it('are counted apart from the calls of the application', () => {
    const text = exported(scenario.slice(scenario.indexOf('run:')), openMetrics);
    const last = (name: string): string | undefined =>
      text
        .split('\n')
        .filter((line) => line.startsWith(name) && line.includes('service="shop"'))
        .at(-1);
    expect(last('client_requests_total')).toMatch(/instance="shop\[0\]".* 2 /);
    expect(last('proxy_requests_total')).toMatch(/instance="shop\[0\]".* 6 /);
  });
});

describe('messages', () => {
  const scenario = `${head()}
services:
  shop: { endpoints: { buy: [ { publish: { topic: mails, count: 3 } } ] } }
  mail: { concurrency: 1, endpoints: { send: [ { work: 40ms } ] } }
queues: { mails: { kind: sqs, consumers: [ { name: mailer, call: mail.send, batch: 3 } ] } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
`;
  const { spans, partial } = spansOf(scenario);
  const of = (kind: number): readonly Told[] => spans.filter((span) => span.kind === kind);

  it('are sent by a producer and handled by a consumer that names the product', () => {
    const [sent, ...others] = of(PRODUCER);
    expect(others).toEqual([]);
    expect(sent).toMatchObject({
      name: 'send mails',
      attributes: {
        'messaging.system': 'aws_sqs',
        'messaging.destination.name': 'mails',
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.batch.message_count': 3,
      },
      resource: { 'service.instance.id': 'shop[0]' },
    });
    expect(partial.size).toBe(0);
  });

  it('are handled together in a trace of their own, with a link for each', () => {
    const [sent] = of(PRODUCER);
    const handled = of(CONSUMER);
    const messages = handled.map(({ links }) => links.length);
    expect(messages.reduce((a, b) => a + b, 0)).toBe(3);
    for (const { links, traceId, parentSpanId, attributes } of handled) {
      for (const { spanId } of links) expect(spanId).toBe(sent!.spanId);
      expect(traceId === sent!.traceId).toBe(links.length === 1);
      expect(parentSpanId).toBe(links.length === 1 ? sent!.spanId : undefined);
      expect(attributes['messaging.batch.message_count'] ?? 1).toBe(links.length);
    }
    expect(Math.max(...messages)).toBeGreaterThan(1);
  });
});

it('databases are named by their product', () => {
  const kinds = ['postgres', 'mysql', 'mongo', 'redis', 'elasticsearch', 'dynamodb', 'generic'];
  const CPU: Readonly<Record<string, string>> = { elasticsearch: 'cpu: { cores: 2 }, ' };
  const database = (kind: string): string =>
    `  d${kind}: { kind: ${kind}, ${CPU[kind] ?? ''}operations: { get: { work: 1ms } } }\n`;
  const { spans } = spansOf(`${head()}
services: { shop: { endpoints: { buy: [ ${kinds.map((kind) => `{ query: d${kind}.get }`).join(', ')} ] } } }
databases:
${kinds.map(database).join('')}
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
`);
  const systems = spans.flatMap(({ attributes, name }) =>
    attributes['db.system.name'] === undefined ? [] : [[name, attributes['db.system.name']]],
  );
  expect(systems).toEqual([
    ['get dpostgres', 'postgresql'],
    ['get dmysql', 'mysql'],
    ['get dmongo', 'mongodb'],
    ['get dredis', 'redis'],
    ['get delasticsearch', 'elasticsearch'],
    ['get ddynamodb', 'aws.dynamodb'],
    ['get dgeneric', 'generic'],
  ]);
});
