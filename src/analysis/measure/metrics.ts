import { findMetric, type Metric } from '../../scenario/metrics.js';
import type { MetricPath, WindowClause } from '../../scenario/expression.js';
import { invariant } from '../../kernel/invariant.js';
import type { HistogramData } from '../../stats/histogram.js';
import { withFinished, withGood, withLatencies, withSuccesses } from './batches.js';
import { distributionOf, meanOf, nothing, ratioOf, shareOf, type Measured } from './estimate.js';
import { measureEdge } from './metrics-edge.js';
import { measureMeters } from './metrics-meters.js';
import { measurePlaced } from './metrics-placed.js';
import { measureRecovery } from './recovery.js';
import { measureRollouts } from './rollouts.js';
import { rowsOf, select, subjectOf, type Selection } from './subjects.js';
import {
  arrivedOf,
  finishedOf,
  mergeAll,
  mergeSegments,
  outcomeOf,
  succeededOf,
  sumCells,
  sumOutcomes,
} from './sums.js';
import type { VariantData } from './variant-data.js';
import { cellsOf, spansOf, type CellSet, type Span } from './window.js';
import type { OutcomeName } from '../../spec/outcome.js';

/** Everything a metric is computed from. */
export interface Question {
  readonly data: VariantData;
  readonly selection: Selection;
  readonly metric: Metric;
  /** Statistic or outcome; '' where there is none. */
  readonly ending: string;
  readonly clause: WindowClause | null;
  readonly spans: readonly Span[];
  readonly window: CellSet;
}

/** Figures of the cascade by replication. They are computed elsewhere, because they need whole runs. */
export type CascadeFigures = (metric: string) => Measured;

/** Value of a metric in a window of one variant, over all its runs. */
export function measure(
  data: VariantData,
  path: MetricPath,
  clause: WindowClause | null,
  cascade: CascadeFigures,
): Measured {
  const found = findMetric(path.name, subjectOf(path, data));
  invariant(found.known === 'yes', 'analysis-metric-unknown');
  if (found.known !== 'yes') return nothing(data.records.length);
  const { metric, ending } = found;
  if (path.subject.kind === 'cascade' && metric.name !== 'recovery') return cascade(metric.name);
  const spans = spansOf(clause, data.plan);
  const window = clause === null ? data.whole : cellsOf(spans, data.plan);
  const selection = select(path, data);
  return answer({ data, selection, metric, ending, clause, spans, window });
}

/** Latency of a selection: pooled and by run. */
export function latencyOf(
  question: Pick<Question, 'data' | 'selection' | 'window'>,
  which: 'latency' | 'successLatency',
): { all: ReturnType<typeof mergeAll>; each: readonly ReturnType<typeof mergeAll>[] } {
  const { data, selection, window } = question;
  const each = data.records.map((record) =>
    mergeSegments(
      rowsOf(record, selection).map((row): readonly HistogramData[] => row[which]),
      window.segments,
    ),
  );
  return { all: mergeAll(each), each };
}

function answer(question: Question): Measured {
  const { data, selection, metric, ending, clause, window } = question;
  if (window.cells.length === 0) return nothing(data.records.length);
  switch (metric.name) {
    case 'latency':
    case 'successLatency': {
      const { all, each } = latencyOf(question, metric.name);
      const measured = distributionOf(all, each, ending);
      return ending === 'mean' ? withLatencies(measured, question, metric.name) : measured;
    }
    case 'recovery':
      if (clause?.kind !== 'after') return nothing(data.records.length);
      return measureRecovery(data, selection.parts, clause.fault);
    case 'apdex':
      return apdex(question);
    case 'requests':
      return counts(question, (outcomes) => arrivedOf(outcomes));
    case 'unfinished':
      return counts(question, (outcomes) => outcomeOf(outcomes, 'unfinished'));
    default:
      return (
        answered(question) ??
        measureRollouts(question) ??
        measureMeters(question) ??
        measurePlaced(question) ??
        measureEdge(question)
      );
  }
}

/** Rates and shares of outcomes; null for other metrics. */
function answered(question: Question): Measured | null {
  const { metric, ending, window } = question;
  const seconds = window.lengthNs / 1e9;
  const outcomes = outcomesByRun(question);
  switch (metric.name) {
    case 'throughput':
      return withFinished(meanOf(outcomes.map((run) => finishedOf(run) / seconds)), question);
    case 'goodput':
      return withGood(
        meanOf(goodByRun(question, outcomes).map((good) => good / seconds)),
        question,
      );
    case 'success':
      return withSuccesses(
        shareOf(
          outcomes.map((run) => succeededOf(run)),
          outcomes.map((run) => finishedOf(run)),
        ),
        question,
      );
    case 'abandoned':
      return shareOf(
        outcomes.map((run) => outcomeOf(run, 'abandoned')),
        outcomes.map((run) => finishedOf(run)),
      );
    case 'outcomes':
      return counts(question, (run) => outcomeOf(run, ending as OutcomeName));
    case 'share': {
      const all = ending === 'unfinished' ? arrivedOf : finishedOf;
      const hits = outcomes.map((run) => outcomeOf(run, ending as OutcomeName));
      return shareOf(
        hits,
        outcomes.map((run) => all(run)),
      );
    }
    default:
      return null;
  }
}

/** Outcome counts in the window, by run. */
export function outcomesByRun(
  question: Pick<Question, 'data' | 'selection' | 'window'>,
): readonly Float64Array[] {
  return question.data.records.map((record) =>
    sumOutcomes(rowsOf(record, question.selection), question.window.cells),
  );
}

/** Goodput counts by run: successes within patience; for edges, all successes. */
export function goodByRun(
  question: Pick<Question, 'data' | 'selection' | 'window'>,
  outcomes: readonly Float64Array[],
): readonly number[] {
  const { data, selection, window } = question;
  if (selection.callers !== null) return outcomes.map((run) => succeededOf(run));
  return data.records.map((record) => {
    let good = 0;
    for (const part of selection.parts) good += sumCells(record.parts[part].good, window.cells);
    return good;
  });
}

function counts(question: Question, pick: (outcomes: Float64Array) => number): Measured {
  return meanOf(outcomesByRun(question).map(pick), 'exact');
}

function apdex(question: Question): Measured {
  const target = question.data.variant.scenario.report.apdexNs;
  const finished = outcomesByRun(question).map((run) => finishedOf(run));
  const { each } = latencyOf(question, 'successLatency');
  const scores = each.map((histogram) => {
    if (histogram.count === 0) return 0;
    const satisfied = histogram.cdfAt(target);
    const tolerating = histogram.cdfAt(4 * target) - satisfied;
    return histogram.count * (satisfied + tolerating / 2);
  });
  return ratioOf(scores, finished);
}
