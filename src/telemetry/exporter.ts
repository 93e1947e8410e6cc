import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord, TraceRecord } from '../contracts/record/record.js';
import type { JournalEntry } from '../contracts/result/result.js';

/** One run of which an exporter gets all rows. */
export interface TracedRun {
  readonly plan: Plan;
  readonly replication: number;
  /** State changes of the run in order of time; empty for all replications but the first. */
  readonly journal: readonly JournalEntry[];
}

/** Settings that exporters share. */
export interface ExportSettings {
  /** Instant of the clock at which the load starts, after the warm-up, in ns since 1970. */
  readonly startNs: bigint;
  /** Share of the traces that is kept; traces with an error are kept in any case. */
  readonly sample: number;
  /** Upper bounds of the buckets of a histogram, seconds, ascending. */
  readonly buckets: readonly number[];
  /** Time between two samples of a series, seconds. */
  readonly intervalSec: number;
}

/**
 * Turns traced runs into the text of one file. Calls come in this order: `begin`, `rows` any number of times, `end`,
 * for each run; then `finish`. The texts, in this order, are the file.
 */
export interface Exporter {
  begin(run: TracedRun): string;
  /** Rows in order of their ends. */
  rows(rows: TraceRecord): string;
  end(record: RunRecord): string;
  finish(): string;
}

/** A kind of file that traced runs are written to. */
export interface ExporterKind {
  readonly kind: string;
  /** Whether it takes every replication; otherwise the first one of each variant. */
  readonly allReplications: boolean;
  create(settings: ExportSettings): Exporter;
}
