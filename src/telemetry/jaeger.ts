import type { ExportSettings, TracedRun } from './exporter.js';
import { processAttributes, processKey, SCOPE, type Attribute, type Span } from './span.js';
import { spanKind, type SpanFormat } from './span-files.js';

/**
 * The JSON that the API of Jaeger returns and its page opens (`Upload`, `JSON file`). A trace is one element of `data`,
 * so all of them are kept until the end. Sources: jaeger internal/uimodel/model.go; jaeger-ui, types/trace.
 */
export const jaeger = spanKind('jaeger', (settings) => new Jaeger(settings));

/**
 * Tags of a span with the status Error. Sources: OpenTelemetry collector, pkg/translator/jaeger/README.md (SpanKind: none for
 * internal spans; Error flag; Links); specification, common/mapping-to-non-otlp.md (otel.status_code, otel.scope.name).
 */
const FAILED: readonly Attribute[] = [
  ['otel.status_code', 'ERROR'],
  ['error', true],
];

interface Trace {
  readonly spans: string[];
  /** Process id by service and instance, and what it stands for. */
  readonly processes: Map<string, { readonly id: string; readonly text: string }>;
}

class Jaeger implements SpanFormat {
  private readonly traces = new Map<string, Trace>();

  constructor(private readonly settings: ExportSettings) {}

  spans(spans: readonly Span[], run: TracedRun): string {
    for (const span of spans) {
      const trace: Trace = this.traces.get(span.traceId) ?? { spans: [], processes: new Map() };
      this.traces.set(span.traceId, trace);
      trace.spans.push(JSON.stringify(this.span(span, processOf(trace, span, run))));
    }
    return '';
  }

  finish(): string {
    const data = [...this.traces].map(([traceID, { spans, processes }]) => {
      const named = [...processes.values()].map(({ id, text }) => `"${id}":${text}`);
      return `{"traceID":"${traceID}","spans":[${spans.join(',')}],"processes":{${named.join(',')}}}`;
    });
    this.traces.clear();
    return `{"data":[${data.join(',\n')}]}\n`;
  }

  private span(span: Span, processID: string): object {
    const { traceId, spanId, parentId, links, kind, sampled } = span;
    const startTime = this.micros(span.startNs);
    const tags: readonly Attribute[] = [
      ['otel.scope.name', SCOPE],
      ...(kind === 'internal' ? [] : [['span.kind', kind] as const]),
      ...span.attributes.filter(([name]) => name !== 'error'),
      ...(span.isError ? FAILED : []),
      ...(sampled === undefined
        ? []
        : ([
            ['sampler.type', 'probabilistic'],
            ['sampler.param', sampled],
          ] as const)),
    ];
    return {
      traceID: traceId,
      spanID: spanId,
      operationName: span.name,
      references: [
        ...(parentId === '' ? [] : [reference('CHILD_OF', traceId, parentId)]),
        ...links.map((link) => reference('FOLLOWS_FROM', link.traceId, link.spanId)),
      ],
      startTime,
      duration: this.micros(span.endNs) - startTime,
      tags: tags.map(tag),
      logs: [],
      processID,
      warnings: null,
    };
  }

  /** Microseconds since 1970; below 2^53 until the year 2255. */
  private micros(ns: number): number {
    return Number((this.settings.startNs + BigInt(ns)) / 1000n);
  }
}

function processOf({ processes }: Trace, span: Span, run: TracedRun): string {
  const key = processKey(span);
  const known = processes.get(key);
  if (known !== undefined) return known.id;
  const id = `p${processes.size + 1}`;
  const tags = processAttributes(span, run).map(tag);
  processes.set(key, { id, text: JSON.stringify({ serviceName: span.service, tags }) });
  return id;
}

function reference(refType: string, traceID: string, spanID: string): object {
  return { refType, traceID, spanID };
}

function tag([key, value]: Attribute): object {
  if (typeof value === 'string') return { key, type: 'string', value };
  if (typeof value === 'boolean') return { key, type: 'bool', value };
  return { key, type: Number.isInteger(value) ? 'int64' : 'float64', value };
}
