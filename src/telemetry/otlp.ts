import type { ExportSettings, TracedRun } from './exporter.js';
import { processAttributes, processKey, SCOPE, SPAN_KIND } from './span.js';
import type { Attribute, Span } from './span.js';
import { spanKind } from './span-files.js';
import type { SpanFormat } from './span-files.js';

/** Spans in one line of a file. */
const BATCH = 512;
/** Source: trace.proto, Status.StatusCode. */
const STATUS_ERROR = 2;

/**
 * OTLP in JSON, one TracesData per line. Sources: opentelemetry-proto, docs/specification.md (JSON: hexadecimal ids,
 * 64-bit integers as text, enums as numbers); OpenTelemetry Protocol File Exporter (one signal per file).
 */
export const otlp = spanKind('otlp', (settings) => new Otlp(settings));

class Otlp implements SpanFormat {
  constructor(private readonly settings: ExportSettings) {}

  spans(spans: readonly Span[], run: TracedRun): string {
    let text = '';
    for (let from = 0; from < spans.length; from += BATCH) {
      const resourceSpans = this.resources(spans.slice(from, from + BATCH), run);
      text += `${JSON.stringify({ resourceSpans })}\n`;
    }
    return text;
  }

  finish(): string {
    return '';
  }

  private resources(spans: readonly Span[], run: TracedRun): readonly object[] {
    const byProcess = new Map<string, Span[]>();
    for (const span of spans) {
      const key = processKey(span);
      const known = byProcess.get(key);
      if (known === undefined) byProcess.set(key, [span]);
      else known.push(span);
    }
    return [...byProcess.values()].map((own) => ({
      resource: { attributes: resourceOf(own[0]!, run).map(keyValue) },
      scopeSpans: [{ scope: { name: SCOPE }, spans: own.map((span) => this.span(span)) }],
    }));
  }

  private span(span: Span): object {
    return {
      traceId: span.traceId,
      spanId: span.spanId,
      ...(span.sampled === undefined ? {} : { traceState: `ot=th:${thresholdOf(span.sampled)}` }),
      ...(span.parentId === '' ? {} : { parentSpanId: span.parentId }),
      name: span.name,
      kind: SPAN_KIND[span.kind],
      startTimeUnixNano: this.instant(span.startNs),
      endTimeUnixNano: this.instant(span.endNs),
      attributes: span.attributes.map(keyValue),
      ...(span.links.length === 0 ? {} : { links: span.links }),
      status: span.isError ? { code: STATUS_ERROR } : {},
    };
  }

  private instant(ns: number): string {
    return String(this.settings.startNs + BigInt(ns));
  }
}

/**
 * Of 2^56 values, the smallest one with which a trace is kept, in hexadecimal digits without zeros at the end. Source: OpenTelemetry
 * specification, trace/tracestate-probability-sampling.md.
 */
function thresholdOf(share: number): string {
  const digits = BigInt(Math.round((1 - share) * 72_057_594_037_927_936)).toString(16);
  return digits.padStart(14, '0').replace(/0+$/, '') || '0';
}

function resourceOf(span: Span, run: TracedRun): readonly Attribute[] {
  return [['service.name', span.service], ...processAttributes(span, run)];
}

function keyValue([key, value]: Attribute): object {
  if (typeof value === 'string') return { key, value: { stringValue: value } };
  if (typeof value === 'boolean') return { key, value: { boolValue: value } };
  if (Number.isInteger(value)) return { key, value: { intValue: String(value) } };
  return { key, value: { doubleValue: value } };
}
