import type { TracedRun } from './exporter.js';

/** Kinds of spans with the numbers of OTLP. Source: opentelemetry-proto, trace/v1/trace.proto, SpanKind. */
export const SPAN_KIND = Object.freeze({
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
} as const);
export type SpanKind = keyof typeof SPAN_KIND;

/** Name of what makes the spans. */
export const SCOPE = 'faultline';

export type Attribute = readonly [name: string, value: string | number | boolean];

/** Another span, possibly of another trace. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
}

/** A span as all formats of traces know it. Times: ns from the end of the warm-up. */
export interface Span extends SpanLink {
  /** '' = none. */
  readonly parentId: string;
  /** Spans that published the messages that are handled. */
  readonly links: readonly SpanLink[];
  readonly kind: SpanKind;
  readonly name: string;
  readonly service: string;
  /** Process, such as `orders[0]`; null for what has none, such as users. */
  readonly instance: string | null;
  readonly startNs: number;
  readonly endNs: number;
  /** Its status is Error. */
  readonly isError: boolean;
  readonly attributes: readonly Attribute[];
  /** Chance with which its trace was kept, if not all are. */
  readonly sampled?: number;
}

/** What a span says, whatever its place in the trace. */
export type Content = Pick<Span, 'kind' | 'name' | 'isError' | 'attributes'>;

/**
 * Status and attributes of a span. `error`: why it failed, such as `503` or `timeout`; null = it did not. Source:
 * OpenTelemetry semantic conventions, general/recording-errors.md.
 */
export function ended(
  error: string | null,
  attributes: readonly Attribute[],
): Pick<Span, 'isError' | 'attributes'> {
  if (error === null) return { isError: false, attributes };
  return { isError: true, attributes: [...attributes, ['error.type', error]] };
}

/** The process that a span belongs to, and its run, besides the name of the service. */
export function processAttributes({ instance }: Span, run: TracedRun): readonly Attribute[] {
  return [
    ...(instance === null ? [] : [['service.instance.id', instance] as const]),
    ['faultline.variant', run.plan.variant],
    ['faultline.replication', run.replication],
  ];
}

/** Key of the process of a span within a run: a proxy beside an instance is another one. */
export function processKey({ service, instance }: Span): string {
  return `${service} ${instance ?? ''}`;
}
