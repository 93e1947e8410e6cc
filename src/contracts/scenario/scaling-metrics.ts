import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import { entry } from '../fields/entry.js';
import { field, required, requiredIf } from '../fields/field.js';
import { quantity } from '../quantities/quantities.js';
import {
  DURATION_PATTERN,
  parseDuration,
  parseRate,
  PERCENT_PATTERN,
  QuantityError,
  RATE_PATTERN,
  showNoNumber,
} from '../quantities/quantity-text.js';

/**
 * Metrics that an autoscaler can target: of the instances, (`lag`) of the messages that wait for them, or (`latency`)
 * of their requests.
 */
const SCALING_METRICS = ['cpu', 'concurrency', 'queue', 'rate', 'lag', 'latency'] as const;

export type ScalingMetric = (typeof SCALING_METRICS)[number];

/** A target as written. Its metric determines which form is valid. */
export interface WrittenTarget {
  readonly form: 'share' | 'rate' | 'duration' | 'number';
  readonly value: number;
}

/** Parses `100%` or, as in a Kubernetes manifest, 100; above 0. */
export function percentOf(input: unknown): number {
  const value =
    typeof input === 'string' && new RegExp(PERCENT_PATTERN).test(input)
      ? Number(input.slice(0, -1))
      : input;
  if (typeof value === 'number' && value > 0 && value <= 1e6) return value;
  throw new QuantityError(`must be a percentage above 0 such as 100%, got ${showNoNumber(input)}`);
}

export const target = quantity(
  (input): WrittenTarget => {
    if (typeof input === 'string' && input.endsWith('%')) {
      return { form: 'share', value: percentOf(input) / 100 };
    }
    if (typeof input === 'string' && input.includes('/')) {
      return { form: 'rate', value: parseRate(input) };
    }
    if (typeof input === 'number' && input > 0 && input <= 1e9) {
      return { form: 'number', value: input };
    }
    if (typeof input === 'string' && new RegExp(DURATION_PATTERN).test(input)) {
      return { form: 'duration', value: parseDuration(input) };
    }
    throw new QuantityError(
      `must be a share such as 60%, a rate such as 50/s, a duration such as 200ms or a number above 0, got ${showNoNumber(input)}`,
    );
  },
  {
    anyOf: [
      { type: 'string', pattern: PERCENT_PATTERN },
      { type: 'string', pattern: RATE_PATTERN },
      { type: 'string', pattern: DURATION_PATTERN },
      { type: 'number', exclusiveMinimum: 0, maximum: 1e9 },
    ],
  },
);

export const metricFields = {
  metric: field.of(
    z.enum(SCALING_METRICS),
    required,
    'Metric, measured over a `syncPeriod`. `cpu`: cores in use; `concurrency`: requests in service; `queue`: ' +
      'requests waiting for a worker; `rate`: requests per second; each averaged over the replicas. `lag`: ' +
      'backlog of the group or queue in `of`, over all replicas. `latency`: time that requests spent in the ' +
      'queue and in service of all replicas during the period, divided by the requests that arrived in it; ' +
      'unknown without requests.',
  ),
  target: target.describe(
    'Target per replica. Unit: for `cpu` a share of `resources.requests.cpu`, otherwise of `cpu.cores`; for `rate` ' +
      'a rate; for `latency` a duration, the target of the mean of all replicas; for the others a number. Required.',
  ),
  of: field.of(
    z.string(),
    requiredIf('for lag'),
    'With `lag`: the group, `topic.group`, or the queue.',
  ),
};

export const scalingMetric = entry(metricFields);
export type WrittenMetric = z.output<typeof scalingMetric>;

/** A metric and its target value per instance. */
export interface ScalingTarget {
  readonly metric: ScalingMetric;
  /** Target per instance, above 0: a share for `cpu`, per second for `rate`, ns for `latency`, else a count. */
  readonly target: number;
  /** Name of the consumer group or queue for `lag`, as written; null for other metrics. */
  readonly of: string | null;
}

/** Settings of every kind of autoscaler. */
export interface CommonScaling {
  /** Metrics that it measures. */
  readonly metrics: readonly ScalingTarget[];
  readonly min: number;
  readonly max: number;
  /** Time between two evaluations. */
  readonly syncNs: Ns;
  /** Age of a metric when the autoscaler reads it. */
  readonly metricDelayNs: Ns;
  /** Whether it can remove replicas. */
  readonly shrinks: boolean;
}

/** How old the metric is that an autoscaler evaluates. */
export const metricDelay = field.duration('0s', 'Age of the metric when it is evaluated.', {
  max: 3_600_000_000_000,
});
