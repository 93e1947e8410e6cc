import type { WindowClause } from '../../contracts/scenario/expression.js';
import type { Metric } from '../../language/metrics.js';
import type { SubjectKind } from '../../language/metrics/entry.js';
import type { Measured } from './estimate.js';
import type { Story } from './story.js';
import type { Selection } from './subjects.js';
import type { VariantData } from './variant-data.js';
import type { CellSet, Span } from './window.js';

/** The inputs of a metric. */
export interface Question {
  readonly data: VariantData;
  /** The cascade of each run; empty if no metric or budget needs it. */
  readonly stories: readonly Story[];
  /** Kind of the subject. */
  readonly subject: SubjectKind;
  readonly selection: Selection;
  /** Name of the alert that the metric is about; '' for others. */
  readonly alert: string;
  readonly metric: Metric;
  /** Statistic or outcome; '' if there is none. */
  readonly ending: string;
  readonly clause: WindowClause | null;
  readonly spans: readonly Span[];
  readonly window: CellSet;
}

/** The part of a question that sums of recorded columns need. */
export type Asked = Pick<Question, 'data' | 'selection' | 'window'>;

/** How a metric is computed. The window of the question has at least one cell. */
export type Measurement = (question: Question) => Measured;

/** One measurement for each metric of a table: a metric without one is a type error. */
export type Measurements<Table extends readonly { readonly name: string }[]> = Readonly<
  Record<Table[number]['name'], Measurement>
>;

/** Selects the measurement by the kind of subject, for a metric that subjects record in different ways. */
export function bySubject(
  own: Partial<Readonly<Record<SubjectKind, Measurement>>>,
  others: Measurement,
): Measurement {
  return (question) => (own[question.subject] ?? others)(question);
}
