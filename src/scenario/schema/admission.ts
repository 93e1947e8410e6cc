import { objectOf, unionOfKinds, valuesOf } from '../../contracts/fields/kinds.js';
import { entry } from '../../contracts/fields/entry.js';
import { absent, field } from '../../contracts/fields/field.js';
import { limiterStoreSchema } from '../../contracts/scenario/limiter-store.js';
import { shedSchema } from '../../contracts/scenario/resources.js';
import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { nameText } from '../../contracts/fields/common.js';

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
    store: limiterStoreSchema(kind.serverFields === undefined).optional(),
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

/** Schema of `admission` of services and gateways. */
export function admissionSchema(kinds: readonly PolicyKind[]) {
  return entry(
    {
      shed: shedSchema.optional(),
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
    },
    'Admission control in front of the queue. Defaults to none.',
  );
}
export type AdmissionOutput = z.output<ReturnType<typeof admissionSchema>>;
