import { z } from 'zod';
import type { Ns } from '../../kernel/time.js';
import {
  critical,
  entryText,
  inheriting,
  nameText,
  priorityNumber,
  withShort,
  CALL_PATTERN,
} from '../fields/common.js';
import { entry } from '../fields/entry.js';
import { absent, field, required } from '../fields/field.js';
import { durationOrNone, whole } from '../quantities/quantities.js';
import { arrivalsSchema, type Arrivals } from './arrivals.js';
import type { Described } from './described.js';
import type { Bundle, Step } from './steps.js';
import { callFields } from './verbs.js';

const patience = withShort(
  entry({
    afterNs: field.timeLimit(required, 'Time after which the client gives up.'),
    cancel: field.of(z.boolean(), false, 'Whether servers are notified.'),
  }),
  { type: ['string', 'number'], description: 'A duration: short for `after`.' },
);
const PATIENCE = 'Time after which the client gives up: outcome `abandoned`. Defaults to none.';

const pins = z.record(nameText(), whole({ min: 0 }).describe('The value, counted from 0.'));
const PINS = 'Fixed values of keys for these requests, instead of drawn ones: name -> value';

function requestSchema<B, S>(bundle: z.ZodType<B>, steps: z.ZodType<S>) {
  return entry(
    {
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
    },
    'A request: a call or a journey.',
    { requestBytes: 'requestSize' },
  );
}

/** One workload. */
export function workloadSchema<B, S>(bundle: z.ZodType<B>, steps: z.ZodType<S>) {
  const workload = entry(
    {
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
      class: nameText()
        .optional()
        .describe('Class, carried by every call that the request causes.'),
      priority: field.of(
        priorityNumber,
        absent('0'),
        'Priority, carried by every call that the requests cause; a larger one is more important.',
        'a whole number',
      ),
      zone: field.of(nameText(), absent('outside every zone'), 'Zone of the clients.'),
      startNs: field.duration('0s', 'Time from which requests arrive.', { allowZero: true }),
      stopNs: field.of(durationOrNone(), absent('the end'), 'Time until which requests arrive.'),
      goodputWithinNs: field.of(
        durationOrNone({ allowZero: false }),
        absent('patience'),
        'Longest latency of a success that counts as goodput.',
      ),
    },
    'A source of requests.',
  );
  return inheriting(workload).meta({ id: 'workload' });
}

type Written = z.output<ReturnType<typeof workloadSchema<Bundle, readonly Step[]>>>;

/** A source of requests. */
export interface Workload
  extends Described, Pick<Written, 'policy' | 'clients' | 'class' | 'zone' | 'startNs'> {
  readonly arrivals: Arrivals;
  readonly requests: readonly Request[];
  /** null = until the end. */
  readonly stopNs: Ns | null;
}

/** A request of a workload: a single call or a journey, always as steps in the long form. */
export interface Request {
  readonly name: string;
  readonly weight: number;
  readonly class: string | null;
  /** Priority that every message of the request tree carries; higher is more important. */
  readonly priority: number;
  /** Fixed values of keys for its requests, instead of drawn ones. */
  readonly keys: ReadonlyMap<string, number>;
  readonly steps: readonly Step[];
  readonly patience: { readonly afterNs: Ns; readonly cancel: boolean } | null;
  /** A later success does not count as goodput; null = every success counts. */
  readonly goodputWithinNs: Ns | null;
}
