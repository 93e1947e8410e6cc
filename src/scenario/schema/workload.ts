import { z } from 'zod';
import {
  count,
  distribution,
  duration,
  durationOrNone,
  rate,
  whole,
} from '../../spec/quantities/quantities.js';
import type { BundleOutput } from './bundle.js';
import { critical, entryText, inheriting, nameText, priorityNumber, withShort } from './common.js';
import type { StepOutput } from './steps.js';
import { callFields } from './steps.js';
import { REFERENCE_PATTERN } from './common.js';

const process = z
  .enum(['poisson', 'constant'])
  .default('poisson')
  .describe('How single arrivals are spaced. Defaults to poisson.');

const MOST_USERS = 1_000_000;

const userStages = z
  .strictObject({
    start: whole({ min: 0, max: MOST_USERS }).describe(
      'Users at the start and in the warm-up. Unit: count. Required.',
    ),
    stages: z
      .array(
        z.strictObject({
          duration: duration().describe('How long; 0s is a jump. Unit: duration. Required.'),
          target: whole({ min: 0, max: MOST_USERS }).describe(
            'Users at its end. Unit: count. Required.',
          ),
        }),
      )
      .min(1)
      .describe('The ramps. Required.'),
  })
  .describe(
    'Linear ramps one after the other; the last target stays. A surplus user leaves when its request has ended, ' +
      'and returns when the number rises again.',
  );

/** Schema of `arrivals`. */
const arrivals = withShort(
  z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('poisson').describe('Independent arrivals.'),
        rate: rate().describe('Arrivals. Unit: rate. Required.'),
      }),
      z.strictObject({
        kind: z.literal('constant').describe('Evenly spaced arrivals.'),
        rate: rate().describe('Arrivals. Unit: rate. Required.'),
      }),
      z.strictObject({
        kind: z.literal('stages').describe('Linear ramps one after the other.'),
        start: rate({ allowZero: true }).describe(
          'Rate at the start and in the warm-up. Required.',
        ),
        stages: z
          .array(
            z.strictObject({
              duration: duration().describe('How long; 0s is a jump. Unit: duration. Required.'),
              target: rate({ allowZero: true }).describe('Rate at its end. Required.'),
            }),
          )
          .min(1)
          .describe('The ramps. Required.'),
        process,
      }),
      z.strictObject({
        kind: z.literal('sinusoid').describe('A rate that swings.'),
        mean: rate().describe('Mean rate. Required.'),
        amplitude: rate({ allowZero: true }).describe('Largest distance from the mean. Required.'),
        period: duration({ allowZero: false }).describe('Length of a swing. Required.'),
        process,
      }),
      z.strictObject({
        kind: z.literal('burst').describe('A base rate with regular bursts.'),
        base: rate({ allowZero: true }).describe('Rate between bursts. Required.'),
        peak: rate().describe('Rate within a burst. Required.'),
        every: duration({ allowZero: false }).describe('From start to start. Required.'),
        for: duration({ allowZero: false }).describe('Length of a burst. Required.'),
        process,
      }),
      z.strictObject({
        kind: z.literal('renewal').describe('Any spacing.'),
        gap: distribution().describe('Time between arrivals. Required.'),
      }),
      z.strictObject({
        kind: z.literal('at').describe('Exact instants.'),
        times: z
          .array(duration())
          .min(1)
          .max(100_000)
          .describe('When, from the end of the warm-up. Required.'),
      }),
      z.strictObject({
        kind: z.literal('trace').describe('Arrivals as they were recorded.'),
        file: z
          .string()
          .min(1)
          .max(400)
          .describe(
            'A .csv or .jsonl file below the folder of the scenario with `time` (seconds, a duration, or an ' +
              'instant such as 2026-05-01T12:00:00.250Z, which count from the earliest) and, if wanted, ' +
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
          .describe('How many, or how many when. Unit: count. Required.'),
        think: distribution().describe('Between an answer and the next request. Required.'),
        rampUp: duration()
          .optional()
          .describe('Time over which a fixed number of users appears. Defaults to 0s.'),
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
    after: durationOrNone({ allowZero: false }).describe('Unit: duration or `none`. Required.'),
    cancel: z.boolean().default(false).describe('Whether servers are notified. Defaults to false.'),
  }),
  { type: ['string', 'number'], description: 'A duration: short for `after`.' },
);
const PATIENCE = 'The client gives up then: outcome `abandoned`. Defaults to none.';

const pins = z.record(nameText(), whole({ min: 0 }).describe('The value, counted from 0.'));
const PINS = 'Values of keys that these requests have instead of drawing one: name -> value';

export interface RequestOutput {
  readonly name?: string;
  readonly weight: number;
  readonly class?: string;
  readonly priority?: number;
  readonly call?: string;
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly requestSize?: number;
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
      name: nameText().optional().describe('Defaults to the endpoint called or the route taken.'),
      weight: z.number().positive().max(1e9).default(1).describe('Relative weight. Defaults to 1.'),
      class: nameText().optional().describe('Carried by every message of the tree.'),
      priority: priorityNumber
        .optional()
        .describe("Carried by every message of the tree. Defaults to the workload's."),
      call: z.string().regex(REFERENCE_PATTERN).optional().describe('Endpoint to call.'),
      ...callFields,
      steps: steps.optional().describe('A journey instead of a single call.'),
      policy: bundle.optional().describe("The client's bundle for this request."),
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
    policy: bundle.optional().describe("The client's own bundle. Defaults to none."),
    patience: patience.optional().describe(PATIENCE),
    keys: pins.optional().describe(`${PINS}. Defaults to none.`),
    clients: count({ min: 1 })
      .prefault('unlimited')
      .describe('Different clients. Unit: count. Defaults to unlimited.'),
    class: nameText().optional().describe('Carried by every message of the tree.'),
    priority: priorityNumber
      .optional()
      .describe(
        'Carried by every message of the tree; a larger one is more important. Unit: a whole number. ' +
          'Defaults to 0.',
      ),
    zone: nameText().optional().describe('Where the clients are. Defaults to outside every zone.'),
    start: duration().prefault('0s').describe('First arrivals. Unit: duration. Defaults to 0s.'),
    stop: durationOrNone().optional().describe('Last arrivals. Defaults to the end.'),
    goodputWithin: durationOrNone({ allowZero: false })
      .optional()
      .describe('A success later than this is no goodput. Defaults to patience.'),
  });
  return inheriting(workload.describe('A source of requests.')).meta({
    id: 'workload',
  }) as unknown as z.ZodType<WorkloadOutput>;
}
