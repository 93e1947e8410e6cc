import type { TracedRun } from './exporter.js';
import type { Span } from './span.js';
import { spanKind, type SpanFormat } from './span-files.js';

/**
 * Trace events of Chrome, for ui.perfetto.dev and chrome://tracing. A process of the file is an instance, or a caller; its
 * spans are on as many lines as run at the same time, because events of one line must not overlap. Arrows join the span
 * of a caller with that of its callee. Source: Trace Event Format (Google, 2016), events X, M, s and f; unit:
 * microseconds.
 */
export const chrome = spanKind('chrome', () => new Chrome());

class Chrome implements SpanFormat {
  private readonly all: (Span & { readonly process: string })[] = [];

  spans(spans: readonly Span[], { plan }: TracedRun): string {
    for (const span of spans) {
      const process = `${plan.variant} / ${processName(span)}`;
      this.all.push({ ...span, process });
    }
    return '';
  }

  finish(): string {
    const events: object[] = [];
    const pids = new Map<string, number>();
    const places = new Map<string, Place>();
    const lanes = new Map<number, number[]>();
    this.all.sort((a, b) => a.startNs - b.startNs || b.endNs - a.endNs);
    for (const span of this.all) {
      const pid = pids.get(span.process) ?? pids.size + 1;
      if (!pids.has(span.process)) {
        pids.set(span.process, pid);
        events.push({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name: span.process } });
      }
      const tid = laneOf(lanes, pid, span);
      places.set(span.spanId, { pid, tid });
      events.push(complete(span, pid, tid));
      const from = places.get(span.parentId);
      if (from !== undefined) events.push(...arrow(span, from, { pid, tid }));
    }
    this.all.length = 0;
    const lines = events.map((event) => JSON.stringify(event));
    return `{"displayTimeUnit":"ms","traceEvents":[\n${lines.join(',\n')}\n]}\n`;
  }
}

/** A proxy beside an instance is a process of its own. */
function processName({ service, instance }: Span): string {
  if (instance === null) return service;
  return instance.startsWith(`${service}[`) ? instance : `${service} of ${instance}`;
}

/** The first line of a process that is free. Lines keep the time at which their last span ends. */
function laneOf(lanes: Map<number, number[]>, pid: number, { startNs, endNs }: Span): number {
  const own = lanes.get(pid) ?? [];
  lanes.set(pid, own);
  const free = own.findIndex((until) => until <= startNs);
  const lane = free < 0 ? own.length : free;
  own[lane] = endNs;
  return lane + 1;
}

function complete(span: Span, pid: number, tid: number): object {
  const { name, kind, startNs, endNs, isError, traceId } = span;
  const args = { ...Object.fromEntries(span.attributes), trace_id: traceId };
  return {
    ph: 'X',
    name,
    cat: isError ? `${kind},error` : kind,
    ts: startNs / 1000,
    dur: (endNs - startNs) / 1000,
    pid,
    tid,
    ...(isError ? { cname: 'terrible' } : {}),
    args,
  };
}

interface Place {
  readonly pid: number;
  readonly tid: number;
}

function arrow(span: Span, from: Place, to: Place): readonly object[] {
  const common = { name: 'call', cat: 'call', id: span.spanId, ts: span.startNs / 1000 };
  return [
    { ph: 's', ...common, ...from },
    { ph: 'f', bp: 'e', ...common, ...to },
  ];
}
