import { FactsOf } from './facts.js';
import { at, idOf, textOf, type Json } from './json.js';
import { KIND, type Clock, type ReadSpan } from './span.js';

const KINDS: ReadonlyMap<string, number> = new Map([
  ['SERVER', KIND.server],
  ['CLIENT', KIND.client],
  ['PRODUCER', KIND.producer],
  ['CONSUMER', KIND.consumer],
]);

/** A span of Zipkin v2. Source: openzipkin/zipkin-api, zipkin2-api.yaml. */
export class ZipkinReader {
  private readonly facts = new FactsOf();

  constructor(private readonly clock: Clock) {}

  /** A span, or a list of them. */
  read(value: Json, take: (span: ReadSpan) => void): void {
    if (Array.isArray(value)) for (const span of value) take(this.span(span));
    else take(this.span(value));
  }

  private span(span: Json): ReadSpan {
    const { facts } = this;
    const name = textOf(at(span, 'name'));
    const remote = textOf(at(at(span, 'remoteEndpoint'), 'serviceName'));
    const kind = KINDS.get(textOf(at(span, 'kind'))) ?? KIND.unset;
    facts.begin();
    if (remote !== '' && kind !== KIND.server) facts.add('peer.service', remote);
    const tags = at(span, 'tags');
    if (typeof tags === 'object' && tags !== null)
      for (const [key, value] of Object.entries(tags)) this.tag(key, value);
    const service = textOf(at(at(span, 'localEndpoint'), 'serviceName')) || 'unknown';
    const known = facts.end(name, service, '');
    const isMessage = kind === KIND.producer || kind === KIND.consumer;
    if (isMessage && known.store === '') {
      known.isMessaging = true;
      known.store = remote || name;
    }
    const start = this.clock.micros(at(span, 'timestamp'));
    const duration = at(span, 'duration');
    const isShared = at(span, 'shared') === true;
    return {
      traceId: idOf(at(span, 'traceId')),
      id: idOf(at(span, 'id')),
      parentId: idOf(at(span, 'parentId')),
      isShared,
      service,
      instance: textOf(at(at(span, 'localEndpoint'), 'ipv4')),
      kind,
      name,
      start,
      end: typeof duration === 'number' ? start + duration * 1000 : NaN,
      facts: known,
      sampled: NaN,
    };
  }

  /** A tag `error` of Zipkin is the message, whatever it says. */
  private tag(key: string, value: Json): void {
    if (key === 'error') this.facts.add('error', textOf(value) || 'true');
    else this.facts.add(key, value);
  }
}
