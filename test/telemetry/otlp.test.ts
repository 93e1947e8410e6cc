import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { otlp } from '../../src/telemetry/otlp.js';
import { exported } from './export.js';

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
  const {
    faultline: _version,
    title: _title,
    ...tree
  } = parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const run = { ...(tree['run'] as object), replications: 1 };
  const text = stringify({ ...tree, run }, { aliasDuplicateObjects: false });
  return exported(text, otlp, { sample: 0.01 })
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
    for (const { resource } of resources) {
      const names = resource.attributes.map(({ key }) => key);
      expect(names).toContain('service.name');
      expect(new Set(names).size).toBe(names.length);
    }
    for (const span of spans) {
      const names = span.attributes.map(({ key }) => key);
      expect(new Set(names).size, span.name).toBe(names.length);
      expect(span.name).not.toBe('');
      expect(span.kind).toBeGreaterThan(0);
      expect(span.spanId).not.toBe(span.parentSpanId);
      expect(`${span.traceId} ${span.spanId}`).not.toMatch(/\b0+\b/);
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      for (const { value } of span.attributes) expect(Object.keys(value)).toHaveLength(1);
    }
  });
});

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
});
