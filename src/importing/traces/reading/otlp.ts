import { powi } from '../../../kernel/math.js';
import { FactsOf, WORKLOAD } from './facts.js';
import { at, idOf, listOf, textOf, type Json } from './json.js';
import { KIND, type Clock, type ReadSpan } from './span.js';

const KINDS: ReadonlyMap<string, number> = new Map([
  ['SPAN_KIND_INTERNAL', KIND.internal],
  ['SPAN_KIND_SERVER', KIND.server],
  ['SPAN_KIND_CLIENT', KIND.client],
  ['SPAN_KIND_PRODUCER', KIND.producer],
  ['SPAN_KIND_CONSUMER', KIND.consumer],
]);

/** Attributes that tell instances apart, the best one first. */
const INSTANCE = ['service.instance.id', 'k8s.pod.name', 'host.name', 'container.id'];

interface Maker extends Pick<ReadSpan, 'service' | 'instance'> {
  readonly workload: string;
}

/**
 * ResourceSpans of OTLP in JSON, with the spellings that are in use: snake case, enums and bytes as protobuf writes them,
 * `instrumentationLibrarySpans` of older versions. Source: opentelemetry-proto, docs/specification.md, trace.proto.
 */
export class OtlpReader {
  private readonly facts = new FactsOf();

  constructor(private readonly clock: Clock) {}

  read(resourceSpans: Json, take: (span: ReadSpan) => void): void {
    const attributes = attributesOf(at(at(resourceSpans, 'resource'), 'attributes'));
    const name = attributes.get('service.name') ?? '';
    const service = name === '' ? 'unknown' : name;
    const first = (keys: readonly string[]): string =>
      keys.map((key) => attributes.get(key)).find((text) => text !== undefined) ?? '';
    const maker = { service, instance: first(INSTANCE), workload: first(WORKLOAD) };
    for (const key of ['scopeSpans', 'scope_spans', 'instrumentationLibrarySpans'])
      for (const scope of listOf(at(resourceSpans, key)))
        for (const span of listOf(at(scope, 'spans'))) take(this.span(span, maker));
  }

  private span(span: Json, maker: Maker): ReadSpan {
    const { facts } = this;
    facts.begin();
    for (const attribute of listOf(at(span, 'attributes'))) {
      const key = at(attribute, 'key');
      if (typeof key === 'string') facts.add(key, scalarOf(at(attribute, 'value')));
    }
    const name = textOf(at(span, 'name'));
    const known = facts.end(name, maker.service, maker.workload);
    // A batch has a link to the sending of each of its messages.
    if (known.isMessaging) known.messages ||= listOf(at(span, 'links')).length;
    const code = at(at(span, 'status'), 'code');
    if (code === 2 || code === 'STATUS_CODE_ERROR') known.isError = true;
    return {
      traceId: idOf(either(span, 'traceId', 'trace_id')),
      id: idOf(either(span, 'spanId', 'span_id')),
      parentId: idOf(either(span, 'parentSpanId', 'parent_span_id')),
      isShared: false,
      service: maker.service,
      instance: maker.instance,
      kind: kindOf(at(span, 'kind')),
      name,
      start: this.clock.nanos(either(span, 'startTimeUnixNano', 'start_time_unix_nano')),
      end: this.clock.nanos(either(span, 'endTimeUnixNano', 'end_time_unix_nano')),
      facts: known,
      sampled: sampledOf(either(span, 'traceState', 'trace_state')),
    };
  }
}

function either(value: Json, one: string, other: string): Json {
  return at(value, one) ?? at(value, other);
}

function kindOf(value: Json): number {
  if (typeof value === 'string') return KINDS.get(value) ?? KIND.unset;
  const isKnown = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 5;
  return isKnown ? value : KIND.unset;
}

/** Texts of the attributes of a resource. */
function attributesOf(attributes: Json): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const attribute of listOf(attributes)) {
    const text = textOf(scalarOf(at(attribute, 'value')));
    if (text !== '') texts.set(textOf(at(attribute, 'key')), text);
  }
  return texts;
}

function scalarOf(value: Json): Json {
  return (
    at(value, 'stringValue') ??
    at(value, 'intValue') ??
    at(value, 'doubleValue') ??
    at(value, 'boolValue') ??
    at(value, 'string_value') ??
    at(value, 'int_value')
  );
}

/**
 * Chance with which a trace was kept. Source: OpenTelemetry specification, trace/tracestate-probability-sampling.md: `th` has
 * the leading hexadecimal digits of the rejection threshold, of 56 bits; `p` of older versions is its power of 1/2.
 */
function sampledOf(traceState: Json): number {
  if (typeof traceState !== 'string') return NaN;
  const threshold = /(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,\s]|$)/.exec(traceState);
  if (threshold === null) {
    const power = /(?:^|,)\s*ot=(?:[^,]*;)?p:(\d{1,2})(?:[;,\s]|$)/.exec(traceState);
    return power === null || Number(power[1]) > 62 ? NaN : powi(0.5, Number(power[1]));
  }
  return 1 - Number.parseInt(threshold[1].padEnd(14, '0'), 16) / 72_057_594_037_927_936;
}
