import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { otlp } from '../../src/telemetry/otlp.js';
import { runPlan } from '../support/built.js';
import { plansOf } from '../theory/program.js';
import { SETTINGS } from './export.js';

/** With messages, sagas, caches, databases, functions, gateways and faults. */
const SCENARIOS = [
  'acks',
  'cache-two-levels',
  'failover',
  'function-cold-starts',
  'gateway-chain',
  'outbox',
  'saga-compensation',
];

const root = new protobuf.Root();
root.resolvePath = (_, target) => join(import.meta.dirname, target);
root.loadSync('opentelemetry/proto/trace/v1/trace.proto');
const TRACES = root.lookupType('opentelemetry.proto.trace.v1.TracesData');
TRACES.resolveAll();

/** A part of the traces of a scenario of the repository, of all variants in their first replication. */
function linesOf(name: string): readonly unknown[] {
  const file = new URL(`../../scenarios/patterns/${name}.yaml`, import.meta.url);
  const exporter = otlp.create({ ...SETTINGS, sample: 0.2 });
  let text = '';
  for (const own of plansOf(readFileSync(file, 'utf8')).plans) {
    // Spans of one request in twenty have every form that those of all requests have.
    const plan = { ...own, traceShare: 0.05 };
    text += exporter.begin({ plan, replication: 0, journal: [] });
    const record = runPlan(plan, 0, (rows) => {
      text += exporter.rows(rows);
    });
    text += exporter.end(record);
  }
  return `${text}${exporter.finish()}`
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** Problems of a value by the mapping of OTLP to JSON: names, types and ids, as the specification has them. */
function problemsIn(type: protobuf.Type, value: unknown, path: string): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path}: no object`];
  const oneofs = type.oneofsArray.filter(
    ({ fieldsArray }) => fieldsArray.filter(({ name }) => name in value).length > 1,
  );
  return [
    ...oneofs.map(({ name }) => `${path}: several of ${name}`),
    ...Object.entries(value).flatMap(([key, own]) => {
      const field = type.fields[key];
      if (field === undefined) return [`${path}.${key}: unknown`];
      if (!field.repeated) return problemsOf(field.resolve(), own, `${path}.${key}`);
      if (!Array.isArray(own)) return [`${path}.${key}: no list`];
      return own.flatMap((item, i) => problemsOf(field.resolve(), item, `${path}.${key}[${i}]`));
    }),
  ];
}

function problemsOf(
  { type, name, resolvedType }: protobuf.Field,
  value: unknown,
  path: string,
): readonly string[] {
  if (resolvedType instanceof protobuf.Type) return problemsIn(resolvedType, value, path);
  const isRight =
    resolvedType instanceof protobuf.Enum
      ? (value as number) in resolvedType.valuesById
      : fits(type, name, value);
  return isRight ? [] : [`${path}: ${JSON.stringify(value)} is no ${type}`];
}

function fits(type: string, name: string, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'double':
      return typeof value === 'number';
    case 'bytes':
      return (
        typeof value === 'string' &&
        new RegExp(`^[0-9a-f]{${name === 'traceId' ? 32 : 16}}$`).test(value)
      );
    case 'int64':
      return (
        typeof value === 'string' &&
        /^-?\d+$/.test(value) &&
        BigInt.asIntN(64, BigInt(value)) === BigInt(value)
      );
    case 'fixed64':
      return typeof value === 'string' && /^\d+$/.test(value) && BigInt(value) < 2n ** 64n;
    default:
      return typeof value === 'number' && Number.isInteger(value);
  }
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

interface Line {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

describe.each(SCENARIOS)('the spans of %s', (name) => {
  const lines = linesOf(name);

  it('are OTLP in JSON to the letter', () => {
    const problems = lines.flatMap((line, i) => problemsIn(TRACES, line, `line ${i + 1}`));
    expect(problems.slice(0, 5)).toEqual([]);
  });

  it('keep the rules of the format that no type shows', () => {
    const resources = (lines as readonly Line[]).flatMap(({ resourceSpans }) => resourceSpans);
    const spans = resources.flatMap(({ scopeSpans }) => scopeSpans).flatMap((one) => one.spans);
    expect(spans.length).toBeGreaterThan(5);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    const names = resources.flatMap(({ resource }) => repeatedIn(resource.attributes));
    expect(names).toEqual([]);
    expect(resources.filter(({ resource }) => !keysOf(resource).has('service.name'))).toEqual([]);
    expect(spans.flatMap(wrongIn).slice(0, 5)).toEqual([]);
  });
});

/** Rules of a span that no type shows and that it breaks. One check for all spans: a check for each takes seconds. */
function wrongIn(span: Span): readonly string[] {
  const { name, kind, spanId, traceId, parentSpanId, attributes } = span;
  const rules: Readonly<Record<string, boolean>> = {
    'a name': name !== '',
    'a kind': kind > 0,
    'a parent that it is not': spanId !== parentSpanId,
    'ids that are not 0': !/\b0+\b/.test(`${traceId} ${spanId}`),
    'an end after its start': BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano),
    'one value for each attribute':
      repeatedIn(attributes).length === 0 &&
      attributes.every(({ value }) => Object.keys(value).length === 1),
  };
  const broken = Object.keys(rules).filter((rule) => !rules[rule]);
  return broken.map((rule) => `${name}: ${rule}`);
}

function keysOf({ attributes }: Pick<Span, 'attributes'>): ReadonlySet<string> {
  return new Set(attributes.map(({ key }) => key));
}

function repeatedIn(attributes: Span['attributes']): readonly string[] {
  const keys = attributes.map(({ key }) => key);
  return keys.filter((key, i) => keys.indexOf(key) !== i);
}

it('the check finds what is wrong', () => {
  const span = {
    traceId: 'q1==',
    kind: 9,
    startTimeUnixNano: 1,
    start_time: '1',
    status: { code: 'x' },
  };
  const line = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
  expect(problemsIn(TRACES, line, '').map((text) => text.replace(/.*spans\[0\]\./, ''))).toEqual([
    'traceId: "q1==" is no bytes',
    'kind: 9 is no SpanKind',
    'startTimeUnixNano: 1 is no fixed64',
    'start_time: unknown',
    'status.code: "x" is no StatusCode',
  ]);
  const attribute = { key: 'a', value: {} };
  const wrong: Span = {
    traceId: '0'.repeat(32),
    spanId: 'b',
    parentSpanId: 'b',
    name: '',
    kind: 0,
    startTimeUnixNano: '2',
    endTimeUnixNano: '1',
    attributes: [attribute, attribute],
  };
  expect(wrongIn(wrong)).toHaveLength(6);
});
