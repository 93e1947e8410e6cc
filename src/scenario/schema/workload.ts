import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import { durationOrNone, whole } from '../../contracts/quantities/quantities.js';
import type { BundleOutput } from './bundle.js';
import {
  critical,
  entryText,
  inheriting,
  nameText,
  priorityNumber,
  withShort,
} from '../../contracts/fields/common.js';
import { arrivalsSchema } from '../../contracts/scenario/arrivals.js';
import { callFields, type StepOutput } from './steps.js';
import { CALL_PATTERN } from '../../contracts/fields/common.js';

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
    arrivals: arrivalsSchema,
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
