import { findMetric } from '../../language/metrics.js';
import type { MetricPath, WindowClause } from '../../contracts/scenario/expression.js';
import { invariant } from '../../kernel/invariant.js';
import { nothing, type Measured } from './estimate.js';
import { MEASUREMENTS } from './metrics/table.js';
import type { Story } from './story.js';
import { select, subjectOf } from './subjects.js';
import type { VariantData } from './variant-data.js';
import { askedSpans } from './faulted.js';
import { cellsOf } from './window.js';

/**
 * Value of a metric in a window of one variant, over all its runs. Metrics of the cascade cover entire runs, whatever
 * the window of the expression.
 */
export function measure(
  data: VariantData,
  path: MetricPath,
  clause: WindowClause | null,
  stories: readonly Story[],
): Measured {
  const found = findMetric(path.name);
  invariant(found.known === 'yes', 'analysis-metric-unknown');
  if (found.known !== 'yes') return nothing(data.records.length);
  const { metric, ending } = found;
  const subject = subjectOf(path, data);
  const isOfStory = subject === 'cascade' && !metric.needsAfter;
  const spans = askedSpans(clause, data);
  const window = clause === null || isOfStory ? data.whole : cellsOf(spans, data.plan);
  if (window.cells.length === 0) return nothing(data.records.length);
  const selection = select(path, data);
  return MEASUREMENTS[metric.name]({
    data,
    stories,
    subject,
    selection,
    alert: path.subject.kind === 'alert' ? path.subject.name : '',
    metric,
    ending,
    clause,
    spans,
    window,
  });
}
