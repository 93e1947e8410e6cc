import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Told } from './laws.js';
import { brokenLaws, spansOf } from './laws.js';

/** With messages and their batches, crashes, proxies that try again, sagas, outboxes, databases, refusals and gRPC. */
const SCENARIOS = [
  'bus-events',
  'bus-system-events',
  'deadlock',
  'edge-rest-inside-grpc',
  'mesh-retries',
  'outbox',
  'saga-crash',
  'persistent-subscription',
];

/** Runs that say the same in less time. */
const SHORTER: Readonly<Record<string, object>> = { 'edge-rest-inside-grpc': { duration: '41s' } };

function shipped(name: string): string {
  const file = new URL(`../../scenarios/patterns/${name}.yaml`, import.meta.url);
  const tree = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const run = { ...(tree['run'] as object), ...SHORTER[name], replications: 1 };
  return stringify({ ...tree, run }, { aliasDuplicateObjects: false });
}

describe('the spans of', () => {
  it.each(SCENARIOS)('%s keep every law', (name) => {
    const { spans, partial } = spansOf(shipped(name));
    expect(spans.length).toBeGreaterThan(30);
    expect(brokenLaws(spans, partial)).toEqual([]);
    expect(partial.size).toBeLessThan(0.1 * new Set(spans.map(({ traceId }) => traceId)).size);
  });
});

describe('the check', () => {
  const { spans } = spansOf(`faultline: 1
title: A hop
run: { duration: 1s, replications: 1, drain: 1s }
services:
  shop: { endpoints: { buy: [ { call: bank.pay } ] } }
  bank: { endpoints: { pay: [ { work: 1ms } ] } }
workloads: { users: { arrivals: { kind: at, times: [500ms] }, requests: [ { call: shop.buy } ] } }
`);
  const none: ReadonlySet<string> = new Set();
  const client = spans.find(
    ({ kind, resource }) => kind === 3 && 'service.instance.id' in resource,
  )!;
  const without = ({ spanId }: Told): readonly Told[] =>
    spans.filter((span) => span.spanId !== spanId);

  it.each<[string, Partial<Told>, RegExp]>([
    ['a span that ends too early', { until: client.from - 1n }, /ends before it begins/],
    ['an error without its type', { isError: !client.isError }, /error and error.type differ/],
    ['a caller without its process', { resource: { 'service.name': 'x' } }, /no instance/],
    [
      'the process of another service',
      { resource: { ...client.resource, 'service.name': 'x' } },
      /instance /,
    ],
    [
      'a client called by another name',
      { attributes: { 'server.address': 'x' } },
      /not the server/,
    ],
    [
      'an attribute of no convention',
      { attributes: { ...client.attributes, 'http.flavor': '1.1' } },
      /attribute http.flavor does not exist/,
    ],
    [
      'a tag of Envoy in a span of another one',
      { attributes: { ...client.attributes, 'http.method': 'POST' } },
      /http.method without component/,
    ],
    [
      'an attribute of another type',
      { attributes: { ...client.attributes, 'http.response.status_code': '200' } },
      /attribute http.response.status_code is a string/,
    ],
    [
      'a method without an address',
      { attributes: { 'http.request.method': 'POST' } },
      /http.request.method without server.address/,
    ],
    [
      'a code of gRPC that is an error, in a span that is none',
      { name: 'a/b', attributes: { 'rpc.method': 'a/b', 'rpc.status_code': 'UNAVAILABLE' } },
      /code UNAVAILABLE, error false/,
    ],
    ['a server above its server', { kind: 2 }, /a server without a client|not the server/],
  ])('finds %s', (_, change, what) => {
    const broken = brokenLaws([...without(client), { ...client, ...change }], none);
    expect(broken.join('\n')).toMatch(what);
  });

  it('finds a parent that does not exist, unless its trace lacks spans', () => {
    const rest = without(client);
    expect(brokenLaws(rest, none).join('\n')).toMatch(/its parent does not exist/);
    expect(brokenLaws(rest, new Set([client.traceId]))).toEqual([]);
  });
});
