import type { TraceRecord } from '../contracts/record/record.js';
import { callOf, isErroneous } from './calls.js';
import type { Exporter, ExporterKind, ExportSettings, TracedRun } from './exporter.js';
import { sampleOf } from './ids.js';
import { isLastRow, Sampling } from './sampling.js';
import type { Span } from './span.js';
import { Spans } from './spans.js';

/** How one format writes spans. The texts in the order of the calls are the file. */
export interface SpanFormat {
  spans(spans: readonly Span[], run: TracedRun): string;
  finish(): string;
}

/** Kind of a file of spans. */
export function spanKind(
  kind: string,
  format: (settings: ExportSettings) => SpanFormat,
): ExporterKind {
  return {
    kind,
    allReplications: false,
    create: (settings) => new SpanExporter(settings, format(settings)),
  };
}

/** Samples traces and hands their spans to a format. */
class SpanExporter implements Exporter {
  private run!: TracedRun;
  private spans!: Spans;
  private sampling!: Sampling<Span>;

  constructor(
    private readonly settings: ExportSettings,
    private readonly format: SpanFormat,
  ) {}

  begin(run: TracedRun): string {
    const { plan, replication } = run;
    this.spans = new Spans(plan, replication);
    this.sampling = new Sampling(this.settings.sample, sampleOf(plan, replication));
    this.run = run;
    return '';
  }

  rows(rows: TraceRecord): string {
    const all: Span[] = [];
    for (let row = 0; row < rows.rows; row++) {
      const call = callOf(this.run.plan, rows, row);
      const own = this.spans.of(call, rows.links.get(call.id));
      const kept = this.sampling.take(call.root, own, isErroneous(call), isLastRow(rows, row));
      if (this.settings.sample >= 1) all.push(...kept);
      else {
        const sampled = this.sampling.chanceOf(call.root);
        for (const span of kept) all.push({ ...span, sampled });
      }
    }
    return all.length === 0 ? '' : this.format.spans(all, this.run);
  }

  end(): string {
    return '';
  }

  finish(): string {
    return this.format.finish();
  }
}
