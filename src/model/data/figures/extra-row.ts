import type { Ns } from '../../../kernel/time.js';
import type { Outcome } from '../../../contracts/outcome.js';

/** A row that is not the work of a strand: a call through a proxy, or a publication. */
export interface ExtraRow {
  readonly form: number;
  readonly id: number;
  /** Strand of the job that made it. */
  readonly job: number;
  readonly part: number;
  /** Index into statEdges, or -1. */
  readonly stat: number;
  readonly caller: number;
  readonly attempt: number;
  readonly called: Ns;
  readonly sent: Ns;
  /** When it ended: answered, or left by its caller. */
  readonly answered: Ns;
  readonly callerLeftAt: Ns;
  readonly outcome: Outcome;
  readonly number: number;
}

/** The part of a tracer that writes such rows. */
export interface ExtraRows {
  nextId(): number;
  extra(row: ExtraRow): void;
}
