import { FactsOf, WORKLOAD } from './facts.js';
import { at, idOf, listOf, textOf, type Json } from './json.js';
import { KIND, type Clock, type ReadSpan } from './span.js';

const KINDS: ReadonlyMap<string, number> = new Map([
  ['internal', KIND.internal],
  ['server', KIND.server],
  ['client', KIND.client],
  ['producer', KIND.producer],
  ['consumer', KIND.consumer],
]);

/** Tags of spans that came from OpenTelemetry. */
const OPEN_TELEMETRY: ReadonlySet<string> = new Set(['otel.scope.name', 'otel.library.name']);

const INSTANCE = ['service.instance.id', 'k8s.pod.name', 'hostname', 'ip'];

/**
 * A trace of Jaeger's API: spans, and the processes that they name. Source: jaegertracing/jaeger,
 * internal/uimodel/model.go.
 */
export class JaegerReader {
  private readonly facts = new FactsOf();
  private kind: number = KIND.unset;
  private sampled = NaN;

  constructor(private readonly clock: Clock) {}

  read(trace: Json, take: (span: ReadSpan) => void): void {
    const makers = at(trace, 'processes');
    for (const span of listOf(at(trace, 'spans'))) {
      const id = at(span, 'processID');
      const listed = typeof id === 'string' ? at(makers, id) : undefined;
      take(this.span(span, listed ?? at(span, 'process')));
    }
  }

  private span(span: Json, maker: Json): ReadSpan {
    const name = textOf(at(span, 'operationName'));
    this.tags(span);
    const service = textOf(at(maker, 'serviceName')) || 'unknown';
    const facts = this.facts.end(name, service, firstTag(maker, WORKLOAD));
    const start = this.clock.micros(at(span, 'startTime'));
    const duration = at(span, 'duration');
    return {
      traceId: idOf(at(span, 'traceID')),
      id: idOf(at(span, 'spanID')),
      parentId: parentOf(span),
      isShared: false,
      service,
      instance: firstTag(maker, INSTANCE),
      kind: this.kind,
      name,
      start,
      end: typeof duration === 'number' ? start + duration * 1000 : NaN,
      facts,
      sampled: this.sampled,
    };
  }

  private tags(span: Json): void {
    this.facts.begin();
    this.kind = KIND.unset;
    this.sampled = NaN;
    let sampler: Json = '';
    let parameter: Json = NaN;
    let isTranslated = false;
    for (const tag of listOf(at(span, 'tags'))) {
      const key = textOf(at(tag, 'key'));
      const value = at(tag, 'value');
      if (key === 'span.kind') this.kind = KINDS.get(textOf(value)) ?? KIND.unset;
      else if (key === 'sampler.type') sampler = value;
      else if (key === 'sampler.param') parameter = value;
      else {
        isTranslated ||= OPEN_TELEMETRY.has(key);
        this.facts.add(key, value);
      }
    }
    // Their translation has no kind for internal spans alone. Source: OpenTelemetry specification 1.44, trace/sdk_exporters/jaeger.md.
    if (isTranslated && this.kind === KIND.unset) this.kind = KIND.internal;
    const share = sampler === 'const' && String(parameter) === 'true' ? 1 : Number(parameter);
    const isShare = sampler === 'const' || sampler === 'probabilistic';
    if (isShare && share > 0 && share <= 1) this.sampled = share;
  }
}

/** The parent that it is a child of, else the one that it follows; also the field of older versions. */
function parentOf(span: Json): string {
  const traceId = idOf(at(span, 'traceID'));
  const own = listOf(at(span, 'references')).filter((ref) => idOf(at(ref, 'traceID')) === traceId);
  const parent = own.find((ref) => at(ref, 'refType') === 'CHILD_OF') ?? own[0];
  return idOf(at(parent, 'spanID')) || idOf(at(span, 'parentSpanID'));
}

function firstTag(maker: Json, keys: readonly string[]): string {
  const tags = listOf(at(maker, 'tags'));
  for (const key of keys) {
    const tag = tags.find((one) => at(one, 'key') === key);
    const text = textOf(at(tag, 'value'));
    if (text !== '') return text;
  }
  return '';
}
