import { OUTCOME_NAMES } from '../contracts/outcome.js';
import type { MetricEntry, SubjectKind } from './metrics/entry.js';
import { METRICS, type MetricName } from './metrics/table.js';

export type Metric = MetricEntry<MetricName>;

/** Statistics of a distribution. */
export const STATISTICS = ['mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max', 'min'] as const;

/** Statistics of a gauge. */
const GAUGE_STATISTICS = ['mean', 'max'] as const;
/** Statistics of a gauge whose every change is recorded. */
const LEVEL_STATISTICS = ['mean', 'max', 'min', 'end'] as const;

export { METRICS, type MetricName };

const BY_NAME: ReadonlyMap<string, Metric> = new Map(METRICS.map((entry) => [entry.name, entry]));

/** First words of all metrics, which cannot be names of parts. */
export const METRIC_WORDS: ReadonlySet<string> = new Set(
  METRICS.map((entry) => entry.name.split('.')[0]!),
);

/** HTTP statuses by their first digit. */
const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const;
/** Statuses that messages and `explain` list; any other one from 100 to 599 is valid too. */
const USUAL_STATUSES = [200, 400, 401, 403, 404, 409, 429, 499, 500, 502, 503, 504];
const STATUS_ENDINGS = [...USUAL_STATUSES.map(String), ...STATUS_CLASSES];
const STATUS = /^[1-5]\d\d$/;

/** A parsed metric name: the metric, and its statistic, outcome or status ('' if it has none). */
type FoundMetric =
  | { readonly known: 'yes'; readonly metric: Metric; readonly ending: string }
  | { readonly known: 'no'; readonly allowed: readonly string[] }
  | {
      readonly known: 'ending';
      readonly metric: Metric;
      readonly found: string;
      readonly allowed: readonly string[];
    };

/** Finds the metric of a dotted name, given as words: `['latency', 'p99']`. */
export function findMetric(words: readonly string[]): FoundMetric {
  const two = words.length > 1 ? BY_NAME.get(`${words[0]}.${words[1]}`) : undefined;
  const metric = two ?? BY_NAME.get(words[0]!);
  const rest = words.slice(two === undefined ? 1 : 2);
  if (metric === undefined) return { known: 'no', allowed: METRICS.map((entry) => entry.name) };
  return withEnding(metric, rest);
}

/** Whether a metric, given as its words, is computed from distributions. */
export function mayBeDistribution(words: readonly string[]): boolean {
  return [words.slice(0, 1), words.slice(0, 2)].some((part) => {
    const found = BY_NAME.get(part.join('.'));
    return found !== undefined && (found.ending === 'required' || found.readsLatencies);
  });
}

/** Metrics a subject has, by name. */
export function metricsOf(subject: SubjectKind): readonly Metric[] {
  return METRICS.filter((entry) => entry.subjects.includes(subject));
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
  const fits = allowed.includes(found) || (metric.ending === 'status' && STATUS.test(found));
  if (rest.length === 1 && fits) return { known: 'yes', metric, ending: found };
  return { known: 'ending', metric, found, allowed };
}

/** Words that can follow the name of a metric. */
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
    case 'status':
      return STATUS_ENDINGS;
  }
}
