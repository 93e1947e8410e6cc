import type { ComponentKind, PartKind } from '../spec/component-kind.js';
import { OUTCOME_NAMES } from '../spec/outcome.js';
import { METRICS } from './metrics/table.js';

/** What a metric is measured in; durations are seconds, rates per second, shares 0..1. */
export type MetricUnit = 'seconds' | 'perSecond' | 'share' | 'number';

/** What can stand before the dot of a metric. */
export type SubjectKind = ComponentKind | PartKind | 'instance' | 'edge' | 'cascade' | 'run';

/** One metric of the language: what it belongs to, its unit, its statistics and what it means. */
export interface Metric {
  /** Path behind the subject, without statistic or outcome: `latency`, `pool.wait`. */
  readonly name: string;
  readonly subjects: readonly SubjectKind[];
  readonly unit: MetricUnit;
  /**
   * `none`: stands alone; `required`: a statistic of STATISTICS must follow; `gauge`: mean or max, mean
   * when left out; `level`: min or end too; `outcome`: the name of an outcome must follow.
   */
  readonly ending: 'none' | 'required' | 'gauge' | 'level' | 'outcome';
  /** Which direction is good; `none` where neither is. */
  readonly better: 'low' | 'high' | 'none';
  /** True where the metric means nothing without `after FAULT`. */
  readonly needsAfter: boolean;
  /** Documentation, one or two sentences. */
  readonly help: string;
}

/** Statistics of a distribution. */
export const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max', 'min'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Statistics of a gauge. */
export const GAUGE_STATISTICS = ['mean', 'max'] as const;
/** Of one whose every change is known. */
const LEVEL_STATISTICS = ['mean', 'max', 'min', 'end'] as const;

export { METRICS };

/** Metrics by name; what is called alike belongs to different subjects. */
const BY_NAME = new Map<string, readonly Metric[]>();
for (const entry of METRICS) BY_NAME.set(entry.name, [...(BY_NAME.get(entry.name) ?? []), entry]);

/** Names the language knows and a later version measures, by first word. */
const LATER = new Set(['cost']);

/** First words of all metrics, of later versions too: no part may be called like one of them. */
export const METRIC_WORDS: ReadonlySet<string> = new Set([
  ...METRICS.map((entry) => entry.name.split('.')[0]!),
  ...LATER,
]);

/** A metric name taken apart: the metric, and its statistic or outcome ('' where it has none). */
export type FoundMetric =
  | { readonly known: 'yes'; readonly metric: Metric; readonly ending: string }
  | { readonly known: 'later' }
  | { readonly known: 'no'; readonly allowed: readonly string[] }
  | {
      readonly known: 'ending';
      readonly metric: Metric;
      readonly found: string;
      readonly allowed: readonly string[];
    };

/**
 * Finds the metric of a dotted name, given as its words: `['latency', 'p99']`. Where several are called
 * so, that of the subject.
 */
export function findMetric(words: readonly string[], subject?: SubjectKind): FoundMetric {
  const two = words.length > 1 ? named(`${words[0]}.${words[1]}`, subject) : undefined;
  const metric = two ?? named(words[0]!, subject);
  const rest = words.slice(two === undefined ? 1 : 2);
  if (metric === undefined) {
    if (LATER.has(words[0]!)) return { known: 'later' };
    return { known: 'no', allowed: METRICS.map((entry) => entry.name) };
  }
  return withEnding(metric, rest);
}

function named(name: string, subject: SubjectKind | undefined): Metric | undefined {
  const all = BY_NAME.get(name) ?? [];
  return all.find(({ subjects }) => subject !== undefined && subjects.includes(subject)) ?? all[0];
}

/** Whether a metric of this name, given as its words, is taken from distributions for some subject. */
export function mayBeDistribution(words: readonly string[]): boolean {
  const all = [words.slice(0, 1), words.slice(0, 2)].flatMap(
    (part) => BY_NAME.get(part.join('.')) ?? [],
  );
  return all.some(({ name, ending }) => ending === 'required' || name === 'apdex');
}

/** Metrics a subject has, by name. */
export function metricsOf(subject: SubjectKind): readonly Metric[] {
  return METRICS.filter((entry) => entry.subjects.includes(subject));
}

/** Statistics of the language that this version does not record: `end` and `min` of gauges. */
function endsLater(metric: Metric, ending: string): boolean {
  return metric.ending === 'gauge' && (ending === 'end' || ending === 'min');
}

function withEnding(metric: Metric, rest: readonly string[]): FoundMetric {
  const allowed = endingsOf(metric);
  const found = rest.join('.');
  if (rest.length === 0) {
    if (metric.ending === 'none') return { known: 'yes', metric, ending: '' };
    if (metric.ending === 'gauge' || metric.ending === 'level')
      return { known: 'yes', metric, ending: 'mean' };
    return { known: 'ending', metric, found, allowed };
  }
  if (rest.length === 1 && allowed.includes(found)) return { known: 'yes', metric, ending: found };
  if (rest.length === 1 && endsLater(metric, found)) return { known: 'later' };
  return { known: 'ending', metric, found, allowed };
}

/** What may follow the name of a metric. */
export function endingsOf(metric: Metric): readonly string[] {
  switch (metric.ending) {
    case 'none':
      return [];
    case 'required':
      return STATISTICS;
    case 'gauge':
      return GAUGE_STATISTICS;
    case 'level':
      return LEVEL_STATISTICS;
    case 'outcome':
      return OUTCOME_NAMES;
  }
}
