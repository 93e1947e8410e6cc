/** A span of a test. Times: ms. */
export interface TestSpan {
  readonly trace: string;
  readonly id: string;
  readonly parent?: string;
  readonly service: string;
  readonly instance?: string;
  readonly kind?: number | string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly isError?: boolean;
  readonly attributes?: Readonly<Record<string, string | number>>;
  /** Number of spans of other traces that it names. */
  readonly links?: number;
  /** The state of its trace, such as `ot=th:8`. */
  readonly state?: string;
}

/** The start of all traces of tests: 2026-01-01. */
const EPOCH_MS = 1_767_225_600_000;

/** Lines of OTLP with a span each. */
export function otlpLines(spans: readonly TestSpan[]): string {
  return spans.map((span) => `${JSON.stringify({ resourceSpans: [resourceOf(span)] })}\n`).join('');
}

function resourceOf(span: TestSpan): object {
  const process = [
    attribute('service.name', span.service),
    ...(span.instance === undefined ? [] : [attribute('service.instance.id', span.instance)]),
  ];
  return {
    resource: { attributes: process },
    scopeSpans: [
      {
        spans: [
          {
            traceId: span.trace,
            spanId: span.id,
            parentSpanId: span.parent,
            traceState: span.state,
            name: span.name,
            kind: span.kind,
            startTimeUnixNano: nanos(span.from),
            endTimeUnixNano: nanos(span.to),
            links: Array.from({ length: span.links ?? 0 }, (_, k) => ({ traceId: `t${k}` })),
            status: span.isError === true ? { code: 2 } : {},
            attributes: Object.entries(span.attributes ?? {}).map(([key, value]) =>
              attribute(key, value),
            ),
          },
        ],
      },
    ],
  };
}

function attribute(key: string, value: string | number): object {
  return { key, value: typeof value === 'string' ? { stringValue: value } : { intValue: value } };
}

function nanos(ms: number): string {
  return String(BigInt(EPOCH_MS) * 1_000_000n + BigInt(Math.round(ms * 1e6)));
}

/** A call from a server's span: the span of the caller, and that of the callee inside of it. */
export function call(
  trace: string,
  parent: string,
  caller: string,
  callee: string,
  [from, to]: readonly [number, number],
  more: { readonly shift?: number; readonly isError?: boolean; readonly id?: string } = {},
): readonly TestSpan[] {
  const id = more.id ?? `${parent}${callee}${from}`;
  const { shift = 0, isError = false } = more;
  return [
    { trace, id, parent, service: caller, kind: 3, name: `GET /${callee}`, from, to, isError },
    {
      trace,
      id: `${id}s`,
      parent: id,
      service: callee,
      kind: 2,
      name: `GET /${callee}`,
      from: from + 0.1 + shift,
      to: to - 0.1 + shift,
    },
  ];
}

/** The root of a trace: a server's span of `web`. */
export function root(trace: string, from: number, to: number, isError = false): TestSpan {
  return { trace, id: 'r', service: 'web', kind: 2, name: 'GET /', from, to, isError };
}
