import { objectOf, unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import { absent, field, required } from '../../contracts/fields/field.js';
import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { share } from '../../contracts/quantities/quantities.js';
import { nameText, priorityNumber, REFERENCE_PATTERN } from '../../contracts/fields/common.js';

type Fields = Readonly<Record<string, z.ZodType>>;

/** Validated settings of a kind of limiter. */
type Settings = Readonly<Record<string, unknown>>;

const scopeField = field.choice(
  ['instance', 'caller', 'global'],
  'instance',
  'Scope of the state: one per instance of this component, or one shared by all of them (`caller` and ' +
    '`global` are the same here).',
);
const scopeAndError = { scope: scopeField };

/** Schema of the store of a limiter. `withError`: with `onError`, unless the library has its own setting for it. */
function storeSchema(withError: boolean): z.ZodType {
  const onError = field.choice(
    ['allow', 'reject'],
    'allow',
    'Whether a request passes unlimited when the call of `of` fails; with false it is answered 500.',
  );
  return z
    .strictObject({
      latency: field.cost('0ms', 'Round-trip time of one lookup.'),
      of: field.of(
        z.string().regex(REFERENCE_PATTERN),
        absent(),
        'Endpoint or operation called for each lookup, with its network, load and faults, under the `outbound` ' +
          'policies of the host.',
      ),
      ...(withError ? { onError } : {}),
      cache: field.duration(
        absent(),
        'How long this instance caches a refusal (per value of `key`): it refuses without a lookup and without a ' +
          'retry hint. Admissions are not cached.',
      ),
    })
    .describe('Store of a shared counter outside the process; the request waits for it.');
}

/** Schema of the limiters of a server, with the additional fields of their place. */
function limiterSchema(
  kinds: readonly PolicyKind[],
  beside: (kind: PolicyKind) => Fields,
): z.ZodType {
  const own = kinds.filter((kind) => kind.limiter !== undefined);
  return unionOf(own, (kind) => ({ ...limiterFields(kind), ...beside(kind) }));
}

/** Schema of the limiters of a middleware chain, which can have a store. */
export function storedLimiterSchema(kinds: readonly PolicyKind[], beside: Fields): z.ZodType {
  return limiterSchema(kinds, (kind) => ({
    ...beside,
    store: storeSchema(kind.serverFields === undefined).optional(),
  }));
}

function limiterFields(kind: PolicyKind): Fields {
  return {
    retryAfter: z
      .union([z.boolean(), z.literal('exact')])
      .default(kind.silent !== true)
      .describe(
        'Whether a refusal carries a retry hint: true gives whole seconds, rounded up and at least 1, like the ' +
          'Retry-After header; `exact` gives the exact time, as a gRPC pushback could. Unit: boolean or `exact`. ' +
          `Defaults to ${kind.silent !== true}.`,
      ),
    ...(kind.serverFields ?? scopeAndError),
    key: keyField,
  };
}

const keyField = nameText()
  .optional()
  .describe('Key of `keys`, or `client`, `workload`, `caller`: one state per value.');

/** Schema of the limits on requests in flight in a server, with the additional fields of their place. */
export function gateSchema(kinds: readonly PolicyKind[], beside: Fields): z.ZodType {
  return unionOf(
    kinds.filter((kind) => kind.gate !== undefined),
    () => ({ ...beside, key: keyField }),
  );
}

/** Union of the kinds of a policy. `beside` returns the additional fields of a kind. */
function unionOf(kinds: readonly PolicyKind[], beside: (kind: PolicyKind) => Fields): z.ZodType {
  const options = kinds.map((kind) => {
    const own = objectOf(kind.schema);
    const name = z.literal(kind.kind).describe(kind.summary);
    const fields = Object.entries(beside(kind)).filter(([field]) => !(field in own.shape));
    return own.safeExtend({
      kind: kind.isDefault ? name.optional() : name,
      ...Object.fromEntries(fields),
    });
  });
  if (options.length === 1) return options[0];
  return unionOfKinds(options);
}

const below = field.of(
  priorityNumber,
  absent('all requests'),
  'Only requests with a priority below this one are refused.',
);

const shed = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('priority').describe('Sheds load by the fill level of the queue.'),
      above: field.of(
        share(),
        required,
        "Share of the queue's capacity at or above which requests are refused.",
      ),
      below: field.of(
        priorityNumber,
        required,
        'Requests with a priority below this one are refused; the rest of the queue is reserved for the others.',
      ),
    }),
    z.strictObject({
      kind: z.literal('cpu').describe('Sheds load by CPU utilization.'),
      above: field.of(
        share(),
        required,
        'CPU utilization, of the cores or of the quota if that is less, at or above which requests are refused; ' +
          'averaged between the last two samples.',
      ),
      interval: field.duration(
        '1s',
        'Sampling interval; the first request after it takes the next sample.',
      ),
      below,
    }),
    z.strictObject({
      kind: z.literal('queueDelay').describe('Sheds load by queue wait.'),
      target: field.duration(
        required,
        'Refuses requests while every request that got a worker in the last interval had waited longer than this.',
      ),
      interval: field.duration('100ms', 'Interval in which waits are examined.'),
      below,
    }),
    z.strictObject({
      kind: z
        .literal('dagor')
        .describe(
          "Sheds load by an admission level, like WeChat's DAGOR: the lowest priority is refused first, and within " +
            'a priority the users with the highest levels. The level follows the mean queue wait.',
        ),
      target: field.duration(
        '20ms',
        'Mean queue wait of the requests started in a window, above which the window counts as overloaded.',
      ),
      interval: field.duration(
        '1s',
        'Length of a window; it ends with the first request after that time.',
      ),
      requests: field.whole(2000, 'Requests after which a window ends early.', {
        unit: 'requests',
        min: 1,
      }),
      alpha: field.share(
        '5%',
        'How much less is admitted after an overloaded window, as a share of the admitted requests.',
      ),
      beta: field.share(
        '1%',
        'How much more is admitted after any other window, as a share of all arrived requests.',
      ),
      userLevels: field.whole(128, 'Number of user levels per priority.', {
        unit: 'levels',
        min: 1,
        max: 4096,
      }),
      key: nameText()
        .prefault('client')
        .describe(
          'Key of `keys`, or `client`, `workload`, `caller`, `request`, whose values are the users. Levels are ' +
            'reassigned every hour and are the same at all components. Unit: name. Defaults to client.',
        ),
    }),
  ])
  .describe('Refuses requests in overload with 503 before they cost anything. Defaults to none.');
export type ShedOutput = z.output<typeof shed>;

/** Schema of `admission` of services and gateways. */
export function admissionSchema(kinds: readonly PolicyKind[]) {
  return z
    .strictObject({
      shed: shed.optional(),
      rateLimit: field.of(
        valuesOf<Settings>(limiterSchema(kinds, () => ({}))),
        absent(),
        'Rate limit per instance; refuses with 429. Applied after `shed`.',
      ),
      concurrencyLimit: field.of(
        valuesOf<Settings>(gateSchema(kinds, {})),
        absent(),
        'Limit on requests in an instance, including those in the queue; refuses with 503. Adaptive kinds measure ' +
          'the time from here to the response; timeouts and refusals further in count as drops. Applied last.',
      ),
    })
    .describe('Admission control in front of the queue. Defaults to none.');
}
export type AdmissionOutput = z.output<ReturnType<typeof admissionSchema>>;
