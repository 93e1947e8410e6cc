import { z } from 'zod';
import {
  distribution,
  duration,
  durationOrNone,
  rate,
  whole,
} from '../../spec/quantities/quantities.js';
import type { BundleOutput } from './bundle.js';
import {
  critical,
  entryText,
  inheriting,
  nameText,
  priorityNumber,
  withShort,
} from '../../spec/fields/common.js';
import { choice, flag, limit } from '../../spec/quantities/fields.js';
import type { CallText, StepOutput } from './steps.js';
import { callFields } from './steps.js';
import { CALL_PATTERN } from '../../spec/fields/common.js';
import type { Quantity } from '../../spec/quantities/quantities.js';

const process = choice(['poisson', 'constant'], 'poisson').describe(
  'Distribution of the arrivals at the current rate: `poisson`, independent; `constant`, evenly ' +
    'spaced. Defaults to poisson.',
);

const MOST_USERS = 1_000_000;

const ramps = (target: Quantity<number>) =>
  z
    .array(
      z.strictObject({
        duration: duration().describe(
          'Length of the ramp; 0s is a jump. Unit: duration. Required.',
        ),
        target,
      }),
    )
    .min(1)
    .describe('Ramps, in order. Required.');

const userStages = z
  .strictObject({
    start: whole({ min: 0, max: MOST_USERS }).describe(
      'Number of users at the start and during the warm-up. Unit: count. Required.',
    ),
    stages: ramps(
      whole({ min: 0, max: MOST_USERS }).describe(
        'Number of users at the end of the ramp. Unit: count. Required.',
      ),
    ),
  })
  .describe(
    'Linear ramps one after the other; the last target stays in force. A surplus user leaves when its ' +
      'request has ended, and returns when the number rises again.',
  );

/** Schema of `arrivals`. */
const arrivals = withShort(
  z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('poisson').describe('Independent arrivals.'),
        rate: rate().describe('Rate of arrivals. Unit: rate. Required.'),
      }),
      z.strictObject({
        kind: z.literal('constant').describe('Evenly spaced arrivals.'),
        rate: rate().describe('Rate of arrivals. Unit: rate. Required.'),
      }),
      z.strictObject({
        kind: z.literal('stages').describe('Linear ramps one after the other.'),
        start: rate({ allowZero: true }).describe(
          'Rate at the start and during the warm-up. Required.',
        ),
        stages: ramps(rate({ allowZero: true }).describe('Rate at the end of the ramp. Required.')),
        process,
      }),
      z.strictObject({
        kind: z.literal('sinusoid').describe('A rate that follows a sine wave.'),
        mean: rate().describe('Mean rate. Required.'),
        amplitude: rate({ allowZero: true }).describe(
          'Largest deviation from the mean rate. Required.',
        ),
        period: duration({ allowZero: false }).describe('Length of one period. Required.'),
        process,
      }),
      z.strictObject({
        kind: z.literal('burst').describe('A base rate with regular bursts.'),
        base: rate({ allowZero: true }).describe('Rate between bursts. Required.'),
        peak: rate().describe('Rate within a burst. Required.'),
        every: duration({ allowZero: false }).describe(
          'Time from the start of a burst to the start of the next. Required.',
        ),
        for: duration({ allowZero: false }).describe('Length of a burst. Required.'),
        process,
      }),
      z.strictObject({
        kind: z
          .literal('renewal')
          .describe('Arrivals with times between them drawn from any distribution.'),
        gap: distribution().describe('Time between arrivals. Required.'),
      }),
      z.strictObject({
        kind: z.literal('at').describe('Exact instants.'),
        times: z
          .array(duration())
          .min(1)
          .max(100_000)
          .describe('Times of the arrivals, from the end of the warm-up. Required.'),
      }),
      z.strictObject({
        kind: z.literal('trace').describe('Arrivals as they were recorded.'),
        file: z
          .string()
          .min(1)
          .max(400)
          .describe(
            'A .csv or .jsonl file in the folder of the scenario or below it. It contains `time` (seconds, a ' +
              'duration, or an instant such as 2026-05-01T12:00:00.250Z, counted from the earliest) and optionally ' +
              '`request`, the name of a request, which is then not drawn. Required.',
          ),
        speed: z
          .number()
          .positive()
          .max(1e6)
          .default(1)
          .describe('Speed of the replay relative to the recording. Unit: factor. Defaults to 1.'),
      }),
      z.strictObject({
        kind: z
          .literal('closed')
          .describe(
            'Closed-loop users: each waits for the response, thinks, and sends the next request.',
          ),
        users: z
          .union([whole({ min: 1, max: MOST_USERS }), userStages])
          .describe('Number of users, or ramps of that number. Unit: count. Required.'),
        think: distribution().describe(
          'Think time: time from a response to the next request. Required.',
        ),
        rampUp: duration()
          .optional()
          .describe('Time over which a fixed number of users starts. Defaults to 0s.'),
      }),
    ])
    .describe('When requests come. Required.'),
  { type: 'string', pattern: '^(poisson|constant|sinusoid|burst|renewal|closed)\\(.*\\)$' },
  {
    type: 'object',
    description: 'Exact instants.',
    properties: { at: { type: 'array', description: 'The instants.' } },
    required: ['at'],
    additionalProperties: false,
  },
);
export type ArrivalsOutput = z.output<typeof arrivals>;

const patience = withShort(
  z.strictObject({
    after: durationOrNone({ allowZero: false }).describe(
      'Time after which the client gives up. Unit: duration or `none`. Required.',
    ),
    cancel: flag(false).describe('Whether servers are notified. Defaults to false.'),
  }),
  { type: ['string', 'number'], description: 'A duration: short for `after`.' },
);
const PATIENCE = 'Time after which the client gives up: outcome `abandoned`. Defaults to none.';

const pins = z.record(nameText(), whole({ min: 0 }).describe('The value, counted from 0.'));
const PINS = 'Fixed values of keys for these requests, instead of drawn ones: name -> value';

export interface RequestOutput extends CallText {
  readonly name?: string;
  readonly weight: number;
  readonly class?: string;
  readonly priority?: number;
  readonly call?: string;
  readonly steps?: readonly StepOutput[];
  readonly policy?: BundleOutput;
  readonly patience?: z.output<typeof patience>;
  readonly keys?: z.output<typeof pins>;
}

export interface WorkloadOutput {
  readonly title?: string;
  readonly description?: string;
  readonly critical: boolean;
  readonly arrivals: ArrivalsOutput;
  readonly requests: readonly RequestOutput[];
  readonly policy?: BundleOutput;
  readonly patience?: z.output<typeof patience>;
  readonly keys?: z.output<typeof pins>;
  readonly clients: number;
  readonly class?: string;
  readonly priority?: number;
  readonly zone?: string;
  readonly start: number;
  readonly stop?: number | null;
  readonly goodputWithin?: number | null;
}

/** One workload. */
export function workloadSchema(
  bundle: z.ZodType<BundleOutput>,
  steps: z.ZodType<StepOutput[]>,
): z.ZodType<WorkloadOutput> {
  const request = z
    .strictObject({
      name: nameText()
        .optional()
        .describe(
          'Name of the request in metrics. Defaults to the endpoint called or the route taken.',
        ),
      weight: z.number().positive().max(1e9).default(1).describe('Relative weight. Defaults to 1.'),
      class: nameText()
        .optional()
        .describe('Class, carried by every call that the request causes.'),
      priority: priorityNumber
        .optional()
        .describe(
          "Priority, carried by every call that the request causes. Defaults to the workload's.",
        ),
      call: z.string().regex(CALL_PATTERN).optional().describe('Endpoint to call.'),
      ...callFields,
      steps: steps.optional().describe('Steps of a journey, instead of a single call.'),
      policy: bundle.optional().describe('Policy bundle of the client for this request.'),
      patience: patience.optional().describe(PATIENCE),
      keys: pins.optional().describe(`${PINS}, over those of the workload.`),
    })
    .describe('A request: a call or a journey.');
  const workload = z.strictObject({
    extends: z
      .union([nameText(), z.array(nameText())])
      .optional()
      .describe('Template or templates this one builds on; later ones win.'),
    ...entryText,
    critical,
    arrivals,
    requests: z.array(request).min(1).describe('Requests, drawn by weight. Required.'),
    policy: bundle.optional().describe('Policy bundle of the client. Defaults to none.'),
    patience: patience.optional().describe(PATIENCE),
    keys: pins.optional().describe(`${PINS}. Defaults to none.`),
    clients: limit().describe('Number of different clients. Unit: count. Defaults to unlimited.'),
    class: nameText().optional().describe('Class, carried by every call that the request causes.'),
    priority: priorityNumber
      .optional()
      .describe(
        'Priority, carried by every call that the requests cause; a larger one is more important. Unit: a whole number. ' +
          'Defaults to 0.',
      ),
    zone: nameText().optional().describe('Zone of the clients. Defaults to outside every zone.'),
    start: duration()
      .prefault('0s')
      .describe('Time from which requests arrive. Unit: duration. Defaults to 0s.'),
    stop: durationOrNone()
      .optional()
      .describe('Time until which requests arrive. Defaults to the end.'),
    goodputWithin: durationOrNone({ allowZero: false })
      .optional()
      .describe('Longest latency of a success that counts as goodput. Defaults to patience.'),
  });
  return inheriting(workload.describe('A source of requests.')).meta({
    id: 'workload',
  }) as unknown as z.ZodType<WorkloadOutput>;
}
