import type { LeftOut } from '../left-out.js';
import type { TraceSource } from '../model.js';
import type { SpanStore } from '../store.js';
import { JaegerReader } from './jaeger.js';
import { at, type Json } from './json.js';
import { OtlpReader } from './otlp.js';
import { Pieces, type Piece } from './pieces.js';
import { Clock, type ReadSpan } from './span.js';
import { ZipkinReader } from './zipkin.js';

/** Reads files of all formats into one store, a piece at a time. */
export async function readSpans(
  sources: readonly TraceSource[],
  store: SpanStore,
  leftOut: LeftOut,
): Promise<void> {
  const clock = new Clock();
  const otlp = new OtlpReader(clock);
  const jaeger = new JaegerReader(clock);
  const zipkin = new ZipkinReader(clock);
  const take = (span: ReadSpan): void => store.add(span);
  const read = ({ key, text }: Piece): void => {
    const value = parsed(text, leftOut);
    if (value === undefined) return;
    if (key === 'data' || at(value, 'spans') !== undefined) jaeger.read(value, take);
    else if (key === '') zipkin.read(value, take);
    else otlp.read(value, take);
  };
  for (const source of sources) {
    const pieces = new Pieces(leftOut, read);
    for await (const chunk of source.chunks()) pieces.add(chunk);
    pieces.end();
  }
}

function parsed(text: string, leftOut: LeftOut): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    leftOut.add('elements of documents that are not JSON');
    return undefined;
  }
}

const HEADS = [
  ['otlp', /"(?:resourceSpans|resource_spans)"\s*:/],
  ['tempo', /"batches"\s*:\s*(?:\[|$)/],
  [
    'jaeger',
    /^\s*\{\s*"data"\s*:\s*\[\s*(?:\{\s*"(?:traceID|spans|processes)"|$)|"operationName"\s*:|"traceID"\s*:/,
  ],
  ['zipkin', /^\s*\[[\s\S]*"traceId"\s*:/],
] as const;

/** The format of traces that a text begins with; null if it is none. */
export function looksLikeTraces(head: string): 'otlp' | 'jaeger' | 'zipkin' | 'tempo' | null {
  const text = head.replace(/^\uFEFF/, '');
  if (!/^\s*[[{]/.test(text)) return null;
  return HEADS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
