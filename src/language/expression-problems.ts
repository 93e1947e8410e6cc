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
