import { entry } from '../../contracts/fields/entry.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import {
  distribution,
  duration,
  durationOrNone,
  rate,
  whole,
} from '../../contracts/quantities/quantities.js';
import type { BundleOutput } from './bundle.js';
import {
  critical,
  entryText,
  inheriting,
  nameText,
  priorityNumber,
  withShort,
} from '../../contracts/fields/common.js';
import { callFields, type StepOutput } from './steps.js';
import { CALL_PATTERN } from '../../contracts/fields/common.js';
import type { Quantity } from '../../contracts/quantities/quantities.js';

const process = field.choice(
  ['poisson', 'constant'],
  'poisson',
  'Distribution of the arrivals at the current rate: `poisson`, independent; `constant`, evenly spaced.',
);

const MOST_USERS = 1_000_000;

const ramps = (target: Quantity<number>) =>
  field.of(
    z
      .array(
        entry({
          durationNs: field.duration(required, 'Length of the ramp; 0s is a jump.', {
            allowZero: true,
          }),
          target,
        }),
      )
      .min(1),
    required,
    'Ramps, in order.',
  );

const userStages = z
  .strictObject({
    start: field.whole(required, 'Number of users at the start and during the warm-up.', {
      min: 0,
      max: MOST_USERS,
    }),
    stages: ramps(
      field.whole(required, 'Number of users at the end of the ramp.', { min: 0, max: MOST_USERS }),
    ),
  })
  .describe(
    'Linear ramps one after the other; the last target stays in force. A surplus user leaves when its ' +
      'request has ended, and returns when the number rises again.',
  );

/** Schema of `arrivals`. */
const arrivals = withShort(
  field.of(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('poisson').describe('Independent arrivals.'),
        rate: field.rate(required, 'Rate of arrivals.'),
      }),
      z.strictObject({
        kind: z.literal('constant').describe('Evenly spaced arrivals.'),
        rate: field.rate(required, 'Rate of arrivals.'),
      }),
      z.strictObject({
        kind: z.literal('stages').describe('Linear ramps one after the other.'),
        start: field.of(
          rate({ allowZero: true }),
          required,
          'Rate at the start and during the warm-up.',
        ),
        stages: ramps(
          field.of(rate({ allowZero: true }), required, 'Rate at the end of the ramp.'),
        ),
        process,
      }),
      entry({
        kind: z.literal('sinusoid').describe('A rate that follows a sine wave.'),
        mean: field.of(rate(), required, 'Mean rate.'),
        amplitude: field.of(
          rate({ allowZero: true }),
          required,
          'Largest deviation from the mean rate.',
        ),
        periodNs: field.of(duration({ allowZero: false }), required, 'Length of one period.'),
        process,
      }),
      entry({
        kind: z.literal('burst').describe('A base rate with regular bursts.'),
        base: field.of(rate({ allowZero: true }), required, 'Rate between bursts.'),
        peak: field.of(rate(), required, 'Rate within a burst.'),
        everyNs: field.of(
          duration({ allowZero: false }),
          required,
          'Time from the start of a burst to the start of the next.',
        ),
        forNs: field.of(duration({ allowZero: false }), required, 'Length of a burst.'),
        process,
      }),
      z.strictObject({
        kind: z
          .literal('renewal')
          .describe('Arrivals with times between them drawn from any distribution.'),
        gap: field.of(distribution(), required, 'Time between arrivals.'),
      }),
      entry({
        kind: z.literal('at').describe('Exact instants.'),
        timesNs: field.of(
          z.array(duration()).min(1).max(100_000),
          required,
          'Times of the arrivals, from the end of the warm-up.',
        ),
      }),
      z.strictObject({
        kind: z.literal('trace').describe('Arrivals as they were recorded.'),
        file: field.of(
          z.string().min(1).max(400),
          required,
          'A .csv or .jsonl file in the folder of the scenario or below it. It contains `time` (seconds, a ' +
            'duration, or an instant such as 2026-05-01T12:00:00.250Z, counted from the earliest) and optionally ' +
            '`request`, the name of a request, which is then not drawn.',
        ),
        speed: field.of(
          z.number().positive().max(1e6),
          1,
          'Speed of the replay relative to the recording.',
          'factor',
        ),
      }),
      entry({
        kind: z
          .literal('closed')
          .describe(
            'Closed-loop users: each waits for the response, thinks, and sends the next request.',
          ),
        users: field.of(
          z.union([whole({ min: 1, max: MOST_USERS }), userStages]),
          required,
          'Number of users, or ramps of that number.',
          'count',
        ),
        think: field.of(
          distribution(),
          required,
          'Think time: time from a response to the next request.',
        ),
        rampUpNs: field.of(
          duration(),
          absent('0s'),
          'Time over which a fixed number of users starts.',
        ),
      }),
    ]),
    required,
    'When requests come.',
  ),
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
    after: field.timeLimit(required, 'Time after which the client gives up.'),
    cancel: field.of(z.boolean(), false, 'Whether servers are notified.'),
  }),
  { type: ['string', 'number'], description: 'A duration: short for `after`.' },
);
const PATIENCE = 'Time after which the client gives up: outcome `abandoned`. Defaults to none.';

const pins = z.record(nameText(), whole({ min: 0 }).describe('The value, counted from 0.'));
const PINS = 'Fixed values of keys for these requests, instead of drawn ones: name -> value';

/** A request of a workload. */
function requestSchema(bundle: z.ZodType<BundleOutput>, steps: z.ZodType<StepOutput[]>) {
  return z
    .strictObject({
      name: field.of(
        nameText(),
        absent('the endpoint called or the route taken'),
        'Name of the request in metrics.',
      ),
      weight: field.of(z.number().positive().max(1e9), 1, 'Relative weight.'),
      class: nameText()
        .optional()
        .describe('Class, carried by every call that the request causes.'),
      priority: field.of(
        priorityNumber,
        absent("the workload's"),
        'Priority, carried by every call that the request causes.',
      ),
      call: z.string().regex(CALL_PATTERN).optional().describe('Endpoint to call.'),
      ...callFields,
      steps: steps.optional().describe('Steps of a journey, instead of a single call.'),
      policy: bundle.optional().describe('Policy bundle of the client for this request.'),
      patience: patience.optional().describe(PATIENCE),
      keys: pins.optional().describe(`${PINS}, over those of the workload.`),
    })
    .describe('A request: a call or a journey.');
}
export type RequestOutput = z.output<ReturnType<typeof requestSchema>>;

/** One workload. */
export function workloadSchema(bundle: z.ZodType<BundleOutput>, steps: z.ZodType<StepOutput[]>) {
  const workload = z.strictObject({
    extends: z
      .union([nameText(), z.array(nameText())])
      .optional()
      .describe('Template or templates this one builds on; later ones win.'),
    ...entryText,
    critical,
    arrivals,
    requests: field.of(
      z.array(requestSchema(bundle, steps)).min(1),
      required,
      'Requests, drawn by weight.',
    ),
    policy: field.of(bundle, absent(), 'Policy bundle of the client.'),
    patience: patience.optional().describe(PATIENCE),
    keys: pins.optional().describe(`${PINS}. Defaults to none.`),
    clients: field.limit('unlimited', 'Number of different clients.'),
    class: nameText().optional().describe('Class, carried by every call that the request causes.'),
    priority: field.of(
      priorityNumber,
      absent('0'),
      'Priority, carried by every call that the requests cause; a larger one is more important.',
      'a whole number',
    ),
    zone: field.of(nameText(), absent('outside every zone'), 'Zone of the clients.'),
    start: field.duration('0s', 'Time from which requests arrive.', { allowZero: true }),
    stop: field.of(durationOrNone(), absent('the end'), 'Time until which requests arrive.'),
    goodputWithin: field.of(
      durationOrNone({ allowZero: false }),
      absent('patience'),
      'Longest latency of a success that counts as goodput.',
    ),
  });
  return inheriting(workload.describe('A source of requests.')).meta({ id: 'workload' });
}
export type WorkloadOutput = z.output<ReturnType<typeof workloadSchema>>;
