import { absent, field, required, requiredIf } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { SCALING_METRICS } from '../../contracts/scenario/autoscaling.js';
import { duration, quantity, whole } from '../../contracts/quantities/quantities.js';
import {
  DURATION_PATTERN,
  parseDuration,
  parseRate,
  PERCENT_PATTERN,
  QuantityError,
  RATE_PATTERN,
  showNoNumber,
} from '../../contracts/quantities/quantity-text.js';

/** A target as written. Its metric determines which form is valid. */
export interface TargetOutput {
  readonly form: 'share' | 'rate' | 'duration' | 'number';
  readonly value: number;
}

/** Parses `100%` or, as in a Kubernetes manifest, 100; above 0. */
function percentOf(input: unknown): number {
  const value =
    typeof input === 'string' && new RegExp(PERCENT_PATTERN).test(input)
      ? Number(input.slice(0, -1))
      : input;
  if (typeof value === 'number' && value > 0 && value <= 1e6) return value;
  throw new QuantityError(`must be a percentage above 0 such as 100%, got ${showNoNumber(input)}`);
}

export const target = quantity(
  (input): TargetOutput => {
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

const percent = quantity(percentOf, {
  anyOf: [
    { type: 'string', pattern: PERCENT_PATTERN },
    { type: 'number', exclusiveMinimum: 0, maximum: 1e6 },
  ],
});

const policy = z.strictObject({
  percent: percent
    .optional()
    .describe('Share of the replicas at the start of the period, such as 100%. Unit: percent.'),
  pods: whole({ min: 1, max: 100_000 }).optional().describe('Number of replicas. Unit: count.'),
  period: field.of(duration({ allowZero: false }), required, 'Unit: duration.'),
});

const rules = (stabilization: string, policies: string) =>
  z.strictObject({
    stabilization: duration({ max: 3_600_000_000_000 })
      .prefault(stabilization)
      .describe(
        'Stabilization window: the most cautious recommendation within it counts. Unit: duration. Defaults to ' +
          `${stabilization}.`,
      ),
    policies: z
      .array(policy)
      .min(1)
      .optional()
      .describe(`Limits on the change within a period. Defaults to ${policies}.`),
    selectPolicy: field.choice(
      ['max', 'min', 'disabled'],
      'max',
      'Which policy applies: the one that allows most (max), the one that allows least (min), or no change in ' +
        'this direction.',
    ),
  });

/** What the horizontal pod autoscaler follows, and how fast. */
export const ratioFields = {
  metric: metricFields.metric.optional().describe('Short form of one entry of `metrics`.'),
  target: target.optional().describe('Short form of one entry of `metrics`.'),
  of: metricFields.of.describe('Short form of one entry of `metrics`.'),
  metrics: field.of(
    z.array(z.strictObject(metricFields)).min(1),
    requiredIf('without `metric`'),
    'Metrics to scale on; the largest recommendation applies.',
  ),
  syncPeriod: field.of(
    duration({ min: 100_000_000 }),
    '15s',
    'Interval between evaluations, from the start of the run.',
    'duration, at least 100ms',
  ),
  metricDelay: field.duration('0s', 'Age of the metric when it is evaluated.', {
    max: 3_600_000_000_000,
  }),
  tolerance: field.share('10%', 'Deviation from the target within which nothing changes.'),
  scaleUp: rules('0s', '100% and 4 pods in 15s')
    .prefault({})
    .describe('Rules for adding replicas.'),
  scaleDown: rules('5m', '100% in 15s').prefault({}).describe('Rules for removing replicas.'),
};

/** `autoscaling` of kind `hpa`, with the defaults of Kubernetes. */
export const hpaSchema = z
  .strictObject({
    kind: z
      .literal('hpa')
      .optional()
      .describe('The horizontal pod autoscaler of Kubernetes. It is the default kind.'),
    ...ratioFields,
    min: field.whole(1, 'Fewest replicas.', { min: 1, max: 100_000 }),
    max: field.whole(required, 'Most replicas.', { min: 1, max: 100_000 }),
  })
  .describe(
    'The horizontal pod autoscaler of Kubernetes: follows the ratio of metrics to targets.',
  );

export type RulesOutput = z.output<ReturnType<typeof rules>>;
export type HpaOutput = z.output<typeof hpaSchema>;

/** `resources` of a service or gateway. */
export const resourcesSchema = z
  .strictObject({
    requests: z
      .strictObject({
        cpu: field.of(
          z.number().positive().max(10_000),
          absent('`cpu.cores` for the share, to none for the room'),
          'Cores that each replica requests from its platform: the base of the `cpu` share of `autoscaling`, and ' +
            'the room that it takes on a node of `platform.nodes`.',
          'cores',
        ),
        memory: field.size(
          absent(),
          'Memory that each replica requests from its platform: the room that it takes on a node of ' +
            '`platform.nodes`.',
        ),
      })
      .optional()
      .describe('Requests of each replica.'),
  })
  .describe('Resources that replicas request from their platform. Defaults to none.');
