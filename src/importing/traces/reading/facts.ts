import { textOf, type Json } from './json.js';
import type { Facts } from './span.js';

/**
 * Meaning of attributes. Sources: OpenTelemetry semantic conventions 1.44 and the older names that they replaced
 * (registry/attributes, deprecated), OpenTracing semantic conventions, Zipkin tags (openzipkin/zipkin, README of
 * brave's instrumentation), Envoy (source/common/tracing/common_values.h).
 */
export class FactsOf {
  private facts: Facts = none();
  private database = '';
  private databaseName = '';
  private messaging = '';
  private destination = '';
  private service = '';
  private host = '';
  private route = '';
  private operation = '';
  private method = '';
  private path = '';
  private errorType = '';

  begin(): void {
    this.facts = none();
    this.database = this.databaseName = this.messaging = this.destination = '';
    this.service = this.host = this.route = this.operation = '';
    this.method = this.path = this.errorType = '';
  }

  add(key: string, value: Json): void {
    const take = READERS.get(key);
    if (take === undefined) return;
    const text = textOf(value);
    if (text !== '') take(this, text);
  }

  end(name: string): Facts {
    const { facts } = this;
    const cluster = /^(?:outbound|inbound)\|\d*\|[^|]*\|([^|]*)$/.exec(this.service);
    const peer = cluster === null ? this.service : cluster[1];
    if (this.database !== '') {
      facts.store = peer || this.host || this.databaseName || this.database;
      facts.operation = this.operation || firstWord(name);
    } else if (this.messaging !== '') {
      facts.isMessaging = true;
      facts.system = this.messaging;
      facts.store = this.destination || this.messaging;
    } else if (this.route !== '') {
      facts.operation = this.method === '' ? this.route : `${this.method} ${this.route}`;
    } else if (this.path !== '' && BARE_METHOD.test(name)) {
      facts.operation = `${this.method || name} ${this.path.split('?')[0]}`;
    }
    facts.peer = peer || this.host;
    facts.isTimeout = isTimeout(this.errorType);
    if (this.errorType !== '') facts.isError = true;
    return facts;
  }

  /** By attribute; the method of `READERS` that reads it is the only one that sets fields. */
  static readonly set = {
    database: (of: FactsOf, text: string): void => void (of.database ||= text),
    databaseName: (of: FactsOf, text: string): void => void (of.databaseName ||= text),
    messaging: (of: FactsOf, text: string): void => void (of.messaging ||= text),
    destination: (of: FactsOf, text: string): void => void (of.destination ||= text),
    service: (of: FactsOf, text: string): void => void (of.service ||= text),
    host: (of: FactsOf, text: string): void => void (of.host ||= text),
    route: (of: FactsOf, text: string): void => void (of.route ||= text),
    operation: (of: FactsOf, text: string): void => void (of.operation ||= text.split(' ')[0]),
    method: (of: FactsOf, text: string): void => void (of.method ||= text),
    path: (of: FactsOf, text: string): void => void (of.path ||= pathOf(text)),
    errorType: (of: FactsOf, text: string): void => void (of.errorType ||= text),
    error: (of: FactsOf, text: string): void => {
      if (text !== 'false' && text !== '0') of.facts.isError = true;
    },
    status: (of: FactsOf, text: string): void => {
      if (/^5\d\d$/.test(text)) of.facts.isError = true;
    },
    grpc: (of: FactsOf, text: string): void => {
      if (!/^(?:0|OK)$/i.test(text)) of.facts.isError = true;
      if (/^(?:4|DEADLINE_EXCEEDED)$/i.test(text)) of.errorType ||= 'timeout';
    },
    flags: (of: FactsOf, text: string): void => {
      if (text === 'UT') of.errorType ||= 'timeout';
    },
    resend: (of: FactsOf, text: string): void => void (of.facts.attempt = count(text) + 1),
    attempt: (of: FactsOf, text: string): void => void (of.facts.attempt = count(text)),
    queued: (of: FactsOf, text: string): void => {
      const seconds = Number(text);
      if (seconds > 0 && seconds < 86_400) of.facts.queuedNs = seconds * 1e9;
    },
    outcome: (of: FactsOf, text: string): void => {
      if (text === 'timeout') of.errorType ||= 'timeout';
    },
  };
}

type Reader = (of: FactsOf, text: string) => void;

const { set } = FactsOf;
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['db.system.name', set.database],
  ['db.system', set.database],
  ['db.type', set.database],
  ['db.namespace', set.databaseName],
  ['db.name', set.databaseName],
  ['db.instance', set.databaseName],
  ['db.operation.name', set.operation],
  ['db.operation', set.operation],
  ['db.query.summary', set.operation],
  ['db.statement', set.operation],
  ['sql.query', set.database],
  ['messaging.system', set.messaging],
  ['message_bus.destination', set.destination],
  ['messaging.destination.name', set.destination],
  ['messaging.destination', set.destination],
  ['kafka.topic', set.destination],
  ['peer.service', set.service],
  ['service.peer.name', set.service],
  ['upstream_cluster.name', set.service],
  ['upstream_cluster', set.service],
  ['server.address', set.host],
  ['net.peer.name', set.host],
  ['http.host', set.host],
  ['http.route', set.route],
  ['http.request.method', set.method],
  ['http.method', set.method],
  ['url.path', set.path],
  ['http.target', set.path],
  ['http.path', set.path],
  ['http.url', set.path],
  ['url.full', set.path],
  ['error', set.error],
  ['error.type', set.errorType],
  ['http.response.status_code', set.status],
  ['http.status_code', set.status],
  ['rpc.status_code', set.grpc],
  ['rpc.response.status_code', set.grpc],
  ['rpc.grpc.status_code', set.grpc],
  ['grpc.status_code', set.grpc],
  ['response_flags', set.flags],
  ['http.request.resend_count', set.resend],
  ['http.resend_count', set.resend],
  ['retry.count', set.resend],
  ['faultline.attempt', set.attempt],
  ['faultline.queue.duration', set.queued],
  ['faultline.outcome', set.outcome],
]);

const BARE_METHOD = /^(?:HTTP )?(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i;

function none(): Facts {
  return {
    isError: false,
    isTimeout: false,
    store: '',
    isMessaging: false,
    system: '',
    operation: '',
    peer: '',
    attempt: 0,
    queuedNs: 0,
  };
}

function isTimeout(errorType: string): boolean {
  return /time[d_ -]*out|deadline/i.test(errorType);
}

function firstWord(name: string): string {
  return name.split(/[ .(]/, 1)[0] || name;
}

function count(text: string): number {
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 && number < 200 ? number : 0;
}

/** The path of a URL. */
function pathOf(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/[^?#]*)?/i.exec(text)?.[1] ?? text;
}
