/** Numbers of OTLP. Source: opentelemetry-proto, trace/v1/trace.proto, SpanKind. */
export const KIND = Object.freeze({
  unset: 0,
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
} as const);

/** A span as all formats are read. */
export interface ReadSpan {
  readonly traceId: string;
  readonly id: string;
  /** '' = none. */
  readonly parentId: string;
  /** It has the id of the client's span: the two sides of a call in Zipkin. */
  readonly isShared: boolean;
  readonly service: string;
  /** '' = not known. */
  readonly instance: string;
  readonly kind: number;
  readonly name: string;
  /** ns since the base of the clock; NaN if it is not readable. */
  readonly start: number;
  readonly end: number;
  readonly facts: Facts;
  /** Chance with which the trace was kept; NaN if it is not known. */
  readonly sampled: number;
}

/** What the attributes of a span say, whatever the conventions they follow. */
export interface Facts {
  isError: boolean;
  /** The caller gave up, as far as its span says so. */
  isTimeout: boolean;
  /** Name of a database or a broker that is called; '' = none. */
  store: string;
  isMessaging: boolean;
  /** What kind of broker it is, such as `kafka`; '' = not said. */
  system: string;
  /** What a client of a broker does, such as `receive` or `process`; '' = not said. */
  phase: string;
  /** Messages of a batch; 0 = not said. */
  messages: number;
  /** Operation on it, or route of a server; '' = none. */
  operation: string;
  /** Component that is called; '' = not said. */
  peer: string;
  /** Number of the try, from 1 on; 0 = not said. */
  attempt: number;
  /** Wait before the code of the server ran, ns. */
  queuedNs: number;
  /** What kind of proxy made the span: one of `PROXY`. */
  proxy: number;
  /** Service beside which the proxy runs, as its tags say; '' = not said. */
  workload: string;
  /** Side of that service, one of `SIDE`. */
  side: number;
  /** Chance with which the trace was kept; NaN if no attribute says it. */
  sampled: number;
}

/** Proxies that write spans. */
export const PROXY = Object.freeze({
  none: 0,
  /** A proxy without a service that its tags name. */
  any: 1,
  /** Beside one service. */
  sidecar: 2,
  /** In front of services, and shared by their callers: a waypoint. */
  shared: 3,
  /** An entrance: a component of its own. */
  gateway: 4,
} as const);

/** Which requests of its service a proxy passes on. */
export const SIDE = Object.freeze({ unknown: 0, inbound: 1, outbound: 2 } as const);

/**
 * Instants as ns from the first one of all, so that doubles are exact for 100 days: an instant since 1970 has more
 * digits than a double.
 */
export class Clock {
  private base = NaN;

  /** Whole ns since 1970, as text or as a number. */
  nanos(value: unknown): number {
    if (typeof value === 'string') {
      if (!/^\d{1,20}$/.test(value)) return NaN;
      const seconds = value.length > 9 ? Number(value.slice(0, -9)) : 0;
      return this.relative(seconds, Number(value.slice(-9)));
    }
    if (typeof value !== 'number' || !(value >= 0)) return NaN;
    const seconds = Math.floor(value / 1e9);
    return this.relative(seconds, value - seconds * 1e9);
  }

  /** Microseconds since 1970. */
  micros(value: unknown): number {
    const number = typeof value === 'string' && /^\d{1,17}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !(number >= 0)) return NaN;
    const seconds = Math.floor(number / 1e6);
    return this.relative(seconds, Math.round((number - seconds * 1e6) * 1000));
  }

  private relative(seconds: number, ns: number): number {
    if (seconds > SECONDS_MAX) return NaN;
    if (Number.isNaN(this.base)) this.base = seconds;
    return (seconds - this.base) * 1e9 + ns;
  }
}

/** The year 2554, where ns since 1970 no longer fit in 64 bits. */
const SECONDS_MAX = 18_446_744_073;
