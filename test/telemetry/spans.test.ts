import { join } from 'node:path';
import { TraceModel } from '@paulirish/trace_engine/models/trace/trace.js';
import type { Types } from '@paulirish/trace_engine/models/trace/trace.js';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { chrome } from '../../src/telemetry/chrome.js';
import { jaeger } from '../../src/telemetry/jaeger.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { EPOCH, exported } from './export.js';

/** A user buys. The bank answers 503 to the first try and 200 to the second; a mail goes through a bus. */
const SCENARIO = `
run: { duration: 2s, replications: 1, drain: 5s }
network: { latency: 10ms }
services:
  shop:
    outbound: { bank: { retry: { attempts: 3, backoff: { kind: constant, base: 800ms }, on: [5xx] } } }
    endpoints: { buy: [ { call: bank.pay }, { publish: mails } ] }
  bank: { endpoints: { pay: { method: POST, steps: [ { work: 100ms } ] } } }
  mail: { endpoints: { send: [ { work: 40ms } ] } }
topics: { mails: { kind: bus, subscribers: [ { group: mailer, call: mail.send } ] } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: broken, kind: error, target: bank, status: 503, at: 0s, for: 1.2s } ]
`;

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
}

interface Line {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly {
        readonly key: string;
        readonly value: { readonly stringValue?: string };
      }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

function linesOf(text: string): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** Every span with the name of its service. */
function spansOf(text: string): readonly (OtlpSpan & { readonly service: string })[] {
  return linesOf(text)
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ resource, scopeSpans }) => {
      const service = resource.attributes.find(({ key }) => key === 'service.name')!.value
        .stringValue!;
      return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
    });
}

describe('spans as OTLP', () => {
  const text = exported(SCENARIO, otlp);
  const spans = spansOf(text);
  const first = spans.find(
    ({ name, parentSpanId }) => name === 'buy' && parentSpanId === undefined,
  )!;
  const trace = spans.filter(({ traceId }) => traceId === first.traceId);
  const ms = (at: string): number =>
    Number(BigInt(at) / 1000n - BigInt(Date.parse(EPOCH)) * 1000n) / 1000;

  it('are what the published format says, with no field that it does not know', () => {
    const root = new protobuf.Root();
    root.resolvePath = (_, target) => join(import.meta.dirname, target);
    root.loadSync('opentelemetry/proto/trace/v1/trace.proto');
    const type = root.lookupType('opentelemetry.proto.trace.v1.TracesData');
    for (const line of linesOf(text)) {
      const binary = base64Ids(line) as { [key: string]: unknown };
      const message = type.decode(type.encode(type.fromObject(binary)).finish());
      const back = type.toObject(message, { longs: String, bytes: String, enums: Number });
      expect(back).toEqual(binary);
    }
  });

  it('follow a request through every hop, attempts and messages included', () => {
    const told = trace
      .map((span) => {
        const parent = trace.find(({ spanId }) => spanId === span.parentSpanId);
        const { name, kind, service, status } = span;
        return [
          ms(span.startTimeUnixNano),
          ms(span.endTimeUnixNano),
          service,
          kind,
          name,
          status.code ?? 0,
          parent?.name,
        ];
      })
      .sort((a, b) => Number(a[0]) - Number(b[0]) || Number(b[1]) - Number(a[1]));
    const [internal, server, client, producer, consumer, error] = [1, 2, 3, 4, 5, 2];
    // 10 ms each way; the first try is refused at once, the second one works for 100 ms, 800 ms later.
    expect(told).toEqual([
      [1000, 1960, 'users', client, 'POST /buy', 0, 'buy'],
      [1000, 1960, 'users', internal, 'buy', 0, undefined],
      [1010, 1950, 'shop', server, 'POST /buy', 0, 'POST /buy'],
      [1010, 1030, 'shop', client, 'POST /pay', error, 'POST /buy'],
      [1020, 1020, 'bank', server, 'POST /pay', error, 'POST /pay'],
      [1830, 1950, 'shop', client, 'POST /pay', 0, 'POST /buy'],
      [1840, 1940, 'bank', server, 'POST /pay', 0, 'POST /pay'],
      [1950, 1990, 'mail', consumer, 'process mails', 0, 'publish mails'],
      [1950, 1950, 'shop', producer, 'publish mails', 0, 'POST /buy'],
    ]);
  });

  it('name the method, the status, the number of the repetition and the error', () => {
    const [failed, repeated] = trace
      .filter(({ service, kind }) => service === 'shop' && kind === 3)
      .map(({ attributes }) =>
        Object.fromEntries(attributes.map(({ key, value }) => [key, value])),
      );
    expect(failed).toMatchObject({
      'http.request.method': { stringValue: 'POST' },
      'http.response.status_code': { intValue: '503' },
      'error.type': { stringValue: '503' },
    });
    expect(repeated).toMatchObject({
      'http.response.status_code': { intValue: '200' },
      'http.request.resend_count': { intValue: '1' },
      'faultline.policies.duration': { doubleValue: 0.82 },
    });
  });

  it('link the handling of a message to the span that published it', () => {
    const handled = trace.find(({ kind }) => kind === 5)!;
    const publisher = trace.find(({ service, kind }) => service === 'shop' && kind === 4)!;
    expect(handled.links).toEqual([{ traceId: first.traceId, spanId: publisher.spanId }]);
  });

  it('have ids of their own, none of them all zeros', () => {
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    for (const { traceId, spanId } of spans) {
      expect(traceId).toMatch(/^(?=.*[1-9a-f])[0-9a-f]{32}$/);
      expect(spanId).toMatch(/^(?=.*[1-9a-f])[0-9a-f]{16}$/);
    }
  });
});

describe('spans for Jaeger', () => {
  it('are the traces of the page: references, processes and tags, in microseconds', () => {
    const { data } = JSON.parse(exported(SCENARIO, jaeger)) as { data: readonly JaegerTrace[] };
    const [trace] = data;
    const spans = new Map(trace!.spans.map((span) => [span.spanID, span]));
    const seen = trace!.spans
      .map(({ startTime, duration, operationName, processID, references, tags }) => [
        startTime - Date.parse(EPOCH) * 1000,
        duration,
        trace!.processes[processID]!.serviceName,
        operationName,
        tags.find(({ key }) => key === 'error')?.value,
        references.map(({ refType, spanID }) => [refType, spans.get(spanID)!.operationName]),
      ])
      .sort((a, b) => Number(a[0]) - Number(b[0]) || Number(b[1]) - Number(a[1]));
    expect(seen.slice(-5)).toEqual([
      [1_020_000, 0, 'bank', 'POST /pay', true, [['CHILD_OF', 'POST /pay']]],
      [1_830_000, 120_000, 'shop', 'POST /pay', undefined, [['CHILD_OF', 'POST /buy']]],
      [1_840_000, 100_000, 'bank', 'POST /pay', undefined, [['CHILD_OF', 'POST /pay']]],
      [
        1_950_000,
        40_000,
        'mail',
        'process mails',
        undefined,
        [
          ['CHILD_OF', 'publish mails'],
          ['FOLLOWS_FROM', 'publish mails'],
        ],
      ],
      [1_950_000, 0, 'shop', 'publish mails', undefined, [['CHILD_OF', 'POST /buy']]],
    ]);
  });

  it('have the tags that a collector makes of the kind, the scope and the status', () => {
    const { data } = JSON.parse(exported(SCENARIO, jaeger)) as { data: readonly JaegerTrace[] };
    const tagsOf = (name: string): object =>
      Object.fromEntries(
        data[0]!.spans
          .find(({ operationName }) => operationName === name)!
          .tags.map(({ key, value }) => [key, value]),
      );
    expect(tagsOf('buy')).toEqual({ 'otel.scope.name': 'faultline', 'faultline.outcome': 'ok' });
    expect(tagsOf('POST /pay')).toMatchObject({
      'otel.scope.name': 'faultline',
      'span.kind': 'client',
      'otel.status_code': 'ERROR',
      error: true,
      'error.type': '503',
    });
  });
});

describe('spans as trace events of Chrome', () => {
  const { traceEvents } = JSON.parse(
    exported(SCENARIO.replace('constant(1/s)', 'constant(100/s)'), chrome),
  ) as { traceEvents: readonly ChromeEvent[] };

  it('overlap on no line', () => {
    const complete = traceEvents.filter(({ ph }) => ph === 'X');
    expect(complete.length).toBeGreaterThan(500);
    const until = new Map<string, number>();
    for (const { pid, tid, ts, dur } of complete) {
      const line = `${pid}/${tid}`;
      expect(ts).toBeGreaterThanOrEqual(until.get(line) ?? -Infinity);
      until.set(line, ts! + dur!);
    }
  });

  it('join each caller with its callee by an arrow from a line that has been named', () => {
    const named = new Set(traceEvents.filter(({ ph }) => ph === 'M').map(({ pid }) => pid));
    const starts = traceEvents.filter(({ ph }) => ph === 's');
    const ends = traceEvents.filter(({ ph }) => ph === 'f');
    expect(starts.length).toBeGreaterThan(400);
    expect(ends.map(({ id }) => id)).toEqual(starts.map(({ id }) => id));
    for (const { pid } of [...starts, ...ends]) expect(named).toContain(pid);
  });
});

describe('spans as trace events, read by the trace engine of Chrome DevTools', () => {
  it('are the events that were written, with the same first and last instant', async () => {
    const { traceEvents } = JSON.parse(exported(SCENARIO, chrome)) as {
      traceEvents: readonly (ChromeEvent & Types.Events.Event)[];
    };
    const model = TraceModel.Model.createWithAllHandlers();
    await model.parse(traceEvents, {});
    const parsed = model.parsedTrace()!;
    expect(parsed.traceEvents).toHaveLength(traceEvents.length);
    const complete = traceEvents.filter(({ ph }) => ph === 'X');
    expect(parsed.data.Meta.traceBounds).toEqual(
      expect.objectContaining({
        min: Math.min(...complete.map(({ ts }) => ts!)),
        max: Math.max(...complete.map(({ ts, dur }) => ts! + dur!)),
      }),
    );
  });
});

describe('sampling', () => {
  const busy = SCENARIO.replace('constant(1/s)', 'constant(100/s)');
  const roots = (share: number): ReadonlySet<string> =>
    new Set(spansOf(exported(busy, otlp, { sample: share })).map(({ traceId }) => traceId));

  it('keeps whole traces by chance, the same ones in a larger share', () => {
    const quiet = busy.replace(/faults:.*/, '');
    const of = (share: number): readonly string[] =>
      spansOf(exported(quiet, otlp, { sample: share })).map(({ traceId }) => traceId);
    const [tenth, half, all] = [of(0.1), of(0.5), of(1)];
    expect(new Set(all).size).toBeGreaterThan(195);
    expect(new Set(tenth).size).toBeGreaterThan(8);
    expect(new Set(tenth).size).toBeLessThan(40);
    const kept = new Set(tenth);
    expect(half).toEqual(expect.arrayContaining([...kept]));
    expect([...tenth].sort()).toEqual(all.filter((id) => kept.has(id)).sort());
  });

  it('writes the chance of each trace, which is 1 from an error on', () => {
    const text = exported(busy, otlp, { sample: 0.25 });
    const spans = text
      .trimEnd()
      .split('\n')
      .flatMap((line) => JSON.parse(line).resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans[0].spans);
    const states = new Map<string, string>();
    const failed = new Set<string>();
    for (const { traceId, traceState, status, parentSpanId } of spans) {
      if (status.code === 2) failed.add(traceId);
      if (parentSpanId === undefined) states.set(traceId, traceState);
    }
    // Of 16 first hexadecimal digits, four are kept: those from c on.
    expect(new Set(states.values())).toEqual(new Set(['ot=th:0', 'ot=th:c']));
    for (const [trace, state] of states) expect(state === 'ot=th:0').toBe(failed.has(trace));
    expect(exported(busy, otlp)).not.toContain('traceState');
  });

  it('keeps every trace with an error', () => {
    const failed = spansOf(exported(busy, otlp)).filter(({ status }) => status.code === 2);
    const kept = roots(0);
    expect(new Set(failed.map(({ traceId }) => traceId))).toEqual(kept);
    expect(kept.size).toBeGreaterThan(50);
    expect(kept.size).toBeLessThan(200);
  });
});

interface JaegerTrace {
  readonly spans: readonly {
    readonly spanID: string;
    readonly operationName: string;
    readonly startTime: number;
    readonly duration: number;
    readonly processID: string;
    readonly references: readonly { readonly refType: string; readonly spanID: string }[];
    readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

interface ChromeEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string;
  readonly ts?: number;
  readonly dur?: number;
}

/** Hexadecimal ids as bytes in base64, as the library reads them. */
function base64Ids(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(base64Ids);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, own]) =>
      /(?:trace|pan)Id$/.test(key)
        ? [key, Buffer.from(own as string, 'hex').toString('base64')]
        : [key, base64Ids(own)],
    ),
  );
}
