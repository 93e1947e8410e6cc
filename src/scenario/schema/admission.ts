import { z } from 'zod';
import type { PolicyKind } from '../../spec/policy.js';
import { distribution, duration, share, whole } from '../../spec/quantities.js';
import type { AnyObject } from './bundle.js';
import { nameText, priorityNumber } from './common.js';
import { REFERENCE_PATTERN } from './common.js';

type Fields = Readonly<Record<string, z.ZodType>>;

const scopeField = z
  .enum(['instance', 'caller', 'global'])
  .default('instance')
  .describe(
    'Whose state it is: of each instance of this component, or one for all of them (`caller` and ' +
      '`global` are the same here). Defaults to instance.',
  );
const scopeAndError = { scope: scopeField };

/** The store of a limiter; where the library has a word for a failed one, `onError` is not ours. */
function storeSchema(withError: boolean): z.ZodType {
  const onError = z
    .enum(['allow', 'reject'])
    .default('allow')
    .describe(
      'What a failed call of `of` means: the request passes unlimited, or is answered 500. Defaults ' +
        'to allow.',
    );
  return z
    .strictObject({
      latency: distribution()
        .prefault('0ms')
        .describe('Time of one question and its answer. Unit: distribution. Defaults to 0ms.'),
      of: z
        .string()
        .regex(REFERENCE_PATTERN)
        .optional()
        .describe(
          'Endpoint or operation that is called for each question, with its network, load and ' +
            'faults; what the host says of calls to it (`outbound`) holds. Defaults to none.',
        ),
      ...(withError ? { onError } : {}),
      cache: duration({ allowZero: false })
        .optional()
        .describe(
          'After an answer that refuses, this instance refuses so long (that value of `key`) without ' +
            'asking, and without a word about when to come back; what passes asks each time. Unit: ' +
            'duration. Defaults to none.',
        ),
    })
    .describe('The shared counter is outside the process: the request waits for it.');
}

/** The limiters that requests of a server may meet, with the fields of the place they stand in. */
function limiterSchema(
  kinds: readonly PolicyKind[],
  beside: (kind: PolicyKind) => Fields,
): z.ZodType {
  const own = kinds.filter((kind) => kind.limiter !== undefined);
  return unionOf(own, (kind) => ({ ...limiterFields(kind), ...beside(kind) }));
}

/** The limiters of a middleware chain, whose counters may be in a store. */
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
        'Whether a refusal says when to come back: true in whole seconds, rounded up and at ' +
          'least 1, as the header Retry-After does; `exact` as a gRPC pushback could. ' +
          `Unit: boolean or \`exact\`. Defaults to ${kind.silent !== true}.`,
      ),
    ...(kind.serverFields ?? scopeAndError),
    key: keyField,
  };
}

const keyField = nameText()
  .optional()
  .describe('Key of `keys`, or `client`, `workload`, `caller`: one state for each of its values.');

/** The limits on what is under way in a server, with the fields of the place they stand in. */
export function gateSchema(kinds: readonly PolicyKind[], beside: Fields): z.ZodType {
  return unionOf(
    kinds.filter((kind) => kind.gate !== undefined),
    () => ({ ...beside, key: keyField }),
  );
}

/** All kinds of one policy; where a kind has a field of its own, that is the one meant. */
function unionOf(kinds: readonly PolicyKind[], beside: (kind: PolicyKind) => Fields): z.ZodType {
  const options = kinds.map((kind) => {
    const own = kind.schema as unknown as AnyObject;
    const name = z.literal(kind.kind).describe(kind.summary);
    const fields = Object.entries(beside(kind)).filter(([field]) => !(field in own.shape));
    return own.safeExtend({
      kind: kind.isDefault ? name.optional() : name,
      ...Object.fromEntries(fields),
    });
  });
  if (options.length === 1) return options[0];
  return z.discriminatedUnion('kind', options as unknown as [AnyObject, AnyObject]);
}

const below = priorityNumber
  .optional()
  .describe('Only requests of a priority below this one are refused. Defaults to all requests.');

const shed = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('priority').describe('By how full the queue is.'),
      above: share().describe(
        'Share of the capacity of the queue; refuses while it is filled to this or more. Required.',
      ),
      below: priorityNumber.describe(
        'Requests of a priority below this one are refused: the rest of the queue is kept for the ' +
          'others. Required.',
      ),
    }),
    z.strictObject({
      kind: z.literal('cpu').describe('By how busy the cores are.'),
      above: share().describe(
        'Share of the cores, of the quota where that is less; refuses while they were used to this or ' +
          'more on average between the last two looks. Required.',
      ),
      interval: duration({ allowZero: false })
        .prefault('1s')
        .describe(
          'The first request after so long looks at the cores again. Unit: duration. Defaults to 1s.',
        ),
      below,
    }),
    z.strictObject({
      kind: z.literal('queueDelay').describe('By how long requests have waited.'),
      target: duration({ allowZero: false }).describe(
        'Refuses while all requests that got a worker within the last interval had waited longer than ' +
          'this. Unit: duration. Required.',
      ),
      interval: duration({ allowZero: false })
        .prefault('100ms')
        .describe('How far back the waits are looked at. Unit: duration. Defaults to 100ms.'),
      below,
    }),
    z.strictObject({
      kind: z
        .literal('dagor')
        .describe(
          'By a level of admission, as WeChat does (DAGOR): the lowest priority goes first, and within ' +
            'one the users of the highest levels; the level follows the mean wait in the queue.',
        ),
      target: duration({ allowZero: false })
        .prefault('20ms')
        .describe(
          'With a longer mean wait of the requests that began in a window it was one of overload. Unit: ' +
            'duration. Defaults to 20ms.',
        ),
      interval: duration({ allowZero: false })
        .prefault('1s')
        .describe(
          'Length of a window, which ends with the first request after it. Unit: duration. Defaults to 1s.',
        ),
      requests: whole({ min: 1 })
        .prefault(2000)
        .describe(
          'Requests with which a window is over before its time. Unit: requests. Defaults to 2000.',
        ),
      alpha: share()
        .prefault('5%')
        .describe(
          'After a window of overload the level lets in so much less of what it has let in. Unit: share. ' +
            'Defaults to 5%.',
        ),
      beta: share()
        .prefault('1%')
        .describe(
          'After any other the level lets in so much more, of all requests that came. Unit: share. ' +
            'Defaults to 1%.',
        ),
      userLevels: whole({ min: 1, max: 4096 })
        .prefault(128)
        .describe(
          'Levels that users are dealt into, in each priority. Unit: levels. Defaults to 128.',
        ),
      key: nameText()
        .prefault('client')
        .describe(
          'Key of `keys`, or `client`, `workload`, `caller`, `request`: who has a level of a user, dealt ' +
            'anew each hour and the same at all components. Unit: name. Defaults to client.',
        ),
    }),
  ])
  .describe('Refuses requests in overload with 503 before they cost anything. Defaults to none.');
export type ShedOutput = z.output<typeof shed>;

/** What a validated `admission` holds. */
export interface AdmissionOutput {
  readonly rateLimit?: Readonly<Record<string, unknown>>;
  readonly concurrencyLimit?: Readonly<Record<string, unknown>>;
  readonly shed?: ShedOutput;
}

/** `admission` of services and gateways. */
export function admissionSchema(kinds: readonly PolicyKind[]): z.ZodType<AdmissionOutput> {
  return z
    .strictObject({
      shed: shed.optional(),
      rateLimit: limiterSchema(kinds, () => ({}))
        .optional()
        .describe(
          'Lets only so many through per instance; refuses with 429. Looked at after `shed`. Defaults ' +
            'to none.',
        ),
      concurrencyLimit: gateSchema(kinds, {})
        .optional()
        .describe(
          'Requests in an instance at once, those in the queue included; refuses with 503. Kinds that ' +
            'learn take the time from here to the answer, and for a drop what ran into a time limit or ' +
            'was refused behind it. Looked at last. Defaults to none.',
        ),
    })
    .describe('Before the queue. Defaults to none.') as unknown as z.ZodType<AdmissionOutput>;
}
