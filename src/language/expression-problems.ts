import { OUTCOME_NAMES } from '../contracts/outcome.js';
import type { MetricPath, MetricUnit } from '../contracts/scenario/expression.js';
import type { ExpressionProblem } from './expression-scan.js';
import type { Metric } from './metrics.js';

/** A limit as text, by unit. */
export const EXAMPLE = {
  seconds: '500ms',
  perSecond: '400/s',
  share: '99%',
  number: '1.5',
} as const;
const UNIT_WORDS: Readonly<Record<MetricUnit | 'size', string>> = {
  seconds: 'a duration',
  perSecond: 'a rate',
  share: 'a share',
  number: 'a number',
  size: 'a size',
};

/** Counts of messages that other tools also give in time. */
const IN_TIME: ReadonlyMap<string, string> = new Map(
  ['lag', 'ready'].map((name) => [
    name,
    ': it counts messages; their time is delay, that of the oldest one age',
  ]),
);

/** A limit of another unit than the metric. */
export function unitProblem(
  metric: Metric,
  offset: number,
  unit: MetricUnit | 'size',
): ExpressionProblem {
  return {
    message: `${metric.name} is ${UNIT_WORDS[metric.unit]}, but the limit is ${UNIT_WORDS[unit]}${unit === 'seconds' ? (IN_TIME.get(metric.name) ?? '') : ''}`,
    offset,
    found: UNIT_WORDS[unit],
    allowed: [EXAMPLE[metric.unit]],
  };
}

/** Words for the share of requests that fail. */
const FAILURES = /^(error|failure|fail|failed|failing)s?(rate|ratio|share|percentage)?$/i;
const COUNTED =
  'the share that succeeds is the metric, as in success >= 99% for at most 1 % of errors';
/** Statistics as other tools name them. */
const STATISTICS: ReadonlyMap<string, string> = new Map([
  ['avg', 'mean'],
  ['average', 'mean'],
  ['median', 'p50'],
  ['med', 'p50'],
  ['maximum', 'max'],
  ['minimum', 'min'],
]);

/** What a word says that is no metric, of a subject with the metrics `own`; null if it says nothing that is known. */
export function metricHint(words: string, own: readonly string[]): string | null {
  // `success` in its place would turn the condition around.
  if (own.includes('success') && FAILURES.test(words)) return COUNTED;
  const statistic = STATISTICS.get(words.toLowerCase()) ?? words;
  if (own.includes('latency') && /^(p50|p90|p95|p99|p999|mean|max|min)$/.test(statistic))
    return `it is a statistic of latency: write latency.${statistic}`;
  const outcome = OUTCOME_NAMES.find((kind) => kind === words.replace(/s$/, ''));
  if (own.includes('share') && outcome !== undefined)
    return `the share of requests with this outcome is share.${outcome}`;
  return null;
}

/** A statistic that is missing, or that the metric does not have. */
export function endingProblem(
  path: MetricPath,
  metric: Metric,
  found: string,
  allowed: readonly string[],
): ExpressionProblem {
  const offset = path.nameOffset;
  if (metric.ending === 'none') {
    return {
      message: `${metric.name} has no statistics`,
      offset,
      found: path.name.join('.'),
      allowed: [metric.name],
    };
  }
  const what = ENDING_WORDS[metric.ending];
  const message = found === '' ? `${metric.name} needs ${what}` : `${metric.name} has no ${found}`;
  const known = STATISTICS.get(found.toLowerCase());
  if (known !== undefined && allowed.includes(known))
    return {
      message: `${message}: write ${metric.name}.${known}`,
      offset,
      found: '',
      allowed: [],
    };
  return {
    message,
    offset,
    found: path.name.join('.'),
    allowed: allowed.map((end) => `${metric.name}.${end}`),
  };
}

const ENDING_WORDS = {
  required: 'a statistic',
  gauge: 'a statistic',
  level: 'a statistic',
  outcome: 'an outcome',
  status: 'an HTTP status from 100 to 599',
} as const;
